// Driver of digitize: the edges once into rising order, then blocks of x across threads.
#include "sorting/digitize.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "core/registry.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

constexpr std::int64_t kTask = std::int64_t{1} << 15;
constexpr std::int64_t kBlock = 1024;
// Elements from this many edges on are searched one cache miss after the other: smaller tasks.
constexpr std::int64_t kManyEdges = std::int64_t{1} << 16;

bool isContiguous(const View& view) {
  std::int64_t step = 1;
  for (int axis = view.rank - 1; axis >= 0; step *= view.shape[axis--])
    if (view.shape[axis] != 1 && view.strides[axis] != step) return false;
  return true;
}

Status copyTo(char* to, DType dtype, const View& from, Execution& execution) {
  std::int64_t strides[kMaxRank];
  std::int64_t step = 1;
  for (int axis = from.rank - 1; axis >= 0; step *= from.shape[axis--]) strides[axis] = step;
  return copyView({to, from.shape, strides, from.rank, dtype}, from, execution);
}

}  // namespace

Status digitizeDriver(const Kernel& kernel, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3 || launch.numberCount != 1) return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& x = launch.views[1];
  const View& bins = launch.views[2];
  const int row = static_cast<int>(launch.numbers[0]);
  if (row < 0 || row >= kDTypes || kernel.inner[row] == nullptr) return execution.fail(Status::Unsupported);
  const std::int64_t n = x.size();
  if (bins.rank != 1 || out.dtype != DType::Int32 || out.size() != n) return execution.fail(Status::Extent);
  const std::int64_t all = bins.shape[0];
  if (all > INT32_MAX - kEdgesBehind) return execution.fail(Status::TooLarge);
  const auto compute = static_cast<DType>(row);
  const int size = itemSize(compute);
  const DigitizeLoops& loops = *reinterpret_cast<GiveDigitizeLoops>(kernel.inner[row])();

  const Scratch given(static_cast<std::size_t>(all * size));
  const Scratch edges(static_cast<std::size_t>((all + kEdgesBehind) * size));
  if (!given || !edges) return execution.fail(Status::OutOfMemory);
  Status status = all == 0 ? Status::Ok : copyTo(given.as(), compute, bins, execution);
  if (status != Status::Ok) return status;
  std::int64_t nans = 0;
  std::int64_t bad = 0;
  const int direction = loops.prepare(edges.as(), given.as(), all, &nans, &bad);
  if (direction == 0) {
    double value = 0;
    converter(DType::Float64, compute)(reinterpret_cast<char*>(&value), given.as() + bad * size, 1);
    return execution.fail(Status::Value, static_cast<double>(bad), value);
  }
  if (n == 0) return Status::Ok;

  // What is neither contiguous nor of the dtype to compare in is converted block by block, or copied first.
  const bool dense = isContiguous(x);
  const Scratch copy(dense ? 0 : static_cast<std::size_t>(n * size));
  if (!copy) return execution.fail(Status::OutOfMemory);
  if (!dense) status = copyTo(copy.as(), compute, x, execution);
  if (status != Status::Ok) return status;
  const char* from = dense ? x.data : copy.as();
  const DType fromType = dense ? x.dtype : compute;
  const Convert load = fromType == compute ? nullptr : converter(compute, fromType);
  const auto count = all - nans;
  const std::int64_t each = count >= kManyEdges ? kTask / 4 : kTask;
  return parallel(execution, (n + each - 1) / each, [&](std::int64_t task) {
    alignas(64) char staged[kBlock * 8];
    const std::int64_t end = std::min(n, (task + 1) * each);
    const std::int64_t most = load == nullptr ? each : kBlock;
    for (std::int64_t at = task * each; at < end; at += most) {
      const std::int64_t some = std::min(most, end - at);
      const char* block = from + at * itemSize(fromType);
      if (load != nullptr) {
        load(staged, block, some);
        block = staged;
      }
      auto* to = reinterpret_cast<std::int32_t*>(out.data) + at;
      loops.search(to, block, some, edges.as(), count);
      // NaN is not above NaN.
      if (nans > 0) loops.putNan(to, block, some, static_cast<std::int32_t>(all));
      if (direction < 0)
        for (std::int64_t i = 0; i < some; ++i) to[i] = static_cast<std::int32_t>(all) - to[i];
    }
  });
}

}  // namespace ndops
