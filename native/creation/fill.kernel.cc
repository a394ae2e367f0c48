// A fill is a copy of one element that broadcasts.
#include "creation/fill.h"

#include <algorithm>
#include <cmath>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "core/table.h"
#include "manipulation/copy.h"

namespace ndops {

Status fill(const Kernel&, const Launch& launch) noexcept {
  if (launch.viewCount != 2 || launch.views[1].size() != 1) return launch.execution->fail(Status::Extent);
  return copyView(launch.views[0], launch.views[1], *launch.execution);
}

Status tri(const Kernel&, const Launch& launch) noexcept {
  constexpr std::int64_t kTaskBytes = std::int64_t{1} << 18;
  Execution& execution = *launch.execution;
  if (launch.viewCount != 1 || launch.numberCount != 1 || launch.views[0].rank != 2 ||
      !std::isfinite(launch.numbers[0]))
    return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const std::int64_t rows = out.shape[0];
  const std::int64_t columns = out.shape[1];
  if (rows == 0 || columns == 0) return Status::Ok;
  alignas(16) char one[16];
  alignas(16) char zero[16] = {};
  const Bool truth = {1};
  converter(out.dtype, DType::Bool)(one, reinterpret_cast<const char*>(&truth), 1);
  const int size = itemSize(out.dtype);
  const CopyLoops* loops = reinterpret_cast<CopyInner>(findInner("copy", out.dtype))();
  const std::int64_t k = static_cast<std::int64_t>(
      std::clamp(launch.numbers[0], -static_cast<double>(rows), static_cast<double>(columns)));
  const std::int64_t perTask = std::max<std::int64_t>(1, kTaskBytes / (columns * size));
  return parallel(execution, (rows + perTask - 1) / perTask, [&](std::int64_t task) {
    for (std::int64_t r = task * perTask; r < std::min(rows, (task + 1) * perTask); ++r) {
      char* row = out.data + r * out.strides[0] * size;
      const std::int64_t ones = std::clamp<std::int64_t>(r + k + 1, 0, columns);
      loops->block(row, 0, out.strides[1], one, 0, 0, 1, ones, false);
      loops->block(row + ones * out.strides[1] * size, 0, out.strides[1], zero, 0, 0, 1, columns - ones, false);
    }
  });
}

namespace baseline {
namespace {
const Row kRows[] = {
    {"fill", fill, DType::Bool, DType::Bool, nullptr},
    {"tri", tri, DType::Bool, DType::Bool, nullptr},
};
}  // namespace
}  // namespace baseline
}  // namespace ndops

NDOPS_OFFER(kRows)
