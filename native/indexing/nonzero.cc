// nonzero and masks in two phases: bits and counts of each chunk, then, once the size of the result is known and its
// memory there, the chunks again from their bits.
#include "indexing/nonzero.h"

#include <algorithm>
#include <cstring>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "indexing/gather.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

/// Elements of a chunk: a task of its own, its positions well inside int32.
constexpr std::int64_t kChunk = std::int64_t{1} << 16;

bool isContiguous(const View& view) {
  std::int64_t step = 1;
  for (int axis = view.rank - 1; axis >= 0; step *= view.shape[axis--])
    if (view.shape[axis] != 1 && view.strides[axis] != step) return false;
  return true;
}

const NonzeroLoops& nonzeroLoops() { return *reinterpret_cast<NonzeroInner>(findInner("nonzero", DType::Bool))(); }

/// The bits of a view in C order, and how many are set before each chunk.
class Bits {
 public:
  Bits(const View& x) noexcept
      : x_(x),
        n_(x.size()),
        chunks_((n_ + kChunk - 1) / kChunk),
        words_(static_cast<std::size_t>((n_ + 63) / 64) * 8),
        before_(static_cast<std::size_t>(chunks_ + 1) * 8),
        dense_(n_ == 0 || isContiguous(x)
                   ? 0
                   : static_cast<std::size_t>(n_) * static_cast<std::size_t>(itemSize(x.dtype))) {}

  Status find(Execution& execution) noexcept {
    if (!words_ || !before_ || !dense_) return execution.fail(Status::OutOfMemory);
    const char* in = x_.data;
    if (n_ != 0 && !isContiguous(x_)) {
      std::int64_t strides[kMaxRank];
      std::int64_t step = 1;
      for (int axis = x_.rank - 1; axis >= 0; step *= x_.shape[axis--]) strides[axis] = step;
      const Status status = copyView({dense_.as(), x_.shape, strides, x_.rank, x_.dtype}, x_, execution);
      if (status != Status::Ok) return status;
      in = dense_.as();
    }
    const auto bits = nonzeroLoops().bits[static_cast<int>(x_.dtype)];
    const int size = itemSize(x_.dtype);
    std::int64_t* counts = before_.as<std::int64_t>() + 1;
    const Status status = parallel(execution, chunks_, [&](std::int64_t chunk) {
      const std::int64_t first = chunk * kChunk;
      counts[chunk] = bits(words_.as<std::uint64_t>() + first / 64, in + first * size, std::min(kChunk, n_ - first));
    });
    if (status != Status::Ok) return status;
    before_.as<std::int64_t>()[0] = 0;
    for (std::int64_t chunk = 0; chunk < chunks_; ++chunk) counts[chunk] += counts[chunk - 1];
    return Status::Ok;
  }

  std::int64_t total() const { return before_.as<std::int64_t>()[chunks_]; }

  /// Calls use(first element, elements, their bits, how many set before them) for each chunk.
  template <class Use>
  Status eachChunk(Execution& execution, Use&& use) noexcept {
    return parallel(execution, chunks_, [&](std::int64_t chunk) {
      const std::int64_t first = chunk * kChunk;
      use(first, std::min(kChunk, n_ - first), words_.as<std::uint64_t>() + first / 64,
          before_.as<std::int64_t>()[chunk]);
    });
  }

  /// Calls use(chunk's first element, positions counted from there, how many, how many set before them), block by
  /// block.
  template <class Use>
  Status each(Execution& execution, Use&& use) noexcept {
    const auto expand = nonzeroLoops().expand;
    return eachChunk(execution,
                     [&](std::int64_t first, std::int64_t n, const std::uint64_t* words, std::int64_t before) {
                       alignas(64) std::int32_t positions[kExpandBlock + kExpandSlack];
                       std::int64_t count = 0;
                       for (std::int64_t i = 0; i < n; i += 64) {
                         const std::uint64_t word = words[i / 64];
                         if (word != 0) count += expand(positions + count, word, static_cast<std::int32_t>(i));
                         if (count < kExpandBlock - 64 && i + 64 < n) continue;
                         use(first, positions, count, before);
                         before += count;
                         count = 0;
                       }
                     });
  }

 private:
  const View& x_;
  std::int64_t n_;
  std::int64_t chunks_;
  Scratch words_;
  Scratch before_;
  Scratch dense_;
};

}  // namespace

Status nonzero(const Kernel&, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 2) return execution.fail(Status::Extent);
  const View& x = launch.views[1];
  const DType dtype = launch.views[0].dtype;
  if (dtype != DType::Int32 && dtype != DType::Int64) return execution.fail(Status::Unsupported);
  Bits bits(x);
  Status status = bits.find(execution);
  if (status != Status::Ok) return status;
  const std::int64_t total = bits.total();
  char* out = nullptr;
  status = execution.bindLate(x.rank, total, dtype, &out);
  if (status != Status::Ok || total == 0) return status;
  const NonzeroLoops& loops = nonzeroLoops();
  const int size = itemSize(dtype);
  return bits.each(execution, [&](std::int64_t first, std::int32_t* positions, std::int64_t n, std::int64_t before) {
    for (int axis = x.rank - 1; axis > 0; --axis) {
      loops.turn(out + (axis * total + before) * size, dtype, positions, first % x.shape[axis], x.shape[axis], n);
      first /= x.shape[axis];
    }
    // The turns round all others are the place on the first axis.
    loops.flat(out + before * size, dtype, positions, first, n);
  });
}

Status getItemMasked(const Kernel&, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3 || launch.numberCount != 1) return execution.fail(Status::Extent);
  const View& x = launch.views[1];
  const View& mask = launch.views[2];
  const int position = static_cast<int>(launch.numbers[0]);
  if (position < 0 || position + mask.rank > x.rank || launch.views[0].dtype != x.dtype)
    return execution.fail(Status::Extent);
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  for (int axis = 0; axis < x.rank; ++axis) {
    if (axis < position)
      outer *= x.shape[axis];
    else if (axis >= position + mask.rank)
      inner *= x.shape[axis];
    else if (mask.shape[axis - position] != x.shape[axis])
      return execution.fail(Status::Extent);
  }
  Bits bits(mask);
  Status status = bits.find(execution);
  if (status != Status::Ok) return status;
  const std::int64_t total = bits.total();
  char* out = nullptr;
  status = execution.bindLate(total, outer * inner, x.dtype, &out);
  if (status != Status::Ok || total == 0 || outer * inner == 0) return status;

  const GatherLoops& gather = *reinterpret_cast<GatherInner>(findInner("take", x.dtype))();
  const int size = itemSize(x.dtype);
  std::int64_t lowest = 0;
  std::int64_t sizes[kMaxRank + 1] = {1};
  std::int64_t steps[kMaxRank + 1] = {0};
  int axes = 0;
  for (int axis = position; axis < position + mask.rank; ++axis) {
    const std::int64_t n = x.shape[axis];
    if (x.strides[axis] < 0) lowest += (n - 1) * x.strides[axis];
    if (axes > 0 && steps[axes - 1] == n * x.strides[axis])
      --axes;
    else
      sizes[axes] = 1;
    sizes[axes] *= n;
    steps[axes++] = x.strides[axis];
  }
  if (outer == 1 && inner == 1 && axes == 1 && steps[0] == 1)
    return bits.eachChunk(execution,
                          [&](std::int64_t first, std::int64_t n, const std::uint64_t* words, std::int64_t before) {
                            gather.select(out + before * size, x.data + first * size, words, n);
                          });

  // One axis of offsets stands for the masked ones. Counted from the lowest address, they are all positive.
  const NonzeroLoops& loops = nonzeroLoops();
  Scratch offsets(static_cast<std::size_t>(total) * 8);
  if (!offsets) return execution.fail(Status::OutOfMemory);
  status = bits.each(execution, [&](std::int64_t first, std::int32_t* positions, std::int64_t n, std::int64_t before) {
    std::int64_t places[kExpandBlock];
    std::int64_t* to = offsets.as<std::int64_t>() + before;
    for (std::int64_t i = 0; i < n; ++i) to[i] = -lowest;
    for (int axis = axes - 1; axis >= 0; --axis) {
      if (axis > 0)
        loops.turn(reinterpret_cast<char*>(places), DType::Int64, positions, first % sizes[axis], sizes[axis], n);
      else
        loops.flat(reinterpret_cast<char*>(places), DType::Int64, positions, first, n);
      gather.resolve(to, places, n, sizes[axis], steps[axis]);
      first /= sizes[axis];
    }
  });
  if (status != Status::Ok) return status;

  std::int64_t shape[kMaxRank + 1];
  std::int64_t strides[kMaxRank + 1];
  int rank = 0;
  for (int axis = 0; axis < position; ++axis) shape[rank++] = x.shape[axis];
  shape[rank++] = total;
  for (int axis = position + mask.rank; axis < x.rank; ++axis) shape[rank++] = x.shape[axis];
  std::int64_t step = 1;
  for (int axis = rank - 1; axis >= 0; step *= shape[axis--]) strides[axis] = step;
  const View base{x.data + lowest * size, x.shape, x.strides, x.rank, x.dtype};
  return takeOffsets({out, shape, strides, rank, x.dtype}, base, position, mask.rank, offsets.as<std::int64_t>(),
                     execution);
}

}  // namespace ndops
