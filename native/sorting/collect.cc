// collect(): the elements of a band with their places, in the order of the row.
#include <algorithm>
#include <atomic>

#include "core/parallel.h"
#include "sorting/rows.h"
#include "sorting/selection.h"

namespace ndops {

template <class K>
std::size_t collectBytes() noexcept {
  return static_cast<std::size_t>(2 * (kSelectChunk + kBandBlock + kBandSlack)) * sizeof(K);
}

namespace {

/// collect() for one chunk, from which at most `limit` are wanted.
template <class K>
std::int64_t collectChunk(const Selecting<K>& s, std::int64_t chunk, K low, K high, std::int64_t limit, char* work,
                          K* keys, std::int64_t* places) {
  K* const foundKeys = reinterpret_cast<K*>(work);
  K* const foundPlaces = foundKeys + kSelectChunk + kBandBlock + kBandSlack;
  const std::int64_t start = chunk * kSelectChunk;
  Band<K> band;
  s.loops.band(s.source, start, std::min(kSelectChunk, s.n - start), low, high,
               {foundKeys, foundPlaces, kSelectChunk + kBandBlock}, &band);
  const std::int64_t count = std::min(band.inside, limit);
  for (std::int64_t i = 0; i < count; ++i) {
    keys[i] = foundKeys[i];
    places[i] = start + foundPlaces[i];
  }
  return count;
}

}  // namespace

template <class K>
Status collect(const Selecting<K>& s, K low, K high, std::int64_t limit, K* keys, std::int64_t* places, char* work,
               std::int64_t* count) noexcept {
  *count = 0;
  const std::int64_t chunks = chunksOf(s.n);
  if (!s.alone || s.n < kLongRow) {
    for (std::int64_t c = 0; c < chunks && *count < limit; ++c) {
      if (c > 0 && s.execution.cancelled()) return Status::Cancelled;
      *count += collectChunk(s, c, low, high, limit - *count, work, keys + *count, places + *count);
    }
    return Status::Ok;
  }
  // Chunks claim places as they end, and are put in order afterwards.
  struct Piece {
    std::int64_t at;
    std::int64_t count;
  };
  const Scratch table(static_cast<std::size_t>(chunks) * sizeof(Piece));
  const Scratch found(static_cast<std::size_t>(limit) * (sizeof(K) + sizeof(std::int64_t)));
  if (!table || !found) return Status::OutOfMemory;
  Piece* const pieces = table.as<Piece>();
  std::int64_t* const foundPlaces = found.as<std::int64_t>();
  K* const foundKeys = reinterpret_cast<K*>(foundPlaces + limit);
  std::atomic<std::int64_t> claimed{0};
  const Status status = parallel(s.execution, chunks, [&](std::int64_t c) {
    const Scratch memory(collectBytes<K>() +
                         static_cast<std::size_t>(kSelectChunk) * (sizeof(K) + sizeof(std::int64_t)));
    if (!memory) {
      s.execution.fail(Status::OutOfMemory);
      return;
    }
    std::int64_t* const chunkPlaces = memory.as<std::int64_t>();
    K* const chunkKeys = reinterpret_cast<K*>(chunkPlaces + kSelectChunk);
    const std::int64_t count =
        collectChunk(s, c, low, high, limit, reinterpret_cast<char*>(chunkKeys + kSelectChunk), chunkKeys, chunkPlaces);
    const std::int64_t at = claimed.fetch_add(count, std::memory_order_relaxed);
    pieces[c] = {at, count};
    if (at + count > limit) return;
    std::copy(chunkKeys, chunkKeys + count, foundKeys + at);
    std::copy(chunkPlaces, chunkPlaces + count, foundPlaces + at);
  });
  if (status != Status::Ok) return status;
  if (claimed.load() > limit) {
    // More than were asked for: from the first chunks again, one after the other.
    for (std::int64_t c = 0; c < chunks && *count < limit; ++c) {
      if (s.execution.cancelled()) return Status::Cancelled;
      if (pieces[c].count > 0)
        *count += collectChunk(s, c, low, high, limit - *count, work, keys + *count, places + *count);
    }
    return Status::Ok;
  }
  for (std::int64_t c = 0; c < chunks; ++c) {
    const Piece& piece = pieces[c];
    std::copy(foundKeys + piece.at, foundKeys + piece.at + piece.count, keys + *count);
    std::copy(foundPlaces + piece.at, foundPlaces + piece.at + piece.count, places + *count);
    *count += piece.count;
  }
  return Status::Ok;
}

#define NDOPS_COLLECT(K)                           \
  template std::size_t collectBytes<K>() noexcept; \
  template Status collect<K>(const Selecting<K>&, K, K, std::int64_t, K*, std::int64_t*, char*, std::int64_t*) noexcept;
NDOPS_COLLECT(std::int32_t)
NDOPS_COLLECT(std::int64_t)
#undef NDOPS_COLLECT

}  // namespace ndops
