// float16 and bfloat16 to and from float32, rounding to nearest even: an element in integer arithmetic that compilers
// vectorize, a step of elements by the processor's own conversions where it has them. The bits are the same, NaN's too.
// Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__F16C__)
// g++ warns of its own AVX-512 headers' undefined registers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/dtype.h"

namespace ndops::NDOPS_LEVEL {
namespace {

inline std::uint32_t bitsOf(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float floatOf(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

inline float widen(Bfloat16 x) { return floatOf(static_cast<std::uint32_t>(x.bits) << 16); }

/// NaN stays NaN (quiet), whatever its payload.
inline Bfloat16 narrowBfloat16(float x) {
  const std::uint32_t bits = bitsOf(x);
  const std::uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  return {static_cast<std::uint16_t>((x != x ? bits | 0x400000u : rounded) >> 16)};
}

inline float widen(Float16 x) {
  const std::uint32_t sign = static_cast<std::uint32_t>(x.bits & 0x8000u) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(x.bits & 0x7fffu) << 13;
  // Scaling by 2^112 moves the exponent from bias 15 to bias 127 and normalises subnormals exactly.
  const std::uint32_t finite = bitsOf(floatOf(magnitude) * 0x1p112f);
  const std::uint32_t special = magnitude | 0x7f800000u | (magnitude > 0x0f800000u ? 0x00400000u : 0u);
  return floatOf(sign | (magnitude >= 0x0f800000u ? special : finite));
}

inline Float16 narrowFloat16(float x) {
  const std::uint32_t bits = bitsOf(x);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  // Normal: rebias and round at bit 13; a carry past the largest exponent gives infinity by itself.
  const std::uint32_t normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  // Subnormal: adding 0.5 leaves the rounded significand in the low bits.
  const std::uint32_t subnormal = bitsOf(floatOf(magnitude) + 0.5f) - 0x3f000000u;
  const std::uint32_t nan = 0x7e00u | (magnitude >> 13 & 0x3ffu);
  const std::uint32_t finite = magnitude < 0x38800000u ? subnormal : normal;
  const std::uint32_t bounded = magnitude >= 0x477ff000u ? 0x7c00u : finite;
  return {static_cast<std::uint16_t>(sign | (magnitude > 0x7f800000u ? nan : bounded))};
}

/// Elements that are converted in one go. Where the floats are a local array, compilers keep them in registers; it says
/// its alignment, which g++ otherwise assumes where AddressSanitizer does not give it.
constexpr int kHalfStep = 32;

#if defined(__AVX512BW__)
inline void convertStep(float* to, const Bfloat16* from) {
  for (int i = 0; i < kHalfStep; i += 16) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
    _mm512_storeu_si512(to + i, _mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
}
/// narrowBfloat16 but for the shift: the result is in the upper half of each lane.
inline __m512i roundedBfloat16(const float* from) {
  const __m512 x = _mm512_loadu_ps(from);
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
  return _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
}
inline void convertStep(Bfloat16* to, const float* from) {
  // The odd ones of both registers' 16-bit lanes.
  const __m512i order =
      _mm512_set_epi32(0x3f003d, 0x3b0039, 0x370035, 0x330031, 0x2f002d, 0x2b0029, 0x270025, 0x230021, 0x1f001d,
                       0x1b0019, 0x170015, 0x130011, 0x0f000d, 0x0b0009, 0x070005, 0x030001);
  _mm512_storeu_si512(to, _mm512_permutex2var_epi16(roundedBfloat16(from), order, roundedBfloat16(from + 16)));
}
#else
inline void convertStep(float* to, const Bfloat16* from) {
  for (int i = 0; i < kHalfStep; ++i) to[i] = widen(from[i]);
}
inline void convertStep(Bfloat16* to, const float* from) {
  for (int i = 0; i < kHalfStep; ++i) to[i] = narrowBfloat16(from[i]);
}
#endif

inline void convertStep(float* to, const Float16* from) {
#if defined(__AVX512F__)
  for (int i = 0; i < kHalfStep; i += 16)
    _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
#elif defined(__F16C__)
  for (int i = 0; i < kHalfStep; i += 8)
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
#elif defined(__aarch64__)
  for (int i = 0; i < kHalfStep; i += 4) vst1q_f32(to + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(&from[i].bits))));
#else
  for (int i = 0; i < kHalfStep; ++i) to[i] = widen(from[i]);
#endif
}
inline void convertStep(Float16* to, const float* from) {
#if defined(__AVX512F__)
  for (int i = 0; i < kHalfStep; i += 16)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm512_cvtps_ph(_mm512_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif defined(__F16C__)
  for (int i = 0; i < kHalfStep; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif defined(__aarch64__)
  for (int i = 0; i < kHalfStep; i += 4) vst1_u16(&to[i].bits, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(from + i))));
#else
  for (int i = 0; i < kHalfStep; ++i) to[i] = narrowFloat16(from[i]);
#endif
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
