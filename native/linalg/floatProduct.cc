// Products through BLAS, one thread a call, split over the pool into panels of the result.
#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/registry.h"
#include "linalg/blas.h"
#include "linalg/operand.h"

namespace ndops {
namespace {

/// Multiplications of float32 that a panel should have at least (some 20 microseconds) and at most (some milliseconds).
constexpr double kSmallestPanel = 1 << 20;
constexpr double kLargestPanel = 1 << 29;
/// Sides of panels are multiples of this, and no panel is cut thinner than kThinnest by choice.
constexpr std::int64_t kUnit = 16;
constexpr std::int64_t kThinnest = 64;
/// Multiplications of float32 between two looks at whether to stop: a panel is added up in steps of the contracted
/// axis, as the library does by itself, so that this costs nothing.
constexpr double kStep = 1 << 27;
constexpr std::int64_t kShortestStep = 768;  // twice what its kernels take at a time
/// The shortest run of the contracted axis worth a call and an addition of its own.
constexpr std::int64_t kShortestRun = 512;
/// Elements of a panel of float16 or bfloat16 results before they are rounded.
constexpr std::int64_t kLargestHeld = 1 << 20;

std::int64_t partsOf(std::int64_t size, std::int64_t part) { return (size + part - 1) / part; }
std::int64_t roundUp(std::int64_t size, std::int64_t unit) { return partsOf(size, unit) * unit; }

/// In multiplications of float32: float64 takes twice the time, complex numbers four times that of their components.
double weightOf(DType dtype) { return isComplex(dtype) ? itemSize(dtype) / 2.0 : itemSize(dtype) / 4.0; }

/// How the work is cut: by shape and the set number of threads, never by load.
struct Split {
  std::int64_t items;    // products a task
  std::int64_t rows;     // of a panel
  std::int64_t columns;  // of a panel
  std::int64_t run;      // of the contracted axis; less than k when few outputs are summed over many elements
};

Split splitOf(const Product& product) {
  const double each = weightOf(product.dtype) * static_cast<double>(product.m) * static_cast<double>(product.n) *
                      static_cast<double>(product.k);
  const double total = each * static_cast<double>(product.batch);
  const double threads = blasConcurrent() ? threadCount() : 1;
  double wanted = std::max(1.0, std::min(threads, total / kSmallestPanel));
  if (total / wanted > kLargestPanel) wanted = std::ceil(total / kLargestPanel / threads) * threads;

  Split split{1, product.m, product.n, product.k};
  if (static_cast<double>(product.batch) >= wanted) {
    // Whole products; several a thread even out what the threads are given.
    const double tasks = std::max(wanted, std::min(4 * wanted, total / kSmallestPanel));
    split.items = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(product.batch) / tasks));
  } else {
    const double panels = std::ceil(wanted / static_cast<double>(product.batch));
    std::int64_t across = 1;
    std::int64_t down = 1;
    while (static_cast<double>(across * down) < panels) {
      const bool wide = partsOf(product.n, across) >= partsOf(product.m, down);
      std::int64_t& cuts = wide ? across : down;
      if (partsOf(wide ? product.n : product.m, cuts + 1) < kThinnest) break;
      ++cuts;
    }
    split.columns = std::min(product.n, roundUp(partsOf(product.n, across), kUnit));
    split.rows = std::min(product.m, roundUp(partsOf(product.m, down), kUnit));
    if (static_cast<double>(across * down) < panels) {
      const double runs = std::ceil(panels / static_cast<double>(across * down));
      const double most = std::max(1.0, static_cast<double>(product.k / kShortestRun));
      split.run = partsOf(product.k, static_cast<std::int64_t>(std::min(runs, most)));
    }
  }
  // A panel that is narrowed afterwards is held in float32.
  if (product.outDtype != product.dtype) {
    split.columns = std::min(split.columns, kLargestHeld);
    split.rows = std::min(split.rows, std::max<std::int64_t>(1, kLargestHeld / split.columns));
  }
  split.rows = std::min(split.rows, blasLimit());
  return split;
}

/// How much of the contracted axis is multiplied between two looks.
std::int64_t stepOf(DType dtype, std::int64_t rows, std::int64_t columns) {
  const double most = kStep / (weightOf(dtype) * static_cast<double>(rows) * static_cast<double>(columns));
  return std::max(kShortestStep, static_cast<std::int64_t>(most) / kShortestStep * kShortestStep);
}

BlasMatrix matrixOf(const Factor& factor, const char* data, bool freeIsRow, std::int64_t k) {
  const bool innerClose = factor.innerStride == 1 && factor.freeStride >= k;
  return {data, innerClose ? factor.freeStride : factor.innerStride, innerClose != freeIsRow};
}

/// Where the integers of BLAS are too small: row by row.
Status oversizeProduct(Product& product) {
  product.batchShape[product.batchRank] = product.m;
  product.a.batchStrides[product.batchRank] = product.a.freeStride;
  product.b.batchStrides[product.batchRank++] = 0;
  product.batch *= product.m;
  product.m = 1;
  return vectorProduct(product);
}

}  // namespace

Status floatProduct(Product& product) noexcept {
  const std::int64_t m = product.m;
  const std::int64_t n = product.n;
  const std::int64_t k = product.k;
  if (std::max(n, k) > blasLimit()) return oversizeProduct(product);
  const Split split = splitOf(product);
  const std::int64_t size = itemSize(product.dtype);
  const bool narrow = product.outDtype != product.dtype;
  const std::int64_t down = partsOf(m, split.rows);
  const std::int64_t across = partsOf(n, split.columns);
  const std::int64_t runs = partsOf(k, split.run);

  // With several runs each gets a result of its own; they are added up below.
  std::int64_t bytes = 0;
  if (runs > 1 &&
      (__builtin_mul_overflow(product.batch * runs, m * n, &bytes) || __builtin_mul_overflow(bytes, size, &bytes)))
    return product.execution->fail(Status::OutOfMemory);
  std::optional<Scratch> sums;
  if (runs > 1 && !sums.emplace(static_cast<std::size_t>(bytes))) return product.execution->fail(Status::OutOfMemory);

  const Convert convert = converter(product.outDtype, product.dtype);
  const std::int64_t panels = down * across * runs;
  const std::int64_t groups = partsOf(product.batch, split.items);
  Status status = parallel(*product.execution, groups * panels, [&](std::int64_t task) {
    std::optional<Scratch> wide;
    if (narrow && runs == 1 && !wide.emplace(static_cast<std::size_t>(split.rows * split.columns * size))) {
      product.execution->fail(Status::OutOfMemory);
      return;
    }
    const std::int64_t panel = task % panels;
    const std::int64_t run = panel / (down * across);
    const std::int64_t i = panel / across % down * split.rows;
    const std::int64_t j = panel % across * split.columns;
    const std::int64_t p = run * split.run;
    const std::int64_t rows = std::min(split.rows, m - i);
    const std::int64_t columns = std::min(split.columns, n - j);
    const std::int64_t length = std::min(split.run, k - p);
    const std::int64_t first = task / panels * split.items;
    for (std::int64_t item = first; item < std::min(product.batch, first + split.items); ++item) {
      if (item > first && product.execution->cancelled()) return;
      const char* a = product.aAt(item) + (i * product.a.freeStride + p * product.a.innerStride) * size;
      const char* b = product.bAt(item) + (j * product.b.freeStride + p * product.b.innerStride) * size;
      char* to = wide       ? wide->as()
                 : runs > 1 ? sums->as() + ((item * runs + run) * m * n + i * n + j) * size
                            : product.outAt(item) + (i * n + j) * size;
      const std::int64_t step = stepOf(product.dtype, rows, columns);
      for (std::int64_t done = 0; done < length; done += step) {
        if (done > 0 && product.execution->cancelled()) return;
        blasGemm(product.dtype, rows, columns, std::min(step, length - done),
                 matrixOf(product.a, a + done * product.a.innerStride * size, true, k),
                 matrixOf(product.b, b + done * product.b.innerStride * size, false, k), to, wide ? columns : n,
                 done > 0);
      }
      if (!wide) continue;
      for (std::int64_t row = 0; row < rows; ++row)
        convert(product.outAt(item) + ((i + row) * n + j) * itemSize(product.outDtype), to + row * columns * size,
                columns);
    }
  });
  if (status != Status::Ok || runs == 1) return status;

  return parallel(*product.execution, product.batch, [&](std::int64_t item) {
    char* base = sums->as() + item * runs * m * n * size;
    for (std::int64_t step = 1; step < runs; step *= 2)
      for (std::int64_t run = 0; run + step < runs; run += 2 * step)
        product.loops->add(base + run * m * n * size, base + (run + step) * m * n * size, m * n);
    convert(product.outAt(item), base, m * n);
  });
}

}  // namespace ndops
