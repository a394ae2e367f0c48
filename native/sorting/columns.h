// Sorting of neighbouring columns without turning them into rows: each lane is a column, and a bitonic network goes
// over the rows of a tile. Every exchange puts the smaller key in the upper row, so rows past the end stay there and
// need not exist. Internal linkage throughout: compiled once per CPU level.
#pragma once

#include "sorting/quick.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class K>
class ColumnSorter {
  using L = Lanes<K>;
  using V = Vector<K>;
  // Rows that registers hold at a time: 2^kSteps.
  static constexpr int kSteps = kVectorBytes == 64 ? 4 : 3;
  static constexpr int kRows = 1 << kSteps;

 public:
  /// For columns of n keys; `tile` has room for columnRows(n) rows of N keys.
  ColumnSorter(std::int64_t n, const KeyForm& form, K* tile) : n_(n), form_(form), tile_(tile) {
    while (size_ < n) size_ *= 2;
    // Merges cut their rows in kRows parts, so that a part is there as a whole or not at all.
    const std::int64_t part = size_ / kRows > kRows ? size_ / kRows : kRows;
    end_ = (n + part - 1) / part * part;
  }

  /// Sorts `width` columns, at most N. False when the order of -0 or NaN among themselves is wanted: nothing is
  /// written.
  bool sort(const K* from, std::int64_t fromStride, K* to, std::int64_t toStride, int width) {
    to_ = to;
    toStride_ = toStride;
    width_ = width;
    const Code<K> code(form_);
    const bool ties = form_.tie != 0;
    const V negativeZero = L::splat(static_cast<K>(form_.negativeZero));
    const V highest = L::splat(kHighest<K>);
    V zeros = highest;
    V top = ~highest;
    for (std::int64_t first = 0; first < end_; first += kRows) {
      V v[kRows];
      const K* const rows = from + first * fromStride;
      if (first + kRows <= n_ && width == L::N) {
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) v[r] = L::load(rows + r * fromStride);
        const K* const ahead = rows + kRows * fromStride;
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) __builtin_prefetch(ahead + r * fromStride);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) v[r] = code.encode(v[r]);
        if (ties) {
#pragma GCC unroll 16
          for (int r = 0; r < kRows; ++r) zeros = L::lowerBits(zeros, v[r] ^ negativeZero);
        }
        sortColumns<K, kRows>(v);
        top = L::max(top, v[kRows - 1]);
      } else {
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
          v[r] = highest;
          if (first + r >= n_) continue;
          v[r] = code.encode(L::loadPart(rows + r * fromStride, width, K{0}));
          if (ties) zeros = L::lowerBits(zeros, v[r] ^ negativeZero);
          top = L::max(top, v[r]);
        }
        sortColumns<K, kRows>(v);
      }
      K* const to = row(first);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) L::store(to + r * L::N, v[r]);
    }
    if (ties && (L::equal(zeros, V{}) != 0 || L::less(top, L::splat(static_cast<K>(form_.nan))) != (1u << L::N) - 1))
      return false;
    if (size_ == kRows)
      putRows(0);
    else
      mergeAll(0, size_);
    return true;
  }

 private:
  K* row(std::int64_t number) const { return tile_ + number * L::N; }

  /// Hands out kRows rows of the tile.
  void putRows(std::int64_t first) const {
    V v[kRows];
    const K* const from = row(first);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) v[r] = L::load(from + r * L::N);
    put(first, v);
  }
  NDOPS_INLINE void put(std::int64_t first, const V* v) const {
    const Code<K> code(form_);
    const std::int64_t stride = toStride_;
    const int width = width_;
    K* const to = to_ + first * stride;
    if (first + kRows <= n_ && width == L::N) {
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) L::store(to + r * stride, code.decode(v[r]));
    } else {
      const std::int64_t n = n_ - first;
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r)
        if (r < n) L::storePart(to + r * stride, code.decode(v[r]), width);
    }
  }

  /// Merges the sorted blocks of kRows rows in [first, first + size) to one.
  void mergeAll(std::int64_t first, std::int64_t size) {
    if (size == kRows || first >= end_) return;
    mergeAll(first, size / 2);
    mergeAll(first + size / 2, size / 2);
    merge(first, size);
  }

  void merge(std::int64_t first, std::int64_t size) {
    const bool last = size == size_;
    const std::int64_t there = end_ - first < size ? end_ - first : size;
    if (there <= size / 2) return;
    std::int64_t part = size;
    int steps = 0;
    for (; part > kRows && steps < kSteps; part /= 2) ++steps;
    switch (steps) {
      case 1:
        mirror<1>(first, size, part, there);
        break;
      case 2:
        mirror<2>(first, size, part, there);
        break;
      case 3:
        mirror<3>(first, size, part, there);
        break;
      default:
        mirror<kSteps>(first, size, part, there);
    }
    for (std::int64_t at = 0; at < there; at += part) halve(first + at, part, last);
  }

  /// The first `Steps` steps of a merge: each row meets its mirror image, then the halves are halved until parts are
  /// left.
  template <int Steps>
  void mirror(std::int64_t first, std::int64_t size, std::int64_t part, std::int64_t there) {
    const int upper = static_cast<int>((there - size / 2) / part);
    if (upper == 1 << (Steps - 1))
      mirrored<Steps, true>(first, size, part, upper);
    else
      mirrored<Steps, false>(first, size, part, upper);
  }
  template <int Steps, bool Whole>
  void mirrored(std::int64_t first, std::int64_t size, std::int64_t part, int upper) {
    constexpr int count = 1 << (Steps - 1);
    K* lows = row(first);
    K* highs = row(first + size / 2 + part - 1);
    const std::int64_t step = part * L::N;
    for (K* const end = lows + step; lows < end; lows += L::N, highs -= L::N) {
      V low[count];
      V high[count];
#pragma GCC unroll 8
      for (int k = 0; k < count; ++k) {
        low[k] = L::load(lows + k * step);
        high[k] = Whole || k < upper ? L::load(highs + k * step) : L::splat(kHighest<K>);
      }
#pragma GCC unroll 8
      for (int k = 0; k < count; ++k) exchange<K>(low[k], high[count - 1 - k]);
      sortBitonicColumns<K, count>(low);
      sortBitonicColumns<K, count>(high);
#pragma GCC unroll 8
      for (int k = 0; k < count; ++k) {
        L::store(lows + k * step, low[k]);
        if (Whole || k < upper) L::store(highs + k * step, high[k]);
      }
    }
  }

  /// The steps of a merge inside a part of `size` rows.
  void halve(std::int64_t first, std::int64_t size, bool last) {
    if (size == kRows) {
      V v[kRows];
      K* const rows = row(first);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) v[r] = L::load(rows + r * L::N);
      sortBitonicColumns<K, kRows>(v);
      if (last) return put(first, v);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) L::store(rows + r * L::N, v[r]);
      return;
    }
    std::int64_t part = size;
    int steps = 0;
    for (; part > kRows && steps < kSteps; part /= 2) ++steps;
    switch (steps) {
      case 1:
        halves<1>(first, part);
        break;
      case 2:
        halves<2>(first, part);
        break;
      case 3:
        halves<3>(first, part);
        break;
      default:
        halves<kSteps>(first, part);
    }
    for (std::int64_t at = 0; at < size; at += part) halve(first + at, part, last);
  }
  template <int Steps>
  void halves(std::int64_t first, std::int64_t part) {
    constexpr int count = 1 << Steps;
    const std::int64_t step = part * L::N;
    K* rows = row(first);
    for (K* const end = rows + step; rows < end; rows += L::N) {
      V v[count];
#pragma GCC unroll 16
      for (int k = 0; k < count; ++k) v[k] = L::load(rows + k * step);
      sortBitonicColumns<K, count>(v);
#pragma GCC unroll 16
      for (int k = 0; k < count; ++k) L::store(rows + k * step, v[k]);
    }
  }

  std::int64_t n_;
  std::int64_t size_ = kRows;  // of the network: a power of two
  std::int64_t end_;           // rows of the tile
  KeyForm form_;
  K* tile_;
  K* to_ = nullptr;
  std::int64_t toStride_ = 0;
  int width_ = 0;
};

/// columns() of KeyLoops.
template <class K>
std::int64_t columns(const K* from, std::int64_t fromStride, K* to, std::int64_t toStride, std::int64_t n,
                     std::int64_t width, const KeyForm& form, K* tile, const Stop& stop) {
  constexpr int N = Lanes<K>::N;
  ColumnSorter<K> sorter(n, form, tile);
  std::int64_t done = 0;
  // A vector that is not half full takes longer than its columns one by one.
  while (width - done >= N / 2 && !stop.wanted(stop.context)) {
    const int count = width - done < N ? static_cast<int>(width - done) : N;
    if (!sorter.sort(from + done, fromStride, to + done, toStride, count)) break;
    done += count;
  }
  return done;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
