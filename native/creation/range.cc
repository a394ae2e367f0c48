// arange: the two elements that the user's start and step give, then chunks of the rest. linspace: the ends and steps
// in the computing dtype, then blocks of samples, converted on the way out.
#include "creation/range.h"

#include <algorithm>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "manipulation/copy.h"

namespace ndops {

Status arange(const Kernel& kernel, const Launch& launch) noexcept {
  constexpr std::int64_t kChunk = std::int64_t{1} << 16;
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3) return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& first = launch.views[1];
  const View& second = launch.views[2];
  if (out.rank != 1 || (out.shape[0] > 1 && out.strides[0] != 1) || first.size() != 1 || second.size() != 1)
    return execution.fail(Status::Extent);
  alignas(16) char start[16];
  alignas(16) char next[16];
  converter(out.dtype, first.dtype)(start, first.data, 1);
  converter(out.dtype, second.dtype)(next, second.data, 1);
  const RangeInner inner = reinterpret_cast<RangeInner>(kernel.inner[static_cast<int>(out.dtype)]);
  if (inner == nullptr) return execution.fail(Status::Unsupported);
  const int size = itemSize(out.dtype);
  const std::int64_t n = out.shape[0];
  return parallel(execution, (n + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t begin = chunk * kChunk;
    inner(out.data + begin * size, start, next, begin, std::min(kChunk, n - begin));
  });
}

Status linspace(const Kernel& kernel, const Launch& launch) noexcept {
  constexpr std::int64_t kBlock = 1024;
  constexpr std::int64_t kTaskBlocks = 64;
  Execution& execution = *launch.execution;
  if ((launch.viewCount != 3 && launch.viewCount != 4) || launch.numberCount != 2 || launch.views[0].rank < 1 ||
      !(launch.numbers[1] >= 0 && launch.numbers[1] < kDTypes))
    return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& start = launch.views[launch.viewCount - 2];
  const View& stop = launch.views[launch.viewCount - 1];
  const DType compute = static_cast<DType>(static_cast<int>(launch.numbers[1]));
  if (kernel.inner[static_cast<int>(compute)] == nullptr) return execution.fail(Status::Unsupported);
  const SpacedLoops& loops = *reinterpret_cast<SpacedInner>(kernel.inner[static_cast<int>(compute)])();
  if (isInteger(out.dtype) && loops.floors == nullptr) return execution.fail(Status::Unsupported);

  const std::int64_t samples = out.shape[0];
  std::int64_t strides[kMaxRank];
  std::int64_t m = 1;
  for (int axis = out.rank - 1; axis > 0; m *= out.shape[axis--]) {
    if (out.shape[axis] != 1 && out.strides[axis] != m) return execution.fail(Status::Extent);
    strides[axis] = m;
  }
  if (samples > 1 && out.strides[0] != m) return execution.fail(Status::Extent);
  if (m == 0) return Status::Ok;
  const int size = itemSize(compute);
  Scratch scratch(static_cast<std::size_t>(4 * m * size));
  if (!scratch) return execution.fail(Status::OutOfMemory);
  char* const from = scratch.as();
  char* const to = from + m * size;
  char* const delta = to + m * size;
  char* const step = delta + m * size;
  const auto dense = [&](char* data) { return View{data, out.shape + 1, strides + 1, out.rank - 1, compute}; };
  Status status = copyView(dense(from), start, execution);
  if (status == Status::Ok) status = copyView(dense(to), stop, execution);
  if (status != Status::Ok) return status;
  const bool closed = launch.numbers[0] != 0;
  const std::int64_t div = closed ? samples - 1 : samples;
  const bool vanishes = loops.steps(delta, step, from, to, m, div);
  if (launch.viewCount == 4) {
    status = copyView(launch.views[1], dense(step), execution);
    if (status != Status::Ok) return status;
  }
  const int way = div <= 0 ? kByDeltas : vanishes ? kByFractions : kBySteps;

  const Convert convert = converter(out.dtype, compute);
  const int outSize = itemSize(out.dtype);
  const std::int64_t last = closed && samples > 1 ? (samples - 1) * m : samples * m;
  const std::int64_t blocks = (samples * m + kBlock - 1) / kBlock;
  return parallel(execution, (blocks + kTaskBlocks - 1) / kTaskBlocks, [&](std::int64_t task) {
    alignas(64) char buffer[kBlock * 16];
    for (std::int64_t block = task * kTaskBlocks; block < std::min(blocks, (task + 1) * kTaskBlocks); ++block) {
      const std::int64_t begin = block * kBlock;
      const std::int64_t end = std::min(samples * m, begin + kBlock);
      char* target = out.data + begin * outSize;
      char* values = out.dtype == compute ? target : buffer;
      const std::int64_t computed = std::clamp<std::int64_t>(last - begin, 0, end - begin);
      if (computed > 0) loops.samples(values, from, delta, step, m, div, way, begin, computed);
      // The last sample is the stop itself.
      if (begin + computed < end)
        std::copy_n(to + (begin + computed - last) * size, (end - begin - computed) * size, values + computed * size);
      if (values == target) continue;
      if (isInteger(out.dtype)) loops.floors(values, end - begin);
      convert(target, values, end - begin);
    }
  });
}

}  // namespace ndops
