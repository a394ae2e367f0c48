// How a copy is cut: axes sorted by the output's strides and joined, the inner two taken as a panel, the panel cut into
// blocks, the blocks dealt out to threads.
#include "manipulation/copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"

namespace ndops {
namespace {

/// Output bytes worth a task of their own.
constexpr std::int64_t kTaskBytes = std::int64_t{1} << 18;
/// Elements of a block that is converted by way of buffers on the stack, and of one that needs none.
constexpr std::int64_t kConvertBlock = 1024;
constexpr std::int64_t kDenseBlock = 16384;
/// Bytes up to which the C library copies well however the two sides are aligned.
constexpr std::int64_t kSmallCopy = 1024;

struct Axis {
  std::int64_t n;
  std::int64_t out;
  std::int64_t in;
};

struct Plan {
  Axis axes[kMaxRank + 2];
  int rank = 0;
  char* out;
  const char* in;
  bool transposed = false;  // the inner axis but one is the input's innermost

  Axis& row() { return axes[rank - 2]; }
  Axis& column() { return axes[rank - 1]; }
};

/// Collects the axes that have more than one element. False where `in` does not broadcast to `out`.
bool readAxes(const View& out, const View& in, Plan* plan) {
  plan->out = out.data;
  plan->in = in.data;
  if (in.rank > out.rank) return false;
  for (int axis = 0; axis < out.rank; ++axis) {
    const int from = axis - (out.rank - in.rank);
    const bool broadcast = from < 0 || in.shape[from] == 1;
    if (!broadcast && in.shape[from] != out.shape[axis]) return false;
    if (out.shape[axis] == 1) continue;
    plan->axes[plan->rank++] = {out.shape[axis], out.strides[axis], broadcast ? 0 : in.strides[from]};
  }
  return true;
}

/// Walks an axis from its other end.
void flip(Plan* plan, Axis* axis, int outSize, int inSize) {
  plan->out += (axis->n - 1) * axis->out * outSize;
  plan->in += (axis->n - 1) * axis->in * inSize;
  axis->out = -axis->out;
  axis->in = -axis->in;
}

Plan makePlan(const View& out, const View& in, bool* broadcasts) {
  Plan plan;
  *broadcasts = readAxes(out, in, &plan);
  if (!*broadcasts) return plan;
  const int outSize = itemSize(out.dtype);
  const int inSize = itemSize(in.dtype);
  for (int i = 0; i < plan.rank; ++i)
    if (plan.axes[i].out < 0) flip(&plan, &plan.axes[i], outSize, inSize);
  for (int i = 1; i < plan.rank; ++i)
    for (int k = i; k > 0 && plan.axes[k - 1].out < plan.axes[k].out; --k) std::swap(plan.axes[k - 1], plan.axes[k]);
  int joined = 0;
  for (int i = 1; i < plan.rank; ++i) {
    Axis& outer = plan.axes[joined];
    const Axis& inner = plan.axes[i];
    if (outer.out == inner.n * inner.out && outer.in == inner.n * inner.in)
      outer = {outer.n * inner.n, inner.out, inner.in};
    else
      plan.axes[++joined] = inner;
  }
  if (plan.rank > 0) plan.rank = joined + 1;
  // A panel at least: rows and columns of one element where there are none.
  while (plan.rank < 2) {
    for (int i = plan.rank; i > 0; --i) plan.axes[i] = plan.axes[i - 1];
    plan.axes[0] = {1, 0, 0};
    ++plan.rank;
  }
  // The axis along which the input is densest becomes the panel's rows where that is not its columns already.
  int densest = plan.rank - 1;
  for (int i = 0; i < plan.rank; ++i) {
    const std::int64_t step = std::abs(plan.axes[i].in);
    if (plan.axes[i].n > 1 && step != 0 && step < std::abs(plan.axes[densest].in)) densest = i;
  }
  if (densest != plan.rank - 1) {
    for (int i = densest; i < plan.rank - 2; ++i) std::swap(plan.axes[i], plan.axes[i + 1]);
    plan.transposed = true;
    if (plan.row().in < 0) flip(&plan, &plan.row(), outSize, inSize);
  }
  return plan;
}

std::int64_t pieces(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

/// Converts a block by way of dense buffers where a side is not dense itself.
struct ConvertBlock {
  Convert convert;
  const CopyLoops* outLoops;
  const CopyLoops* inLoops;
  int outSize;
  int inSize;
  bool stream;

  void operator()(char* out, const Axis& row, const Axis& column, const char* in, std::int64_t rows,
                  std::int64_t columns) const {
    alignas(64) char inBuffer[kConvertBlock * 16];
    alignas(64) char outBuffer[kConvertBlock * 16];
    const auto dense = [&](std::int64_t rowStep, std::int64_t columnStep) {
      return (columns == 1 || columnStep == 1) && (rows == 1 || rowStep == columns);
    };
    const bool outDense = dense(row.out, column.out);
    if (!dense(row.in, column.in)) {
      if (row.in == 1)
        inLoops->transpose(inBuffer, columns, in, column.in, rows, columns, false);
      else
        inLoops->block(inBuffer, columns, 1, in, row.in, column.in, rows, columns, false);
      in = inBuffer;
    }
    if (outDense && stream) {
      const std::int64_t piece = kStreamedBytes / std::max(outSize, inSize);
      for (std::int64_t i = 0; i < rows * columns; i += piece) {
        const std::int64_t n = std::min(piece, rows * columns - i);
        convert(outBuffer, in + i * inSize, n);
        outLoops->streamBytes(out + i * outSize, outBuffer, n * outSize);
      }
      return;
    }
    convert(outDense ? out : outBuffer, in, rows * columns);
    if (!outDense) outLoops->block(out, row.out, column.out, outBuffer, columns, 1, rows, columns, false);
  }
};

Status runPlan(Plan& plan, DType outType, DType inType, Execution& execution) {
  const Axis row = plan.row();
  const Axis column = plan.column();
  const int outSize = itemSize(outType);
  const int inSize = itemSize(inType);
  const bool converts = outType != inType;
  const CopyLoops* inLoops = reinterpret_cast<CopyInner>(findInner("copy", inType))();
  std::int64_t outer = 1;
  for (int i = 0; i < plan.rank - 2; ++i) outer *= plan.axes[i].n;
  const std::int64_t bytes = outer * row.n * column.n * outSize;
  const bool stream = bytes >= kStreamBytes;
  const ConvertBlock convertBlock{converter(outType, inType),
                                  reinterpret_cast<CopyInner>(findInner("copy", outType))(),
                                  inLoops,
                                  outSize,
                                  inSize,
                                  stream};
  const bool tiles = plan.transposed && row.in == 1 && column.out == 1;

  std::int64_t rows = 0;
  std::int64_t columns = 0;
  if (plan.transposed && converts) {
    rows = std::min<std::int64_t>(row.n, 32);
    columns = std::min(column.n, kConvertBlock / rows);
  } else if (plan.transposed) {
    // Input rows in stretches that prefetching sees, output rows some lines at a time.
    rows = std::min<std::int64_t>(row.n, (stream ? 4096 : 1024) / outSize);
    columns = std::min<std::int64_t>(column.n, (rows < 16 ? 16384 : 256) / outSize);
  } else {
    const bool dense = row.n == 1 && column.out == 1 && column.in == 1;
    const std::int64_t most = !converts ? kTaskBytes / outSize : dense ? kDenseBlock : kConvertBlock;
    columns = std::min(column.n, most);
    rows = std::min(row.n, std::max<std::int64_t>(1, most / columns));
  }
  const std::int64_t across = pieces(column.n, columns);
  const std::int64_t down = pieces(row.n, rows);
  const std::int64_t blocks = outer * down * across;
  const std::int64_t perTask = std::max<std::int64_t>(1, kTaskBytes / (rows * columns * outSize));

  return parallel(execution, pieces(blocks, perTask), [&](std::int64_t task) {
    const std::int64_t end = std::min(blocks, (task + 1) * perTask);
    for (std::int64_t block = task * perTask; block < end; ++block) {
      const std::int64_t c = block % across * columns;
      std::int64_t rest = block / across;
      const std::int64_t r = rest % down * rows;
      rest /= down;
      std::int64_t outAt = r * row.out + c * column.out;
      std::int64_t inAt = r * row.in + c * column.in;
      for (int i = plan.rank - 3; i >= 0; --i) {
        const std::int64_t index = rest % plan.axes[i].n;
        rest /= plan.axes[i].n;
        outAt += index * plan.axes[i].out;
        inAt += index * plan.axes[i].in;
      }
      char* out = plan.out + outAt * outSize;
      const char* in = plan.in + inAt * inSize;
      const std::int64_t height = std::min(rows, row.n - r);
      const std::int64_t width = std::min(columns, column.n - c);
      if (converts)
        convertBlock(out, row, column, in, height, width);
      else if (tiles)
        inLoops->transpose(out, row.out, in, column.in, height, width, stream);
      else
        inLoops->block(out, row.out, column.out, in, row.in, column.in, height, width, stream);
    }
    if (stream) endStreaming();
  });
}

/// Whether values keep their bits: integers as wide as each other, or equal dtypes.
bool sameBits(DType out, DType in) {
  const auto whole = [](DType dtype) { return dtype == DType::Bool || isInteger(dtype); };
  return out == in || (isInteger(out) && whole(in) && itemSize(out) == itemSize(in));
}

}  // namespace

Status copyView(const View& out, const View& given, Execution& execution) noexcept {
  View in = given;
  if (sameBits(out.dtype, in.dtype)) in.dtype = out.dtype;
  // One run of elements in one task, as most small copies are.
  if (out.dtype == in.dtype && out.rank == 1 && in.rank == 1 && out.strides[0] == 1 && in.strides[0] == 1 &&
      out.shape[0] == in.shape[0] && out.shape[0] > 0 && out.shape[0] <= kTaskBytes / itemSize(out.dtype)) {
    const std::int64_t bytes = out.shape[0] * itemSize(out.dtype);
    if (bytes <= kSmallCopy)
      std::memcpy(out.data, in.data, static_cast<std::size_t>(bytes));
    else
      reinterpret_cast<CopyInner>(findInner("copy", DType::Uint8))()->block(out.data, bytes, 1, in.data, bytes, 1, 1,
                                                                            bytes, false);
    return Status::Ok;
  }
  bool broadcasts = false;
  if (out.dtype != in.dtype && in.size() == 1) {
    // One value for all: converted once.
    alignas(16) char value[16];
    converter(out.dtype, in.dtype)(value, in.data, 1);
    if (out.rank == 1 && out.strides[0] == 1 && out.shape[0] <= kTaskBytes / itemSize(out.dtype)) {
      const CopyLoops* loops = reinterpret_cast<CopyInner>(findInner("copy", out.dtype))();
      loops->block(out.data, 0, 1, value, 0, 0, 1, out.shape[0], false);
      return Status::Ok;
    }
    const View converted{value, nullptr, nullptr, 0, out.dtype};
    Plan plan = makePlan(out, converted, &broadcasts);
    return out.size() == 0 ? Status::Ok : runPlan(plan, out.dtype, out.dtype, execution);
  }
  Plan plan = makePlan(out, in, &broadcasts);
  if (!broadcasts) return execution.fail(Status::Extent);
  if (out.size() == 0) return Status::Ok;
  return runPlan(plan, out.dtype, in.dtype, execution);
}

Status copy(const Kernel&, const Launch& launch) noexcept {
  if (launch.viewCount != 2) return launch.execution->fail(Status::Unsupported);
  return copyView(launch.views[0], launch.views[1], *launch.execution);
}

}  // namespace ndops
