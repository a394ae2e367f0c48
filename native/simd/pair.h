// Unevaluated sums of two batches: about twice the precision, for the few places where one rounding is too much.
#pragma once

#include "simd/batch.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
struct Pair {
  Batch<T> high;
  Batch<T> low;

  NDOPS_INLINE Batch<T> sum() const { return high + low; }
};

/// a + b exactly, where |a| >= |b| or a is 0.
template <class T>
NDOPS_INLINE Pair<T> fastSum(Batch<T> a, Batch<T> b) {
  const Batch<T> sum = a + b;
  return {sum, b - (sum - a)};
}

/// a + b exactly.
template <class T>
NDOPS_INLINE Pair<T> exactSum(Batch<T> a, Batch<T> b) {
  const Batch<T> sum = a + b;
  const Batch<T> part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a * b exactly, barring overflow and underflow of the parts.
template <class T>
NDOPS_INLINE Pair<T> exactProduct(Batch<T> a, Batch<T> b) {
  const Batch<T> product = a * b;
  if constexpr (kFused) {
    return {product, -subMul(product, a, b)};
  } else {
    constexpr T kSplit = sizeof(T) == 4 ? static_cast<T>(4097) : static_cast<T>(134217729);
    const Batch<T> wideA = a * kSplit;
    const Batch<T> wideB = b * kSplit;
    const Batch<T> highA = wideA - (wideA - a);
    const Batch<T> highB = wideB - (wideB - b);
    const Batch<T> lowA = a - highA;
    const Batch<T> lowB = b - highB;
    return {product, ((highA * highB - product) + highA * lowB + lowA * highB) + lowA * lowB};
  }
}

/// a / b to about twice the precision of T; `high` is within an ULP or two of it.
template <class T>
NDOPS_INLINE Pair<T> quotient(Pair<T> a, Pair<T> b) {
  const Batch<T> inverse = reciprocal(b.high);
  const Batch<T> high = a.high * inverse;
  const Pair<T> back = exactProduct(high, b.high);
  return {high, (((a.high - back.high) - back.low) + (a.low - high * b.low)) * inverse};
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
