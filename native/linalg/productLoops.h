// Loops of products: small matrices, dot products, combinations of rows. Compiled once per CPU level.
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

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
  static constexpr int lanes = kVectorBytes / static_cast<int>(sizeof(T));
};
template <class T>
using Vector = typename VectorOf<T>::type;

template <class T>
inline Vector<T> loadVector(const T* from) {
  Vector<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class T>
inline void storeVector(T* to, Vector<T> v) {
  std::memcpy(to, &v, sizeof v);
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

/// 128 bytes of running sums on every level, folded by halves: the order does not depend on the width of a register.
template <class T>
T dotReal(const T* x, const T* y, std::int64_t k) {
  constexpr int lanes = 128 / static_cast<int>(sizeof(T));
  constexpr int width = VectorOf<T>::lanes;
  constexpr int vectors = lanes / width;
  Vector<T> running[vectors] = {};
  std::int64_t p = 0;
  for (; p + lanes <= k; p += lanes)
    for (int v = 0; v < vectors; ++v) running[v] += loadVector(x + p + v * width) * loadVector(y + p + v * width);
  alignas(64) T sums[lanes];
  for (int v = 0; v < vectors; ++v) storeVector(sums + v * width, running[v]);
  for (std::int64_t i = 0; p < k; ++p, ++i) sums[i] += x[p] * y[p];
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
  return sums[0];
}

/// As dotReal, over re and im as they lie: straight products (re re, im im) and crossed ones (re im, im re).
template <class T>
Complex<T> dotComplex(const T* x, const T* y, std::int64_t k, bool conjugate) {
  constexpr int lanes = 64 / static_cast<int>(sizeof(T));
  constexpr int width = VectorOf<T>::lanes;
  constexpr int vectors = lanes / width;
  Vector<T> straight[vectors] = {};
  Vector<T> crossed[vectors] = {};
  std::int64_t p = 0;
  for (; p + lanes <= 2 * k; p += lanes) {
    for (int v = 0; v < vectors; ++v) {
      const Vector<T> left = loadVector(x + p + v * width);
      const Vector<T> right = loadVector(y + p + v * width);
      straight[v] += left * right;
      Vector<T> turned;
      for (int i = 0; i < width; ++i) turned[i] = right[i ^ 1];
      crossed[v] += left * turned;
    }
  }
  alignas(64) T sums[2][lanes];
  for (int v = 0; v < vectors; ++v) {
    storeVector(sums[0] + v * width, straight[v]);
    storeVector(sums[1] + v * width, crossed[v]);
  }
  for (std::int64_t i = 0; p < 2 * k; ++p, ++i) {
    sums[0][i] += x[p] * y[p];
    sums[1][i] += x[p] * y[p ^ 1];
  }
  for (int half = lanes / 2; half > 1; half /= 2)
    for (auto& sum : sums)
      for (int i = 0; i < half; ++i) sum[i] += sum[i + half];
  if (conjugate) return {sums[0][0] + sums[0][1], sums[1][0] - sums[1][1]};
  return {sums[0][0] - sums[0][1], sums[1][0] + sums[1][1]};
}

/// Integers wrap and "or" is exact in any order, so these sums are left to the compiler.
template <class T>
T dotExact(const T* x, const T* y, std::int64_t k) {
  if constexpr (std::is_same_v<T, Bool>) {
    std::uint8_t any = 0;
    for (std::int64_t p = 0; p < k; ++p) any |= static_cast<std::uint8_t>(x[p].value & y[p].value);
    return {any};
  } else {
    using Sum = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    Sum sum = 0;
    for (std::int64_t p = 0; p < k; ++p) sum += static_cast<Sum>(x[p]) * static_cast<Sum>(y[p]);
    return static_cast<T>(sum);
  }
}

template <class T>
void dots(char* to, const char* matrix, const char* vector, std::int64_t rows, std::int64_t k, std::int64_t leading,
          bool conjugate) {
  T* out = reinterpret_cast<T*>(to);
  const T* x = reinterpret_cast<const T*>(matrix);
  const T* y = reinterpret_cast<const T*>(vector);
  (void)conjugate;
  for (std::int64_t i = 0; i < rows; ++i, x += leading) {
    if constexpr (kIsComplex<T>)
      out[i] = dotComplex(&x->re, &y->re, k, conjugate);
    else if constexpr (std::is_floating_point_v<T>)
      out[i] = dotReal(x, y, k);
    else
      out[i] = dotExact(x, y, k);
  }
}

template <class T>
void combineReal(T* __restrict out, const T* row, const T* x, std::int64_t columns, std::int64_t k,
                 std::int64_t leading) {
  std::int64_t p = 0;
  for (; p + 4 <= k; p += 4, row += 4 * leading) {
    const T x0 = x[p];
    const T x1 = x[p + 1];
    const T x2 = x[p + 2];
    const T x3 = x[p + 3];
    const T* second = row + leading;
    const T* third = row + 2 * leading;
    const T* fourth = row + 3 * leading;
    for (std::int64_t j = 0; j < columns; ++j) {
      const T sum = plus(plus(out[j], times(x0, row[j])), times(x1, second[j]));
      out[j] = plus(plus(sum, times(x2, third[j])), times(x3, fourth[j]));
    }
  }
  for (; p < k; ++p, row += leading)
    for (std::int64_t j = 0; j < columns; ++j) out[j] = plus(out[j], times(x[p], row[j]));
}

/// Rows of a complex matrix times one element of the vector each, added to `sum` in order. Left to itself g++ makes
/// fused operations of the alternating signs, whatever -ffp-contract says; signs that it cannot see stay apart.
template <int Rows, class T>
inline Vector<T> addRows(Vector<T> sum, const T* row, std::int64_t leading, const Vector<T>* re, const Vector<T>* im) {
  constexpr int width = VectorOf<T>::lanes;
  for (int r = 0; r < Rows; ++r, row += 2 * leading) {
    const Vector<T> straight = loadVector(row);
    Vector<T> turned;
    for (int i = 0; i < width; ++i) turned[i] = straight[i ^ 1];
    sum += re[r] * straight + im[r] * turned;
  }
  return sum;
}

template <int Rows, class T>
void combineRows(T* out, const T* row, const T* x, std::int64_t columns, std::int64_t leading) {
  constexpr int width = VectorOf<T>::lanes;
  Vector<T> re[Rows] = {};
  Vector<T> im[Rows] = {};
  for (int r = 0; r < Rows; ++r)
    for (int i = 0; i < width; ++i) {
      re[r][i] = x[2 * r];
      im[r][i] = i % 2 == 0 ? -x[2 * r + 1] : x[2 * r + 1];
    }
  std::int64_t j = 0;
  for (; j + width <= 2 * columns; j += width)
    storeVector(out + j, addRows<Rows>(loadVector(out + j), row + j, leading, re, im));
  if (j == 2 * columns) return;
  // The same steps on a copy of what is left, so that it gets the same bits.
  const std::size_t rest = static_cast<std::size_t>(2 * columns - j) * sizeof(T);
  T lines[Rows * width] = {};
  T sums[width] = {};
  for (int r = 0; r < Rows; ++r) std::memcpy(lines + r * width, row + j + 2 * r * leading, rest);
  std::memcpy(sums, out + j, rest);
  storeVector(sums, addRows<Rows>(loadVector(sums), lines, width / 2, re, im));
  std::memcpy(out + j, sums, rest);
}

template <class T>
void combineComplex(T* out, const T* row, const T* x, std::int64_t columns, std::int64_t k, std::int64_t leading) {
  std::int64_t p = 0;
  for (; p + 4 <= k; p += 4) combineRows<4>(out, row + 2 * p * leading, x + 2 * p, columns, leading);
  for (; p < k; ++p) combineRows<1>(out, row + 2 * p * leading, x + 2 * p, columns, leading);
}

template <class T>
void combine(char* to, const char* matrix, const char* vector, std::int64_t columns, std::int64_t k,
             std::int64_t leading) {
  T* out = reinterpret_cast<T*>(to);
  const T* row = reinterpret_cast<const T*>(matrix);
  const T* x = reinterpret_cast<const T*>(vector);
  for (std::int64_t j = 0; j < columns; ++j) out[j] = T{};
  if constexpr (kIsComplex<T>)
    combineComplex(&out->re, &row->re, &x->re, columns, k, leading);
  else
    combineReal(out, row, x, columns, k, leading);
}

/// N columns, those past the last one zeros that nobody reads.
template <class T, int N>
void smallColumns(T* out, const Strided& a, const Strided& b, std::int64_t m, std::int64_t n, std::int64_t k) {
  alignas(64) T packed[kSmallSide * N];
  const T* right = reinterpret_cast<const T*>(b.data);
  const bool inPlace = n == N && b.columnStride == 1;
  const std::int64_t step = inPlace ? b.rowStride : N;
  if (!inPlace) {
    for (std::int64_t p = 0; p < k; ++p) {
      for (std::int64_t j = 0; j < n; ++j) packed[p * N + j] = right[p * b.rowStride + j * b.columnStride];
      for (std::int64_t j = n; j < N; ++j) packed[p * N + j] = T{};
    }
    right = packed;
  }
  const T* left = reinterpret_cast<const T*>(a.data);
  for (std::int64_t i = 0; i < m; ++i, left += a.rowStride, out += n) {
    alignas(64) T sums[N] = {};
    for (std::int64_t p = 0; p < k; ++p) {
      const T x = left[p * a.columnStride];
      const T* row = right + p * step;
      for (int j = 0; j < N; ++j) sums[j] = plus(sums[j], times(x, row[j]));
    }
    for (std::int64_t j = 0; j < n; ++j) out[j] = sums[j];
  }
}

/// Rows of a times b, each as a combination of b's rows.
template <class T>
void smallComplex(Complex<T>* out, const Strided& a, const Strided& b, std::int64_t m, std::int64_t n, std::int64_t k) {
  Complex<T> packed[kSmallSide * kSmallSide];
  const auto* right = reinterpret_cast<const Complex<T>*>(b.data);
  const bool inPlace = b.columnStride == 1;
  if (!inPlace) {
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t j = 0; j < n; ++j) packed[p * n + j] = right[p * b.rowStride + j * b.columnStride];
    right = packed;
  }
  const auto* left = reinterpret_cast<const Complex<T>*>(a.data);
  for (std::int64_t i = 0; i < m; ++i, left += a.rowStride, out += n) {
    Complex<T> row[kSmallSide];
    for (std::int64_t p = 0; p < k; ++p) row[p] = left[p * a.columnStride];
    for (std::int64_t j = 0; j < n; ++j) out[j] = {};
    combineComplex(&out->re, &right->re, &row->re, n, k, inPlace ? b.rowStride : n);
  }
}

template <class T>
void small(char* to, const Strided& a, const Strided& b, std::int64_t m, std::int64_t n, std::int64_t k) {
  T* out = reinterpret_cast<T*>(to);
  if constexpr (kIsComplex<T>) {
    smallComplex(out, a, b, m, n, k);
  } else if (n <= 4) {
    smallColumns<T, 4>(out, a, b, m, n, k);
  } else if (n <= 8) {
    smallColumns<T, 8>(out, a, b, m, n, k);
  } else {
    smallColumns<T, 16>(out, a, b, m, n, k);
  }
}

template <class T>
void add(char* to, const char* from, std::int64_t n) {
  T* __restrict out = reinterpret_cast<T*>(to);
  const T* __restrict in = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < n; ++i) out[i] = plus(out[i], in[i]);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
