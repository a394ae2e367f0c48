// exp, the logarithms and power of complex numbers, in float64 lanes. Special values are C's. Errors count against the
// larger part: bounds in test/native/elementwise/complexMath.cc; power's grows with |y log x|, as C's does.
#pragma once

#include "simd/exponential.h"
#include "simd/trigonometric.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct ComplexBatch {
  Batch<double> re;
  Batch<double> im;
};

/// sin y and cos y rounded, and cos y - 1 without cancellation.
struct Circle {
  Batch<double> sine;
  Batch<double> cosine;
  Batch<double> cosineLess1;
};
NDOPS_INLINE Circle circleOf(Batch<double> y) {
  const Angle<double> angle = reduceByHalfPi(y);
  const SineCosine<double> of = sineCosine(angle.high, angle.low);
  const Mask<double> odd = isOdd(angle.quadrant);
  const Batch<double> sine = select(odd, of.cosine.high, of.sine.high) ^ signFrom(angle.quadrant, 1);
  const Batch<double> flip = signFrom(angle.quadrant + std::uint64_t{1}, 1);
  const Batch<double> cosine = select(odd, of.sine.high, of.cosine.high) ^ flip;
  const Batch<double> low = select(odd, of.sine.low, of.cosine.low) ^ flip;
  return {select(y == 0.0, y, sine), cosine, (cosine - 1.0) + low};
}

/// C's cexp.
NDOPS_INLINE ComplexBatch complexExp(ComplexBatch z, const Circle& circle) {
  const Batch<double> infinity(kInfinity<double>);
  // Where exp(re) alone would overflow, its root multiplies twice.
  const Mask<double> large = z.re > 700.0;
  const Batch<double> size = exp(select(large, z.re * 0.5, z.re));
  const Batch<double> again = select(large, size, 1.0);
  ComplexBatch result{size * circle.cosine * again, size * circle.sine * again};
  const Mask<double> plain = absolute(z.re) < infinity;
  if (!all(plain & (z.im != 0.0) & (absolute(z.im) < infinity))) {
    const Mask<double> real = z.im == 0.0;
    result.re = select(real, size * again, result.re);
    result.im = select(real, z.im, result.im);
    const Mask<double> lost = !(absolute(z.im) < infinity);
    const Batch<double> zero(0.0);
    result.re = select(lost & (z.re == -infinity), zero, select(lost & (z.re == infinity), infinity, result.re));
    result.im = select(lost & (z.re == -infinity), zero, result.im);
  }
  return result;
}
NDOPS_INLINE ComplexBatch complexExp(ComplexBatch z) { return complexExp(z, circleOf(z.im)); }

/// exp(z) - 1 = (expm1(x) cos y + (cos y - 1)) + i exp(x) sin y.
NDOPS_INLINE ComplexBatch complexExpm1(ComplexBatch z) {
  const Circle circle = circleOf(z.im);
  const ComplexBatch power = complexExp(z, circle);
  const Batch<double> near = mulAdd(expm1(z.re), circle.cosine, circle.cosineLess1);
  return {select(absolute(z.re) < 40.0, near, power.re - 1.0), power.im};
}

/// log |z| of |re| and |im|; `excess` is |z|^2 - 1 where that is below 2.75, and no less elsewhere.
NDOPS_INLINE Batch<double> logOfSize(Batch<double> a, Batch<double> b, const Pair<double>& excess) {
  const Batch<double> large = maximum(a, b);
  const Batch<double> small = minimum(a, b);
  const Batch<double> ratio = select(small == 0.0, Batch<double>(0.0), small / large);
  const Batch<double> far = log(large) + 0.5 * log1p(ratio * ratio);
  const Batch<double> near = 0.5 * logOnePlus(excess);
  const Batch<double> size = select(absolute(excess.high - 1.0) < 1.75, near, far);
  const Batch<double> known = select((a == a) & (b == b), size, a + b);
  return select((a == kInfinity<double>) | (b == kInfinity<double>), kInfinity<double>, known);
}

/// C's clog.
NDOPS_INLINE ComplexBatch complexLog(ComplexBatch z) {
  const Batch<double> a = absolute(z.re);
  const Batch<double> b = absolute(z.im);
  // |z|^2 - 1 exactly but for its last rounding, where z is small.
  const Batch<double> large = minimum(2.0, maximum(a, b));
  const Batch<double> small = minimum(2.0, minimum(a, b));
  const Pair<double> p = exactProduct(large, large);
  const Pair<double> q = exactProduct(small, small);
  const Pair<double> s = exactSum<double>(-1.0, p.high);
  const Pair<double> t = exactSum(s.high, q.high);
  return {logOfSize(a, b, fastSum(t.high, t.low + (s.low + (p.low + q.low)))), arctan2(z.im, z.re)};
}

/// log(1 + z); |1 + z|^2 - 1 = 2x + x^2 + y^2.
NDOPS_INLINE ComplexBatch complexLog1p(ComplexBatch z) {
  const Batch<double> x = minimum(3.0, maximum(-3.0, z.re));
  const Batch<double> y = minimum(3.0, absolute(z.im));
  const Pair<double> p = exactProduct(x, x);
  const Pair<double> q = exactProduct(y, y);
  const Pair<double> s = exactSum(x + x, p.high);
  const Pair<double> t = exactSum(s.high, q.high);
  const Batch<double> shifted = z.re + 1.0;
  const Pair<double> excess = fastSum(t.high, t.low + (s.low + (p.low + q.low)));
  return {logOfSize(absolute(shifted), absolute(z.im), excess), arctan2(z.im, shifted)};
}

NDOPS_INLINE ComplexBatch complexLog2(ComplexBatch z) {
  const ComplexBatch l = complexLog(z);
  return {l.re * kLog2e<double>, l.im * kLog2e<double>};
}
NDOPS_INLINE ComplexBatch complexLog10(ComplexBatch z) {
  const ComplexBatch l = complexLog(z);
  return {l.re * Base10<double>::kScale, l.im * Base10<double>::kScale};
}

/// exp(y log x): complex power where no special case applies.
NDOPS_INLINE ComplexBatch complexPower(ComplexBatch x, ComplexBatch y) {
  const ComplexBatch l = complexLog(x);
  return complexExp({y.re * l.re - y.im * l.im, y.re * l.im + y.im * l.re});
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
