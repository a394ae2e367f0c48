// Keys: every dtype is sorted as a signed integer of its width, through a map without loss that keeps the order, puts
// NaN last and -0 just before 0.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace ndops {

/// key = fold(bits) - offset, where fold flips the bits of `fold` in negative numbers. A float's sign and magnitude
/// become two's complement so; the offset then wraps the negative NaNs round to the top. Unsigned integers need only
/// their top bit flipped, signed ones nothing. All in the width of the dtype, wrapping.
struct KeyForm {
  std::int64_t fold;
  std::int64_t offset;
  // What argsort holds for equal: keys from `nan` on, and negativeZero with negativeZero + tie (its tie is 0 or 1).
  std::int64_t nan;
  std::int64_t negativeZero;
  std::int64_t tie;
};

namespace {

constexpr KeyForm floatForm(int bits, int mantissa) {
  const std::int64_t fold = static_cast<std::int64_t>((std::uint64_t{1} << (bits - 1)) - 1);
  const std::int64_t nans = (std::int64_t{1} << mantissa) - 1;
  const std::int64_t infinity =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(fold) & ~static_cast<std::uint64_t>(nans));
  return {fold, nans, infinity + 1 - nans, -1 - nans, 1};
}
constexpr KeyForm integerForm(int bits, bool isSigned) {
  const std::uint64_t top = std::uint64_t{1} << (bits - 1);
  return {0, isSigned ? 0 : static_cast<std::int64_t>(top), static_cast<std::int64_t>(top - 1), 0, 0};
}

/// For the dtypes that are one number: all but the complex ones.
constexpr KeyForm keyForm(DType dtype) {
  switch (dtype) {
    case DType::Float16:
      return floatForm(16, 10);
    case DType::Bfloat16:
      return floatForm(16, 7);
    case DType::Float32:
      return floatForm(32, 23);
    case DType::Float64:
      return floatForm(64, 52);
    default:
      return integerForm(8 * itemSize(dtype), isSigned(dtype));
  }
}

/// One element's key, in K's width (std::int16_t, std::int32_t …), and back.
template <class K, class U>
inline K keyOf(K bits, const KeyForm& form) {
  const U folded = static_cast<U>(static_cast<U>(bits) ^ (bits < 0 ? static_cast<U>(form.fold) : U{0}));
  return static_cast<K>(static_cast<U>(folded - static_cast<U>(form.offset)));
}
template <class K, class U>
inline K bitsOfKey(K key, const KeyForm& form) {
  const U folded = static_cast<U>(static_cast<U>(key) + static_cast<U>(form.offset));
  return static_cast<K>(static_cast<U>(folded ^ (static_cast<K>(folded) < 0 ? static_cast<U>(form.fold) : U{0})));
}
/// The key with all NaN made one, and -0 made 0: what decides about ties.
template <class K>
inline K tiedKey(K key, const KeyForm& form) {
  const K nan = static_cast<K>(form.nan);
  const K top = key < nan ? key : nan;
  return static_cast<K>(top + (top == static_cast<K>(form.negativeZero) ? static_cast<K>(form.tie) : K{0}));
}

}  // namespace
}  // namespace ndops
