// erf within 1 ULP, erfinv within 2 (float64) and 0.51 (float32, in float64 lanes).
#pragma once

#include "simd/exponential.h"
#include "simd/pieces.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// (erf(x) - x) / x of z = x^2 <= 1.
NDOPS_INLINE Batch<float> erfSmall(Batch<float> z) {
  return polynomial(z, 0x1.06eba8p-3f, -0x1.812746p-2f, 0x1.ce2f0ap-4f, -0x1.b829dp-6f, 0x1.562abep-8f,
                    -0x1.bcd3a4p-11f, 0x1.d89ff4p-14f, -0x1.449784p-17f);
}
NDOPS_INLINE Batch<double> erfSmall(Batch<double> z) {
  return polynomial(z, 0x1.06eba8214db69p-3, -0x1.812746b0379fap-2, 0x1.ce2f21a0433cp-4, -0x1.b82ce312a0c5ap-6,
                    0x1.565bcd10fb8c6p-8, -0x1.c02db45523a2ep-11, 0x1.f9a32dc228d58p-14, -0x1.f4d2ad5ee9251p-17,
                    0x1.b9e84b974c712p-20, -0x1.5f6640f0e55c8p-23, 0x1.fa81ba02900b2p-27, -0x1.40c64a01d1799p-30,
                    0x1.1afb42d513d72p-34);
}

/// log(1 - erf(1 + u)) for u in [0, 3] (float32), [0, 5] (float64), best where it counts most.
NDOPS_INLINE Batch<float> logErfc(Batch<float> u) {
  const Batch<float> p = polynomial(u, -0x1.51c9bp+1f, -0x1.afabb8p-1f, -0x1.547ep-5f, 0x1.493cap-7f, -0x1.07db4p-9f,
                                    0x1.302a88p-12f, -0x1.6d94b8p-16f);
  return mulAdd(u, p, -0x1.d97fcp+0f);
}
NDOPS_INLINE Batch<double> logErfc(Batch<double> u) {
  const Batch<double> p =
      polynomial(u, -0x1.51c9b0006c23dp+1, -0x1.afabc11a28f30p-1, -0x1.5477f09caa4d5p-5, 0x1.48c9d40c4c57fp-7,
                 -0x1.033f699f1dae9p-9, 0x1.f1b4bfee4b799p-13, 0x1.b8bdb7be1da93p-16, -0x1.c757d3d09301ap-16,
                 0x1.4150d31c7a897p-17, -0x1.0e98407ff8245p-19, 0x1.a9d647c84ae6dp-24, 0x1.18ce5711f8335p-23,
                 -0x1.31a1e12a25959p-24, 0x1.8e5cce8e45d10p-26, -0x1.7a59111aa8b66p-28, 0x1.09a19a1c710c5p-30,
                 -0x1.009a7183c82e1p-33, 0x1.f4c04fcf42062p-38, 0x1.b7a50a27f8110p-42, -0x1.22ef4129e8e10p-43,
                 0x1.a17657b799503p-47, -0x1.cdb0103cc70afp-52);
  return mulAdd(u, p, -0x1.d97fbf27aa2a1p+0);
}

template <class T>
NDOPS_INLINE Batch<T> erf(Batch<T> x) {
  // 1 to the last bit from 4 (float32), 6 (float64) on.
  const Batch<T> a = minimum(sizeof(T) == 4 ? T{4} : T{6}, absolute(x));
  const Mask<T> small = a < T{1};
  const Batch<T> inside = select(small, a, T{0});
  const Batch<T> near = mulAdd(inside, erfSmall(inside * inside), inside);
  const Batch<T> far = T{1} - exp(logErfc(select(small, T{0}, a - T{1})));
  return withSign(select(small, near, far), x);
}

#if defined(__AVX512F__)
NDOPS_INLINE Batch<float> erf(Batch<float> x) { return withSign(evaluate(kErfPieces, minimum(4.0f, absolute(x))), x); }
#endif

/// erfinv(x) / x in two parts, by w = -log(1 - x^2): a polynomial in w up to 6.25, then two in its root s, to the end
/// at 6.004. The slope in s is 1 but for some hundredths, so a low part of s is one of the result.
NDOPS_INLINE Pair<double> erfinvOfMiddle(Batch<double> w) {
  const Pair<double> from = exactSum<double>(w, -3.125);
  const Batch<double> u = from.high;
  const Batch<double> p =
      polynomial(u, 0x1.ebd80d9b13df9p-3, -0x1.8b6c33114ea71p-8, -0x1.845769483523p-11, 0x1.879c2a20b13ap-13,
                 -0x1.d1d1f7ca61a14p-17, -0x1.6e8a53ca14edfp-20, 0x1.c6b4f898a7553p-22, -0x1.f36cee3c60d01p-26,
                 -0x1.1a9eb3bfcd07cp-28, 0x1.20f53f519ed0ap-30, -0x1.dc3e5172ac9cfp-35, -0x1.c8a5ab52e0019p-37,
                 0x1.7231a3e48d582p-39, -0x1.6ba68d1796bcfp-44, -0x1.682f41a549495p-45, 0x1.d63b2bb633bd2p-48,
                 -0x1.97658b3d58e2ep-55, -0x1.1ac450727647cp-53, 0x1.2702e1128be12p-56, 0x1.7997aa9237e9cp-61,
                 -0x1.bed537ed97e92p-62, 0x1.61fa58bed690ap-66, 0x1.493dd47a7b686p-68, -0x1.98901e99d9c27p-72,
                 -0x1.71e85cb7c66e7p-76);
  const Pair<double> sum = fastSum<double>(0x1.a755e7c99ae86p+0, u * p);
  return {sum.high, mulAdd(from.low, p, sum.low - 0x1.8f2ce4b47ebb6p-56)};
}
NDOPS_COLD void erfinvOfLarge(const Pair<double>& w, Pair<double>* result) {
  const Batch<double> s = squareRoot(w.high);
  const Pair<double> back = exactProduct(s, s);
  const Batch<double> sLow = (((w.high - back.high) - back.low) + w.low) / (s + s);
  const Batch<double> u = s - 3.25;
  const Batch<double> p =
      polynomial(u, 0x1.0158a6d641d54p+0, 0x1.5ffcfe5b6cd12p-8, -0x1.ebadabb9fc1e2p-9, 0x1.468eeca9473c8p-9,
                 -0x1.ba9240da6f9aep-10, 0x1.f3cc545c1e7cap-11, -0x1.7448bc3ed6379p-12, 0x1.932e93229fceep-16,
                 0x1.1e6aa721f0814p-14, -0x1.8cf47365f2766p-15, 0x1.a24588f72b363p-17, 0x1.89a0810f5beb5p-19,
                 -0x1.0b95331c10addp-18, 0x1.8d8b9a3849e0dp-20, -0x1.9bd8e2b2db3c8p-26, -0x1.060c6792a810dp-22,
                 0x1.0f9151fc5e8fp-23, -0x1.8a8004c9fe746p-26, -0x1.8315b826d2589p-27, 0x1.3fa698b7995c4p-27,
                 -0x1.77024af67f8c1p-30, -0x1.2ed8439f7c9a8p-31);
  const Batch<double> v = s - 5.0625;
  const Batch<double> q =
      polynomial(v, 0x1.02a1c126f26efp+0, -0x1.73d5046c5d5cep-13, -0x1.9cacac54f7c9p-13, 0x1.26071991f03ep-14,
                 -0x1.2f0bca1f11423p-16, 0x1.142d4dce91da7p-18, -0x1.dc52f86eae5e9p-21, 0x1.a4045d14f59c3p-23,
                 -0x1.c16a7e6e3c538p-25, 0x1.5d9c44c5a24ecp-26, -0x1.6297a8a49d6c2p-27, 0x1.713314efed173p-28,
                 -0x1.5a70a261f18c1p-29, 0x1.1314785bffcdp-30, -0x1.5acfe8d8c1d95p-32, 0x1.276e71e74a9cp-34,
                 0x1.870f8c756334p-42, -0x1.4da22ebc5043fp-37, 0x1.51395ed89f48bp-38, -0x1.0101d8f35bf21p-40);
  const Mask<double> first = s < 4.0;
  const Pair<double> sum =
      fastSum(select(first, Batch<double>(0x1.8abcc380d5a48p+1), 0x1.3a6f678932e7fp+2), select(first, u * p, v * q));
  const Batch<double> low = sum.low + sLow + select(first, Batch<double>(-0x1.92060f062813p-54), 0x1.9a0c76af38adap-56);
  const Mask<double> middle = w.high < 6.25;
  *result = {select(middle, result->high, sum.high), select(middle, result->low, low)};
}

NDOPS_INLINE Batch<double> erfinv(Batch<double> x) {
  const Batch<double> a = absolute(x);
  const Pair<double> above = exactSum<double>(1.0, a);
  const Pair<double> product = exactProduct(1.0 - a, above.high);
  const Batch<double> w = -log(product.high);
  const Pair<double> middle = erfinvOfMiddle(minimum(6.25, w));
  Batch<double> high = middle.high;
  Batch<double> low = middle.low;
  if (any(w >= 6.25)) {
    const Pair<double> parts = logInParts(product.high);
    const Batch<double> rest = parts.low + (product.low + (1.0 - a) * above.low) / product.high;
    Pair<double> mended{high, low};
    erfinvOfLarge(fastSum(-parts.high, -rest), &mended);
    high = mended.high;
    low = mended.low;
  }
  // erfinv(x) = x (sqrt(pi) / 2 + z q(z)), z = x^2, up to 3/4.
  const Batch<double> z = x * x;
  const Batch<double> q = polynomial(
      z, 0x1.db29fb2fee5e4p-3, 0x1.053c2c0ab91ddp-3, 0x1.62847c47d9a04p-4, 0x1.0a13189e8d1f9p-4, 0x1.a7c85b5abdbf1p-5,
      0x1.5eeb513444379p-5, 0x1.2ab4a41db6a4ep-5, 0x1.0414aa0788244p-5, 0x1.bb8b9ea9a31edp-6, 0x1.23e9929dcedd7p-5,
      -0x1.2d366f5656153p-4, 0x1.6a01726243b2fp-1, -0x1.f138dda574efap+1, 0x1.1d271468179b0p+4, -0x1.056a7b9bf9d96p+6,
      0x1.8278d7970cafep+7, -0x1.ca24f4c708fbap+8, 0x1.b053ec7aa2e51p+9, -0x1.404d0c87fbd5ap+10, 0x1.6ca72bd68f213p+10,
      -0x1.340919c55a5a9p+10, 0x1.6c287fffa011fp+9, -0x1.0d5a7be889582p+8, 0x1.78c08bc9320afp+5);
  const Batch<double> small = mulAdd(x, 0x1.c5bf891b4ef6bp-1, x * mulAdd(z, q, -0x1.618f13eb7ca89p-55));
  // NaN past 1 comes from the logarithm.
  const Pair<double> exact = exactProduct(x, high);
  const Batch<double> finite = exact.high + (exact.low + x * low);
  const Batch<double> large = select(a == 1.0, Batch<double>(kInfinity<double>) | signOf(x), finite);
  return select(a <= 0.75, small | signOf(x), large);
}

/// The same to 2^-32, for float32 results: w = -log(1 - x^2) is then good to 2^-36, and one polynomial reaches down to
/// 0.
NDOPS_INLINE Batch<double> quickMinusLog(Batch<double> x) {
  const Split<double> parts = split(x);
  const Batch<double> s = parts.fraction / (parts.fraction + 2.0);
  const Batch<double> p = polynomial(s * s, 0x1.0000000004a22p+1, 0x1.555554dac6c68p-1, 0x1.999a9ca03db92p-2,
                                     0x1.2432bc397492fp-2, 0x1.e3b03fa6e193cp-3);
  return mulAdd(parts.exponent, -0x1.62e42fefa39efp-1, -(s * p));
}
NDOPS_INLINE Batch<double> quickErfinvOfMiddle(Batch<double> w) {
  return polynomial(w - 3.125, 0x1.a755e7c9e4f12p+0, 0x1.ebd80d99dfd30p-3, -0x1.8b6c35f4e6dc2p-8,
                    -0x1.84575d3250309p-11, 0x1.879cbe105bcd2p-13, -0x1.d1d6f068cc954p-17, -0x1.6eb58eebaf8d8p-20,
                    0x1.c71783a4fe241p-22, -0x1.f090161784bb3p-26, -0x1.21ed784b04103p-28, 0x1.1b7ccfda548f9p-30,
                    -0x1.4c863698a0b60p-35, -0x1.b42bae93247f9p-37, 0x1.8000901a2e569p-40);
}
NDOPS_COLD Batch<double> quickErfinvOfLarge(Batch<double> w) {
  return polynomial(squareRoot(w) - 3.25, 0x1.8abcc380d5a48p+1, 0x1.0158a6e6e6166p+0, 0x1.5ffd0ae9289a5p-8,
                    -0x1.ebb25f1ea0a3ep-9, 0x1.468b7590fa711p-9, -0x1.ba30a6ecc944fp-10, 0x1.f4540e9345fdcp-11,
                    -0x1.7afec57f41b35p-12, 0x1.509ef6aa4b1b0p-16, 0x1.5623ed34b0284p-14, -0x1.569cb86feae0ep-15);
}
/// For |x| < 1.
NDOPS_INLINE Batch<double> quickErfinv(Batch<double> x) {
  const Batch<double> w = quickMinusLog((1.0 - x) * (1.0 + x));
  Batch<double> ratio = quickErfinvOfMiddle(w);
  if (any(w > 6.25)) ratio = select(w > 6.25, quickErfinvOfLarge(w), ratio);
  return x * ratio;
}
NDOPS_INLINE Batch<float> erfinv(Batch<float> x) {
  const Batch<float> a = absolute(x);
  const Mask<float> inside = a < 1.0f;
  const Batch<float> from = select(inside, x, 0.0f);
  const Batch<float> result = narrow(quickErfinv(widenLow(from)), quickErfinv(widenHigh(from)));
  const Batch<float> end = select(a == 1.0f, Batch<float>(kInfinity<float>) | signOf(x), kNaN<float>);
  return select(inside, result, end);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
