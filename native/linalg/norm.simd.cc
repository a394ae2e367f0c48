// Rows of the norms of vectors, run by the driver of the reductions: "norm" (the square root of the sum of squares),
// "norm1" (the sum of sizes), "normInfinity" and "normNegativeInfinity" (the largest and the smallest size). A size is
// an absolute value; of complex numbers, "norm" alone takes them as they are.
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/table.h"
#include "reductions/extreme.h"
#include "reductions/fold.h"
#include "reductions/reduce.h"
#include "simd/lanes.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The absolute value of a number or of each lane of a vector.
template <class X>
inline X sizeOf(X x) {
  if constexpr (std::is_floating_point_v<X>) {
    return __builtin_fabs(x);
  } else {
    using Bits = typename IntegerOf<sizeof(x[0])>::type;
    using Integers = Vector<Bits, static_cast<int>(sizeof(X))>;
    return (X)((Integers)x & std::numeric_limits<Bits>::max());
  }
}

/// As many numbers as a register of float64 has.
inline Vector<double> loadWide(const double* from) { return loadVector<Vector<double>>(from); }
inline Vector<double> loadWide(const float* from) {
#if defined(__AVX512F__)
  return (Vector<double>)_mm512_cvtps_pd(_mm256_loadu_ps(from));
#elif defined(__AVX2__)
  return (Vector<double>)_mm256_cvtps_pd(_mm_loadu_ps(from));
#elif defined(__SSE2__)
  double pair;
  std::memcpy(&pair, from, sizeof pair);
  return (Vector<double>)_mm_cvtps_pd(_mm_castpd_ps(_mm_set_sd(pair)));
#else
  return __builtin_convertvector(loadVector<Vector<float, kVectorBytes / 2>>(from), Vector<double>);
#endif
}

// Sums, largest and smallest of sizes are sizes, so a step may take both of its operands for elements.
struct AddSizes {
  template <class X>
  X operator()(X a, X x) const {
    return sizeOf(a) + sizeOf(x);
  }
};
struct LargestSize {
  template <class X>
  X operator()(X a, X x) const {
    return Greatest{}(sizeOf(a), sizeOf(x));
  }
};
struct SmallestSize {
  template <class X>
  X operator()(X a, X x) const {
    return Least{}(sizeOf(a), sizeOf(x));
  }
};

/// A leaf of one row is that row as it lies, with its signs.
struct CompensatedSizes : Compensated {
  static void add(double* __restrict state, std::int64_t stride, const double* __restrict leaf, std::int64_t n,
                  bool first) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (first) state[i] = state[stride + i] = 0;
      addOne(state[i], state[stride + i], sizeOf(leaf[i]));
    }
  }
};

template <class T, class StepOf, class StateOf, int kSteps>
struct Sizes {
  using Item = T;
  using Out = T;
  using Step = StepOf;
  using State = StateOf;
  static constexpr int kComponents = 1;
  static constexpr int kRunSteps = kSteps;
  static constexpr T padding() {
    return std::is_same_v<Step, SmallestSize> ? std::numeric_limits<T>::infinity() : T{0};
  }
  static constexpr T ofNothing(int) { return padding(); }
  template <int keep>
  static void leafOf(const T* x, std::int64_t n, T* leaf) {
    foldRun<Sizes, keep>(x, n, leaf);
  }
  template <class W>
  static T result(W x, std::int64_t) {
    return canonical(static_cast<T>(sizeOf(x)));
  }
};
template <class T>
using SumOfSizes =
    Sizes<T, AddSizes, std::conditional_t<std::is_same_v<T, double>, CompensatedSizes, Plain<double, AddSizes>>,
          kRoundedSteps>;
template <class T>
using Largest = Sizes<T, LargestSize, Plain<T, LargestSize>, kExactSteps>;
template <class T>
using Smallest = Sizes<T, SmallestSize, Plain<T, SmallestSize>, kExactSteps>;

/// Sums of squares in float64, where those of float32 numbers are exact and do not overflow. kC is 2 for complex
/// numbers, whose parts are squared alike.
template <class T, int kC>
struct SquareLoops {
  struct Add {
    double operator()(double a, double b) const { return a + b; }
  };
  using State = std::conditional_t<std::is_same_v<T, double>, Compensated, Plain<double, Add>>;
  static constexpr std::int64_t kWidest = 1024;
  static constexpr std::int64_t kBlock = 1024;
  static constexpr int kCount = Lanes<double>::kCount;

  static double squared(T x) { return static_cast<double>(x) * static_cast<double>(x); }

  static Lanes<double> squares(const T* from) {
    Lanes<double> r;
    for (int i = 0; i < Lanes<double>::kParts; ++i) {
      const Vector<double> x = loadWide(from + i * Lanes<double>::kPartCount);
      r.part[i] = x * x;
    }
    return r;
  }

  static void empty(char* state, std::int64_t stride, std::int64_t width) {
    constexpr double leaf[kC] = {};
    for (std::int64_t j = 0; j < width; ++j)
      State::add(reinterpret_cast<double*>(state) + j * kC, stride * kC, leaf, kC, true);
  }

  static void columns(char* state, std::int64_t stride, const char* x, std::int64_t rows, std::int64_t rowStride,
                      std::int64_t width, std::int64_t seen) {
    alignas(64) double leaf[kWidest * kC];
    const std::int64_t w = width * kC;
    const std::int64_t pitch = rowStride * kC;
    const T* row = reinterpret_cast<const T*>(x);
    for (std::int64_t done = 0; done < rows; done += kLeafRows) {
      const std::int64_t n = rows - done < kLeafRows ? rows - done : kLeafRows;
      for (std::int64_t j = 0; j < w; ++j) leaf[j] = 0;
      std::int64_t r = 0;
      for (; r + 4 <= n; r += 4) {
        const T* __restrict p = row + (done + r) * pitch;
        for (std::int64_t j = 0; j < w; ++j)
          leaf[j] += (squared(p[j]) + squared(p[pitch + j])) + (squared(p[2 * pitch + j]) + squared(p[3 * pitch + j]));
      }
      for (; r < n; ++r) {
        const T* __restrict p = row + (done + r) * pitch;
        for (std::int64_t j = 0; j < w; ++j) leaf[j] += squared(p[j]);
      }
      State::add(reinterpret_cast<double*>(state), stride * kC, leaf, w, seen + done == 0);
    }
  }

  /// Two accumulators of lanes (more would not fit the registers of v2), folded in a fixed tree.
  static void leafOf(const T* x, std::int64_t n, double* leaf) {
    const auto add = [](auto a, auto b) { return a + b; };
    Lanes<double> even = Lanes<double>::all(0);
    Lanes<double> odd = even;
    std::int64_t i = 0;
    for (; i + 2 * kCount <= n; i += 2 * kCount) {
      even = zip(add, even, squares(x + i));
      odd = zip(add, odd, squares(x + i + kCount));
    }
    if (i + kCount <= n) {
      even = zip(add, even, squares(x + i));
      i += kCount;
    }
    if (i < n) {
      T rest[kCount] = {};
      std::memcpy(rest, x + i, static_cast<std::size_t>(n - i) * sizeof(T));
      odd = zip(add, odd, squares(rest));
    }
    fold<kC>(add, zip(add, even, odd), leaf);
  }

  static void run(char* state, std::int64_t stride, const char* x, std::int64_t n, std::int64_t seen) {
    const T* from = reinterpret_cast<const T*>(x);
    n *= kC;
    for (std::int64_t at = 0; at < n; at += kBlock) {
      double leaf[kC];
      leafOf(from + at, n - at < kBlock ? n - at : kBlock, leaf);
      State::add(reinterpret_cast<double*>(state), stride * kC, leaf, kC, seen + at == 0);
    }
  }

  static void merge(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                    std::int64_t seenInto, std::int64_t) {
    State::merge(reinterpret_cast<double*>(into), intoStride * kC, reinterpret_cast<const double*>(from),
                 fromStride * kC, width * kC, seenInto == 0);
  }

  static void finish(char* out, const char* state, std::int64_t stride, std::int64_t width, std::int64_t, const char*) {
    T* to = reinterpret_cast<T*>(out);
    const double* s = reinterpret_cast<const double*>(state);
    for (std::int64_t i = 0; i < width; ++i) {
      double sum = State::value(s, stride * kC, i * kC);
      if (kC == 2) sum += State::value(s, stride * kC, i * kC + 1);
      to[i] = canonical(static_cast<T>(__builtin_sqrt(sum)));
    }
  }

  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{State::kFields,
                                       static_cast<std::int32_t>(sizeof(double)) * kC,
                                       kWidest,
                                       false,
                                       empty,
                                       columns,
                                       run,
                                       merge,
                                       finish,
                                       nullptr};
    static_assert(kWidest * State::kFields * sizeof(double) * kC <= kMaxStateBytes, "states fit the driver's buffers");
    return &loops;
  }
};

#define ROW(NAME, D, OUT, ...) \
  { NAME, reduceDriver, DType::D, DType::OUT, reinterpret_cast<Inner>(__VA_ARGS__::give) }
#define REAL_ROW(D, T)                                                                \
  ROW("norm", D, D, SquareLoops<T, 1>), ROW("norm1", D, D, FoldLoops<SumOfSizes<T>>), \
      ROW("normInfinity", D, D, FoldLoops<Largest<T>>), ROW("normNegativeInfinity", D, D, FoldLoops<Smallest<T>>)

const Row kRows[] = {
    REAL_ROW(Float32, float),
    REAL_ROW(Float64, double),
    ROW("norm", Complex64, Float32, SquareLoops<float, 2>),
    ROW("norm", Complex128, Float64, SquareLoops<double, 2>),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
