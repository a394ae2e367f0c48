// Sines and their inverses, float64: within 1 ULP unless another bound is given, for every argument. float32 runs in
// float64 lanes (simd/widened.h), within 0.51 ULP.
#pragma once

#include "simd/reduction.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct SineCosine {
  Pair<double> sine;
  Pair<double> cosine;
};

/// Of high + low, |high| <= pi/4.
NDOPS_INLINE SineCosine sineCosine(Batch<double> high, Batch<double> low) {
  const Batch<double> z = high * high;
  const Batch<double> half = z * 0.5;
  const Batch<double> s = polynomial(z, -0x1.5555555555555p-3, 0x1.1111111110c6ep-7, -0x1.a01a019e9ba5p-13,
                                     0x1.71de37aa8408p-19, -0x1.ae601982f63ap-26, 0x1.5e0ee6fe79cbdp-33);
  const Pair<double> sine = fastSum(high, mulAdd(high * z, s, subMul(low, low, half)));
  const Batch<double> c = polynomial(z, 0x1.5555555555555p-5, -0x1.6c16c16c168c4p-10, 0x1.a01a019f3690ap-16,
                                     -0x1.27e4fa009f8aep-22, 0x1.1eeb5566d1155p-29, -0x1.9071bfeef2c7p-37);
  const Batch<double> most = 1.0 - half;
  const Batch<double> rest = ((1.0 - most) - half) + subMul(z * z * c, high, low);
  return {sine, fastSum(most, rest)};
}

/// -0.0 where the bit of the quadrant is set, to be xor-ed.
NDOPS_INLINE Batch<double> signFrom(Batch<std::uint64_t> quadrant, int bit) {
  return bitCast<double>((quadrant >> bit) << 63);
}
NDOPS_INLINE Mask<double> isOdd(Batch<std::uint64_t> quadrant) { return bitCast<double>((quadrant << 63) >> 1) != 0.0; }

NDOPS_INLINE Batch<double> sin(Batch<double> x) {
  const Angle angle = reduceByHalfPi(x);
  const SineCosine of = sineCosine(angle.high, angle.low);
  const Batch<double> result =
      select(isOdd(angle.quadrant), of.cosine.high, of.sine.high) ^ signFrom(angle.quadrant, 1);
  return select(x == 0.0, x, result);
}

NDOPS_INLINE Batch<double> cos(Batch<double> x) {
  const Angle angle = reduceByHalfPi(x);
  const SineCosine of = sineCosine(angle.high, angle.low);
  return select(isOdd(angle.quadrant), of.sine.high, of.cosine.high) ^ signFrom(angle.quadrant + std::uint64_t{1}, 1);
}

NDOPS_INLINE Batch<double> tan(Batch<double> x) {
  const Angle angle = reduceByHalfPi(x);
  const SineCosine of = sineCosine(angle.high, angle.low);
  const Mask<double> odd = isOdd(angle.quadrant);
  const Batch<double> result =
      quotient<double>({select(odd, -of.cosine.high, of.sine.high), select(odd, -of.cosine.low, of.sine.low)},
                       {select(odd, of.sine.high, of.cosine.high), select(odd, of.sine.low, of.cosine.low)})
          .sum();
  return select(x == 0.0, x, result);
}

/// The angle of (x, y) with 0 <= y, 0 <= x, not both infinite or 0.
NDOPS_INLINE Batch<double> angleInQuadrant(Batch<double> y, Batch<double> x) {
  const Batch<double> large = maximum(x, y);
  const Batch<double> small = minimum(x, y);
  // Past tan(pi/8): atan(t) = pi/4 + atan((t - 1) / (t + 1)).
  const Mask<double> turned = small > large * 0x1.a827999fcef34p-2;
  const Pair<double> over = fastSum(large, -small);
  const Pair<double> under = fastSum(large, small);
  const Batch<double> zero(0.0);
  const Pair<double> ratio = quotient<double>({select(turned, -over.high, small), select(turned, -over.low, zero)},
                                              {select(turned, under.high, large), select(turned, under.low, zero)});
  const Batch<double> t = ratio.high;
  const Batch<double> z = t * t;
  const Batch<double> p =
      polynomial(z, -0x1.5555555555555p-2, 0x1.9999999999816p-3, -0x1.2492492481dbdp-3, 0x1.c71c71bcb44aep-4,
                 -0x1.745d156a12876p-4, 0x1.3b137c5a8a1cbp-4, -0x1.110d32a20d66bp-4, 0x1.e17f88126d2bfp-5,
                 -0x1.abce40ef39cf3p-5, 0x1.721f2b26df32dp-5, -0x1.14d2099ab438ep-5, 0x1.fbd7230134c31p-7);
  const Batch<double> curved = mulAdd(t * z, p, ratio.low);
  // The whole angle is a multiple of pi/4 plus or minus atan(t): add what is small first.
  const Mask<double> steep = y > x;
  const Batch<double> quarter(kHalfPi / 2);
  const Batch<double> base = select(turned, quarter, select(steep, Batch<double>(kHalfPi), zero));
  const Batch<double> baseLow =
      select(turned, Batch<double>(kHalfPiLow / 2), select(steep, Batch<double>(kHalfPiLow), zero));
  const Batch<double> flip = signOf(select(steep, Batch<double>(-1.0), 1.0));
  const Pair<double> sum = fastSum(base, t ^ flip);
  return sum.high + (sum.low + ((curved ^ flip) + baseLow));
}

NDOPS_INLINE Batch<double> arctan2(Batch<double> y, Batch<double> x) {
  const Batch<double> ay = absolute(y);
  const Batch<double> ax = absolute(x);
  // Out of the ends of the range, where sums would overflow and quotients lose bits.
  const Batch<double> large = maximum(ax, ay);
  const Batch<double> factor = select(large > 0x1p900, 0x1p-200, select(large < 0x1p-900, Batch<double>(0x1p100), 1.0));
  const Batch<double> zero(0.0);
  const Batch<double> one(1.0);
  // Infinite parts outweigh finite ones and equal each other; of two zeros x counts as the larger.
  const Mask<double> endless = large == kInfinity<double>;
  const Batch<double> b = select(endless, select(ay == kInfinity<double>, one, zero), ay * factor);
  const Batch<double> rightward = select(endless, select(ax == kInfinity<double>, one, zero), ax * factor);
  const Batch<double> a = select(large == 0.0, one, rightward);
  const Batch<double> angle = angleInQuadrant(b, a);
  const Batch<double> left = kHalfPi * 2 - (angle - kHalfPiLow * 2);
  // -0 counts as negative: compare its sign, not its value.
  const Mask<double> negative = withSign(one, x) < 0.0;
  const Batch<double> result = select(negative, left, angle) | signOf(y);
  return select((x != x) | (y != y), x + y, result);
}

NDOPS_INLINE Batch<double> arctan(Batch<double> x) {
  const Batch<double> size = minimum(0x1p100, absolute(x));
  return angleInQuadrant(size, 1.0) | signOf(x);
}

/// (asin(t) - t) / t of z = t^2 <= 1/4.
NDOPS_INLINE Batch<double> arcsinTail(Batch<double> z) {
  return z * polynomial(z, 0x1.555555555554ep-3, 0x1.3333333337342p-4, 0x1.6db6db67db5d4p-5, 0x1.f1c71fcc9b8d3p-6,
                        0x1.6e8b2428c3c4p-6, 0x1.1c59c35941fd4p-6, 0x1.c865dd9a0ccafp-7, 0x1.85829467d37c9p-7,
                        0x1.fbb4f14c4e55cp-8, 0x1.0984443f56c09p-6, -0x1.69d25f8f3619ep-7, 0x1.d115e1a816507p-6);
}

/// sqrt((1 - a) / 2) for a in [1/2, 1], in two parts, with its square: asin(a) = pi/2 - 2 asin of it.
struct HalfAngle {
  Batch<double> root;
  Batch<double> low;
  Batch<double> square;
};
NDOPS_INLINE HalfAngle halfAngle(Batch<double> a) {
  const Batch<double> square = (1.0 - a) * 0.5;
  const Batch<double> root = squareRoot(square);
  const Pair<double> back = exactProduct(root, root);
  const Batch<double> low = ((square - back.high) - back.low) / (root + root);
  return {root, select(square == 0.0, Batch<double>(0.0), low), square};
}

NDOPS_INLINE Batch<double> arcsin(Batch<double> x) {
  const Batch<double> a = absolute(x);
  const Mask<double> large = a > 0.5;
  const HalfAngle half = halfAngle(a);
  const Batch<double> t = select(large, half.root, a);
  const Batch<double> tail = t * arcsinTail(select(large, half.square, a * a));
  const Pair<double> rest = fastSum<double>(kHalfPi, -2.0 * half.root);
  const Batch<double> top = rest.high + (rest.low - (2.0 * (tail + half.low) - kHalfPiLow));
  return select(large, top, a + tail) | signOf(x);
}

NDOPS_INLINE Batch<double> arccos(Batch<double> x) {
  const Batch<double> a = absolute(x);
  const Mask<double> large = a > 0.5;
  const HalfAngle half = halfAngle(a);
  const Batch<double> t = select(large, half.root, x);
  const Batch<double> tail = t * arcsinTail(select(large, half.square, x * x));
  const Batch<double> middle = kHalfPi - (x - (kHalfPiLow - tail));
  const Batch<double> right = 2.0 * (half.root + (tail + half.low));
  const Batch<double> left = 2.0 * (kHalfPi - (half.root + ((tail + half.low) - kHalfPiLow)));
  return select(large, select(x < 0.0, left, right), middle);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
