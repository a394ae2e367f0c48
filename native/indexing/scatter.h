// Updates brought to the places that indices name: the base of scatter, scatterUpdate, segmentSum and segmentMax.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Updates that one call of `tallyRows` takes at most.
constexpr std::int64_t kTally = 256;

/// Inner loops for updates of one dtype and one way to combine. Offsets and steps are in items. Where updates are
/// float16 or bfloat16 and combine by arithmetic, outputs are float32.
struct ScatterLoops {
  /// out[to[i] + j] = combine(out[to[i] + j], updates[from[i] + j * step]) for each i < n, in order, and j < width
  void (*apply)(char* out, const std::int64_t* to, const char* updates, const std::int64_t* from, std::int64_t step,
                std::int64_t n, std::int64_t width);
  /// out[rows[i]] = combine(out[rows[i]], updates[i * step]) for each i < n, in order
  void (*applyItems)(char* out, const std::int64_t* rows, const char* updates, std::int64_t step, std::int64_t n);
  /// out[i] = what combining nothing gives
  void (*fill)(char* out, std::int64_t n);

  /// Bytes of an accumulator, wider than outputs where that saves rounding errors; 0 where the order of updates counts,
  /// so that there are none, nor any of the functions below.
  std::int64_t accumulator;
  /// Accumulators that leave what they are combined with as it is.
  void (*clear)(char* table, std::int64_t n);
  /// As `apply`, into accumulators.
  void (*tally)(char* table, const std::int64_t* to, const char* updates, const std::int64_t* from, std::int64_t step,
                std::int64_t n, std::int64_t width);
  /// rows[i] = ids[i * step] where that is in [0, size), else size (below 2^32 - 1); each id is read once. By dtype of
  /// the ids.
  void (*clamp[kDTypes])(std::uint32_t* rows, const char* ids, std::int64_t step, std::int64_t size, std::int64_t n);
  /// updates[i * step] into accumulators ids[i], or `size` (below 2^32 - 1) where that is no less, for each i < n <=
  /// kTally, in a fixed order, of 2 or 8 tables that stand `apart` accumulators from one another, so that equal ids one
  /// after the other do not wait for each other. Ids may be changed meanwhile.
  void (*tallyRows)(char* tables, std::int64_t apart, int ways, const std::uint32_t* ids, std::int64_t size,
                    const char* updates, std::int64_t step, std::int64_t n);
  /// into[i] = combine(into[i], from[i])
  void (*merge)(char* into, const char* from, std::int64_t n);
  /// out[i] = table[i], or combine(out[i], table[i]) with `onto`, rounded once.
  void (*finish)(char* out, const char* table, std::int64_t n, bool onto);

  /// ids[i] = -1 where it is not in [0, size)
  void (*drop)(std::int64_t* ids, std::int64_t n, std::int64_t size);
  /// The largest of ids[i * step], i < n, n > 0; 2^63 - 1 for one past that. By dtype of the ids.
  std::int64_t (*highest[kDTypes])(const char* ids, std::int64_t step, std::int64_t n);
  /// Whether all rows are in [low, low + count).
  bool (*inside)(const std::int64_t* rows, std::int64_t n, std::int64_t low, std::int64_t count);
  /// The rows in [low, low + count), in order: to[k] = rows[i] * width, from[k] = (first + i) * step. Returns how many.
  std::int64_t (*within)(std::int64_t* to, std::int64_t* from, const std::int64_t* rows, std::int64_t n,
                         std::int64_t low, std::int64_t count, std::int64_t width, std::int64_t first,
                         std::int64_t step);
};
/// What the inner pointer of a row named scatter, scatterUpdate, scatterMax, scatterMin or scatterMultiply is.
using ScatterInner = const ScatterLoops* (*)();

/// Kernels `scatter` (sums), `scatterUpdate` (the last update stays), `scatterMax`, `scatterMin`, `scatterMultiply`
/// (views: out, indices [n, k], updates [n, elements at each place], and what the updates meet, in out's shape and
/// dtype; without it they meet what combining nothing gives).
Status scatter(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernels `segmentSum` and `segmentMax` (views: out, or a late output, of rows and columns; ids [n], data [n,
/// columns]; numbers: segments, or -1 for one more than the largest id): ids outside are left out.
Status segmentSum(const Kernel& kernel, const Launch& launch) noexcept;
Status segmentMax(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
