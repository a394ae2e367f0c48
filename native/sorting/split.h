// One long row of 32- or 64-bit keys, sorted by all threads: chunks are split by common pivots, the pieces of each bucket
// brought together, the buckets sorted. How it is cut depends on the length alone.
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
int runLong(Execution& execution, const KeyLoops<K>& loops, const K* from, std::int64_t n, const KeyForm& form) noexcept {
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

/// Sorts n >= 2 raw keys from `from` (which may be `to`) into `to`, with `spare` as long.
template <class K>
Status sortLong(Execution& execution, const KeyLoops<K>& loops, const K* from, K* to, K* spare, std::int64_t n,
                const KeyForm& form) noexcept {
  using U = std::make_unsigned_t<K>;
  constexpr std::int64_t kBucket = std::int64_t{1} << 15;
  constexpr std::int64_t kSamples = 32;  // of each bucket
  int buckets = 4;
  while (buckets < 256 && buckets * kBucket < n) buckets *= 2;
  const std::int64_t chunk = std::max(std::int64_t{1} << 16, (n + 1023) / 1024);
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

  Status status = parallel(execution, chunks, [&](std::int64_t c) {
    const std::int64_t start = c * chunk;
    loops.split(from + start, to + start, spare + start, std::min(chunk, n - start), form, sample, buckets - 1,
                Split<K>{pieces + c * buckets, sizes + c * buckets, equals + c * buckets});
  });
  if (status != Status::Ok) return status;

  std::int64_t starts[257];
  std::int64_t lengths[256];
  std::int64_t at = 0;
  for (int b = 0; b < buckets; ++b) {
    starts[b] = at;
    for (std::int64_t c = 0; c < chunks; ++c) at += sizes[c * buckets + b];
    lengths[b] = at - starts[b];
    if (b + 1 < buckets)
      for (std::int64_t c = 0; c < chunks; ++c) at += equals[c * buckets + b];
  }
  starts[buckets] = at;
  status = parallel(execution, buckets, [&](std::int64_t b) {
    K* bucket = to + starts[b];
    for (std::int64_t c = 0; c < chunks; ++c) {
      const std::int64_t size = sizes[c * buckets + b];
      std::memcpy(bucket, pieces[c * buckets + b], static_cast<std::size_t>(size) * sizeof(K));
      bucket += size;
    }
    loops.fill(bucket, starts[b + 1] - starts[b] - lengths[b], sample[b], form);
  });
  if (status != Status::Ok) return status;
  return parallel(execution, buckets, [&](std::int64_t b) {
    // A stopped sort leaves the rest to parallel(), which sees the same cancellation.
    loops.sort(to + starts[b], to + starts[b], spare + starts[b], lengths[b], form, false, -1, stop);
  });
}

}  // namespace ndops
