// C's pow: float32 within 0.51 ULP (computed in float64 lanes), float64 within 1 ULP (the logarithm in two parts).
#pragma once

#include "simd/pair.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// 2^(y log2 x) for x > 0 that come from float32; y finite. Within 2^-31 relative.
NDOPS_INLINE Batch<double> powerCore(Batch<double> x, Batch<double> y) {
  const Split<double> parts = split(x);
  const Batch<double> s = quickDivide(parts.fraction, parts.fraction + 2.0);
  const Batch<double> p =
      polynomial(s * s, 0x1.71547652b825p1, 0x1.ec709dc53e08ep-1, 0x1.2776c291556f6p-1, 0x1.a61a305eb0d43p-2,
                 0x1.47951222e766p-2, 0x1.21b4e452a9898p-2);
  const Batch<double> z = y * mulAdd(s, p, parts.exponent);
  const Batch<double> bounded = minimum(300.0, maximum(-300.0, z));
  const Batch<double> n = rounded(bounded);
  const Batch<double> power =
      polynomial(bounded - n, 1.0, 0x1.62e42ff0e191dp-1, 0x1.ebfbe0778724bp-3, 0x1.c6b08ac06c325p-5,
                 0x1.3b29f39d4d49cp-7, 0x1.5d8a85fe7833cp-10, 0x1.445c840469a21p-13, 0x1.fde5fe328a61ep-17);
  return scaleNormal(power, n);
}

/// x^y for x > 0, y finite.
NDOPS_INLINE Batch<float> powerPositive(Batch<float> x, Batch<float> y) {
  return narrow(powerCore(widenLow(x), widenLow(y)), powerCore(widenHigh(x), widenHigh(y)));
}

/// log2 x in two parts, within 2^-66 relative.
NDOPS_INLINE Pair<double> logarithm2(Batch<double> x) {
  // With s = f / (2 + f): log2(1 + f) = 2 atanh(s) / ln 2 = s (C1 + z (C3 + z (C5 + ...))), z = s^2; Ck = 2 / (k ln 2).
  const Split<double> parts = split(x);
  const Pair<double> d = fastSum<double>(2.0, parts.fraction);
  const Batch<double> inverse = 1.0 / d.high;
  const Batch<double> s = parts.fraction * inverse;
  const Pair<double> back = exactProduct(s, d.high);
  const Batch<double> sLow = (((parts.fraction - back.high) - back.low) - s * d.low) * inverse;
  const Pair<double> square = exactProduct(s, s);
  const Batch<double> z = square.high;
  const Batch<double> zLow = mulAdd(s + s, sLow, square.low);

  const Batch<double> p =
      polynomial(z, 0x1.2776c50ef9bfep-1, 0x1.a61762a7ae41fp-2, 0x1.484b13d735a5ap-2, 0x1.0c9a85003aac2p-2,
                 0x1.c68f04d8d9245p-3, 0x1.8a06270c03542p-3, 0x1.593a669ac6a9cp-3, 0x1.604285882ccfep-3);
  const Pair<double> zp = exactProduct(z, p);
  const Pair<double> c3 = fastSum<double>(0x1.ec709dc3a03fdp-1, zp.high);
  const Batch<double> c3Low = c3.low + (mulAdd(zLow, p, zp.low) + 0x1.d27f05548af0cp-55);
  const Pair<double> zc = exactProduct(z, c3.high);
  const Batch<double> zcLow = zc.low + mulAdd(zLow, c3.high, z * c3Low);
  const Pair<double> c1 = fastSum<double>(0x1.71547652b82fep+1, zc.high);
  const Batch<double> c1Low = c1.low + (zcLow + 0x1.777d0ffda0d24p-55);
  const Pair<double> product = exactProduct(s, c1.high);
  const Batch<double> productLow = product.low + mulAdd(sLow, c1.high, s * c1Low);
  const Pair<double> sum = fastSum(parts.exponent, product.high);
  return fastSum(sum.high, sum.low + productLow);
}

/// x^y for x > 0, y finite.
NDOPS_INLINE Batch<double> powerPositive(Batch<double> x, Batch<double> y) {
  const Pair<double> l = logarithm2(x);
  // Past 2^70 every x but 1 has left the range; kept small, the exact product cannot overflow.
  const Batch<double> limit(0x1p70);
  const Batch<double> bounded = minimum(limit, maximum(-limit, y));
  const Pair<double> z = exactProduct(bounded, l.high);
  const Batch<double> ends(1100.0);
  const Batch<double> high = minimum(ends, maximum(-ends, z.high));
  const Batch<double> rest = mulAdd(bounded, l.low, z.low);
  const Batch<double> low = select(absolute(high) < ends, rest, 0.0);
  const Batch<double> n = rounded(high);
  const Batch<double> r = high - n;
  const Batch<double> tail =
      polynomial(r, 0x1.ebfbdff82c5a6p-3, 0x1.c6b08d704a12cp-5, 0x1.3b2ab6fb9fda6p-7, 0x1.5d87fe789e96fp-10,
                 0x1.4309130f6cbdbp-13, 0x1.ffcbfc6685ee5p-17, 0x1.62bfc6596be6ap-20, 0x1.b52522bc20bcdp-24,
                 0x1.e61d4332035bap-28, 0x1.e9731780488cp-32);
  // 2^(r + low) = 1 + r ln 2 + (r^2 tail + low ln 2 2^r): the first product exactly, the last to first order.
  const Batch<double> ln2(0x1.62e42fefa39efp-1);
  const Pair<double> linear = exactProduct(r, ln2);
  const Batch<double> curved = r * r * tail;
  const Batch<double> moved = low * mulAdd(ln2, linear.high + curved, ln2);
  const Pair<double> sum = fastSum<double>(1.0, linear.high);
  return scale(sum.high + (sum.low + (curved + (linear.low + moved))), n);
}

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

template <class T>
NDOPS_INLINE Batch<T> power(Batch<T> x, Batch<T> y) {
  if (all((x > 0) & (x < kInfinity<T>) & (absolute(y) < kInfinity<T>))) return powerPositive(x, y);
  return powerSpecial(x, y);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
