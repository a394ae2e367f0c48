// The one wrapper over xsimd: a register of lanes and what math needs of it, on every CPU level. It takes xsimd 8.1
// (Debian) and current releases: only operators, comparisons, select, any, all, min, max, sqrt, abs and trunc come from
// xsimd, whose other names moved between versions and whose 8.1 has no fused multiply-add for AVX-512.
//
// Internal linkage throughout: compiled once per CPU level. The build renames the namespace xsimd once per level too.
#pragma once

#include <cstdint>
#include <cstring>

// g++ warns of its own AVX-512 headers' undefined registers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <xsimd/xsimd.hpp>
#pragma GCC diagnostic pop

#include "core/dtype.h"

// Everything is inlined into its loop, whatever its size, but what takes over in rare cases.
#if defined(__SANITIZE_ADDRESS__)
#define NDOPS_INLINE inline  // forced, it takes minutes a file to compile
#else
#define NDOPS_INLINE inline __attribute__((always_inline))
#endif
#define NDOPS_COLD inline __attribute__((noinline, cold))

namespace ndops::NDOPS_LEVEL {
namespace {

/// The outcome of comparing lanes of T.
template <class T>
struct Mask {
  using Lanes = typename xsimd::batch<T, xsimd::default_arch>::batch_bool_type;
  Lanes lanes;

  friend NDOPS_INLINE Mask operator&(Mask a, Mask b) { return {a.lanes & b.lanes}; }
  friend NDOPS_INLINE Mask operator|(Mask a, Mask b) { return {a.lanes | b.lanes}; }
  friend NDOPS_INLINE Mask operator!(Mask a) { return {~a.lanes}; }
  friend NDOPS_INLINE bool any(Mask a) { return xsimd::any(a.lanes); }
  friend NDOPS_INLINE bool all(Mask a) { return xsimd::all(a.lanes); }
};

/// A register of lanes. Numbers stand for batches of equal lanes wherever one operand is a batch.
template <class T>
struct Batch {
  using Lanes = xsimd::batch<T, xsimd::default_arch>;
  using Register = typename Lanes::register_type;
  Lanes lanes;

  Batch(Lanes x) : lanes(x) {}
  Batch(Register x) : lanes(x) {}
  Batch(T x) : lanes(x) {}
  operator Register() const { return lanes; }

  friend NDOPS_INLINE Batch operator+(Batch a, Batch b) { return a.lanes + b.lanes; }
  friend NDOPS_INLINE Batch operator-(Batch a, Batch b) { return a.lanes - b.lanes; }
  friend NDOPS_INLINE Batch operator*(Batch a, Batch b) { return a.lanes * b.lanes; }
  friend NDOPS_INLINE Batch operator/(Batch a, Batch b) { return a.lanes / b.lanes; }
  friend NDOPS_INLINE Batch operator-(Batch a) { return -a.lanes; }
  friend NDOPS_INLINE Batch operator&(Batch a, Batch b) { return a.lanes & b.lanes; }
  friend NDOPS_INLINE Batch operator|(Batch a, Batch b) { return a.lanes | b.lanes; }
  friend NDOPS_INLINE Batch operator^(Batch a, Batch b) { return a.lanes ^ b.lanes; }
  friend NDOPS_INLINE Batch operator<<(Batch a, int bits) { return a.lanes << bits; }
  friend NDOPS_INLINE Batch operator>>(Batch a, int bits) { return a.lanes >> bits; }
  friend NDOPS_INLINE Mask<T> operator==(Batch a, Batch b) { return {a.lanes == b.lanes}; }
  // Not xsimd's !=, which is false for NaN on AVX in 8.1.
  friend NDOPS_INLINE Mask<T> operator!=(Batch a, Batch b) { return !(a == b); }
  friend NDOPS_INLINE Mask<T> operator<(Batch a, Batch b) { return {a.lanes < b.lanes}; }
  friend NDOPS_INLINE Mask<T> operator<=(Batch a, Batch b) { return {a.lanes <= b.lanes}; }
  friend NDOPS_INLINE Mask<T> operator>(Batch a, Batch b) { return {a.lanes > b.lanes}; }
  friend NDOPS_INLINE Mask<T> operator>=(Batch a, Batch b) { return {a.lanes >= b.lanes}; }

  friend NDOPS_INLINE Batch select(Mask<T> condition, Batch a, Batch b) {
    return xsimd::select(condition.lanes, a.lanes, b.lanes);
  }
  // A NaN in the second operand stays; one in the first may be lost.
  friend NDOPS_INLINE Batch minimum(Batch a, Batch b) { return xsimd::min(a.lanes, b.lanes); }
  friend NDOPS_INLINE Batch maximum(Batch a, Batch b) { return xsimd::max(a.lanes, b.lanes); }
  friend NDOPS_INLINE Batch absolute(Batch a) { return xsimd::abs(a.lanes); }
  friend NDOPS_INLINE Batch squareRoot(Batch a) { return xsimd::sqrt(a.lanes); }
  friend NDOPS_INLINE Batch truncated(Batch a) { return xsimd::trunc(a.lanes); }
  /// The nearest integer, ties to even.
  friend NDOPS_INLINE Batch rounded(Batch a) { return xsimd::nearbyint(a.lanes); }
};
template <class T>
constexpr int kLanes = static_cast<int>(Batch<T>::Lanes::size);

// A file that promises the same bits on every level defines NDOPS_UNFUSED before it includes any math: then nothing is
// fused even where the level could.
#if (defined(__FMA__) || defined(__ARM_FEATURE_FMA)) && !defined(NDOPS_UNFUSED)
#define NDOPS_FUSED 1
#else
#define NDOPS_FUSED 0
#endif
constexpr bool kFused = NDOPS_FUSED != 0;

/// Layout of a floating type. Adding kRound to an integer |k| < 2^(kFraction - 1) puts it into the low bits.
template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr int kFraction = 23;
  static constexpr int kBias = 127;
  static constexpr float kRound = 0x1.8p23f;
  static constexpr float kSmallest = 0x1p-126f;
  static constexpr Bits kSign = 0x80000000u;
};
template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr int kFraction = 52;
  static constexpr int kBias = 1023;
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kSmallest = 0x1p-1022;
  static constexpr Bits kSign = 0x8000000000000000u;
};
template <class T>
using BitsOf = typename Format<T>::Bits;
template <class T>
constexpr T kInfinity = static_cast<T>(__builtin_inf());
template <class T>
constexpr T kNaN = static_cast<T>(__builtin_nan(""));

template <class T>
NDOPS_INLINE Batch<T> load(const T* from) {
  return Batch<T>::Lanes::load_unaligned(from);
}
template <class T>
NDOPS_INLINE void store(T* to, Batch<T> x) {
  x.lanes.store_unaligned(to);
}

/// The same bits as lanes of another type.
template <class To, class From>
NDOPS_INLINE Batch<To> bitCast(Batch<From> x) {
  static_assert(sizeof(Batch<To>) == sizeof(Batch<From>));
  typename Batch<To>::Register lanes;
  const typename Batch<From>::Register given = x;
  std::memcpy(&lanes, &given, sizeof lanes);
  return lanes;
}

/// The sign bit alone, as a floating batch to be xor-ed.
template <class T>
NDOPS_INLINE Batch<T> signOf(Batch<T> x) {
  return x & Batch<T>(-0.0);
}
template <class T>
NDOPS_INLINE Batch<T> withSign(Batch<T> magnitude, Batch<T> sign) {
  return absolute(magnitude) | signOf(sign);
}

/// a * b + c with one rounding where the level has it (kFused), else with two.
NDOPS_INLINE Batch<float> mulAdd(Batch<float> a, Batch<float> b, Batch<float> c) {
#if NDOPS_FUSED && defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif NDOPS_FUSED && defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#elif NDOPS_FUSED && defined(__ARM_FEATURE_FMA)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}
NDOPS_INLINE Batch<double> mulAdd(Batch<double> a, Batch<double> b, Batch<double> c) {
#if NDOPS_FUSED && defined(__AVX512F__)
  return _mm512_fmadd_pd(a, b, c);
#elif NDOPS_FUSED && defined(__FMA__)
  return _mm256_fmadd_pd(a, b, c);
#elif NDOPS_FUSED && defined(__ARM_FEATURE_FMA)
  return vfmaq_f64(c, a, b);
#else
  return a * b + c;
#endif
}

/// c - a * b, likewise.
NDOPS_INLINE Batch<float> subMul(Batch<float> c, Batch<float> a, Batch<float> b) {
#if NDOPS_FUSED && defined(__AVX512F__)
  return _mm512_fnmadd_ps(a, b, c);
#elif NDOPS_FUSED && defined(__FMA__)
  return _mm256_fnmadd_ps(a, b, c);
#elif NDOPS_FUSED && defined(__ARM_FEATURE_FMA)
  return vfmsq_f32(c, a, b);
#else
  return c - a * b;
#endif
}
NDOPS_INLINE Batch<double> subMul(Batch<double> c, Batch<double> a, Batch<double> b) {
#if NDOPS_FUSED && defined(__AVX512F__)
  return _mm512_fnmadd_pd(a, b, c);
#elif NDOPS_FUSED && defined(__FMA__)
  return _mm256_fnmadd_pd(a, b, c);
#elif NDOPS_FUSED && defined(__ARM_FEATURE_FMA)
  return vfmsq_f64(c, a, b);
#else
  return c - a * b;
#endif
}

/// c0 + x (c1 + x (c2 + ...)), in pairs where that shortens the chain (Estrin).
template <class T>
NDOPS_INLINE Batch<T> polynomial(Batch<T>, T c0) {
  return c0;
}
template <class T>
NDOPS_INLINE Batch<T> polynomial(Batch<T> x, T c0, T c1) {
  return mulAdd(x, c1, c0);
}
template <class T>
NDOPS_INLINE Batch<T> polynomial(Batch<T> x, T c0, T c1, T c2) {
  return mulAdd(x, mulAdd(x, c2, c1), c0);
}
template <class T>
NDOPS_INLINE Batch<T> polynomial(Batch<T> x, T c0, T c1, T c2, T c3) {
  return mulAdd(x * x, mulAdd(x, c3, c2), mulAdd(x, c1, c0));
}
template <class T, class... C>
NDOPS_INLINE Batch<T> polynomial(Batch<T> x, T c0, T c1, T c2, T c3, C... rest) {
  const Batch<T> square = x * x;
  return mulAdd(square * square, polynomial(x, rest...), mulAdd(square, mulAdd(x, c3, c2), mulAdd(x, c1, c0)));
}

/// The same in one chain (Horner): fewer operations, for loops that have other work to do meanwhile.
template <class T>
NDOPS_INLINE Batch<T> chain(Batch<T>, T c0) {
  return c0;
}
template <class T, class... C>
NDOPS_INLINE Batch<T> chain(Batch<T> x, T c0, C... rest) {
  return mulAdd(x, chain(x, rest...), c0);
}

/// 1 / x for normal results, within an ULP or two.
template <class T>
NDOPS_INLINE Batch<T> reciprocal(Batch<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    const Batch<T> r = _mm512_rcp14_ps(x);
    return mulAdd(r, subMul(T{1}, x, r), r);
  } else {
    const Batch<T> r = _mm512_rcp14_pd(x);
    const Batch<T> e = subMul(T{1}, x, r);
    const Batch<T> better = mulAdd(r, mulAdd(e, e, e), r);
    return mulAdd(better, subMul(T{1}, x, better), better);
  }
#else
  return T{1} / x;
#endif
}

/// 2^k for integral k of normal results.
template <class T>
NDOPS_INLINE Batch<T> powerOfTwo(Batch<T> k) {
  const Batch<T> biased = k + (Format<T>::kRound + Format<T>::kBias);
  return bitCast<T>(bitCast<BitsOf<T>>(biased) << Format<T>::kFraction);
}

/// x * 2^k for integral k and normal results.
template <class T>
NDOPS_INLINE Batch<T> scaleNormal(Batch<T> x, Batch<T> k) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_scalef_ps(x, k);
  else
    return _mm512_scalef_pd(x, k);
#else
  return x * powerOfTwo(k);
#endif
}

/// x * 2^k with one rounding, for |x| in [1/4, 4] and integral |k| <= 1.5 * kBias: overflow and subnormals as they
/// should be. (On AVX-512 any k.)
template <class T>
NDOPS_INLINE Batch<T> scale(Batch<T> x, Batch<T> k) {
#if defined(__AVX512F__)
  return scaleNormal(x, k);
#else
  if (all(absolute(k) < static_cast<T>(Format<T>::kBias - 3))) return x * powerOfTwo(k);
  const Batch<T> first = rounded(k * T{0.5});
  return x * powerOfTwo(first) * powerOfTwo(k - first);
#endif
}

/// x = 2^exponent * (1 + fraction) with 1 + fraction in [sqrt(1/2), sqrt(2)), exactly, for finite x > 0.
template <class T>
struct Split {
  Batch<T> exponent;
  Batch<T> fraction;
};
template <class T>
NDOPS_INLINE Split<T> split(Batch<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    const __m512 mantissa = _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
    const __m512 exponent = _mm512_getexp_ps(x);
    const __mmask16 upper = _mm512_cmp_ps_mask(mantissa, _mm512_set1_ps(0x1.6a09e6p+0f), _CMP_GE_OQ);
    const __m512 half = _mm512_mask_mul_ps(mantissa, upper, mantissa, _mm512_set1_ps(0.5f));
    return {_mm512_mask_add_ps(exponent, upper, exponent, _mm512_set1_ps(1.0f)), Batch<T>(half) - T{1}};
  } else {
    const __m512d mantissa = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
    const __m512d exponent = _mm512_getexp_pd(x);
    const __mmask8 upper = _mm512_cmp_pd_mask(mantissa, _mm512_set1_pd(0x1.6a09e667f3bcdp+0), _CMP_GE_OQ);
    const __m512d half = _mm512_mask_mul_pd(mantissa, upper, mantissa, _mm512_set1_pd(0.5));
    return {_mm512_mask_add_pd(exponent, upper, exponent, _mm512_set1_pd(1.0)), Batch<T>(half) - T{1}};
  }
#else
  using F = Format<T>;
  using B = BitsOf<T>;
  constexpr B kRootHalf = sizeof(T) == 4 ? static_cast<B>(0x3f3504f3u) : static_cast<B>(0x3fe6a09e667f3bcdu);
  constexpr B kOne = static_cast<B>(F::kBias) << F::kFraction;
  constexpr B kExponents = ~B{0} << F::kFraction;
  constexpr int kLift = sizeof(T) == 4 ? 25 : 54;
  const Mask<T> subnormal = x < F::kSmallest;
  const Batch<T> lifted = select(subnormal, x * static_cast<T>(B{1} << kLift), x);
  const Batch<T> base = select(subnormal, static_cast<T>(F::kBias + kLift), Batch<T>(static_cast<T>(F::kBias)));
  const Batch<B> bits = bitCast<B>(lifted);
  const Batch<B> moved = bits + (kOne - kRootHalf);
  // The biased exponent, put into the low bits of 2^kFraction.
  const Batch<T> whole(static_cast<T>(B{1} << F::kFraction));
  const Batch<T> exponent = bitCast<T>((moved >> F::kFraction) | bitCast<B>(whole)) - whole;
  const Batch<B> mantissa = (bits - (moved & kExponents)) + kOne;
  return {exponent - base, bitCast<T>(mantissa) - T{1}};
#endif
}

// float32 lanes as two batches of float64 lanes, and back with one rounding.
NDOPS_INLINE Batch<double> widenLow(Batch<float> x) {
#if defined(__AVX512F__)
  return _mm512_cvtps_pd(_mm512_castps512_ps256(x));
#elif defined(__AVX__)
  return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
#elif defined(__aarch64__)
  return vcvt_f64_f32(vget_low_f32(x));
#else
  return _mm_cvtps_pd(x);
#endif
}
NDOPS_INLINE Batch<double> widenHigh(Batch<float> x) {
#if defined(__AVX512F__)
  return _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1));
#elif defined(__AVX__)
  return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
#elif defined(__aarch64__)
  return vcvt_high_f64_f32(x);
#else
  return _mm_cvtps_pd(_mm_movehl_ps(x, x));
#endif
}
NDOPS_INLINE Batch<float> narrow(Batch<double> low, Batch<double> high) {
#if defined(__AVX512F__)
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
#elif defined(__AVX__)
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);
#elif defined(__aarch64__)
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
#else
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
#endif
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
