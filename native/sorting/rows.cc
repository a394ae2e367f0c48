#include "sorting/rows.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"

namespace ndops {
namespace {

// A tile is at least this wide, one cache line of float32, and as wide as fits in so many bytes.
constexpr std::int64_t kTileRows = 16;
constexpr std::int64_t kTileBytes = std::int64_t{1} << 18;

struct Item16 {
  std::uint64_t halves[2];
};

/// to[w * toW + i * toI] = from[w * fromW + i * fromI], i in blocks so that both sides stay in cache.
template <class T>
void moveTile(const T* from, std::int64_t fromI, std::int64_t fromW, T* to, std::int64_t toI, std::int64_t toW,
              std::int64_t count, std::int64_t width) {
  constexpr std::int64_t kBlock = 32;
  for (std::int64_t start = 0; start < count; start += kBlock) {
    const std::int64_t end = std::min(count, start + kBlock);
    for (std::int64_t w = 0; w < width; ++w)
      for (std::int64_t i = start; i < end; ++i) to[w * toW + i * toI] = from[w * fromW + i * fromI];
  }
}

/// moveTile for any item size, by registers where one side has its rows and the other its columns contiguous.
void move(const SortLoops& loops, int size, const char* from, std::int64_t fromI, std::int64_t fromW, char* to,
          std::int64_t toI, std::int64_t toW, std::int64_t count, std::int64_t width) {
  const auto each = [&](auto zero) {
    using T = decltype(zero);
    const T* f = reinterpret_cast<const T*>(from);
    T* t = reinterpret_cast<T*>(to);
    if constexpr (sizeof(T) == 4 || sizeof(T) == 8) {
      const auto transpose = [&](auto rows, auto columns, auto fromStride, auto toStride) {
        if constexpr (sizeof(T) == 4)
          loops.transpose32(f, rows, columns, fromStride, t, toStride);
        else
          loops.transpose64(f, rows, columns, fromStride, t, toStride);
      };
      if (fromW == 1 && toI == 1) return transpose(count, width, fromI, toW);
      if (fromI == 1 && toW == 1) return transpose(width, count, fromW, toI);
    }
    moveTile<T>(f, fromI, fromW, t, toI, toW, count, width);
  };
  switch (size) {
    case 1:
      return each(std::uint8_t{});
    case 2:
      return each(std::uint16_t{});
    case 4:
      return each(std::int32_t{});
    case 8:
      return each(std::int64_t{});
    default:
      return each(Item16{});
  }
}

/// How the rows lie. `outer` are the other axes but the innermost, of `width` rows `step` apart.
struct Layout {
  std::int64_t n;
  std::int64_t results;  // elements of a result row
  std::int64_t stride;
  std::int64_t outStride;  // between elements of a result row
  std::int64_t width = 1;
  std::int64_t step = 0;
  int outerRank = 0;
  std::int64_t outerShape[kMaxRank];
  std::int64_t outerStrides[kMaxRank];
  std::int64_t groups = 1;

  Layout(const View& out, const View& in, int axis)
      : n(in.shape[axis]), results(out.shape[axis]), stride(n > 1 ? in.strides[axis] : 1), outStride(1) {
    std::int64_t shape[kMaxRank];
    std::int64_t strides[kMaxRank];
    int rank = 0;
    int before = 0;  // how many kept axes lie before `axis`: those after it never join them
    for (int i = 0; i < in.rank; ++i) {
      if (i > axis) outStride *= in.shape[i];
      if (i == axis) before = rank;
      if (i == axis || in.shape[i] == 1) continue;
      const int first = i > axis ? before : 0;
      if (rank > first && strides[rank - 1] == in.strides[i] * in.shape[i]) {
        shape[rank - 1] *= in.shape[i];
        strides[rank - 1] = in.strides[i];
      } else {
        shape[rank] = in.shape[i];
        strides[rank++] = in.strides[i];
      }
    }
    if (rank == 0) return;
    width = shape[rank - 1];
    step = strides[rank - 1];
    outerRank = rank - 1;
    for (int i = 0; i < outerRank; ++i) {
      outerShape[i] = shape[i];
      outerStrides[i] = strides[i];
      groups *= shape[i];
    }
  }

  std::int64_t groupOffset(std::int64_t group) const {
    std::int64_t offset = 0;
    for (int i = outerRank; i-- > 0; group /= outerShape[i]) offset += group % outerShape[i] * outerStrides[i];
    return offset;
  }
};

/// Some neighbouring rows, where they come from and where they go.
struct Tile {
  const char* from;
  char* to;
  std::int64_t width;
};

struct Rows {
  Execution& execution;
  const View& out;
  const View& in;
  const SortLoops& loops;
  const RowBody& body;
  const Layout layout;
  const int inSize = itemSize(in.dtype);
  const int outSize = itemSize(out.dtype);
  const bool gathers = layout.stride != 1;
  const bool scatters = layout.outStride != 1 && layout.results > 1;
  std::int64_t tileWidth = 1;

  Tile tile(std::int64_t index) const {
    const std::int64_t perGroup = (layout.width + tileWidth - 1) / tileWidth;
    const std::int64_t group = index / perGroup;
    const std::int64_t first = index % perGroup * tileWidth;
    const std::int64_t row = group * layout.width + first;
    const std::int64_t at = row / layout.outStride * layout.outStride * layout.results + row % layout.outStride;
    return {in.data + (layout.groupOffset(group) + first * layout.step) * inSize, out.data + at * outSize,
            std::min(tileWidth, layout.width - first)};
  }

  std::size_t gatherBytes() const { return gathers ? static_cast<std::size_t>(tileWidth * layout.n * inSize) : 0; }
  std::size_t scatterBytes() const {
    return scatters ? static_cast<std::size_t>(tileWidth * layout.results * outSize) : 0;
  }

  void gather(const Tile& tile, char* rows, std::int64_t start, std::int64_t end) const {
    move(loops, inSize, tile.from + start * layout.stride * inSize, layout.stride, layout.step, rows + start * inSize,
         1, layout.n, end - start, tile.width);
  }
  void scatter(const Tile& tile, const char* rows, std::int64_t start, std::int64_t end) const {
    move(loops, outSize, rows + start * outSize, 1, layout.results, tile.to + start * layout.outStride * outSize,
         layout.outStride, 1, end - start, tile.width);
  }
  /// What is left of a tile after the columns that need not become rows.
  Tile afterColumns(Tile tile, char* work) const {
    if (body.columns == nullptr || !gathers || !scatters || layout.step != 1 || layout.results != layout.n) return tile;
    const std::int64_t done =
        body.columns(body.body, tile.from, layout.stride, tile.to, layout.outStride, tile.width, work);
    return {tile.from + done * inSize, tile.to + done * outSize, tile.width - done};
  }
  Status run(const Tile& tile, const char* gathered, char* results, char* work, bool alone) const {
    // Results that need no scattering are rows one after the other.
    const std::int64_t n = layout.n;
    const std::int64_t m = layout.results;
    for (std::int64_t w = 0; w < tile.width; ++w) {
      const char* from = gathers ? gathered + w * n * inSize : tile.from + w * layout.step * inSize;
      char* to = scatters ? results + w * m * outSize : tile.to + w * m * outSize;
      const Status status = body.run(body.body, from, to, work, alone);
      if (status != Status::Ok) return status;
    }
    return Status::Ok;
  }
};

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

Status eachRow(Execution& execution, const View& out, const View& in, int axis, const SortLoops& loops,
               const RowBody& body) noexcept {
  Rows rows{execution, out, in, loops, body, Layout(out, in, axis)};
  const Layout& layout = rows.layout;
  const std::int64_t n = layout.n;
  const std::int64_t count = layout.groups * layout.width;
  if (n == 0 || count == 0 || layout.results == 0) return Status::Ok;

  const bool alone = n >= kLongRow && (count < 2 * threadCount() || n >= kLongRow * 128);
  if (rows.gathers || rows.scatters)
    rows.tileWidth = std::max(kTileRows, kTileBytes / (n * rows.inSize) / kTileRows * kTileRows);
  else
    rows.tileWidth = alone ? 1 : std::max<std::int64_t>(1, kTaskElements / n);
  rows.tileWidth = std::min(rows.tileWidth, layout.width);
  const std::int64_t tiles = layout.groups * ((layout.width + rows.tileWidth - 1) / rows.tileWidth);

  const std::size_t gathered = aligned(rows.gatherBytes());
  const std::size_t results = aligned(rows.scatterBytes());
  if (alone) {
    const Scratch scratch(gathered + results + body.workBytes);
    if (!scratch) return Status::OutOfMemory;
    char* const memory = scratch.as();
    const std::int64_t step = std::max<std::int64_t>(1, kTaskElements / rows.tileWidth) * 4;
    const std::int64_t steps = (n + step - 1) / step;
    for (std::int64_t t = 0; t < tiles; ++t) {
      const Tile tile = rows.tile(t);
      Status status = Status::Ok;
      if (rows.gathers)
        status = parallel(execution, steps,
                          [&](std::int64_t i) { rows.gather(tile, memory, i * step, std::min(n, (i + 1) * step)); });
      if (status == Status::Ok) status = rows.run(tile, memory, memory + gathered, memory + gathered + results, true);
      if (status == Status::Ok && rows.scatters)
        status = parallel(execution, (layout.results + step - 1) / step, [&](std::int64_t i) {
          rows.scatter(tile, memory + gathered, i * step, std::min(layout.results, (i + 1) * step));
        });
      if (status != Status::Ok) return status;
    }
    return Status::Ok;
  }

  // Where a group is smaller than a task is worth, a task takes several tiles.
  const std::int64_t perTask = std::max<std::int64_t>(1, kTaskElements / (n * rows.tileWidth));
  return parallel(execution, (tiles + perTask - 1) / perTask, [&](std::int64_t task) {
    const Scratch scratch(gathered + results + body.workBytes);
    if (!scratch) {
      execution.fail(Status::OutOfMemory);
      return;
    }
    char* const memory = scratch.as();
    for (std::int64_t t = task * perTask; t < std::min(tiles, (task + 1) * perTask); ++t) {
      const Tile tile = rows.afterColumns(rows.tile(t), memory + gathered + results);
      if (tile.width == 0) continue;
      if (rows.gathers) rows.gather(tile, memory, 0, n);
      const Status status = rows.run(tile, memory, memory + gathered, memory + gathered + results, false);
      if (status != Status::Ok) {
        if (status != Status::Cancelled) execution.fail(status);
        return;
      }
      if (rows.scatters) rows.scatter(tile, memory + gathered, 0, layout.results);
    }
  });
}

Status oneRow(Execution& execution, const View& out, const View& in, const SortLoops& loops,
              const RowBody& body) noexcept {
  const std::int64_t size = in.size();
  const std::int64_t one = 1;
  const View flatOut{out.data, &size, &one, 1, out.dtype};
  bool contiguous = true;
  std::int64_t step = 1;
  for (int axis = in.rank; axis-- > 0; step *= in.shape[axis])
    contiguous = contiguous && (in.shape[axis] == 1 || in.strides[axis] == step);
  if (contiguous || size == 0)
    return eachRow(execution, flatOut, View{in.data, &size, &one, 1, in.dtype}, 0, loops, body);

  const Scratch copy(static_cast<std::size_t>(size * itemSize(in.dtype)));
  if (!copy) return Status::OutOfMemory;
  const auto copyRow = [&](const char* from, char* to, char*, bool) {
    std::memcpy(to, from, static_cast<std::size_t>(in.shape[in.rank - 1] * itemSize(in.dtype)));
    return Status::Ok;
  };
  const View copied{copy.as(), in.shape, in.strides, in.rank, in.dtype};
  const Status status = eachRow(execution, copied, in, in.rank - 1, loops, rowBody(copyRow, 0));
  if (status != Status::Ok) return status;
  return eachRow(execution, flatOut, View{copy.as(), &size, &one, 1, in.dtype}, 0, loops, body);
}

}  // namespace ndops
