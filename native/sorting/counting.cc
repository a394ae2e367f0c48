#include "sorting/counting.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "sorting/keys.h"

namespace ndops {
namespace {

// Elements that one thread counts at a time, and between two looks whether to stop.
constexpr std::int64_t kPart = std::int64_t{1} << 18;

/// S is std::int8_t or std::int16_t, U its unsigned twin.
template <class S, class U>
struct Counting {
  static constexpr int kValues = 1 << (8 * sizeof(U));

  Execution& execution;
  const KeyForm form;
  const std::int64_t n;
  // Each part has counters of its own; more parts than these cost more than they give.
  const std::int64_t parts;
  const std::int64_t part = (n + parts - 1) / parts;

  Counting(Execution& e, DType dtype, std::int64_t count, bool alone)
      : execution(e),
        form(keyForm(dtype)),
        n(count),
        parts(alone ? std::clamp<std::int64_t>(count / kPart, 1, sizeof(U) == 1 ? 64 : 8) : 1) {}

  /// Calls visit(start, end) for the part's stretches, looking between them whether to stop.
  template <class Visit>
  void stretches(std::int64_t index, Visit visit) const {
    const std::int64_t end = std::min(n, (index + 1) * part);
    for (std::int64_t start = index * part; start < end && !execution.cancelled(); start += kPart)
      visit(start, std::min(end, start + kPart));
  }

  Status sort(const U* from, U* to) const {
    // Several counters of each 8-bit value, so that equal neighbours need not wait for one another.
    constexpr int kWays = sizeof(U) == 1 ? 4 : 1;
    const Scratch scratch(static_cast<std::size_t>((parts * kWays + 1) * kValues + 1) * sizeof(std::int64_t));
    if (!scratch) return Status::OutOfMemory;
    std::int64_t* const starts = scratch.as<std::int64_t>();
    std::int64_t* const counts = starts + kValues + 1;
    std::memset(counts, 0, static_cast<std::size_t>(parts * kWays * kValues) * sizeof(std::int64_t));
    Status status = parallel(execution, parts, [&](std::int64_t p) {
      std::int64_t* const mine = counts + p * kWays * kValues;
      stretches(p, [&](std::int64_t i, std::int64_t end) {
        for (; i + kWays <= end; i += kWays)
          for (int way = 0; way < kWays; ++way) ++mine[way * kValues + from[i + way]];
        for (; i < end; ++i) ++mine[from[i]];
      });
    });
    if (status != Status::Ok) return status;

    std::int64_t at = 0;
    for (int value = 0; value < kValues; ++value) {
      const U bits = valueAt(value);
      starts[value] = at;
      for (std::int64_t way = 0; way < parts * kWays; ++way) at += counts[way * kValues + bits];
    }
    starts[kValues] = at;
    return parallel(execution, parts, [&](std::int64_t p) {
      stretches(p, [&](std::int64_t i, std::int64_t end) { write(to, i, end, starts); });
    });
  }

  U valueAt(int place) const { return static_cast<U>(bitsOfKey<S, U>(static_cast<S>(place - kValues / 2), form)); }

  /// Fills to[i, end) with the values in order.
  void write(U* to, std::int64_t i, std::int64_t end, const std::int64_t* starts) const {
    int value = static_cast<int>(std::upper_bound(starts, starts + kValues, i) - starts) - 1;
    constexpr std::int64_t kStep = 16 / sizeof(U);
    for (; i < end; ++value) {
      const std::int64_t last = std::min(end, starts[value + 1]);
      U copies[kStep];
      for (U& copy : copies) copy = valueAt(value);
      // Whole vectors may reach into the next values' places, which are written after, but not past the stretch.
      for (; i < last && i + kStep <= end; i += kStep) std::memcpy(to + i, copies, sizeof copies);
      for (; i < last; ++i) to[i] = copies[0];
      i = last;
    }
  }

  /// Calls visit(i, place) for the stretch, `place` being the place of element i among the values in order. Places are
  /// computed in blocks, which compilers vectorize. Of integers only: they have no ties among different values.
  template <class Visit>
  void places(const U* from, std::int64_t start, std::int64_t end, Visit visit) const {
    constexpr std::int64_t kBlock = 1024;
    const auto flip = static_cast<U>(form.offset ^ (kValues / 2));
    U block[kBlock];
    for (; start < end; start += kBlock) {
      const std::int64_t count = std::min(kBlock, end - start);
      for (std::int64_t i = 0; i < count; ++i) block[i] = static_cast<U>(from[start + i] ^ flip);
      for (std::int64_t i = 0; i < count; ++i) visit(start + i, block[i]);
    }
  }

  template <class Index>
  Status order(const U* from, Index* to) const {
    const Scratch scratch(static_cast<std::size_t>(parts * kValues) * sizeof(std::int64_t));
    if (!scratch) return Status::OutOfMemory;
    std::int64_t* const counts = scratch.as<std::int64_t>();
    std::memset(counts, 0, static_cast<std::size_t>(parts * kValues) * sizeof(std::int64_t));
    Status status = parallel(execution, parts, [&](std::int64_t p) {
      std::int64_t* const mine = counts + p * kValues;
      stretches(p, [&](std::int64_t start, std::int64_t end) {
        places(from, start, end, [&](std::int64_t, U place) { ++mine[place]; });
      });
    });
    if (status != Status::Ok) return status;
    // A counter becomes the position of its part's first such element: by value, then by part.
    std::int64_t at = 0;
    for (int value = 0; value < kValues; ++value)
      for (std::int64_t p = 0; p < parts; ++p) {
        const std::int64_t count = counts[p * kValues + value];
        counts[p * kValues + value] = at;
        at += count;
      }
    return parallel(execution, parts, [&](std::int64_t p) {
      std::int64_t* const positions = counts + p * kValues;
      stretches(p, [&](std::int64_t start, std::int64_t end) {
        places(from, start, end, [&](std::int64_t i, U place) { to[positions[place]++] = static_cast<Index>(i); });
      });
    });
  }
};

}  // namespace

Status countingSort(Execution& execution, DType dtype, const char* from, char* to, std::int64_t n,
                    bool alone) noexcept {
  if (itemSize(dtype) == 1)
    return Counting<std::int8_t, std::uint8_t>(execution, dtype, n, alone)
        .sort(reinterpret_cast<const std::uint8_t*>(from), reinterpret_cast<std::uint8_t*>(to));
  return Counting<std::int16_t, std::uint16_t>(execution, dtype, n, alone)
      .sort(reinterpret_cast<const std::uint16_t*>(from), reinterpret_cast<std::uint16_t*>(to));
}

Status countingOrder(Execution& execution, DType dtype, const char* from, DType out, char* to, std::int64_t n,
                     bool alone) noexcept {
  const Counting<std::int8_t, std::uint8_t> counting(execution, dtype, n, alone);
  const auto* const keys = reinterpret_cast<const std::uint8_t*>(from);
  return out == DType::Int32 ? counting.order(keys, reinterpret_cast<std::int32_t*>(to))
                             : counting.order(keys, reinterpret_cast<std::int64_t*>(to));
}

}  // namespace ndops
