// What the loops of products share with their drivers.
//
// This header is also compiled once per CPU level, so it holds types and constants only.
#pragma once

#include <cstdint>

namespace ndops {

/// Products with no side above this run in registers, without BLAS or packing.
constexpr std::int64_t kSmallSide = 16;
/// The longest run that one loop sums up; longer sums are combined from such runs in a fixed tree.
constexpr std::int64_t kSumRun = 4096;
/// Rows that a tile of the integer product covers.
constexpr std::int64_t kTileRows = 6;

/// A matrix in memory, strides in elements and of any sign.
struct Strided {
  const char* data;
  std::int64_t rowStride;
  std::int64_t columnStride;
};

/// The loops of one dtype. Operands and results have that dtype; integers wrap, bool sums are "or".
struct ProductLoops {
  /// out (m x n, contiguous) = a (m x k) b (k x n), no side above kSmallSide, none 0.
  void (*small)(char* out, const Strided& a, const Strided& b, std::int64_t m, std::int64_t n, std::int64_t k);

  /// out[i] = the sum of matrix[i][p] * vector[p] over p < k <= kSumRun, rows contiguous and `leading` apart. The
  /// order of summation depends on k alone: the same bits on every level. conjugate: of the matrix.
  void (*dots)(char* out, const char* matrix, const char* vector, std::int64_t rows, std::int64_t k,
               std::int64_t leading, bool conjugate);

  /// out[j] = the sum of vector[p] * matrix[p][j] over p < k <= kSumRun, in the order of p; rows as above.
  void (*combine)(char* out, const char* matrix, const char* vector, std::int64_t columns, std::int64_t k,
                  std::int64_t leading);

  /// out[j] = the sum of a[p][j] * b[p][j] over p < k <= kSumRun, in the order of p; rows as above. Null for complex
  /// numbers.
  void (*columns)(char* out, const char* a, const char* b, std::int64_t n, std::int64_t k, std::int64_t aLeading,
                  std::int64_t bLeading);

  /// to[i] += from[i].
  void (*add)(char* to, const char* from, std::int64_t n);

  /// Integers and bool; null for the dtypes of BLAS. Columns are packed in groups of tileColumns, k by k, at
  /// packedSize bytes an element, the last group filled up with zeros.
  void (*packColumns)(char* packed, const Strided& b, std::int64_t k, std::int64_t columns);
  /// out (rows x columns, `leading` elements a row) = or += a (rows x k) times one packed group; columns <=
  /// tileColumns.
  void (*tiles)(char* out, const Strided& a, const char* packed, std::int64_t rows, std::int64_t columns,
                std::int64_t k, std::int64_t leading, bool accumulate);
  std::int64_t tileColumns;
  std::int64_t packedSize;
};

/// What a row of matmul offers as its inner loop.
using LoopsOf = const ProductLoops& (*)();

}  // namespace ndops
