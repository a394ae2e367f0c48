// One long row of 32- or 64-bit keys, sorted by all threads: chunks are split by common pivots, then the pieces of each
// bucket are brought together and sorted.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "sorting/sort.h"

namespace ndops {

inline Stop stopOf(const Execution& execution) {
  return {[](const void* context) { return static_cast<const Execution*>(context)->cancelled(); }, &execution};
}

/// KeyLoops::run of a long row, by all threads once its beginning is a run.
template <class K>
int runLong(Execution& execution, const KeyLoops<K>& loops, const K* from, std::int64_t n,
            const KeyForm& form) noexcept {
  constexpr std::int64_t kChunk = std::int64_t{1} << 18;
  std::atomic<int> runs{loops.run(from, std::min<std::int64_t>(n, 4096), form)};
  if (runs.load() == 0) return 0;
  const Status status = parallel(execution, (n + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    if (runs.load(std::memory_order_relaxed) == 0) return;
    // One key of the next chunk as well.
    const std::int64_t start = chunk * kChunk;
    runs.fetch_and(loops.run(from + start, std::min(n - start, kChunk + 1), form), std::memory_order_relaxed);
  });
  return status == Status::Ok ? runs.load() : 0;
}

/// Copies a run into ascending order, by all threads.
template <class K>
Status copyRun(Execution& execution, const KeyLoops<K>& loops, const K* from, K* to, std::int64_t n,
               bool ascending) noexcept {
  constexpr std::int64_t kChunk = std::int64_t{1} << 18;
  return parallel(execution, (n + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t start = chunk * kChunk;
    const std::int64_t end = std::min(n, start + kChunk);
    if (ascending)
      loops.copy(from + start, to + start, end - start);
    else
      loops.reverse(from + n - end, to + start, end - start);
  });
}

/// Sorts n >= 2 raw keys from `from` (which may be `to`) into `to`, with `spare` as long.
template <class K>
Status sortLong(Execution& execution, const KeyLoops<K>& loops, const K* from, K* to, K* spare, std::int64_t n,
                const KeyForm& form) noexcept {
  using U = std::make_unsigned_t<K>;
  constexpr std::int64_t kBucket = std::int64_t{1} << 17;
  // A chunk, where it goes and its work space fit in a core's cache together.
  constexpr std::int64_t kChunk = (std::int64_t{1} << 18) / static_cast<std::int64_t>(sizeof(K));
  constexpr std::int64_t kSamples = 64;  // of each bucket
  constexpr std::int64_t kUnsplit = (std::int64_t{1} << 25) / static_cast<std::int64_t>(sizeof(K));
  constexpr int kMostBuckets = 256;
  const int threads = threadCount();
  // One thread splits only what its caches cannot hold: elsewhere that is what the sort itself would do.
  if (threads == 1 && n <= kUnsplit)
    return loops.sort(from, to, spare, n, form, true, -1, stopOf(execution)) ? Status::Ok : Status::Cancelled;
  int buckets = 4;
  while (buckets < kMostBuckets && (buckets * kBucket < n || buckets < 4 * threads)) buckets *= 2;
  const std::int64_t chunk = std::max(kChunk, (n + 1023) / 1024);
  const std::int64_t chunks = (n + chunk - 1) / chunk;
  const Stop stop = stopOf(execution);

  const std::int64_t samples = buckets * kSamples;
  const std::size_t cells = static_cast<std::size_t>(chunks * buckets);
  const Scratch tables(cells * 24 + static_cast<std::size_t>(samples) * 2 * sizeof(K));
  if (!tables) return Status::OutOfMemory;
  const K** const pieces = tables.as<const K*>();
  std::int64_t* const sizes = tables.as<std::int64_t>() + cells;
  std::int64_t* const equals = sizes + cells;
  K* const sample = reinterpret_cast<K*>(equals + cells);
  std::uint64_t state = static_cast<std::uint64_t>(n);
  for (std::int64_t i = 0; i < samples; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    sample[i] = from[static_cast<std::int64_t>((state >> 32) * static_cast<unsigned __int128>(n) >> 32)];
  }
  if (!loops.sort(sample, sample, sample + samples, samples, form, true, -1, stop)) return Status::Cancelled;
  // Bucket b ends at its last sample's key; the pivots take the sample's place.
  for (int b = 0; b + 1 < buckets; ++b) sample[b] = keyOf<K, U>(sample[(b + 1) * kSamples - 1], form);

  // Both phases work in memory that stays in a core's cache: of the row's length each reads and writes once.
  Status status = parallel(execution, chunks, [&](std::int64_t c) {
    const std::int64_t start = c * chunk;
    const std::int64_t length = std::min(chunk, n - start);
    const Scratch work(static_cast<std::size_t>(length) * sizeof(K));
    if (!work) {
      execution.fail(Status::OutOfMemory);
      return;
    }
    loops.split(from + start, work.as<K>(), spare + start, length, form, sample, buckets - 1,
                Split<K>{pieces + c * buckets, sizes + c * buckets, equals + c * buckets});
  });
  if (status != Status::Ok) return status;

  std::int64_t starts[kMostBuckets + 1];
  std::int64_t lengths[kMostBuckets];
  std::int64_t at = 0;
  for (int b = 0; b < buckets; ++b) {
    starts[b] = at;
    for (std::int64_t c = 0; c < chunks; ++c) at += sizes[c * buckets + b];
    lengths[b] = at - starts[b];
    if (b + 1 < buckets)
      for (std::int64_t c = 0; c < chunks; ++c) at += equals[c * buckets + b];
  }
  starts[buckets] = at;
  return parallel(execution, buckets, [&](std::int64_t b) {
    const std::int64_t length = lengths[b];
    const Scratch memory(static_cast<std::size_t>(length) * 2 * sizeof(K));
    if (!memory) {
      execution.fail(Status::OutOfMemory);
      return;
    }
    K* bucket = memory.as<K>();
    for (std::int64_t c = 0; c < chunks; ++c) {
      const std::int64_t size = sizes[c * buckets + b];
      loops.copy(pieces[c * buckets + b], bucket, size);
      bucket += size;
    }
    // A stopped sort leaves the rest to parallel(), which sees the same cancellation.
    loops.sort(memory.as<K>(), to + starts[b], bucket, length, form, false, -1, stop);
    loops.fill(to + starts[b] + length, starts[b + 1] - starts[b] - length, sample[b], form);
  });
}

}  // namespace ndops
