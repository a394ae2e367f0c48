// Trigonometric and hyperbolic functions of complex numbers and their inverses, in float64 lanes. Special values and
// branch cuts are C's: functions of the plane turned by i are one another. Errors count against the larger part: bounds
// in test/native/elementwise/complexMath.cc.
#pragma once

#include "simd/complex.h"
#include "simd/hyperbolic.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// i z and -i z.
NDOPS_INLINE ComplexBatch turned(ComplexBatch z) { return {-z.im, z.re}; }
NDOPS_INLINE ComplexBatch turnedBack(ComplexBatch z) { return {z.im, -z.re}; }

/// sinh x and cosh x, both to be multiplied by `again`, which is 1 where they do not overflow.
struct Hyperbola {
  Batch<double> sine;
  Batch<double> cosine;
  Batch<double> again;
};
NDOPS_INLINE Hyperbola hyperbolaOf(Batch<double> x) {
  Hyperbola of{sinh(x), cosh(x), 1.0};
  const Mask<double> large = absolute(x) > 700.0;
  if (any(large)) {
    const Batch<double> root = exp(select(large, absolute(x), Batch<double>(0.0)) * 0.5);
    of = {select(large, withSign(root * 0.5, x), of.sine), select(large, root * 0.5, of.cosine),
          select(large, root, of.again)};
  }
  return of;
}

/// C's csinh: sinh x cos y + i cosh x sin y.
NDOPS_INLINE ComplexBatch complexSinh(ComplexBatch z) {
  const Hyperbola h = hyperbolaOf(z.re);
  const Circle c = circleOf(z.im);
  const Batch<double> re = h.sine * c.cosine * h.again;
  const Batch<double> im = h.cosine * c.sine * h.again;
  // No angle: 0 and infinity keep their real part.
  const Mask<double> kept = (c.cosine != c.cosine) & ((z.re == 0.0) | (absolute(z.re) == kInfinity<double>));
  return {select(kept, z.re, re), select(z.im == 0.0, z.im, im)};
}

/// C's ccosh: cosh x cos y + i sinh x sin y.
NDOPS_INLINE ComplexBatch complexCosh(ComplexBatch z) {
  const Hyperbola h = hyperbolaOf(z.re);
  const Circle c = circleOf(z.im);
  const Batch<double> re = h.cosine * c.cosine * h.again;
  const Batch<double> im = h.sine * c.sine * h.again;
  const Mask<double> endless = (c.cosine != c.cosine) & (absolute(z.re) == kInfinity<double>);
  const Mask<double> real = (z.re == 0.0) | (z.im == 0.0);
  return {select(endless, kInfinity<double>, re), select(real, signOf(z.re) ^ signOf(c.sine), im)};
}

/// C's ctanh: (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y).
NDOPS_INLINE ComplexBatch complexTanh(ComplexBatch z) {
  const Batch<double> a = absolute(z.re);
  const Circle c = circleOf(z.im);
  const Batch<double> bounded = minimum(22.0, a);
  const Batch<double> sine = sinh(bounded);
  const Batch<double> cosine = cosh(bounded);
  const Batch<double> below = mulAdd(sine, sine, c.cosine * c.cosine);
  const Batch<double> turn = c.sine * c.cosine;
  Batch<double> re = sine * cosine / below;
  Batch<double> im = turn / below;
  const Mask<double> large = a > 22.0;
  const Mask<double> lost = c.cosine != c.cosine;
  if (any(large | lost)) {
    const Batch<double> zero(0.0);
    const Mask<double> endless = a == kInfinity<double>;
    const Batch<double> far = 4.0 * turn * exp(-2.0 * select(large, a, zero));
    re = select(large & (endless | !lost), 1.0, re);
    im = select(large, select(endless & lost, zero, far), im);
    re = select((z.re == 0.0) & lost, zero, re);
  }
  return {withSign(re, z.re), select(z.im == 0.0, z.im, im)};
}

NDOPS_INLINE ComplexBatch complexSin(ComplexBatch z) { return turnedBack(complexSinh(turned(z))); }
NDOPS_INLINE ComplexBatch complexCos(ComplexBatch z) { return complexCosh(turned(z)); }
NDOPS_INLINE ComplexBatch complexTan(ComplexBatch z) { return turnedBack(complexTanh(turned(z))); }

/// sqrt(x + iy), y >= 0, both below 2^501: parts >= 0.
NDOPS_INLINE ComplexBatch rootAbove(Batch<double> x, Batch<double> y) {
  const Batch<double> a = absolute(x);
  // Out of the end of the range, where squares would vanish.
  const Mask<double> small = maximum(a, y) < 0x1p-450;
  const Batch<double> factor = select(small, 0x1p600, Batch<double>(1.0));
  const Batch<double> u = a * factor;
  const Batch<double> v = y * factor;
  const Batch<double> major =
      squareRoot((u + squareRoot(mulAdd(u, u, v * v))) * 0.5) * select(small, 0x1p-300, Batch<double>(1.0));
  const Batch<double> minor = select(y == 0.0, x - x, y / (major + major));  // 0, or NaN beside NaN
  const Mask<double> right = x >= 0.0;
  return {select(right, major, minor), select(right, minor, major)};
}

/// The arcs of x + iy, y >= 0: asin z = sine + i rise, acos z = cosine - i rise. Kahan's formulas.
struct Arcs {
  Batch<double> sine;
  Batch<double> cosine;
  Batch<double> rise;
};
NDOPS_COLD void arcsOfLarge(const Batch<double>& x, const Batch<double>& y, Arcs* arcs) {
  // log |2z| and the angle of z: what is left out is below 2^-1000.
  const Batch<double> a = absolute(x);
  const Batch<double> most = maximum(a, y);
  const Mask<double> endless = (a == kInfinity<double>) | (y == kInfinity<double>);
  const Mask<double> large = (most > 0x1p500) | endless;
  const Batch<double> ratio = minimum(a, y) / most;
  const Batch<double> size = log(most) + mulAdd(log1p(ratio * ratio), 0.5, 0x1.62e42fefa39efp-1);
  arcs->sine = select(large, arctan2(x, y), arcs->sine);
  arcs->cosine = select(large, arctan2(y, x), arcs->cosine);
  arcs->rise = select(large, select(endless, kInfinity<double>, size), arcs->rise);
  // A NaN beside a real part of 0.
  const Mask<double> beside = (x == 0.0) & (y != y);
  arcs->sine = select(beside, x, arcs->sine);
  arcs->cosine = select(beside, kHalfPi<double>, arcs->cosine);
}
NDOPS_INLINE Arcs arcsOf(Batch<double> x, Batch<double> y) {
  const ComplexBatch right = rootAbove(x + 1.0, y);
  const ComplexBatch left = rootAbove(1.0 - x, y);  // of 1 - z, mirrored
  Arcs arcs{arctan2(x, mulAdd(right.re, left.re, right.im * left.im)), 2.0 * arctan2(left.re, right.re),
            arcsinh(mulAdd(left.re, right.im, left.im * right.re))};
  if (!all((absolute(x) <= 0x1p500) & (y <= 0x1p500))) {
    Arcs mended = arcs;
    arcsOfLarge(x, y, &mended);
    return mended;
  }
  return arcs;
}

NDOPS_INLINE ComplexBatch complexArcsin(ComplexBatch z) {
  const Arcs arcs = arcsOf(z.re, absolute(z.im));
  return {arcs.sine, withSign(arcs.rise, z.im)};
}
NDOPS_INLINE ComplexBatch complexArccos(ComplexBatch z) {
  const Arcs arcs = arcsOf(z.re, absolute(z.im));
  return {arcs.cosine, -withSign(arcs.rise, z.im)};
}
NDOPS_INLINE ComplexBatch complexArccosh(ComplexBatch z) {
  const Arcs arcs = arcsOf(z.re, absolute(z.im));
  return {arcs.rise, withSign(arcs.cosine, z.im)};
}
NDOPS_INLINE ComplexBatch complexArcsinh(ComplexBatch z) { return turnedBack(complexArcsin(turned(z))); }

/// For x >= 0, y >= 0: log1p(4x / ((1 - x)^2 + y^2)) / 4 + i atan2(2y, (1 - x)(1 + x) - y^2) / 2.
NDOPS_COLD void arctanhOfEnds(const Batch<double>& x, const Batch<double>& y, ComplexBatch* result) {
  const Batch<double> zero(0.0);
  // 1 / z + i pi/2 far out, in parts that do not overflow.
  const Batch<double> most = maximum(x, y);
  const Mask<double> endless = (x == kInfinity<double>) | (y == kInfinity<double>);
  const Mask<double> large = (most > 0x1p100) | endless;
  const Batch<double> u = x / most;
  const Batch<double> v = y / most;
  const Batch<double> far = u / mulAdd(u, u, v * v) / most;
  result->re = select(large, select(endless, zero, far), result->re);
  const Batch<double> turn =
      select(((x == x) & (y == y)) | (y == kInfinity<double>), kHalfPi<double>, Batch<double>(kNaN<double>));
  result->im = select(large, turn, result->im);
  // So near to 1 that only y is left.
  const Mask<double> near = (x == 1.0) & (y < 0x1p-500);
  result->re = select(near, 0.5 * (0x1.62e42fefa39efp-1 - log(y)), result->re);
  result->re = select((x == 0.0) & (y != y), x, result->re);
}
NDOPS_INLINE ComplexBatch complexArctanh(ComplexBatch z) {
  const Batch<double> x = absolute(z.re);
  const Batch<double> y = absolute(z.im);
  const Batch<double> gap = 1.0 - x;
  const Batch<double> t = 4.0 * x / mulAdd(gap, gap, y * y);
  ComplexBatch result{0.25 * log1p(t), 0.5 * arctan2(y + y, subMul(gap * (x + 1.0), y, y))};
  if (!all((x <= 0x1p100) & (y <= 0x1p100) & ((x != 1.0) | (y >= 0x1p-500)))) {
    ComplexBatch mended = result;
    arctanhOfEnds(x, y, &mended);
    result = mended;
  }
  return {withSign(result.re, z.re), withSign(result.im, z.im)};
}
NDOPS_INLINE ComplexBatch complexArctan(ComplexBatch z) { return turnedBack(complexArctanh(turned(z))); }

/// C's csqrt.
NDOPS_INLINE ComplexBatch complexSqrt(ComplexBatch z) {
  const Batch<double> a = absolute(z.re);
  const Batch<double> b = absolute(z.im);
  const Batch<double> infinity(kInfinity<double>);
  const Mask<double> large = maximum(a, b) > 0x1p500;
  const Batch<double> factor = select(large, 0x1p-600, Batch<double>(1.0));
  const ComplexBatch root = rootAbove(z.re * factor, b * factor);
  const Batch<double> back = select(large, 0x1p300, Batch<double>(1.0));
  Batch<double> re = root.re * back;
  Batch<double> im = root.im * back;
  if (!all((a < infinity) & (b < infinity))) {
    const Batch<double> zero(0.0);
    const Batch<double> other = select(b == b, zero, b);
    re = select(z.re == infinity, infinity, select(z.re == -infinity, other, re));
    im = select(z.re == infinity, other, select(z.re == -infinity, infinity, im));
    re = select(b == infinity, infinity, re);
    im = select(b == infinity, infinity, im);
    const Mask<double> lost = (z.re != z.re) & (b != infinity);
    re = select(lost, kNaN<double>, re);
    im = select(lost, kNaN<double>, im);
  }
  return {re, withSign(im, z.im)};
}

/// 1 / sqrt z by Smith's formula; of 0 infinity + i NaN.
NDOPS_INLINE ComplexBatch complexRsqrt(ComplexBatch z) {
  const ComplexBatch root = complexSqrt(z);
  const Batch<double> b = absolute(root.im);
  const Mask<double> wide = root.re >= b;
  const Batch<double> major = select(wide, root.re, b);
  const Batch<double> ratio = select(wide, b, root.re) / major;
  const Batch<double> size = 1.0 / mulAdd(select(wide, b, root.re), ratio, major);
  const Batch<double> other = ratio * size;
  const Mask<double> zero = major == 0.0;
  return {select(zero, kInfinity<double>, select(wide, size, other)), withSign(select(wide, other, size), -root.im)};
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
