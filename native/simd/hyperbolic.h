// Hyperbolic functions and their inverses, float64: within 2 ULP for every argument. float32 runs in float64 lanes.
#pragma once

#include "simd/exponential.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// exp(a) - 1 in two parts, halved; a >= 0. Infinite from 710.5 on.
NDOPS_INLINE Pair<double> halfExpm1(Batch<double> a) {
  const Expm1Parts<double> e = expm1Parts(minimum(711.0, a));
  const Batch<double> n = e.n - 1.0;
  return {scale(e.parts.high, n), scaleNormal(e.parts.low, minimum(1000.0, n))};
}

NDOPS_INLINE Batch<double> sinh(Batch<double> x) {
  // With e = exp(a) - 1: sinh a = e/2 + (e/2) / (e + 1); past 2^100 the second term is 1/2.
  const Pair<double> half = halfExpm1(absolute(x));
  const Batch<double> bounded = minimum(0x1p100, half.high);
  const Pair<double> sum = fastSum(half.high, bounded / (2.0 * bounded + 1.0));
  const Batch<double> low = select(half.high < 0x1p100, sum.low + half.low, 0.0);
  return withSign(sum.high + low, x);
}

NDOPS_INLINE Batch<double> cosh(Batch<double> x) {
  const Pair<double> half = halfExpm1(absolute(x));
  const Batch<double> e = half.high + (half.low + 0.5);
  return e + 0.25 / e;
}

NDOPS_INLINE Batch<double> tanh(Batch<double> x) {
  // With e = exp(2a) - 1: tanh a = e / (e + 2); 1 from a = 20 on.
  const Pair<double> half = halfExpm1(minimum(40.0, 2.0 * absolute(x)));
  const Pair<double> bottom = exactSum<double>(half.high, 1.0);
  return withSign(quotient<double>(half, {bottom.high, bottom.low + half.low}).sum(), x);
}

NDOPS_INLINE Batch<double> arcsinh(Batch<double> x) {
  // asinh a = log(1 + a + a^2 / (1 + sqrt(1 + a^2))); past 2^28 log(2a).
  const Batch<double> a = absolute(x);
  const Mask<double> large = a > 0x1p28;
  const Batch<double> bounded = minimum(0x1p28, a);
  const Batch<double> square = bounded * bounded;
  const Pair<double> sum = fastSum(bounded, square / (1.0 + squareRoot(1.0 + square)));
  const Batch<double> zero(0.0);
  const Batch<double> near =
      logOnePlus<double>({select(large, a, sum.high), select(large, Batch<double>(-1.0), sum.low)});
  return withSign(near + select(large, Batch<double>(0x1.62e42fefa39efp-1), zero), x);
}

NDOPS_INLINE Batch<double> arccosh(Batch<double> x) {
  // With t = x - 1: acosh x = log(1 + t + sqrt(2t + t^2)); past 2^28 log(2x).
  const Mask<double> large = x > 0x1p28;
  const Batch<double> t = minimum(0x1p28, x) - 1.0;
  const Batch<double> zero(0.0);
  const Pair<double> other = exactSum<double>(t, 2.0);
  const Pair<double> square = exactProduct(t, other.high);
  const Batch<double> root = squareRoot(square.high);
  const Pair<double> back = exactProduct(root, root);
  const Batch<double> left = ((square.high - back.high) - back.low) + (square.low + t * other.low);
  const Batch<double> rootLow = select(t == 0.0, zero, left / (root + root));
  const Pair<double> sum = exactSum(root, t);
  const Batch<double> low = sum.low + rootLow;
  const Batch<double> near = logOnePlus<double>({select(large, x, sum.high), select(large, Batch<double>(-1.0), low)});
  const Batch<double> result = near + select(large, Batch<double>(0x1.62e42fefa39efp-1), zero);
  return select(x < 1.0, Batch<double>(kNaN<double>), result);
}

NDOPS_INLINE Batch<double> arctanh(Batch<double> x) {
  // atanh a = log(1 + 2a + 2a a / (1 - a)) / 2.
  const Batch<double> a = absolute(x);
  const Batch<double> twice = a + a;
  const Pair<double> sum = exactSum(twice, twice * a / (1.0 - a));
  const Batch<double> result = 0.5 * logOnePlus<double>({sum.high, select(a < 1.0, sum.low, 0.0)});
  return select(a > 1.0, Batch<double>(kNaN<double>), withSign(result, x));
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
