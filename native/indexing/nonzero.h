// Where elements are not zero: first one bit an element and their number, then positions from the bits.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Positions of a block on the stack, and the room that `expand` needs behind them.
constexpr std::int64_t kExpandBlock = 1024;
constexpr std::int64_t kExpandSlack = 64;

struct NonzeroLoops {
  /// Bit i % 64 of bits[i / 64] tells whether element i of n is not zero, by dtype; the last word is filled up with
  /// zeros. Returns how many are set.
  std::int64_t (*bits[kDTypes])(std::uint64_t* bits, const char* in, std::int64_t n);
  /// Writes first + the number of each set bit of a word; may write 64 items, returns how many count.
  int (*expand)(std::int32_t* to, std::uint64_t bits, std::int32_t first);
  /// out[i] = start + positions[i] as int32 or int64
  void (*flat)(char* out, DType dtype, const std::int32_t* positions, std::int64_t start, std::int64_t n);
  /// Divides positions by an axis of `size`, counted on from `start` on it: out[i] becomes the place on the axis,
  /// positions[i] the number of turns round it.
  void (*turn)(char* out, DType dtype, std::int32_t* positions, std::int64_t start, std::int64_t size, std::int64_t n);
};
/// What the inner pointer of the row named nonzero is.
using NonzeroInner = const NonzeroLoops* (*)();

/// Kernel `nonzero` (views: a late output of int32 or int64, x): one row of places an axis of x, in C order.
Status nonzero(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernel `getItemMasked` (views: a late output, x, a bool mask; numbers: position): the elements of x where the mask,
/// whose axes are those of x from `position` on, is true. Rows: how many are true, columns: elements at each. The
/// elements lie in the order of x's axes, the masked ones in the place of one.
Status getItemMasked(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
