// C's pow as 2^(y log2 x): float64, and float32 on AVX-512, with the logarithm in two parts, within 0.9 and 0.8 ULP;
// other float32 in float64 lanes, within 0.6 ULP. Representable results are exact.
#pragma once

#include "simd/pair.h"
#include "simd/powerTables.h"

namespace ndops::NDOPS_LEVEL {
namespace {

#if defined(__AVX512F__)

/// x^y for finite x > 0, y finite.
NDOPS_INLINE Batch<float> powerPositive(Batch<float> x, Batch<float> y) {
  __m512 lanes[1] = {x};
  quickPower<1>(lanes, {y});
  return lanes[0];
}
/// Of two batches.
NDOPS_INLINE void powersPositive(Batch<float>& x, Batch<float>& x2, Batch<float> y, Batch<float> y2) {
  __m512 lanes[2] = {x, x2};
  quickPower<2>(lanes, {y, y2});
  x = lanes[0];
  x2 = lanes[1];
}

/// x^y for finite x > 0, y finite.
NDOPS_INLINE Batch<double> powerPositive(Batch<double> x, Batch<double> y) {
  const Mask<double> small = x < Format<double>::kSmallest;
  const Mask<double> large = x >= 0x1p1023;
  __m512d lanes[1] = {x * select(small, 0x1p54, select(large, 0x1p-54, Batch<double>(1.0)))};
  powers<1>(lanes, {y}, select(small, -54.0, select(large, 54.0, Batch<double>(0.0))));
  return lanes[0];
}
/// Of two batches, for x in [2^-1022, 2^1023).
NDOPS_INLINE void powersPositive(Batch<double>& x, Batch<double>& x2, Batch<double> y, Batch<double> y2) {
  __m512d lanes[2] = {x, x2};
  powers<2>(lanes, {y, y2}, _mm512_setzero_pd());
  x = lanes[0];
  x2 = lanes[1];
}

#else

/// With s = f / (2 + f): log2(1 + f) = 2 atanh(s) / ln 2 = s (C1 + z (C3 + z (C5 + ...))), z = s^2, Ck = 2 / (k ln 2);
/// and 2^r = 1 + r ln 2 + r^2 q(r) for |r| <= 1/2. The functions are the remainder past C3 and q.
struct Terms {
  static constexpr double kC1 = 0x1.71547652b82fep+1, kC1Low = 0x1.777d0ffda0d24p-55;
  static constexpr double kC3 = 0x1.ec709dc3a03fdp-1, kC3Low = 0x1.d27f05548af0cp-55;
  static constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2Low = 0x1.abc9e3b39803fp-56;
  static constexpr double kEnd = 1100;
  static NDOPS_INLINE Batch<double> logarithm(Batch<double> z) {
    return polynomial(z, 0x1.2776c50ef9bfep-1, 0x1.a61762a7ae41fp-2, 0x1.484b13d735a5ap-2, 0x1.0c9a85003aac2p-2,
                      0x1.c68f04d8d9245p-3, 0x1.8a06270c03542p-3, 0x1.593a669ac6a9cp-3, 0x1.604285882ccfep-3);
  }
  static NDOPS_INLINE Batch<double> power(Batch<double> r) {
    return polynomial(r, 0x1.ebfbdff82c5a6p-3, 0x1.c6b08d704a12cp-5, 0x1.3b2ab6fb9fda6p-7, 0x1.5d87fe789e96fp-10,
                      0x1.4309130f6cbdbp-13, 0x1.ffcbfc6685ee5p-17, 0x1.62bfc6596be6ap-20, 0x1.b52522bc20bcdp-24,
                      0x1.e61d4332035bap-28, 0x1.e9731780488cp-32);
  }
};

/// log2 x in two parts, for finite x > 0. Relative error: 2^-65.
NDOPS_INLINE Pair<double> logarithm2(Batch<double> x) {
  const Split<double> parts = split(x);
  const Batch<double> f = parts.fraction;
  const Pair<double> d = fastSum<double>(2.0, f);
  const Batch<double> inverse = reciprocal(d.high);
  const Batch<double> s = f * inverse;
  const Pair<double> back = exactProduct(s, d.high);
  const Batch<double> sLow = (((f - back.high) - back.low) - s * d.low) * inverse;
  const Pair<double> square = exactProduct(s, s);
  const Batch<double> z = square.high;
  const Batch<double> zLow = mulAdd(s + s, sLow, square.low);

  const Batch<double> p = Terms::logarithm(z);
  const Pair<double> zp = exactProduct(z, p);
  const Pair<double> c3 = fastSum<double>(Terms::kC3, zp.high);
  const Batch<double> c3Low = c3.low + (mulAdd(zLow, p, zp.low) + Terms::kC3Low);
  const Pair<double> zc = exactProduct(z, c3.high);
  const Batch<double> zcLow = zc.low + mulAdd(zLow, c3.high, z * c3Low);
  const Pair<double> c1 = fastSum<double>(Terms::kC1, zc.high);
  const Batch<double> c1Low = c1.low + (zcLow + Terms::kC1Low);
  const Pair<double> product = exactProduct(s, c1.high);
  const Batch<double> productLow = product.low + mulAdd(sLow, c1.high, s * c1Low);
  const Pair<double> sum = fastSum(parts.exponent, product.high);
  return fastSum(sum.high, sum.low + productLow);
}

/// x^y for finite x > 0, y finite.
NDOPS_INLINE Batch<double> powerPositive(Batch<double> x, Batch<double> y) {
  const Pair<double> l = logarithm2(x);
  // Without fused multiply-add a huge y would overflow inside the exact product; past 2^70 every x but 1 has left the
  // range.
  const Batch<double> factor = kFused ? y : minimum(0x1p70, maximum(-0x1p70, y));
  const Pair<double> z = exactProduct(factor, l.high);
  const Batch<double> high = minimum(Terms::kEnd, maximum(-Terms::kEnd, z.high));
  const Batch<double> low = select(absolute(high) < Terms::kEnd, mulAdd(factor, l.low, z.low), 0.0);
  const Batch<double> n = rounded(high);
  const Batch<double> r = high - n;
  // 2^(r + low) = 1 + r ln 2 + (r^2 q(r) + low ln 2 2^r): the first product exactly, the last to first order.
  const Pair<double> linear = exactProduct<double>(r, Terms::kLn2);
  const Batch<double> curved = r * r * Terms::power(r);
  const Batch<double> moved = low * mulAdd(Terms::kLn2, linear.high + curved, Terms::kLn2);
  const Pair<double> sum = fastSum<double>(1.0, linear.high);
  const Batch<double> rest = mulAdd(r, Terms::kLn2Low, linear.low + moved);
  return scale(sum.high + (sum.low + (curved + rest)), n);
}

/// log2 x within 2^-40 relative, for finite x > 0 that comes from float32.
NDOPS_INLINE Batch<double> quickLogarithm2(Batch<double> x) {
  const Split<double> parts = split(x);
  const Batch<double> s = parts.fraction / (parts.fraction + 2.0);
  const Batch<double> p = polynomial(s * s, 0x1.71547652b825p1, 0x1.ec709dc53e08ep-1, 0x1.2776c291556f6p-1,
                                     0x1.a61a305eb0d43p-2, 0x1.47951222e766p-2, 0x1.21b4e452a9898p-2);
  return mulAdd(s, p, parts.exponent);
}

/// 2^z within 2^-34 relative, for a float32 result: infinite or 0 where that would be.
NDOPS_INLINE Batch<double> quickPowerOf2(Batch<double> z) {
  const Batch<double> bounded = minimum(300.0, maximum(-300.0, z));
  const Batch<double> n = rounded(bounded);
  const Batch<double> power =
      polynomial(bounded - n, 1.0, 0x1.62e42ff0e191dp-1, 0x1.ebfbe0778724bp-3, 0x1.c6b08ac06c325p-5,
                 0x1.3b29f39d4d49cp-7, 0x1.5d8a85fe7833cp-10, 0x1.445c840469a21p-13, 0x1.fde5fe328a61ep-17);
  return power * powerOfTwo(n);
}

/// x^y for finite x > 0, y finite.
NDOPS_INLINE Batch<float> powerPositive(Batch<float> x, Batch<float> y) {
  const Batch<double> low = widenLow(y) * quickLogarithm2(widenLow(x));
  const Batch<double> high = widenHigh(y) * quickLogarithm2(widenHigh(x));
  return narrow(quickPowerOf2(low), quickPowerOf2(high));
}

/// Of two batches.
template <class T>
NDOPS_INLINE void powersPositive(Batch<T>& x, Batch<T>& x2, Batch<T> y, Batch<T> y2) {
  x = powerPositive(x, y);
  x2 = powerPositive(x2, y2);
}

#endif

/// The special cases of C's pow around powerPositive's result for |x|.
template <class T>
NDOPS_COLD Batch<T> powerSpecial(Batch<T> x, Batch<T> y) {
  const Batch<T> zero(0);
  const Batch<T> one(1);
  const Batch<T> infinity(kInfinity<T>);
  const Batch<T> base = absolute(x);
  const Batch<T> size = absolute(y);
  const Mask<T> ordinary = (base > zero) & (base < infinity) & (size < infinity);
  const Batch<T> value = powerPositive(select(ordinary, base, one), select(ordinary, y, one));

  // Infinity or 0: where base and exponent pull the same way. Both 0 and infinite bases, and infinite exponents.
  const Mask<T> up = y > zero;
  const Batch<T> extreme = select(base > one, select(up, infinity, zero), select(up, zero, infinity));
  Batch<T> result = select(ordinary, value, extreme);
  result = select((base == one) & (size == infinity), one, result);

  // An odd integer exponent keeps the sign of a negative base (-0 too); a fraction makes NaN of a finite one.
  const Mask<T> whole = truncated(y) == y;
  const Batch<T> half = y * T{0.5};
  const Mask<T> odd = whole & (truncated(half) != half);
  result = result ^ (signOf(x) & select(odd, T{-0.0}, zero));
  result = select((x < zero) & (base < infinity) & !whole & (y == y), kNaN<T>, result);
  result = select((x != x) | (y != y), x + y, result);
  return select((y == zero) | (x == one), one, result);
}

/// Where powersPositive holds and its end is not near.
template <class T>
NDOPS_INLINE Mask<T> isOrdinaryPower(Batch<T> x, Batch<T> y) {
  constexpr T kEnd = static_cast<T>(sizeof(T) == 4 ? 0x1p127 : 0x1p1023);
  return (x >= Format<T>::kSmallest) & (x < kEnd) & (absolute(y) < kInfinity<T>);
}

template <class T>
NDOPS_INLINE Batch<T> power(Batch<T> x, Batch<T> y) {
  if (all(isOrdinaryPower(x, y))) return powerPositive(x, y);
  return powerSpecial(x, y);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
