// Loops of the reductions that fold elements with one binary step (sum, prod, max, min, any, all, countNonzero, mean).
//
// An op gives: Item (what memory holds), kComponents (2 for complex numbers taken as pairs of reals), Step (the binary
// step, written once for scalars and vectors), padding() (leaves a step unchanged), State (how leaves add up over many
// blocks), Out and result(). A leaf is what at most kLeafRows rows, or one block of a run, fold to in the item's own
// precision: some 20 steps deep at most, as in NumPy's pairwise blocks. States add leaves in a wider precision.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "reductions/reduce.h"
#include "simd/lanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

constexpr std::int64_t kLeafRows = 64;
// Rounds of four accumulators in a leaf of a run: few where rounding counts, many where folding is exact.
constexpr int kRoundedSteps = 16;
constexpr int kExactSteps = 256;

/// One array of W, leaves joined by Join.
template <class W, class Join>
struct Plain {
  using Wide = W;
  static constexpr int kFields = 1;

  template <class T>
  static void add(W* __restrict state, std::int64_t, const T* __restrict leaf, std::int64_t n, bool first) {
    if (first) {
      for (std::int64_t i = 0; i < n; ++i) state[i] = W(leaf[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) state[i] = Join{}(state[i], W(leaf[i]));
    }
  }
  static void merge(W* into, std::int64_t, const W* from, std::int64_t, std::int64_t n, bool first) {
    add(into, 0, from, n, first);
  }
  static W value(const W* state, std::int64_t, std::int64_t i) { return state[i]; }
};

/// A float64 sum with its rounding errors in a second array: leaves add up as if in twice the precision.
struct Compensated {
  using Wide = double;
  static constexpr int kFields = 2;

  static void addOne(double& high, double& low, double x) {
    const double sum = high + x;
    const double part = sum - high;
    low += (high - (sum - part)) + (x - part);
    high = sum;
  }
  static void add(double* __restrict state, std::int64_t stride, const double* __restrict leaf, std::int64_t n,
                  bool first) {
    double* __restrict low = state + stride;
    if (first) {
      for (std::int64_t i = 0; i < n; ++i) {
        state[i] = leaf[i];
        low[i] = 0;
      }
    } else {
      for (std::int64_t i = 0; i < n; ++i) addOne(state[i], low[i], leaf[i]);
    }
  }
  static void merge(double* into, std::int64_t intoStride, const double* from, std::int64_t fromStride, std::int64_t n,
                    bool first) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (first) {
        into[i] = from[i];
        into[intoStride + i] = from[fromStride + i];
      } else {
        addOne(into[i], into[intoStride + i], from[i]);
        into[intoStride + i] += from[fromStride + i];
      }
    }
  }
  /// An infinite or NaN sum has no error term, and -0 must not meet +0.
  static double value(const double* state, std::int64_t stride, std::int64_t i) {
    const double low = state[stride + i];
    return low != 0 && state[i] - state[i] == 0 ? state[i] + low : state[i];
  }
};

/// A leaf of contiguous elements: four accumulators of lanes, folded in a fixed tree to `keep` values.
template <class Op, int keep, class T>
inline void foldRun(const T* x, std::int64_t n, T* leaf) {
  typename Op::Step step;
  constexpr int count = Lanes<T>::kCount;
  const Lanes<T> padding = Lanes<T>::all(Op::padding());
  std::int64_t i = 0;
  Lanes<T> a = padding;
  if (n < 4 * count) {
    for (; i + count <= n; i += count) a = zip(step, a, Lanes<T>::load(x + i));
    if (i < n) a = zip(step, a, loadSome(x + i, static_cast<int>(n - i), i, padding));
    return fold<keep>(step, a, leaf);
  }
  Lanes<T> b = padding;
  Lanes<T> c = padding;
  Lanes<T> d = padding;
  for (; i + 4 * count <= n; i += 4 * count) {
    a = zip(step, a, Lanes<T>::load(x + i));
    b = zip(step, b, Lanes<T>::load(x + i + count));
    c = zip(step, c, Lanes<T>::load(x + i + 2 * count));
    d = zip(step, d, Lanes<T>::load(x + i + 3 * count));
  }
  for (; i + count <= n; i += count) a = zip(step, a, Lanes<T>::load(x + i));
  if (i < n) b = zip(step, b, loadSome(x + i, static_cast<int>(n - i), i, padding));
  fold<keep>(step, zip(step, zip(step, a, b), zip(step, c, d)), leaf);
}

template <class Op>
struct FoldLoops {
  using T = typename Op::Item;
  using State = typename Op::State;
  using Wide = typename State::Wide;
  static constexpr int kC = Op::kComponents;
  static constexpr bool kVector = std::is_arithmetic_v<T>;
  static constexpr int kPart = kVectorBytes / static_cast<int>(sizeof(T));

  static auto part(const T* from) { return loadVector<Vector<T>>(from); }

  static void empty(char* state, std::int64_t stride, std::int64_t width) {
    T leaf[kC];
    for (int c = 0; c < kC; ++c) leaf[c] = Op::ofNothing(c);
    for (std::int64_t j = 0; j < width; ++j)
      State::add(reinterpret_cast<Wide*>(state) + j * kC, stride * kC, leaf, kC, true);
  }

  /// What `n` rows fold to, column by column.
  static void leafRows(const T* row, std::int64_t pitch, std::int64_t n, std::int64_t w, T* __restrict leaf) {
    typename Op::Step step;
    std::memcpy(static_cast<void*>(leaf), row, static_cast<std::size_t>(w) * sizeof(T));
    std::int64_t r = 1;
    for (; r + 4 <= n; r += 4) {
      const T* __restrict a = row + r * pitch;
      const T* __restrict b = a + pitch;
      const T* __restrict c = b + pitch;
      const T* __restrict d = c + pitch;
      std::int64_t j = 0;
      if constexpr (kVector)
        for (; j + kPart <= w; j += kPart)
          storeVector(leaf + j,
                      step(part(leaf + j), step(step(part(a + j), part(b + j)), step(part(c + j), part(d + j)))));
      for (; j < w; ++j) leaf[j] = step(leaf[j], step(step(a[j], b[j]), step(c[j], d[j])));
    }
    for (; r < n; ++r) {
      const T* __restrict a = row + r * pitch;
      std::int64_t j = 0;
      if constexpr (kVector)
        for (; j + kPart <= w; j += kPart) storeVector(leaf + j, step(part(leaf + j), part(a + j)));
      for (; j < w; ++j) leaf[j] = step(leaf[j], a[j]);
    }
  }

  static void columns(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
                      std::int64_t width, std::int64_t seen) {
    alignas(64) T leaf[kMaxTile * kC];
    const std::int64_t w = width * kC;
    const std::int64_t pitch = rowStride * kC;
    const T* row = reinterpret_cast<const T*>(x);
    for (std::int64_t done = 0; done < rows; done += kLeafRows) {
      const std::int64_t n = rows - done < kLeafRows ? rows - done : kLeafRows;
      leafRows(row + done * pitch, pitch, n, w, leaf);
      State::add(reinterpret_cast<Wide*>(state), stride * kC, leaf, w, seen + done == 0);
    }
  }

  static constexpr std::int64_t blockSize() {
    if constexpr (kVector) return std::int64_t{Op::kRunSteps} * 4 * Lanes<T>::kCount;
    return 4096;
  }

  /// What a run of at most one block folds to.
  static void leafOf(const T* x, std::int64_t n, T* leaf) {
    if constexpr (kVector) {
      Op::template leafOf<kC>(x, n, leaf);
    } else {
      typename Op::Step step;
      *leaf = x[0];
      for (std::int64_t i = 1; i < n; ++i) *leaf = step(*leaf, x[i]);
    }
  }

  static void run(char* state, std::int64_t stride, const char* x, std::int64_t n, std::int64_t seen) {
    constexpr std::int64_t block = blockSize();
    const T* from = reinterpret_cast<const T*>(x);
    n *= kC;
    for (std::int64_t at = 0; at < n; at += block) {
      T leaf[kC];
      leafOf(from + at, n - at < block ? n - at : block, leaf);
      State::add(reinterpret_cast<Wide*>(state), stride * kC, leaf, kC, seen + at == 0);
    }
  }

  static void merge(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                    std::int64_t seenInto, std::int64_t) {
    State::merge(reinterpret_cast<Wide*>(into), intoStride * kC, reinterpret_cast<const Wide*>(from), fromStride * kC,
                 width * kC, seenInto == 0);
  }

  static void finish(char* out, const char* state, std::int64_t stride, std::int64_t width, std::int64_t seen,
                     const char* initial) {
    auto* to = reinterpret_cast<typename Op::Out*>(out);
    const Wide* s = reinterpret_cast<const Wide*>(state);
    for (std::int64_t i = 0; i < width * kC; ++i) to[i] = Op::result(State::value(s, stride * kC, i), seen);
    if (initial != nullptr) {
      if constexpr (std::is_same_v<T, typename Op::Out>) {
        typename Op::Step step;
        for (std::int64_t i = 0; i < width; ++i) to[i] = step(to[i], *reinterpret_cast<const T*>(initial));
      }
    }
  }

  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{State::kFields,
                                       static_cast<std::int32_t>(sizeof(Wide)) * kC,
                                       kMaxTile,
                                       false,
                                       empty,
                                       columns,
                                       run,
                                       merge,
                                       finish,
                                       nullptr};
    static_assert(kMaxTile * State::kFields * sizeof(Wide) * kC <= kMaxStateBytes, "states fit the driver's buffers");
    return &loops;
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
