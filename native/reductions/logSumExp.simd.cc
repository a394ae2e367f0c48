// Rows of logsumexp. One pass over memory: a block's maximum, then, while the block is in cache, the sum of exp(x -
// max), rescaled whenever the maximum grows. Sums follow the fixed tree of fold.h and go into float64 from block to
// block; exp and log fuse no products, so that the bits are the same on every level. The error is at most 2 ULP of the
// largest of 1, |max(x)| and the result.
#define NDOPS_UNFUSED

#include "core/table.h"
#include "reductions/extreme.h"
#include "reductions/fold.h"
#include "reductions/reduce.h"
#include "simd/exponential.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct Plus {
  template <class X>
  X operator()(X a, X b) const {
    return a + b;
  }
};

template <class T>
struct ExpSum {
  using Step = Plus;
  static constexpr T padding() { return 0; }
};

/// exp(x) for x <= 0 (what is above need not be right): 1.5 ULP, for two thirds of the operations.
template <class T>
NDOPS_INLINE Batch<T> expBelow(Batch<T> x) {
  // Past this the result is 0 anyway.
  const Batch<T> from = maximum(Batch<T>(static_cast<T>(sizeof(T) == 4 ? -104.5 : -746)), x);
  const Batch<T> n = rounded(from * kLog2e<T>);
  const Batch<T> rest = (from - n * Ln2<T>::kHigh) - n * Ln2<T>::kLow;
  return scale(1 + (rest + rest * rest * expTail(rest)), n);
}

/// to[i] = f(from[i]...) by registers; the last ones are filled up with zeros.
template <class T, class F, class... From>
inline void apply(T* to, std::int64_t n, F f, const From*... from) {
  std::int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) store(to + i, f(load(from + i)...));
  if (i == n) return;
  const auto last = [i, n](const T* all) {
    T some[kLanes<T>] = {};
    for (std::int64_t k = i; k < n; ++k) some[k - i] = all[k];
    return load(some);
  };
  T results[kLanes<T>];
  store(results, f(last(from)...));
  for (std::int64_t k = i; k < n; ++k) to[k] = results[k - i];
}
template <class T>
inline void expAll(T* x, std::int64_t n) {
  apply(
      x, n, [](Batch<T> v) { return expBelow(v); }, x);
}
inline double expOne(double x) {
  expAll(&x, 1);
  return x;
}

/// What is taken off before exp: the maximum, or nothing where that is infinite or NaN (then it is the result itself).
template <class T>
inline T shiftOf(T most) {
  return most - most == 0 ? most : T{0};
}

/// NaN stays.
inline double larger(double a, double b) { return b > a || b != b ? b : a; }

/// States are the maximum and the sum of exp(x - maximum).
template <class T>
struct LogSumExpLoops {
  using Most = FoldLoops<Extreme<T, true>>;
  static constexpr std::int64_t kBlock = 4096 / static_cast<std::int64_t>(sizeof(T));
  static constexpr int kWidest = 1024;

  static void empty(char* state, std::int64_t stride, std::int64_t width) {
    double* most = reinterpret_cast<double*>(state);
    for (std::int64_t j = 0; j < width; ++j) {
      most[j] = -__builtin_inf();
      most[stride + j] = 0;
    }
  }

  static void run(char* state, std::int64_t stride, const char* data, std::int64_t n, std::int64_t seen) {
    const T* x = reinterpret_cast<const T*>(data);
    double& most = reinterpret_cast<double*>(state)[0];
    double& sum = reinterpret_cast<double*>(state)[stride];
    if (seen == 0) empty(state, stride, 1);
    alignas(kLaneBytes) T powers[kBlock];
    for (std::int64_t at = 0; at < n; at += kBlock) {
      const std::int64_t length = n - at < kBlock ? n - at : kBlock;
      T leaf;
      Most::leafOf(x + at, length, &leaf);
      const double now = larger(most, leaf);
      const Batch<T> shift(shiftOf(static_cast<T>(now)));
      apply(
          powers, length, [shift](Batch<T> v) { return expBelow(v - shift); }, x + at);
      foldRun<ExpSum<T>, 1>(powers, length, &leaf);
      sum = (now > most ? sum * expOne(most - now) : sum) + static_cast<double>(leaf);
      most = now;
    }
  }

  static void columns(char* state, std::int64_t stride, const char* data, std::int64_t rows, std::int64_t rowStride,
                      std::int64_t width, std::int64_t seen) {
    alignas(kLaneBytes) T leaf[kMaxTile];
    alignas(kLaneBytes) T shift[kWidest];
    alignas(kLaneBytes) T sums[kWidest];
    const T* row = reinterpret_cast<const T*>(data);
    double* most = reinterpret_cast<double*>(state);
    if (seen == 0) empty(state, stride, width);
    for (std::int64_t done = 0; done < rows; done += kLeafRows) {
      const std::int64_t n = rows - done < kLeafRows ? rows - done : kLeafRows;
      Most::leafRows(row, rowStride, n, width, leaf);
      rescale(most, stride, leaf, width);
      for (std::int64_t j = 0; j < width; ++j) shift[j] = shiftOf(static_cast<T>(most[j]));
      for (std::int64_t j = 0; j < width; ++j) sums[j] = 0;
      for (std::int64_t r = 0; r < n; ++r, row += rowStride)
        apply(
            sums, width, [](Batch<T> total, Batch<T> v, Batch<T> off) { return total + expBelow(v - off); }, sums, row,
            shift);
      for (std::int64_t j = 0; j < width; ++j) most[stride + j] += static_cast<double>(sums[j]);
    }
  }

  /// Takes new maxima in, column by column.
  template <class M>
  static void rescale(double* most, std::int64_t stride, const M* __restrict more, std::int64_t width) {
    constexpr std::int64_t some = 256;
    double factor[some];
    for (std::int64_t at = 0; at < width; at += some) {
      const std::int64_t n = width - at < some ? width - at : some;
      bool any = false;
      for (std::int64_t j = 0; j < n; ++j) {
        const double before = most[at + j];
        const double now = larger(before, static_cast<double>(more[at + j]));
        any = any || now != before;
        // Nothing to rescale where the maximum stays, be it infinite.
        factor[j] = now > before ? before - now : 0;
        most[at + j] = now;
      }
      if (!any) continue;
      expAll(factor, n);
      for (std::int64_t j = 0; j < n; ++j) most[stride + at + j] *= factor[j];
    }
  }

  static void merge(char* into, std::int64_t intoStride, const char* from, std::int64_t fromStride, std::int64_t width,
                    std::int64_t seenInto, std::int64_t) {
    double* most = reinterpret_cast<double*>(into);
    const double* more = reinterpret_cast<const double*>(from);
    if (seenInto == 0) {
      std::memcpy(most, more, static_cast<std::size_t>(width) * sizeof(double));
      std::memcpy(most + intoStride, more + fromStride, static_cast<std::size_t>(width) * sizeof(double));
      return;
    }
    rescale(most, intoStride, more, width);
    for (std::int64_t j = 0; j < width; ++j) {
      const double behind = more[j] < most[j] ? expOne(more[j] - most[j]) : 1;
      most[intoStride + j] += more[fromStride + j] * behind;
    }
  }

  static void finish(char* out, const char* state, std::int64_t stride, std::int64_t width, std::int64_t, const char*) {
    T* to = reinterpret_cast<T*>(out);
    const double* most = reinterpret_cast<const double*>(state);
    constexpr std::int64_t some = 256;
    double logs[some];
    for (std::int64_t at = 0; at < width; at += some) {
      const std::int64_t n = width - at < some ? width - at : some;
      for (std::int64_t j = 0; j < n; ++j) logs[j] = most[stride + at + j];
      apply(
          logs, n, [](Batch<double> v) { return log(v); }, logs);
      for (std::int64_t j = 0; j < n; ++j) {
        const double m = most[at + j];
        to[at + j] = canonical(static_cast<T>(m - m == 0 ? m + logs[j] : m));
      }
    }
  }

  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{2, 8, kWidest, false, empty, columns, run, merge, finish, nullptr};
    return &loops;
  }
};

#define ROW(D, T) \
  { "logsumexp", reduceDriver, DType::D, DType::D, reinterpret_cast<Inner>(LogSumExpLoops<T>::give) }

const Row kRows[] = {ROW(Float32, float), ROW(Float64, double)};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
