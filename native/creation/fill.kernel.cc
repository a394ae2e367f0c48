// A fill is a copy of one element that broadcasts.
#include "creation/fill.h"

#include "core/execution.h"
#include "core/table.h"
#include "manipulation/copy.h"

namespace ndops {

Status fill(const Kernel&, const Launch& launch) noexcept {
  if (launch.viewCount != 2 || launch.views[1].size() != 1) return launch.execution->fail(Status::Extent);
  return copyView(launch.views[0], launch.views[1], *launch.execution);
}

namespace baseline {
namespace {
const Row kRows[] = {{"fill", fill, DType::Bool, DType::Bool, nullptr}};
}  // namespace
}  // namespace baseline
}  // namespace ndops

NDOPS_OFFER(kRows)
