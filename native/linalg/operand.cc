#include "linalg/operand.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/parallel.h"
#include "core/registry.h"
#include "linalg/blas.h"

namespace ndops {
namespace {

/// Elements that a task of a copy should at least have, and the longest run that is one piece of it.
constexpr std::int64_t kCopyTask = 1 << 16;
constexpr std::int64_t kCopyRun = 1 << 14;
/// Dot products side by side that are worth taking together.
constexpr std::int64_t kPairs = 16;

/// Axes of an operand, outermost first, without those of size 1; neighbours that one stride walks through are one.
struct Axes {
  int rank = 0;
  std::int64_t shape[kMaxRank];
  std::int64_t strides[kMaxRank];

  void append(std::int64_t size, std::int64_t stride) {
    if (size == 1) return;
    if (rank > 0 && strides[rank - 1] == stride * size) {
      shape[rank - 1] *= size;
      strides[rank - 1] = stride;
    } else {
      shape[rank] = size;
      strides[rank++] = stride;
    }
  }
  void append(const Axes& axes) {
    for (int axis = 0; axis < axes.rank; ++axis) append(axes.shape[axis], axes.strides[axis]);
  }
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int axis = 0; axis < rank; ++axis) n *= shape[axis];
    return n;
  }
  /// The innermost stride, if it walks through all of them; 1 for a single element.
  std::int64_t stride() const { return rank == 0 ? 1 : strides[rank - 1]; }
  bool flat() const { return rank <= 1; }
  /// How close neighbours lie.
  std::int64_t step() const { return rank == 0 ? INT64_MAX : std::abs(strides[rank - 1]); }
};

Axes axesOf(const View& view, int begin, int end) {
  Axes axes;
  for (int axis = begin; axis < end; ++axis) axes.append(view.shape[axis], view.strides[axis]);
  return axes;
}

template <class T>
void gatherElements(char* to, const char* from, std::int64_t stride, std::int64_t n) {
  T* out = reinterpret_cast<T*>(to);
  const T* in = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < n; ++i) out[i] = in[i * stride];
}

void gatherSame(char* to, const char* from, DType dtype, std::int64_t stride, std::int64_t n) {
  // Complex elements are aligned to their components only.
  if (dtype == DType::Complex64) return gatherElements<Complex64>(to, from, stride, n);
  if (dtype == DType::Complex128) return gatherElements<Complex128>(to, from, stride, n);
  if (itemSize(dtype) == 1) return gatherElements<std::uint8_t>(to, from, stride, n);
  if (itemSize(dtype) == 2) return gatherElements<std::uint16_t>(to, from, stride, n);
  if (itemSize(dtype) == 4) return gatherElements<std::uint32_t>(to, from, stride, n);
  return gatherElements<std::uint64_t>(to, from, stride, n);
}

/// Copies in the order of the axes to contiguous memory.
Status copyAxes(Execution& execution, char* to, DType toDtype, const char* from, DType fromDtype, const Axes& axes) {
  const int outer = axes.rank - 1;
  const std::int64_t length = axes.rank == 0 ? 1 : axes.shape[outer];
  const std::int64_t stride = axes.stride();
  const std::int64_t run = std::min(length, kCopyRun);
  const std::int64_t pieces = (length + run - 1) / run;
  const std::int64_t total = axes.size() / length * pieces;
  const std::int64_t group = std::max<std::int64_t>(1, kCopyTask / run);
  return parallel(execution, (total + group - 1) / group, [&](std::int64_t task) {
    for (std::int64_t i = task * group; i < std::min(total, (task + 1) * group); ++i) {
      const std::int64_t start = i % pieces * run;
      std::int64_t row = i / pieces;
      const std::int64_t place = row * length + start;
      std::int64_t offset = start * stride;
      for (int axis = outer - 1; axis >= 0; --axis) {
        offset += row % axes.shape[axis] * axes.strides[axis];
        row /= axes.shape[axis];
      }
      gather(to + place * itemSize(toDtype), toDtype, from + offset * itemSize(fromDtype), fromDtype, stride,
             std::min(run, length - start));
    }
  });
}

/// Copies a factor in the product's dtype, once for all products that share it. What lies closer together stays so.
Status copyFactor(Product& product, Factor& factor, const Axes& free, const Axes& inner) {
  Axes axes;
  for (int axis = 0; axis < product.batchRank; ++axis)
    if (factor.batchStrides[axis] != 0) axes.append(product.batchShape[axis], factor.batchStrides[axis]);
  const bool freeLast = free.step() < inner.step();
  axes.append(freeLast ? inner : free);
  axes.append(freeLast ? free : inner);

  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(axes.size(), itemSize(product.dtype), &bytes))
    return product.execution->fail(Status::OutOfMemory);
  Scratch& memory = product.copies[factor.slot].emplace(static_cast<std::size_t>(bytes));
  if (!memory) return product.execution->fail(Status::OutOfMemory);
  const Status status = copyAxes(*product.execution, memory.as(), product.dtype, factor.data, factor.dtype, axes);

  factor.data = memory.as();
  factor.dtype = product.dtype;
  factor.freeStride = freeLast ? 1 : inner.size();
  factor.innerStride = freeLast ? free.size() : 1;
  std::int64_t step = free.size() * inner.size();
  for (int axis = product.batchRank - 1; axis >= 0; --axis) {
    if (factor.batchStrides[axis] == 0) continue;
    factor.batchStrides[axis] = step;
    step *= product.batchShape[axis];
  }
  return status;
}

/// The batch axes of both operands, aligned at the last one, neighbours merged where they merge in both.
void readBatch(const View& out, const View& a, int aRank, const View& b, int bRank, int rank, Product& product) {
  product.batchRank = 0;
  product.batch = 1;
  const auto strideOf = [&](const View& view, int own, int axis) {
    const int at = axis - (rank - own);
    return at < 0 || view.shape[at] == 1 ? 0 : view.strides[at];
  };
  for (int axis = 0; axis < rank; ++axis) {
    const std::int64_t size = out.shape[axis];
    if (size == 1) continue;
    product.batch *= size;
    const std::int64_t aStride = strideOf(a, aRank, axis);
    const std::int64_t bStride = strideOf(b, bRank, axis);
    const int last = product.batchRank - 1;
    if (last >= 0 && product.a.batchStrides[last] == aStride * size && product.b.batchStrides[last] == bStride * size) {
      product.batchShape[last] *= size;
      product.a.batchStrides[last] = aStride;
      product.b.batchStrides[last] = bStride;
    } else {
      product.batchShape[product.batchRank] = size;
      product.a.batchStrides[product.batchRank] = aStride;
      product.b.batchStrides[product.batchRank++] = bStride;
    }
  }
}

}  // namespace

bool Factor::plain(std::int64_t free, std::int64_t k) const {
  const std::int64_t limit = blasLimit();
  return (innerStride == 1 && freeStride >= k && freeStride <= limit) ||
         (freeStride == 1 && innerStride >= free && innerStride <= limit);
}

const char* Product::at(const Factor& factor, std::int64_t item) const {
  std::int64_t offset = 0;
  for (int axis = batchRank - 1; axis > 0; --axis) {
    offset += item % batchShape[axis] * factor.batchStrides[axis];
    item /= batchShape[axis];
  }
  if (batchRank > 0) offset += item * factor.batchStrides[0];
  return factor.data + offset * itemSize(factor.dtype);
}

void gather(char* to, DType toDtype, const char* from, DType fromDtype, std::int64_t stride, std::int64_t n) noexcept {
  if (stride == 1) return converter(toDtype, fromDtype)(to, from, n);
  if (toDtype == fromDtype) return gatherSame(to, from, fromDtype, stride, n);
  constexpr std::int64_t block = 256;
  alignas(64) char held[block * 16];
  const Convert convert = converter(toDtype, fromDtype);
  for (std::int64_t i = 0; i < n; i += block) {
    const std::int64_t count = std::min(block, n - i);
    gatherSame(held, from + i * stride * itemSize(fromDtype), fromDtype, stride, count);
    convert(to + i * itemSize(toDtype), held, count);
  }
}

Status readProduct(const Launch& launch, const ProductLoops& loops, DType dtype, Product& product) noexcept {
  const View& out = launch.views[0];
  const View* views[2] = {&launch.views[1], &launch.views[2]};
  const int rows = static_cast<int>(launch.numbers[0]);
  const int columns = static_cast<int>(launch.numbers[1]);
  const int inner = static_cast<int>(launch.numbers[2]);
  const int aBatch = views[0]->rank - rows - inner;
  const int bBatch = views[1]->rank - columns - inner;

  product.loops = &loops;
  product.execution = launch.execution;
  product.dtype = dtype;
  product.out = out.data;
  product.outDtype = out.dtype;
  product.conjugate = launch.numbers[3] != 0;
  product.paired = false;
  const Axes free[2] = {axesOf(*views[0], aBatch, aBatch + rows), axesOf(*views[1], bBatch + inner, views[1]->rank)};
  const Axes contracted[2] = {axesOf(*views[0], aBatch + rows, views[0]->rank),
                              axesOf(*views[1], bBatch, bBatch + inner)};
  product.m = free[0].size();
  product.n = free[1].size();
  product.k = contracted[0].size();
  readBatch(out, *views[0], aBatch, *views[1], bBatch, out.rank - rows - columns, product);

  Factor* factors[2] = {&product.a, &product.b};
  for (int i = 0; i < 2; ++i) {
    factors[i]->data = views[i]->data;
    factors[i]->dtype = views[i]->dtype;
    factors[i]->slot = i;
    factors[i]->freeStride = free[i].stride();
    factors[i]->innerStride = contracted[i].stride();
    if (free[i].flat() && contracted[i].flat()) continue;
    const Status status = copyFactor(product, *factors[i], free[i], contracted[i]);
    if (status != Status::Ok) return status;
  }

  // A column is a row of the transposed product, and lies the same way in memory.
  if (product.n == 1) {
    std::swap(product.a, product.b);
    std::swap(product.m, product.n);
  }
  // Products that share b are one product with more rows, where a's rows go on in the same step.
  while (product.batchRank > 0 && !product.conjugate) {
    const int last = product.batchRank - 1;
    const std::int64_t step = product.a.batchStrides[last];
    if (product.b.batchStrides[last] != 0 || (product.m != 1 && step != product.m * product.a.freeStride)) break;
    if (product.m == 1) product.a.freeStride = step;
    product.m *= product.batchShape[last];
    product.batch /= product.batchShape[last];
    --product.batchRank;
  }
  const int last = product.batchRank - 1;
  if (product.m == 1 && product.n == 1 && last >= 0 && product.batchShape[last] >= kPairs && !product.conjugate &&
      product.a.batchStrides[last] == 1 && product.b.batchStrides[last] == 1 && product.a.innerStride != 1 &&
      product.b.innerStride != 1 && loops.columns != nullptr) {
    product.paired = true;
    product.n = product.batchShape[last];
    product.batch /= product.n;
    product.a.freeStride = 1;
    product.b.freeStride = 1;
    --product.batchRank;
  }
  return Status::Ok;
}

Status settle(Product& product, Factor& factor, std::int64_t free, bool plain) noexcept {
  if (factor.dtype == product.dtype && (!plain || factor.plain(free, product.k))) return Status::Ok;
  Axes freeAxis;
  Axes innerAxis;
  freeAxis.append(free, factor.freeStride);
  innerAxis.append(product.k, factor.innerStride);
  return copyFactor(product, factor, freeAxis, innerAxis);
}

}  // namespace ndops
