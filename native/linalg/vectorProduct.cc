// A row times a matrix: bound by memory, so each element of the matrix is read once. Cut by shape and strides alone and
// summed in a fixed order, so the result has the same bits for any number of threads and on every CPU level.
#include <algorithm>
#include <cstdlib>

#include "core/parallel.h"
#include "core/registry.h"
#include "linalg/operand.h"

namespace ndops {
namespace {

/// Elements of the matrix that a task should at least read, and a block should at most have: it stays in the second
/// cache where it has to be gathered.
constexpr std::int64_t kTask = 1 << 16;
constexpr std::int64_t kBlock = 1 << 15;
/// Bytes of sums that stay in the first cache while rows are added up, and the fewest rows worth a set of sums.
constexpr std::int64_t kSumBytes = 1 << 14;
constexpr std::int64_t kFewestRows = 64;

std::int64_t partsOf(std::int64_t size, std::int64_t part) { return (size + part - 1) / part; }

/// How the matrix is walked: along the contracted axis (its lines are dot products) or across (lines are added up).
struct Walk {
  bool along;
  bool gathered;        // copied block by block, for its dtype or its strides
  std::int64_t width;   // outputs of a block
  std::int64_t blocks;  // of that width
  std::int64_t run;     // elements of the contracted axis of a block
  std::int64_t runs;
};

Walk walkOf(const Product& product) {
  const Factor& matrix = product.b;
  const bool same = matrix.dtype == product.dtype;
  const bool alongInPlace = same && (matrix.innerStride == 1 || product.k == 1);
  const bool acrossInPlace = same && matrix.freeStride == 1;
  Walk walk;
  walk.along = !product.paired && (product.n == 1 || alongInPlace ||
                                   (!acrossInPlace && std::abs(matrix.innerStride) <= std::abs(matrix.freeStride)));
  walk.gathered = product.paired ? false : walk.along ? !alongInPlace : !acrossInPlace;
  if (walk.along) {
    walk.run = std::min(product.k, kSumRun);
    walk.width = std::min(product.n, std::max<std::int64_t>(1, kBlock / walk.run));
  } else {
    walk.width = std::min(product.n, kSumBytes / itemSize(product.dtype));
    walk.run = std::min(product.k, std::clamp(kBlock / walk.width, kFewestRows, kSumRun));
  }
  walk.blocks = partsOf(product.n, walk.width);
  walk.runs = partsOf(product.k, walk.run);
  return walk;
}

/// As sumBlock, of paired columns.
void sumColumns(const Product& product, const Walk& walk, std::int64_t item, std::int64_t block, std::int64_t run,
                char* held, char* to) {
  const std::int64_t j = block * walk.width;
  const std::int64_t width = std::min(walk.width, product.n - j);
  const std::int64_t p = run * walk.run;
  const std::int64_t k = std::min(walk.run, product.k - p);
  const char* rows[2] = {product.aAt(item), product.bAt(item)};
  std::int64_t leading[2];
  for (int i = 0; i < 2; ++i) {
    const Factor& factor = i == 0 ? product.a : product.b;
    leading[i] = factor.innerStride;
    rows[i] += (j + p * factor.innerStride) * itemSize(factor.dtype);
    if (factor.dtype == product.dtype) continue;
    const std::int64_t bytes = width * itemSize(product.dtype);
    for (std::int64_t line = 0; line < k; ++line)
      gather(held + line * bytes, product.dtype, rows[i] + line * factor.innerStride * itemSize(factor.dtype),
             factor.dtype, 1, width);
    rows[i] = held;
    leading[i] = width;
    held += k * bytes;
  }
  product.loops->columns(to, rows[0], rows[1], width, k, leading[0], leading[1]);
}

/// Sums of one block of outputs over one run, to `to` in the product's dtype.
void sumBlock(const Product& product, const Walk& walk, std::int64_t item, std::int64_t block, std::int64_t run,
              char* held, char* to) {
  if (product.paired) return sumColumns(product, walk, item, block, run, held, to);
  const Factor& matrix = product.b;
  const DType dtype = product.dtype;
  const std::int64_t size = itemSize(dtype);
  const std::int64_t j = block * walk.width;
  const std::int64_t width = std::min(walk.width, product.n - j);
  const std::int64_t p = run * walk.run;
  const std::int64_t k = std::min(walk.run, product.k - p);

  const char* vector = product.aAt(item) + p * product.a.innerStride * itemSize(product.a.dtype);
  if (product.a.dtype != dtype || product.a.innerStride != 1) {
    gather(held, dtype, vector, product.a.dtype, product.a.innerStride, k);
    vector = held;
    held += k * size;
  }
  const char* from = product.bAt(item) + (j * matrix.freeStride + p * matrix.innerStride) * itemSize(matrix.dtype);
  std::int64_t leading = walk.along ? matrix.freeStride : matrix.innerStride;
  if (walk.gathered) {
    const std::int64_t lines = walk.along ? width : k;
    const std::int64_t length = walk.along ? k : width;
    const std::int64_t stride = walk.along ? matrix.innerStride : matrix.freeStride;
    for (std::int64_t line = 0; line < lines; ++line)
      gather(held + line * length * size, dtype, from + line * leading * itemSize(matrix.dtype), matrix.dtype, stride,
             length);
    from = held;
    leading = length;
  }
  if (walk.along)
    product.loops->dots(to, from, vector, width, k, leading, product.conjugate);
  else
    product.loops->combine(to, from, vector, width, k, leading);
}

}  // namespace

Status vectorProduct(Product& product) noexcept {
  // Most products are small and lie well: one block, found without the plan below, with the same bits.
  const Factor& vector = product.a;
  const Factor& matrix = product.b;
  if (!product.paired && product.batch == 1 && product.outDtype == product.dtype && vector.dtype == product.dtype &&
      matrix.dtype == product.dtype && vector.innerStride == 1 && product.k <= kSumRun &&
      product.n <= kBlock / product.k) {
    if (matrix.innerStride == 1) {
      product.loops->dots(product.out, matrix.data, vector.data, product.n, product.k, matrix.freeStride,
                          product.conjugate);
      return Status::Ok;
    }
    if (matrix.freeStride == 1 && product.n > 1) {
      product.loops->combine(product.out, matrix.data, vector.data, product.n, product.k, matrix.innerStride);
      return Status::Ok;
    }
  }

  const Walk walk = walkOf(product);
  const DType dtype = product.dtype;
  const std::int64_t size = itemSize(dtype);
  const std::int64_t n = product.n;
  const bool direct = walk.runs == 1 && product.outDtype == dtype;
  const bool vectorHeld = product.a.dtype != dtype || product.a.innerStride != 1;
  const int converted = (vector.dtype != dtype ? 1 : 0) + (matrix.dtype != dtype ? 1 : 0);
  const std::int64_t heldItems = product.paired
                                     ? converted * walk.run * walk.width
                                     : (vectorHeld ? walk.run : 0) + (walk.gathered ? walk.run * walk.width : 0);
  const std::int64_t heldBytes = heldItems * size;

  // Sums of the runs: item by item, run by run, n each.
  std::int64_t bytes = 0;
  if (!direct &&
      (__builtin_mul_overflow(product.batch * walk.runs, n, &bytes) || __builtin_mul_overflow(bytes, size, &bytes)))
    return product.execution->fail(Status::OutOfMemory);
  std::optional<Scratch> sums;
  if (!direct && !sums.emplace(static_cast<std::size_t>(bytes))) return product.execution->fail(Status::OutOfMemory);

  const std::int64_t pieces = product.batch * walk.runs * walk.blocks;
  const std::int64_t group = std::max<std::int64_t>(1, kTask / (walk.width * walk.run + 64));
  Status status = parallel(*product.execution, partsOf(pieces, group), [&](std::int64_t task) {
    std::optional<Scratch> held;
    if (heldBytes > 0 && !held.emplace(static_cast<std::size_t>(heldBytes))) {
      product.execution->fail(Status::OutOfMemory);
      return;
    }
    for (std::int64_t piece = task * group; piece < std::min(pieces, (task + 1) * group); ++piece) {
      const std::int64_t block = piece % walk.blocks;
      const std::int64_t run = piece / walk.blocks % walk.runs;
      const std::int64_t item = piece / walk.blocks / walk.runs;
      char* to = direct ? product.outAt(item) : sums->as() + (item * walk.runs + run) * n * size;
      sumBlock(product, walk, item, block, run, held ? held->as() : nullptr, to + block * walk.width * size);
    }
  });
  if (status != Status::Ok || direct) return status;

  const Convert narrow = converter(product.outDtype, dtype);
  const std::int64_t foldGroup = std::max<std::int64_t>(1, kTask / (walk.runs * n));
  return parallel(*product.execution, partsOf(product.batch, foldGroup), [&](std::int64_t task) {
    for (std::int64_t item = task * foldGroup; item < std::min(product.batch, (task + 1) * foldGroup); ++item) {
      char* base = sums->as() + item * walk.runs * n * size;
      for (std::int64_t step = 1; step < walk.runs; step *= 2)
        for (std::int64_t run = 0; run + step < walk.runs; run += 2 * step)
          product.loops->add(base + run * n * size, base + (run + step) * n * size, n);
      narrow(product.outAt(item), base, n);
    }
  });
}

}  // namespace ndops
