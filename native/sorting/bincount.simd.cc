// Rows of bincount: counting, with and without weights.
#include "sorting/bincount.h"

#include <limits>

#include "core/table.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The bin of an element; one past them all for a negative one.
template <class T>
inline std::uint64_t binOf(T x) {
  if constexpr (std::numeric_limits<T>::is_signed)
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
  else
    return x;
}

/// add(table, bin, i) for each element, element i in table i % kWays.
template <int kWays, class T, class Table, class AddOne>
inline std::int64_t eachIn(Table* tables, std::int64_t bins, const T* x, std::int64_t n, AddOne addOne) {
  const auto limit = static_cast<std::uint64_t>(bins);
  std::int64_t i = 0;
  for (; i + kWays <= n; i += kWays) {
    // Loaded once: memory may change between a check and a second look.
    std::uint64_t bin[kWays];
    bool inside = true;
    for (int w = 0; w < kWays; ++w) {
      bin[w] = binOf(x[i + w]);
      inside &= bin[w] < limit;
    }
    if (!inside) return i;
    for (int w = 0; w < kWays; ++w) addOne(tables + w * bins + static_cast<std::int64_t>(bin[w]), i + w);
  }
  for (; i < n; ++i) {
    const std::uint64_t bin = binOf(x[i]);
    if (bin >= limit) return i;
    addOne(tables + static_cast<std::int64_t>(bin), i);
  }
  return n;
}
template <class T, class Table, class AddOne>
inline std::int64_t each(Table* tables, int ways, std::int64_t bins, const char* data, std::int64_t n, AddOne addOne) {
  const T* x = reinterpret_cast<const T*>(data);
  return ways == 4 ? eachIn<4>(tables, bins, x, n, addOne) : eachIn<1>(tables, bins, x, n, addOne);
}

template <class T>
struct Loops {
  static void range(const char* data, std::int64_t n, std::int64_t* low, std::int64_t* high) {
    const T* x = reinterpret_cast<const T*>(data);
    T least = x[0];
    T most = x[0];
    for (std::int64_t i = 1; i < n; ++i) {
      least = x[i] < least ? x[i] : least;
      most = x[i] > most ? x[i] : most;
    }
    constexpr auto past = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if constexpr (sizeof(T) == 8 && !std::numeric_limits<T>::is_signed) {
      *low = static_cast<std::int64_t>(least < past ? least : past);
      *high = static_cast<std::int64_t>(most < past ? most : past);
    } else {
      *low = least;
      *high = most;
    }
  }
  template <class Table>
  static std::int64_t count(Table* tables, int ways, std::int64_t bins, const char* x, std::int64_t n) {
    return each<T>(tables, ways, bins, x, n, [](Table* at, std::int64_t) { ++*at; });
  }
  template <class W>
  static std::int64_t add(W* tables, int ways, std::int64_t bins, const char* x, const W* weights, std::int64_t n) {
    return each<T>(tables, ways, bins, x, n, [weights](W* at, std::int64_t i) { *at += weights[i]; });
  }

  static const BincountLoops* give() {
    static constexpr BincountLoops loops{range, count<std::uint32_t>, count<std::uint64_t>, add<std::uint64_t>,
                                         add<double>};
    return &loops;
  }
};

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(D, T) \
  { "bincount", bincountDriver, DType::D, DType::Int32, reinterpret_cast<Inner>(Loops<T>::give) }

const Row kRows[] = {
    ROW(Bool, std::uint8_t),    ROW(Uint8, std::uint8_t),   ROW(Uint16, std::uint16_t),
    ROW(Uint32, std::uint32_t), ROW(Uint64, std::uint64_t), ROW(Int8, std::int8_t),
    ROW(Int16, std::int16_t),   ROW(Int32, std::int32_t),   ROW(Int64, std::int64_t),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
