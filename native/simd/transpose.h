// Square tiles transposed in registers, and stores that bypass the caches. Written with the compilers' vector types, so
// that one text serves every level. Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

/// Width of the level's widest vector.
#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class T, int N>
struct VectorOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T, int N>
using Vector = typename VectorOf<T, N>::type;

/// Lanes of a and b by constant numbers.
#if defined(__clang__)
#define NDOPS_SHUFFLE(T, N, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define NDOPS_SHUFFLE(T, N, a, b, ...) __builtin_shuffle(a, b, Vector<T, N>{__VA_ARGS__})
#endif

/// The lower (half 0) or upper (half 1) halves of a and b, interleaved.
template <int Half, class T, std::size_t... I>
inline Vector<T, sizeof...(I)> interleave(Vector<T, sizeof...(I)> a, Vector<T, sizeof...(I)> b,
                                          std::index_sequence<I...>) {
  constexpr int N = sizeof...(I);
  return NDOPS_SHUFFLE(T, N, a, b, (static_cast<int>(I) / 2 + Half * N / 2 + (I % 2 == 0 ? 0 : N))...);
}

template <class V>
inline void storeStreaming(void* to, V v) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    _mm512_stream_si512(static_cast<__m512i*>(to), (__m512i)v);
    return;
  }
#endif
#if defined(__AVX2__)
  if constexpr (sizeof(V) == 32) {
    _mm256_stream_si256(static_cast<__m256i*>(to), (__m256i)v);
    return;
  }
#endif
#if defined(__x86_64__)
  if constexpr (sizeof(V) == 16) {
    _mm_stream_si128(static_cast<__m128i*>(to), (__m128i)v);
    return;
  }
#endif
  std::memcpy(to, &v, sizeof v);
}

/// to[r * toStride + c] = from[c * fromStride + r] for r, c < N; strides in bytes. Streams only to addresses aligned to
/// the vector.
template <class T, int N, bool Stream>
inline void transposeTile(char* to, std::int64_t toStride, const char* from, std::int64_t fromStride) {
  using V = Vector<T, N>;
  V v[N];
#pragma GCC unroll 16
  for (int i = 0; i < N; ++i) std::memcpy(&v[i], from + i * fromStride, sizeof(V));
#pragma GCC unroll 4
  for (int step = 1; step < N; step *= 2) {
    V w[N];
#pragma GCC unroll 8
    for (int i = 0; i < N / 2; ++i) {
      w[2 * i] = interleave<0, T>(v[i], v[i + N / 2], std::make_index_sequence<N>());
      w[2 * i + 1] = interleave<1, T>(v[i], v[i + N / 2], std::make_index_sequence<N>());
    }
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) v[i] = w[i];
  }
#pragma GCC unroll 16
  for (int i = 0; i < N; ++i) {
    if constexpr (Stream)
      storeStreaming(to + i * toStride, v[i]);
    else
      std::memcpy(to + i * toStride, &v[i], sizeof(V));
  }
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
