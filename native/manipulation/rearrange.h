// Elements as often as counts say.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Place i of the input fills the places [ends[i - 1], ends[i]) of the output. Strides are in items.
struct RepeatLoops {
  /// Writes places [begin, end) of the output, of which `first` fills the first; `out` is where `begin` goes.
  void (*items[kDTypes])(char* out, const char* in, std::int64_t inStep, const std::int64_t* ends, std::int64_t first,
                         std::int64_t begin, std::int64_t end);
  /// The same of the offsets i * step.
  void (*offsets)(std::int64_t* out, std::int64_t step, const std::int64_t* ends, std::int64_t first,
                  std::int64_t begin, std::int64_t end);
};
/// What the inner pointer of the row named repeat is.
using RepeatInner = const RepeatLoops* (*)();

/// Kernel `repeat` (views: a late output, x, counts of an integer dtype or bool, one or as many as places; numbers:
/// axis). Rows: places along the axis of the output, columns: elements at each. The elements lie in the order of x's
/// axes.
Status repeat(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
