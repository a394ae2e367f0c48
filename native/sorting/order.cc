#include "sorting/order.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "sorting/split.h"

namespace ndops {
namespace {

constexpr std::int64_t kChunk = std::int64_t{1} << 16;
// Runs up to this long are sorted by insertion.
constexpr std::int64_t kShortRun = 24;

int bitsOf(std::uint64_t x) { return x == 0 ? 0 : 64 - __builtin_clzll(x); }

template <class K>
const KeyLoops<K>& keyLoopsOf(const SortLoops& loops) {
  if constexpr (sizeof(K) == 4)
    return loops.keys32;
  else
    return loops.keys64;
}

/// visit(start, end) over [0, n): in chunks on all threads, or at once.
template <class Visit>
Status inChunks(Execution& execution, std::int64_t n, bool alone, Visit visit) {
  if (!alone) {
    visit(std::int64_t{0}, n);
    return Status::Ok;
  }
  return parallel(execution, (n + kChunk - 1) / kChunk,
                  [&](std::int64_t c) { visit(c * kChunk, std::min(n, (c + 1) * kChunk)); });
}

void countUp(const Indices& to, std::int64_t start, std::int64_t end, std::int64_t first, std::int64_t step) {
  if (to.dtype == DType::Int32) {
    auto* index = reinterpret_cast<std::int32_t*>(to.data);
    for (std::int64_t i = start; i < end; ++i) index[i] = static_cast<std::int32_t>(first + step * i);
  } else {
    auto* index = reinterpret_cast<std::int64_t*>(to.data);
    for (std::int64_t i = start; i < end; ++i) index[i] = first + step * i;
  }
}

/// The range of a whole row from those of its chunks, each of which looked at one key of the next.
template <class K>
Status rangeOf(Execution& execution, const KeyLoops<K>& loops, const K* from, std::int64_t n, const KeyForm& form,
               bool alone, Range<K>* whole) {
  if (!alone) {
    loops.range(from, n, form, whole);
    return Status::Ok;
  }
  const std::int64_t chunks = (n + kChunk - 1) / kChunk;
  const Scratch scratch(static_cast<std::size_t>(chunks) * sizeof(Range<K>));
  if (!scratch) return Status::OutOfMemory;
  Range<K>* const ranges = scratch.as<Range<K>>();
  const Status status = parallel(execution, chunks, [&](std::int64_t c) {
    loops.range(from + c * kChunk, std::min(n - c * kChunk, kChunk + 1), form, ranges + c);
  });
  if (status != Status::Ok) return status;
  *whole = ranges[0];
  for (std::int64_t c = 1; c < chunks; ++c) {
    whole->low = std::min(whole->low, ranges[c].low);
    whole->high = std::max(whole->high, ranges[c].high);
    whole->ascending = whole->ascending && ranges[c].ascending;
    whole->descending = whole->descending && ranges[c].descending;
  }
  return Status::Ok;
}

/// Packs whose keys did not fit: those with equal upper bits lie in index order and are to be put in key order.
template <class K>
struct Runs {
  Execution& execution;
  const SortLoops& loops;
  const K* from;
  const KeyForm& form;
  std::int64_t* packs;
  std::int64_t n;
  int indexBits;

  // A thread looks at the upper bits of its neighbours' packs while they put their indices: hence atomic.
  std::uint64_t pack(std::int64_t i) const {
    return static_cast<std::uint64_t>(__atomic_load_n(packs + i, __ATOMIC_RELAXED));
  }
  std::int64_t indexAt(std::int64_t i) const {
    return static_cast<std::int64_t>(pack(i) & ((std::uint64_t{1} << indexBits) - 1));
  }
  std::uint64_t upper(std::int64_t i) const { return pack(i) >> indexBits; }
  K keyAt(std::int64_t index) const { return tiedKey<K>(keyOf<K, std::make_unsigned_t<K>>(from[index], form), form); }
  /// Leaves the upper bits as they are.
  void put(std::int64_t i, std::int64_t index) const {
    const std::uint64_t value = upper(i) << indexBits | static_cast<std::uint64_t>(index);
    __atomic_store_n(packs + i, static_cast<std::int64_t>(value), __ATOMIC_RELAXED);
  }

  Status resolve(std::int64_t start, std::int64_t end, bool alone) const {
    const std::int64_t length = end - start;
    if (length <= kShortRun) {
      K keys[kShortRun];
      std::int64_t indices[kShortRun];
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t index = indexAt(start + i);
        const K key = keyAt(index);
        std::int64_t at = i;
        for (; at > 0 && keys[at - 1] > key; --at) {
          keys[at] = keys[at - 1];
          indices[at] = indices[at - 1];
        }
        keys[at] = key;
        indices[at] = index;
      }
      for (std::int64_t i = 0; i < length; ++i) put(start + i, indices[i]);
      return Status::Ok;
    }
    // The keys of a run span fewer bits, at most as many as an index has: the second time they fit.
    const Scratch scratch(static_cast<std::size_t>(length) * 24 + orderBytes(length));
    if (!scratch) return Status::OutOfMemory;
    std::int64_t* const places = scratch.as<std::int64_t>();
    std::int64_t* const indices = places + length;
    K* const keys = reinterpret_cast<K*>(indices + length);
    char* const work = reinterpret_cast<char*>(indices + 2 * length);
    Status status = inChunks(execution, length, alone, [&](std::int64_t i, std::int64_t last) {
      for (; i < last; ++i) {
        indices[i] = indexAt(start + i);
        keys[i] = keyAt(indices[i]);
      }
    });
    if (status != Status::Ok) return status;
    constexpr KeyForm kSigned = integerForm(8 * sizeof(K), true);
    const Indices to{DType::Int64, reinterpret_cast<char*>(places)};
    status = orderRow<K>(execution, loops, keys, length, kSigned, to, work, alone);
    if (status != Status::Ok) return status;
    return inChunks(execution, length, alone, [&](std::int64_t i, std::int64_t last) {
      for (; i < last; ++i) put(start + i, indices[places[i]]);
    });
  }

  /// The end of the run that holds position i.
  std::int64_t endOf(std::int64_t i) const {
    const std::uint64_t key = upper(i);
    std::int64_t low = i + 1;
    std::int64_t high = n;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (upper(middle) == key)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  std::int64_t startOf(std::int64_t i) const {
    const std::uint64_t key = upper(i);
    std::int64_t low = 0;
    std::int64_t high = i;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (upper(middle) == key)
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  Status resolveAll(bool alone) const {
    // Runs longer than a chunk one by one, with all threads; each covers the first position of some chunk.
    if (alone) {
      for (std::int64_t i = 0; i < n; i += kChunk) {
        const std::int64_t start = startOf(i);
        const std::int64_t end = endOf(i);
        if (end - start <= kChunk) continue;
        const Status status = resolve(start, end, true);
        if (status != Status::Ok) return status;
        i = end / kChunk * kChunk;
      }
    }
    const Status status = inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
      // A run belongs to the chunk it begins in.
      std::int64_t i = start;
      while (i > 0 && i < end && upper(i) == upper(i - 1)) ++i;
      while (i < end) {
        std::int64_t next = i + 1;
        while (next < n && upper(next) == upper(i)) ++next;
        if (next - i > 1 && !(alone && next - i > kChunk)) {
          const Status failed = resolve(i, next, false);
          if (failed != Status::Ok && failed != Status::Cancelled) execution.fail(failed);
          if (failed != Status::Ok) return;
        }
        i = next;
      }
    });
    if (status != Status::Ok) return status;
    if (execution.failure() != Status::Ok) return execution.failure();
    return execution.cancelled() ? Status::Cancelled : Status::Ok;
  }
};

template <class P>
Status sortPacks(Execution& execution, const SortLoops& loops, P* packs, std::int64_t n, bool alone) {
  constexpr KeyForm kUnsigned = integerForm(8 * sizeof(P), false);
  const KeyLoops<P>& keys = keyLoopsOf<P>(loops);
  if (alone) return sortLong<P>(execution, keys, packs, packs, packs + n, n, kUnsigned);
  return keys.sort(packs, packs, packs + n, n, kUnsigned, true, -1, stopOf(execution)) ? Status::Ok : Status::Cancelled;
}

}  // namespace

template <class K>
Status orderRow(Execution& execution, const SortLoops& loops, const K* from, std::int64_t n, const KeyForm& form,
                const Indices& to, char* work, bool given) noexcept {
  if (n == 0) return Status::Ok;
  const bool alone = given && n > 2 * kChunk;
  const KeyLoops<K>& keys = keyLoopsOf<K>(loops);
  Range<K> range;
  Status status = rangeOf<K>(execution, keys, from, n, form, alone, &range);
  if (status != Status::Ok) return status;
  if (range.ascending || range.descending)
    return inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
      countUp(to, start, end, range.ascending ? 0 : n - 1, range.ascending ? 1 : -1);
    });

  const int keyBits = bitsOf(static_cast<std::uint64_t>(range.high) - static_cast<std::uint64_t>(range.low));
  const int indexBits = bitsOf(static_cast<std::uint64_t>(n - 1));
  const std::int64_t indexSize = itemSize(to.dtype);
  if (keyBits + indexBits <= 32) {
    auto* const packs = reinterpret_cast<std::int32_t*>(work);
    status = inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
      keys.pack32(from + start, end - start, form, range.low, indexBits, start, packs + start);
    });
    if (status == Status::Ok) status = sortPacks(execution, loops, packs, n, alone);
    if (status != Status::Ok) return status;
    return inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
      loops.indices32(packs + start, end - start, indexBits, to.dtype, to.data + start * indexSize);
    });
  }
  const int shift = std::max(0, keyBits + indexBits - 64);
  auto* const packs = reinterpret_cast<std::int64_t*>(work);
  status = inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
    keys.pack64(from + start, end - start, form, range.low, shift, indexBits, start, packs + start);
  });
  if (status == Status::Ok) status = sortPacks(execution, loops, packs, n, alone);
  if (status == Status::Ok && shift > 0)
    status = Runs<K>{execution, loops, from, form, packs, n, indexBits}.resolveAll(alone);
  if (status != Status::Ok) return status;
  return inChunks(execution, n, alone, [&](std::int64_t start, std::int64_t end) {
    loops.indices64(packs + start, end - start, indexBits, to.dtype, to.data + start * indexSize);
  });
}

template Status orderRow<std::int32_t>(Execution&, const SortLoops&, const std::int32_t*, std::int64_t, const KeyForm&,
                                       const Indices&, char*, bool) noexcept;
template Status orderRow<std::int64_t>(Execution&, const SortLoops&, const std::int64_t*, std::int64_t, const KeyForm&,
                                       const Indices&, char*, bool) noexcept;

namespace {

/// Complex numbers by one of their parts at a time.
template <class T>
struct ComplexOrder {
  using K = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

  Execution& execution;
  const SortLoops& loops;
  const K* parts;  // real and imaginary in turn
  bool alone;
  K* keys;
  std::int64_t* places;
  std::int64_t* moved;
  char* work;
  const KeyForm form = keyForm(kDTypeOf<T>);

  K bits(std::int64_t index, int part) const { return parts[2 * index + part]; }
  K tied(std::int64_t index, int part) const {
    return tiedKey<K>(keyOf<K, std::make_unsigned_t<K>>(bits(index, part), form), form);
  }
  bool isNan(std::int64_t index, int part) const { return tied(index, part) == static_cast<K>(form.nan); }

  /// Brings n indices that stand in order into the stable order of one part.
  Status by(int part, std::int64_t* indices, std::int64_t n) const {
    if (n < 2) return Status::Ok;
    if (n <= kShortRun) {
      for (std::int64_t i = 1; i < n; ++i) {
        const std::int64_t index = indices[i];
        const K key = tied(index, part);
        std::int64_t at = i;
        for (; at > 0 && tied(indices[at - 1], part) > key; --at) indices[at] = indices[at - 1];
        indices[at] = index;
      }
      return Status::Ok;
    }
    Status status = inChunks(execution, n, alone, [&](std::int64_t i, std::int64_t end) {
      for (; i < end; ++i) keys[i] = bits(indices[i], part);
    });
    if (status != Status::Ok) return status;
    const Indices to{DType::Int64, reinterpret_cast<char*>(places)};
    status = orderRow<K>(execution, loops, keys, n, form, to, work, alone);
    if (status != Status::Ok) return status;
    std::memcpy(moved, indices, static_cast<std::size_t>(n) * sizeof *moved);
    return inChunks(execution, n, alone, [&](std::int64_t i, std::int64_t end) {
      for (; i < end; ++i) indices[i] = moved[places[i]];
    });
  }

  Status order(std::int64_t* indices, std::int64_t n) const {
    // 0: no NaN, 1: in the imaginary part only, 2: in the real part only, 3: in both.
    std::int64_t counts[4] = {0, 0, 0, 0};
    for (std::int64_t i = 0; i < n; ++i) ++counts[2 * isNan(i, 0) + isNan(i, 1)];
    std::int64_t at[4] = {0, counts[0], counts[0] + counts[1], counts[0] + counts[1] + counts[2]};
    for (std::int64_t i = 0; i < n; ++i) indices[at[2 * isNan(i, 0) + isNan(i, 1)]++] = i;
    const std::int64_t plain = counts[0];
    Status status = by(0, indices, plain);
    if (status == Status::Ok) status = by(0, indices + plain, counts[1]);
    if (status == Status::Ok) status = by(1, indices + plain + counts[1], counts[2]);
    for (std::int64_t i = 0; i < plain && status == Status::Ok;) {
      const K real = tied(indices[i], 0);
      std::int64_t next = i + 1;
      while (next < plain && tied(indices[next], 0) == real) ++next;
      status = by(1, indices + i, next - i);
      if (status == Status::Ok && i / kChunk != next / kChunk && execution.cancelled()) status = Status::Cancelled;
      i = next;
    }
    return status;
  }
};

}  // namespace

template <class T>
Status orderComplex(Execution& execution, const SortLoops& loops, const Complex<T>* from, std::int64_t n,
                    std::int64_t* to, bool alone) noexcept {
  using Order = ComplexOrder<T>;
  using K = typename Order::K;
  const Scratch scratch(static_cast<std::size_t>(n) * 24 + orderBytes(n));
  if (!scratch) return Status::OutOfMemory;
  std::int64_t* const places = scratch.as<std::int64_t>();
  const Order order{
      execution, loops,          reinterpret_cast<const K*>(from),       alone, reinterpret_cast<K*>(places + n),
      places,    places + 2 * n, reinterpret_cast<char*>(places + 3 * n)};
  return order.order(to, n);
}

template Status orderComplex<float>(Execution&, const SortLoops&, const Complex<float>*, std::int64_t, std::int64_t*,
                                    bool) noexcept;
template Status orderComplex<double>(Execution&, const SortLoops&, const Complex<double>*, std::int64_t, std::int64_t*,
                                     bool) noexcept;

}  // namespace ndops
