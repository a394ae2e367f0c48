// Driver of the reductions: units of work are (tile of outputs) x (chunk of folded elements), cut by shape alone. A
// unit that covers all folded elements writes its results; otherwise states wait in scratch memory and are merged in
// order.
#include "reductions/reduce.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "core/registry.h"
#include "reductions/plan.h"
#include "reductions/stage.h"

namespace ndops {
namespace {

constexpr std::int64_t kTaskElements = std::int64_t{1} << 17;
// Staged (converted or gathered) elements at a time: stays in L1 or L2.
constexpr std::int64_t kStage = 8192;

struct Reduction {
  Plan plan;
  const ReduceLoops* loops;
  DType from;      // dtype of the operand
  DType compute;   // dtype that the loops read
  DType result;    // dtype that the loops write
  DType to;        // dtype of the output
  Convert load;    // null where the loops read the operand directly
  Convert narrow;  // null where they write the output directly
  char* out;
  const char* initial;

  const char* at(std::int64_t offset) const { return plan.data + offset * itemSize(from); }

  std::int64_t firstOutput(std::int64_t tile) const {
    if (plan.walk != Walk::Columns) return tile * plan.tile;
    return tile / plan.tilesPerRun * run().size + tile % plan.tilesPerRun * plan.tile;
  }
  std::int64_t width(std::int64_t tile) const {
    if (plan.walk != Walk::Columns) return std::min(plan.tile, plan.kept.size - tile * plan.tile);
    return std::min(plan.tile, run().size - tile % plan.tilesPerRun * plan.tile);
  }
  const Axis& run() const { return plan.kept.axis[plan.kept.count - 1]; }

  void finish(std::int64_t first, std::int64_t count, const char* state, std::int64_t stride, std::int64_t seen) const;
  void accumulate(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state, std::int64_t stride) const;

 private:
  void rows(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state, std::int64_t stride) const;
  void columns(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state, std::int64_t stride) const;
  void gather(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state, std::int64_t stride) const;
  void wrapped(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t seen) const;
  void feed(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
            std::int64_t width, std::int64_t seen) const;
};

/// Results of neighbouring outputs, converted and put where the output has them.
void Reduction::finish(std::int64_t first, std::int64_t count, const char* state, std::int64_t stride,
                       std::int64_t seen) const {
  const std::int64_t size = itemSize(to);
  if (plan.inOrder && narrow == nullptr) {
    loops->finish(out + first * size, state, stride, count, seen, initial);
    return;
  }
  alignas(64) char wide[kMaxTile * 16];
  alignas(64) char narrowed[kMaxTile * 16];
  loops->finish(wide, state, stride, count, seen, initial);
  const char* values = wide;
  if (narrow != nullptr) {
    char* target = plan.inOrder ? out + first * size : narrowed;
    narrow(target, wide, count);
    if (plan.inOrder) return;
    values = narrowed;
  }
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(out + plan.kept.outOffset(first + i) * size, values + i * size, static_cast<std::size_t>(size));
}

void Reduction::accumulate(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state,
                           std::int64_t stride) const {
  switch (plan.walk) {
    case Walk::Rows:
      return rows(tile, begin, end, state, stride);
    case Walk::Columns:
      return columns(tile, begin, end, state, stride);
    case Walk::Gather:
      return gather(tile, begin, end, state, stride);
  }
}

void Reduction::rows(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state, std::int64_t stride) const {
  const std::int64_t first = firstOutput(tile);
  const std::int64_t outputs = width(tile);
  const Axis inner = plan.folded.count == 0 ? Axis{1, 1, 0} : plan.folded.axis[plan.folded.count - 1];
  // Short or scattered runs are collected first, so that a vector always has something to do.
  const bool direct = load == nullptr && inner.stride == 1 && inner.size >= std::min<std::int64_t>(256, end - begin);
  alignas(64) char staged[kStage * 8];
  const std::int64_t room = kStage * 8 / 16;
  Cursor output(plan.kept, first);
  for (std::int64_t m = 0; m < outputs; ++m, state += loops->fieldBytes, output.advance(1)) {
    const char* base = this->at(output.offset());
    Cursor element(plan.folded, begin);
    for (std::int64_t at = begin; at < end;) {
      std::int64_t count = 0;
      if (direct) {
        count = std::min(end - at, element.left());
        loops->run(state, stride, base + element.offset() * itemSize(from), count, at - begin);
        element.advance(count);
      } else {
        while (count < room && at + count < end) {
          const std::int64_t n = std::min({room - count, end - at - count, element.left()});
          stage(staged + count * itemSize(compute), base + element.offset() * itemSize(from), n, inner.stride,
                itemSize(from), load, itemSize(compute));
          element.advance(n);
          count += n;
        }
        loops->run(state, stride, staged, count, at - begin);
      }
      if (loops->settled != nullptr && loops->settled(state)) break;
      at += count;
    }
  }
}

/// Folds rows of the operand into columns, through a staging buffer where they must be converted.
void Reduction::feed(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
                     std::int64_t width, std::int64_t seen) const {
  if (load == nullptr) return loops->columns(state, stride, x, rows, rowStride, width, seen);
  alignas(64) char staged[kStage * 8];
  const std::int64_t size = itemSize(compute);
  const std::int64_t most = std::max<std::int64_t>(1, kStage * 8 / (width * size));
  for (std::int64_t r = 0; r < rows; r += most) {
    const std::int64_t count = std::min(most, rows - r);
    if (rowStride == width) {
      load(staged, x + r * rowStride * itemSize(from), count * width);
    } else {
      for (std::int64_t i = 0; i < count; ++i)
        load(staged + i * width * size, x + (r + i) * rowStride * itemSize(from), width);
    }
    loops->columns(state, stride, staged, count, width, width, seen + r);
  }
}

/// Narrow rows that lie close together: several are taken as one wide row, whose parts are merged afterwards.
void Reduction::wrapped(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t seen) const {
  const std::int64_t narrow = run().size;
  alignas(64) char wide[kMaxStateBytes / 8];
  for (std::int64_t q = plan.wrap; rows > 0; q /= 2) {
    const std::int64_t wideRows = rows / q;
    if (wideRows == 0) continue;
    const std::int64_t wideStride = q * narrow;
    feed(wide, wideStride, x, wideRows, wideStride, wideStride, 0);
    std::int64_t each = wideRows;
    for (std::int64_t half = q / 2; half >= 1; half /= 2, each *= 2)
      loops->merge(wide, wideStride, wide + half * narrow * loops->fieldBytes, wideStride, half * narrow, each, each);
    loops->merge(state, stride, wide, wideStride, narrow, seen, each);
    seen += each;
    rows -= each;
    x += each * narrow * itemSize(from);
  }
}

void Reduction::columns(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state,
                        std::int64_t stride) const {
  const char* base = this->at(Cursor(plan.kept, firstOutput(tile)).offset());
  const std::int64_t pitch = plan.folded.count == 0 ? 0 : plan.folded.axis[plan.folded.count - 1].stride;
  Cursor row(plan.folded, begin);
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t rows = std::min(end - at, row.left());
    const char* x = base + row.offset() * itemSize(from);
    if (plan.wrap > 1)
      wrapped(state, stride, x, rows, at - begin);
    else
      feed(state, stride, x, rows, pitch, width(tile), at - begin);
    row.advance(rows);
    at += rows;
  }
}

void Reduction::gather(std::int64_t tile, std::int64_t begin, std::int64_t end, char* state,
                       std::int64_t stride) const {
  const std::int64_t count = width(tile);
  std::int64_t offsets[kGatherTile];
  Cursor output(plan.kept, firstOutput(tile));
  for (std::int64_t j = 0; j < count; ++j, output.advance(1)) offsets[j] = output.offset();
  alignas(64) char staged[kStage * 8];
  const std::int64_t size = itemSize(compute);
  const std::int64_t most = std::min<std::int64_t>(32, kStage * 8 / (count * size));
  Cursor row(plan.folded, begin);
  for (std::int64_t at = begin; at < end; at += most) {
    const std::int64_t rows = std::min(most, end - at);
    for (std::int64_t r = 0; r < rows; ++r, row.advance(1))
      stageFrom(staged + r * count * size, this->at(row.offset()), offsets, count, itemSize(from), load);
    loops->columns(state, stride, staged, rows, count, count, at - begin);
  }
}

/// Every unit covers all folded elements of its outputs.
Status reduceWhole(const Reduction& r, Execution& execution) {
  const Plan& plan = r.plan;
  const std::int64_t n = plan.folded.size;
  const std::int64_t each = std::max<std::int64_t>(1, kTaskElements / (plan.tile * n));
  return parallel(execution, (plan.tiles + each - 1) / each, [&](std::int64_t task) {
    alignas(64) char state[kMaxStateBytes];
    for (std::int64_t tile = task * each; tile < std::min(plan.tiles, (task + 1) * each); ++tile) {
      r.accumulate(tile, 0, n, state, plan.tile);
      r.finish(r.firstOutput(tile), r.width(tile), state, plan.tile, n);
    }
  });
}

/// Units cover a chunk each; their states wait in scratch memory and are merged first to last.
Status reduceChunks(const Reduction& r, Execution& execution) {
  const Plan& plan = r.plan;
  const std::int64_t n = plan.folded.size;
  const std::int64_t slot = plan.tile * r.loops->fields * r.loops->fieldBytes;
  const std::int64_t units = plan.tiles * plan.chunks;
  const Scratch waiting(static_cast<std::size_t>(units * slot));
  if (!waiting) return execution.fail(Status::OutOfMemory);
  const std::int64_t each = std::max<std::int64_t>(1, kTaskElements / (plan.tile * plan.chunk));
  const Status status = parallel(execution, (units + each - 1) / each, [&](std::int64_t task) {
    for (std::int64_t unit = task * each; unit < std::min(units, (task + 1) * each); ++unit) {
      const std::int64_t begin = unit % plan.chunks * plan.chunk;
      r.accumulate(unit / plan.chunks, begin, std::min(n, begin + plan.chunk), waiting.as() + unit * slot, plan.tile);
    }
  });
  if (status != Status::Ok) return status;
  const std::int64_t merges = std::max<std::int64_t>(1, kTaskElements / (plan.tile * plan.chunks * 8));
  return parallel(execution, (plan.tiles + merges - 1) / merges, [&](std::int64_t task) {
    for (std::int64_t tile = task * merges; tile < std::min(plan.tiles, (task + 1) * merges); ++tile) {
      char* state = waiting.as() + tile * plan.chunks * slot;
      for (std::int64_t c = 1; c < plan.chunks; ++c)
        r.loops->merge(state, plan.tile, state + c * slot, plan.tile, r.width(tile), c * plan.chunk,
                       std::min(plan.chunk, n - c * plan.chunk));
      r.finish(r.firstOutput(tile), r.width(tile), state, plan.tile, n);
    }
  });
}

/// Nothing to fold: every output is the op's value of no elements.
Status fill(const Reduction& r, Execution& execution) {
  const std::int64_t outputs = r.plan.kept.size;
  return parallel(execution, (outputs + kTaskElements - 1) / kTaskElements, [&](std::int64_t task) {
    alignas(64) char state[kMaxStateBytes];
    r.loops->empty(state, kGatherTile, kGatherTile);
    const std::int64_t end = std::min(outputs, (task + 1) * kTaskElements);
    for (std::int64_t i = task * kTaskElements; i < end; i += kGatherTile)
      r.finish(i, std::min(kGatherTile, end - i), state, kGatherTile, 0);
  });
}

}  // namespace

Status reduceDriver(const Kernel& kernel, const Launch& launch) noexcept {
  const View& out = launch.views[0];
  const View& x = launch.views[1];
  const auto mask = static_cast<std::uint32_t>(launch.numbers[0]);
  const int row = static_cast<int>(launch.numbers[1]);
  if (row < 0 || row >= kDTypes || kernel.inner[row] == nullptr) return launch.execution->fail(Status::Unsupported);
  Reduction r;
  r.loops = reinterpret_cast<GiveReduceLoops>(kernel.inner[row])();
  r.from = x.dtype;
  r.compute = static_cast<DType>(row);
  r.result = kernel.out[row];
  r.to = out.dtype;
  r.load = r.from == r.compute ? nullptr : converter(r.compute, r.from);
  r.narrow = r.result == r.to ? nullptr : converter(r.to, r.result);
  r.out = out.data;
  planReduction(x, mask, r.load == nullptr ? r.loops->widest : kStagedTile, r.loops->ordered, &r.plan);
  alignas(16) char initial[16];
  r.initial = nullptr;
  if (launch.viewCount > 2) {
    converter(r.compute, launch.views[2].dtype)(initial, launch.views[2].data, 1);
    r.initial = initial;
  }
  if (r.plan.kept.size == 0) return Status::Ok;
  if (r.plan.folded.size == 0) return fill(r, *launch.execution);
  return r.plan.chunks == 1 ? reduceWhole(r, *launch.execution) : reduceChunks(r, *launch.execution);
}

}  // namespace ndops
