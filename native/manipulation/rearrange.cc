// repeat in two phases: the counts become ends, whose last is the size; then the output is cut, whatever the counts
// are.
#include "manipulation/rearrange.h"

#include <algorithm>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "indexing/gather.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

/// Counts of a chunk, and places of the output that are worth a task of their own.
constexpr std::int64_t kChunk = std::int64_t{1} << 16;

std::int64_t chunksOf(std::int64_t n) { return (n + kChunk - 1) / kChunk; }

/// Turns n counts into ends; fails where one is negative or the sum too large.
Status addUp(std::int64_t* counts, std::int64_t n, Execution& execution) noexcept {
  const std::int64_t chunks = chunksOf(n);
  Scratch sums(static_cast<std::size_t>(chunks) * 8);
  if (!sums) return execution.fail(Status::OutOfMemory);
  std::int64_t* before = sums.as<std::int64_t>();
  Status status = parallel(execution, chunks, [&](std::int64_t chunk) {
    const std::int64_t end = std::min(n, (chunk + 1) * kChunk);
    std::int64_t sum = 0;
    for (std::int64_t i = chunk * kChunk; i < end; ++i) {
      if (counts[i] < 0) {
        execution.fail(Status::Value, static_cast<double>(i), static_cast<double>(counts[i]));
        return;
      }
      if (__builtin_add_overflow(sum, counts[i], &sum)) {
        execution.fail(Status::TooLarge);
        return;
      }
      counts[i] = sum;
    }
    before[chunk] = sum;
  });
  if (status != Status::Ok) return status;
  std::int64_t total = 0;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    const std::int64_t own = before[chunk];
    before[chunk] = total;
    if (__builtin_add_overflow(total, own, &total)) return execution.fail(Status::TooLarge);
  }
  return parallel(execution, chunks - 1, [&](std::int64_t task) {
    const std::int64_t chunk = task + 1;
    const std::int64_t end = std::min(n, (chunk + 1) * kChunk);
    for (std::int64_t i = chunk * kChunk; i < end; ++i) counts[i] += before[chunk];
  });
}

}  // namespace

Status repeat(const Kernel& kernel, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3 || launch.numberCount != 1) return execution.fail(Status::Extent);
  const View& x = launch.views[1];
  const View& counts = launch.views[2];
  const int axis = static_cast<int>(launch.numbers[0]);
  if (axis < 0 || axis >= x.rank || launch.views[0].dtype != x.dtype || counts.rank > 1)
    return execution.fail(Status::Extent);
  const std::int64_t n = x.shape[axis];
  if (counts.size() != 1 && counts.size() != n) return execution.fail(Status::Extent);
  std::int64_t elements = 1;
  for (int k = 0; k < x.rank; ++k) elements *= k == axis ? 1 : x.shape[k];

  Scratch scratch(static_cast<std::size_t>(n) * 8);
  if (!scratch) return execution.fail(Status::OutOfMemory);
  std::int64_t* ends = scratch.as<std::int64_t>();
  constexpr std::int64_t kOne = 1;
  Status status = copyView({scratch.as(), &n, &kOne, 1, DType::Int64}, counts, execution);
  if (status == Status::Ok) status = addUp(ends, n, execution);
  if (status != Status::Ok) return status;
  const std::int64_t total = n == 0 ? 0 : ends[n - 1];
  char* out = nullptr;
  status = execution.bindLate(total, elements, x.dtype, &out);
  if (status != Status::Ok || total == 0 || elements == 0) return status;

  const RepeatLoops& loops = *reinterpret_cast<RepeatInner>(kernel.inner[0])();
  const auto eachTask = [&](auto&& use) {
    return parallel(execution, chunksOf(total), [&](std::int64_t task) {
      const std::int64_t begin = task * kChunk;
      use(std::upper_bound(ends, ends + n, begin) - ends, begin, std::min(total, begin + kChunk));
    });
  };
  const int size = itemSize(x.dtype);
  if (elements == 1) {
    const auto items = loops.items[static_cast<int>(x.dtype)];
    return eachTask([&](std::int64_t first, std::int64_t begin, std::int64_t end) {
      items(out + begin * size, x.data, x.strides[axis], ends, first, begin, end);
    });
  }
  // Offsets are counted from the lowest address along the axis, so that none is negative.
  Scratch places(static_cast<std::size_t>(total) * 8);
  if (!places) return execution.fail(Status::OutOfMemory);
  std::int64_t* offsets = places.as<std::int64_t>();
  const std::int64_t step = x.strides[axis];
  const std::int64_t lowest = step < 0 ? (n - 1) * step : 0;
  status = eachTask([&](std::int64_t first, std::int64_t begin, std::int64_t end) {
    loops.offsets(offsets + begin, step, ends, first, begin, end);
    for (std::int64_t i = begin; lowest != 0 && i < end; ++i) offsets[i] -= lowest;
  });
  if (status != Status::Ok) return status;
  std::int64_t shape[kMaxRank];
  std::int64_t strides[kMaxRank];
  std::int64_t behind = 1;
  for (int k = x.rank - 1; k >= 0; --k) {
    shape[k] = k == axis ? total : x.shape[k];
    strides[k] = behind;
    behind *= shape[k];
  }
  const View base{x.data + lowest * size, x.shape, x.strides, x.rank, x.dtype};
  return takeOffsets({out, shape, strides, x.rank, x.dtype}, base, axis, 1, offsets, execution);
}

}  // namespace ndops
