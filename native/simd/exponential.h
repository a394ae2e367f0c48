// exp and the logarithms. Each holds on its type's whole range, subnormal arguments and results included; special
// values are C's. Bounds: exp and log 1 ULP, measured maxima in test/native/elementwise/exponential.cc.
#pragma once

#include "simd/pair.h"
#include "simd/pieces.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// ln 2 as a part of few bits, whose products with exponents are exact, and the rest.
template <class T>
struct Ln2;
template <>
struct Ln2<float> {
  static constexpr float kHigh = 0x1.63p-1f;
  static constexpr float kLow = -0x1.bd0106p-13f;
};
template <>
struct Ln2<double> {
  static constexpr double kHigh = 0x1.62e42fefa38p-1;
  static constexpr double kLow = 0x1.ef35793c7673p-45;
};
template <class T>
constexpr T kLog2e = static_cast<T>(0x1.71547652b82fep+0);

/// x = n ln 2 + rest + low with |rest| <= 0.347.
template <class T>
struct Reduced {
  Batch<T> n;
  Batch<T> rest;
  Batch<T> low;
};
template <class T>
NDOPS_INLINE Reduced<T> reduceByLn2(Batch<T> x) {
  const Batch<T> n = rounded(x * kLog2e<T>);
  const Batch<T> high = mulAdd(n, -Ln2<T>::kHigh, x);
  const Batch<T> low = n * Ln2<T>::kLow;
  const Batch<T> rest = high - low;
  return {n, rest, (high - rest) - low};
}

/// exp(r) - 1 - r over r^2, for |r| <= 0.347.
NDOPS_INLINE Batch<float> expTail(Batch<float> r) {
  return polynomial(r, 0x1.fffffcp-2f, 0x1.55549p-3f, 0x1.5558a2p-5f, 0x1.123adp-7f, 0x1.6a5e34p-10f);
}
NDOPS_INLINE Batch<double> expTail(Batch<double> r) {
  return polynomial(r, 0x1.000000000000ap-1, 0x1.55555555554fcp-3, 0x1.555555555067bp-5, 0x1.1111111127257p-7,
                    0x1.6c16c1848d831p-10, 0x1.a01a012dd547fp-13, 0x1.a01999128caeap-16, 0x1.71df1ce667f84p-19,
                    0x1.28ae4e4753ad6p-22, 0x1.ad8dcc55cfad9p-26);
}

template <class T>
NDOPS_INLINE Batch<T> exp(Batch<T> x) {
  // Past these bounds the result is 0 or infinite anyway.
  const Batch<T> lowest(static_cast<T>(sizeof(T) == 4 ? -104.5 : -746));
  const Batch<T> highest(static_cast<T>(sizeof(T) == 4 ? 89 : 710));
  const Reduced<T> r = reduceByLn2(minimum(highest, maximum(lowest, x)));
  const Batch<T> tail = mulAdd(r.rest * r.rest, expTail(r.rest), r.low);
  return scale(1 + (r.rest + tail), r.n);
}

/// log(1 + f) - f for 1 + f in [sqrt(1/2), sqrt(2)).
NDOPS_INLINE Batch<float> logTail(Batch<float> f) {
  const Batch<float> p = polynomial(f, 0x1.555554p-2f, -0x1.000228p-2f, 0x1.99a028p-3f, -0x1.54720cp-3f, 0x1.22d788p-3f,
                                    -0x1.0d853ap-3f, 0x1.056c98p-3f, -0x1.38de36p-4f);
  return f * f * mulAdd(f, p, -0.5f);
}
NDOPS_INLINE Batch<double> logTail(Batch<double> f) {
  // With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + s^2 P(s^2)).
  const Batch<double> s = f / (f + 2.0);
  const Batch<double> z = s * s;
  const Batch<double> p =
      polynomial(z, 0x1.5555555555558p-1, 0x1.99999999952eap-2, 0x1.2492492df6566p-2, 0x1.c71c62dc2c5ccp-3,
                 0x1.7462b7b8b89ccp-3, 0x1.39fdf3a20d16ep-3, 0x1.2b5dc05bcda0fp-3);
  const Batch<double> half = 0.5 * f * f;
  return mulAdd(s, mulAdd(z, p, half), -half);
}

/// Puts the logarithm of 0, infinity, NaN and negative x in place.
template <class T>
NDOPS_INLINE Batch<T> logSpecial(Batch<T> x, Batch<T> result) {
  const Batch<T> zero(0);
  if (all((x > zero) & (x < kInfinity<T>))) return result;
  const Batch<T> edge = select(x == zero, -kInfinity<T>, Batch<T>(kNaN<T>));
  const Batch<T> fixed = select(x > zero, result, edge);
  return select(x == kInfinity<T>, x, fixed);
}

/// The logarithm of finite x > 0 in two parts; their sum has lost all but half an ULP.
template <class T>
NDOPS_INLINE Pair<T> logInParts(Batch<T> x) {
  const Split<T> s = split(x);
  const Pair<T> sum = fastSum(s.exponent * Ln2<T>::kHigh, s.fraction);
  return {sum.high, mulAdd(s.exponent, Ln2<T>::kLow, sum.low + logTail(s.fraction))};
}

template <class T>
NDOPS_INLINE Batch<T> log(Batch<T> x) {
  return logSpecial(x, logInParts(x).sum());
}

/// Logarithms of another base: 1 / ln(base) and log_base(2) in two parts each; products of kStep with exponents are
/// exact.
template <class T>
struct Base2;
template <>
struct Base2<float> {
  static constexpr float kScale = 0x1.715476p+0f;
  static constexpr float kScaleLow = 0x1.4ae0cp-26f;
  static constexpr float kStep = 1;
  static constexpr float kStepLow = 0;
};
template <>
struct Base2<double> {
  static constexpr double kScale = 0x1.71547652b82fep+0;
  static constexpr double kScaleLow = 0x1.777d0ffda0d24p-56;
  static constexpr double kStep = 1;
  static constexpr double kStepLow = 0;
};
template <class T>
struct Base10;
template <>
struct Base10<float> {
  static constexpr float kScale = 0x1.bcb7b2p-2f;
  static constexpr float kScaleLow = -0x1.5b235ep-27f;
  static constexpr float kStep = 0x1.344p-2f;
  static constexpr float kStepLow = 0x1.3509f8p-18f;
};
template <>
struct Base10<double> {
  static constexpr double kScale = 0x1.bcb7b1526e50ep-2;
  static constexpr double kScaleLow = 0x1.95355baaafad3p-57;
  static constexpr double kStep = 0x1.34413509f78p-2;
  static constexpr double kStepLow = 0x1.fef311f12b358p-46;
};

template <class Base, class T>
NDOPS_INLINE Batch<T> logOfBase(Batch<T> x) {
  const Split<T> s = split(x);
  const Batch<T> scale(Base::kScale);
  const Pair<T> head = exactProduct(s.fraction, scale);
  const Batch<T> rest = mulAdd(s.fraction, Base::kScaleLow, mulAdd(logTail(s.fraction), scale, head.low));
  const Pair<T> sum = fastSum(s.exponent * Base::kStep, head.high);
  const Batch<T> low = mulAdd(s.exponent, Base::kStepLow, sum.low + rest);
  return logSpecial(x, sum.high + low);
}
template <class T>
NDOPS_INLINE Batch<T> log2(Batch<T> x) {
  return logOfBase<Base2<T>>(x);
}
template <class T>
NDOPS_INLINE Batch<T> log10(Batch<T> x) {
  return logOfBase<Base10<T>>(x);
}

#if defined(__AVX512F__)
// With q = (log(1 + r) - scale r) / r of the base, 1 / ln(base) in two parts and |r| <= 1/31.
NDOPS_INLINE Batch<float> log2(Batch<float> x) {
  const LogPiece piece = logPiece<true>(kLog2Table, x);
  const Batch<float> r = piece.rest;
  const Batch<float> q = chain(r, 0x1.4ae0cp-26f, -0x1.715476p-1f, 0x1.ec7104p-2f, -0x1.71697cp-2f, 0x1.20e85ep-2f);
  return (piece.exponent + piece.logarithm) + mulAdd(r, Base2<float>::kScale, r * q);
}
NDOPS_INLINE Batch<float> log10(Batch<float> x) {
  using Base = Base10<float>;
  const LogPiece piece = logPiece<false>(kLog10Table, x);
  const Batch<float> r = piece.rest;
  const Batch<float> q = chain(r, -0x1.5b235ep-27f, -0x1.bcb7b2p-3f, 0x1.287ac4p-3f, -0x1.bcab6ep-4f, 0x1.57a86p-4f);
  const Batch<float> low = mulAdd(piece.exponent, Base::kStepLow, mulAdd(r, Base::kScale, r * q));
  return mulAdd(piece.exponent, Base::kStep, piece.logarithm) + low;
}
#endif

/// log(1 + x.high + x.low), for a low part that is one.
template <class T>
NDOPS_INLINE Batch<T> logOnePlus(Pair<T> x) {
  const Pair<T> u = exactSum<T>(T{1}, x.high);
  const Split<T> s = split(u.high);
  const Pair<T> sum = fastSum(s.exponent * Ln2<T>::kHigh, s.fraction);
  const Batch<T> rest = sum.low + logTail(s.fraction) + (u.low + x.low) / u.high;
  const Batch<T> low = mulAdd(s.exponent, Ln2<T>::kLow, rest);
  return logSpecial(u.high, sum.high + low);
}
#if defined(__AVX512F__)
/// log(u (1 + low inverse)) of u > 0, the second factor within some ULP of 1. Faster than logTail, within a tenth of an
/// ULP more; not for infinity.
NDOPS_INLINE Batch<float> quickLog(Batch<float> u, Batch<float> low, Batch<float> inverse) {
  using Base = Ln2<float>;
  const LogPiece piece = logPiece<false>(kLnTable, u);
  const Batch<float> r = piece.rest;
  const Batch<float> q = chain(r, -0x1p-1f, 0x1.5555a2p-2f, -0x1.0006cp-2f, 0x1.8ecb36p-3f);
  const Batch<float> rest = mulAdd(low, inverse, piece.exponent * Base::kLow);
  return mulAdd(piece.exponent, Base::kHigh, piece.logarithm) + (r + mulAdd(r * r, q, rest));
}
NDOPS_INLINE Batch<float> logOnePlus(Pair<float> x) {
  const Pair<float> u = exactSum<float>(1.0f, x.high);
  return select(x.high == kInfinity<float>, x.high, quickLog(u.high, u.low + x.low, reciprocal(u.high)));
}
#endif
template <class T>
NDOPS_INLINE Batch<T> log1p(Batch<T> x) {
  return logOnePlus<T>(Pair<T>{x, T{0}}) | signOf(x);
}

/// (exp(x) - 1) / 2^n in two parts, with n; for x in [-40, 710], [-20, 89].
template <class T>
struct Expm1Parts {
  Pair<T> parts;
  Batch<T> n;
};
template <class T>
NDOPS_INLINE Expm1Parts<T> expm1Parts(Batch<T> x) {
  const Reduced<T> r = reduceByLn2(x);
  // exp(x) - 1 = 2^n ((1 - 2^-n) + (exp(rest) - 1)); past n = 64 the small power is nothing.
  const Batch<T> small = powerOfTwo(-minimum(T{64}, r.n));
  const Pair<T> sum = fastSum<T>(T{1} - small, r.rest);
  const Batch<T> tail = mulAdd(r.rest * r.rest, expTail(r.rest), r.low);
  return {fastSum(sum.high, sum.low + tail), r.n};
}

template <class T>
NDOPS_INLINE Batch<T> expm1(Batch<T> x) {
  const Batch<T> lowest(static_cast<T>(sizeof(T) == 4 ? -20 : -40));
  const Batch<T> highest(static_cast<T>(sizeof(T) == 4 ? 89 : 710));
  const Expm1Parts<T> e = expm1Parts(minimum(highest, maximum(lowest, x)));
  return scale(e.parts.high, e.n) | signOf(x);
}

/// log(exp(a) + exp(b)); the error is one of max(|a|, |b|)'s ULP or two.
template <class T>
NDOPS_INLINE Batch<T> logaddexp(Batch<T> a, Batch<T> b) {
  const Batch<T> high = select(a > b, a, b);
  const Batch<T> gap = select(a == b, 0, absolute(a - b));
  return high + log1p(exp(-gap));
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
