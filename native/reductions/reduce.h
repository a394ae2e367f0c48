// reductions/reduce: what an op gives the driver for each computing dtype.
//
// Launch: views [out, x] or [out, x, initial]; numbers [mask of folded axes, computing dtype]. The output is
// contiguous, its axes the kept ones in order; x is converted to the computing dtype in blocks, the result to the
// output's dtype.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// The most columns that one call of ReduceLoops::columns takes, and the most bytes that their states have.
constexpr std::int64_t kMaxTile = 4096;
constexpr std::int64_t kMaxStateBytes = kMaxTile * 32;

/// States are kept as arrays: field f of column j at element f * stride + j. `seen` is how many elements the states
/// hold already; with 0 they are written without being read, so nothing but `empty` ever makes an identity.
struct ReduceLoops {
  std::int32_t fields;      // arrays in a state
  std::int32_t fieldBytes;  // bytes of one column in one array
  std::int32_t widest;      // columns that `columns` takes at most: as many as its accumulators in cache allow
  bool ordered;             // elements must come in the order of their indices
  void (*empty)(char* state, std::int64_t stride, std::int64_t width);
  /// Folds element (r, j) at x[r * rowStride + j] into column j, for rows >= 1, width <= widest.
  void (*columns)(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
                  std::int64_t width, std::int64_t seen);
  /// Folds n >= 1 contiguous elements into the first column.
  void (*run)(char* state, std::int64_t stride, const char* x, std::int64_t n, std::int64_t seen);
  void (*merge)(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                std::int64_t seenInto, std::int64_t seenFrom);
  /// Writes the results of `seen` elements a column. `initial` is one element of the computing dtype or null.
  void (*finish)(char* out, const char* state, std::int64_t stride, std::int64_t width, std::int64_t seen,
                 const char* initial);
  /// Whether the first column's result is known, whatever comes; null where that never is.
  bool (*settled)(const char* state);
};

/// The Inner of a row of a reduction, after a cast.
using GiveReduceLoops = const ReduceLoops* (*)();

Status reduceDriver(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
