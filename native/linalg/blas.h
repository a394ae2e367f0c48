// The BLAS that was linked, and the only way to it.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace ndops {

/// A row-major operand as BLAS takes it: `leading` elements from row to row of the stored matrix, which is the operand
/// or its transpose.
struct BlasMatrix {
  const char* data;
  std::int64_t leading;
  bool transposed;
};

/// c = a b, or c += a b where `add` is set, with a of m x k, b of k x n, c row-major with `leading` elements a row;
/// without `add` c's old content is not read. On this thread alone. dtype: float32, float64, complex64 or complex128. 1
/// <= m, n, k, leading <= blasLimit(); every pointer aligned to its component; c overlaps nothing.
void blasGemm(DType dtype, std::int64_t m, std::int64_t n, std::int64_t k, const BlasMatrix& a, const BlasMatrix& b,
              char* c, std::int64_t leading, bool add = false) noexcept;

/// The largest size or leading dimension of a call: the library's integers.
std::int64_t blasLimit() noexcept;
/// For tests: a lower limit; 0 for the library's own.
void setBlasLimit(std::int64_t limit) noexcept;

/// Whether calls of several threads run at once. False for a library built without locks, whose calls take turns.
bool blasConcurrent() noexcept;
/// The library with its version and build options, as it names itself.
const char* blasName() noexcept;
/// The kernels that it chose for this processor.
const char* blasKernel() noexcept;

}  // namespace ndops
