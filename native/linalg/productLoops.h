// Vectors of registers, and sums and products of stored elements. Compiled once per CPU level.
#pragma once

#include <cstring>
#include <type_traits>

#include "core/dtype.h"
#include "linalg/product.h"

namespace ndops::NDOPS_LEVEL {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class T, int Bytes = kVectorBytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(Bytes)));
  static constexpr int lanes = Bytes / static_cast<int>(sizeof(T));
};
template <class T>
using Vector = typename VectorOf<T>::type;

template <class T, int Bytes = kVectorBytes>
inline typename VectorOf<T, Bytes>::type loadVector(const T* from) {
  typename VectorOf<T, Bytes>::type v;
  std::memcpy(&v, from, Bytes);
  return v;
}
template <class T, int Bytes = kVectorBytes>
inline void storeVector(T* to, typename VectorOf<T, Bytes>::type v) {
  std::memcpy(to, &v, Bytes);
}

template <class T>
constexpr bool kIsComplex = false;
template <class T>
constexpr bool kIsComplex<Complex<T>> = true;

// Sums and products of stored elements. Unsigned types stand for the signed ones too: both wrap.
template <class T>
inline T plus(T x, T y) {
  return static_cast<T>(x + y);
}
inline Bool plus(Bool x, Bool y) { return {static_cast<std::uint8_t>(x.value | y.value)}; }
template <class T>
inline Complex<T> plus(Complex<T> x, Complex<T> y) {
  return {x.re + y.re, x.im + y.im};
}
template <class T>
inline T times(T x, T y) {
  // Narrow unsigned types would be promoted to int, whose products overflow.
  if constexpr (std::is_integral_v<T> && sizeof(T) < sizeof(unsigned))
    return static_cast<T>(static_cast<unsigned>(x) * static_cast<unsigned>(y));
  else
    return x * y;
}
inline Bool times(Bool x, Bool y) { return {static_cast<std::uint8_t>(x.value & y.value)}; }

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
