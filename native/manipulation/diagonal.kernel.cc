// A triangle is row by row a copy and a fill. Where the rows of x do not lie in one piece, all of it is copied first,
// as copies are cut, and the fills follow.
#include "manipulation/diagonal.h"

#include <algorithm>
#include <cmath>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "core/table.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

/// Output bytes worth a task of their own.
constexpr std::int64_t kTaskBytes = std::int64_t{1} << 18;

Status triangle(const Launch& launch, bool upper) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 2 || launch.numberCount != 1 || !std::isfinite(launch.numbers[0]))
    return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& x = launch.views[1];
  if (out.rank < 2 || out.rank != x.rank || out.dtype != x.dtype) return execution.fail(Status::Extent);
  for (int axis = 0; axis < out.rank; ++axis)
    if (out.shape[axis] != x.shape[axis]) return execution.fail(Status::Extent);
  if (out.size() == 0) return Status::Ok;
  const int last = out.rank - 1;
  const std::int64_t rows = out.shape[last - 1];
  const std::int64_t columns = out.shape[last];
  std::int64_t matrices = 1;
  for (int axis = 0; axis < last - 1; ++axis) matrices *= out.shape[axis];
  const bool whole = x.strides[last] == 1 || x.strides[last] == 0 || columns == 1;
  if (!whole) {
    const Status status = copyView(out, x, execution);
    if (status != Status::Ok) return status;
  }
  alignas(16) const char zero[16] = {};
  const int size = itemSize(out.dtype);
  const CopyLoops* loops = reinterpret_cast<CopyInner>(findInner("copy", out.dtype))();
  const std::int64_t k = static_cast<std::int64_t>(
      std::clamp(launch.numbers[0], -static_cast<double>(rows), static_cast<double>(columns)));
  const bool stream = whole && matrices * rows * columns * size >= kStreamBytes && columns * size >= 4096;
  const std::int64_t perTask = std::max<std::int64_t>(1, kTaskBytes / (columns * size));
  return parallel(execution, (matrices * rows + perTask - 1) / perTask, [&](std::int64_t task) {
    for (std::int64_t row = task * perTask; row < std::min(matrices * rows, (task + 1) * perTask); ++row) {
      const std::int64_t r = row % rows;
      std::int64_t outAt = r * out.strides[last - 1];
      std::int64_t xAt = r * x.strides[last - 1];
      std::int64_t rest = row / rows;
      for (int axis = last - 2; axis >= 0; --axis) {
        outAt += rest % out.shape[axis] * out.strides[axis];
        xAt += rest % out.shape[axis] * x.strides[axis];
        rest /= out.shape[axis];
      }
      // Columns [0, cut) of a lower triangle are kept, [cut, columns) of an upper one.
      const std::int64_t cut = std::clamp<std::int64_t>(r + k + (upper ? 0 : 1), 0, columns);
      const std::int64_t from = upper ? cut : 0;
      const std::int64_t kept = upper ? columns - cut : cut;
      const std::int64_t step = out.strides[last];
      char* to = out.data + outAt * size;
      if (whole)
        loops->block(to + from * step * size, 0, step, x.data + (xAt + from * x.strides[last]) * size, 0,
                     x.strides[last], 1, kept, stream);
      loops->block(to + (upper ? 0 : kept) * step * size, 0, step, zero, 0, 0, 1, columns - kept, stream);
    }
    if (stream) endStreaming();
  });
}

}  // namespace

Status tril(const Kernel&, const Launch& launch) noexcept { return triangle(launch, false); }
Status triu(const Kernel&, const Launch& launch) noexcept { return triangle(launch, true); }

namespace baseline {
namespace {
const Row kRows[] = {
    {"tril", tril, DType::Bool, DType::Bool, nullptr},
    {"triu", triu, DType::Bool, DType::Bool, nullptr},
};
}  // namespace
}  // namespace baseline
}  // namespace ndops

NDOPS_OFFER(kRows)
