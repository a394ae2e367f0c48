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

using Wide = std::complex<long double>;

/// An op, its truth in extended precision, and its bounds for complex64 and complex128 in ULP of the larger part.
struct ComplexCase {
  const char* name;
  Wide (*truth)(Wide);
  double ulp64;
  double ulp128;
};

Wide expm1Of(Wide z) {
  const long double half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half, std::exp(z.real()) * std::sin(z.imag())};
}
Wide log1pOf(Wide z) {
  const long double x = z.real();
  const long double y = z.imag();
  if (x < -0.5L) return std::log(z + 1.0L);
  return {0.5L * std::log1p(2 * x + (x * x + y * y)), std::atan2(y, 1 + x)};
}

#define NDOPS_CASE(NAME, FUNCTION, ULP64, ULP128)                  \
  ComplexCase {                                                    \
#NAME, [](Wide z) { return Wide(FUNCTION(z)); }, ULP64, ULP128 \
  }
const ComplexCase kCases[] = {
    NDOPS_CASE(exp, std::exp, 0.51, 3.5),
    NDOPS_CASE(expm1, expm1Of, 0.51, 3.5),
    NDOPS_CASE(log, std::log, 0.51, 2),
    NDOPS_CASE(log1p, log1pOf, 0.51, 2),
    NDOPS_CASE(log2, 1.44269504088896340736L * std::log, 0.51, 3),
    NDOPS_CASE(log10, 0.434294481903251827651L * std::log, 0.51, 3),
    NDOPS_CASE(sqrt, std::sqrt, 0.51, 2.5),
    NDOPS_CASE(rsqrt, 1.0L / std::sqrt, 0.51, 4),
    NDOPS_CASE(sin, std::sin, 0.51, 3),
    NDOPS_CASE(cos, std::cos, 0.51, 3),
    NDOPS_CASE(tan, std::tan, 0.51, 6),
    NDOPS_CASE(sinh, std::sinh, 0.51, 3),
    NDOPS_CASE(cosh, std::cosh, 0.51, 3),
    NDOPS_CASE(tanh, std::tanh, 0.51, 6),
    NDOPS_CASE(arcsin, std::asin, 0.51, 5),
    NDOPS_CASE(arccos, std::acos, 0.51, 5),
    NDOPS_CASE(arctan, std::atan, 0.51, 4),
    NDOPS_CASE(arcsinh, std::asinh, 0.51, 5),
    NDOPS_CASE(arccosh, std::acosh, 0.51, 5),
    NDOPS_CASE(arctanh, std::atanh, 0.51, 4),
};
#undef NDOPS_CASE

}  // namespace

TEST_CASE_TEMPLATE("complexMath: within bounds", T, float, double) {
  using C = Complex<T>;
  const bool narrow = sizeof(T) == 4;
  for (const ComplexCase& function : kCases) {
    const std::string name = function.name;
    CAPTURE(name);
    Random random;
    Worst worst;
    for (int i = 0; i < 20000; ++i) {
      const auto part = [&] {
        const double scale = std::ldexp(1.0, static_cast<int>(random.bits() % 12) - 6);
        return static_cast<T>(random.between(-1, 1) * (i % 16 == 0 ? scale * 0x1p-20 : scale));
      };
      C x = {part(), part()};
      if (i % 4 == 0) {
        // Next to the unit circle, where the logarithm's real part cancels; and next to the branch points.
        const double angle = i % 8 == 0 ? random.between(-3.2, 3.2) : random.between(-1e-3, 1e-3);
        x = {static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))};
      }
      worst.see(errorOf(applyOne<C>(function.name, x), function.truth(asTruth(x))), x.re, x.im);
    }
    CAPTURE(worst.at);
    CAPTURE(worst.other);
    CHECK(worst.ulp <= (narrow ? function.ulp64 : function.ulp128));
  }
}

TEST_CASE_TEMPLATE("complexMath: power within its bound for y log x up to 30 or so", T, float, double) {
  using C = Complex<T>;
  Random random;
  double worst = 0;
  for (int i = 0; i < 50000; ++i) {
    const double scale = std::ldexp(1.0, static_cast<int>(random.bits() % 12) - 6);
    const C x = {static_cast<T>(random.between(-1, 1) * scale), static_cast<T>(random.between(-1, 1) * scale)};
    const C y = {static_cast<T>(random.between(-3, 3)), static_cast<T>(random.between(-3, 3))};
    worst = std::fmax(worst, errorOf(applyOne<C>("power", x, y), std::pow(asTruth(x), asTruth(y))));
  }
  CHECK(worst <= (sizeof(T) == 4 ? 0.51 : 64));
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
