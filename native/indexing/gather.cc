// How a gather is cut. Every axis of the output has a step in x and one in each index array (0 where it does not walk
// them); axes are joined where all steps allow it; then a panel is cut into blocks of positions, whose indices are
// checked and turned into offsets together.
#include "indexing/gather.h"

#include <algorithm>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"

namespace ndops {
namespace {

constexpr int kMaxIndices = kMaxViews - 2;
/// Index arrays that most keys have at most: more steps an axis cost small calls time.
constexpr int kFewIndices = 4;
/// Output bytes worth a task of their own.
constexpr std::int64_t kTaskBytes = std::int64_t{1} << 17;
/// Positions of a block that needs no memory for offsets.
constexpr std::int64_t kPickBlock = 8192;

template <int kMost>
struct GatherAxis {
  std::int64_t n;
  std::int64_t out;
  std::int64_t x;
  std::int64_t index[kMost];
};

/// An index array and the axis of x that it walks; `name` is what the caller calls that axis.
struct Index {
  const View* view;
  std::int64_t size;
  std::int64_t stride;
  int axis;
  int name;
};

/// At most kMost index arrays.
template <int kMost>
struct Gather {
  using Axis = GatherAxis<kMost>;
  static constexpr int kIndices = kMost;
  Axis axes[kMaxRank + 3];
  int rank = 0;
  Index indices[kMost];
  int indexCount = 0;
  const View* out;
  const View* x;

  bool indexed(const Axis& axis) const {
    for (int i = 0; i < indexCount; ++i)
      if (axis.index[i] != 0) return true;
    return false;
  }

  /// Takes an axis of the output in, its steps in the indices still 0.
  Axis& add(int outAxis, std::int64_t xStep) {
    axes[rank] = {out->shape[outAxis], out->strides[outAxis], xStep, {}};
    return axes[rank++];
  }
};

Status failIndex(const Index& index, std::int64_t value, Execution& execution) {
  return execution.fail(Status::Index, static_cast<double>(value), static_cast<double>(index.size), index.name);
}

/// An empty output has no use for its indices, but a wrong one is wrong all the same.
template <class Gather>
Status checkIndices(const Gather& g, const GatherLoops& loops, Execution& execution) {
  for (int i = 0; i < g.indexCount; ++i) {
    const Index& index = g.indices[i];
    const View& view = *index.view;
    const std::int64_t n = view.size();
    for (std::int64_t position = 0; position < n; ++position) {
      std::int64_t at = 0;
      std::int64_t rest = position;
      for (int axis = view.rank - 1; axis >= 0; --axis) {
        at += rest % view.shape[axis] * view.strides[axis];
        rest /= view.shape[axis];
      }
      std::int64_t value = 0;
      std::int64_t offset = 0;
      loops.load[static_cast<int>(view.dtype)](&value, view.data + at * itemSize(view.dtype), 0, 0, 1, 1);
      if (!loops.resolve(&offset, &value, 1, index.size, 1)) return failIndex(index, value, execution);
    }
  }
  return Status::Ok;
}

/// Drops axes of one element and joins neighbours that one step serves.
template <class Gather>
void joinAxes(Gather* g) {
  using Axis = typename Gather::Axis;
  int count = 0;
  for (int i = 0; i < g->rank; ++i) {
    const Axis inner = g->axes[i];
    if (inner.n == 1) continue;
    if (count > 0) {
      Axis& outer = g->axes[count - 1];
      bool joins = outer.out == inner.n * inner.out && outer.x == inner.n * inner.x;
      for (int k = 0; k < g->indexCount; ++k) joins = joins && outer.index[k] == inner.n * inner.index[k];
      if (joins) {
        const std::int64_t n = outer.n * inner.n;
        outer = inner;
        outer.n = n;
        continue;
      }
    }
    g->axes[count++] = inner;
  }
  g->rank = count;
}

std::int64_t pieces(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

template <class Gather>
Status run(Gather& g, Execution& execution) {
  using Axis = typename Gather::Axis;
  const int size = itemSize(g.x->dtype);
  const GatherLoops& loops = *reinterpret_cast<GatherInner>(findInner("take", g.x->dtype))();
  for (int i = 0; i < g.indexCount; ++i)
    if (loops.load[static_cast<int>(g.indices[i].view->dtype)] == nullptr) return execution.fail(Status::Unsupported);
  if (g.out->size() == 0) return checkIndices(g, loops, execution);
  joinAxes(&g);

  // Rows and columns of positions, and a run of elements at each; what is missing gets an axis of one element.
  const Axis one = {1, 0, 0, {}};
  int column = g.rank - 1;
  while (column >= 0 && !g.indexed(g.axes[column])) --column;
  Axis run = one;
  if (column < g.rank - 1) run = g.axes[--g.rank];
  if (column >= 0) std::rotate(g.axes + column, g.axes + column + 1, g.axes + g.rank);
  const Axis columns = column >= 0 ? g.axes[--g.rank] : one;
  const Axis rows = g.rank > 0 ? g.axes[--g.rank] : one;

  const auto pick = g.indexCount == 1 && run.n == 1 ? loops.pick[static_cast<int>(g.indices[0].view->dtype)] : nullptr;
  const std::int64_t most = pick != nullptr ? kPickBlock : kGatherBlock;
  const std::int64_t width = std::min(columns.n, most);
  const std::int64_t height = std::min(rows.n, most / width);
  const std::int64_t length = std::min(run.n, std::max<std::int64_t>(1, kTaskBytes / size));
  const std::int64_t across = pieces(columns.n, width);
  const std::int64_t down = pieces(rows.n, height);
  const std::int64_t along = pieces(run.n, length);
  std::int64_t blocks = across * down * along;
  for (int i = 0; i < g.rank; ++i) blocks *= g.axes[i].n;
  const std::int64_t perTask = std::max<std::int64_t>(1, kTaskBytes / (width * height * length * size));

  return parallel(execution, pieces(blocks, perTask), [&](std::int64_t task) {
    std::int64_t offsets[kGatherBlock];
    std::int64_t values[kGatherBlock];
    const std::int64_t end = std::min(blocks, (task + 1) * perTask);
    for (std::int64_t block = task * perTask; block < end; ++block) {
      const std::int64_t k = block % along * length;
      std::int64_t rest = block / along;
      const std::int64_t c = rest % across * width;
      rest /= across;
      const std::int64_t r = rest % down * height;
      rest /= down;
      const std::int64_t h = std::min(height, rows.n - r);
      const std::int64_t w = std::min(width, columns.n - c);
      std::int64_t outAt = r * rows.out + c * columns.out + k * run.out;
      std::int64_t xAt = r * rows.x + c * columns.x + k * run.x;
      std::int64_t outer[kMaxRank];
      for (int i = g.rank - 1; i >= 0; --i) {
        outer[i] = rest % g.axes[i].n;
        rest /= g.axes[i].n;
        outAt += outer[i] * g.axes[i].out;
        xAt += outer[i] * g.axes[i].x;
      }
      char* out = g.out->data + outAt * size;
      const char* x = g.x->data + xAt * size;
      const auto indexAt = [&](int i) {
        std::int64_t at = r * rows.index[i] + c * columns.index[i];
        for (int axis = 0; axis < g.rank; ++axis) at += outer[axis] * g.axes[axis].index[i];
        return at;
      };
      if (pick != nullptr) {
        const Index& index = g.indices[0];
        const int indexSize = itemSize(index.view->dtype);
        const char* indices = index.view->data + indexAt(0) * indexSize;
        for (std::int64_t i = 0; i < h; ++i) {
          std::int64_t bad = 0;
          if (pick(out + i * rows.out * size, columns.out, x + i * rows.x * size, columns.x,
                   indices + i * rows.index[0] * indexSize, columns.index[0], w, index.size, index.stride, &bad) == w)
            continue;
          failIndex(index, bad, execution);
          return;
        }
        continue;
      }
      loops.ramp(offsets, rows.x, columns.x, h, w);
      for (int i = 0; i < g.indexCount; ++i) {
        const Index& index = g.indices[i];
        const std::int64_t at = indexAt(i);
        loops.load[static_cast<int>(index.view->dtype)](values, index.view->data + at * itemSize(index.view->dtype),
                                                        rows.index[i], columns.index[i], h, w);
        if (loops.resolve(offsets, values, h * w, index.size, index.stride)) continue;
        const std::int64_t* bad = values;
        while (*bad >= -index.size && *bad < index.size) ++bad;
        failIndex(index, *bad, execution);
        return;
      }
      const bool flat = h == 1 || rows.out == w * columns.out;
      for (std::int64_t i = 0; i < (flat ? 1 : h); ++i) {
        const std::int64_t n = flat ? h * w : w;
        if (run.n == 1)
          loops.gather(out + i * rows.out * size, columns.out, x, offsets + i * w, n);
        else
          loops.gatherRuns(out + i * rows.out * size, columns.out, run.out, x, run.x, offsets + i * w, n,
                           std::min(length, run.n - k));
      }
    }
  });
}

/// The step of a view that broadcasts to an axis of n elements, or false.
bool stepOf(const View& view, int axis, std::int64_t n, std::int64_t* step) {
  *step = 0;
  if (axis < 0 || view.shape[axis] == 1) return true;
  *step = view.strides[axis];
  return view.shape[axis] == n;
}

/// Reads the axis numbers: the plan's indices are views 2 and on, each along one axis of x. As many numbers more are
/// the axes' names.
template <class Gather>
bool readIndices(const Launch& launch, int firstNumber, Gather* g) {
  g->indexCount = launch.viewCount - 2;
  const int named = launch.numberCount - firstNumber - g->indexCount;
  if (g->indexCount < 1 || g->indexCount > Gather::kIndices || (named != 0 && named != g->indexCount)) return false;
  g->out = &launch.views[0];
  g->x = &launch.views[1];
  if (g->out->dtype != g->x->dtype) return false;
  for (int i = 0; i < g->indexCount; ++i) {
    const double axis = launch.numbers[firstNumber + i];
    if (!(axis >= 0 && axis < g->x->rank)) return false;
    const int a = static_cast<int>(axis);
    const double name = named == 0 ? axis : launch.numbers[firstNumber + g->indexCount + i];
    if (!(name >= 0 && name < kMaxRank)) return false;
    g->indices[i] = {&launch.views[2 + i], g->x->shape[a], g->x->strides[a], a, static_cast<int>(name)};
  }
  return true;
}

/// The indices' common shape stands at `position` of the output, around it the axes of x that no index walks.
template <class Gather>
bool planItems(Gather* g, int position) {
  const int common = g->out->rank - (g->x->rank - g->indexCount);
  if (common < 0 || position < 0 || position + common > g->out->rank) return false;
  int xAxis = 0;
  for (int axis = 0; axis < g->out->rank; ++axis) {
    const std::int64_t n = g->out->shape[axis];
    if (axis >= position && axis < position + common) {
      auto& added = g->add(axis, 0);
      for (int i = 0; i < g->indexCount; ++i) {
        const View& view = *g->indices[i].view;
        if (view.rank > common || !stepOf(view, axis - position - (common - view.rank), n, &added.index[i]))
          return false;
      }
      continue;
    }
    for (bool taken = true; taken;) {
      taken = false;
      for (int i = 0; i < g->indexCount; ++i) taken = taken || g->indices[i].axis == xAxis;
      if (taken) ++xAxis;
    }
    if (xAxis >= g->x->rank || g->x->shape[xAxis] != n) return false;
    g->add(axis, g->x->strides[xAxis++]);
  }
  return true;
}

template <int kMost>
Status getItemOf(const Launch& launch) {
  Gather<kMost> g;
  if (!readIndices(launch, 1, &g) || !planItems(&g, static_cast<int>(launch.numbers[0])))
    return launch.execution->fail(Status::Extent);
  return run(g, *launch.execution);
}

}  // namespace

Status take(const Kernel&, const Launch& launch) noexcept {
  Gather<1> g;
  if (!readIndices(launch, 0, &g) || g.indexCount != 1 || !planItems(&g, g.indices[0].axis))
    return launch.execution->fail(Status::Extent);
  return run(g, *launch.execution);
}

Status getItem(const Kernel&, const Launch& launch) noexcept {
  if (launch.viewCount < 3 || launch.viewCount > kMaxViews || launch.numberCount < 1)
    return launch.execution->fail(Status::Extent);
  return launch.viewCount - 2 <= kFewIndices ? getItemOf<kFewIndices>(launch) : getItemOf<kMaxIndices>(launch);
}

Status takeAlongAxis(const Kernel&, const Launch& launch) noexcept {
  Gather<1> g;
  if (!readIndices(launch, 0, &g) || g.indexCount != 1) return launch.execution->fail(Status::Extent);
  const View& indices = *g.indices[0].view;
  if (g.out->rank != g.x->rank || indices.rank != g.x->rank) return launch.execution->fail(Status::Extent);
  for (int axis = 0; axis < g.out->rank; ++axis) {
    const std::int64_t n = g.out->shape[axis];
    std::int64_t step = 0;
    if (axis != g.indices[0].axis && !stepOf(*g.x, axis, n, &step)) return launch.execution->fail(Status::Extent);
    if (!stepOf(indices, axis, n, &g.add(axis, step).index[0])) return launch.execution->fail(Status::Extent);
  }
  return run(g, *launch.execution);
}

Status takeOffsets(const View& out, const View& x, int position, int count, const std::int64_t* offsets,
                   Execution& execution) noexcept {
  constexpr std::int64_t kAnySize = std::int64_t{1} << 62;
  const std::int64_t step = 1;
  const View view{reinterpret_cast<char*>(const_cast<std::int64_t*>(offsets)), &out.shape[position], &step, 1,
                  DType::Int64};
  Gather<1> g;
  g.out = &out;
  g.x = &x;
  g.indices[0] = {&view, kAnySize, 1, position, position};
  g.indexCount = 1;
  for (int axis = 0; axis < out.rank; ++axis) {
    if (axis == position)
      g.add(axis, 0).index[0] = 1;
    else
      g.add(axis, x.strides[axis < position ? axis : axis + count - 1]);
  }
  return run(g, execution);
}

}  // namespace ndops
