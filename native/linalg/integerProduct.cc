// Products of integers and bool, blocked for the caches.
#include <algorithm>

#include "core/parallel.h"
#include "linalg/operand.h"

namespace ndops {
namespace {

/// Steps of k that one packed block of b covers: a group of its columns stays in the first cache, all of it in the
/// second.
constexpr std::int64_t kDepth = 256;
constexpr std::int64_t kPackedBytes = 1 << 19;
/// Rows of a that stay in the second cache while the columns go by.
constexpr std::int64_t kRowBlock = 16 * kTileRows;
/// Multiplications of a task: some tens of microseconds to some milliseconds.
constexpr std::int64_t kSmallestTask = 1 << 19;
constexpr std::int64_t kLargestTask = 1 << 26;

std::int64_t partsOf(std::int64_t size, std::int64_t part) { return (size + part - 1) / part; }

struct Range {
  std::int64_t begin;
  std::int64_t end;
};

/// Part `index` of `parts` nearly equal ones, cut at multiples of `unit`.
Range cut(std::int64_t size, std::int64_t unit, std::int64_t parts, std::int64_t index) {
  const std::int64_t units = partsOf(size, unit);
  return {std::min(size, units * index / parts * unit), std::min(size, units * (index + 1) / parts * unit)};
}

/// Columns of a packed block.
std::int64_t widthOf(const ProductLoops& loops) {
  const std::int64_t bytes = kDepth * loops.tileColumns * loops.packedSize;
  return std::max<std::int64_t>(1, kPackedBytes / bytes) * loops.tileColumns;
}

/// One part of one product.
void multiply(const Product& product, std::int64_t item, Range rows, Range columns, char* packed) {
  const ProductLoops& loops = *product.loops;
  const std::int64_t size = itemSize(product.dtype);
  const std::int64_t group = loops.tileColumns;
  const std::int64_t width = widthOf(loops);
  const char* a = product.aAt(item);
  const char* b = product.bAt(item);
  char* out = product.outAt(item);
  for (std::int64_t left = columns.begin; left < columns.end; left += width) {
    const std::int64_t right = std::min(left + width, columns.end);
    for (std::int64_t p = 0; p < product.k; p += kDepth) {
      if (product.execution->cancelled()) return;
      const std::int64_t depth = std::min(kDepth, product.k - p);
      const std::int64_t start = p * product.b.innerStride + left * product.b.freeStride;
      loops.packColumns(packed, {b + start * size, product.b.innerStride, product.b.freeStride}, depth, right - left);
      for (std::int64_t i = rows.begin; i < rows.end; i += kRowBlock) {
        const Strided block{a + (i * product.a.freeStride + p * product.a.innerStride) * size, product.a.freeStride,
                            product.a.innerStride};
        const char* from = packed;
        for (std::int64_t j = left; j < right; j += group, from += group * depth * loops.packedSize)
          loops.tiles(out + (i * product.n + j) * size, block, from, std::min(kRowBlock, rows.end - i),
                      std::min(group, right - j), depth, product.n, p > 0);
      }
    }
  }
}

}  // namespace

Status integerProduct(Product& product) noexcept {
  const std::int64_t m = product.m;
  const std::int64_t n = product.n;
  const std::int64_t group = product.loops->tileColumns;
  // A long k makes even the smallest block long; its loop asks for cancellation itself.
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(product.k);
  const double wanted = std::max(work * static_cast<double>(product.batch) / kSmallestTask, 1.0);
  const std::int64_t parts = static_cast<std::int64_t>(
      std::max(std::min(wanted / static_cast<double>(product.batch), 4.0 * threadCount()), work / kLargestTask));
  // Columns first: each part packs its own columns of b, and all of them read a in place.
  const std::int64_t columnParts = std::clamp<std::int64_t>(parts, 1, partsOf(n, 4 * group));
  const std::int64_t rowParts = std::clamp<std::int64_t>(partsOf(parts, columnParts), 1, partsOf(m, kRowBlock));
  const std::int64_t blocks = columnParts * rowParts;
  const std::int64_t items = std::max<std::int64_t>(
      1, std::min(product.batch, static_cast<std::int64_t>(kSmallestTask / (work / static_cast<double>(blocks) + 1))));
  const std::int64_t width = std::min(widthOf(*product.loops), partsOf(partsOf(n, group), columnParts) * group);
  const std::int64_t bytes = std::min(kDepth, product.k) * width * product.loops->packedSize;
  return parallel(*product.execution, partsOf(product.batch, items) * blocks, [&](std::int64_t task) {
    const Scratch packed(static_cast<std::size_t>(bytes));
    if (!packed) {
      product.execution->fail(Status::OutOfMemory);
      return;
    }
    const std::int64_t block = task % blocks;
    const Range rows = cut(m, kTileRows, rowParts, block / columnParts);
    const Range columns = cut(n, group, columnParts, block % columnParts);
    const std::int64_t first = task / blocks * items;
    for (std::int64_t item = first; item < std::min(product.batch, first + items); ++item)
      multiply(product, item, rows, columns, packed.as());
  });
}

}  // namespace ndops
