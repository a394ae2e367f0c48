// Integer lanes for sorting: one vector of the level's own width with compare masks, compress, lane swaps and zips.
// Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define NDOPS_INLINE inline __attribute__((always_inline))

// The lists of lane numbers for a shuffle of two vectors, f(lane) for each lane.
#define NDOPS_LANES2(f) f(0), f(1)
#define NDOPS_LANES4(f) NDOPS_LANES2(f), f(2), f(3)
#define NDOPS_LANES8(f) NDOPS_LANES4(f), f(4), f(5), f(6), f(7)
#define NDOPS_LANES16(f) NDOPS_LANES8(f), f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15)

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define NDOPS_SHUFFLE(V, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef NDOPS_SHUFFLE
#define NDOPS_SHUFFLE(V, a, b, ...) __builtin_shuffle(a, b, V{__VA_ARGS__})
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

#if !defined(__AVX512F__)
/// For each mask of kept lanes, the numbers of the units to take in order (a unit is `UnitsPerLane`-th of a lane); the
/// units past the kept ones hold anything.
template <int LaneCount, int UnitsPerLane>
struct CompressTable {
  static constexpr int kUnits = LaneCount * UnitsPerLane;
  alignas(16) std::uint8_t units[1 << LaneCount][kUnits];

  constexpr CompressTable() : units() {
    for (int mask = 0; mask < 1 << LaneCount; ++mask) {
      int at = 0;
      for (int lane = 0; lane < LaneCount; ++lane) {
        if ((mask >> lane & 1) == 0) continue;
        for (int unit = 0; unit < UnitsPerLane; ++unit)
          units[mask][at++] = static_cast<std::uint8_t>(lane * UnitsPerLane + unit);
      }
    }
  }
};
// AVX2 permutes 32-bit units, the 16-byte levels permute bytes.
constexpr int kUnitBytes = kVectorBytes == 32 ? 4 : 1;
constexpr CompressTable<kVectorBytes / 4, 4 / kUnitBytes> kCompress32{};
constexpr CompressTable<kVectorBytes / 8, 8 / kUnitBytes> kCompress64{};
#endif

/// K is std::int32_t or std::int64_t.
template <class K>
struct Lanes {
  static constexpr int N = kVectorBytes / static_cast<int>(sizeof(K));
  typedef K V __attribute__((vector_size(kVectorBytes)));
  /// The same lanes unsigned, for arithmetic that wraps.
  typedef std::conditional_t<sizeof(K) == 4, std::uint32_t, std::uint64_t> U __attribute__((vector_size(kVectorBytes)));
  typedef K Unaligned __attribute__((vector_size(kVectorBytes), aligned(sizeof(K)), may_alias));

  static NDOPS_INLINE V load(const K* from) { return *reinterpret_cast<const Unaligned*>(from); }
  static NDOPS_INLINE void store(K* to, V v) { *reinterpret_cast<Unaligned*>(to) = v; }
  static NDOPS_INLINE V splat(K x) { return V{} + x; }

  /// The first `count` (0 to N) elements, `fill` in the other lanes; touches no memory past them.
  static NDOPS_INLINE V loadPart(const K* from, int count, K fill) {
#if defined(__AVX512F__)
    const unsigned mask = (1u << count) - 1;
    if constexpr (sizeof(K) == 4)
      return (V)_mm512_mask_loadu_epi32((__m512i)splat(fill), static_cast<__mmask16>(mask), from);
    else
      return (V)_mm512_mask_loadu_epi64((__m512i)splat(fill), static_cast<__mmask8>(mask), from);
#else
    alignas(kVectorBytes) K lanes[N];
    for (int i = 0; i < N; ++i) lanes[i] = fill;
    for (int i = 0; i < count; ++i) lanes[i] = from[i];
    return load(lanes);
#endif
  }
  /// The first `count` (0 to N) lanes; touches no memory past them.
  static NDOPS_INLINE void storePart(K* to, V v, int count) {
#if defined(__AVX512F__)
    const unsigned mask = (1u << count) - 1;
    if constexpr (sizeof(K) == 4)
      _mm512_mask_storeu_epi32(to, static_cast<__mmask16>(mask), (__m512i)v);
    else
      _mm512_mask_storeu_epi64(to, static_cast<__mmask8>(mask), (__m512i)v);
#else
    alignas(kVectorBytes) K lanes[N];
    store(lanes, v);
    for (int i = 0; i < count; ++i) to[i] = lanes[i];
#endif
  }

  static NDOPS_INLINE V min(V a, V b) { return a < b ? a : b; }
  static NDOPS_INLINE V max(V a, V b) { return a < b ? b : a; }
  /// The lesser of two as unsigned numbers.
  static NDOPS_INLINE V lowerBits(V a, V b) { return (U)a < (U)b ? a : b; }
  /// All ones in lanes below zero, else zero.
  static NDOPS_INLINE V signs(V v) { return v < V{}; }

#if defined(__AVX512F__)
  using Mask = std::conditional_t<sizeof(K) == 4, __mmask16, __mmask8>;
#else
  using Mask = unsigned;
#endif
  /// A bit for each lane where a < b, lane 0 lowest.
  static NDOPS_INLINE Mask less(V a, V b) {
#if defined(__AVX512F__)
    if constexpr (sizeof(K) == 4)
      return _mm512_cmplt_epi32_mask((__m512i)a, (__m512i)b);
    else
      return _mm512_cmplt_epi64_mask((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    const V m = (V)(a < b);
    return static_cast<unsigned>(sizeof(K) == 4 ? _mm256_movemask_ps((__m256)m) : _mm256_movemask_pd((__m256d)m));
#elif defined(__x86_64__)
    const V m = (V)(a < b);
    return static_cast<unsigned>(sizeof(K) == 4 ? _mm_movemask_ps((__m128)m) : _mm_movemask_pd((__m128d)m));
#else
    const V m = (V)(a < b);
    if constexpr (sizeof(K) == 4) {
      const V bits = {1, 2, 4, 8};
      return vaddvq_u32((uint32x4_t)(m & bits));
    } else {
      const V bits = {1, 2};
      return static_cast<unsigned>(vaddvq_u64((uint64x2_t)(m & bits)));
    }
#endif
  }

  /// A bit for each lane where a == b, lane 0 lowest.
  static NDOPS_INLINE Mask equal(V a, V b) {
#if defined(__AVX512F__)
    if constexpr (sizeof(K) == 4)
      return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b);
    else
      return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b);
#else
    return less((V)(a == b), V{});
#endif
  }

  /// How many lanes a mask has.
  static NDOPS_INLINE int count(Mask mask) {
    unsigned bits = mask;
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
    // g++ 12 may widen a mask by storing its 16 or 8 bits and loading 32: the move is spelled out.
    if constexpr (sizeof(K) == 4)
      __asm__("kmovw %1, %0" : "=r"(bits) : "k"(mask));
    else
      __asm__("kmovb %1, %0" : "=r"(bits) : "k"(mask));
#endif
    return __builtin_popcount(bits);
  }

  /// The lanes of the mask moved together from lane 0 on, in order; anything in the others. Always in a register: the
  /// form that compresses into memory is slow on some processors.
  static NDOPS_INLINE V compress(V v, Mask mask) {
#if defined(__AVX512F__)
    if constexpr (sizeof(K) == 4)
      return (V)_mm512_maskz_compress_epi32(mask, (__m512i)v);
    else
      return (V)_mm512_maskz_compress_epi64(mask, (__m512i)v);
#else
    const std::uint8_t* units;
    if constexpr (sizeof(K) == 4)
      units = kCompress32.units[mask];
    else
      units = kCompress64.units[mask];
#if defined(__AVX2__)
    const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(units)));
    return (V)_mm256_permutevar8x32_epi32((__m256i)v, order);
#elif defined(__x86_64__)
    return (V)_mm_shuffle_epi8((__m128i)v, _mm_load_si128(reinterpret_cast<const __m128i*>(units)));
#else
    return (V)vqtbl1q_u8((uint8x16_t)v, vld1q_u8(units));
#endif
#endif
  }

  /// Lane l gets lane l ^ X.
  template <int X>
  static NDOPS_INLINE V swapLanes(V v) {
#define NDOPS_LANE(l) ((l) ^ X)
    if constexpr (N == 16)
      return NDOPS_SHUFFLE(V, v, v, NDOPS_LANES16(NDOPS_LANE));
    else if constexpr (N == 8)
      return NDOPS_SHUFFLE(V, v, v, NDOPS_LANES8(NDOPS_LANE));
    else if constexpr (N == 4)
      return NDOPS_SHUFFLE(V, v, v, NDOPS_LANES4(NDOPS_LANE));
    else
      return NDOPS_SHUFFLE(V, v, v, NDOPS_LANES2(NDOPS_LANE));
#undef NDOPS_LANE
  }
  /// Lanes without bit X in their number from `low`, the others from `high`.
  template <int X>
  static NDOPS_INLINE V blend(V low, V high) {
#define NDOPS_LANE(l) (((l)&X) == 0 ? (l) : N + (l))
    if constexpr (N == 16)
      return NDOPS_SHUFFLE(V, low, high, NDOPS_LANES16(NDOPS_LANE));
    else if constexpr (N == 8)
      return NDOPS_SHUFFLE(V, low, high, NDOPS_LANES8(NDOPS_LANE));
    else if constexpr (N == 4)
      return NDOPS_SHUFFLE(V, low, high, NDOPS_LANES4(NDOPS_LANE));
    else
      return NDOPS_SHUFFLE(V, low, high, NDOPS_LANES2(NDOPS_LANE));
#undef NDOPS_LANE
  }
  /// a[0], b[0], a[1], b[1], … : the first N of them (High = 0) or the last N (High = 1).
  template <int High>
  static NDOPS_INLINE V zip(V a, V b) {
#define NDOPS_LANE(l) (((l)&1) * N + High * (N / 2) + (l) / 2)
    if constexpr (N == 16)
      return NDOPS_SHUFFLE(V, a, b, NDOPS_LANES16(NDOPS_LANE));
    else if constexpr (N == 8)
      return NDOPS_SHUFFLE(V, a, b, NDOPS_LANES8(NDOPS_LANE));
    else if constexpr (N == 4)
      return NDOPS_SHUFFLE(V, a, b, NDOPS_LANES4(NDOPS_LANE));
    else
      return NDOPS_SHUFFLE(V, a, b, NDOPS_LANES2(NDOPS_LANE));
#undef NDOPS_LANE
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
