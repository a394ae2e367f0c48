// How a reduction walks its operand: which axes are kept, which are folded, and in what order memory is read.
//
// Everything here depends on shape, strides and dtypes alone, never on threads: it decides the order of additions.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// One axis after coalescing: `stride` in elements of the operand, `out` in elements of the output (kept axes).
struct Axis {
  std::int64_t size;
  std::int64_t stride;
  std::int64_t out;
};

/// Axes sorted outermost first by stride (or in index order), neighbours merged, sizes of 1 dropped.
struct Axes {
  Axis axis[kMaxRank];  // not cleared: that would cost small calls more than the work
  int count = 0;
  std::int64_t size = 1;

  /// Offset in the output of a position in row-major order over these axes.
  std::int64_t outOffset(std::int64_t position) const {
    std::int64_t at = 0;
    for (int i = count - 1; i >= 0; --i) {
      at += position % axis[i].size * axis[i].out;
      position /= axis[i].size;
    }
    return at;
  }
};

/// A position over axes and its offset, moving forward.
class Cursor {
 public:
  Cursor(const Axes& axes, std::int64_t position) : axes_(axes) {
    for (int i = axes.count - 1; i >= 0; --i) {
      index_[i] = i == 0 ? position : position % axes.axis[i].size;
      position = i == 0 ? 0 : position / axes.axis[i].size;
      offset_ += index_[i] * axes.axis[i].stride;
    }
  }
  std::int64_t offset() const { return offset_; }
  /// How far the innermost axis still goes.
  std::int64_t left() const {
    return axes_.count == 0 ? 1 : axes_.axis[axes_.count - 1].size - index_[axes_.count - 1];
  }
  /// Moves by at most left() positions.
  void advance(std::int64_t n) {
    int i = axes_.count - 1;
    if (i < 0) return;
    index_[i] += n;
    offset_ += n * axes_.axis[i].stride;
    while (i > 0 && index_[i] == axes_.axis[i].size) {
      index_[i] = 0;
      offset_ -= axes_.axis[i].size * axes_.axis[i].stride;
      --i;
      ++index_[i];
      offset_ += axes_.axis[i].stride;
    }
  }

 private:
  const Axes& axes_;
  std::int64_t index_[kMaxRank];
  std::int64_t offset_ = 0;
};

/// The most outputs in one unit of Walk::Gather.
constexpr std::int64_t kGatherTile = 256;

enum class Walk {
  Rows,     // vectors along the folded elements of one output at a time
  Columns,  // vectors along neighbouring outputs, contiguous in memory
  Gather,   // the same, outputs collected from anywhere
};

struct Plan {
  Axes kept;
  Axes folded;
  const char* data;  // first element; strides of folded axes are turned positive unless order counts
  Walk walk;
  std::int64_t tile;         // outputs in one unit of work (Columns: at most, within the innermost kept axis)
  std::int64_t tilesPerRun;  // Columns: units along the innermost kept axis
  std::int64_t tiles;
  std::int64_t chunk;  // folded elements in one unit of work
  std::int64_t chunks;
  std::int64_t wrap;  // Columns: how many narrow rows are taken as one wide row (1: none)
  bool inOrder;       // outputs lie in memory in the order of positions over `kept`
};

/// `mask` has a bit for each folded axis. `widest`: outputs that the inner loops take side by side. `ordered`:
/// positions over the folded axes are indices in C order.
void planReduction(const View& x, std::uint32_t mask, std::int64_t widest, bool ordered, Plan* plan) noexcept;

/// Outputs side by side where they are converted first.
constexpr std::int64_t kStagedTile = 256;

}  // namespace ndops
