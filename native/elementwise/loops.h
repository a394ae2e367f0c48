// Inner loops from functors, for loops that the compiler vectorizes by itself. Internal linkage: once per CPU level.
#pragma once

#include "core/dtype.h"
#include "core/kernel.h"
#include "elementwise/engine.h"
#include "elementwise/halfLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// F::of(x) for each element.
template <class F, class Out, class In>
Status unaryLoop(const Strip& strip) noexcept {
  if constexpr (kIsHalf<In>) {
    return halfLoop<F, Out, In, 1>(strip);
  } else {
    Out* __restrict out = reinterpret_cast<Out*>(strip.out);
    const In* __restrict a = reinterpret_cast<const In*>(strip.in[0]);
    const std::int64_t n = strip.n;
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::of(a[i]);
    return Status::Ok;
  }
}

/// F::of(x, y) for each element: one loop for each way that operands step.
template <class F, class Out, class In>
Status binaryLoop(const Strip& strip) noexcept {
  if constexpr (kIsHalf<In>) {
    return halfLoop<F, Out, In, 2>(strip);
  } else {
    Out* __restrict out = reinterpret_cast<Out*>(strip.out);
    const In* a = reinterpret_cast<const In*>(strip.in[0]);
    const In* b = reinterpret_cast<const In*>(strip.in[1]);
    const std::int64_t n = strip.n;
    if (strip.scalars == 0) {
      for (std::int64_t i = 0; i < n; ++i) out[i] = F::of(a[i], b[i]);
    } else if (strip.scalars == 1) {
      const In x = *a;
      for (std::int64_t i = 0; i < n; ++i) out[i] = F::of(x, b[i]);
    } else {
      const In y = *b;
      for (std::int64_t i = 0; i < n; ++i) out[i] = F::of(a[i], y);
    }
    return Status::Ok;
  }
}

template <class F, class Out, class A, class In, bool ScalarA, bool ScalarB, bool ScalarC>
void ternaryForm(const Strip& strip) noexcept {
  Out* __restrict out = reinterpret_cast<Out*>(strip.out);
  const A* a = reinterpret_cast<const A*>(strip.in[0]);
  const In* b = reinterpret_cast<const In*>(strip.in[1]);
  const In* c = reinterpret_cast<const In*>(strip.in[2]);
  const A x = *a;
  const In y = *b;
  const In z = *c;
  const std::int64_t n = strip.n;
  for (std::int64_t i = 0; i < n; ++i) out[i] = F::of(ScalarA ? x : a[i], ScalarB ? y : b[i], ScalarC ? z : c[i]);
}

/// F::of(x, y, z) for each element; `A` is the first operand's type (bool in where).
template <class F, class Out, class A, class In>
Status ternaryLoop(const Strip& strip) noexcept {
  if constexpr (kIsHalf<In>) {
    return halfLoop<F, Out, In, 3>(strip);
  } else {
    switch (strip.scalars) {
      case 0:
        ternaryForm<F, Out, A, In, false, false, false>(strip);
        break;
      case 1:
        ternaryForm<F, Out, A, In, true, false, false>(strip);
        break;
      case 2:
        ternaryForm<F, Out, A, In, false, true, false>(strip);
        break;
      case 3:
        ternaryForm<F, Out, A, In, true, true, false>(strip);
        break;
      case 4:
        ternaryForm<F, Out, A, In, false, false, true>(strip);
        break;
      case 5:
        ternaryForm<F, Out, A, In, true, false, true>(strip);
        break;
      default:
        ternaryForm<F, Out, A, In, false, true, true>(strip);
        break;
    }
    return Status::Ok;
  }
}

// Rows. Macros, not functions: a cast pointer is no constant expression, and rows must need no code to be set up.
#define NDOPS_UNARY(name, F, Out, In) \
  { name, unaryDriver, kDTypeOf<In>, kDTypeOf<Out>, reinterpret_cast<Inner>(unaryLoop<F, Out, In>) }
#define NDOPS_BINARY(name, F, Out, In) \
  { name, binaryDriver, kDTypeOf<In>, kDTypeOf<Out>, reinterpret_cast<Inner>(binaryLoop<F, Out, In>) }

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
