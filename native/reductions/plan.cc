#include "reductions/plan.h"

#include <algorithm>

namespace ndops {
namespace {

// Elements in a unit of work, some tens of microseconds. What fits in one is not worth a second thread.
constexpr std::int64_t kRowChunk = std::int64_t{1} << 17;
constexpr std::int64_t kTileChunk = std::int64_t{1} << 19;
constexpr std::int64_t kRowTile = 64;
constexpr std::int64_t kShort = 16;
constexpr std::int64_t kNarrow = 32;
constexpr std::int64_t kWrapWidth = 256;

/// Broadcast axes count as the outermost: what repeats comes last.
std::int64_t distance(const Axis& a) { return a.stride == 0 ? INT64_MAX : a.stride < 0 ? -a.stride : a.stride; }

void insert(Axes* axes, const Axis& axis) {
  int at = axes->count++;
  for (; at > 0 && distance(axes->axis[at - 1]) < distance(axis); --at) axes->axis[at] = axes->axis[at - 1];
  axes->axis[at] = axis;
  axes->size *= axis.size;
}

void coalesce(Axes* axes) {
  int last = 0;
  for (int i = 1; i < axes->count; ++i) {
    Axis& outer = axes->axis[last];
    const Axis& inner = axes->axis[i];
    if (outer.stride == inner.size * inner.stride && outer.out == inner.size * inner.out) {
      outer = {outer.size * inner.size, inner.stride, inner.out};
    } else {
      axes->axis[++last] = inner;
    }
  }
  if (axes->count > 0) axes->count = last + 1;
}

std::int64_t ceilDivide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

void splitAxes(const View& x, std::uint32_t mask, bool ordered, Plan* plan) {
  std::int64_t out = 1;
  plan->data = x.data;
  for (int axis = x.rank - 1; axis >= 0; --axis) {
    const std::int64_t size = x.shape[axis];
    const std::int64_t stride = x.strides[axis];
    if ((mask >> axis & 1u) != 0) {
      if (size == 1) continue;
      if (ordered) {
        for (int i = plan->folded.count++; i > 0; --i) plan->folded.axis[i] = plan->folded.axis[i - 1];
        plan->folded.axis[0] = {size, stride, 0};
        plan->folded.size *= size;
        continue;
      }
      if (stride < 0 && size > 0) plan->data += (size - 1) * stride * itemSize(x.dtype);
      insert(&plan->folded, {size, stride < 0 ? -stride : stride, 0});
    } else {
      if (size != 1) insert(&plan->kept, {size, stride, out});
      out *= size;
    }
  }
  coalesce(&plan->folded);
  coalesce(&plan->kept);
  plan->inOrder = plan->kept.count == 0 || (plan->kept.count == 1 && plan->kept.axis[0].out == 1);
  if (!plan->inOrder) {
    std::int64_t step = 1;
    bool ordered = true;
    for (int i = plan->kept.count - 1; i >= 0; step *= plan->kept.axis[i].size, --i)
      ordered = ordered && plan->kept.axis[i].out == step;
    plan->inOrder = ordered;
  }
}

}  // namespace

void planReduction(const View& x, std::uint32_t mask, std::int64_t widest, bool ordered, Plan* into) noexcept {
  Plan& plan = *into;
  splitAxes(x, mask, ordered, &plan);
  const std::int64_t outputs = plan.kept.size;
  const std::int64_t n = plan.folded.size;
  if (outputs == 0 || n == 0) return;
  const Axis none{1, INT64_MAX, 0};
  const Axis& kept = plan.kept.count == 0 ? none : plan.kept.axis[plan.kept.count - 1];
  const Axis& folded = plan.folded.count == 0 ? none : plan.folded.axis[plan.folded.count - 1];
  const bool closeRows = !ordered && plan.folded.count > 0 && folded.stride == kept.size;
  plan.wrap = 1;
  if (plan.kept.count == 0) {
    plan.walk = Walk::Rows;
  } else if (plan.folded.count > 0 && distance(folded) < distance(kept)) {
    plan.walk = n >= kShort || outputs < kShort ? Walk::Rows : Walk::Gather;
  } else if (kept.stride == 1 && (kept.size >= kShort || (closeRows && kept.size * folded.size >= 16 * kShort))) {
    plan.walk = Walk::Columns;
  } else {
    plan.walk = outputs >= 4 * kShort || n < 4 * kShort ? Walk::Gather : Walk::Rows;
  }
  switch (plan.walk) {
    case Walk::Rows:
      plan.chunk = kRowChunk;
      if (n > kRowChunk) {
        // Outputs whose elements lie among each other are read together, while the region is in cache.
        const bool mixed = plan.kept.count > 0 && distance(plan.folded.axis[0]) > distance(kept);
        plan.tile = mixed ? std::min(outputs, kShort) : 1;
        plan.chunk = kRowChunk / plan.tile;
      } else {
        plan.tile = std::min(kRowTile, std::max<std::int64_t>(1, kRowChunk / n));
      }
      plan.tiles = ceilDivide(outputs, plan.tile);
      break;
    case Walk::Columns: {
      plan.tile = std::min(kept.size, widest);
      plan.tilesPerRun = ceilDivide(kept.size, plan.tile);
      plan.tiles = outputs / kept.size * plan.tilesPerRun;
      if (closeRows && kept.size <= kNarrow)
        while (plan.wrap * 2 * kept.size <= kWrapWidth) plan.wrap *= 2;
      // A place is looked for wherever a column's extreme changes, which is ever more seldom: taller chunks.
      plan.chunk = std::max<std::int64_t>(64, (ordered ? 4 : 1) * kTileChunk / plan.tile);
      break;
    }
    case Walk::Gather:
      plan.tile = std::min(outputs, kGatherTile);
      plan.tiles = ceilDivide(outputs, plan.tile);
      plan.chunk = std::max<std::int64_t>(64, kRowChunk / plan.tile);
      break;
  }
  plan.chunks = ceilDivide(n, plan.chunk);
}

}  // namespace ndops
