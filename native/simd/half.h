// float16 and bfloat16 to and from float32, rounding to nearest even, in integer arithmetic that compilers vectorize.
// Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>

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
  const std::uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  const std::uint32_t nan = (bits >> 16) | 0x40u;
  return {static_cast<std::uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded)};
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

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
