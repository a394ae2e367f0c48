// exp, log and power of complex64 and complex128.
#include "core/table.h"
#include "elementwise/batchLoops.h"
#include "simd/complex.h"

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

NDOPS_BATCH_FUNCTION(Exp, complexExp)
NDOPS_BATCH_FUNCTION(Log, complexLog)

template <class F, class T>
Status unaryComplexLoop(const Strip& strip) noexcept {
  const auto* a = reinterpret_cast<const Complex<T>*>(strip.in[0]);
  auto* out = reinterpret_cast<Complex<T>*>(strip.out);
  for (std::int64_t i = 0; i < strip.n; i += kBlock) {
    Block block;
    block.take(a + i, strip.n - i, false);
    block.set(F::of(block.batch()));
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

#define ROWS(NAME, DRIVER, LOOP) \
  NDOPS_MATH_ROW(NAME, DRIVER, Complex64, LOOP(float)), NDOPS_MATH_ROW(NAME, DRIVER, Complex128, LOOP(double))
#define EXP(T) (unaryComplexLoop<Exp, T>)
#define LOG(T) (unaryComplexLoop<Log, T>)
#define POWER(T) complexPowerLoop<T>

const Row kRows[] = {
    ROWS("exp", unaryMathDriver, EXP),
    ROWS("log", unaryMathDriver, LOG),
    ROWS("power", binaryMathDriver, POWER),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
