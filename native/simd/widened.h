// float32 math in float64 lanes: one rounding at the end.
#pragma once

#include "simd/batch.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// F::of for float64 batches; for float32 ones by way of them.
template <class F>
struct Widened {
  static NDOPS_INLINE Batch<double> of(Batch<double> x) { return F::of(x); }
  static NDOPS_INLINE Batch<double> of(Batch<double> x, Batch<double> y) { return F::of(x, y); }
  static NDOPS_INLINE Batch<float> of(Batch<float> x) { return narrow(F::of(widenLow(x)), F::of(widenHigh(x))); }
  static NDOPS_INLINE Batch<float> of(Batch<float> x, Batch<float> y) {
    return narrow(F::of(widenLow(x), widenLow(y)), F::of(widenHigh(x), widenHigh(y)));
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
