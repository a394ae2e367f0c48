// Inner loops of scatter, scatterUpdate and the segment ops.
#include "indexing/scatter.h"

#include <cstring>
#include <limits>
#include <type_traits>

#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "simd/half.h"
#include "simd/item.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>;
/// What updates of T become.
template <class T>
using Given = std::conditional_t<kIsHalf<T>, float, T>;

template <class To, class T>
inline To converted(T x) {
  if constexpr (kIsHalf<T>)
    return static_cast<To>(widen(x));
  else if constexpr (kIsComplex<T>)
    return {static_cast<decltype(To::re)>(x.re), static_cast<decltype(To::im)>(x.im)};
  else if constexpr (std::is_arithmetic_v<T>)
    return static_cast<To>(x);
  else
    return x;
}

// How updates combine: `Wide` is what they add up in, `nothing` what leaves any other value as it is, `start` what an
// output without updates is.
struct Sum : Add {
  static constexpr bool kOrdered = false;
  template <class T>
  using Wide = std::conditional_t<std::is_same_v<T, float>, double,
                                  std::conditional_t<std::is_same_v<T, Complex64>, Complex128, T>>;
  template <class T>
  static T nothing() {
    if constexpr (kIsComplex<T>)
      return {-0.0, -0.0};
    else if constexpr (std::is_floating_point_v<T>)
      return T{-0.0};
    else
      return T{};
  }
  template <class T>
  static T start() {
    return T{};
  }
};

template <class Combine, bool greatest>
struct Extremum {
  static constexpr bool kOrdered = false;
  template <class T>
  static T of(T x, T y) {
    if constexpr (std::is_floating_point_v<T>) {
      // The rare case apart, so that the usual one is one instruction and no branch that data decides.
      const T best = greatest ? (y > x ? y : x) : (y < x ? y : x);
      return __builtin_expect(y != y, 0) ? y : best;
    } else {
      return Combine::of(x, y);
    }
  }
  template <class T>
  using Wide = T;
  template <class T>
  static T nothing() {
    using Limits = std::numeric_limits<T>;
    if constexpr (kIsComplex<T>) {
      const auto part = nothing<decltype(T::re)>();
      return {part, part};
    } else if constexpr (kIsBool<T>) {
      return {greatest ? std::uint8_t{0} : std::uint8_t{1}};
    } else if constexpr (std::is_floating_point_v<T>) {
      return greatest ? -Limits::infinity() : Limits::infinity();
    } else {
      return greatest ? Limits::lowest() : Limits::max();
    }
  }
  template <class T>
  static T start() {
    return nothing<T>();
  }
};
using Greatest = Extremum<Maximum, true>;
using Least = Extremum<Minimum, false>;

struct Product : Multiply {
  static constexpr bool kOrdered = true;
  template <class T>
  static T start() {
    if constexpr (kIsComplex<T>)
      return {1, 0};
    else if constexpr (kIsBool<T>)
      return {1};
    else
      return T{1};
  }
};

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

std::int64_t within(std::int64_t* __restrict to, std::int64_t* __restrict from, const std::int64_t* __restrict rows,
                    std::int64_t n, std::int64_t low, std::int64_t count, std::int64_t width, std::int64_t first,
                    std::int64_t step) {
  const auto taken = [&](std::int64_t i) {
    return static_cast<std::uint64_t>(rows[i]) - static_cast<std::uint64_t>(low) < static_cast<std::uint64_t>(count);
  };
  bool all = true;
  for (std::int64_t i = 0; i < n; ++i) all &= taken(i);
  if (all) {
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
    found += taken(i);
  }
  return found;
}

std::int64_t highest(const std::int64_t* ids, std::int64_t n) {
  std::int64_t most = -1;
  for (std::int64_t i = 0; i < n; ++i) most = ids[i] > most ? ids[i] : most;
  return most;
}

template <class Combine, class T>
struct Loops {
  using Out = Given<T>;

  static void apply(char* out, const std::int64_t* to, const char* updates, const std::int64_t* from, std::int64_t step,
                    std::int64_t n, std::int64_t width) {
    combineRows<Combine, T>(reinterpret_cast<Out*>(out), to, updates, from, step, n, width);
  }

  static void fill(char* out, std::int64_t n) {
    const Out start = Combine::template start<Out>();
    for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<Out*>(out)[i] = start;
  }

  static const ScatterLoops* give() {
    if constexpr (Combine::kOrdered) {
      static constexpr ScatterLoops loops{apply,   fill,    0,    nullptr, nullptr, {},
                                          nullptr, nullptr, drop, highest, within};
      return &loops;
    } else {
      return Tables<Out>::give();
    }
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

    template <class I>
    static void tallyIds(char* tables, const char* ids, std::int64_t idStep, std::int64_t size, const char* updates,
                         std::int64_t step, std::int64_t n) {
      Wide* table = reinterpret_cast<Wide*>(tables);
      const T* in = reinterpret_cast<const T*>(updates);
      const I* id = reinterpret_cast<const I*>(ids);
      const auto one = [&](std::int64_t i, int way) {
        // One load, kept in a register.
        const auto given =
            static_cast<std::uint64_t>(static_cast<std::int64_t>(__atomic_load_n(id + i * idStep, __ATOMIC_RELAXED)));
        const std::uint64_t last = static_cast<std::uint64_t>(size);
        Wide& place = table[way * (size + 1) + static_cast<std::int64_t>(given < last ? given : last)];
        place = Combine::of(place, converted<Wide>(in[i * step]));
      };
      std::int64_t i = 0;
      for (; i + kScatterWays <= n; i += kScatterWays)
        for (int way = 0; way < kScatterWays; ++way) one(i + way, way);
      for (int way = 0; i < n; ++i, ++way) one(i, way);
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

    static const ScatterLoops* give() {
      static constexpr ScatterLoops loops{apply,
                                          fill,
                                          static_cast<std::int64_t>(sizeof(Wide)),
                                          clear,
                                          tally,
                                          {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                           tallyIds<std::int32_t>, tallyIds<std::int64_t>},
                                          merge,
                                          finish,
                                          drop,
                                          highest,
                                          within};
      return &loops;
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
  static void fill(char* out, std::int64_t n) { std::memset(out, 0, static_cast<std::size_t>(n) * Size); }

  static const ScatterLoops* give() {
    static constexpr ScatterLoops loops{apply, fill, 0, nullptr, nullptr, {}, nullptr, nullptr, drop, highest, within};
    return &loops;
  }
};

#define COMBINED(D, Way) reinterpret_cast<Inner>(&Loops<Way, typename StorageOf<DType::D>::type>::give)
#define ROWS(D, O)                                                                                          \
  {"scatter", scatter, DType::D, DType::O, COMBINED(D, Sum)},                                               \
      {"scatterMax", scatter, DType::D, DType::O, COMBINED(D, Greatest)},                                   \
      {"scatterMin", scatter, DType::D, DType::O, COMBINED(D, Least)},                                      \
      {"scatterMultiply", scatter, DType::D, DType::O, COMBINED(D, Product)}, {                             \
    "scatterUpdate", scatter, DType::D, DType::D, reinterpret_cast<Inner>(&Moves<itemSize(DType::D)>::give) \
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
