// Inner loops of scatter, scatterUpdate and the segment ops.
#include "indexing/scatter.h"

#include <cstring>
#include <type_traits>

#include "core/table.h"
#include "indexing/combine.h"
#include "simd/item.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

template <class I>
std::int64_t highest(const char* ids, std::int64_t step, std::int64_t n) {
  const I* in = reinterpret_cast<const I*>(ids);
  I most = in[0];
  if (step == 1)
    for (std::int64_t i = 1; i < n; ++i) most = in[i] > most ? in[i] : most;
  else
    for (std::int64_t i = 1; i < n; ++i) most = in[i * step] > most ? in[i * step] : most;
  if constexpr (std::is_same_v<I, std::uint64_t>)
    return static_cast<std::int64_t>(most >> 63 ? ~std::uint64_t{0} >> 1 : most);
  else
    return static_cast<std::int64_t>(most);
}

/// What no dtype of the updates changes.
constexpr ScatterLoops common() {
  ScatterLoops loops{};
  loops.clamp[static_cast<int>(DType::Uint8)] = clamp<std::uint8_t>;
  loops.highest[static_cast<int>(DType::Uint8)] = highest<std::uint8_t>;
  loops.clamp[static_cast<int>(DType::Uint16)] = clamp<std::uint16_t>;
  loops.highest[static_cast<int>(DType::Uint16)] = highest<std::uint16_t>;
  loops.clamp[static_cast<int>(DType::Uint32)] = clamp<std::uint32_t>;
  loops.highest[static_cast<int>(DType::Uint32)] = highest<std::uint32_t>;
  loops.clamp[static_cast<int>(DType::Uint64)] = clamp<std::uint64_t>;
  loops.highest[static_cast<int>(DType::Uint64)] = highest<std::uint64_t>;
  loops.clamp[static_cast<int>(DType::Int8)] = clamp<std::int8_t>;
  loops.highest[static_cast<int>(DType::Int8)] = highest<std::int8_t>;
  loops.clamp[static_cast<int>(DType::Int16)] = clamp<std::int16_t>;
  loops.highest[static_cast<int>(DType::Int16)] = highest<std::int16_t>;
  loops.clamp[static_cast<int>(DType::Int32)] = clamp<std::int32_t>;
  loops.highest[static_cast<int>(DType::Int32)] = highest<std::int32_t>;
  loops.clamp[static_cast<int>(DType::Int64)] = clamp<std::int64_t>;
  loops.highest[static_cast<int>(DType::Int64)] = highest<std::int64_t>;
  loops.drop = drop;
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

    /// What updates are read as: halves are converted before, all others on the way to their accumulator.
    using From = std::conditional_t<kIsHalf<T>, Wide, T>;
    static Wide wide(From x) { return converted<Wide>(x); }
    static void widePair(const From* from, Wide* to) {
#if defined(__x86_64__)
      if constexpr (std::is_same_v<From, float> && std::is_same_v<Wide, double>) {
        // One conversion for both: left to itself the compiler makes two.
        const __m128i both = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
        _mm_storeu_pd(to, _mm_cvtps_pd(_mm_castsi128_ps(both)));
        return;
      }
#endif
      to[0] = wide(from[0]);
      to[1] = wide(from[1]);
    }
    /// One value into one place. Its address is worked out by each of the two instructions that take it: for nothing,
    /// where a register for it would be one more instruction.
    template <class Quick>
    static void bring(Wide* table, std::uint64_t row, Wide value) {
      const Wide sum = Quick::of(table[row], value);
      __asm__("" : "+r"(row));
      table[row] = sum;
    }

    /// Ids one by one; where a group is of one id (ids that are sorted, or nearly), lanes side by side.
    template <class Quick, int ways>
    static void tallyBy(Wide* tables, std::int64_t apart, const std::uint32_t* ids, std::uint64_t size,
                        const From* values, std::int64_t n) {
      constexpr int kGroup = 16;
      constexpr int kLanes = kGroup / 2;
      // Each id is read once for use as a place: another thread may change it.
      const auto read = [ids](std::int64_t i) -> std::uint64_t { return __atomic_load_n(ids + i, __ATOMIC_RELAXED); };
      const auto rowOf = [size](std::uint64_t id) { return id < size ? id : size; };
      const auto isOf = [ids, read](std::int64_t i, std::uint64_t id) {
        // The usual case apart: ids in no order.
        if (read(i + kGroup / 2) != id || read(i + kGroup - 1) != id) return false;
        // Aligned as what they are loaded and stored by: AddressSanitizer's own stack frames are not by themselves.
        alignas(64) std::uint64_t pairs[kGroup / 2];
        std::memcpy(pairs, ids + i, sizeof pairs);
        const std::uint64_t both = id << 32 | id;
        std::uint64_t differ = 0;
        for (const std::uint64_t pair : pairs) differ |= pair ^ both;
        return differ == 0;
      };
      std::int64_t i = 0;
      while (i + kGroup <= n) {
        const std::uint64_t id = read(i);
        if (!isOf(i, id)) {
          const From* own = values + i;
          // Else g++ loads a group into vectors, for the other branch, and takes it apart again.
          __asm__("" : "+r"(own));
#pragma GCC unroll 8
          for (int l = 0; l < kGroup; l += 2) {
            Wide pair[2];
            widePair(own + l, pair);
            const std::uint64_t first = rowOf(read(i + l));
            const std::uint64_t second = rowOf(read(i + l + 1));
            bring<Quick>(tables + l % ways * apart, first, pair[0]);
            bring<Quick>(tables + (l + 1) % ways * apart, second, pair[1]);
          }
          i += kGroup;
          continue;
        }
        alignas(64) Wide lanes[kLanes];
        for (int l = 0; l < kLanes; ++l) lanes[l] = Quick::of(wide(values[i + l]), wide(values[i + kLanes + l]));
        for (i += kGroup; i + kGroup <= n && isOf(i, id); i += kGroup)
          for (int l = 0; l < kLanes; ++l)
            lanes[l] = Quick::of(lanes[l], Quick::of(wide(values[i + l]), wide(values[i + kLanes + l])));
        for (int half = kLanes / 2; half > 0; half /= 2)
          for (int l = 0; l < half; ++l) lanes[l] = Quick::of(lanes[l], lanes[l + half]);
        bring<Quick>(tables, rowOf(id), lanes[0]);
      }
      for (; i < n; ++i) bring<Quick>(tables + i % ways * apart, rowOf(read(i)), wide(values[i]));
    }

    template <class Quick>
    static void tallyInto(Wide* tables, std::int64_t apart, int ways, const std::uint32_t* ids, std::uint64_t size,
                          const From* values, std::int64_t n) {
      if (ways == 8) return tallyBy<Quick, 8>(tables, apart, ids, size, values, n);
      tallyBy<Quick, 2>(tables, apart, ids, size, values, n);
    }

    static void tallyRows(char* tables, std::int64_t apart, int ways, const std::uint32_t* ids, std::int64_t size,
                          const char* updates, std::int64_t step, std::int64_t n) {
      const T* in = reinterpret_cast<const T*>(updates);
      Wide* table = reinterpret_cast<Wide*>(tables);
      const std::uint64_t end = static_cast<std::uint64_t>(size);
      alignas(64) From room[kTally];
      const From* values = room;
      if (step != 1)
        for (std::int64_t i = 0; i < n; ++i) room[i] = converted<From>(in[i * step]);
      else if constexpr (std::is_same_v<T, From>)
        values = in;
      else
        for (std::int64_t i = 0; i < n; ++i) room[i] = converted<From>(in[i]);
      if constexpr (!std::is_same_v<typename Combine::Numbers, Combine> && std::is_floating_point_v<From>) {
        // As wide as the values, for the sake of vectors.
        std::conditional_t<sizeof(From) == 4, std::int32_t, std::int64_t> strange = 0;
        for (std::int64_t i = 0; i < n; ++i) strange |= values[i] != values[i];
        if (strange == 0) return tallyInto<typename Combine::Numbers>(table, apart, ways, ids, end, values, n);
      }
      tallyInto<Combine>(table, apart, ways, ids, end, values, n);
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
