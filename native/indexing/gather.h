// Picking elements by index arrays: the base of take, takeAlongAxis and getItem.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Positions of a block: their indices and offsets live on the stack.
constexpr std::int64_t kGatherBlock = 512;

/// Inner loops over items of one size. Strides and offsets are in items.
struct GatherLoops {
  /// to[r * columns + c] = from[r * row + c * column] as int64, by the dtype of the indices; null where those are no
  /// integers. What int64 cannot hold becomes its largest value. Each index is read once, into memory of our own, so
  /// that what is checked is what is used, whoever else writes to the indices.
  void (*load[kDTypes])(std::int64_t* to, const char* from, std::int64_t row, std::int64_t column, std::int64_t rows,
                        std::int64_t columns);
  /// offsets[r * columns + c] = r * row + c * column
  void (*ramp)(std::int64_t* offsets, std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns);
  /// Adds index * stride, negative indices counted from the end, to each offset. False, and nothing added, where an
  /// index is not in [-size, size).
  bool (*resolve)(std::int64_t* offsets, const std::int64_t* indices, std::int64_t n, std::int64_t size,
                  std::int64_t stride);
  /// All at once for one index array of int32 or int64 (null for others), an element at each index:
  /// out[i * outStep] = x[i * xStep + index * stride]. Returns n, or how far it came: then `bad` is what it met there.
  std::int64_t (*pick[kDTypes])(char* out, std::int64_t outStep, const char* x, std::int64_t xStep, const char* indices,
                                std::int64_t indexStep, std::int64_t n, std::int64_t size, std::int64_t stride,
                                std::int64_t* bad);
  /// out[i * outStep] = x[offsets[i]]
  void (*gather)(char* out, std::int64_t outStep, const char* x, const std::int64_t* offsets, std::int64_t n);
  /// out[i * outStep + k * outRun] = x[offsets[i] + k * xRun] for k < run
  void (*gatherRuns)(char* out, std::int64_t outStep, std::int64_t outRun, const char* x, std::int64_t xRun,
                     const std::int64_t* offsets, std::int64_t n, std::int64_t run);
  /// Writes the items of x, n of them side by side, whose bits are set (see NonzeroLoops), and nothing behind them.
  void (*select)(char* out, const char* x, const std::uint64_t* bits, std::int64_t n);
};
/// What the inner pointer of a row named take is.
using GatherInner = const GatherLoops* (*)();

/// Kernel `take` (views: out, x, indices; numbers: axis).
Status take(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernel `takeAlongAxis` (views: out, x, indices; numbers: axis): x and indices broadcast but along the axis.
Status takeAlongAxis(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernel `getItem` (views: out, x, indices...; numbers: position, axes, and what errors call these axes): the indices,
/// one for each axis, broadcast to one shape, which stands in the output at `position` among the other axes of x.
Status getItem(const Kernel& kernel, const Launch& launch) noexcept;
/// For other drivers: axes [position, position + count) of x give way to one axis of the output, along which `offsets`,
/// none negative, say where in x to read.
Status takeOffsets(const View& out, const View& x, int position, int count, const std::int64_t* offsets,
                   Execution& execution) noexcept;

}  // namespace ndops
