// Vectorized quicksort of 32- and 64-bit keys: out of place, so that every stream runs forward and no store needs a
// mask. Internal linkage throughout: compiled once per CPU level.
#pragma once

#include "sorting/network.h"
#include "sorting/sort.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Keys of a whole vector from bits of the dtype, and back (KeyForm).
template <class K>
struct Code {
  using V = Vector<K>;
  V fold;
  V offset;
  explicit NDOPS_INLINE Code(const KeyForm& form)
      : fold(Lanes<K>::splat(static_cast<K>(form.fold))), offset(Lanes<K>::splat(static_cast<K>(form.offset))) {}
  NDOPS_INLINE V encode(V bits) const { return wrap((bits ^ (Lanes<K>::signs(bits) & fold)), -1); }
  NDOPS_INLINE V decode(V key) const {
    const V folded = wrap(key, 1);
    return folded ^ (Lanes<K>::signs(folded) & fold);
  }

 private:
  // Wraps by design, which only unsigned lanes may.
  NDOPS_INLINE V wrap(V v, int sign) const {
    typedef typename Lanes<K>::U U;
    return (V)(sign < 0 ? (U)v - (U)offset : (U)v + (U)offset);
  }
};

template <class K>
constexpr K kHighest = static_cast<K>(~std::uint64_t{0} >> (sizeof(K) == 4 ? 33 : 1));

// A leaf of more registers than these costs more than another level of partitioning.
constexpr int kLeafRegisters = kVectorBytes == 64 ? 32 : kVectorBytes == 32 ? 24 : 16;
template <class K>
constexpr int kLeaf = kLeafRegisters * Lanes<K>::N;
// Between two questions whether to stop: well under a millisecond.
constexpr std::int64_t kUnasked = 1 << 15;

/// Sorts n keys, Full * N < n <= R * N.
template <class K, int Full, int R>
void sortLeaf(const K* from, K* to, int n, const KeyForm& form, bool raw) {
  using L = Lanes<K>;
  using V = Vector<K>;
  const Code<K> code(form);
  // The lanes past the last key hold what becomes the highest key.
  const V highest = raw ? code.decode(L::splat(kHighest<K>)) : L::splat(kHighest<K>);
  V v[R];
#pragma GCC unroll 32
  for (int r = 0; r < R; ++r) {
    const int left = n - r * L::N;
    if (r < Full || left >= L::N)
      v[r] = L::load(from + r * L::N);
    else
      v[r] = left > 0 ? L::loadPart(from + r * L::N, left, highest[0]) : highest;
  }
  if (raw) {
#pragma GCC unroll 32
    for (int r = 0; r < R; ++r) v[r] = code.encode(v[r]);
  }
  sortVectors<K, R>(v);
#pragma GCC unroll 32
  for (int r = 0; r < R; ++r) v[r] = code.decode(v[r]);
  if constexpr ((R & (R - 1)) == 0) {
    interleave<K, R>(
        v, [&](int r, V sorted) __attribute__((always_inline)) {
          const int left = n - r * L::N;
          if (r < Full || left >= L::N)
            L::store(to + r * L::N, sorted);
          else if (left > 0)
            L::storePart(to + r * L::N, sorted, left);
        });
  } else {
    // Lanes that may pass the end go through memory of ours, with room for the last load.
    constexpr int sure = Full * L::N / R;
    K rest[(L::N - sure) * R + L::N];
    storeColumns<K, R>(
        v, [&](int lane)
               __attribute__((always_inline)) { return lane < sure ? to + lane * R : rest + (lane - sure) * R; });
    K* const end = to + sure * R;
    const int left = n - sure * R;
    int i = 0;
    for (; i + L::N <= left; i += L::N) L::store(end + i, L::load(rest + i));
    if (i < left) L::storePart(end + i, L::load(rest + i), left - i);
  }
}

/// Sorts up to kLeaf keys; `from` may be `to`.
template <class K>
NDOPS_INLINE void sortFew(const K* from, K* to, int n, const KeyForm& form, bool raw) {
  constexpr int N = Lanes<K>::N;
  if (n <= N) return sortLeaf<K, 0, 1>(from, to, n, form, raw);
  if (n <= 2 * N) return sortLeaf<K, 1, 2>(from, to, n, form, raw);
  if (n <= 4 * N) return sortLeaf<K, 2, 4>(from, to, n, form, raw);
  if (n <= 8 * N) return sortLeaf<K, 4, 8>(from, to, n, form, raw);
  if (n <= 12 * N) return sortLeaf<K, 8, 12>(from, to, n, form, raw);
  if (n <= 16 * N) return sortLeaf<K, 12, 16>(from, to, n, form, raw);
  if constexpr (kLeafRegisters >= 24) {
    if (n <= 20 * N) return sortLeaf<K, 16, 20>(from, to, n, form, raw);
    if (n <= 24 * N) return sortLeaf<K, 20, 24>(from, to, n, form, raw);
  }
  if constexpr (kLeafRegisters >= 32) return sortLeaf<K, 24, 32>(from, to, n, form, raw);
}

struct Sides {
  std::int64_t less;
  std::int64_t greater;
};

/// Keys below the pivot go to `left`, keys above it to `right`, in order; equal ones are only counted, by their
/// absence. `from` may be `left` or `right`: what is written never passes what was read. Both have room for n.
template <class K, bool Raw>
Sides partition(const K* from, std::int64_t n, K pivot, K* left, K* right, const KeyForm& form) {
  using L = Lanes<K>;
  using V = Vector<K>;
  const Code<K> code(form);
  const V at = L::splat(pivot);
  K* const leftStart = left;
  K* const rightStart = right;
  const auto put = [&](V v) __attribute__((always_inline)) {
    const auto less = L::less(v, at);
    const auto greater = L::less(at, v);
    L::store(left, L::compress(v, less));
    L::store(right, L::compress(v, greater));
    left += L::count(less);
    right += L::count(greater);
  };
  const auto take = [&](const K* keys) __attribute__((always_inline)) {
    const V v = L::load(keys);
    return Raw ? code.encode(v) : v;
  };
  // Four loads ahead of the stores: one behind a store to a similar address would wait for it.
  std::int64_t i = 0;
  for (; i + 4 * L::N <= n; i += 4 * L::N) {
    const V a = take(from + i);
    const V b = take(from + i + L::N);
    const V c = take(from + i + 2 * L::N);
    const V d = take(from + i + 3 * L::N);
    put(a);
    put(b);
    put(c);
    put(d);
  }
  for (; i + L::N <= n; i += L::N) put(take(from + i));
  if (i < n) {
    V v = L::loadPart(from + i, static_cast<int>(n - i), K{0});
    if constexpr (Raw) v = code.encode(v);
    const unsigned valid = (1u << (n - i)) - 1;
    const auto less = static_cast<typename L::Mask>(L::less(v, at) & valid);
    const auto greater = static_cast<typename L::Mask>(L::less(at, v) & valid);
    L::storePart(left, L::compress(v, less), L::count(less));
    L::storePart(right, L::compress(v, greater), L::count(greater));
    left += L::count(less);
    right += L::count(greater);
  }
  return {left - leftStart, right - rightStart};
}

template <class K>
void fill(K* to, std::int64_t n, K key, const KeyForm& form) {
  const K bits = Code<K>(form).decode(Lanes<K>::splat(key))[0];
  for (std::int64_t i = 0; i < n; ++i) to[i] = bits;
}

/// memcpy by whole vectors. The C library's may use string instructions, which on some processors take ten times as
/// long for some alignments of the two sides.
template <class K>
void copy(const K* from, K* to, std::int64_t n) {
  using L = Lanes<K>;
  std::int64_t i = 0;
  for (; i + 4 * L::N <= n; i += 4 * L::N) {
    const Vector<K> a = L::load(from + i);
    const Vector<K> b = L::load(from + i + L::N);
    const Vector<K> c = L::load(from + i + 2 * L::N);
    const Vector<K> d = L::load(from + i + 3 * L::N);
    L::store(to + i, a);
    L::store(to + i + L::N, b);
    L::store(to + i + 2 * L::N, c);
    L::store(to + i + 3 * L::N, d);
  }
  for (; i < n; ++i) to[i] = from[i];
}

/// About the median of n > kLeaf keys: of random places for long segments, of three random vectors for others. The same
/// one for the same n.
template <class K>
K samplePivot(const K* from, std::int64_t n, const KeyForm& form, bool raw) {
  using L = Lanes<K>;
  using V = Vector<K>;
  constexpr int kMost = 4 * L::N;
  const Code<K> code(form);
  const KeyForm plain{};
  std::uint64_t state = static_cast<std::uint64_t>(n);
  const auto below = [&state](std::int64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state >> 32) * static_cast<unsigned __int128>(bound) >> 32);
  };
  K sample[kMost];
  if (n >= 256 * L::N) {
    for (K& key : sample) key = from[below(n)];
    if (raw)
      for (int i = 0; i < kMost; i += L::N) L::store(sample + i, code.encode(L::load(sample + i)));
    sortLeaf<K, 4, 4>(sample, sample, kMost, plain, false);
    return sample[kMost / 2];
  }
  const std::int64_t third = n / 3;
  V a = L::load(from + below(third - L::N));
  V b = L::load(from + third + below(third - L::N));
  V c = L::load(from + 2 * third + below(third - L::N));
  if (raw) {
    a = code.encode(a);
    b = code.encode(b);
    c = code.encode(c);
  }
  V median = L::max(L::min(a, b), L::min(L::max(a, b), c));
  sortVectors<K, 1>(&median);
  return median[L::N / 2];
}

/// The middle of the range of values. Partitioning by it halves the range, so 32 or 64 levels suffice for any input.
template <class K>
K middlePivot(const K* from, std::int64_t n, const KeyForm& form, bool raw) {
  using L = Lanes<K>;
  using V = Vector<K>;
  const Code<K> code(form);
  V low = L::splat(kHighest<K>);
  V high = ~low;
  for (std::int64_t i = 0; i < n; i += L::N) {
    // The last vector overlaps the one before: a segment is longer than a leaf.
    V v = L::load(from + (i + L::N <= n ? i : n - L::N));
    if (raw) v = code.encode(v);
    low = L::min(low, v);
    high = L::max(high, v);
  }
  K lowest = low[0];
  K highest = high[0];
  for (int lane = 1; lane < L::N; ++lane) {
    lowest = low[lane] < lowest ? low[lane] : lowest;
    highest = high[lane] > highest ? high[lane] : highest;
  }
  using Wide = std::uint64_t;
  const Wide width = static_cast<Wide>(highest) - static_cast<Wide>(lowest);
  return static_cast<K>(static_cast<Wide>(lowest) + width / 2);
}

/// n keys at `at` (which is `to` or `spare`, or the caller's input), to be sorted into `to`.
template <class K>
struct Segment {
  const K* at;
  K* to;
  K* spare;
  std::int64_t n;
  int pivots;
  bool raw;
};

template <class K>
bool sort(const K* from, K* to, K* spare, std::int64_t n, const KeyForm& form, bool raw, int pivots, const Stop& stop) {
  // The shorter side is sorted first, so the segments that wait at least halve: 64 places are enough for any n.
  Segment<K> waiting[64];
  int count = 0;
  if (pivots < 0) pivots = 2 * (64 - __builtin_clzll(static_cast<unsigned long long>(n) | 1));
  Segment<K> now{from, to, spare, n, pivots, raw};
  for (;;) {
    if (now.n <= kLeaf<K>) {
      if (now.n > 0) sortFew<K>(now.at, now.to, static_cast<int>(now.n), form, now.raw);
      if (count == 0) return true;
      now = waiting[--count];
      continue;
    }
    if (now.n > kUnasked && stop.wanted(stop.context)) return false;
    const K pivot =
        now.pivots > 0 ? samplePivot<K>(now.at, now.n, form, now.raw) : middlePivot<K>(now.at, now.n, form, now.raw);
    const Sides sides = now.raw ? partition<K, true>(now.at, now.n, pivot, now.to, now.spare, form)
                                : partition<K, false>(now.at, now.n, pivot, now.to, now.spare, form);
    const std::int64_t equal = now.n - sides.less - sides.greater;
    fill<K>(now.to + sides.less, equal, pivot, form);
    const int left = now.pivots > 0 ? now.pivots - 1 : 0;
    const Segment<K> below{now.to, now.to, now.spare + sides.greater, sides.less, left, false};
    const Segment<K> above{now.spare, now.to + sides.less + equal, now.spare, sides.greater, left, false};
    const bool belowFirst = below.n < above.n;
    waiting[count++] = belowFirst ? above : below;
    now = belowFirst ? below : above;
  }
}

/// split() of KeyLoops on the pivots [first, first + count).
template <class K>
void splitBy(const Segment<K>& keys, const KeyForm& form, const K* pivots, int first, int count,
             const Split<K>& split) {
  if (count == 0) {
    // Pieces end up in `spare`, so that `to` is free for the next phase.
    if (keys.at != keys.spare) copy(keys.at, keys.spare, keys.n);
    split.pieces[first] = keys.spare;
    split.sizes[first] = keys.n;
    return;
  }
  const int middle = first + count / 2;
  const K pivot = pivots[middle];
  const Sides sides = keys.raw ? partition<K, true>(keys.at, keys.n, pivot, keys.to, keys.spare, form)
                               : partition<K, false>(keys.at, keys.n, pivot, keys.to, keys.spare, form);
  const std::int64_t equal = keys.n - sides.less - sides.greater;
  split.equals[middle] = equal;
  splitBy<K>({keys.to, keys.to, keys.spare + sides.greater, sides.less, 0, false}, form, pivots, first, count / 2,
             split);
  splitBy<K>({keys.spare, keys.to + sides.less + equal, keys.spare, sides.greater, 0, false}, form, pivots, middle + 1,
             count - count / 2 - 1, split);
}
template <class K>
void split(const K* from, K* work, K* to, std::int64_t n, const KeyForm& form, const K* pivots, int count,
           const Split<K>& split) {
  splitBy<K>({from, work, to, n, 0, true}, form, pivots, 0, count, split);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
