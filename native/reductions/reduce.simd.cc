// Rows of reductions/reduce. Computing dtypes: sum, prod, mean by their accumulator; max and min at every stored dtype
// but the 16-bit floats (exact in float32); any, all and countNonzero on bools, into which the driver converts.
#include "reductions/reduce.h"

#include "core/table.h"
#include "reductions/extreme.h"
#include "reductions/fold.h"
#include "reductions/steps.h"
#include "reductions/variance.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
using SumState = std::conditional_t<std::is_same_v<T, double>, Compensated,
                                    Plain<std::conditional_t<std::is_same_v<T, float>, double, T>, Add>>;

template <class T, int C>
struct Sum {
  using Item = T;
  using Out = T;
  using Step = Add;
  using State = SumState<T>;
  static constexpr int kComponents = C;
  static constexpr int kRunSteps = std::is_floating_point_v<T> ? kRoundedSteps : kExactSteps;
  template <int keep>
  static void leafOf(const T* x, std::int64_t n, T* leaf) {
    foldRun<Sum, keep>(x, n, leaf);
  }
  // -0 keeps a sum of -0 alone what it is.
  static constexpr T padding() { return std::is_floating_point_v<T> ? -T{0} : T{0}; }
  static constexpr T ofNothing(int) { return 0; }
  static T result(typename State::Wide x, std::int64_t) { return canonical(static_cast<T>(x)); }
};

template <class T, int C>
struct Mean : Sum<T, C> {
  static T result(double x, std::int64_t n) { return canonical(static_cast<T>(x / static_cast<double>(n))); }
};

template <class T>
struct Prod {
  using Item = T;
  using Out = T;
  using Step = Multiply;
  using State = Plain<std::conditional_t<std::is_same_v<T, float>, double, T>, Multiply>;
  static constexpr int kComponents = 1;
  static constexpr int kRunSteps = std::is_floating_point_v<T> ? kRoundedSteps : kExactSteps;
  template <int keep>
  static void leafOf(const T* x, std::int64_t n, T* leaf) {
    foldRun<Prod, keep>(x, n, leaf);
  }
  static constexpr T padding() { return 1; }
  static constexpr T ofNothing(int) { return 1; }
  static T result(typename State::Wide x, std::int64_t) { return canonical(static_cast<T>(x)); }
};

/// float32 pairs multiply in float64 from block to block.
struct WideComplex : Complex<double> {
  WideComplex() = default;
  template <class T>
  explicit WideComplex(Complex<T> x) : Complex<double>{x.re, x.im} {}
};
struct MultiplyWide {
  WideComplex operator()(const WideComplex& a, const WideComplex& b) const {
    return WideComplex(Multiply{}(static_cast<Complex<double>>(a), static_cast<Complex<double>>(b)));
  }
};
template <class T>
struct ComplexProd {
  using Item = Complex<T>;
  using Out = Complex<T>;
  using Step = Multiply;
  using State = Plain<WideComplex, MultiplyWide>;
  static constexpr int kComponents = 1;
  static Item ofNothing(int) { return {1, 0}; }
  static Out result(const WideComplex& x, std::int64_t) {
    return {canonical(static_cast<T>(x.re)), canonical(static_cast<T>(x.im))};
  }
};

/// Bools: any is their maximum, all their minimum.
template <bool kAny>
struct Quantifier : Extreme<std::uint8_t, kAny> {
  static constexpr std::uint8_t ofNothing(int) { return kAny ? 0 : 1; }
  static std::uint8_t result(std::uint8_t x, std::int64_t) { return x != 0; }
};

/// Leaves of bytes are added with care for their width: 64 rows, or one lane of one block, stay below 256.
struct Count {
  using Item = std::uint8_t;
  using Out = std::int64_t;
  using Step = Add;
  using State = Plain<std::int64_t, Add>;
  static constexpr int kComponents = 1;
  static constexpr std::uint8_t padding() { return 0; }
  static constexpr std::uint8_t ofNothing(int) { return 0; }
  static constexpr int kRunSteps = 1;
  template <int keep>
  static void leafOf(const std::uint8_t* x, std::int64_t n, std::uint8_t* leaf) {
    foldRun<Count, keep>(x, n, leaf);
  }
  static std::int64_t result(std::int64_t x, std::int64_t) { return x; }
};

struct CountLoops : FoldLoops<Count> {
  static void run(char* state, std::int64_t, const char* x, std::int64_t n, std::int64_t seen) {
    constexpr std::int64_t most = 255 * kLaneBytes;
    const std::uint8_t* from = reinterpret_cast<const std::uint8_t*>(x);
    std::int64_t* count = reinterpret_cast<std::int64_t*>(state);
    if (seen == 0) *count = 0;
    for (std::int64_t at = 0; at < n; at += most) {
      const std::int64_t end = n - at < most ? n : at + most;
      Lanes<std::uint8_t> sums = Lanes<std::uint8_t>::all(0);
      std::int64_t i = at;
      for (; i + kLaneBytes <= end; i += kLaneBytes) sums = zip(Add{}, sums, Lanes<std::uint8_t>::load(from + i));
      std::uint8_t lanes[kLaneBytes];
      std::memcpy(lanes, &sums, sizeof lanes);
      for (const std::uint8_t some : lanes) *count += some;
      for (; i < end; ++i) *count += from[i];
    }
  }
  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{1, 8, kMaxTile, false, empty, columns, run, merge, finish, nullptr};
    return &loops;
  }
};

/// One true decides any, one false all.
template <bool kAny>
struct QuantifierLoops : FoldLoops<Quantifier<kAny>> {
  using Base = FoldLoops<Quantifier<kAny>>;
  static bool settled(const char* state) { return (*state != 0) == kAny; }
  static const ReduceLoops* give() {
    static constexpr ReduceLoops loops{1,         1,           kMaxTile,     false,  Base::empty, Base::columns,
                                       Base::run, Base::merge, Base::finish, settled};
    return &loops;
  }
};

// Written out, not returned by a function: so the table is constant memory and needs no constructor. The last are
// Loops.
#define ROW(NAME, D, OUT, ...) \
  { NAME, reduceDriver, DType::D, DType::OUT, reinterpret_cast<Inner>(__VA_ARGS__::give) }

// Signed integers wrap as unsigned ones of their width do.
template <DType D>
using Stored = typename StorageOf<D>::type;

#define EXTREME_ROW(D)                                          \
  ROW("max", D, D, FoldLoops<Extreme<Stored<DType::D>, true>>), \
      ROW("min", D, D, FoldLoops<Extreme<Stored<DType::D>, false>>)
#define ARITHMETIC_ROW(D, T) ROW("sum", D, D, FoldLoops<Sum<T, 1>>), ROW("prod", D, D, FoldLoops<Prod<T>>)
#define REAL_ROW(D, T)                                                                    \
  ROW("mean", D, D, FoldLoops<Mean<T, 1>>), ROW("var", D, D, VarianceLoops<T, 1, false>), \
      ROW("std", D, D, VarianceLoops<T, 1, true>)
#define COMPLEX_ROW(D, T, REAL)                                                                              \
  ROW("sum", D, D, FoldLoops<Sum<T, 2>>), ROW("prod", D, D, FoldLoops<ComplexProd<T>>),                      \
      ROW("mean", D, D, FoldLoops<Mean<T, 2>>), ROW("var", D, REAL, VarianceLoops<T, 2, false>),             \
      ROW("std", D, REAL, VarianceLoops<T, 2, true>), ROW("max", D, D, FoldLoops<ComplexExtremum<T, true>>), \
      ROW("min", D, D, FoldLoops<ComplexExtremum<T, false>>)

const Row kRows[] = {
    ARITHMETIC_ROW(Uint32, std::uint32_t),
    ARITHMETIC_ROW(Int32, std::uint32_t),
    ARITHMETIC_ROW(Uint64, std::uint64_t),
    ARITHMETIC_ROW(Int64, std::uint64_t),
    ARITHMETIC_ROW(Float32, float),
    ARITHMETIC_ROW(Float64, double),
    REAL_ROW(Float32, float),
    REAL_ROW(Float64, double),
    COMPLEX_ROW(Complex64, float, Float32),
    COMPLEX_ROW(Complex128, double, Float64),
    ROW("max", Bool, Bool, FoldLoops<Extreme<std::uint8_t, true>>),
    ROW("min", Bool, Bool, FoldLoops<Extreme<std::uint8_t, false>>),
    EXTREME_ROW(Uint8),
    EXTREME_ROW(Uint16),
    EXTREME_ROW(Uint32),
    EXTREME_ROW(Uint64),
    EXTREME_ROW(Int8),
    EXTREME_ROW(Int16),
    EXTREME_ROW(Int32),
    EXTREME_ROW(Int64),
    EXTREME_ROW(Float32),
    EXTREME_ROW(Float64),
    ROW("any", Bool, Bool, QuantifierLoops<true>),
    ROW("all", Bool, Bool, QuantifierLoops<false>),
    ROW("countNonzero", Bool, Int64, CountLoops),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
