// sorting/search: bincount.
//
// Launch: views [late out, x] or [late out, x, weights]; numbers [minlength, dtype to add weights in: Int64 or
// Float64]. x has one axis or two, its rows counted apart; weights have the shape of x. Columns of the result: the
// largest element and one, or minlength.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// Loops over `n` contiguous elements. `tables` are `ways` tables (1 or 4) of `bins` counters, taken in turn, so that
/// equal neighbours need not wait for each other. They return how many elements were taken: fewer than n where one has
/// no bin.
struct BincountLoops {
  /// The smallest and the largest of n >= 1 elements, 2^63 - 1 standing for what is larger.
  void (*range)(const char* x, std::int64_t n, std::int64_t* low, std::int64_t* high);
  std::int64_t (*count32)(std::uint32_t* tables, int ways, std::int64_t bins, const char* x, std::int64_t n);
  std::int64_t (*count64)(std::uint64_t* tables, int ways, std::int64_t bins, const char* x, std::int64_t n);
  std::int64_t (*addIntegers)(std::uint64_t* tables, int ways, std::int64_t bins, const char* x,
                              const std::uint64_t* weights, std::int64_t n);
  std::int64_t (*addReals)(double* tables, int ways, std::int64_t bins, const char* x, const double* weights,
                           std::int64_t n);
};

/// The Inner of a row of bincount, by the dtype of x, after a cast.
using GiveBincountLoops = const BincountLoops* (*)();

Status bincountDriver(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
