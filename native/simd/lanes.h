// Fixed virtual lanes: 64 bytes of one arithmetic type on every CPU level, as one, two or four machine vectors. Element
// i meets element i alone, so an algorithm over lanes gives the same bits on every level (no contraction in this build).
// Internal linkage throughout: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>

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

template <class T>
struct Lanes {
  static constexpr int kCount = kLaneBytes / static_cast<int>(sizeof(T));
  static constexpr int kParts = kLaneBytes / kVectorBytes;
  typedef T Part __attribute__((vector_size(kVectorBytes)));
  Part part[kParts];

  static Lanes load(const T* from) {
    Lanes r;
    for (int i = 0; i < kParts; ++i)
      std::memcpy(&r.part[i], reinterpret_cast<const char*>(from) + i * kVectorBytes, kVectorBytes);
    return r;
  }
  void store(T* to) const {
    for (int i = 0; i < kParts; ++i)
      std::memcpy(reinterpret_cast<char*>(to) + i * kVectorBytes, &part[i], kVectorBytes);
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

/// The first `n` lanes from memory, the others from `rest`: no byte past the array is read.
template <class T>
inline Lanes<T> loadFirst(const T* from, std::int64_t n, Lanes<T> rest) {
  alignas(kLaneBytes) T buffer[Lanes<T>::kCount];
  rest.store(buffer);
  std::memcpy(buffer, from, static_cast<std::size_t>(n) * sizeof(T));
  return Lanes<T>::load(buffer);
}

/// Folds the lanes to their first `keep` (a power of two), upper half onto lower half.
template <int keep, class T, class F>
inline void fold(F f, Lanes<T> lanes, T* to) {
  alignas(kLaneBytes) T half[Lanes<T>::kCount];
  lanes.store(half);
  for (int n = Lanes<T>::kCount / 2; n >= keep; n /= 2)
    for (int i = 0; i < n; ++i) half[i] = f(half[i], half[i + n]);
  for (int i = 0; i < keep; ++i) to[i] = half[i];
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
