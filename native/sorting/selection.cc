#include "sorting/selection.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "sorting/rows.h"
#include "sorting/split.h"

namespace ndops {
namespace {

constexpr std::int64_t kMostSamples = 2048;
// After so many samples the range of values is bisected instead, so that no input is quadratic.
constexpr int kSampledRounds = 40;

template <class K>
constexpr K kLowestKey = std::numeric_limits<K>::min();
template <class K>
constexpr K kHighestKey = std::numeric_limits<K>::max();

/// Keys in order need no map.
template <class K>
constexpr KeyForm kPlain = integerForm(8 * sizeof(K), true);

template <class K>
KeySource keysAt(const K* keys) {
  return {reinterpret_cast<const char*>(keys), kDTypeOf<K>, Keying::Keys};
}

/// How many keys the buffers of a selection hold. At least a quarter of the row: fewer are not worth another look.
std::int64_t roomOf(std::int64_t n) { return std::max(n / 4, 2 * kBandBlock) + kBandBlock; }

template <class K>
void add(const Band<K>& band, Band<K>* sum) {
  sum->below += band.below;
  sum->inside += band.inside;
  sum->highest = std::max(sum->highest, band.highest);
}

/// The band of n elements of a source, kept in any order by all threads. `kept` is `inside` or the band is incomplete.
template <class K>
Status bandOfAll(const Selecting<K>& s, const KeySource& source, std::int64_t n, K low, K high, K* keys,
                 std::int64_t room, Band<K>* sum) {
  *sum = {0, 0, 0, kLowestKey<K>};
  const std::int64_t chunks = chunksOf(n);
  if (!s.alone || n < kLongRow) {
    for (std::int64_t c = 0; c < chunks; ++c) {
      if (c > 0 && s.execution.cancelled()) return Status::Cancelled;
      Band<K> band;
      K* const to = keys != nullptr && sum->kept == sum->inside ? keys + sum->kept : nullptr;
      s.loops.band(source, c * kSelectChunk, std::min(kSelectChunk, n - c * kSelectChunk), low, high,
                   {to, nullptr, room - sum->kept}, &band);
      add(band, sum);
      sum->kept += band.kept;
    }
    return Status::Ok;
  }
  const Scratch scratch(static_cast<std::size_t>(chunks) * sizeof(Band<K>));
  if (!scratch) return Status::OutOfMemory;
  Band<K>* const bands = scratch.as<Band<K>>();
  std::atomic<std::int64_t> claimed{0};
  const Status status = parallel(s.execution, chunks, [&](std::int64_t c) {
    const std::int64_t count = std::min(kSelectChunk, n - c * kSelectChunk);
    if (keys == nullptr) {
      s.loops.band(source, c * kSelectChunk, count, low, high, {nullptr, nullptr, 0}, bands + c);
      return;
    }
    const Scratch memory(static_cast<std::size_t>(kSelectChunk + kBandBlock + kBandSlack) * sizeof(K));
    if (!memory) {
      s.execution.fail(Status::OutOfMemory);
      return;
    }
    s.loops.band(source, c * kSelectChunk, count, low, high, {memory.as<K>(), nullptr, kSelectChunk + kBandBlock},
                 bands + c);
    const std::int64_t at = claimed.fetch_add(bands[c].kept, std::memory_order_relaxed);
    if (at + bands[c].kept <= room) s.sorting.copy(memory.as<K>(), keys + at, bands[c].kept);
  });
  if (status != Status::Ok) return status;
  for (std::int64_t c = 0; c < chunks; ++c) add(bands[c], sum);
  sum->kept = keys == nullptr ? 0 : std::min(room, claimed.load());
  return Status::Ok;
}

template <class K, class T>
K keyAt(const KeySource& source, const KeyForm& form, std::int64_t i) {
  const K key = keyOf<T, std::make_unsigned_t<T>>(reinterpret_cast<const T*>(source.data)[i], form);
  return source.keying == Keying::Falling ? static_cast<K>(~static_cast<K>(tiedKey<T>(static_cast<T>(key), form)))
                                          : key;
}

/// Calls visit with a function from places to keys.
template <class K, class Visit>
auto withKeys(const KeySource& source, Visit visit) {
  const KeyForm form = keyForm(source.dtype);
  const auto of = [&](auto zero) {
    return visit([&](std::int64_t i) { return keyAt<K, decltype(zero)>(source, form, i); });
  };
  if (source.keying == Keying::Keys)
    return visit([&](std::int64_t i) { return reinterpret_cast<const K*>(source.data)[i]; });
  if constexpr (sizeof(K) == 4) {
    if (itemSize(source.dtype) == 1) return of(std::int8_t{});
    if (itemSize(source.dtype) == 2) return of(std::int16_t{});
  }
  return of(K{});
}

/// Up to `count` keys from low to high at places spread evenly, others in another round. Returns how many were found.
template <class K>
std::int64_t sample(const KeySource& source, std::int64_t n, int round, K low, K high, std::int64_t count, K* to) {
  return withKeys<K>(source, [&](auto keyOfPlace) {
    // Multiples of the golden ratio: in any number of them, neighbours on the circle lie about as far apart.
    constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;
    std::uint64_t state = static_cast<std::uint64_t>(round) * 0xd1342543de82ef95u;
    const auto next = [&] {
      state += kStep;
      return keyOfPlace(static_cast<std::int64_t>(state * static_cast<unsigned __int128>(n) >> 64));
    };
    if (low == kLowestKey<K> && high == kHighestKey<K>) {
      for (std::int64_t i = 0; i < count; ++i) to[i] = next();
      return count;
    }
    std::int64_t found = 0;
    for (std::int64_t tries = 0; tries < 4 * count && found < count; ++tries) {
      to[found] = next();
      found += to[found] >= low && to[found] <= high;
    }
    return found;
  });
}

/// `work` has room for 2 * kMostSamples and kBandSlack more.
template <class K>
std::int64_t sortedSample(const Selecting<K>& s, const KeySource& source, std::int64_t n, int round, K low, K high,
                          K* work) {
  const std::int64_t wanted = n >= (1 << 17) ? kMostSamples : n >= (1 << 13) ? 512 : 128;
  const std::int64_t got = sample(source, n, round, low, high, wanted, work);
  const Stop never{[](const void*) { return false; }, nullptr};
  s.sorting.sort(work, work, work + kMostSamples, got, kPlain<K>, false, -1, never);
  return got;
}

/// How far from place `at` in the sample, `part` of it, the key that is looked for may be: some 2.5 standard
/// deviations, and what one place more can make.
double marginOf(double at, double part) { return 1 + 2.5 * std::sqrt(at * (1 - part)); }

template <class K>
class Selection {
 public:
  Selection(const Selecting<K>& s, std::int64_t rank, bool pair, char* work)
      : s_(s), source_(s.source), count_(s.n), inside_(s.n), rank_(rank), pair_(pair), room_(roomOf(s.n)) {
    buffers_[0] = reinterpret_cast<K*>(work);
    buffers_[1] = buffers_[0] + room_ + kBandSlack;
    samples_ = buffers_[1] + room_ + kBandSlack;
  }

  static std::size_t bytes(std::int64_t n) {
    return static_cast<std::size_t>(2 * (roomOf(n) + kBandSlack) + 2 * kMostSamples + kBandSlack) * sizeof(K);
  }

  Status run(Selected<K>* selected) {
    for (int round = 0;; ++round) {
      if (low_ == high_) {
        *selected = {low_, low_, base_ + under_, highest_};
        return Status::Ok;
      }
      if (source_.keying == Keying::Keys && inside_ == count_ && count_ <= kFewKeys) return sortFew(selected);
      Band<K> band;
      K low = low_;
      K high = high_;
      choose(round, &low, &high);
      K* const to = low == high ? nullptr : buffers_[next_];
      Status status = bandOfAll(s_, source_, count_, low, high, to, room_, &band);
      if (status != Status::Ok) return status;
      if (round == 0) highest_ = band.highest;
      const std::int64_t last = rank_ + pair_;
      const std::int64_t upTo = band.below + band.inside;
      if (last < band.below) {
        high_ = static_cast<K>(low - 1);
        inside_ = band.below - under_;
      } else if (rank_ >= upTo) {
        low_ = static_cast<K>(high + 1);
        inside_ -= upTo - under_;
        under_ = upTo;
      } else if (rank_ < band.below || last >= upTo) {
        return straddle(rank_ < band.below ? low : static_cast<K>(high + 1), selected);
      } else {
        take(band, low, high, to);
      }
    }
  }

 private:
  /// The next band to look at, somewhere from low_ to high_.
  void choose(int round, K* low, K* high) {
    // Everything wanted is kept, and far fewer keys than there are.
    if (count_ <= kFewKeys || 4 * inside_ <= count_) return;
    if (round >= kSampledRounds) {
      using U = std::make_unsigned_t<K>;
      const U width = static_cast<U>(static_cast<U>(high_) - static_cast<U>(low_));
      *high = static_cast<K>(static_cast<U>(low_) + width / 2);
      return;
    }
    const std::int64_t got = sortedSample(s_, source_, count_, round, low_, high_, samples_);
    if (got == 0) return choose(kSampledRounds, low, high);
    const double part = (static_cast<double>(rank_ - under_) + 0.5) / static_cast<double>(inside_);
    const double at = part * static_cast<double>(got);
    if (narrow_) {
      *low = *high = samples_[std::min(static_cast<std::int64_t>(at), got - 1)];
      return;
    }
    const double margin = marginOf(at, part);
    const double from = std::floor(at - margin);
    const double to = std::ceil(at + margin);
    if (from >= 0) *low = samples_[static_cast<std::int64_t>(from)];
    if (to < static_cast<double>(got)) *high = samples_[static_cast<std::int64_t>(to)];
  }

  /// Goes on in a band that holds what is wanted.
  void take(const Band<K>& band, K low, K high, K* kept) {
    low_ = low;
    high_ = high;
    inside_ = band.inside;
    const bool complete = kept != nullptr && band.kept == band.inside;
    narrow_ = !complete || 2 * band.inside > count_;
    under_ = band.below;
    if (!complete) return;
    source_ = keysAt(kept);
    next_ ^= 1;
    count_ = band.inside;
    base_ += band.below;
    rank_ -= band.below;
    under_ = 0;
  }

  /// One wanted key lies below the border, the other does not.
  Status straddle(K border, Selected<K>* selected) {
    K below = kLowestKey<K>;
    K above = kHighestKey<K>;
    for (std::int64_t c = 0; c < chunksOf(count_); ++c) {
      if (c > 0 && s_.execution.cancelled()) return Status::Cancelled;
      s_.loops.around(source_, c * kSelectChunk, std::min(kSelectChunk, count_ - c * kSelectChunk), border, &below,
                      &above);
    }
    *selected = {below, above, 0, highest_};
    return Status::Ok;
  }

  Status sortFew(Selected<K>* selected) {
    K* const keys = reinterpret_cast<K*>(const_cast<char*>(source_.data));
    const Stop never{[](const void*) { return false; }, nullptr};
    s_.sorting.sort(keys, keys, samples_, count_, kPlain<K>, false, -1, never);
    const K first = keys[rank_];
    *selected = {first, keys[rank_ + pair_], base_ + (std::lower_bound(keys, keys + count_, first) - keys), highest_};
    return Status::Ok;
  }

  const Selecting<K>& s_;
  // Where the wanted keys are now: count_ keys, inside_ of them from low_ to high_, under_ below them; base_ keys of
  // the row are below all of these.
  KeySource source_;
  std::int64_t count_;
  std::int64_t inside_;
  std::int64_t under_ = 0;
  std::int64_t base_ = 0;
  K low_ = kLowestKey<K>;
  K high_ = kHighestKey<K>;
  std::int64_t rank_;
  bool pair_;
  // The last band held too much: the next one is a single key.
  bool narrow_ = false;
  K highest_ = kLowestKey<K>;
  std::int64_t room_;
  K* buffers_[2];
  int next_ = 0;  // the one that source_ does not lie in
  K* samples_;
};

}  // namespace

template <class K>
std::size_t selectBytes(std::int64_t n) noexcept {
  return Selection<K>::bytes(n);
}

template <class K>
Status select(const Selecting<K>& selecting, std::int64_t rank, bool pair, char* work, Selected<K>* selected) noexcept {
  return Selection<K>(selecting, rank, pair, work).run(selected);
}

template <class K>
K boundAbove(const Selecting<K>& s, std::int64_t rank, char* work) noexcept {
  K* const samples = reinterpret_cast<K*>(work);
  const std::int64_t got = sortedSample(s, s.source, s.n, 0, kLowestKey<K>, kHighestKey<K>, samples);
  const double part = (static_cast<double>(rank) + 0.5) / static_cast<double>(s.n);
  const double at = part * static_cast<double>(got);
  const double bound = std::ceil(at + marginOf(at, part));
  return bound < static_cast<double>(got) ? samples[static_cast<std::int64_t>(bound)] : kHighestKey<K>;
}

template <class K>
K keyAtPlace(const KeySource& source, std::int64_t place) noexcept {
  return withKeys<K>(source, [&](auto keyOfPlace) { return keyOfPlace(place); });
}

template <class K>
Status countBelow(const Selecting<K>& s, K key, std::int64_t* count) noexcept {
  Band<K> band;
  const Status status = bandOfAll<K>(s, s.source, s.n, key, key, nullptr, 0, &band);
  *count = band.below;
  return status;
}

template <class K>
Status keysOf(const Selecting<K>& s, K* keys) noexcept {
  // All keys are inside, so chunks of whole vectors write where they lie and no further.
  const auto move = [&](std::int64_t c) {
    Band<K> band;
    s.loops.band(s.source, c * kSelectChunk, std::min(kSelectChunk, s.n - c * kSelectChunk), kLowestKey<K>,
                 kHighestKey<K>, {keys + c * kSelectChunk, nullptr, kSelectChunk + kBandBlock}, &band);
  };
  const std::int64_t chunks = chunksOf(s.n);
  if (s.alone) return parallel(s.execution, chunks, move);
  for (std::int64_t c = 0; c < chunks; ++c) {
    if (c > 0 && s.execution.cancelled()) return Status::Cancelled;
    move(c);
  }
  return Status::Ok;
}

template <class K>
Status sortRow(const Selecting<K>& s, K* keys, K* spare) noexcept {
  const Status status = keysOf(s, keys);
  if (status != Status::Ok || s.n < 2) return status;
  if (s.alone && s.n >= kLongRow) return sortLong<K>(s.execution, s.sorting, keys, keys, spare, s.n, kPlain<K>);
  const bool sorted = s.sorting.sort(keys, keys, spare, s.n, kPlain<K>, false, -1, stopOf(s.execution));
  return sorted ? Status::Ok : Status::Cancelled;
}

#define NDOPS_SELECTION(K)                                                                          \
  template K boundAbove<K>(const Selecting<K>&, std::int64_t, char*) noexcept;                      \
  template std::size_t selectBytes<K>(std::int64_t) noexcept;                                       \
  template Status select<K>(const Selecting<K>&, std::int64_t, bool, char*, Selected<K>*) noexcept; \
  template Status sortRow<K>(const Selecting<K>&, K*, K*) noexcept;                                 \
  template Status keysOf<K>(const Selecting<K>&, K*) noexcept;                                      \
  template K keyAtPlace<K>(const KeySource&, std::int64_t) noexcept;                                \
  template Status countBelow<K>(const Selecting<K>&, K, std::int64_t*) noexcept;
NDOPS_SELECTION(std::int32_t)
NDOPS_SELECTION(std::int64_t)
#undef NDOPS_SELECTION

}  // namespace ndops
