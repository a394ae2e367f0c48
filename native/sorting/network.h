// Sorting networks on R registers of N lanes: up to R * N keys without a branch.
// Internal linkage throughout: compiled once per CPU level.
#pragma once

#include "simd/sortLanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class K>
using Vector = typename Lanes<K>::V;

template <class K>
NDOPS_INLINE void exchange(Vector<K>& low, Vector<K>& high) {
  const Vector<K> a = low;
  low = Lanes<K>::min(a, high);
  high = Lanes<K>::max(a, high);
}

/// Batcher's odd-even merge of the sorted sequences in v[Lo], v[Lo + 2 Step] … and v[Lo + Step], v[Lo + 3 Step] …
template <class K, int Lo, int Count, int Step>
NDOPS_INLINE void oddEvenMerge(Vector<K>* v) {
  if constexpr (2 * Step < Count) {
    oddEvenMerge<K, Lo, Count, 2 * Step>(v);
    oddEvenMerge<K, Lo + Step, Count, 2 * Step>(v);
#pragma GCC unroll 16
    for (int i = Lo + Step; i + Step < Lo + Count; i += 2 * Step) exchange<K>(v[i], v[i + Step]);
  } else {
    exchange<K>(v[Lo], v[Lo + Step]);
  }
}

/// Sorts each lane over Count registers.
template <class K, int Lo, int Count>
NDOPS_INLINE void sortColumns(Vector<K>* v) {
  if constexpr (Count > 1) {
    sortColumns<K, Lo, Count / 2>(v);
    sortColumns<K, Lo + Count / 2, Count / 2>(v);
    oddEvenMerge<K, Lo, Count, 1>(v);
  }
}

/// Compare-exchange between lanes Distance apart, in every register.
template <class K, int R, int Distance>
NDOPS_INLINE void mergeLanes(Vector<K>* v) {
  using L = Lanes<K>;
  if constexpr (Distance > 0) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vector<K> other = L::template swapLanes<Distance>(v[r]);
      v[r] = L::template blend<Distance>(L::min(v[r], other), L::max(v[r], other));
    }
    mergeLanes<K, R, Distance / 2>(v);
  }
}

/// Merges neighbouring sorted groups of Width / 2 lanes (each read lane by lane, down the registers) to groups of
/// Width, and on until one group is left: bitonic, mirrored first.
template <class K, int R, int Width>
NDOPS_INLINE void mergeColumns(Vector<K>* v) {
  using L = Lanes<K>;
  if constexpr (Width <= L::N) {
    if constexpr (R == 1) {
      const Vector<K> other = L::template swapLanes<Width - 1>(v[0]);
      v[0] = L::template blend<Width / 2>(L::min(v[0], other), L::max(v[0], other));
    } else {
#pragma GCC unroll 16
      for (int r = 0; r < R / 2; ++r) {
        const Vector<K> mirrored = L::template swapLanes<Width - 1>(v[R - 1 - r]);
        const Vector<K> low = L::min(v[r], mirrored);
        const Vector<K> high = L::max(v[r], mirrored);
        v[r] = L::template blend<Width / 2>(low, high);
        v[R - 1 - r] = L::template swapLanes<Width - 1>(L::template blend<Width / 2>(high, low));
      }
    }
    mergeLanes<K, R, Width / 4>(v);
#pragma GCC unroll 4
    for (int distance = R / 2; distance > 0; distance /= 2)
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
        if ((r & distance) == 0) exchange<K>(v[r], v[r + distance]);
    mergeColumns<K, R, 2 * Width>(v);
  }
}

/// From lane by lane to register by register: v[0][0], v[1][0], …, v[R-1][0], v[0][1], … in memory order, each handed
/// to emit(r, vector). With R = N this transposes.
template <class K, int R, int Round = 1, class Emit>
NDOPS_INLINE void interleave(const Vector<K>* v, Emit emit) {
  using L = Lanes<K>;
  if constexpr (Round == R) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) emit(r, v[r]);
  } else {
    Vector<K> zipped[R];
#pragma GCC unroll 16
    for (int r = 0; r < R / 2; ++r) {
      zipped[2 * r] = L::template zip<0>(v[r], v[r + R / 2]);
      zipped[2 * r + 1] = L::template zip<1>(v[r], v[r + R / 2]);
    }
    interleave<K, R, 2 * Round>(zipped, emit);
  }
}

/// Sorts the R * N keys of v and hands them to emit(r, vector), ascending in memory order. R is a power of two.
template <class K, int R, class Emit>
NDOPS_INLINE void sortVectors(Vector<K>* v, Emit emit) {
  sortColumns<K, 0, R>(v);
  mergeColumns<K, R, 2>(v);
  interleave<K, R>(v, emit);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
