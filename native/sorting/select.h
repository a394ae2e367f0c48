// What the selection drivers (median, quantile, topK, inTopK) and the loops of each CPU level know of one another.
//
// This header is also compiled once per CPU level, so it holds types and declarations only.
#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "sorting/keys.h"

namespace ndops {

/// How elements become keys.
enum class Keying : std::int32_t {
  Keys,     // they are keys
  Rising,   // the keys of their dtype (sorting/keys.h): the smallest first, NaN last
  Falling,  // the complements of tied keys: NaN first, then the largest; what is equal has one key
};

/// A row to select from, of elements of the dtype or of keys.
struct KeySource {
  const char* data;
  DType dtype;  // means nothing for Keys
  Keying keying;
};

/// Vectors are stored whole: so many keys past the room may be written.
constexpr std::int64_t kBandSlack = 16;
/// Keys are kept while so many more have room.
constexpr std::int64_t kBandBlock = 1024;

/// Where the keys of a band go, in order, and their places, counted from the first element looked at; either may be
/// null. Memory reaches kBandSlack past the room.
template <class K>
struct Kept {
  K* keys;
  K* places;
  std::int64_t room;
};

/// What was found of the keys from `low` to `high`.
template <class K>
struct Band {
  std::int64_t below;
  std::int64_t inside;
  std::int64_t kept;  // the first so many of those inside
  K highest;          // of all keys
};

/// The loops over keys of 32 bits (K = std::int32_t, for dtypes up to 32 bits) or 64 bits.
template <class K>
struct SelectLoopsOf {
  /// Looks at elements [start, start + n), n > 0.
  void (*band)(const KeySource& source, std::int64_t start, std::int64_t n, K low, K high, const Kept<K>& kept,
               Band<K>* band);
  /// The highest key below the pivot and the lowest other one; what there is none of stays as it is.
  void (*around)(const KeySource& source, std::int64_t start, std::int64_t n, K pivot, K* below, K* above);
};

struct SelectLoops {
  SelectLoopsOf<std::int32_t> keys32;
  SelectLoopsOf<std::int64_t> keys64;
};

/// The one inner loop of every row of these ops: hands out the level's loops.
using GiveSelectLoops = const SelectLoops& (*)();

template <class K>
const SelectLoopsOf<K>& loopsFor(const SelectLoops& loops) {
  if constexpr (sizeof(K) == 4)
    return loops.keys32;
  else
    return loops.keys64;
}

/// How a quantile between two elements is made of them; shared with lib/sorting/select.ts.
enum class Method : std::int32_t { Linear, Lower, Higher, Midpoint, Nearest, Median };

/// Views [out, x, q]: x is [n, …rows], out the same with a first axis as long as q, which is float64. Numbers
/// [method]. An empty row gives NaN. Fails with Value where q lies outside [0, 1].
Status quantile(const Kernel& kernel, const Launch& launch) noexcept;
/// Views [values, indices, x], numbers [whether the results are sorted].
Status topK(const Kernel& kernel, const Launch& launch) noexcept;
/// Views [out, targets, predictions], numbers [k]. Targets are int64.
Status inTopK(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
