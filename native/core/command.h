// The launch as data: doubles that TypeScript writes (lib/core/launch.ts has the same layout) and this file reads.
//
//   0 kernel   1 views   2 numbers   3 words   4 status   5-7 details   8 late slot   9 late generation
//   10 late rows   11 late columns   12... the views, then the numbers
//   a view:    slot, generation, dtype, offset, rank, shape..., strides...
//   a row:     slot, generation, dtype, offset, -1, size      (contiguous, and the kernel needs no shape)
//   a scalar:  -1, low part, dtype, high part, 0      (the value is high + low; complex: high + low i)
//   a late output:  -2, 0, dtype, 0, 0
#pragma once

#include <cstdint>

#include "core/execution.h"
#include "core/kernel.h"
#include "core/storage.h"

namespace ndops {

namespace word {
constexpr int kKernel = 0;
constexpr int kViews = 1;
constexpr int kNumbers = 2;
constexpr int kWords = 3;
constexpr int kStatus = 4;
constexpr int kDetails = 5;
constexpr int kLateSlot = 8;
constexpr int kLateGeneration = 9;
constexpr int kLateRows = 10;
constexpr int kLateColumns = 11;
constexpr int kFirst = 12;
}  // namespace word

/// How many words the view at `w` takes, once its rank word is known to be in range.
static inline int viewWords(const double* w) { return w[4] < 0 ? 6 : 5 + 2 * static_cast<int>(w[4]); }

/// Words of the block: the largest launch is kMaxViews views of kMaxRank axes, and its numbers.
constexpr int kBlockWords = 2560;
static_assert(kBlockWords > word::kFirst + kMaxViews * (5 + 2 * kMaxRank) + 3 * kMaxRank, "the largest launch fits");

/// Checks every view against its storage and runs the kernel. The words are this process's own, but nothing in them is
/// believed: a wrong stride must not become a wild read. `resolver.resolve(slot, generation)` gives the block that a
/// view names, or null: from the slot table of an environment, or from the blocks that a job holds. Defined in
/// core/run.h.
template <class Resolver>
Status runCommand(const double* words, int count, const Resolver& resolver, Execution& execution) noexcept;

}  // namespace ndops
