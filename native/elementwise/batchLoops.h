// Inner loops from functions on batches (simd/batch.h). The tail of a strip goes through a padded batch, so every
// element takes the same instructions wherever it stands. Internal linkage: once per CPU level.
#pragma once

#include "core/dtype.h"
#include "core/kernel.h"
#include "elementwise/engine.h"
#include "simd/batch.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// A batch of memory: the first n lanes from `from`, 1 in the others, a value that sends no function down its slow
/// path.
template <class T>
struct Padded {
  T lanes[kLanes<T>];

  Padded() = default;
  Padded(const T* from, std::int64_t n) {
    for (int i = 0; i < kLanes<T>; ++i) lanes[i] = i < n ? from[i] : T{1};
  }
  explicit Padded(T x) {
    for (int i = 0; i < kLanes<T>; ++i) lanes[i] = x;
  }
  void copyTo(T* to, std::int64_t n) const { std::memcpy(to, lanes, static_cast<std::size_t>(n) * sizeof(T)); }
};

template <class F, class T>
__attribute__((noinline)) void unaryBatches(T* out, const T* a, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += kLanes<T>) store(out + i, F::of(load(a + i)));
}

/// F::of(batch) for each element.
template <class F, class T>
Status unaryBatchLoop(const Strip& strip) noexcept {
  T* out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const std::int64_t rest = strip.n % kLanes<T>;
  const std::int64_t whole = strip.n - rest;
  unaryBatches<F>(out, a, whole);
  if (rest != 0) {
    Padded<T> result;
    unaryBatches<F>(result.lanes, Padded<T>(a + whole, rest).lanes, kLanes<T>);
    result.copyTo(out + whole, rest);
  }
  return Status::Ok;
}

/// Steps are 0 (the same batch again and again) or 1.
template <class F, class T>
__attribute__((noinline)) void binaryBatches(T* out, const T* a, const T* b, std::int64_t n, int stepA, int stepB) {
  for (std::int64_t i = 0; i < n; i += kLanes<T>) store(out + i, F::of(load(a + i * stepA), load(b + i * stepB)));
}

/// F::of(batch, batch) for each element.
template <class F, class T>
Status binaryBatchLoop(const Strip& strip) noexcept {
  T* out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T* b = reinterpret_cast<const T*>(strip.in[1]);
  const int stepA = strip.scalars == 1 ? 0 : 1;
  const int stepB = strip.scalars == 2 ? 0 : 1;
  const Padded<T> x(*a);
  const Padded<T> y(*b);
  if (stepA == 0) a = x.lanes;
  if (stepB == 0) b = y.lanes;
  const std::int64_t rest = strip.n % kLanes<T>;
  const std::int64_t whole = strip.n - rest;
  binaryBatches<F>(out, a, b, whole, stepA, stepB);
  if (rest != 0) {
    Padded<T> result;
    const Padded<T> lastA(a + whole * stepA, rest);
    const Padded<T> lastB(b + whole * stepB, rest);
    binaryBatches<F>(result.lanes, lastA.lanes, lastB.lanes, kLanes<T>, 1, 1);
    result.copyTo(out + whole, rest);
  }
  return Status::Ok;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

// A row written out: returned by a function it would need a static constructor, for the cast to Inner.
#define NDOPS_MATH_ROW(NAME, DRIVER, T, LOOP) \
  { NAME, DRIVER, kDTypeOf<T>, kDTypeOf<T>, reinterpret_cast<Inner>(LOOP) }
#define NDOPS_UNARY_MATH(NAME, F)                                           \
  NDOPS_MATH_ROW(NAME, unaryMathDriver, float, (unaryBatchLoop<F, float>)), \
      NDOPS_MATH_ROW(NAME, unaryMathDriver, double, (unaryBatchLoop<F, double>))
#define NDOPS_BINARY_MATH(NAME, F)                                            \
  NDOPS_MATH_ROW(NAME, binaryMathDriver, float, (binaryBatchLoop<F, float>)), \
      NDOPS_MATH_ROW(NAME, binaryMathDriver, double, (binaryBatchLoop<F, double>))
/// A functor over batches from a function template of simd/.
#define NDOPS_BATCH_FUNCTION(NAME, FUNCTION) \
  struct NAME {                              \
    template <class... B>                    \
    static NDOPS_INLINE auto of(B... x) {    \
      return FUNCTION(x...);                 \
    }                                        \
  };
