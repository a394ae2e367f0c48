#include <doctest/doctest.h>

#include <complex>
#include <string>

#include "native/elementwise/math.h"

using namespace ndops;
using namespace ndops::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::complex<long double> asTruth(Complex<T> x) {
  return {x.re, x.im};
}

/// The distance of a result in ULP of the larger part.
template <class T>
double errorOf(Complex<T> got, std::complex<long double> truth) {
  const long double size = std::fmax(std::fabs(truth.real()), std::fabs(truth.imag()));
  const long double unit = std::ldexp(1.0L, std::ilogb(size) + 1 - std::numeric_limits<T>::digits);
  return static_cast<double>(std::fmax(std::fabs(got.re - truth.real()), std::fabs(got.im - truth.imag())) / unit);
}

bool same(double got, double want) {
  return (std::isnan(got) && std::isnan(want)) || (got == want && std::signbit(got) == std::signbit(want));
}

}  // namespace

TEST_CASE_TEMPLATE("complexMath: within bounds", T, float, double) {
  using C = Complex<T>;
  const bool narrow = sizeof(T) == 4;
  Random random;
  double worstExp = 0;
  double worstLog = 0;
  double worstPower = 0;  // against y log x of up to 30 or so
  for (int i = 0; i < 50000; ++i) {
    const double scale = std::ldexp(1.0, static_cast<int>(random.bits() % 12) - 6);
    C x = {static_cast<T>(random.between(-1, 1) * scale), static_cast<T>(random.between(-1, 1) * scale)};
    worstExp = std::fmax(worstExp, errorOf(applyOne<C>("exp", x), std::exp(asTruth(x))));
    if (i % 2 == 0) {
      // Next to the unit circle, where the logarithm's real part cancels.
      const double angle = random.between(-3.2, 3.2);
      x = {static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))};
    }
    worstLog = std::fmax(worstLog, errorOf(applyOne<C>("log", x), std::log(asTruth(x))));
    const C y = {static_cast<T>(random.between(-3, 3)), static_cast<T>(random.between(-3, 3))};
    worstPower = std::fmax(worstPower, errorOf(applyOne<C>("power", x, y), std::pow(asTruth(x), asTruth(y))));
  }
  CHECK(worstExp <= (narrow ? 0.51 : 3.5));
  CHECK(worstLog <= (narrow ? 0.51 : 2));
  CHECK(worstPower <= (narrow ? 0.51 : 64));
}

TEST_CASE("complexMath: the logarithm's real part next to the unit circle") {
  Random random;
  for (int i = 0; i < 10000; ++i) {
    const double angle = random.between(-3.2, 3.2);
    const Complex128 x = {std::cos(angle), std::sin(angle)};
    const long double re = x.re;
    const long double im = x.im;
    const long double truth = 0.5L * std::log1p((re - 1) * (re + 1) + im * im);
    if (std::fabs(truth) < 1e-18L) continue;
    CHECK(std::fabs(applyOne<Complex128>("log", x).re - truth) <= 3e-19L + 4 * 0x1p-53L * std::fabs(truth));
  }
}

TEST_CASE("complexMath: special cases of C and NumPy") {
  struct {
    const char* name;
    Complex128 x;
    Complex128 want;
  } const unary[] = {
      {"exp", {0, -0.0}, {1, -0.0}},
      {"exp", {kInf, 0}, {kInf, 0}},
      {"exp", {-kInf, kInf}, {0, 0}},
      {"exp", {kInf, kNaN}, {kInf, kNaN}},
      {"exp", {kNaN, 0}, {kNaN, 0}},
      {"exp", {1, kInf}, {kNaN, kNaN}},
      {"exp", {-kInf, 1}, {0, 0}},
      {"log", {0, 0}, {-kInf, 0}},
      {"log", {-0.0, -0.0}, {-kInf, -M_PI}},
      {"log", {-kInf, 1}, {kInf, M_PI}},
      {"log", {kNaN, kInf}, {kInf, kNaN}},
      {"log", {kNaN, 1}, {kNaN, kNaN}},
      {"log", {1, 0}, {0, 0}},
      {"log", {-1, -0.0}, {0, -M_PI}},
  };
  for (const auto& c : unary) {
    const std::string name = c.name;
    CAPTURE(name);
    CAPTURE(c.x.re);
    CAPTURE(c.x.im);
    const Complex128 got = applyOne<Complex128>(c.name, c.x);
    CHECK(same(got.re, c.want.re));
    CHECK(same(got.im, c.want.im));
  }
  const Complex128 big = applyOne<Complex128>("exp", {709.9, 0.8});
  CHECK(errorOf(big, std::exp(asTruth(Complex128{709.9, 0.8}))) <= 5);
  const auto power = [](Complex128 x, Complex128 y) { return applyOne<Complex128>("power", x, y); };
  CHECK(power({kNaN, 1}, {0, 0}).re == 1);
  CHECK(power({0, 0}, {2, 1}).re == 0);
  CHECK(std::isnan(power({0, 0}, {-1, 0}).re));
  CHECK(power({3, -4}, {2, 0}).re == -7);
  CHECK(power({3, -4}, {2, 0}).im == -24);
  CHECK(power({0, 2}, {-1, 0}).im == -0.5);
}
