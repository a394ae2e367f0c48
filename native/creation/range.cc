// arange: blocks of values in 64 bits, converted to what is asked for.
#include "creation/range.h"

#include <algorithm>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"

namespace ndops {

Status arange(const Kernel& kernel, const Launch& launch) noexcept {
  constexpr std::int64_t kChunk = std::int64_t{1} << 16;
  constexpr std::int64_t kBlock = 1024;
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3) return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& start = launch.views[1];
  const View& step = launch.views[2];
  if (out.rank != 1 || (out.shape[0] > 1 && out.strides[0] != 1) || start.size() != 1 || step.size() != 1)
    return execution.fail(Status::Extent);
  if (isComplex(out.dtype) || isComplex(start.dtype) || isComplex(step.dtype))
    return execution.fail(Status::Unsupported);
  const bool whole = !isFloating(start.dtype) && !isFloating(step.dtype);
  const DType computed = whole ? DType::Int64 : DType::Float64;
  alignas(8) char first[8];
  alignas(8) char apart[8];
  converter(computed, start.dtype)(first, start.data, 1);
  converter(computed, step.dtype)(apart, step.data, 1);
  const RangeInner inner = reinterpret_cast<RangeInner>(kernel.inner[static_cast<int>(computed)]);
  // Values past int64 come from a start past it.
  const DType held = whole && start.dtype == DType::Uint64 ? DType::Uint64 : computed;
  const Convert convert = held == out.dtype ? nullptr : converter(out.dtype, held);
  const int size = itemSize(out.dtype);
  const std::int64_t n = out.shape[0];
  return parallel(execution, (n + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t end = std::min(n, (chunk + 1) * kChunk);
    if (convert == nullptr) {
      inner(out.data + chunk * kChunk * size, first, apart, chunk * kChunk, end - chunk * kChunk);
      return;
    }
    alignas(64) char values[kBlock * 8];
    for (std::int64_t i = chunk * kChunk; i < end; i += kBlock) {
      const std::int64_t count = std::min(kBlock, end - i);
      inner(values, first, apart, i, count);
      convert(out.data + i * size, values, count);
    }
  });
}

}  // namespace ndops
