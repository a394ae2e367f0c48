// Products of matrices with no side above kSmallSide, in registers. Compiled once per CPU level.
#pragma once

#include <cstring>
#include <type_traits>

#include "linalg/vectorLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Bytes of the vectors that N columns are taken in.
template <class T, int N>
constexpr int kColumnBytes =
    N * static_cast<int>(sizeof(T)) < kVectorBytes ? N * static_cast<int>(sizeof(T)) : kVectorBytes;

/// Rows x N sums over p of left[i * rowStride + p * step] * right[p * leading + j], to sums[i * N + j].
template <class T, int N, int Rows>
inline void sumColumns(T* sums, const T* left, std::int64_t rowStride, std::int64_t step, const T* right,
                       std::int64_t leading, std::int64_t k) {
  if constexpr (std::is_arithmetic_v<T> && sizeof(T) >= 4) {
    constexpr int bytes = kColumnBytes<T, N>;
    constexpr int width = VectorOf<T, bytes>::lanes;
    typename VectorOf<T, bytes>::type running[Rows][N / width] = {};
    for (std::int64_t p = 0; p < k; ++p, left += step, right += leading)
      for (int v = 0; v < N / width; ++v) {
        const auto column = loadVector<T, bytes>(right + v * width);
        for (int i = 0; i < Rows; ++i) running[i][v] += left[i * rowStride] * column;
      }
    for (int i = 0; i < Rows; ++i)
      for (int v = 0; v < N / width; ++v) storeVector<T, bytes>(sums + i * N + v * width, running[i][v]);
  } else {
    for (int i = 0; i < Rows * N; ++i) sums[i] = T{};
    for (std::int64_t p = 0; p < k; ++p)
      for (int i = 0; i < Rows; ++i) {
        const T x = left[i * rowStride + p * step];
        for (int j = 0; j < N; ++j) sums[i * N + j] = plus(sums[i * N + j], times(x, right[p * leading + j]));
      }
  }
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
  // As many rows at once as there are registers for.
  constexpr int vectors = N * static_cast<int>(sizeof(T)) / kColumnBytes<T, N>;
  constexpr int group = !std::is_arithmetic_v<T> || sizeof(T) < 4 || vectors > 4 ? 1 : vectors > 2 ? 2 : 4;
  const T* left = reinterpret_cast<const T*>(a.data);
  std::int64_t i = 0;
  while (i < m) {
    alignas(64) T sums[group * N];
    const int rows = m - i < group ? 1 : group;
    if (rows == group)
      sumColumns<T, N, group>(sums, left + i * a.rowStride, a.rowStride, a.columnStride, right, step, k);
    else
      sumColumns<T, N, 1>(sums, left + i * a.rowStride, a.rowStride, a.columnStride, right, step, k);
    if (n == N)
      std::memcpy(out, sums, static_cast<std::size_t>(rows * N) * sizeof(T));
    else
      for (int r = 0; r < rows; ++r)
        for (std::int64_t j = 0; j < n; ++j) out[r * n + j] = sums[r * N + j];
    out += rows * n;
    i += rows;
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

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
