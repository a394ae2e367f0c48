// Evenly spaced values.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Writes elements [begin, begin + n) of the range whose first two elements are given, in the dtype of the row.
using RangeInner = void (*)(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n);

/// Kernel `arange` (views: a contiguous out of one axis, the first element, the second; any dtype, converted):
/// out[i] = first + i * (second - first) in the dtype of the output, an integer or floating one; integers wrap.
Status arange(const Kernel& kernel, const Launch& launch) noexcept;

/// Loops of linspace in one computing dtype; `T` below. Samples are rows of m elements, one for each pair of ends.
struct SpacedLoops {
  /// delta[j] = stop[j] - start[j], step[j] = delta[j] / div, NaN where div is not positive. Whether a step is 0.
  bool (*steps)(char* delta, char* step, const char* start, const char* stop, std::int64_t m, std::int64_t div);
  /// Elements [begin, begin + n) of the samples in C order. By what `way` says, element [i, j] is i * step + start,
  /// i / div * delta + start (so that steps too small for the dtype do not vanish) or i * delta + start.
  void (*samples)(char* out, const char* start, const char* delta, const char* step, std::int64_t m, std::int64_t div,
                  int way, std::int64_t begin, std::int64_t n);
  /// Rounds n elements down; null for complex numbers.
  void (*floors)(char* x, std::int64_t n);
};
constexpr int kBySteps = 0;
constexpr int kByFractions = 1;
constexpr int kByDeltas = 2;
/// What the inner pointer of a row named linspace is.
using SpacedInner = const SpacedLoops* (*)();

/// Kernel `linspace` (views: a contiguous out [samples, ...], perhaps a contiguous step [...], start, stop, which
/// broadcast to [...]; numbers: whether the last sample is stop, the dtype to compute in). Integers are rounded down.
Status linspace(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
