// How a scatter is cut. Few outputs: each chunk of updates, cut by shape alone, adds up in a table of its own, and the
// tables meet in order. Many outputs, or updates whose order counts: every output takes its updates one after the
// other, whichever range of rows or columns a task owns. Either way the bits do not depend on threads.
#include "indexing/scatter.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "indexing/gather.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

/// Accumulators of a table: some first-level caches hold that many.
constexpr std::int64_t kTable = 4096;
/// Bytes of the tables that a chunk adds to in turn, where there are more than two.
constexpr std::int64_t kTableBytes = 16384;
/// Elements of updates in a chunk with a table of its own, and the most chunks.
constexpr std::int64_t kChunk = std::int64_t{1} << 16;
constexpr std::int64_t kMostChunks = 64;
/// Updates whose rows are looked up at a time, and elements that are moved between looks at the clock.
constexpr std::int64_t kBlock = 512;
constexpr std::int64_t kElements = std::int64_t{1} << 16;
/// Elements of updates that are worth several tasks, and columns that are worth tasks of their own.
constexpr std::int64_t kParallel = std::int64_t{1} << 16;
constexpr std::int64_t kColumns = 2048;

struct Scatter {
  const ScatterLoops* loops;
  const GatherLoops* lookUp;
  Execution* execution;
  const View* indices;  // [n, depth] or [n]
  const View* updates;  // [n, width]
  const View* onto;     // or null
  const View* out;
  char* data;  // of out
  std::int64_t n;
  std::int64_t depth;
  std::int64_t rows;   // of out, over the axes that indices name
  std::int64_t width;  // elements of a row
  std::int64_t outSize;
  bool drops;  // indices outside are left out, else an error
  std::int64_t sizes[kMaxRank];
  std::int64_t steps[kMaxRank];  // in rows

  std::int64_t updateStep() const { return updates->strides[0]; }
  std::int64_t columnStep() const { return updates->strides[1]; }

  /// The rows of updates [first, first + count), count at most kBlock: -1 for one that is left out. False, and the
  /// index noted, where one is outside. Each index is read once.
  bool lookUpRows(std::int64_t first, std::int64_t count, std::int64_t* to) const {
    std::int64_t given[kBlock];
    std::memset(to, 0, static_cast<std::size_t>(count) * sizeof *to);
    const std::int64_t itemBytes = itemSize(indices->dtype);
    for (std::int64_t k = 0; k < depth; ++k) {
      const std::int64_t at = first * indices->strides[0] + (drops ? 0 : k * indices->strides[1]);
      std::int64_t* into = drops ? to : given;
      lookUp->load[static_cast<int>(indices->dtype)](into, indices->data + at * itemBytes, 0, indices->strides[0], 1,
                                                     count);
      if (drops) {
        loops->drop(to, count, rows);
      } else if (!lookUp->resolve(to, given, count, sizes[k], steps[k])) {
        const std::int64_t* bad = given;
        while (*bad >= -sizes[k] && *bad < sizes[k]) ++bad;
        execution->fail(Status::Index, static_cast<double>(*bad), static_cast<double>(sizes[k]),
                        static_cast<double>(k));
        return false;
      }
    }
    return true;
  }

  /// The updates of rows [low, low + count) among `known` ones, columns [column, column + w), in order.
  void bring(const std::int64_t* known, std::int64_t first, std::int64_t n, std::int64_t low, std::int64_t count,
             std::int64_t column, std::int64_t w) const {
    if (width == 1 && loops->inside(known, n, low, count)) {
      const std::int64_t step = updateStep();
      loops->applyItems(data, known, updates->data + first * step * itemSize(updates->dtype), step, n);
      return;
    }
    std::int64_t to[kBlock];
    std::int64_t from[kBlock];
    const std::int64_t found = loops->within(to, from, known, n, low, count, width, first, updateStep());
    loops->apply(data + column * outSize, to, updates->data + column * columnStep() * itemSize(updates->dtype), from,
                 columnStep(), found, w);
  }
};

/// Updates at a time, so that a block is no long work.
std::int64_t blockOf(std::int64_t width) {
  return std::max<std::int64_t>(1, std::min(kBlock, kElements / std::max<std::int64_t>(1, width)));
}

Status begin(const Scatter& s) {
  if (s.onto != nullptr) {
    const std::int64_t* shape = s.out->shape;
    return copyView({s.data, shape, s.out->strides, s.out->rank, s.out->dtype}, *s.onto, *s.execution);
  }
  const std::int64_t total = s.rows * s.width;
  return parallel(*s.execution, (total + kElements - 1) / kElements, [&](std::int64_t task) {
    const std::int64_t first = task * kElements;
    s.loops->fill(s.data + first * s.outSize, std::min(kElements, total - first));
  });
}

/// Looks all indices up: for results without elements, whose indices can be wrong all the same.
Status lookUpAll(const Scatter& s, std::int64_t* known) {
  std::int64_t scratch[kBlock];
  constexpr std::int64_t kTask = 32 * kBlock;
  if (known != nullptr)
    return parallel(*s.execution, (s.n + kTask - 1) / kTask, [&](std::int64_t task) {
      const std::int64_t end = std::min(s.n, (task + 1) * kTask);
      for (std::int64_t i = task * kTask; i < end; i += kBlock)
        if (!s.lookUpRows(i, std::min(kBlock, end - i), known + i)) return;
    });
  for (std::int64_t i = 0; i < s.n; i += kBlock) {
    if (s.execution->cancelled()) return Status::Cancelled;
    if (!s.lookUpRows(i, std::min(kBlock, s.n - i), scratch)) return s.execution->failure();
  }
  return Status::Ok;
}

Status inOrder(const Scatter& s) {
  Execution& execution = *s.execution;
  const Status status = begin(s);
  if (status != Status::Ok) return status;
  const bool large = s.n * s.width >= kParallel;
  const std::int64_t block = blockOf(s.width);
  if (s.width < kColumns && (!large || threadCount() == 1)) {
    std::int64_t rows[kBlock];
    for (std::int64_t i = 0; i < s.n; i += block) {
      if (execution.cancelled()) return Status::Cancelled;
      const std::int64_t count = std::min(block, s.n - i);
      if (!s.lookUpRows(i, count, rows)) return execution.failure();
      s.bring(rows, i, count, 0, s.rows, 0, s.width);
    }
    return Status::Ok;
  }
  // Looked up once for all tasks: two that read an index twice might see two values.
  Scratch known(static_cast<std::size_t>(s.n) * sizeof(std::int64_t));
  if (!known) return execution.fail(Status::OutOfMemory);
  const Status looked = lookUpAll(s, known.as<std::int64_t>());
  if (looked != Status::Ok) return looked;

  const bool byColumns = s.width >= kColumns;
  const std::int64_t w =
      byColumns ? std::max(kColumns, std::min(kElements, kElements / std::max<std::int64_t>(1, s.n))) : s.width;
  // What a task owns may depend on the number of threads: each output's updates come in order all the same.
  const std::int64_t tasks = byColumns ? (s.width + w - 1) / w : std::min<std::int64_t>(s.rows, threadCount());
  const std::int64_t own = byColumns ? s.rows : (s.rows + tasks - 1) / tasks;
  return parallel(execution, tasks, [&](std::int64_t task) {
    const std::int64_t column = byColumns ? task * w : 0;
    const std::int64_t low = byColumns ? 0 : task * own;
    const std::int64_t some = blockOf(std::min(w, s.width));
    for (std::int64_t i = 0; i < s.n; i += some) {
      if (execution.cancelled()) return;
      s.bring(known.as<std::int64_t>() + i, i, std::min(some, s.n - i), low, own, column,
              std::min(w, s.width - column));
    }
  });
}

Status byTables(const Scatter& s) {
  Execution& execution = *s.execution;
  const ScatterLoops& loops = *s.loops;
  const std::int64_t total = s.rows * s.width;
  const bool single = s.width == 1;
  const DType ids = s.indices->dtype;
  const auto clamp = loops.clamp[static_cast<int>(ids)];
  const bool asTheyLie =
      single && s.drops && (ids == DType::Int32 || ids == DType::Uint32) && s.indices->strides[0] == 1;
  // More tables as long as they stay in the first-level cache.
  const std::int64_t items = single ? total + 1 : total;
  std::int64_t ways = single ? 8 : 1;
  if (single && ways * items * loops.accumulator > kTableBytes) ways = 2;
  const std::int64_t least = std::max<std::int64_t>(1, kChunk / s.width);
  const std::int64_t perChunk = std::max(least, (s.n + kMostChunks - 1) / kMostChunks);
  const std::int64_t chunks = (s.n + perChunk - 1) / perChunk;
  const std::int64_t tableBytes = (items * ways * loops.accumulator + 63) / 64 * 64;
  Scratch tables(static_cast<std::size_t>(chunks * tableBytes));
  if (!tables) return execution.fail(Status::OutOfMemory);

  const Status status = parallel(execution, chunks, [&](std::int64_t chunk) {
    char* table = tables.as() + chunk * tableBytes;
    loops.clear(table, items * ways);
    const std::int64_t end = std::min(s.n, (chunk + 1) * perChunk);
    const std::int64_t some = single ? kTally : blockOf(s.width);
    for (std::int64_t i = chunk * perChunk; i < end; i += some) {
      if (execution.cancelled()) return;
      const std::int64_t count = std::min(some, end - i);
      std::int64_t rows[kBlock];
      if (!(single && s.drops) && !s.lookUpRows(i, count, rows)) return;
      if (single) {
        std::uint32_t own[kTally];
        const std::uint32_t* given = own;
        if (asTheyLie)
          given = reinterpret_cast<const std::uint32_t*>(s.indices->data) + i;
        else if (s.drops)
          clamp(own, s.indices->data + i * s.indices->strides[0] * itemSize(s.indices->dtype), s.indices->strides[0],
                s.rows, count);
        else
          for (std::int64_t k = 0; k < count; ++k) own[k] = static_cast<std::uint32_t>(rows[k]);
        loops.tallyRows(table, items, static_cast<int>(ways), given, s.rows,
                        s.updates->data + i * s.updateStep() * itemSize(s.updates->dtype), s.updateStep(), count);
        continue;
      }
      std::int64_t to[kBlock];
      std::int64_t from[kBlock];
      const std::int64_t found = loops.within(to, from, rows, count, 0, s.rows, s.width, i, s.updateStep());
      loops.tally(table, to, s.updates->data, from, s.columnStep(), found, s.width);
    }
    for (std::int64_t way = 1; way < ways; ++way) loops.merge(table, table + way * items * loops.accumulator, total);
  });
  if (status != Status::Ok) return status;
  for (std::int64_t chunk = 1; chunk < chunks; ++chunk)
    loops.merge(tables.as(), tables.as() + chunk * tableBytes, total);
  if (s.onto != nullptr) {
    const Status copied = begin(s);
    if (copied != Status::Ok) return copied;
  }
  loops.finish(s.data, tables.as(), total, s.onto != nullptr);
  return Status::Ok;
}

Status run(const Scatter& s) {
  if (s.lookUp->load[static_cast<int>(s.indices->dtype)] == nullptr) return s.execution->fail(Status::Unsupported);
  const std::int64_t total = s.rows * s.width;
  if (total == 0) return lookUpAll(s, nullptr);
  if (s.n == 0) return begin(s);
  // By shape alone. With a few updates for many outputs, tables would be more work than updates.
  if (s.loops->accumulator != 0 && total <= kTable && s.n >= s.rows / 4) return byTables(s);
  return inOrder(s);
}

bool prepare(Scatter* s, const char* kernel, const View& out, const View& indices, const View& updates,
             Execution* execution) {
  const ScatterInner inner = reinterpret_cast<ScatterInner>(findInner(kernel, updates.dtype));
  if (inner == nullptr) return false;
  s->loops = inner();
  s->lookUp = reinterpret_cast<GatherInner>(findInner("take", DType::Int64))();
  s->execution = execution;
  s->indices = &indices;
  s->updates = &updates;
  s->onto = nullptr;
  s->out = &out;
  s->data = out.data;
  s->outSize = itemSize(out.dtype);
  s->n = indices.shape[0];
  return true;
}

/// What updates of a dtype become.
DType resultOf(const char* kernel, DType dtype) {
  const bool half = dtype == DType::Float16 || dtype == DType::Bfloat16;
  return half && std::strcmp(kernel, "scatterUpdate") != 0 ? DType::Float32 : dtype;
}

Status segments(const Launch& launch, const char* kernel) {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 3 || launch.numberCount != 1) return execution.fail(Status::Extent);
  const View& ids = launch.views[1];
  const View& data = launch.views[2];
  if (ids.rank != 1 || data.rank != 2 || ids.shape[0] != data.shape[0] ||
      launch.views[0].dtype != resultOf(kernel, data.dtype))
    return execution.fail(Status::Extent);
  Scatter s;
  if (!prepare(&s, kernel, launch.views[0], ids, data, &execution)) return execution.fail(Status::Unsupported);
  s.drops = true;
  s.depth = 1;
  s.width = data.shape[1];
  const auto highestOf = s.loops->highest[static_cast<int>(ids.dtype)];
  if (highestOf == nullptr) return execution.fail(Status::Unsupported);
  if (launch.numbers[0] >= 0) {
    s.rows = static_cast<std::int64_t>(launch.numbers[0]);
    return s.out->rank == 2 && s.out->shape[0] == s.rows && s.out->shape[1] == s.width ? run(s)
                                                                                       : execution.fail(Status::Extent);
  }
  std::atomic<std::int64_t> most{-1};
  constexpr std::int64_t kTask = 64 * kBlock;
  const Status status = parallel(execution, (s.n + kTask - 1) / kTask, [&](std::int64_t task) {
    const std::int64_t first = task * kTask;
    const std::int64_t highest = highestOf(ids.data + first * ids.strides[0] * itemSize(ids.dtype), ids.strides[0],
                                           std::min(kTask, s.n - first));
    std::int64_t seen = most.load(std::memory_order_relaxed);
    while (seen < highest && !most.compare_exchange_weak(seen, highest, std::memory_order_relaxed)) {
    }
  });
  if (status != Status::Ok) return status;
  if (most.load() >= std::int64_t{1} << 53) return execution.fail(Status::TooLarge);
  s.rows = most.load() + 1;
  const Status bound = execution.bindLate(s.rows, s.width, s.out->dtype, &s.data);
  return bound == Status::Ok ? run(s) : bound;
}

}  // namespace

Status scatter(const Kernel& kernel, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount < 3 || launch.viewCount > 4 || launch.numberCount != 0) return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& indices = launch.views[1];
  const View& updates = launch.views[2];
  if (indices.rank != 2 || updates.rank != 2 || indices.shape[0] != updates.shape[0] || indices.shape[1] > out.rank ||
      out.dtype != resultOf(kernel.name, updates.dtype))
    return execution.fail(Status::Extent);
  Scatter s;
  if (!prepare(&s, kernel.name, out, indices, updates, &execution)) return execution.fail(Status::Unsupported);
  s.drops = false;
  s.depth = indices.shape[1];
  s.width = 1;
  s.rows = 1;
  for (int axis = out.rank - 1; axis >= s.depth; --axis) s.width *= out.shape[axis];
  for (int axis = static_cast<int>(s.depth) - 1; axis >= 0; --axis) {
    s.sizes[axis] = out.shape[axis];
    s.steps[axis] = s.rows;
    s.rows *= out.shape[axis];
  }
  if (updates.shape[1] != s.width) return execution.fail(Status::Extent);
  if (launch.viewCount == 4) {
    s.onto = &launch.views[3];
    if (s.onto->dtype != out.dtype || s.onto->rank != out.rank ||
        !std::equal(out.shape, out.shape + out.rank, s.onto->shape))
      return execution.fail(Status::Extent);
  }
  return run(s);
}

Status segmentSum(const Kernel&, const Launch& launch) noexcept { return segments(launch, "scatter"); }
Status segmentMax(const Kernel&, const Launch& launch) noexcept { return segments(launch, "scatterMax"); }

}  // namespace ndops
