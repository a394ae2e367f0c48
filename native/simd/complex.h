// exp, log and power of complex numbers, in float64 lanes: parts of complex64 results are within 1 ULP of the larger
// part, of complex128 ones within 4 for exp and 2 for log; power's error grows with |y log x| (ULP), as C's does.
#pragma once

#include "simd/exponential.h"
#include "simd/trigonometric.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct ComplexBatch {
  Batch<double> re;
  Batch<double> im;
};

/// C's cexp.
NDOPS_INLINE ComplexBatch complexExp(ComplexBatch z) {
  const Batch<double> infinity(kInfinity<double>);
  const Angle angle = reduceByHalfPi(z.im);
  const SineCosine of = sineCosine(angle.high, angle.low);
  const Mask<double> odd = isOdd(angle.quadrant);
  const Batch<double> sine = select(odd, of.cosine.high, of.sine.high) ^ signFrom(angle.quadrant, 1);
  const Batch<double> cosine =
      select(odd, of.sine.high, of.cosine.high) ^ signFrom(angle.quadrant + std::uint64_t{1}, 1);
  // Where exp(re) alone would overflow, its root multiplies twice.
  const Mask<double> large = z.re > 700.0;
  const Batch<double> size = exp(select(large, z.re * 0.5, z.re));
  const Batch<double> again = select(large, size, 1.0);
  ComplexBatch result{size * cosine * again, size * sine * again};
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

/// C's clog.
NDOPS_INLINE ComplexBatch complexLog(ComplexBatch z) {
  const Batch<double> a = absolute(z.re);
  const Batch<double> b = absolute(z.im);
  const Batch<double> large = maximum(a, b);
  const Batch<double> small = minimum(a, b);
  const Batch<double> zero(0.0);
  const Batch<double> ratio = select(small == 0.0, zero, small / large);
  const Batch<double> far = log(large) + 0.5 * log1p(ratio * ratio);
  // |z|^2 - 1 exactly but for its last rounding, where it is small.
  const Batch<double> bounded = minimum(2.0, large);
  const Pair<double> p = exactProduct(bounded, bounded);
  const Pair<double> q = exactProduct(minimum(2.0, small), minimum(2.0, small));
  const Pair<double> s = exactSum<double>(-1.0, p.high);
  const Pair<double> t = exactSum(s.high, q.high);
  const Pair<double> excess = fastSum(t.high, t.low + (s.low + (p.low + q.low)));
  const Batch<double> near = 0.5 * logOnePlus(excess);
  const Batch<double> infinity(kInfinity<double>);
  const Batch<double> size = select(absolute(excess.high) < 0.5, near, far);
  const Mask<double> endless = (a == infinity) | (b == infinity);
  const Batch<double> known = select((z.re == z.re) & (z.im == z.im), size, z.re + z.im);
  return {select(endless, infinity, known), arctan2(z.im, z.re)};
}

/// exp(y log x): complex power where no special case applies.
NDOPS_INLINE ComplexBatch complexPower(ComplexBatch x, ComplexBatch y) {
  const ComplexBatch l = complexLog(x);
  return complexExp({y.re * l.re - y.im * l.im, y.re * l.im + y.im * l.re});
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
