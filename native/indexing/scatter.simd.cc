// Inner loops of scatter, scatterUpdate and the segment ops.
#include "indexing/scatter.h"

#include <cstring>
#include <type_traits>

#include "core/table.h"
#include "indexing/combine.h"
#include "simd/item.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class Combine, class T, class To>
inline void combineRows(To* out, const std::int64_t* to, const char* updates, const std::int64_t* from,
                        std::int64_t step, std::int64_t n, std::int64_t width) {
  const T* in = reinterpret_cast<const T*>(updates);
  if (width == 1) {
    for (std::int64_t i = 0; i < n; ++i) {
      To& place = out[to[i]];
      place = Combine::of(place, converted<To>(in[from[i]]));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    To* __restrict row = out + to[i];
    const T* __restrict update = in + from[i];
    if (step == 1) {
      for (std::int64_t j = 0; j < width; ++j) row[j] = Combine::of(row[j], converted<To>(update[j]));
    } else {
      for (std::int64_t j = 0; j < width; ++j) row[j] = Combine::of(row[j], converted<To>(update[j * step]));
    }
  }
}

void drop(std::int64_t* ids, std::int64_t n, std::int64_t size) {
  for (std::int64_t i = 0; i < n; ++i)
    ids[i] = static_cast<std::uint64_t>(ids[i]) < static_cast<std::uint64_t>(size) ? ids[i] : -1;
}

template <class I>
void clamp(std::uint32_t* __restrict rows, const char* ids, std::int64_t step, std::int64_t size, std::int64_t n) {
  // Negative ids are the largest once unsigned.
  using U = std::conditional_t<sizeof(I) == 8, std::uint64_t, std::uint32_t>;
  const I* in = reinterpret_cast<const I*>(ids);
  const U last = static_cast<U>(size);
  const auto one = [last](I id) {
    const U given = static_cast<U>(id);
    return static_cast<std::uint32_t>(given < last ? given : last);
  };
  if (step == 1)
    for (std::int64_t i = 0; i < n; ++i) rows[i] = one(in[i]);
  else
    for (std::int64_t i = 0; i < n; ++i) rows[i] = one(in[i * step]);
  // From here on the compiler may not go back to the shared memory.
  __asm__ volatile("" : : "r"(rows) : "memory");
}

bool inside(const std::int64_t* rows, std::int64_t n, std::int64_t low, std::int64_t count) {
  std::int64_t outside = 0;
  for (std::int64_t i = 0; i < n; ++i)
    outside |=
        static_cast<std::uint64_t>(rows[i]) - static_cast<std::uint64_t>(low) >= static_cast<std::uint64_t>(count);
  return outside == 0;
}

std::int64_t within(std::int64_t* __restrict to, std::int64_t* __restrict from, const std::int64_t* __restrict rows,
                    std::int64_t n, std::int64_t low, std::int64_t count, std::int64_t width, std::int64_t first,
                    std::int64_t step) {
  if (inside(rows, n, low, count)) {
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] = rows[i] * width;
      from[i] = (first + i) * step;
    }
    return n;
  }
  std::int64_t found = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    to[found] = rows[i] * width;
    from[found] = (first + i) * step;
    found += static_cast<std::uint64_t>(rows[i]) - static_cast<std::uint64_t>(low) < static_cast<std::uint64_t>(count);
  }
  return found;
}

std::int64_t highest(const std::int64_t* ids, std::int64_t n) {
  std::int64_t most = -1;
  for (std::int64_t i = 0; i < n; ++i) most = ids[i] > most ? ids[i] : most;
  return most;
}

/// What no dtype of the updates changes.
constexpr ScatterLoops common() {
  ScatterLoops loops{};
  loops.clamp[static_cast<int>(DType::Uint8)] = clamp<std::uint8_t>;
  loops.clamp[static_cast<int>(DType::Uint16)] = clamp<std::uint16_t>;
  loops.clamp[static_cast<int>(DType::Uint32)] = clamp<std::uint32_t>;
  loops.clamp[static_cast<int>(DType::Uint64)] = clamp<std::uint64_t>;
  loops.clamp[static_cast<int>(DType::Int8)] = clamp<std::int8_t>;
  loops.clamp[static_cast<int>(DType::Int16)] = clamp<std::int16_t>;
  loops.clamp[static_cast<int>(DType::Int32)] = clamp<std::int32_t>;
  loops.clamp[static_cast<int>(DType::Int64)] = clamp<std::int64_t>;
  loops.drop = drop;
  loops.highest = highest;
  loops.inside = inside;
  loops.within = within;
  return loops;
}

template <class Of>
const ScatterLoops* give() {
  static constexpr ScatterLoops loops = Of::made();
  return &loops;
}

template <class Combine, class T>
struct Loops {
  using Out = Given<T>;

  static void apply(char* out, const std::int64_t* to, const char* updates, const std::int64_t* from, std::int64_t step,
                    std::int64_t n, std::int64_t width) {
    combineRows<Combine, T>(reinterpret_cast<Out*>(out), to, updates, from, step, n, width);
  }

  static void applyItems(char* out, const std::int64_t* rows, const char* updates, std::int64_t step, std::int64_t n) {
    Out* items = reinterpret_cast<Out*>(out);
    const T* in = reinterpret_cast<const T*>(updates);
    for (std::int64_t i = 0; i < n; ++i) items[rows[i]] = Combine::of(items[rows[i]], converted<Out>(in[i * step]));
  }

  static void fill(char* out, std::int64_t n) {
    const Out start = Combine::template start<Out>();
    for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<Out*>(out)[i] = start;
  }

  static constexpr ScatterLoops made() {
    ScatterLoops loops = common();
    loops.apply = apply;
    loops.applyItems = applyItems;
    loops.fill = fill;
    if constexpr (!Combine::kOrdered) Tables<Out>::add(&loops);
    return loops;
  }

  /// With accumulators. (A template, for orders that have none.)
  template <class O>
  struct Tables {
    using Wide = typename Combine::template Wide<O>;

    static void clear(char* table, std::int64_t n) {
      const Wide nothing = Combine::template nothing<Wide>();
      for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<Wide*>(table)[i] = nothing;
    }
    static void tally(char* table, const std::int64_t* to, const char* updates, const std::int64_t* from,
                      std::int64_t step, std::int64_t n, std::int64_t width) {
      combineRows<Combine, T>(reinterpret_cast<Wide*>(table), to, updates, from, step, n, width);
    }

    /// Rows one by one; where a group is of one row (ids that are sorted, or nearly), lanes side by side.
    template <class Quick, int ways>
    static void tallyBy(Wide* tables, std::int64_t apart, const std::uint32_t* rows, const Wide* values,
                        std::int64_t n) {
      constexpr int kGroup = 16;
      constexpr int kLanes = kGroup / 2;
      const auto isOf = [rows](std::int64_t i, std::uint32_t row) {
        // The usual case apart: ids in no order.
        if (rows[i + kGroup / 2] != row || rows[i + kGroup - 1] != row) return false;
        // Aligned as what they are loaded and stored by: AddressSanitizer's own stack frames are not by themselves.
        alignas(64) std::uint64_t pairs[kGroup / 2];
        std::memcpy(pairs, rows + i, sizeof pairs);
        const std::uint64_t both = static_cast<std::uint64_t>(row) << 32 | row;
        std::uint64_t differ = 0;
        for (const std::uint64_t pair : pairs) differ |= pair ^ both;
        return differ == 0;
      };
      std::int64_t i = 0;
      while (i + kGroup <= n) {
        const std::uint32_t row = rows[i];
        if (!isOf(i, row)) {
          const Wide* own = values + i;
          // Else g++ loads a group into vectors, for the other branch, and takes it apart again.
          __asm__("" : "+r"(own));
#pragma GCC unroll 16
          for (int l = 0; l < kGroup; ++l) {
            Wide& place = tables[l % ways * apart + rows[i + l]];
            place = Quick::of(place, own[l]);
          }
          i += kGroup;
          continue;
        }
        alignas(64) Wide lanes[kLanes];
        for (int l = 0; l < kLanes; ++l) lanes[l] = Quick::of(values[i + l], values[i + kLanes + l]);
        for (i += kGroup; i + kGroup <= n && isOf(i, row); i += kGroup)
          for (int l = 0; l < kLanes; ++l)
            lanes[l] = Quick::of(lanes[l], Quick::of(values[i + l], values[i + kLanes + l]));
        for (int half = kLanes / 2; half > 0; half /= 2)
          for (int l = 0; l < half; ++l) lanes[l] = Quick::of(lanes[l], lanes[l + half]);
        tables[row] = Quick::of(tables[row], lanes[0]);
      }
      for (; i < n; ++i) {
        Wide& place = tables[i % ways * apart + rows[i]];
        place = Quick::of(place, values[i]);
      }
    }

    template <class Quick>
    static void tallyInto(Wide* tables, std::int64_t apart, int ways, const std::uint32_t* rows, const Wide* values,
                          std::int64_t n) {
      if (ways == 8) return tallyBy<Quick, 8>(tables, apart, rows, values, n);
      tallyBy<Quick, 2>(tables, apart, rows, values, n);
    }

    static void tallyRows(char* tables, std::int64_t apart, int ways, const std::uint32_t* rows, const char* updates,
                          std::int64_t step, std::int64_t n) {
      const T* in = reinterpret_cast<const T*>(updates);
      Wide* table = reinterpret_cast<Wide*>(tables);
      alignas(64) Wide room[kTally];
      const Wide* values = room;
      if (step != 1)
        for (std::int64_t i = 0; i < n; ++i) room[i] = converted<Wide>(in[i * step]);
      else if constexpr (std::is_same_v<T, Wide>)
        values = in;
      else
        for (std::int64_t i = 0; i < n; ++i) room[i] = converted<Wide>(in[i]);
      if constexpr (!std::is_same_v<typename Combine::Numbers, Combine> && std::is_floating_point_v<Wide>) {
        // As wide as the values, for the sake of vectors.
        std::conditional_t<sizeof(Wide) == 4, std::int32_t, std::int64_t> strange = 0;
        for (std::int64_t i = 0; i < n; ++i) strange |= values[i] != values[i];
        if (strange == 0) return tallyInto<typename Combine::Numbers>(table, apart, ways, rows, values, n);
      }
      tallyInto<Combine>(table, apart, ways, rows, values, n);
    }

    static void merge(char* into, const char* from, std::int64_t n) {
      Wide* __restrict to = reinterpret_cast<Wide*>(into);
      const Wide* __restrict in = reinterpret_cast<const Wide*>(from);
      for (std::int64_t i = 0; i < n; ++i) to[i] = Combine::of(to[i], in[i]);
    }

    static void finish(char* out, const char* table, std::int64_t n, bool onto) {
      O* to = reinterpret_cast<O*>(out);
      const Wide* in = reinterpret_cast<const Wide*>(table);
      const O start = Combine::template start<O>();
      for (std::int64_t i = 0; i < n; ++i)
        to[i] = converted<O>(Combine::of(converted<Wide>(onto ? to[i] : start), in[i]));
    }

    static constexpr void add(ScatterLoops* loops) {
      loops->accumulator = sizeof(Wide);
      loops->clear = clear;
      loops->tally = tally;
      loops->tallyRows = tallyRows;
      loops->merge = merge;
      loops->finish = finish;
    }
  };
};

/// Updates that replace what was there: items moved, whatever their type.
template <int Size>
struct Moves {
  using T = Item<Size>;

  static void apply(char* out, const std::int64_t* to, const char* updates, const std::int64_t* from, std::int64_t step,
                    std::int64_t n, std::int64_t width) {
    T* items = reinterpret_cast<T*>(out);
    const T* in = reinterpret_cast<const T*>(updates);
    if (width == 1) {
      for (std::int64_t i = 0; i < n; ++i) items[to[i]] = in[from[i]];
      return;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      T* row = items + to[i];
      const T* update = in + from[i];
      if (step == 1) {
        std::memcpy(static_cast<void*>(row), update, static_cast<std::size_t>(width) * Size);
      } else {
        for (std::int64_t j = 0; j < width; ++j) row[j] = update[j * step];
      }
    }
  }
  static void applyItems(char* out, const std::int64_t* rows, const char* updates, std::int64_t step, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
      reinterpret_cast<T*>(out)[rows[i]] = reinterpret_cast<const T*>(updates)[i * step];
  }
  static void fill(char* out, std::int64_t n) { std::memset(out, 0, static_cast<std::size_t>(n) * Size); }

  static constexpr ScatterLoops made() {
    ScatterLoops loops = common();
    loops.apply = apply;
    loops.applyItems = applyItems;
    loops.fill = fill;
    return loops;
  }
};

#define COMBINED(D, Way) reinterpret_cast<Inner>(&give<Loops<Way, typename StorageOf<DType::D>::type>>)
#define ROWS(D, O)                                                                                          \
  {"scatter", scatter, DType::D, DType::O, COMBINED(D, Sum)},                                               \
      {"scatterMax", scatter, DType::D, DType::O, COMBINED(D, Greatest)},                                   \
      {"scatterMin", scatter, DType::D, DType::O, COMBINED(D, Least)},                                      \
      {"scatterMultiply", scatter, DType::D, DType::O, COMBINED(D, Product)}, {                             \
    "scatterUpdate", scatter, DType::D, DType::D, reinterpret_cast<Inner>(&give<Moves<itemSize(DType::D)>>) \
  }

const Row kRows[] = {
    ROWS(Bool, Bool),
    ROWS(Uint8, Uint8),
    ROWS(Uint16, Uint16),
    ROWS(Uint32, Uint32),
    ROWS(Uint64, Uint64),
    ROWS(Int8, Int8),
    ROWS(Int16, Int16),
    ROWS(Int32, Int32),
    ROWS(Int64, Int64),
    ROWS(Float16, Float32),
    ROWS(Bfloat16, Float32),
    ROWS(Float32, Float32),
    ROWS(Float64, Float64),
    ROWS(Complex64, Complex64),
    ROWS(Complex128, Complex128),
    {"segmentSum", segmentSum, DType::Bool, DType::Bool, nullptr},
    {"segmentMax", segmentMax, DType::Bool, DType::Bool, nullptr},
};
#undef ROWS
#undef COMBINED

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
