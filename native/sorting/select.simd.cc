// The loops of median, quantile, topK and inTopK for one CPU level, handed to the drivers as one struct.
#include "sorting/select.h"

#include "core/table.h"
#include "sorting/quick.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class K>
struct Reader {
  Code<K> code;
  Vector<K> nan;
  Vector<K> zero;
  Vector<K> tie;

  explicit NDOPS_INLINE Reader(const KeyForm& form)
      : code(form),
        nan(Lanes<K>::splat(static_cast<K>(form.nan))),
        zero(Lanes<K>::splat(static_cast<K>(form.negativeZero))),
        tie(Lanes<K>::splat(static_cast<K>(form.tie))) {}

  template <Keying How>
  NDOPS_INLINE Vector<K> key(Vector<K> bits) const {
    using V = Vector<K>;
    typedef typename Lanes<K>::U U;
    if constexpr (How == Keying::Keys) return bits;
    const V key = code.encode(bits);
    if constexpr (How == Keying::Rising) return key;
    const V top = Lanes<K>::min(key, nan);
    return ~(V)((U)top + (U)((V)(top == zero) & tie));
  }
};

template <class T, class U>
NDOPS_INLINE void widenAs(const char* from, std::int64_t start, std::int64_t n, const KeyForm& given,
                          std::int32_t* to) {
  const KeyForm form = given;
  const T* bits = reinterpret_cast<const T*>(from) + start;
  for (std::int64_t i = 0; i < n; ++i) to[i] = keyOf<T, U>(bits[i], form);
}

/// Calls visit(how, keys, first, n, reader) for blocks of the source that visit can load from, `first` counted from
/// `start`. `how` is a Keying as a type.
template <class K, class Visit>
NDOPS_INLINE void eachBlock(const KeySource& source, std::int64_t start, std::int64_t n, Visit visit) {
  using Keys = std::integral_constant<Keying, Keying::Keys>;
  using Rising = std::integral_constant<Keying, Keying::Rising>;
  using Falling = std::integral_constant<Keying, Keying::Falling>;
  KeyForm form = keyForm(source.dtype);
  if (source.keying == Keying::Keys || itemSize(source.dtype) == static_cast<int>(sizeof(K))) {
    const K* from = reinterpret_cast<const K*>(source.data) + start;
    const Reader<K> reader(form);
    for (std::int64_t i = 0; i < n; i += kBandBlock) {
      const std::int64_t count = n - i < kBandBlock ? n - i : kBandBlock;
      if (source.keying == Keying::Keys)
        visit(Keys{}, from + i, i, count, reader);
      else if (source.keying == Keying::Rising)
        visit(Rising{}, from + i, i, count, reader);
      else
        visit(Falling{}, from + i, i, count, reader);
    }
    return;
  }
  if constexpr (sizeof(K) == 4) {
    K block[kBandBlock];
    const KeyForm own = form;
    // Widened, the keys need no map any more, but ties are still those of the dtype.
    form.fold = form.offset = 0;
    const Reader<K> reader(form);
    for (std::int64_t i = 0; i < n; i += kBandBlock) {
      const std::int64_t count = n - i < kBandBlock ? n - i : kBandBlock;
      if (itemSize(source.dtype) == 1)
        widenAs<std::int8_t, std::uint8_t>(source.data, start + i, count, own, block);
      else
        widenAs<std::int16_t, std::uint16_t>(source.data, start + i, count, own, block);
      if (source.keying == Keying::Rising)
        visit(Keys{}, block, i, count, reader);
      else
        visit(Falling{}, block, i, count, reader);
    }
  }
}

template <class K>
NDOPS_INLINE Vector<K> countUp() {
  Vector<K> v{};
  for (int lane = 0; lane < Lanes<K>::N; ++lane) v[lane] = static_cast<K>(lane);
  return v;
}

template <class K>
struct Found {
  std::int64_t below;
  std::int64_t inside;
  Vector<K> highest;
};

/// One block, its keys inside counted (Keep = 0), stored (1), or stored with their places: where they are many (2) or
/// few (3), for then a branch costs less than the stores.
template <class K, Keying How, int Keep>
void bandBlock(const K* from, std::int64_t first, std::int64_t n, const Reader<K>& reader, K low, K high, K* keys,
               K* places, Found<K>* found) {
  using L = Lanes<K>;
  using V = Vector<K>;
  const V lows = L::splat(low);
  const V highs = L::splat(high);
  V top = found->highest;
  std::int64_t below = 0;
  std::int64_t inside = 0;
  const V counted = countUp<K>();
  const auto look = [&](V v, std::int64_t i, unsigned valid) __attribute__((always_inline)) {
    const auto less = static_cast<typename L::Mask>(L::less(v, lows) & valid);
    const auto more = L::less(highs, v);
    const auto within = static_cast<typename L::Mask>(~(less | more) & valid);
    top = L::max(top, v);
    below += L::count(less);
    if (Keep > 2 && within == 0) return;
    if constexpr (Keep > 0) L::store(keys + inside, L::compress(v, within));
    if constexpr (Keep > 1)
      L::store(places + inside, L::compress(counted + L::splat(static_cast<K>(first + i)), within));
    inside += L::count(within);
  };
  constexpr unsigned kAll = static_cast<unsigned>((std::uint64_t{1} << L::N) - 1);
  std::int64_t i = 0;
  // Loads ahead of the stores: one behind a store to a similar address would wait for it.
  for (; i + 2 * L::N <= n; i += 2 * L::N) {
    const V a = reader.template key<How>(L::load(from + i));
    const V b = reader.template key<How>(L::load(from + i + L::N));
    look(a, i, kAll);
    look(b, i + L::N, kAll);
  }
  for (; i < n; i += L::N) {
    const int count = n - i < L::N ? static_cast<int>(n - i) : L::N;
    look(reader.template key<How>(L::loadPart(from + i, count, from[i])), i, (1u << count) - 1);
  }
  found->below += below;
  found->inside += inside;
  found->highest = top;
}

template <class K>
void band(const KeySource& source, std::int64_t start, std::int64_t n, K low, K high, const Kept<K>& kept,
          Band<K>* result) {
  Found<K> found{0, 0, ~Lanes<K>::splat(kHighest<K>)};
  std::int64_t at = 0;
  std::int64_t last = kBandBlock;  // how many the last block kept
  bool keeps = kept.keys != nullptr;
  eachBlock<K>(
      source, start, n,
      [&](auto how, const K* from, std::int64_t first, std::int64_t count, const Reader<K>& reader)
          __attribute__((always_inline)) {
            constexpr Keying kHow = decltype(how)::value;
            keeps = keeps && at + kBandBlock <= kept.room;
            if (!keeps) {
              bandBlock<K, kHow, 0>(from, first, count, reader, low, high, nullptr, nullptr, &found);
              return;
            }
            if (kept.places == nullptr)
              bandBlock<K, kHow, 1>(from, first, count, reader, low, high, kept.keys + at, nullptr, &found);
            else if (last > 8)
              bandBlock<K, kHow, 2>(from, first, count, reader, low, high, kept.keys + at, kept.places + at, &found);
            else
              bandBlock<K, kHow, 3>(from, first, count, reader, low, high, kept.keys + at, kept.places + at, &found);
            last = found.inside - at;
            at = found.inside;
          });
  K highest = found.highest[0];
  for (int lane = 1; lane < Lanes<K>::N; ++lane)
    highest = found.highest[lane] > highest ? found.highest[lane] : highest;
  *result = {found.below, found.inside, at, highest};
}

template <class K>
void around(const KeySource& source, std::int64_t start, std::int64_t n, K pivot, K* below, K* above) {
  using L = Lanes<K>;
  using V = Vector<K>;
  const V pivots = L::splat(pivot);
  V low = L::splat(*below);
  V high = L::splat(*above);
  eachBlock<K>(
      source, start, n,
      [&](auto how, const K* from, std::int64_t, std::int64_t count, const Reader<K>& reader)
          __attribute__((always_inline)) {
            constexpr Keying kHow = decltype(how)::value;
            for (std::int64_t i = 0; i < count; i += L::N) {
              const int lanes = count - i < L::N ? static_cast<int>(count - i) : L::N;
              const V v = reader.template key<kHow>(L::loadPart(from + i, lanes, from[i]));
              const V less = v < pivots;
              low = L::max(low, less ? v : low);
              high = L::min(high, less ? high : v);
            }
          });
  for (int lane = 0; lane < L::N; ++lane) {
    *below = low[lane] > *below ? low[lane] : *below;
    *above = high[lane] < *above ? high[lane] : *above;
  }
}

constexpr SelectLoops kLoops{{band<std::int32_t>, around<std::int32_t>}, {band<std::int64_t>, around<std::int64_t>}};

const SelectLoops& loops() { return kLoops; }

#define NDOPS_SELECT_ROWS(D)                                                               \
  {"quantile", ndops::quantile, DType::D, DType::Float64, reinterpret_cast<Inner>(loops)}, \
      {"topK", ndops::topK, DType::D, DType::Int32, reinterpret_cast<Inner>(loops)}, {     \
    "inTopK", ndops::inTopK, DType::D, DType::Bool, reinterpret_cast<Inner>(loops)         \
  }

const Row kRows[] = {NDOPS_SELECT_ROWS(Bool),    NDOPS_SELECT_ROWS(Uint8),    NDOPS_SELECT_ROWS(Uint16),
                     NDOPS_SELECT_ROWS(Uint32),  NDOPS_SELECT_ROWS(Uint64),   NDOPS_SELECT_ROWS(Int8),
                     NDOPS_SELECT_ROWS(Int16),   NDOPS_SELECT_ROWS(Int32),    NDOPS_SELECT_ROWS(Int64),
                     NDOPS_SELECT_ROWS(Float16), NDOPS_SELECT_ROWS(Bfloat16), NDOPS_SELECT_ROWS(Float32),
                     NDOPS_SELECT_ROWS(Float64)};
#undef NDOPS_SELECT_ROWS

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
