// Sines and their inverses, for every argument: bounds in test/native/elementwise/math.h.
#pragma once

#include <type_traits>

#include "simd/pieces.h"
#include "simd/reduction.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
struct SineCosine {
  Pair<T> sine;
  Pair<T> cosine;
};

/// (sin(t) / t - 1) / z and (cos(t) - 1 + z/2) / z^2 of z = t^2, |t| <= pi/4.
NDOPS_INLINE Batch<float> sineTail(Batch<float> z) {
  return polynomial(z, -0x1.555552p-3f, 0x1.110bd6p-7f, -0x1.9aaa5ep-13f);
}
NDOPS_INLINE Batch<double> sineTail(Batch<double> z) {
  return polynomial(z, -0x1.5555555555555p-3, 0x1.1111111110c6ep-7, -0x1.a01a019e9ba5p-13, 0x1.71de37aa8408p-19,
                    -0x1.ae601982f63ap-26, 0x1.5e0ee6fe79cbdp-33);
}
NDOPS_INLINE Batch<float> cosineTail(Batch<float> z) {
  return polynomial(z, 0x1.555554p-5f, -0x1.6c1292p-10f, 0x1.9bc012p-16f);
}
NDOPS_INLINE Batch<double> cosineTail(Batch<double> z) {
  return polynomial(z, 0x1.5555555555555p-5, -0x1.6c16c16c168c4p-10, 0x1.a01a019f3690ap-16, -0x1.27e4fa009f8aep-22,
                    0x1.1eeb5566d1155p-29, -0x1.9071bfeef2c7p-37);
}

/// Of high + low, |high| <= pi/4.
template <class T>
NDOPS_INLINE SineCosine<T> sineCosine(Batch<T> high, Batch<T> low) {
  const Batch<T> z = high * high;
  const Batch<T> half = z * T{0.5};
  const Pair<T> sine = fastSum(high, mulAdd(high * z, sineTail(z), subMul(low, low, half)));
  const Batch<T> most = T{1} - half;
  const Batch<T> rest = ((T{1} - most) - half) + subMul(z * z * cosineTail(z), high, low);
  return {sine, fastSum(most, rest)};
}

/// -0.0 where the bit of the quadrant is set, to be xor-ed.
template <class B>
NDOPS_INLINE auto signFrom(Batch<B> quadrant, int bit) {
  using T = std::conditional_t<sizeof(B) == 4, float, double>;
  return bitCast<T>((quadrant >> bit) << (8 * static_cast<int>(sizeof(B)) - 1));
}
template <class B>
NDOPS_INLINE auto isOdd(Batch<B> quadrant) {
  using T = std::conditional_t<sizeof(B) == 4, float, double>;
  return bitCast<T>((quadrant << (8 * static_cast<int>(sizeof(B)) - 1)) >> 1) != T{0};
}

template <class T>
NDOPS_INLINE Batch<T> sin(Batch<T> x) {
  const Angle<T> angle = reduceByHalfPi(x);
  const SineCosine<T> of = sineCosine(angle.high, angle.low);
  const Batch<T> result = select(isOdd(angle.quadrant), of.cosine.high, of.sine.high) ^ signFrom(angle.quadrant, 1);
  return select(x == T{0}, x, result);
}

template <class T>
NDOPS_INLINE Batch<T> cos(Batch<T> x) {
  const Angle<T> angle = reduceByHalfPi(x);
  const SineCosine<T> of = sineCosine(angle.high, angle.low);
  return select(isOdd(angle.quadrant), of.sine.high, of.cosine.high) ^ signFrom(angle.quadrant + BitsOf<T>{1}, 1);
}

template <class T>
NDOPS_INLINE Batch<T> tan(Batch<T> x) {
  const Angle<T> angle = reduceByHalfPi(x);
  const SineCosine<T> of = sineCosine(angle.high, angle.low);
  const Mask<T> odd = isOdd(angle.quadrant);
  const Batch<T> result =
      quotient<T>({select(odd, -of.cosine.high, of.sine.high), select(odd, -of.cosine.low, of.sine.low)},
                  {select(odd, of.sine.high, of.cosine.high), select(odd, of.sine.low, of.cosine.low)})
          .sum();
  return select(x == T{0}, x, result);
}

#if defined(__AVX512F__)
NDOPS_INLINE Batch<float> tan(Batch<float> x) {
  // tan(t + low) of |t| <= pi/4, or -1 over it. The sign of a zero is kept on the way.
  const Angle<float> angle = reduceQuickly(x);
  const Batch<float> t = angle.high;
  const Batch<float> z = t * t;
  const Batch<float> p = chain(z, 0x1.555556p-2f, 0x1.11106ep-3f, 0x1.ba58a4p-5f, 0x1.61f164p-6f, 0x1.483bep-7f,
                               0x1.22374p-10f, 0x1.fd4ee2p-9f);
  // The slope is 1 + tan^2.
  const Batch<float> tail = mulAdd(t * z, p, angle.low * mulAdd(z, 1.6f, 1.0f));
  const Batch<float> tangent = t + tail;
  const Batch<float> inverse = _mm512_rcp14_ps(tangent);
  const Batch<float> left = subMul(subMul(1.0f, inverse, t), inverse, tail);
  const __mmask16 odd = _mm512_test_epi32_mask(angle.quadrant, _mm512_set1_epi32(1));
  return _mm512_mask_sub_ps(tangent, odd, _mm512_setzero_ps(), mulAdd(inverse, left, inverse));
}
#endif

/// (atan(t) / t - 1) / z of z = t^2, |t| <= tan(pi/8).
NDOPS_INLINE Batch<float> arctanTail(Batch<float> z) {
  return polynomial(z, -0x1.555554p-2f, 0x1.99970ap-3f, -0x1.241d38p-3f, 0x1.b7e37p-4f, -0x1.07d3cap-4f);
}
NDOPS_INLINE Batch<double> arctanTail(Batch<double> z) {
  return polynomial(z, -0x1.5555555555555p-2, 0x1.9999999999816p-3, -0x1.2492492481dbdp-3, 0x1.c71c71bcb44aep-4,
                    -0x1.745d156a12876p-4, 0x1.3b137c5a8a1cbp-4, -0x1.110d32a20d66bp-4, 0x1.e17f88126d2bfp-5,
                    -0x1.abce40ef39cf3p-5, 0x1.721f2b26df32dp-5, -0x1.14d2099ab438ep-5, 0x1.fbd7230134c31p-7);
}

/// The angle of (x, y) with 0 <= y, 0 <= x, not both infinite or 0.
template <class T>
NDOPS_INLINE Batch<T> angleInQuadrant(Batch<T> y, Batch<T> x) {
  const Batch<T> large = maximum(x, y);
  const Batch<T> small = minimum(x, y);
  // Past tan(pi/8): atan(t) = pi/4 + atan((t - 1) / (t + 1)).
  const Mask<T> turned = small > large * 0x1.a827999fcef34p-2;
  const Pair<T> over = fastSum(large, -small);
  const Pair<T> under = fastSum(large, small);
  const Batch<T> zero(T{0});
  const Pair<T> ratio = quotient<T>({select(turned, -over.high, small), select(turned, -over.low, zero)},
                                    {select(turned, under.high, large), select(turned, under.low, zero)});
  const Batch<T> t = ratio.high;
  const Batch<T> z = t * t;
  const Batch<T> curved = mulAdd(t * z, arctanTail(z), ratio.low);
  // The whole angle is a multiple of pi/4 plus or minus atan(t): add what is small first.
  const Mask<T> steep = y > x;
  const Batch<T> quarter(kHalfPi<T> / 2);
  const Batch<T> base = select(turned, quarter, select(steep, Batch<T>(kHalfPi<T>), zero));
  const Batch<T> baseLow = select(turned, Batch<T>(kHalfPiLow<T> / 2), select(steep, Batch<T>(kHalfPiLow<T>), zero));
  const Batch<T> flip = signOf(select(steep, Batch<T>(T{-1}), T{1}));
  const Pair<T> sum = fastSum(base, t ^ flip);
  return sum.high + (sum.low + ((curved ^ flip) + baseLow));
}

template <class T>
NDOPS_INLINE Batch<T> arctan2(Batch<T> y, Batch<T> x) {
  const Batch<T> ay = absolute(y);
  const Batch<T> ax = absolute(x);
  // Out of the ends of the range, where sums would overflow and what quotients leave would underflow.
  const Batch<T> large = maximum(ax, ay);
  constexpr T kTop = static_cast<T>(sizeof(T) == 4 ? 0x1p90 : 0x1p900);
  constexpr T kDown = static_cast<T>(sizeof(T) == 4 ? 0x1p-40 : 0x1p-200);
  constexpr T kBottom = static_cast<T>(sizeof(T) == 4 ? 0x1p30 : 0x1p300);
  constexpr T kUp = static_cast<T>(sizeof(T) == 4 ? 0x1p60 : 0x1p600);
  const Batch<T> factor = select(large > kTop, kDown, select(large < kBottom, Batch<T>(kUp), T{1}));
  const Batch<T> zero(T{0});
  const Batch<T> one(T{1});
  // Infinite parts outweigh finite ones and equal each other; of two zeros x counts as the larger.
  const Mask<T> endless = large == kInfinity<T>;
  const Batch<T> b = select(endless, select(ay == kInfinity<T>, one, zero), ay * factor);
  const Batch<T> rightward = select(endless, select(ax == kInfinity<T>, one, zero), ax * factor);
  const Batch<T> a = select(large == T{0}, one, rightward);
  const Batch<T> angle = angleInQuadrant(b, a);
  const Batch<T> left = kHalfPi<T> * 2 - (angle - kHalfPiLow<T> * 2);
  // -0 counts as negative: compare its sign, not its value.
  const Mask<T> negative = withSign(one, x) < T{0};
  const Batch<T> result = select(negative, left, angle) | signOf(y);
  return select((x != x) | (y != y), x + y, result);
}

template <class T>
NDOPS_INLINE Batch<T> arctan(Batch<T> x) {
  const Batch<T> size = minimum(0x1p100, absolute(x));
  return angleInQuadrant<T>(size, T{1}) | signOf(x);
}

#if defined(__AVX512F__)
/// atan(t) - t for |t| <= 0.0785.
NDOPS_INLINE Batch<float> arctanTail(Batch<float> t, Batch<float> z) {
  return t * z * mulAdd(z, 0x1.97cdeep-3f, -0x1.555528p-2f);
}

NDOPS_INLINE Batch<float> arctan(Batch<float> x) {
  // atan(a) = angle + atan((a - tangent) / (1 + a tangent)).
  const Batch<float> a = minimum(0x1p60f, absolute(x));
  const AngleOf near = angleNear(a);
  const Batch<float> t = (a - near.tangent) * reciprocal(mulAdd(a, near.tangent, 1.0f));
  return (near.angle + (t + arctanTail(t, t * t))) | signOf(x);
}

NDOPS_COLD Batch<float> arctan2Anywhere(Batch<float> y, Batch<float> x) { return arctan2<float>(y, x); }
NDOPS_INLINE Batch<float> arctan2(Batch<float> y, Batch<float> x) {
  // Ordinary: where neither overflows and what the quotient leaves does not underflow.
  const Batch<float> b = absolute(y) * 0x1p64f;
  const Batch<float> a = absolute(x) * 0x1p64f;
  const Batch<float> large = maximum(a, b);
  const Mask<float> ordinary = (large > 1.0f) & (large < 0x1p100f) & (y == y);
  const AngleOf near = angleNear(b * Batch<float>(_mm512_rcp14_ps(a)));
  const Batch<float> bottom = mulAdd(b, near.tangent, a);
  const Batch<float> top = subMul(b, a, near.tangent);
  const Batch<float> inverse = reciprocal(bottom);
  const Batch<float> t = top * inverse;
  const Batch<float> rest = t + mulAdd(subMul(top, t, bottom), inverse, arctanTail(t, t * t));
  // To the left pi minus the angle: its first digits and the angle's add exactly.
  const __mmask16 left = _mm512_movepi32_mask(_mm512_castps_si512(x));
  const __m512 angle = _mm512_mask_sub_ps(near.angle, left, _mm512_set1_ps(0x1.921fap+1f), near.angle);
  const __m512 low = _mm512_mask_sub_ps(rest, left, _mm512_set1_ps(0x1.54442ep-19f), rest);
  const Batch<float> result = (Batch<float>(angle) + Batch<float>(low)) | signOf(y);
  return all(ordinary) ? result : select(ordinary, result, arctan2Anywhere(y, x));
}
#endif

/// (asin(t) - t) / t of z = t^2 <= 1/4.
NDOPS_INLINE Batch<float> arcsinTail(Batch<float> z) {
  return z * polynomial(z, 0x1.55555ep-3f, 0x1.332674p-4f, 0x1.70c3a4p-5f, 0x1.b19c3cp-6f, 0x1.397b58p-5f);
}
NDOPS_INLINE Batch<double> arcsinTail(Batch<double> z) {
  return z * polynomial(z, 0x1.555555555554ep-3, 0x1.3333333337342p-4, 0x1.6db6db67db5d4p-5, 0x1.f1c71fcc9b8d3p-6,
                        0x1.6e8b2428c3c4p-6, 0x1.1c59c35941fd4p-6, 0x1.c865dd9a0ccafp-7, 0x1.85829467d37c9p-7,
                        0x1.fbb4f14c4e55cp-8, 0x1.0984443f56c09p-6, -0x1.69d25f8f3619ep-7, 0x1.d115e1a816507p-6);
}

/// sqrt((1 - a) / 2) for a in [1/2, 1], in two parts, with its square: asin(a) = pi/2 - 2 asin of it.
template <class T>
struct HalfAngle {
  Batch<T> root;
  Batch<T> low;
  Batch<T> square;
};
template <class T>
NDOPS_INLINE HalfAngle<T> halfAngle(Batch<T> a) {
  const Batch<T> square = (T{1} - a) * T{0.5};
  const Batch<T> root = squareRoot(square);
  const Pair<T> back = exactProduct(root, root);
  const Batch<T> low = ((square - back.high) - back.low) / (root + root);
  return {root, select(square == T{0}, Batch<T>(T{0}), low), square};
}
#if defined(__AVX512F__)
NDOPS_INLINE HalfAngle<float> halfAngle(Batch<float> a) {
  const Batch<float> square = mulAdd(a, Batch<float>(-0.5f), 0.5f);
  const __m512 zero = _mm512_setzero_ps();
  const Batch<float> inverse = _mm512_maskz_rsqrt14_ps(_mm512_cmp_ps_mask(square, zero, _CMP_NEQ_UQ), square);
  const Batch<float> half = inverse * 0.5f;
  const Batch<float> rough = square * inverse;
  const Batch<float> root = mulAdd(subMul(square, rough, rough), half, rough);
  return {root, subMul(square, root, root) * half, square};
}
#endif

#if defined(__AVX512F__)
/// (asin(t) - t) / t^3 of z = t^2.
NDOPS_INLINE Batch<float> arcsinSlope(Batch<float> z) {
  return chain(z, 0x1.55555ep-3f, 0x1.332674p-4f, 0x1.70c3a4p-5f, 0x1.b19c3cp-6f, 0x1.397b58p-5f);
}
NDOPS_INLINE Batch<float> arcsin(Batch<float> x) {
  const Batch<float> a = absolute(x);
  const Mask<float> large = a > 0.5f;
  const HalfAngle<float> half = halfAngle(a);
  const Batch<float> t = select(large, half.root, a);
  const Batch<float> z = select(large, half.square, a * a);
  const Batch<float> cube = t * z;
  const Batch<float> tail = mulAdd(cube, arcsinSlope(z), select(large, half.low, 0.0f));
  // pi/2 - 2 (root + tail).
  const Batch<float> top = subMul(kHalfPi<float>, 2.0f, half.root);
  const Batch<float> lost = subMul(kHalfPi<float> - top, 2.0f, half.root);
  const Batch<float> rest = lost + subMul(kHalfPiLow<float>, 2.0f, tail);
  return (select(large, top, a) + select(large, rest, tail)) | signOf(x);
}
NDOPS_INLINE Batch<float> arccos(Batch<float> x) {
  const Batch<float> a = absolute(x);
  const __mmask16 large = _mm512_cmp_ps_mask(a, _mm512_set1_ps(0.5f), _CMP_GT_OQ);
  const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
  const HalfAngle<float> half = halfAngle(a);
  const Batch<float> t = _mm512_mask_mov_ps(x, large, half.root);
  const Batch<float> z = _mm512_mask_mov_ps(x * x, large, half.square);
  const Batch<float> p = arcsinSlope(z);
  const Batch<float> cube = t * z;
  // Of a large x 2 (root + tail), to the left pi less that; of others pi/2 - (x + tail).
  const Batch<float> low(kHalfPiLow<float>);
  const Batch<float> quarter(kHalfPi<float>);
  const Batch<float> tail = mulAdd(cube, p, half.low);
  const Batch<float> right = half.root + Batch<float>(_mm512_mask_sub_ps(tail, negative, tail, low));
  const Batch<float> side = _mm512_mask_sub_ps(right, negative, quarter, right);
  const Batch<float> middle = quarter - (x - subMul(low, cube, p));
  return _mm512_mask_add_ps(middle, large, side, side);
}
#endif

template <class T>
NDOPS_INLINE Batch<T> arcsin(Batch<T> x) {
  const Batch<T> a = absolute(x);
  const Mask<T> large = a > T{0.5};
  const HalfAngle<T> half = halfAngle(a);
  const Batch<T> t = select(large, half.root, a);
  const Batch<T> tail = t * arcsinTail(select(large, half.square, a * a));
  const Pair<T> rest = fastSum<T>(kHalfPi<T>, T{-2} * half.root);
  const Batch<T> top = rest.high + (rest.low - (T{2} * (tail + half.low) - kHalfPiLow<T>));
  return select(large, top, a + tail) | signOf(x);
}

template <class T>
NDOPS_INLINE Batch<T> arccos(Batch<T> x) {
  const Batch<T> a = absolute(x);
  const Mask<T> large = a > T{0.5};
  const HalfAngle<T> half = halfAngle(a);
  const Batch<T> t = select(large, half.root, x);
  const Batch<T> tail = t * arcsinTail(select(large, half.square, x * x));
  const Batch<T> middle = kHalfPi<T> - (x - (kHalfPiLow<T> - tail));
  const Batch<T> right = T{2} * (half.root + (tail + half.low));
  const Batch<T> left = T{2} * (kHalfPi<T> - (half.root + ((tail + half.low) - kHalfPiLow<T>)));
  return select(large, select(x < T{0}, left, right), middle);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
