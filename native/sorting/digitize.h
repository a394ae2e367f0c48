// sorting/search: digitize.
//
// Launch: views [out (int32), x, bins]; numbers [dtype to compare in]. The output is contiguous; bins have one axis and
// rise or fall, NaN at the upper end.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// How much room `prepare` needs behind the edges.
constexpr std::int64_t kEdgesBehind = 192;

/// `edges` rise and hold no NaN.
struct DigitizeLoops {
  /// Sorts out bins: how they run (1 rising, -1 falling, 0 neither; equal ones count as rising), the first that breaks
  /// the run, and how many are NaN. The others go to `edges` in rising order.
  int (*prepare)(char* edges, const char* bins, std::int64_t n, std::int64_t* nans, std::int64_t* bad);
  /// For each of n elements, how many edges are not above it: all of them for NaN.
  void (*search)(std::int32_t* out, const char* x, std::int64_t n, const char* edges, std::int64_t count);
  /// out[i] = value where x[i] is NaN
  void (*putNan)(std::int32_t* out, const char* x, std::int64_t n, std::int32_t value);
};

/// The Inner of a row of digitize, after a cast. Computing dtypes: Float32, Float64, Int32, Int64, Uint64.
using GiveDigitizeLoops = const DigitizeLoops* (*)();

Status digitizeDriver(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
