// Register tiles of the integer product: kTileRows rows by two vectors of columns, wrapping. Compiled once per CPU
// level.
#pragma once

#include "linalg/productLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// What a tile computes in. There is no byte multiply: 16 bits wrap to the same low byte. Bool is "and" and "or".
template <class T>
struct Packed {
  using type = T;
};
template <>
struct Packed<std::uint8_t> {
  using type = std::uint16_t;
};
template <>
struct Packed<Bool> {
  using type = std::uint8_t;
};
template <class T>
using PackedOf = typename Packed<T>::type;

template <class T>
constexpr std::int64_t kTileColumns = 2 * VectorOf<PackedOf<T>>::lanes;

template <class T>
inline PackedOf<T> packedValue(T x) {
  if constexpr (std::is_same_v<T, Bool>)
    return x.value;
  else
    return x;
}

template <class T>
void packColumns(char* to, const Strided& b, std::int64_t k, std::int64_t columns) {
  constexpr std::int64_t width = kTileColumns<T>;
  PackedOf<T>* out = reinterpret_cast<PackedOf<T>*>(to);
  const T* from = reinterpret_cast<const T*>(b.data);
  for (std::int64_t first = 0; first < columns; first += width, out += k * width, from += width * b.columnStride) {
    const std::int64_t count = columns - first < width ? columns - first : width;
    if (b.rowStride == 1) {
      for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t p = 0; p < k; ++p) out[p * width + j] = packedValue(from[p + j * b.columnStride]);
    } else if (b.columnStride == 1) {
      for (std::int64_t p = 0; p < k; ++p)
        for (std::int64_t j = 0; j < count; ++j) out[p * width + j] = packedValue(from[p * b.rowStride + j]);
    } else {
      for (std::int64_t p = 0; p < k; ++p)
        for (std::int64_t j = 0; j < count; ++j)
          out[p * width + j] = packedValue(from[p * b.rowStride + j * b.columnStride]);
    }
    if (count < width)
      for (std::int64_t p = 0; p < k; ++p)
        for (std::int64_t j = count; j < width; ++j) out[p * width + j] = 0;
  }
}

template <class T, int Rows>
void tile(T* out, const T* a, std::int64_t rowStride, std::int64_t step, const PackedOf<T>* b, std::int64_t columns,
          std::int64_t k, std::int64_t leading, bool accumulate) {
  using P = PackedOf<T>;
  constexpr int width = VectorOf<P>::lanes;
  Vector<P> sums[Rows][2] = {};
  for (std::int64_t p = 0; p < k; ++p, a += step, b += 2 * width) {
    const Vector<P> first = loadVector(b);
    const Vector<P> second = loadVector(b + width);
    for (int i = 0; i < Rows; ++i) {
      const P x = packedValue(a[i * rowStride]);
      if constexpr (std::is_same_v<T, Bool>) {
        sums[i][0] |= first & x;
        sums[i][1] |= second & x;
      } else {
        sums[i][0] += first * x;
        sums[i][1] += second * x;
      }
    }
  }
  for (int i = 0; i < Rows; ++i, out += leading) {
    alignas(64) P line[2 * width];
    storeVector(line, sums[i][0]);
    storeVector(line + width, sums[i][1]);
    for (std::int64_t j = 0; j < columns; ++j) {
      T sum;
      if constexpr (std::is_same_v<T, Bool>)
        sum = {line[j]};
      else
        sum = static_cast<T>(line[j]);
      out[j] = accumulate ? plus(out[j], sum) : sum;
    }
  }
}

template <class T>
void tiles(char* to, const Strided& a, const char* packed, std::int64_t rows, std::int64_t columns, std::int64_t k,
           std::int64_t leading, bool accumulate) {
  using Tile = void (*)(T*, const T*, std::int64_t, std::int64_t, const PackedOf<T>*, std::int64_t, std::int64_t,
                        std::int64_t, bool);
  constexpr Tile byRows[] = {tile<T, 1>, tile<T, 2>, tile<T, 3>, tile<T, 4>, tile<T, 5>, tile<T, 6>};
  static_assert(sizeof(byRows) / sizeof(byRows[0]) == kTileRows, "a tile for each number of rows");
  T* out = reinterpret_cast<T*>(to);
  const T* left = reinterpret_cast<const T*>(a.data);
  const auto* right = reinterpret_cast<const PackedOf<T>*>(packed);
  for (std::int64_t i = 0; i < rows; i += kTileRows) {
    const std::int64_t count = rows - i < kTileRows ? rows - i : kTileRows;
    byRows[count - 1](out + i * leading, left + i * a.rowStride, a.rowStride, a.columnStride, right, columns, k,
                      leading, accumulate);
  }
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
