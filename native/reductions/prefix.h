// Prefix sums inside 64 bytes of lanes, on every CPU level in the same order.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "simd/lanes.h"

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define NDOPS_PREFIX_SHUFFLE(I, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef NDOPS_PREFIX_SHUFFLE
#define NDOPS_PREFIX_SHUFFLE(I, a, b, ...) __builtin_shuffle(a, b, Vector<I>{static_cast<I>(__VA_ARGS__)})
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

/// Elements have kC components side by side. In log2 steps, the upper half of each group takes the last element of its
/// lower half.
template <class T, int kC>
struct Prefix {
  using Part = Vector<T>;
  using Index = typename IntegerOf<sizeof(T)>::type;
  static constexpr int kPart = Lanes<T>::kPartCount;
  static constexpr T kZero = std::is_floating_point_v<T> ? -T{0} : T{0};  // -0 leaves a -0 what it is
  static Part zero() { return kZero - Part{}; }
  /// One element in all places; `second` is its second component.
  static Part repeated(T first, T second) {
    const Part all = first - Part{};
    return kC == 1 ? all : alternate(all, second - Part{}, std::make_index_sequence<kPart>{});
  }
  template <std::size_t... I>
  static Part alternate(Part a, Part b, std::index_sequence<I...>) {
    return NDOPS_PREFIX_SHUFFLE(Index, a, b, (static_cast<int>(I) % 2 * kPart + static_cast<int>(I))...);
  }

  static constexpr int lastOfLower(int lane, int distance) {
    const int group = lane / (2 * distance) * 2 * distance;
    return lane - group < distance ? kPart + lane : group + distance - kC + lane % kC;
  }
  template <int distance, std::size_t... I>
  static Part step(Part v, std::index_sequence<I...>) {
    return v + NDOPS_PREFIX_SHUFFLE(Index, v, zero(), lastOfLower(static_cast<int>(I), distance)...);
  }
  template <std::size_t... I>
  static Part spread(Part v, std::index_sequence<I...>) {
    return NDOPS_PREFIX_SHUFFLE(Index, v, v, (kPart - kC + static_cast<int>(I) % kC)...);
  }
  /// The last element in all places.
  static Part last(Part v) { return spread(v, std::make_index_sequence<kPart>{}); }

  template <int distance = kC>
  static void of(Lanes<T>& v) {
    if constexpr (distance < kPart) {
      for (Part& part : v.part) part = step<distance>(part, std::make_index_sequence<kPart>{});
    } else {
      constexpr int parts = distance / kPart;
      for (int p = parts; p < Lanes<T>::kParts; p += 2 * parts) {
        const Part lower = last(v.part[p - 1]);
        for (int k = p; k < p + parts; ++k) v.part[k] = v.part[k] + lower;
      }
    }
    if constexpr (2 * distance < Lanes<T>::kCount) of<2 * distance>(v);
  }
};

/// One vector of W from as many elements of T, which is W or half as wide, and back.
template <class W, class T>
inline Vector<W> widened(const T* from) {
  if constexpr (std::is_same_v<W, T>) return loadVector<Vector<W>>(from);
#if defined(__AVX512F__)  // GCC 12 makes four instructions of it
  else
    return (Vector<W>)_mm512_cvtps_pd(_mm256_loadu_ps(from));
#else
  else
    return __builtin_convertvector((loadVector<Vector<T, kVectorBytes / 2>>(from)), Vector<W>);
#endif
}
template <class W, class T>
inline void narrowed(T* to, Vector<W> v) {
  if constexpr (std::is_same_v<W, T>)
    storeVector(to, v);
  else
    storeVector(to, __builtin_convertvector(v, Vector<T, kVectorBytes / 2>));
}
template <class W, class T>
inline Lanes<W> widenedLanes(const T* from) {
  Lanes<W> v;
  for (int p = 0; p < Lanes<W>::kParts; ++p) v.part[p] = widened<W>(from + p * Lanes<W>::kPartCount);
  return v;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

#undef NDOPS_PREFIX_SHUFFLE
