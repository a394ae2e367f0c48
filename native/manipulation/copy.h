// Copying between strided views: the base of ravel, reshape, cast, concatenate, fill and their like.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// From here on the output leaves the caches before anyone reads it, and is written past them: half of a large L3.
constexpr std::int64_t kStreamBytes = std::int64_t{1} << 24;
/// What is computed in the L1 cache before it is streamed: short enough for the processor to read the next piece while
/// it writes this one (8 KiB took 1.5 times as long).
constexpr std::int64_t kStreamedBytes = 1024;

/// Orders streaming stores before what follows: every task that streams ends with it, since it waits for the memory.
static inline void endStreaming() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// Inner loops over items of one size. Strides are in items. `stream` writes past the caches where alignment allows it.
struct CopyLoops {
  /// out[r * outRow + c * outColumn] = in[r * inRow + c * inColumn]
  void (*block)(char* out, std::int64_t outRow, std::int64_t outColumn, const char* in, std::int64_t inRow,
                std::int64_t inColumn, std::int64_t rows, std::int64_t columns, bool stream);
  /// out[r * outRow + c] = in[c * inColumn + r]
  void (*transpose)(char* out, std::int64_t outRow, const char* in, std::int64_t inColumn, std::int64_t rows,
                    std::int64_t columns, bool stream);
  /// out = in, past the caches.
  void (*streamBytes)(char* out, const char* in, std::int64_t bytes);
};
/// What the inner pointer of a row named copy is.
using CopyInner = const CopyLoops* (*)();

/// Kernel `copy` (views: out, in): converts where the dtypes differ; `in` broadcasts to the shape of `out`.
Status copy(const Kernel& kernel, const Launch& launch) noexcept;
/// The same for other drivers.
Status copyView(const View& out, const View& in, Execution& execution) noexcept;

}  // namespace ndops
