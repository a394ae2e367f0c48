// Rows of reductions/argReduce: argmax and argmin over one axis, or over all in C order. The driver is the reductions';
// positions are indices (ReduceLoops::ordered). Blocks are folded to their extremes as max and min do it; only in the
// best one is the first place looked for. The first NaN wins, else the first extreme.
#include "core/table.h"
#include "reductions/extreme.h"
#include "reductions/fold.h"
#include "reductions/reduce.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
inline bool isNan(T x) {
  return x != x;
}
template <class T>
inline bool isNan(Complex<T> x) {
  return x.re != x.re || x.im != x.im;
}
template <class T>
inline bool same(T a, T b) {
  return a == b;
}
template <class T>
inline bool same(Complex<T> a, Complex<T> b) {
  return a.re == b.re && a.im == b.im;
}
template <bool kGreatest, class T>
inline bool isFurther(T best, T x) {
  return kGreatest ? x > best : x < best;
}
template <bool kGreatest, class T>
inline bool isFurther(Complex<T> best, Complex<T> x) {
  return x.re == best.re ? isFurther<kGreatest>(best.im, x.im) : isFurther<kGreatest>(best.re, x.re);
}

/// States are an index and the value there.
template <class Op, bool kGreatest>
struct ArgLoops {
  using Fold = FoldLoops<Op>;
  using T = typename Op::Item;
  static constexpr int kFieldBytes = sizeof(T) < 8 ? 8 : static_cast<int>(sizeof(T));
  static constexpr int kWidest = 1024;
  static constexpr std::int64_t kBlock = 4096 / static_cast<std::int64_t>(sizeof(T));

  static std::int64_t& index(char* state, std::int64_t j) {
    return *reinterpret_cast<std::int64_t*>(state + j * kFieldBytes);
  }
  static T& best(char* state, std::int64_t stride, std::int64_t j) {
    return *reinterpret_cast<T*>(state + (stride + j) * kFieldBytes);
  }
  static bool beats(T best, T x) { return !isNan(best) && (isNan(x) || isFurther<kGreatest>(best, x)); }

  static void empty(char* state, std::int64_t stride, std::int64_t width) {
    for (std::int64_t j = 0; j < width; ++j) {
      index(state, j) = 0;
      best(state, stride, j) = Op::ofNothing(0);
    }
  }

  /// The first of n elements, `pitch` apart, that is `value`; it is there.
  static std::int64_t find(const T* x, std::int64_t n, std::int64_t pitch, T value) {
    std::int64_t i = 0;
    if (isNan(value)) {
      while (i < n - 1 && !isNan(x[i * pitch])) ++i;
      return i;
    }
    if constexpr (Fold::kVector) {
      if (pitch == 1) {
        constexpr int count = Lanes<T>::kCount;
        const Lanes<T> wanted = Lanes<T>::all(value);
        for (; i + count <= n; i += count) {
          const Lanes<T> some = Lanes<T>::load(x + i);
          bool hit = false;
          for (int p = 0; p < Lanes<T>::kParts; ++p) hit |= anyEqual<T>(some.part[p], wanted.part[p]);
          if (hit) break;
        }
      }
    }
    while (i < n - 1 && !same(x[i * pitch], value)) ++i;
    return i;
  }

  static void run(char* state, std::int64_t stride, const char* data, std::int64_t n, std::int64_t seen) {
    const T* x = reinterpret_cast<const T*>(data);
    T most = best(state, stride, 0);
    std::int64_t block = -1;
    for (std::int64_t at = 0; at < n; at += kBlock) {
      T leaf;
      Fold::leafOf(x + at, n - at < kBlock ? n - at : kBlock, &leaf);
      if (seen + at != 0 && !beats(most, leaf)) continue;
      most = leaf;
      block = at;
    }
    if (block < 0) return;
    best(state, stride, 0) = most;
    index(state, 0) = seen + block + find(x + block, n - block < kBlock ? n - block : kBlock, 1, most);
  }

  static void columns(char* state, std::int64_t stride, const char* data, std::int64_t rows, std::int64_t rowStride,
                      std::int64_t width, std::int64_t seen) {
    alignas(64) T leaf[kWidest];
    const T* x = reinterpret_cast<const T*>(data);
    for (std::int64_t done = 0; done < rows; done += kLeafRows) {
      const std::int64_t n = rows - done < kLeafRows ? rows - done : kLeafRows;
      const T* row = x + done * rowStride;
      Fold::leafRows(row, rowStride, n, width, leaf);
      for (std::int64_t j = 0; j < width; ++j) {
        if (seen + done != 0 && !beats(best(state, stride, j), leaf[j])) continue;
        best(state, stride, j) = leaf[j];
        index(state, j) = seen + done + find(row + j, n, rowStride, leaf[j]);
      }
    }
  }

  static void merge(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                    std::int64_t seenInto, std::int64_t) {
    char* more = const_cast<char*>(from);
    for (std::int64_t j = 0; j < width; ++j) {
      const T value = best(more, fromStride, j);
      if (seenInto != 0 && !beats(best(into, intoStride, j), value)) continue;
      best(into, intoStride, j) = value;
      index(into, j) = seenInto + index(more, j);
    }
  }

  static void finish(char* out, const char* state, std::int64_t, std::int64_t width, std::int64_t, const char*) {
    for (std::int64_t j = 0; j < width; ++j)
      reinterpret_cast<std::int64_t*>(out)[j] = index(const_cast<char*>(state), j);
  }

  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{2, kFieldBytes, kWidest, true, empty, columns, run, merge, finish, nullptr};
    static_assert(kWidest * 2 * kFieldBytes <= kMaxStateBytes, "states fit the driver's buffers");
    return &loops;
  }
};

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(NAME, D, ...) \
  { NAME, reduceDriver, DType::D, DType::Int64, reinterpret_cast<Inner>(__VA_ARGS__::give) }
#define REAL_ROW(D, T) \
  ROW("argmax", D, ArgLoops<Extreme<T, true>, true>), ROW("argmin", D, ArgLoops<Extreme<T, false>, false>)
#define COMPLEX_ROW(D, T)                                     \
  ROW("argmax", D, ArgLoops<ComplexExtremum<T, true>, true>), \
      ROW("argmin", D, ArgLoops<ComplexExtremum<T, false>, false>)

const Row kRows[] = {
    REAL_ROW(Bool, std::uint8_t),    REAL_ROW(Uint8, std::uint8_t),   REAL_ROW(Uint16, std::uint16_t),
    REAL_ROW(Uint32, std::uint32_t), REAL_ROW(Uint64, std::uint64_t), REAL_ROW(Int8, std::int8_t),
    REAL_ROW(Int16, std::int16_t),   REAL_ROW(Int32, std::int32_t),   REAL_ROW(Int64, std::int64_t),
    REAL_ROW(Float32, float),        REAL_ROW(Float64, double),       COMPLEX_ROW(Complex64, float),
    COMPLEX_ROW(Complex128, double),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
