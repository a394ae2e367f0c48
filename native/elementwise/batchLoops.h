// Inner loops from functions on batches (simd/batch.h). The tail of a strip goes through a padded batch, so every element
// takes the same instructions wherever it stands. Internal linkage: once per CPU level.
#pragma once

#include "core/dtype.h"
#include "core/kernel.h"
#include "elementwise/engine.h"
#include "simd/batch.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The first n lanes from memory, 1 in the others: a value that sends no function down its slow path.
template <class T>
inline Batch<T> loadPart(const T* from, std::int64_t n) {
  T lanes[kLanes<T>];
  for (int i = 0; i < kLanes<T>; ++i) lanes[i] = static_cast<T>(1);
  std::memcpy(lanes, from, static_cast<std::size_t>(n) * sizeof(T));
  return load(lanes);
}
template <class T>
inline void storePart(T* to, Batch<T> x, std::int64_t n) {
  T lanes[kLanes<T>];
  store(lanes, x);
  std::memcpy(to, lanes, static_cast<std::size_t>(n) * sizeof(T));
}

/// F::of(batch) for each element.
template <class F, class T>
Status unaryBatchLoop(const Strip& strip) noexcept {
  T* out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  std::int64_t i = 0;
  for (; i + kLanes<T> <= strip.n; i += kLanes<T>) store(out + i, F::of(load(a + i)));
  if (i < strip.n) storePart(out + i, F::of(loadPart(a + i, strip.n - i)), strip.n - i);
  return Status::Ok;
}

/// F::of(batch, batch) for each element.
template <class F, class T>
Status binaryBatchLoop(const Strip& strip) noexcept {
  T* out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T* b = reinterpret_cast<const T*>(strip.in[1]);
  const std::int64_t n = strip.n;
  std::int64_t i = 0;
  if (strip.scalars == 0) {
    for (; i + kLanes<T> <= n; i += kLanes<T>) store(out + i, F::of(load(a + i), load(b + i)));
    if (i < n) storePart(out + i, F::of(loadPart(a + i, n - i), loadPart(b + i, n - i)), n - i);
  } else if (strip.scalars == 1) {
    const Batch<T> x(*a);
    for (; i + kLanes<T> <= n; i += kLanes<T>) store(out + i, F::of(x, load(b + i)));
    if (i < n) storePart(out + i, F::of(x, loadPart(b + i, n - i)), n - i);
  } else {
    const Batch<T> y(*b);
    for (; i + kLanes<T> <= n; i += kLanes<T>) store(out + i, F::of(load(a + i), y));
    if (i < n) storePart(out + i, F::of(loadPart(a + i, n - i), y), n - i);
  }
  return Status::Ok;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

// A row written out: returned by a function it would need a static constructor, for the cast to Inner.
#define NDOPS_MATH_ROW(NAME, DRIVER, T, LOOP) \
  { NAME, DRIVER, kDTypeOf<T>, kDTypeOf<T>, reinterpret_cast<Inner>(LOOP) }
#define NDOPS_UNARY_MATH(NAME, F)                                             \
  NDOPS_MATH_ROW(NAME, unaryMathDriver, float, (unaryBatchLoop<F, float>)),   \
  NDOPS_MATH_ROW(NAME, unaryMathDriver, double, (unaryBatchLoop<F, double>))
#define NDOPS_BINARY_MATH(NAME, F)                                             \
  NDOPS_MATH_ROW(NAME, binaryMathDriver, float, (binaryBatchLoop<F, float>)),  \
  NDOPS_MATH_ROW(NAME, binaryMathDriver, double, (binaryBatchLoop<F, double>))
/// A functor over batches from a function template of simd/.
#define NDOPS_BATCH_FUNCTION(NAME, FUNCTION) \
  struct NAME {                              \
    template <class... B>                    \
    static auto of(B... x) {                 \
      return FUNCTION(x...);                 \
    }                                        \
  };
