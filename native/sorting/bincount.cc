// Driver of bincount: the range first, which gives the result its size, then private tables for fixed chunks of each
// row, added up in their order: weighted sums have the same bits for any number of threads.
#include "sorting/bincount.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "core/registry.h"
#include "manipulation/copy.h"

namespace ndops {
namespace {

constexpr std::int64_t kChunk = std::int64_t{1} << 16;
constexpr std::int64_t kMostChunks = 64;
// Elements between two looks at the cancel flag.
constexpr std::int64_t kSegment = std::int64_t{1} << 18;
// Four tables take turns while they fit into L1 together.
constexpr std::int64_t kWaysBytes = 32768;
// Bins that one task adds up.
constexpr std::int64_t kMergeBins = std::int64_t{1} << 14;
constexpr std::int64_t kStaged = 2048;

std::int64_t ceilDivide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

bool isContiguous(const View& view) {
  std::int64_t step = 1;
  for (int axis = view.rank - 1; axis >= 0; step *= view.shape[axis--])
    if (view.shape[axis] != 1 && view.strides[axis] != step) return false;
  return true;
}

/// The elements of a view in C order: where they are, or copied and converted.
class Dense {
 public:
  Dense(const View& view, DType dtype) noexcept
      : view_(view),
        dtype_(dtype),
        direct_(view.dtype == dtype && isContiguous(view)),
        scratch_(direct_ ? 0 : static_cast<std::size_t>(view.size()) * static_cast<std::size_t>(itemSize(dtype))) {}
  Status make(Execution& execution) noexcept {
    if (direct_ || view_.size() == 0) return Status::Ok;
    if (!scratch_) return execution.fail(Status::OutOfMemory);
    std::int64_t strides[kMaxRank];
    std::int64_t step = 1;
    for (int axis = view_.rank - 1; axis >= 0; step *= view_.shape[axis--]) strides[axis] = step;
    return copyView({scratch_.as(), view_.shape, strides, view_.rank, dtype_}, view_, execution);
  }
  const char* data() const { return direct_ ? view_.data : scratch_.as(); }

 private:
  const View& view_;
  DType dtype_;
  bool direct_;
  Scratch scratch_;
};

struct Counting {
  const BincountLoops& loops;
  Execution& execution;
  const char* x;
  int xSize;
  const char* weights;  // null, or of dtype `weightType`
  DType weightType;
  DType tableType;  // Uint32 or Uint64 counts, Int64 or Float64 sums
  char* out;
  DType outType;
  std::int64_t rows;
  std::int64_t n;
  std::int64_t bins;

  int tableSize() const { return itemSize(tableType); }

  /// Takes elements [begin, end) of all into tables; fails where one has no bin, as memory may have changed.
  void take(char* tables, int ways, std::int64_t begin, std::int64_t end) const;
  void count(char* table, std::int64_t begin, std::int64_t end) const;
  void fold(char* into, const char* from, std::int64_t count) const;
  Status run() const;
};

void Counting::take(char* tables, int ways, std::int64_t begin, std::int64_t end) const {
  const auto checked = [&](std::int64_t first, std::int64_t taken, std::int64_t wanted) {
    if (taken != wanted) execution.fail(Status::Value, static_cast<double>(first + taken), -1);
    return taken == wanted;
  };
  if (weights == nullptr) {
    for (; begin < end && !execution.cancelled(); begin += kSegment) {
      const std::int64_t some = std::min(kSegment, end - begin);
      const char* from = x + begin * xSize;
      const std::int64_t taken = tableType == DType::Uint32
                                     ? loops.count32(reinterpret_cast<std::uint32_t*>(tables), ways, bins, from, some)
                                     : loops.count64(reinterpret_cast<std::uint64_t*>(tables), ways, bins, from, some);
      if (!checked(begin, taken, some)) return;
    }
    return;
  }
  const Convert load = weightType == tableType ? nullptr : converter(tableType, weightType);
  alignas(64) char staged[kStaged * 8];
  const std::int64_t most = load == nullptr ? kSegment : kStaged;
  for (; begin < end && !execution.cancelled(); begin += most) {
    const std::int64_t some = std::min(most, end - begin);
    const char* from = weights + begin * itemSize(weightType);
    if (load != nullptr) {
      load(staged, from, some);
      from = staged;
    }
    const std::int64_t taken =
        tableType == DType::Float64
            ? loops.addReals(reinterpret_cast<double*>(tables), ways, bins, x + begin * xSize,
                             reinterpret_cast<const double*>(from), some)
            : loops.addIntegers(reinterpret_cast<std::uint64_t*>(tables), ways, bins, x + begin * xSize,
                                reinterpret_cast<const std::uint64_t*>(from), some);
    if (!checked(begin, taken, some)) return;
  }
}

template <class T>
void addAll(char* into, const char* from, std::int64_t count) {
  T* to = reinterpret_cast<T*>(into);
  const T* more = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < count; ++i) to[i] += more[i];
}
void Counting::fold(char* into, const char* from, std::int64_t count) const {
  if (tableType == DType::Uint32)
    addAll<std::uint32_t>(into, from, count);
  else if (tableType == DType::Float64)
    addAll<double>(into, from, count);
  else
    addAll<std::uint64_t>(into, from, count);
}

/// One chunk into a table of its own.
void Counting::count(char* table, std::int64_t begin, std::int64_t end) const {
  const std::int64_t bytes = bins * tableSize();
  if (4 * bytes > kWaysBytes || end - begin < 4 * bins) {
    std::memset(table, 0, static_cast<std::size_t>(bytes));
    return take(table, 1, begin, end);
  }
  alignas(64) char tables[kWaysBytes];
  std::memset(tables, 0, static_cast<std::size_t>(4 * bytes));
  take(tables, 4, begin, end);
  fold(tables, tables + bytes, bins);
  fold(tables + 2 * bytes, tables + 3 * bytes, bins);
  fold(tables, tables + 2 * bytes, bins);
  std::memcpy(table, tables, static_cast<std::size_t>(bytes));
}

Status Counting::run() const {
  // Clearing and adding up tables must stay small beside the counting.
  const std::int64_t chunks = std::clamp<std::int64_t>(n / std::max(kChunk, 4 * bins), 1, kMostChunks);
  const std::int64_t length = ceilDivide(n, chunks);
  const std::int64_t units = rows * chunks;
  const std::int64_t bytes = bins * tableSize();
  // Counts of one chunk are the result itself.
  const bool direct = chunks == 1 && itemSize(outType) == tableSize() && isInteger(outType) == isInteger(tableType);
  const Scratch scratch(direct ? 0 : static_cast<std::size_t>(units * bytes));
  if (!scratch) return execution.fail(Status::OutOfMemory);
  char* tables = direct ? out : scratch.as();
  const std::int64_t each = std::max<std::int64_t>(1, kChunk / (length + bins));
  const Status status = parallel(execution, ceilDivide(units, each), [&](std::int64_t task) {
    for (std::int64_t unit = task * each; unit < std::min(units, (task + 1) * each); ++unit) {
      const std::int64_t first = unit / chunks * n;
      const std::int64_t begin = std::min(n, unit % chunks * length);
      count(tables + unit * bytes, first + begin, first + std::min(n, begin + length));
    }
  });
  if (status != Status::Ok || direct) return status;
  const Convert store = converter(outType, tableType);
  const std::int64_t merges = ceilDivide(bins, kMergeBins);
  return parallel(execution, rows * merges, [&](std::int64_t task) {
    const std::int64_t row = task / merges;
    const std::int64_t first = task % merges * kMergeBins;
    const std::int64_t some = std::min(kMergeBins, bins - first);
    char* table = tables + row * chunks * bytes + first * tableSize();
    for (std::int64_t c = 1; c < chunks; ++c) fold(table, table + c * bytes, some);
    store(out + (row * bins + first) * itemSize(outType), table, some);
  });
}

/// The smallest and the largest of all elements.
Status rangeOf(const BincountLoops& loops, const char* x, int size, std::int64_t n, Execution& execution,
               std::int64_t* low, std::int64_t* high) {
  const std::int64_t length = std::max(kSegment, ceilDivide(n, 256));
  std::int64_t lows[256];
  std::int64_t highs[256];
  const std::int64_t parts = ceilDivide(n, length);
  const Status status = parallel(execution, parts, [&](std::int64_t part) {
    const std::int64_t first = part * length;
    loops.range(x + first * size, std::min(length, n - first), lows + part, highs + part);
  });
  if (status != Status::Ok) return status;
  *low = *std::min_element(lows, lows + parts);
  *high = *std::max_element(highs, highs + parts);
  if (*low >= 0) return Status::Ok;
  // The first negative one, for the message.
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t least = 0;
    std::int64_t most = 0;
    loops.range(x + i * size, 1, &least, &most);
    if (least < 0) return execution.fail(Status::Value, static_cast<double>(i), static_cast<double>(least));
  }
  return execution.fail(Status::Value, 0, static_cast<double>(*low));
}

}  // namespace

Status bincountDriver(const Kernel& kernel, const Launch& launch) noexcept {
  Execution& execution = *launch.execution;
  if (launch.viewCount < 2 || launch.viewCount > 3 || launch.numberCount != 2) return execution.fail(Status::Extent);
  const View& x = launch.views[1];
  const Inner inner = kernel.inner[static_cast<int>(x.dtype)];
  if (inner == nullptr) return execution.fail(Status::Unsupported);
  const bool weighted = launch.viewCount == 3;
  const auto compute = static_cast<DType>(static_cast<int>(launch.numbers[1]));
  if (weighted && compute != DType::Int64 && compute != DType::Float64) return execution.fail(Status::Unsupported);
  if (x.rank < 1 || x.rank > 2) return execution.fail(Status::Extent);
  if (weighted) {
    const View& w = launch.views[2];
    if (w.rank != x.rank || !std::equal(w.shape, w.shape + w.rank, x.shape)) return execution.fail(Status::Extent);
  }
  const BincountLoops& loops = *reinterpret_cast<GiveBincountLoops>(inner)();
  const std::int64_t size = x.size();
  Dense elements(x, x.dtype);
  Status status = elements.make(execution);
  if (status != Status::Ok) return status;

  std::int64_t low = 0;
  std::int64_t high = -1;
  if (size > 0) status = rangeOf(loops, elements.data(), itemSize(x.dtype), size, execution, &low, &high);
  if (status != Status::Ok) return status;
  const double asked = launch.numbers[0];
  if (high > std::int64_t{1} << 53 || !(asked >= 0 && asked <= 0x1p53)) return execution.fail(Status::TooLarge);
  const std::int64_t bins = std::max(high + 1, static_cast<std::int64_t>(asked));
  const std::int64_t rows = x.rank == 2 ? x.shape[0] : 1;
  const DType outType = launch.views[0].dtype;
  char* out = nullptr;
  status = execution.bindLate(rows, bins, outType, &out);
  if (status != Status::Ok || rows * bins == 0) return status;

  // Contiguous weights are converted on the way.
  const View none{nullptr, nullptr, nullptr, 0, compute};
  const View& w = weighted ? launch.views[2] : none;
  const DType weightType = isContiguous(w) ? w.dtype : compute;
  Dense weights(w, weightType);
  status = weights.make(execution);
  if (status != Status::Ok) return status;
  const DType counts = outType == DType::Int32 ? DType::Uint32 : DType::Uint64;
  const Counting counting{loops,
                          execution,
                          elements.data(),
                          itemSize(x.dtype),
                          weighted ? weights.data() : nullptr,
                          weightType,
                          weighted ? compute : counts,
                          out,
                          outType,
                          rows,
                          x.rank == 2 ? x.shape[1] : size,
                          bins};
  return counting.run();
}

}  // namespace ndops
