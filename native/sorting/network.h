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
#if defined(__AVX512F__)
  // The greater one is what the lesser one leaves: processors compare 64-bit lanes at half the rate of bits.
  if constexpr (sizeof(K) == 8) {
    high = a ^ high ^ low;
    return;
  }
#endif
  high = Lanes<K>::max(a, high);
}

/// The largest power of two below n.
constexpr int powerBelow(int n) { return n <= 2 ? 1 : 2 * powerBelow((n + 1) / 2); }

/// One phase of Batcher's merge exchange sort of R registers (Knuth 5.2.2 M): its rounds from the one that compares
/// registers Distance apart on.
template <class K, int R, int Phase, int Round, int Group, int Distance>
NDOPS_INLINE void exchangeRounds(Vector<K>* v) {
#pragma GCC unroll 32
  for (int i = 0; i + Distance < R; ++i)
    if ((i & Phase) == Group) exchange<K>(v[i], v[i + Distance]);
  if constexpr (Round != Phase) exchangeRounds<K, R, Phase, Round / 2, Phase, Round - Phase>(v);
}

/// Sorts each lane over R registers.
template <class K, int R, int Phase = powerBelow(R)>
NDOPS_INLINE void sortColumns(Vector<K>* v) {
  if constexpr (R > 1 && Phase > 0) {
    exchangeRounds<K, R, Phase, powerBelow(R), 0, Phase>(v);
    sortColumns<K, R, Phase / 2>(v);
  }
}

/// The same where each lane is bitonic, rotated anyhow.
template <class K, int R>
NDOPS_INLINE void sortBitonicColumns(Vector<K>* v) {
  if constexpr (R % 2 == 0) {
#pragma GCC unroll 32
    for (int i = 0; i < R / 2; ++i) exchange<K>(v[i], v[i + R / 2]);
    sortBitonicColumns<K, R / 2>(v);
    sortBitonicColumns<K, R / 2>(v + R / 2);
  } else {
    sortColumns<K, R>(v);
  }
}

/// Compare-exchange between lanes Distance apart, in every register.
template <class K, int R, int Distance>
NDOPS_INLINE void mergeLanes(Vector<K>* v) {
  using L = Lanes<K>;
  if constexpr (Distance > 0) {
#pragma GCC unroll 32
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
#pragma GCC unroll 32
      for (int r = 0; r < R / 2; ++r) {
        const Vector<K> mirrored = L::template swapLanes<Width - 1>(v[R - 1 - r]);
        const Vector<K> low = L::min(v[r], mirrored);
        const Vector<K> high = L::max(v[r], mirrored);
        v[r] = L::template blend<Width / 2>(low, high);
        v[R - 1 - r] = L::template swapLanes<Width - 1>(L::template blend<Width / 2>(high, low));
      }
    }
    mergeLanes<K, R, Width / 4>(v);
    sortBitonicColumns<K, R>(v);
    mergeColumns<K, R, 2 * Width>(v);
  }
}

/// From lane by lane to register by register: v[0][0], v[1][0], …, v[R-1][0], v[0][1], … in memory order, each handed
/// to emit(r, vector). With R = N this transposes.
template <class K, int R, int Round = 1, class Emit>
NDOPS_INLINE void interleave(const Vector<K>* v, Emit emit) {
  using L = Lanes<K>;
  if constexpr (Round == R) {
#pragma GCC unroll 32
    for (int r = 0; r < R; ++r) emit(r, v[r]);
  } else {
    Vector<K> zipped[R];
#pragma GCC unroll 32
    for (int r = 0; r < R / 2; ++r) {
      zipped[2 * r] = L::template zip<0>(v[r], v[r + R / 2]);
      zipped[2 * r + 1] = L::template zip<1>(v[r], v[r + R / 2]);
    }
    interleave<K, R, 2 * Round>(zipped, emit);
  }
}

/// Stores each `Count` lanes of v at group(number), numbered from First on.
template <class K, int Count, int First = 0, class Part, class Group>
NDOPS_INLINE void storeGroups(Part v, Group group) {
  constexpr int lanes = static_cast<int>(sizeof(Part) / sizeof(K));
  if constexpr (lanes == Count) {
    std::memcpy(group(First), &v, sizeof v);
  } else {
    typedef K Half __attribute__((vector_size(sizeof(Part) / 2)));
    Half low;
    Half high;
    std::memcpy(&low, &v, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
    storeGroups<K, Count, First>(low, group);
    storeGroups<K, Count, First + lanes / 2 / Count>(high, group);
  }
}

/// Stores R registers lane by lane, those from `Offset` on: lane l's R keys go to column(l).
template <class K, int R, int Offset = 0, class Column>
NDOPS_INLINE void storeColumns(const Vector<K>* v, Column column) {
  using L = Lanes<K>;
  if constexpr (Offset < R) {
    // As many registers at a time as a power of two allows.
    constexpr int left = R - Offset;
    constexpr int count = left == 2 * powerBelow(left) ? left : powerBelow(left);
    interleave<K, count>(
        v + Offset, [&](int r, Vector<K> x) __attribute__((always_inline)) {
          if constexpr (count >= L::N)
            L::store(column(r * L::N / count) + Offset + r * L::N % count, x);
          else
            storeGroups<K, count>(
                x, [&](int group)
                       __attribute__((always_inline)) { return column(r * (L::N / count) + group) + Offset; });
        });
    storeColumns<K, R, Offset + count>(v, column);
  }
}

/// Sorts the R * N keys of v, lane by lane down the registers. R is 1 or even.
template <class K, int R>
NDOPS_INLINE void sortVectors(Vector<K>* v) {
  static_assert(R == 1 || R % 2 == 0, "columns are merged mirrored");
  sortColumns<K, R>(v);
  mergeColumns<K, R, 2>(v);
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
