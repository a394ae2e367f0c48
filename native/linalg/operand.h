// One launch of a product in the form that its drivers work with: batches of m x k times k x n, each group of axes one.
#pragma once

#include <cstdint>
#include <optional>

#include "core/execution.h"
#include "core/kernel.h"
#include "linalg/product.h"

namespace ndops {

/// One operand: its free axis (rows of a, columns of b) and the contracted one. Strides are in elements of its dtype.
struct Factor {
  const char* data;
  DType dtype;
  int slot;  // of its copy, if it needs one
  std::int64_t freeStride;
  std::int64_t innerStride;
  std::int64_t batchStrides[kMaxRank];

  /// Whether BLAS can take it as it lies, as a matrix of `free` by k: one stride 1, the other no less than a row.
  bool plain(std::int64_t free, std::int64_t k) const;
};

struct Product {
  const ProductLoops* loops;
  Execution* execution;
  DType dtype;  // of the arithmetic
  char* out;    // contiguous: batch, m, n
  DType outDtype;
  std::int64_t m;
  std::int64_t n;
  std::int64_t k;
  int batchRank;
  std::int64_t batchShape[kMaxRank];
  std::int64_t batch;  // how many products
  bool conjugate;      // b's elements; only with m = n = 1
  bool paired;         // m = 1, and a has n columns too: each with b's of its own; rows of both lie together
  Factor a;
  Factor b;
  std::optional<Scratch> copies[2];

  const char* aAt(std::int64_t item) const { return at(a, item); }
  const char* bAt(std::int64_t item) const { return at(b, item); }
  char* outAt(std::int64_t item) const { return out + item * m * n * itemSize(outDtype); }

 private:
  const char* at(const Factor& factor, std::int64_t item) const;
};

/// Reads a launch of matmul whose result is not empty and whose contracted size is not 0. Copies an operand whose axes
/// have no single stride a group. Afterwards n is 1 only where m is; dot products whose neighbours in memory are of
/// different ones are paired columns.
Status readProduct(const Launch& launch, const ProductLoops& loops, DType dtype, Product& product) noexcept;

/// Copies a factor of another dtype, and one that is not plain where `plain` is asked for.
Status settle(Product& product, Factor& factor, std::int64_t free, bool plain) noexcept;

/// Copies n elements `stride` apart to contiguous memory of another dtype or the same.
void gather(char* to, DType toDtype, const char* from, DType fromDtype, std::int64_t stride, std::int64_t n) noexcept;

// The ways to compute, each for any number of products in the batch.
Status smallProduct(Product& product) noexcept;    // no side above kSmallSide; settled
Status vectorProduct(Product& product) noexcept;   // m is 1; converts and gathers as it goes
Status integerProduct(Product& product) noexcept;  // integers and bool; settled
Status floatProduct(Product& product) noexcept;    // the dtypes of BLAS; settled, plain

}  // namespace ndops
