// Fixed virtual lanes: 64 bytes of one arithmetic type on every CPU level, as one, two or four machine vectors. Element
// i meets element i alone, so an algorithm over lanes gives the same bits on every level (no contraction in this
// build). Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__x86_64__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // of g++'s own AVX-512 headers
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

constexpr int kLaneBytes = 64;
#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <int bytes>
struct IntegerOf;
template <>
struct IntegerOf<1> {
  using type = std::int8_t;
};
template <>
struct IntegerOf<2> {
  using type = std::int16_t;
};
template <>
struct IntegerOf<4> {
  using type = std::int32_t;
};
template <>
struct IntegerOf<8> {
  using type = std::int64_t;
};

/// One machine vector, or a shorter one.
template <class T, int bytes = kVectorBytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
};
template <class T, int bytes = kVectorBytes>
using Vector = typename VectorOf<T, bytes>::type;

/// Unaligned loads and stores of any vector.
template <class V, class T>
inline V loadVector(const T* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class V, class T>
inline void storeVector(T* to, V v) {
  std::memcpy(to, &v, sizeof v);
}

// a > b ? a : b and a < b ? a : b, so b where they are equal or one is NaN: one instruction for floats on x86.
template <class V>
inline V greater(V a, V b) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm512_max_ps((__m512)a, (__m512)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm256_max_ps((__m256)a, (__m256)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE4_1__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm_max_ps((__m128)a, (__m128)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm_max_pd((__m128d)a, (__m128d)b);
#endif
  return a > b ? a : b;
}
template <class V>
inline V lesser(V a, V b) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm512_min_ps((__m512)a, (__m512)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm512_min_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm256_min_ps((__m256)a, (__m256)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE4_1__)
  if constexpr (std::is_same_v<V, Vector<float>>) return (V)_mm_min_ps((__m128)a, (__m128)b);
  if constexpr (std::is_same_v<V, Vector<double>>) return (V)_mm_min_pd((__m128d)a, (__m128d)b);
#endif
  return a < b ? a : b;
}

/// Whether any lane of a comparison is true.
template <class M>
inline bool anyTrue(M mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
  return _mm256_testz_si256((__m256i)mask, (__m256i)mask) == 0;
#elif defined(__SSE4_1__)
  return _mm_testz_si128((__m128i)mask, (__m128i)mask) == 0;
#else
  const auto halves = (Vector<std::int64_t>)mask;
  return (halves[0] | halves[1]) != 0;
#endif
}

template <class T>
inline bool anyEqual(Vector<T> a, Vector<T> b) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_EQ_OQ) != 0;
  if constexpr (std::is_same_v<T, double>) return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ) != 0;
#endif
  return anyTrue(a == b);
}

/// Notes whether any NaN was seen, two vectors at a time.
template <class T>
class NanWatch {
 public:
  void see(Vector<T> a, Vector<T> b) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      seen_ |= _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q);
    else
      seen_ |= _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_UNORD_Q);
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4)
      seen_ |= (Seen)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_UNORD_Q);
    else
      seen_ |= (Seen)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_UNORD_Q);
#else
    seen_ |= (Seen)((a != a) | (b != b));
#endif
  }
#if defined(__AVX512F__)
  bool any() const { return seen_ != 0; }

 private:
  unsigned seen_ = 0;
#else
  bool any() const { return anyTrue(seen_); }

 private:
  using Seen = Vector<std::int64_t>;
  Seen seen_{};
#endif
};

template <class T>
struct Lanes {
  using Part = Vector<T>;
  static constexpr int kCount = kLaneBytes / static_cast<int>(sizeof(T));
  static constexpr int kParts = kLaneBytes / kVectorBytes;
  static constexpr int kPartCount = kVectorBytes / static_cast<int>(sizeof(T));
  Part part[kParts];

  static Lanes load(const T* from) {
    Lanes r;
    for (int i = 0; i < kParts; ++i) r.part[i] = loadVector<Part>(from + i * kPartCount);
    return r;
  }
  static Lanes all(T x) {
    Lanes r;
    for (int i = 0; i < kParts; ++i) r.part[i] = x - Part{};
    return r;
  }
};

/// f(a, b) lane by lane; f is written once for scalars and for vectors.
template <class T, class F>
inline Lanes<T> zip(F f, Lanes<T> a, Lanes<T> b) {
  Lanes<T> r;
  for (int i = 0; i < Lanes<T>::kParts; ++i) r.part[i] = f(a.part[i], b.part[i]);
  return r;
}

/// The `n` elements from `from` on, 0 < n < kCount, and `rest` in the other lanes: the first lanes of an array shorter
/// than kCount, else the last lanes (`before` says how many elements precede). No byte outside the array is read.
template <class T>
inline Lanes<T> loadSome(const T* from, int n, std::int64_t before, Lanes<T> rest) {
  constexpr int count = Lanes<T>::kCount;
  if (before < count - n) {
#if defined(__AVX512BW__)
    Lanes<T> r;
    const std::uint64_t some = (std::uint64_t{1} << (n & (count - 1))) - 1;
    if constexpr (sizeof(T) == 1)
      r.part[0] = (Vector<T>)_mm512_mask_loadu_epi8((__m512i)rest.part[0], static_cast<__mmask64>(some), from);
    else if constexpr (sizeof(T) == 2)
      r.part[0] = (Vector<T>)_mm512_mask_loadu_epi16((__m512i)rest.part[0], static_cast<__mmask32>(some), from);
    else if constexpr (sizeof(T) == 4)
      r.part[0] = (Vector<T>)_mm512_mask_loadu_epi32((__m512i)rest.part[0], static_cast<__mmask16>(some), from);
    else
      r.part[0] = (Vector<T>)_mm512_mask_loadu_epi64((__m512i)rest.part[0], static_cast<__mmask8>(some), from);
    return r;
#else
    T buffer[count];
    std::memcpy(buffer, &rest, sizeof rest);
    std::memcpy(buffer, from, static_cast<std::size_t>(n & (count - 1)) * sizeof(T));
    return Lanes<T>::load(buffer);
#endif
  }
  using Index = typename IntegerOf<sizeof(T)>::type;
  using Indices = Vector<Index>;
  Lanes<T> r = Lanes<T>::load(from + n - count);
  Indices lane;
  for (int i = 0; i < Lanes<T>::kPartCount; ++i) lane[i] = static_cast<Index>(i - (count - n));
  for (int i = 0; i < Lanes<T>::kParts; ++i) {
    r.part[i] = lane >= Indices{} ? r.part[i] : rest.part[i];
    lane += static_cast<Index>(Lanes<T>::kPartCount) - Indices{};
  }
  return r;
}

/// Folds a vector's lanes to its first `keep` (a power of two), upper half onto lower half.
template <int keep, int bytes, class T, class F>
inline void foldVector(F f, Vector<T, bytes> v, T* to) {
  if constexpr (bytes > 16) {
    using Half = Vector<T, bytes / 2>;
    Half low;
    Half high;
    std::memcpy(&low, &v, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
    foldVector<keep, bytes / 2, T>(f, f(low, high), to);
  } else {
    constexpr int count = bytes / static_cast<int>(sizeof(T));
    T half[count];
    storeVector(half, v);
    for (int n = count / 2; n >= keep; n /= 2)
      for (int i = 0; i < n; ++i) half[i] = f(half[i], half[i + n]);
    for (int i = 0; i < keep; ++i) to[i] = half[i];
  }
}
template <int keep, class T, class F>
inline void fold(F f, Lanes<T> lanes, T* to) {
  for (int n = Lanes<T>::kParts / 2; n >= 1; n /= 2)
    for (int i = 0; i < n; ++i) lanes.part[i] = f(lanes.part[i], lanes.part[i + n]);
  foldVector<keep, kVectorBytes, T>(f, lanes.part[0], to);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
