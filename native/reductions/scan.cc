// Driver of the scans. Rows that lie along memory are scanned one by one, others as columns side by side; where there
// are few, each is cut in chunks by shape alone, whose totals are scanned first. What has no such order in memory is
// copied to the output and scanned there.
#include "reductions/scan.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "core/registry.h"
#include "manipulation/copy.h"
#include "reductions/stage.h"

namespace ndops {
namespace {

// Elements of a chunk, and of a task. A chunk of a row is a multiple of kScanBlock.
constexpr std::int64_t kChunk = std::int64_t{1} << 16;
// From this many rows, or column tiles, on they are enough work for all threads as they are.
constexpr std::int64_t kManyRows = 32;
constexpr std::int64_t kManyTiles = 16;
constexpr std::int64_t kStageBytes = 16384;

std::int64_t ceilDivide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

struct Scan {
  const ScanLoops* loops;
  const char* x;
  char* out;
  Convert load;    // null where the loops read the operand directly
  Convert narrow;  // null where they write the output directly
  int fromSize;
  int computeSize;
  int toSize;

  // The operand: `outer` blocks of `length` elements `step` apart, `inner` of them side by side.
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
  std::int64_t step = 1;
  int outerRank = 0;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;

  std::int64_t width;   // columns of a unit
  std::int64_t tiles;   // units side by side
  std::int64_t chunk;   // elements of a row in a unit
  std::int64_t chunks;  // units along a row

  bool plan(const View& in, int axis);
  void divide();
  Status run(Execution& execution) const;

 private:
  const char* from(std::int64_t block, std::int64_t column, std::int64_t at) const {
    std::int64_t offset = column + at * step;
    for (int k = outerRank - 1; k >= 0; block /= shape[k--]) offset += block % shape[k] * strides[k];
    return x + offset * fromSize;
  }
  char* to(std::int64_t block, std::int64_t column, std::int64_t at) const {
    return out + ((block * length + at) * inner + column) * toSize;
  }
  void unit(std::int64_t block, std::int64_t column, std::int64_t begin, std::int64_t end, char* state, bool write,
            const Execution& execution) const;
  void row(std::int64_t block, std::int64_t begin, std::int64_t end, char* state, bool write) const;
  void columns(std::int64_t block, std::int64_t column, std::int64_t begin, std::int64_t end, char* state,
               bool write) const;
};

/// Takes the operand as it lies; false where its elements do not come in rows or side by side.
bool Scan::plan(const View& in, int axis) {
  fromSize = itemSize(in.dtype);
  x = in.data;
  if (axis < 0) {
    length = in.size();
    if (in.rank == 1) {
      step = in.strides[0];
      return true;
    }
    std::int64_t expected = 1;
    for (int k = in.rank - 1; k >= 0; expected *= in.shape[k--])
      if (in.shape[k] != 1 && in.strides[k] != expected) return false;
    return true;
  }
  length = in.shape[axis];
  step = in.strides[axis];
  outerRank = axis;
  shape = in.shape;
  strides = in.strides;
  for (int k = 0; k < axis; ++k) outer *= in.shape[k];
  for (int k = in.rank - 1; k > axis; inner *= in.shape[k--])
    if (in.shape[k] != 1 && in.strides[k] != inner) return false;
  if (inner > 1 || length == 1) return true;
  // A long way along a row beside a shorter one to the next: a cache line for each element.
  const std::int64_t along = step < 0 ? -step : step;
  for (int k = 0; k < axis; ++k) {
    const std::int64_t across = strides[k] < 0 ? -strides[k] : strides[k];
    if (shape[k] > 1 && across != 0 && across < along) return false;
  }
  return true;
}

/// Cuts the work by shape alone.
void Scan::divide() {
  width = std::min(inner, kScanWidth);
  tiles = ceilDivide(inner, width);
  const std::int64_t tall = std::max(kScanBlock, kChunk / width);
  const bool few = inner == 1 ? outer < kManyRows : outer * tiles < kManyTiles;
  chunk = loops->splits && few && length > 2 * tall ? tall : length;
  chunks = ceilDivide(length, chunk);
}

/// One row, from `begin` to `end`, going on from `state`.
void Scan::row(std::int64_t block, std::int64_t begin, std::int64_t end, char* state, bool write) const {
  const char* source = from(block, 0, begin);
  char* target = to(block, 0, begin);
  if (load == nullptr && narrow == nullptr && (step == 1 || end - begin == 1)) {
    if (write)
      loops->run(state, target, source, end - begin);
    else
      loops->total(state, source, end - begin);
    return;
  }
  alignas(64) char staged[kStageBytes];
  const std::int64_t room = kStageBytes / computeSize / kScanBlock * kScanBlock;
  for (std::int64_t at = begin; at < end; at += room) {
    const std::int64_t n = std::min(room, end - at);
    stage(staged, source + (at - begin) * step * fromSize, n, step, fromSize, load, computeSize);
    char* results = target + (at - begin) * toSize;
    if (!write) {
      loops->total(state, staged, n);
    } else if (narrow == nullptr) {
      loops->run(state, results, staged, n);
    } else {
      loops->run(state, staged, staged, n);
      narrow(results, staged, n);
    }
  }
}

void Scan::columns(std::int64_t block, std::int64_t column, std::int64_t begin, std::int64_t end, char* state,
                   bool write) const {
  const std::int64_t side = std::min(width, inner - column);
  if (load == nullptr && narrow == nullptr) {
    loops->columns(state, write ? to(block, column, begin) : nullptr, inner, from(block, column, begin), step,
                   end - begin, side);
    return;
  }
  alignas(64) char staged[kStageBytes];
  const std::int64_t rows = kStageBytes / (side * computeSize);
  for (std::int64_t at = begin; at < end; at += rows) {
    const std::int64_t n = std::min(rows, end - at);
    for (std::int64_t r = 0; r < n; ++r)
      stage(staged + r * side * computeSize, from(block, column, at + r), side, 1, fromSize, load, computeSize);
    if (write && narrow == nullptr) {
      loops->columns(state, to(block, column, at), inner, staged, side, n, side);
      continue;
    }
    loops->columns(state, write ? staged : nullptr, side, staged, side, n, side);
    if (!write) continue;
    for (std::int64_t r = 0; r < n; ++r) narrow(to(block, column, at + r), staged + r * side * computeSize, side);
  }
}

/// About a millisecond of work at a time.
void Scan::unit(std::int64_t block, std::int64_t column, std::int64_t begin, std::int64_t end, char* state, bool write,
                const Execution& execution) const {
  const std::int64_t most = std::max(kScanBlock, 4 * kChunk / width);
  for (; begin < end && !execution.cancelled(); begin += most) {
    const std::int64_t last = std::min(end, begin + most);
    if (inner == 1)
      row(block, begin, last, state, write);
    else
      columns(block, column, begin, last, state, write);
  }
}

Status Scan::run(Execution& execution) const {
  const std::int64_t strips = outer * tiles;
  if (chunks == 1) {
    const std::int64_t each = std::max<std::int64_t>(1, kChunk / (length * width));
    return parallel(execution, ceilDivide(strips, each), [&](std::int64_t task) {
      alignas(64) char state[kScanStateBytes];
      for (std::int64_t strip = task * each; strip < std::min(strips, (task + 1) * each); ++strip) {
        const std::int64_t column = strip % tiles * width;
        loops->start(state, std::min(width, inner - column));
        unit(strip / tiles, column, 0, length, state, true, execution);
      }
    });
  }
  // Totals of chunks, then what precedes each chunk, then the chunks once more.
  const std::int64_t slot = width * loops->stateBytes;
  const Scratch scratch(static_cast<std::size_t>(strips * chunks * slot));
  if (!scratch) return execution.fail(Status::OutOfMemory);
  const auto each = [&](std::int64_t i, bool write) {
    const std::int64_t strip = i / chunks;
    const std::int64_t begin = i % chunks * chunk;
    const std::int64_t column = strip % tiles * width;
    char* state = scratch.as() + i * slot;
    if (!write) loops->start(state, std::min(width, inner - column));
    unit(strip / tiles, column, begin, std::min(length, begin + chunk), state, write, execution);
  };
  // Nothing comes after the last chunk.
  Status status = parallel(execution, strips * (chunks - 1),
                           [&](std::int64_t i) { each(i / (chunks - 1) * chunks + i % (chunks - 1), false); });
  if (status != Status::Ok) return status;
  for (std::int64_t strip = 0; strip < strips; ++strip) {
    const std::int64_t side = std::min(width, inner - strip % tiles * width);
    alignas(64) char before[kScanStateBytes];
    alignas(64) char total[kScanStateBytes];
    const auto bytes = static_cast<std::size_t>(side * loops->stateBytes);
    loops->start(before, side);
    for (std::int64_t c = 0; c < chunks; ++c) {
      char* state = scratch.as() + (strip * chunks + c) * slot;
      if (c + 1 < chunks) std::memcpy(total, state, bytes);
      std::memcpy(state, before, bytes);
      if (c + 1 < chunks) loops->join(before, total, side);
    }
  }
  return parallel(execution, strips * chunks, [&](std::int64_t i) { each(i, true); });
}

}  // namespace

Status scanDriver(const Kernel& kernel, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount != 2 || launch.numberCount != 2) return execution.fail(Status::Extent);
  const View& out = launch.views[0];
  const View& x = launch.views[1];
  const int axis = static_cast<int>(launch.numbers[0]);
  const int row = static_cast<int>(launch.numbers[1]);
  if (axis < -1 || axis >= x.rank) return execution.fail(Status::Extent);
  if (row < 0 || row >= kDTypes || kernel.inner[row] == nullptr) return execution.fail(Status::Unsupported);
  const std::int64_t size = x.size();
  if (out.size() != size) return execution.fail(Status::Extent);
  if (size == 0) return Status::Ok;
  const DType compute = static_cast<DType>(row);
  DType from = x.dtype;
  Scan scan;
  std::int64_t strides[kMaxRank];
  if (!scan.plan(x, axis)) {
    std::int64_t step = 1;
    for (int k = x.rank - 1; k >= 0; step *= x.shape[k--]) strides[k] = step;
    const View copy{out.data, x.shape, strides, x.rank, out.dtype};
    const Status status = copyView(copy, x, execution);
    if (status != Status::Ok) return status;
    scan = Scan{};
    if (!scan.plan(copy, axis)) return execution.fail(Status::Extent);
    from = out.dtype;
  }
  scan.loops = reinterpret_cast<GiveScanLoops>(kernel.inner[row])();
  scan.out = out.data;
  scan.load = from == compute ? nullptr : converter(compute, from);
  scan.narrow = out.dtype == compute ? nullptr : converter(out.dtype, compute);
  scan.computeSize = itemSize(compute);
  scan.toSize = itemSize(out.dtype);
  scan.divide();
  return scan.run(execution);
}

}  // namespace ndops
