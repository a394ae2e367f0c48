#include "elementwise/plan.h"

namespace ndops {
namespace {

/// Rows shorter than this are gathered into longer runs rather than given to the inner loop one by one.
constexpr std::int64_t kShortRow = 32;
/// A tile's rows cover this much of a transposed operand's contiguous axis: two cache lines.
constexpr std::int64_t kTileRowBytes = 128;

std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
std::int64_t most(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

/// The copy loops of this CPU level, by dtype.
struct Copies {
  const CopyLoops* of[kDTypes];
  Copies() noexcept {
    for (int d = 0; d < kDTypes; ++d) of[d] = reinterpret_cast<CopyInner>(findInner("copy", static_cast<DType>(d)))();
  }
};

const CopyLoops* copier(DType dtype) {
  static const Copies copies;
  return copies.of[static_cast<int>(dtype)];
}

}  // namespace

Status Plan::lay(const Launch& launch, const DType* wanted, const DType* scalars, DType result) noexcept {
  const View& to = launch.views[0];
  out = to.data;
  outType = to.dtype;
  outSize = itemSize(outType);
  narrow = to.dtype == result ? nullptr : converter(to.dtype, result);
  maxSize = most(outSize, itemSize(result));
  operands = launch.viewCount - 1;
  for (int k = 0; k < operands; ++k) {
    const View& view = launch.views[k + 1];
    if (view.rank > to.rank) return Status::Extent;
    Operand& operand = in[k];
    operand.data = view.data;
    operand.size = itemSize(wanted[k]);
    operand.storedSize = itemSize(view.dtype);
    operand.convert = view.dtype == wanted[k] ? nullptr : converter(wanted[k], view.dtype);
    operand.copy = copier(view.dtype);
    operand.stored = view.dtype;
    operand.array = wanted[k];
    operand.scalar = scalars[k];
    maxSize = most(maxSize, most(itemSize(scalars[k]), most(operand.size, operand.storedSize)));
  }
  rank = 0;
  for (int axis = 0; axis < to.rank; ++axis) {
    const std::int64_t n = to.shape[axis];
    bool joins = rank > 0;
    std::int64_t stride[kMaxOperands];
    for (int k = 0; k < operands; ++k) {
      const View& view = launch.views[k + 1];
      const int own = axis - (to.rank - view.rank);
      const bool repeated = own < 0 || (view.shape[own] == 1 && n != 1);
      if (!repeated && view.shape[own] != n) return Status::Extent;
      stride[k] = repeated ? 0 : view.strides[own];
      joins = joins && in[k].strides[rank - 1] == stride[k] * n;
    }
    if (n == 1) continue;
    if (!joins) shape[rank++] = 1;
    shape[rank - 1] *= n;
    for (int k = 0; k < operands; ++k) in[k].strides[rank - 1] = stride[k];
  }
  if (rank == 0) {
    rank = 1;
    shape[0] = 1;
    for (int k = 0; k < operands; ++k) in[k].strides[0] = 1;
  }
  std::int64_t step = outSize;
  for (int axis = rank - 1; axis >= 0; --axis) {
    outStrides[axis] = step;
    step *= shape[axis];
  }
  return Status::Ok;
}

/// Whether the operand steps through axis `first` and those behind it as one contiguous run.
bool Plan::isLinear(const Operand& operand, int first) const noexcept {
  std::int64_t step = 1;
  for (int axis = rank - 1; axis >= first; --axis) {
    if (operand.strides[axis] != step) return false;
    step *= shape[axis];
  }
  return true;
}

void Plan::addDim(int axis, std::int64_t step) noexcept {
  count[dims] = (shape[axis] + step - 1) / step;
  outStep[dims] = outStrides[axis] * step;
  for (int k = 0; k < operands; ++k) inStep[k][dims] = in[k].strides[axis] * step * in[k].storedSize;
  ++dims;
}

/// Tiles where an operand's contiguous axis is another one than the output's.
bool Plan::chooseTiles(std::int64_t room) noexcept {
  const int last = rank - 1;
  rowAxis = -1;
  if (shape[last] < kShortRow) return false;
  for (int k = 0; k < operands && rowAxis < 0; ++k) {
    const std::int64_t step = in[k].strides[last];
    if (step == 0 || step == 1) continue;
    for (int axis = 0; axis < last; ++axis)
      if (in[k].strides[axis] == 1) {
        rowAxis = axis;
        rowPieces.step = least(shape[axis], kTileRowBytes / in[k].storedSize);
      }
  }
  if (rowAxis < 0) return false;
  columnAxis = last;
  inner = 1;
  columnPieces.step = least(shape[last], room / rowPieces.step);
  for (int k = 0; k < operands; ++k) {
    const std::int64_t step = in[k].strides[last];
    in[k].feed = step == 0 ? Feed::Scalar : step == 1 && in[k].convert == nullptr ? Feed::Direct : Feed::Gathered;
  }
  for (int axis = 0; axis < last; ++axis)
    if (axis != rowAxis) addDim(axis, 1);
  rowPieces.total = shape[rowAxis];
  rowPieces.dim = dims;
  addDim(rowAxis, rowPieces.step);
  columnPieces.total = shape[last];
  columnPieces.dim = dims;
  addDim(last, columnPieces.step);
  unitBytes = rowPieces.step * columnPieces.step;
  return true;
}

void Plan::chooseBlocks(std::int64_t room, std::int64_t taskBytes) noexcept {
  const int last = rank - 1;
  // The widest block that fits the buffers, and whether it makes nothing gathered that a row by itself would not.
  int axis = last;
  std::int64_t behind = 1;
  while (axis > 0 && behind * shape[axis] <= room) behind *= shape[axis--];
  const auto feedOf = [&](const Operand& operand, int first) {
    bool constant = true;
    bool kept = true;
    for (int a = 0; a <= last; ++a) {
      if (a >= first) constant = constant && operand.strides[a] == 0;
      if (a <= first) kept = kept && operand.strides[a] == 0;
    }
    if (constant) return Feed::Scalar;
    if (operand.convert == nullptr && isLinear(operand, first)) return Feed::Direct;
    return kept ? Feed::Kept : Feed::Gathered;
  };
  if (shape[last] >= kShortRow) {
    for (int k = 0; k < operands && axis < last; ++k)
      if (feedOf(in[k], axis) == Feed::Gathered && feedOf(in[k], last) != Feed::Gathered) {
        axis = last;
        behind = 1;
      }
  }
  columnAxis = axis;
  inner = behind;
  bool buffered = narrow != nullptr || stream != nullptr;
  bool scalars = true;
  for (int k = 0; k < operands; ++k) {
    in[k].feed = feedOf(in[k], axis);
    buffered = buffered || in[k].feed == Feed::Gathered || in[k].feed == Feed::Kept;
    scalars = scalars && in[k].feed == Feed::Scalar;
  }
  if (scalars) {
    // One has to be an array: not one that the loop knows as an element only.
    int k = 0;
    for (int j = 1; j < operands; ++j)
      if (in[j].array != in[j].scalar) k = j;
    in[k].feed = Feed::Gathered;
    buffered = true;
  }
  columnPieces.total = shape[axis];
  columnPieces.step = least(shape[axis], buffered ? room / inner : most(room, taskBytes / maxSize));
  for (int a = 0; a < axis; ++a) addDim(a, 1);
  columnPieces.dim = dims;
  addDim(axis, columnPieces.step);
  unitBytes = columnPieces.step * inner;
}

void Plan::cut(std::int64_t taskBytes) noexcept {
  dims = 0;
  // In floating point: a broadcast output may pass 2^63 bytes.
  const double total = static_cast<double>(outStrides[0]) * static_cast<double>(shape[0]);
  const std::int64_t room = kBufferBytes / maxSize;
  stream = nullptr;
  if (!chooseTiles(room)) {
    // Tiles write pieces of lines, which would cost twice.
    if (total >= static_cast<double>(kStreamBytes)) stream = copier(outType);
    chooseBlocks(stream == nullptr ? room : kStreamedBytes / maxSize, taskBytes);
  }
  std::int64_t bytes = outSize;
  for (int k = 0; k < operands; ++k) {
    if (in[k].feed == Feed::Scalar) {
      in[k].size = itemSize(in[k].scalar);
      in[k].convert = in[k].stored == in[k].scalar ? nullptr : converter(in[k].scalar, in[k].stored);
    } else {
      bytes += in[k].storedSize;
    }
  }
  unitBytes *= bytes;
}

std::int64_t Plan::units() const noexcept {
  std::int64_t n = 1;
  for (int dim = 0; dim < dims; ++dim) n *= count[dim];
  return n;
}

}  // namespace ndops
