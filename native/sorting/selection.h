// Selection by sampled bands: a sample of the row gives two keys that the wanted one most likely lies between, one pass
// over the row keeps what lies there, and so on in what was kept. A result is a key at a place in order, so nothing of
// how it was found can be seen in it.
#pragma once

#include <cstdint>

#include "core/execution.h"
#include "sorting/select.h"
#include "sorting/sort.h"

namespace ndops {

/// Rows up to this long are sorted.
constexpr std::int64_t kFewKeys = 512;

/// What one thread looks at between two looks whether to stop: well under a millisecond.
constexpr std::int64_t kSelectChunk = std::int64_t{1} << 16;
constexpr std::int64_t chunksOf(std::int64_t n) { return (n + kSelectChunk - 1) / kSelectChunk; }

/// What a row is selected with.
template <class K>
struct Selecting {
  Execution& execution;
  const SelectLoopsOf<K>& loops;
  const KeyLoops<K>& sorting;
  KeySource source;
  std::int64_t n;
  bool alone;  // no other row runs beside this one: all threads may
};

/// Keys at neighbouring places.
template <class K>
struct Selected {
  K first;
  K second;
  std::int64_t before;  // how many keys are less than `first`
  K highest;            // of the row
};

/// Bytes of work space for a row of n.
template <class K>
std::size_t selectBytes(std::int64_t n) noexcept;

/// The keys at place `rank` and, where `pair`, at the one after it (else `second` is `first`). Touches `work`, which
/// has selectBytes(n), half of n where the keys are hard to tell apart.
template <class K>
Status select(const Selecting<K>& selecting, std::int64_t rank, bool pair, char* work, Selected<K>* selected) noexcept;

/// The keys of all elements, as they lie. `keys` has room for n + kBandBlock + kBandSlack.
template <class K>
Status keysOf(const Selecting<K>& selecting, K* keys) noexcept;
/// The same, sorted; `spare` has room for n.
template <class K>
Status sortRow(const Selecting<K>& selecting, K* keys, K* spare) noexcept;

/// A key that about `rank` keys are below, and rather more than fewer; the highest there is where the sample is too
/// small to say. `work` has selectBytes(n).
template <class K>
K boundAbove(const Selecting<K>& selecting, std::int64_t rank, char* work) noexcept;

/// The first `limit` keys from low to high in the order of the row, and their places. `work` has collectBytes<K>().
template <class K>
Status collect(const Selecting<K>& selecting, K low, K high, std::int64_t limit, K* keys, std::int64_t* places,
               char* work, std::int64_t* count) noexcept;
template <class K>
std::size_t collectBytes() noexcept;

/// The key of one element, and how many are less than a key.
template <class K>
K keyAtPlace(const KeySource& source, std::int64_t place) noexcept;
template <class K>
Status countBelow(const Selecting<K>& selecting, K key, std::int64_t* count) noexcept;

}  // namespace ndops
