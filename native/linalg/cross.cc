#include "linalg/cross.h"

#include <algorithm>

#include "core/parallel.h"
#include "core/registry.h"
#include "linalg/operand.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

/// Vectors of a block, and of a task.
constexpr std::int64_t kBlock = 256;
constexpr std::int64_t kTask = 1 << 14;

/// An operand's component `index` along its last axis, at a position of out's leading axes.
struct Vectors {
  const View* view;
  int components;
  std::int64_t strides[kMaxRank];  // of out's leading axes; 0 where broadcast
  std::int64_t step;               // from component to component
};

Vectors vectorsOf(const View& view, bool hasAxis, const std::int64_t* shape, int rank) {
  Vectors vectors{&view, 1, {}, 0};
  int leading = view.rank;
  if (hasAxis) {
    --leading;
    vectors.components = static_cast<int>(view.shape[leading]);
    vectors.step = view.strides[leading];
  }
  for (int axis = 0; axis < rank; ++axis) {
    const int own = axis - (rank - leading);
    vectors.strides[axis] = own < 0 || (view.shape[own] == 1 && shape[axis] != 1) ? 0 : view.strides[own];
  }
  return vectors;
}

}  // namespace

Status cross(const Kernel& kernel, const Launch& launch) noexcept {
  const View& out = launch.views[0];
  const View& a = launch.views[1];
  const View& b = launch.views[2];
  const bool half = out.dtype == DType::Float16 || out.dtype == DType::Bfloat16;
  const DType dtype = half ? DType::Float32 : out.dtype;
  const auto inner = reinterpret_cast<CrossInner>(kernel.inner[static_cast<int>(dtype)]);
  if (inner == nullptr) return launch.execution->fail(Status::Unsupported);
  if (out.size() == 0) return Status::Ok;

  const bool flat = a.shape[a.rank - 1] == 2 && b.shape[b.rank - 1] == 2;
  const int rank = flat ? out.rank : out.rank - 1;
  const Vectors left = vectorsOf(a, true, out.shape, rank);
  const Vectors right = vectorsOf(b, true, out.shape, rank);
  const Vectors result = vectorsOf(out, !flat, out.shape, rank);
  const std::int64_t length = rank == 0 ? 1 : out.shape[rank - 1];
  const std::int64_t blocks = (length + kBlock - 1) / kBlock;
  const std::int64_t total = out.size() / result.components / length * blocks;
  const std::int64_t group = std::max<std::int64_t>(1, kTask / std::min(length, kBlock));
  const Convert narrow = half ? converter(out.dtype, dtype) : nullptr;
  const CopyLoops* copy = reinterpret_cast<CopyInner>(findInner("copy", out.dtype))();

  return parallel(*launch.execution, (total + group - 1) / group, [&](std::int64_t task) {
    alignas(64) char held[8][kBlock * 16];
    for (std::int64_t block = task * group; block < std::min(total, (task + 1) * group); ++block) {
      const std::int64_t start = block % blocks * kBlock;
      const std::int64_t count = std::min(kBlock, length - start);
      const auto offsetOf = [&](const Vectors& vectors) {
        std::int64_t row = block / blocks;
        std::int64_t offset = rank == 0 ? 0 : start * vectors.strides[rank - 1];
        for (int axis = rank - 2; axis >= 0; --axis) {
          offset += row % out.shape[axis] * vectors.strides[axis];
          row /= out.shape[axis];
        }
        return offset;
      };
      const char* parts[2][3] = {};
      for (int side = 0; side < 2; ++side) {
        const Vectors& vectors = side == 0 ? left : right;
        const std::int64_t offset = offsetOf(vectors);
        for (int i = 0; i < vectors.components; ++i) {
          char* to = held[3 * side + i];
          gather(to, dtype, vectors.view->data + (offset + i * vectors.step) * itemSize(vectors.view->dtype),
                 vectors.view->dtype, rank == 0 ? 1 : vectors.strides[rank - 1], count);
          parts[side][i] = to;
        }
      }
      const std::int64_t offset = offsetOf(result);
      for (int i = flat ? 2 : 0; i < 3; ++i) {
        const int j = (i + 1) % 3;
        const int k = (i + 2) % 3;
        // Component i is a[j] b[k] - a[k] b[j]; a product with a missing component is left out.
        const bool first = parts[0][j] != nullptr && parts[1][k] != nullptr;
        const bool second = parts[0][k] != nullptr && parts[1][j] != nullptr;
        inner(held[6], first ? parts[0][j] : nullptr, parts[1][k], second ? parts[0][k] : nullptr, parts[1][j], count);
        const char* made = held[6];
        if (narrow != nullptr) {
          narrow(held[7], made, count);
          made = held[7];
        }
        char* to = out.data + (offset + (flat ? 0 : i * result.step)) * itemSize(out.dtype);
        copy->block(to, 0, rank == 0 ? 1 : result.strides[rank - 1], made, 0, 1, 1, count, false);
      }
    }
  });
}

}  // namespace ndops
