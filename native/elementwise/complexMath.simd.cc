// Math of complex64 and complex128, both in float64 lanes.
#include "core/table.h"
#include "elementwise/batchLoops.h"
#include "simd/complexTrigonometric.h"

namespace ndops::NDOPS_LEVEL {
namespace {

constexpr int kBlock = kLanes<double>;

/// A batch of complex numbers with their parts apart; those past n are 1.
struct Block {
  double re[kBlock];
  double im[kBlock];

  template <class T>
  void take(const Complex<T>* from, std::int64_t n, bool scalar) {
    for (int i = 0; i < kBlock; ++i) {
      re[i] = i < n ? static_cast<double>(from[scalar ? 0 : i].re) : 1;
      im[i] = i < n ? static_cast<double>(from[scalar ? 0 : i].im) : 0;
    }
  }
  /// All lanes, without a question each.
  template <class T>
  void takeWhole(const Complex<T>* from) {
    for (int i = 0; i < kBlock; ++i) {
      re[i] = from[i].re;
      im[i] = from[i].im;
    }
  }
  template <class T>
  void giveWhole(Complex<T>* __restrict to) const {
    for (int i = 0; i < kBlock; ++i) to[i] = {static_cast<T>(re[i]), static_cast<T>(im[i])};
  }
  template <class T>
  void give(Complex<T>* to, std::int64_t n) const {
    for (int i = 0; i < kBlock && i < n; ++i) to[i] = {static_cast<T>(re[i]), static_cast<T>(im[i])};
  }
  ComplexBatch batch() const { return {load(re), load(im)}; }
  void set(ComplexBatch z) {
    store(re, z.re);
    store(im, z.im);
  }
};

/// Not inlined: both dtypes share the code.
template <class F>
__attribute__((noinline)) void applyTo(Block& block) {
  block.set(F::of(block.batch()));
}

template <class F, class T>
Status unaryComplexLoop(const Strip& strip) noexcept {
  const auto* a = reinterpret_cast<const Complex<T>*>(strip.in[0]);
  auto* out = reinterpret_cast<Complex<T>*>(strip.out);
  std::int64_t i = 0;
  Block block;
  for (; i + kBlock <= strip.n; i += kBlock) {
    block.takeWhole(a + i);
    applyTo<F>(block);
    block.giveWhole(out + i);
  }
  if (i < strip.n) {
    block.take(a + i, strip.n - i, false);
    applyTo<F>(block);
    block.give(out + i, strip.n - i);
  }
  return Status::Ok;
}

inline Complex128 product(Complex128 x, Complex128 y) { return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re}; }

/// 1 / x by Smith's formula.
inline Complex128 inverse(Complex128 x) {
  if (__builtin_fabs(x.re) >= __builtin_fabs(x.im)) {
    const double ratio = x.im / x.re;
    const double scale = 1 / (x.re + x.im * ratio);
    return {scale, -ratio * scale};
  }
  const double ratio = x.re / x.im;
  const double scale = 1 / (x.re * ratio + x.im);
  return {ratio * scale, -scale};
}

/// NumPy's special cases: y of 0 gives 1; 0 to a power gives 0 where the power's real part is positive and NaN
/// elsewhere; small integers multiply. False where none applies.
inline bool specialPower(Complex128 x, Complex128 y, Complex128* result) {
  if (y.re == 0 && y.im == 0) {
    *result = {1, 0};
    return true;
  }
  if (x.re == 0 && x.im == 0) {
    const double value = y.re > 0 ? 0 : kNaN<double>;
    *result = {value, value};
    return true;
  }
  const int n = y.re > -100 && y.re < 100 ? static_cast<int>(y.re) : 0;
  if (y.im != 0 || n == 0 || n != y.re) return false;
  Complex128 power = {1, 0};
  bool first = true;
  for (int left = n < 0 ? -n : n; left != 0; left >>= 1, x = product(x, x)) {
    if ((left & 1) == 0) continue;
    power = first ? x : product(power, x);
    first = false;
  }
  *result = n < 0 ? inverse(power) : power;
  return true;
}

template <class T>
Status complexPowerLoop(const Strip& strip) noexcept {
  const auto* a = reinterpret_cast<const Complex<T>*>(strip.in[0]);
  const auto* b = reinterpret_cast<const Complex<T>*>(strip.in[1]);
  auto* out = reinterpret_cast<Complex<T>*>(strip.out);
  const bool oneBase = strip.scalars == 1;
  const bool oneExponent = strip.scalars == 2;
  for (std::int64_t i = 0; i < strip.n; i += kBlock) {
    Block x;
    Block y;
    Block result;
    x.take(oneBase ? a : a + i, strip.n - i, oneBase);
    y.take(oneExponent ? b : b + i, strip.n - i, oneExponent);
    bool special[kBlock];
    bool every = true;
    for (int lane = 0; lane < kBlock; ++lane) {
      Complex128 value;
      special[lane] = specialPower({x.re[lane], x.im[lane]}, {y.re[lane], y.im[lane]}, &value);
      every = every && special[lane];
      if (!special[lane]) continue;
      result.re[lane] = value.re;
      result.im[lane] = value.im;
    }
    if (!every) {
      Block general;
      general.set(complexPower(x.batch(), y.batch()));
      for (int lane = 0; lane < kBlock; ++lane) {
        if (special[lane]) continue;
        result.re[lane] = general.re[lane];
        result.im[lane] = general.im[lane];
      }
    }
    result.give(out + i, strip.n - i);
  }
  return Status::Ok;
}

#define NDOPS_COMPLEX(F) NDOPS_BATCH_FUNCTION(F, complex##F)
NDOPS_COMPLEX(Exp)
NDOPS_COMPLEX(Expm1)
NDOPS_COMPLEX(Log)
NDOPS_COMPLEX(Log1p)
NDOPS_COMPLEX(Log2)
NDOPS_COMPLEX(Log10)
NDOPS_COMPLEX(Sqrt)
NDOPS_COMPLEX(Rsqrt)
NDOPS_COMPLEX(Sin)
NDOPS_COMPLEX(Cos)
NDOPS_COMPLEX(Tan)
NDOPS_COMPLEX(Arcsin)
NDOPS_COMPLEX(Arccos)
NDOPS_COMPLEX(Arctan)
NDOPS_COMPLEX(Sinh)
NDOPS_COMPLEX(Cosh)
NDOPS_COMPLEX(Tanh)
NDOPS_COMPLEX(Arcsinh)
NDOPS_COMPLEX(Arccosh)
NDOPS_COMPLEX(Arctanh)

#define UNARY(F, NAME)                                                            \
  NDOPS_MATH_ROW(NAME, unaryMathDriver, Complex64, (unaryComplexLoop<F, float>)), \
      NDOPS_MATH_ROW(NAME, unaryMathDriver, Complex128, (unaryComplexLoop<F, double>))

const Row kRows[] = {
    UNARY(Exp, "exp"),
    UNARY(Expm1, "expm1"),
    UNARY(Log, "log"),
    UNARY(Log1p, "log1p"),
    UNARY(Log2, "log2"),
    UNARY(Log10, "log10"),
    UNARY(Sqrt, "sqrt"),
    UNARY(Rsqrt, "rsqrt"),
    UNARY(Sin, "sin"),
    UNARY(Cos, "cos"),
    UNARY(Tan, "tan"),
    UNARY(Arcsin, "arcsin"),
    UNARY(Arccos, "arccos"),
    UNARY(Arctan, "arctan"),
    UNARY(Sinh, "sinh"),
    UNARY(Cosh, "cosh"),
    UNARY(Tanh, "tanh"),
    UNARY(Arcsinh, "arcsinh"),
    UNARY(Arccosh, "arccosh"),
    UNARY(Arctanh, "arctanh"),
    NDOPS_MATH_ROW("power", binaryMathDriver, Complex64, complexPowerLoop<float>),
    NDOPS_MATH_ROW("power", binaryMathDriver, Complex128, complexPowerLoop<double>),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
