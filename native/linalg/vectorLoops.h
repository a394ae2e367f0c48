// Products of vectors: dot products, combinations of rows. Compiled once per CPU level.
#pragma once

#include <cstring>
#include <type_traits>

#include "linalg/productLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Folds a vector by halves until `Lanes` elements are left, to `to`.
template <class T, int Lanes, int Bytes>
inline void foldVector(T* to, typename VectorOf<T, Bytes>::type v) {
  if constexpr (Bytes == Lanes * static_cast<int>(sizeof(T))) {
    storeVector<T, Bytes>(to, v);
  } else {
    T halves[VectorOf<T, Bytes>::lanes];
    storeVector<T, Bytes>(halves, v);
    foldVector<T, Lanes, Bytes / 2>(
        to, loadVector<T, Bytes / 2>(halves) + loadVector<T, Bytes / 2>(halves + VectorOf<T, Bytes / 2>::lanes));
  }
}

/// All of a short row, then zeros.
template <class T, int Lanes>
struct PaddedLanes {
  T values[Lanes] = {};
  PaddedLanes(const T* from, std::int64_t count) {
    std::memcpy(values, from, static_cast<std::size_t>(count) * sizeof(T));
  }
};

/// Part v of the last `Lanes` elements before `end`, zeros but for the last `count`.
template <class T, int Lanes>
inline Vector<T> lastLanes(const T* end, std::int64_t count, int v) {
  using Index = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  constexpr int width = VectorOf<T>::lanes;
  Vector<Index> lane;
  for (int i = 0; i < width; ++i) lane[i] = i;
  const Index first = static_cast<Index>(Lanes - count - v * width);
  const Vector<T> x = loadVector(end - Lanes + v * width);
  return lane >= first ? x : Vector<T>{};
}

/// Dot products of `Rows` rows with y. 128 bytes of running sums a row on every level, folded by halves: the order does
/// not depend on the width of a register. Fewer elements than that are added up in order.
template <class T, int Rows>
void dotReal(T* out, const T* x, std::int64_t leading, const T* y, std::int64_t k) {
  constexpr int lanes = 128 / static_cast<int>(sizeof(T));
  constexpr int width = VectorOf<T>::lanes;
  constexpr int vectors = lanes / width;
  if (k < lanes) {
    for (int r = 0; r < Rows; ++r) {
      T sum = 0;
      for (std::int64_t p = 0; p < k; ++p) sum += x[r * leading + p] * y[p];
      out[r] = sum;
    }
    return;
  }
  Vector<T> running[Rows][vectors] = {};
  std::int64_t p = 0;
  for (; p + lanes <= k; p += lanes)
    for (int v = 0; v < vectors; ++v) {
      const Vector<T> right = loadVector(y + p + v * width);
      for (int r = 0; r < Rows; ++r) running[r][v] += loadVector(x + r * leading + p + v * width) * right;
    }
  if (p < k)
    for (int v = 0; v < vectors; ++v) {
      const Vector<T> right = lastLanes<T, lanes>(y + k, k - p, v);
      for (int r = 0; r < Rows; ++r) running[r][v] += lastLanes<T, lanes>(x + r * leading + k, k - p, v) * right;
    }
  for (int r = 0; r < Rows; ++r) {
    for (int half = vectors / 2; half > 0; half /= 2)
      for (int v = 0; v < half; ++v) running[r][v] += running[r][v + half];
    T last[2];
    foldVector<T, 2, kVectorBytes>(last, running[r][0]);
    out[r] = last[0] + last[1];
  }
}

/// As dotReal for one row, over re and im as they lie: straight products (re re, im im) and crossed ones (re im, im
/// re).
template <class T>
Complex<T> dotComplex(const T* x, const T* y, std::int64_t k, bool conjugate) {
  constexpr int lanes = 64 / static_cast<int>(sizeof(T));
  constexpr int width = VectorOf<T>::lanes;
  constexpr int vectors = lanes / width;
  Vector<T> straight[vectors] = {};
  Vector<T> crossed[vectors] = {};
  const auto step = [&](int v, Vector<T> left, Vector<T> right) {
    Vector<T> turned;
    for (int i = 0; i < width; ++i) turned[i] = right[i ^ 1];
    straight[v] += left * right;
    crossed[v] += left * turned;
  };
  std::int64_t p = 0;
  for (; p + lanes <= 2 * k; p += lanes)
    for (int v = 0; v < vectors; ++v) step(v, loadVector(x + p + v * width), loadVector(y + p + v * width));
  const std::int64_t rest = 2 * k - p;
  if (p > 0 && rest > 0) {
    for (int v = 0; v < vectors; ++v)
      step(v, lastLanes<T, lanes>(x + 2 * k, rest, v), lastLanes<T, lanes>(y + 2 * k, rest, v));
  } else if (rest > 0) {
    const PaddedLanes<T, lanes> left(x, rest);
    const PaddedLanes<T, lanes> right(y, rest);
    for (int v = 0; v < vectors; ++v)
      step(v, loadVector(left.values + v * width), loadVector(right.values + v * width));
  }
  for (int half = vectors / 2; half > 0; half /= 2)
    for (int v = 0; v < half; ++v) {
      straight[v] += straight[v + half];
      crossed[v] += crossed[v + half];
    }
  T re[2];
  T im[2];
  foldVector<T, 2, kVectorBytes>(re, straight[0]);
  foldVector<T, 2, kVectorBytes>(im, crossed[0]);
  if (conjugate) return {re[0] + re[1], im[0] - im[1]};
  return {re[0] - re[1], im[0] + im[1]};
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
  std::int64_t i = 0;
  if constexpr (std::is_floating_point_v<T>) {
    // As many rows at once as there are registers for: each part of y is loaded once for all of them.
    constexpr int group = kVectorBytes / 16;
    for (; i + group <= rows; i += group) dotReal<T, group>(out + i, x + i * leading, leading, y, k);
  }
  for (; i < rows; ++i) {
    if constexpr (kIsComplex<T>)
      out[i] = dotComplex(&x[i * leading].re, &y->re, k, conjugate);
    else if constexpr (std::is_floating_point_v<T>)
      dotReal<T, 1>(out + i, x + i * leading, leading, y, k);
    else
      out[i] = dotExact(x + i * leading, y, k);
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
  Vector<T> re[Rows];
  Vector<T> im[Rows];
  for (int r = 0; r < Rows; ++r) {
    T signs[width];
    for (int i = 0; i < width; ++i) signs[i] = i % 2 == 0 ? -x[2 * r + 1] : x[2 * r + 1];
    im[r] = loadVector(signs);
    re[r] = Vector<T>{} + x[2 * r];
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

template <class T>
void columns(char* to, const char* a, const char* b, std::int64_t n, std::int64_t k, std::int64_t aLeading,
             std::int64_t bLeading) {
  T* __restrict out = reinterpret_cast<T*>(to);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  for (std::int64_t j = 0; j < n; ++j) out[j] = T{};
  std::int64_t p = 0;
  for (; p + 2 <= k; p += 2, x += 2 * aLeading, y += 2 * bLeading) {
    const T* below = x + aLeading;
    const T* beside = y + bLeading;
    for (std::int64_t j = 0; j < n; ++j) out[j] = plus(plus(out[j], times(x[j], y[j])), times(below[j], beside[j]));
  }
  if (p < k)
    for (std::int64_t j = 0; j < n; ++j) out[j] = plus(out[j], times(x[j], y[j]));
}

template <class T>
void add(char* to, const char* from, std::int64_t n) {
  T* __restrict out = reinterpret_cast<T*>(to);
  const T* __restrict in = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < n; ++i) out[i] = plus(out[i], in[i]);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
