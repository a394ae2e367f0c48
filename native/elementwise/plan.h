// How one elementwise launch is walked: coalesced axes, and the units (blocks or tiles) that the output is cut into.
#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/registry.h"
#include "elementwise/engine.h"
#include "manipulation/copy.h"

namespace ndops {

constexpr int kMaxOperands = 3;
/// What an operand's piece of a unit takes at most when it has to be gathered: a few of them fit the L1 cache.
constexpr std::int64_t kBufferBytes = 8192;

/// How an operand's part of a unit reaches the inner loop.
enum class Feed : std::uint8_t {
  Direct,    // it lies in memory as the loop wants it
  Scalar,    // one element
  Kept,      // gathered once: the same in every unit
  Gathered,  // through a buffer
};

struct Operand {
  const char* data;
  std::int64_t strides[kMaxRank];  // in elements, by the plan's axes
  std::int64_t size;               // of an element as the loop wants it
  std::int64_t storedSize;
  Convert convert;  // null where it is stored in the computing dtype
  const CopyLoops* copy;
  Feed feed;
  DType stored;
  DType array;   // as what the loop wants it
  DType scalar;  // and where it is one element
};

/// An axis cut into pieces of `step`; `dim` is its place in the grid.
struct Pieces {
  std::int64_t total;
  std::int64_t step;
  int dim;
};

struct Plan {
  Loop loop;
  const double* numbers;
  Convert narrow;           // null where the loop writes the output's dtype
  std::int64_t outSize;     // of an element as it is written
  const CopyLoops* stream;  // null where the output is written through the caches
  char* out;
  int operands;
  int rank;
  std::int64_t shape[kMaxRank];
  std::int64_t outStrides[kMaxRank];
  Operand in[kMaxOperands];

  /// Tiles: the axis of the rows. -1: blocks, contiguous runs of the output.
  int rowAxis;
  Pieces rowPieces;
  /// Blocks: the axis that is cut, and how many elements lie in one step of it. Tiles: the last axis, 1.
  int columnAxis;
  std::int64_t inner;
  Pieces columnPieces;

  /// The grid of units, the last dim fastest.
  int dims;
  std::int64_t count[kMaxRank];
  std::int64_t outStep[kMaxRank];
  std::int64_t inStep[kMaxOperands][kMaxRank];
  std::int64_t unitBytes;  // read and written by one unit

  /// Aligns the operands' axes to the output's, drops axes of one element and joins axes that all step as one. Operand
  /// `k` is to be of dtype wanted[k], where it is one element of scalars[k]; the loop's results are of dtype `result`.
  /// Extent if shapes do not broadcast.
  Status lay(const Launch& launch, const DType* wanted, const DType* scalars, DType result) noexcept;
  /// Chooses units of about `taskBytes` at most.
  void cut(std::int64_t taskBytes) noexcept;
  std::int64_t units() const noexcept;

 private:
  bool chooseTiles(std::int64_t room) noexcept;
  void chooseBlocks(std::int64_t room, std::int64_t taskBytes) noexcept;
  bool isLinear(const Operand& operand, int first) const noexcept;
  void addDim(int axis, std::int64_t step) noexcept;
  std::int64_t maxSize;  // of an element in any form
  DType outType;
};

/// Where a unit begins.
struct Cursor {
  const Plan& plan;
  char* out;
  const char* in[kMaxOperands];
  std::int64_t at[kMaxRank];

  Cursor(const Plan& p, std::int64_t unit) noexcept : plan(p), out(p.out) {
    for (int k = 0; k < plan.operands; ++k) in[k] = plan.in[k].data;
    for (int dim = plan.dims - 1; dim >= 0; --dim) {
      at[dim] = unit % plan.count[dim];
      unit /= plan.count[dim];
      move(dim, at[dim]);
    }
  }
  void next() noexcept {
    for (int dim = plan.dims - 1; dim >= 0; --dim) {
      move(dim, 1);
      if (++at[dim] < plan.count[dim]) return;
      move(dim, -at[dim]);
      at[dim] = 0;
    }
  }
  /// How much of an axis this unit covers.
  std::int64_t extent(const Pieces& pieces) const noexcept {
    const std::int64_t left = pieces.total - at[pieces.dim] * pieces.step;
    return left < pieces.step ? left : pieces.step;
  }

 private:
  void move(int dim, std::int64_t n) noexcept {
    out += plan.outStep[dim] * n;
    for (int k = 0; k < plan.operands; ++k) in[k] += plan.inStep[k][dim] * n;
  }
};

}  // namespace ndops
