// arange: the two elements that the user's start and step give, then chunks of the rest.
#include "creation/range.h"

#include <algorithm>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"

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

}  // namespace ndops
