// Rows of reductions/scan.
//
// Sums of floats run in float64 as prefixes of eight lanes. Those of float64 are scanned from zero in blocks of 128,
// which then meet what came before, kept with its rounding error: however long a row is, a result is off by at most 11
// * 2^-52 of the sum of the magnitudes so far. float32 has bits enough to go on without. Products run in order, float32
// in float64: a tree of factors could overflow where their order does not. Integers wrap.
#include "reductions/scan.h"

#include "core/table.h"
#include "reductions/extreme.h"
#include "reductions/fold.h"
#include "reductions/prefix.h"
#include "reductions/steps.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
Complex<T> canonical(Complex<T> x) {
  return {canonical(x.re), canonical(x.im)};
}
/// A plain conversion, of both parts of a complex number.
template <class To, class From>
To valueOf(From x) {
  if constexpr (std::is_arithmetic_v<From>)
    return static_cast<To>(x);
  else
    return {static_cast<decltype(To::re)>(x.re), static_cast<decltype(To::im)>(x.im)};
}

/// One column after the other and element after element, states in W.
template <class T, class W, class Step>
struct OrderedScan {
  static constexpr bool kVector = std::is_arithmetic_v<T>;
  static constexpr bool kSum = std::is_same_v<Step, Add>;
  static constexpr int kPart = kVectorBytes / static_cast<int>(sizeof(W));

  static W identity() {
    if constexpr (!kVector)
      return {1, 0};
    else
      return kSum ? W{0} : W{1};
  }
  static void start(char* state, std::int64_t width) {
    W* s = reinterpret_cast<W*>(state);
    for (std::int64_t j = 0; j < width; ++j) s[j] = identity();
  }
  static void join(char* into, const char* from, std::int64_t width) {
    W* s = reinterpret_cast<W*>(into);
    const W* more = reinterpret_cast<const W*>(from);
    for (std::int64_t j = 0; j < width; ++j) s[j] = Step{}(s[j], more[j]);
  }
  static void total(char* state, const char* data, std::int64_t n) {
    const T* x = reinterpret_cast<const T*>(data);
    W seen = *reinterpret_cast<W*>(state);
    for (std::int64_t i = 0; i < n; ++i) seen = Step{}(seen, valueOf<W>(x[i]));
    *reinterpret_cast<W*>(state) = seen;
  }
  static void run(char* state, char* out, const char* data, std::int64_t n) {
    const T* x = reinterpret_cast<const T*>(data);
    T* to = reinterpret_cast<T*>(out);
    W seen = *reinterpret_cast<W*>(state);
    for (std::int64_t i = 0; i < n; ++i) {
      seen = Step{}(seen, valueOf<W>(x[i]));
      to[i] = canonical(valueOf<T>(seen));
    }
    *reinterpret_cast<W*>(state) = seen;
  }
  static void columns(char* state, char* out, std::int64_t outRow, const char* data, std::int64_t row,
                      std::int64_t rows, std::int64_t width) {
    const T* x = reinterpret_cast<const T*>(data);
    T* to = reinterpret_cast<T*>(out);
    W* s = reinterpret_cast<W*>(state);
    for (std::int64_t r = 0; r < rows; ++r, x += row, to += out == nullptr ? 0 : outRow) {
      std::int64_t j = 0;
      if constexpr (kVector) {
        for (; j + kPart <= width; j += kPart) {
          Vector<W> v = Step{}(loadVector<Vector<W>>(s + j), widened<W>(x + j));
          storeVector(s + j, v);
          if (out == nullptr) continue;
          if constexpr (std::is_floating_point_v<W>) v = v == v ? v : __builtin_nan("") - Vector<W>{};
          narrowed<W>(to + j, v);
        }
      }
      for (; j < width; ++j) {
        s[j] = Step{}(s[j], valueOf<W>(x[j]));
        if (out != nullptr) to[j] = canonical(valueOf<T>(s[j]));
      }
    }
  }

  static const ScanLoops* give() {
    static constexpr ScanLoops loops{sizeof(W), kSum, start, join, total, run, columns};
    return &loops;
  }
};

/// Sums of 32- and 64-bit integers, by lanes along a row.
template <class T>
struct IntegerSum : OrderedScan<T, T, Add> {
  static void run(char* state, char* out, const char* data, std::int64_t n) {
    using P = Prefix<T, 1>;
    constexpr int count = Lanes<T>::kCount;
    const T* x = reinterpret_cast<const T*>(data);
    T* to = reinterpret_cast<T*>(out);
    T seen = *reinterpret_cast<T*>(state);
    typename P::Part before = seen - typename P::Part{};
    std::int64_t i = 0;
    for (; i + count <= n; i += count) {
      Lanes<T> v = Lanes<T>::load(x + i);
      P::of(v);
      for (int p = 0; p < Lanes<T>::kParts; ++p) storeVector(to + i + p * P::kPart, before + v.part[p]);
      before = before + P::last(v.part[Lanes<T>::kParts - 1]);
    }
    seen = before[0];
    for (; i < n; ++i) to[i] = seen = static_cast<T>(seen + x[i]);
    *reinterpret_cast<T*>(state) = seen;
  }

  static const ScanLoops* give() {
    static constexpr ScanLoops loops{sizeof(T),         true, IntegerSum::start,  IntegerSum::join,
                                     IntegerSum::total, run,  IntegerSum::columns};
    return &loops;
  }
};

/// Sums of floats, or of complex numbers as pairs of them. States are float64 sums, then their rounding errors.
template <class T, int kC>
struct FloatSum {
  using P = Prefix<double, kC>;
  using Part = typename P::Part;
  static constexpr int kCount = Lanes<double>::kCount;
  static constexpr int kPart = P::kPart;
  static constexpr int kParts = Lanes<double>::kParts;
  // float32 has bits enough in float64 to add them one vector after the other.
  static constexpr bool kExact = std::is_same_v<T, double>;
  // Rounds of four accumulators in a leaf of a total.
  static constexpr std::int64_t kLeaf = kRoundedSteps * 4 * kCount;

  static void start(char* state, std::int64_t width) {
    double* high = reinterpret_cast<double*>(state);
    for (std::int64_t j = 0; j < width * kC; ++j) {
      high[j] = -0.0;
      high[width * kC + j] = 0;
    }
  }
  static void join(char* into, const char* from, std::int64_t width) {
    Compensated::merge(reinterpret_cast<double*>(into), width * kC, reinterpret_cast<const double*>(from), width * kC,
                       width * kC, false);
  }

  static void total(char* state, const char* data, std::int64_t n) {
    const T* x = reinterpret_cast<const T*>(data);
    double* high = reinterpret_cast<double*>(state);
    n *= kC;
    const auto add = [](Lanes<double>& sum, const Lanes<double>& v) { sum = zip(Add{}, sum, v); };
    for (std::int64_t at = 0; at < n; at += kLeaf) {
      const std::int64_t end = n - at < kLeaf ? n : at + kLeaf;
      const Lanes<double> zero = Lanes<double>::all(-0.0);
      Lanes<double> a = zero;
      Lanes<double> b = zero;
      Lanes<double> c = zero;
      Lanes<double> d = zero;
      std::int64_t i = at;
      for (; i + 4 * kCount <= end; i += 4 * kCount) {
        add(a, widenedLanes<double>(x + i));
        add(b, widenedLanes<double>(x + i + kCount));
        add(c, widenedLanes<double>(x + i + 2 * kCount));
        add(d, widenedLanes<double>(x + i + 3 * kCount));
      }
      for (; i < end; i += kCount) add(a, some(x + i, end - i));
      double sums[kC];
      fold<kC>(Add{}, zip(Add{}, zip(Add{}, a, b), zip(Add{}, c, d)), sums);
      for (int k = 0; k < kC; ++k) Compensated::addOne(high[k], high[kC + k], sums[k]);
    }
  }

  /// Up to kCount elements, -0 behind them.
  static Lanes<double> some(const T* from, std::int64_t n) {
    if (n >= kCount) return widenedLanes<double>(from);
    T all[kCount];
    for (int k = 0; k < kCount; ++k) all[k] = k < n ? from[k] : -T{0};
    return widenedLanes<double>(all);
  }

  static void run(char* state, char* out, const char* data, std::int64_t n) {
    const T* x = reinterpret_cast<const T*>(data);
    T* to = reinterpret_cast<T*>(out);
    double* high = reinterpret_cast<double*>(state);
    n *= kC;
    const std::int64_t block = kExact ? kScanBlock : n;
    for (std::int64_t at = 0; at < n; at += block) {
      const std::int64_t end = n - at < block ? n : at + block;
      const Part seen = P::repeated(Compensated::value(high, kC, 0), Compensated::value(high, kC, kC - 1));
      Part before = kExact ? P::zero() : seen;
      const auto next = [&](Lanes<double> v, T* put) {
        P::of(v);
        for (int p = 0; p < kParts; ++p) {
          const Part sum = before + v.part[p];
          narrowed<double>(put + p * kPart, kExact ? seen + sum : sum);
        }
        before = before + P::last(v.part[kParts - 1]);
      };
      std::int64_t i = at;
      for (; i + kCount <= end; i += kCount) next(widenedLanes<double>(x + i), to + i);
      if (i < end) {
        T rest[kCount];
        next(some(x + i, end - i), rest);
        for (int k = 0; i + k < end; ++k) to[i + k] = rest[k];
      }
      bool nan = false;
      for (int k = 0; k < kC; ++k) {
        if (kExact) {
          Compensated::addOne(high[k], high[kC + k], before[k]);
        } else {
          high[k] = before[k];
          high[kC + k] = 0;
        }
        nan = nan || high[k] != high[k];
      }
      // NaN stays in a sum, so the last one tells whether there is any.
      if (nan)
        for (i = at; i < end; ++i) to[i] = canonical(to[i]);
    }
  }

  static void columns(char* state, char* out, std::int64_t outRow, const char* data, std::int64_t row,
                      std::int64_t rows, std::int64_t width) {
    const T* x = reinterpret_cast<const T*>(data);
    T* to = reinterpret_cast<T*>(out);
    double* high = reinterpret_cast<double*>(state);
    width *= kC;
    double* low = high + width;
    for (std::int64_t r = 0; r < rows; ++r, x += row * kC, to += out == nullptr ? 0 : outRow * kC) {
      std::int64_t j = 0;
      for (; j + kPart <= width; j += kPart) {
        const Part v = widened<double>(x + j);
        const Part before = loadVector<Part>(high + j);
        const Part sum = before + v;
        const Part part = sum - before;
        const Part error = loadVector<Part>(low + j) + ((before - (sum - part)) + (v - part));
        storeVector(high + j, sum);
        storeVector(low + j, error);
        if (out == nullptr) continue;
        // As Compensated::value, and NaN as canonical gives it.
        const Part corrected = (error != Part{}) & (sum - sum == Part{}) ? sum + error : sum;
        narrowed<double>(to + j, corrected == corrected ? corrected : __builtin_nan("") - Part{});
      }
      for (; j < width; ++j) {
        Compensated::addOne(high[j], low[j], x[j]);
        if (out != nullptr) to[j] = canonical(static_cast<T>(Compensated::value(high, width, j)));
      }
    }
  }

  static const ScanLoops* give() {
    static constexpr ScanLoops loops{16 * kC, true, start, join, total, run, columns};
    return &loops;
  }
};

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(NAME, D, ...) \
  { NAME, scanDriver, DType::D, DType::D, reinterpret_cast<Inner>(__VA_ARGS__::give) }
// Signed integers wrap as unsigned ones of their width do.
#define SMALL_ROW(D, T) ROW("cumsum", D, OrderedScan<T, T, Add>), ROW("cumprod", D, OrderedScan<T, T, Multiply>)
#define INTEGER_ROW(D, T) ROW("cumsum", D, IntegerSum<T>), ROW("cumprod", D, OrderedScan<T, T, Multiply>)

const Row kRows[] = {
    SMALL_ROW(Uint8, std::uint8_t),
    SMALL_ROW(Int8, std::uint8_t),
    SMALL_ROW(Uint16, std::uint16_t),
    SMALL_ROW(Int16, std::uint16_t),
    INTEGER_ROW(Uint32, std::uint32_t),
    INTEGER_ROW(Int32, std::uint32_t),
    INTEGER_ROW(Uint64, std::uint64_t),
    INTEGER_ROW(Int64, std::uint64_t),
    ROW("cumsum", Float32, FloatSum<float, 1>),
    ROW("cumsum", Float64, FloatSum<double, 1>),
    ROW("cumsum", Complex64, FloatSum<float, 2>),
    ROW("cumsum", Complex128, FloatSum<double, 2>),
    ROW("cumprod", Float32, OrderedScan<float, double, Multiply>),
    ROW("cumprod", Float64, OrderedScan<double, double, Multiply>),
    ROW("cumprod", Complex64, OrderedScan<Complex<float>, Complex<double>, Multiply>),
    ROW("cumprod", Complex128, OrderedScan<Complex<double>, Complex<double>, Multiply>),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
