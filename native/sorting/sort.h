// What the sorting drivers and the loops of each CPU level know of one another.
//
// This header is also compiled once per CPU level, so it holds types and declarations only.
#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "sorting/keys.h"

namespace ndops {

/// Whether to give up, asked by long loops about every millisecond.
struct Stop {
  bool (*wanted)(const void* context);
  const void* context;
};

/// What a chunk of keys became when it was split by sorted pivots: pieces[i] holds the sizes[i] keys between pivot i -
/// 1 and pivot i, equals[i] counts those equal to pivot i and to none before it.
template <class K>
struct Split {
  const K** pieces;
  std::int64_t* sizes;
  std::int64_t* equals;
};

/// Smallest and largest tied key of a row, and whether the keys never fall or always fall.
template <class K>
struct Range {
  K low;
  K high;
  bool ascending;
  bool descending;
};

/// Columns of more keys than this are faster as rows.
constexpr std::int64_t kMostColumnKeys = 1024;
/// What KeyLoops::columns needs for columns of n keys: rows of 64 bytes, to whole parts of a power of two.
constexpr std::int64_t columnBytes(std::int64_t n) { return (n + n / 4 + 16) * 64; }

constexpr int kAscending = 1;
constexpr int kDescending = 2;

/// The loops over 32-bit (K = std::int32_t) or 64-bit keys. "Raw" keys are bits of the dtype, the others are in key
/// form.
template <class K>
struct KeyLoops {
  /// Sorts n keys from `from` (which may be `to`) into `to` as bits of the dtype; `spare` has room for n. After
  /// `pivots` levels of partitioning by sampled pivots it bisects the range of values instead, so that no input is
  /// quadratic; less than 0 means the usual number. False when stopped, `to` and `spare` undefined then.
  bool (*sort)(const K* from, K* to, K* spare, std::int64_t n, const KeyForm& form, bool raw, int pivots,
               const Stop& stop);
  /// Sorts neighbouring columns of n raw keys, `fromStride` elements from row to row, from the first on, and says how
  /// many it did: less than `width` where too few are left for a vector, at -0 and NaN (whose order among themselves it
  /// would lose), and when stopped. Only these columns of `to` are written.
  std::int64_t (*columns)(const K* from, std::int64_t fromStride, K* to, std::int64_t toStride, std::int64_t n,
                          std::int64_t width, const KeyForm& form, K* tile, const Stop& stop);
  /// Splits n raw keys by 2^k - 1 ascending pivots, through `work` into `pieces.at` pointing into `to`.
  void (*split)(const K* from, K* work, K* to, std::int64_t n, const KeyForm& form, const K* pivots, int count,
                const Split<K>& split);
  /// Writes n times the key, as bits of the dtype.
  void (*fill)(K* to, std::int64_t n, K key, const KeyForm& form);
  /// kAscending when the n raw keys never fall, plus kDescending when they never rise; stops looking when neither.
  int (*run)(const K* from, std::int64_t n, const KeyForm& form);
  /// Copies the raw keys between low and high, in order; `to` has room for just these.
  void (*pick)(const K* from, std::int64_t n, const KeyForm& form, K low, K high, K* to);
  void (*copy)(const K* from, K* to, std::int64_t n);
  void (*reverse)(const K* from, K* to, std::int64_t n);
  /// The range of tied keys of n > 0 raw keys.
  void (*range)(const K* from, std::int64_t n, const KeyForm& form, Range<K>* range);
  /// ((tied key - low) >> shift) << indexBits | (first + i), for n raw keys.
  void (*pack32)(const K* from, std::int64_t n, const KeyForm& form, K low, int indexBits, std::int64_t first,
                 std::int32_t* to);
  void (*pack64)(const K* from, std::int64_t n, const KeyForm& form, K low, int shift, int indexBits,
                 std::int64_t first, std::int64_t* to);
};

struct SortLoops {
  KeyLoops<std::int32_t> keys32;
  KeyLoops<std::int64_t> keys64;
  /// The low bits of each pack, as the index type of `out` (Int32 or Int64).
  void (*indices32)(const std::int32_t* packs, std::int64_t n, int indexBits, DType out, char* to);
  void (*indices64)(const std::int64_t* packs, std::int64_t n, int indexBits, DType out, char* to);
  /// 8- and 16-bit dtypes to 32-bit keys (bits of an int32, in order) and back.
  void (*widen)(const char* from, std::int64_t n, DType dtype, std::int32_t* to);
  void (*narrow)(const std::int32_t* from, std::int64_t n, DType dtype, char* to);
  /// to[column * n + row] = from[row * stride + column] for items of 4 or 8 bytes: `columns` rows of n out of n rows.
  void (*transpose32)(const std::int32_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
                      std::int32_t* to, std::int64_t toStride);
  void (*transpose64)(const std::int64_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
                      std::int64_t* to, std::int64_t toStride);
};

/// The one inner loop of every row of sort and argsort: hands out the level's loops.
using SortLoopsOf = const SortLoops& (*)();

Status sort(const Kernel& kernel, const Launch& launch) noexcept;
Status argsort(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
