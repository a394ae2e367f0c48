// Hyperbolic functions and their inverses: within 2 ULP for every argument.
#pragma once

#include "simd/exponential.h"
#include "simd/pieces.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// exp(a) - 1 in two parts, halved; a >= 0. Infinite from 710.5, 89.5 on.
template <class T>
NDOPS_INLINE Pair<T> halfExpm1(Batch<T> a) {
  const Expm1Parts<T> e = expm1Parts(minimum(static_cast<T>(sizeof(T) == 4 ? 90 : 711), a));
  const Batch<T> n = e.n - T{1};
  return {scale(e.parts.high, n), scaleNormal(e.parts.low, minimum(static_cast<T>(sizeof(T) == 4 ? 120 : 1000), n))};
}

template <class T>
NDOPS_INLINE Batch<T> sinh(Batch<T> x) {
  // With e = exp(a) - 1: sinh a = e/2 + (e/2) / (e + 1); past 2^100 the second term is 1/2.
  const Pair<T> half = halfExpm1(absolute(x));
  const Batch<T> bounded = minimum(0x1p100, half.high);
  const Batch<T> below = bounded + bounded + T{1};
  const Batch<T> ratio = bounded / below;
  const Pair<T> sum = fastSum(half.high, ratio);
  // What the quotient lost, times 1 / below = 1 - 2 ratio.
  const Pair<T> back = exactProduct(ratio, below);
  const Batch<T> lost = ((bounded - back.high) - back.low) - ratio * (bounded + bounded - (below - T{1}));
  const Batch<T> rest = mulAdd(lost, T{1} - (ratio + ratio), sum.low + half.low);
  const Batch<T> low = select(half.high < 0x1p100, rest, T{0});
  // Next to 0 the halves of subnormals would lose a bit.
  const Mask<T> tiny = absolute(x) < static_cast<T>(sizeof(T) == 4 ? 0x1p-12 : 0x1p-26);
  return select(tiny, x, withSign(sum.high + low, x));
}

template <class T>
NDOPS_INLINE Batch<T> cosh(Batch<T> x) {
  const Pair<T> half = halfExpm1(absolute(x));
  const Batch<T> e = half.high + (half.low + T{0.5});
  return e + T{0.25} / e;
}

#if defined(__AVX512F__)
/// With exp(a) = 2^n exp(r) and q = 4^-n / 2: sinh(a) = 2^n ((1/2 - q) cosh r + (1/2 + q) sinh r); cosh(a) the other
/// way.
template <bool Odd>
NDOPS_INLINE Batch<float> hyperbolic(Batch<float> a) {
  const Batch<float> bounded = minimum(90.0f, a);
  const Batch<float> n = rounded(bounded * kLog2e<float>);
  const Batch<float> first = subMul(bounded, n, 0x1.62e43p-1f);
  const Batch<float> r = subMul(first, n, -0x1.05c61p-29f);
  const Batch<float> z = r * r;
  // What is left of sinh r past r, and of cosh r past 1.
  const Batch<float> p = chain(z, 0x1.555556p-3f, 0x1.110f8ap-7f, 0x1.a35d7ep-13f);
  const Batch<float> cosine = z * chain(z, 0x1p-1f, 0x1.5555p-5f, 0x1.6d30cep-10f);
  const Batch<float> q = scaleNormal(Batch<float>(0.5f), n * -2.0f);
  const Batch<float> sum = 0.5f + q;
  const Batch<float> difference = 0.5f - q;
  // The sum may be rounded, the difference is not: where it is, q is past the last digit of either.
  if constexpr (Odd) {
    const Batch<float> sine = mulAdd(r * z, p, subMul(first - r, n, -0x1.05c61p-29f));
    return scaleNormal(difference + mulAdd(sum, r, mulAdd(sum, sine, difference * cosine)), n);
  } else {
    const Batch<float> sine = mulAdd(r * z, p, r);
    return scaleNormal(0.5f + mulAdd(difference, sine, mulAdd(sum, cosine, q)), n);
  }
}
NDOPS_INLINE Batch<float> sinh(Batch<float> x) { return hyperbolic<true>(absolute(x)) | signOf(x); }
NDOPS_INLINE Batch<float> cosh(Batch<float> x) { return hyperbolic<false>(absolute(x)); }
#endif

template <class T>
NDOPS_INLINE Batch<T> tanh(Batch<T> x) {
  // With e = exp(2a) - 1: tanh a = e / (e + 2); 1 from a = 20 on.
  const Pair<T> half = halfExpm1(minimum(T{40}, T{2} * absolute(x)));
  const Pair<T> bottom = exactSum<T>(half.high, T{1});
  return withSign(quotient<T>(half, {bottom.high, bottom.low + half.low}).sum(), x);
}

#if defined(__AVX512F__)
NDOPS_INLINE Batch<float> tanh(Batch<float> x) {
  // 1 from 9.011 on.
  return withSign(evaluate(kTanhPieces, minimum(9.5f, absolute(x))), x);
}
#endif

template <class T>
NDOPS_INLINE Batch<T> arcsinh(Batch<T> x) {
  // asinh a = log(1 + a + a^2 / (1 + sqrt(1 + a^2))); past 2^28 log(2a).
  const Batch<T> a = absolute(x);
  const Mask<T> large = a > 0x1p28;
  const Batch<T> bounded = minimum(0x1p28, a);
  const Batch<T> square = bounded * bounded;
  const Pair<T> sum = fastSum(bounded, square / (T{1} + squareRoot(T{1} + square)));
  const Batch<T> zero(T{0});
  const Batch<T> near = logOnePlus(Pair<T>{select(large, a, sum.high), select(large, Batch<T>(T{-1}), sum.low)});
  return withSign(near + select(large, Batch<T>(0x1.62e42fefa39efp-1), zero), x);
}

template <class T>
NDOPS_INLINE Batch<T> arccosh(Batch<T> x) {
  // With t = x - 1: acosh x = log(1 + t + sqrt(2t + t^2)); past 2^28 log(2x).
  const Mask<T> large = x > 0x1p28;
  const Batch<T> t = minimum(0x1p28, x) - T{1};
  const Batch<T> zero(T{0});
  const Pair<T> other = exactSum<T>(t, T{2});
  const Pair<T> square = exactProduct(t, other.high);
  const Batch<T> root = squareRoot(square.high);
  const Pair<T> back = exactProduct(root, root);
  const Batch<T> left = ((square.high - back.high) - back.low) + (square.low + t * other.low);
  const Batch<T> rootLow = select(t == T{0}, zero, left / (root + root));
  const Pair<T> sum = exactSum(root, t);
  const Batch<T> low = sum.low + rootLow;
  const Batch<T> near = logOnePlus(Pair<T>{select(large, x, sum.high), select(large, Batch<T>(T{-1}), low)});
  const Batch<T> result = near + select(large, Batch<T>(0x1.62e42fefa39efp-1), zero);
  return select(x < T{1}, Batch<T>(kNaN<T>), result);
}

#if defined(__AVX512F__)
NDOPS_INLINE Batch<float> arccosh(Batch<float> x) {
  // log(x + root) of x^2 - 1 = t |t + 2|, below 0 to the left of 1, where the root is NaN; past 2^28 log(2x).
  const __mmask16 large = _mm512_cmp_ps_mask(x, _mm512_set1_ps(0x1p28f), _CMP_GT_OQ);
  const Batch<float> t = minimum(0x1p28f, x) - 1.0f;
  const Batch<float> other = absolute(t + 2.0f);
  const Pair<float> square = exactProduct(t, other);
  const __mmask16 some = _mm512_cmp_ps_mask(t, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  const Batch<float> inverse = _mm512_maskz_rsqrt14_ps(some, square.high);
  const Batch<float> half = inverse * 0.5f;
  const Batch<float> rough = square.high * inverse;
  const Batch<float> better = mulAdd(subMul(square.high, rough, rough), half, rough);
  const Batch<float> lost = subMul(square.high, better, better) + mulAdd(t, t - (other - 2.0f), square.low);
  const Batch<float> root = _mm512_mask_mov_ps(better, large, _mm512_setzero_ps());
  const Pair<float> u = fastSum(x, root);
  const Batch<float> near = quickLog(u.high, mulAdd(lost, half, u.low), reciprocal(u.high));
  const Batch<float> result = _mm512_mask_add_ps(near, large, near, _mm512_set1_ps(0x1.62e43p-1f));
  return select(x == kInfinity<float>, x, result);
}
#endif

template <class T>
NDOPS_INLINE Batch<T> arctanh(Batch<T> x) {
  // atanh a = log(1 + 2a + 2a a / (1 - a)) / 2.
  const Batch<T> a = absolute(x);
  const Batch<T> twice = a + a;
  const Pair<T> sum = exactSum(twice, twice * a / (T{1} - a));
  const Batch<T> result = T{0.5} * logOnePlus(Pair<T>{sum.high, select(a < T{1}, sum.low, T{0})});
  return select(a > T{1}, Batch<T>(kNaN<T>), withSign(result, x));
}

#if defined(__AVX512F__)
NDOPS_INLINE Batch<float> arctanh(Batch<float> x) {
  // log((1 + a) / (1 - a)) / 2: what the quotient u lost is (1 + a) - u (1 - a), over 1 + a.
  const Batch<float> a = absolute(x);
  const Batch<float> below = 1.0f - a;
  const Batch<float> above = 1.0f + a;
  const Batch<float> u = above * reciprocal(below);
  const Batch<float> aboveLow = a - (above - 1.0f);
  const Batch<float> belowLow = (1.0f - below) - a;
  const Batch<float> lost = subMul(subMul(above, u, below) + aboveLow, u, belowLow);
  const Batch<float> result = quickLog(u, lost, reciprocal(above)) * 0.5f;
  // Infinite at 1, NaN past it.
  const __mmask16 outside = _mm512_cmp_ps_mask(a, _mm512_set1_ps(1), _CMP_NLT_UQ);
  return withSign(Batch<float>(_mm512_mask_rsqrt14_ps(result, outside, below)), x);
}
#endif

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
