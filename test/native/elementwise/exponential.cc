#include <doctest/doctest.h>

#include "native/elementwise/math.h"

using namespace ndops;
using namespace ndops::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<T> edges() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (const double sign : {1.0, -1.0}) {
    for (const T x : {T{0},
                      Limits::denorm_min(),
                      3 * Limits::denorm_min(),
                      Limits::min() / 2,
                      Limits::min(),
                      Limits::max(),
                      Limits::max() / 2,
                      Limits::epsilon(),
                      Limits::epsilon() / 2,
                      T(0.5),
                      T(1),
                      1 + Limits::epsilon(),
                      1 - Limits::epsilon() / 2,
                      T(2),
                      T(3),
                      T(10),
                      T(0.70710678),
                      T(1.41421356),
                      T(0.69314718),
                      T(17.3),
                      T(87.3),
                      T(88.72),
                      T(88.73),
                      T(103.9),
                      T(103.98),
                      T(104),
                      T(708.4),
                      T(709.78),
                      T(709.79),
                      T(745.13),
                      T(745.14),
                      T(1e30),
                      Limits::infinity(),
                      Limits::quiet_NaN()})
      values.push_back(static_cast<T>(sign) * x);
  }
  return values;
}

}  // namespace

TEST_CASE("elementwise math: float32 within its bounds on every 4,099th pattern and at the edges") {
  for (const UnaryCase& function : unaryCases()) {
    CAPTURE(function.name);
    const Worst worst = worstOver(function, 0, std::uint64_t{1} << 32, 4099);
    CAPTURE(worst.at);
    CHECK(worst.ulp <= function.ulp32);
    for (const float x : edges<float>()) {
      CAPTURE(x);
      CHECK(ulpsBetween(applyOne<float>(function.name, x), function.narrow(x)) <= function.ulp32);
    }
  }
}

TEST_CASE("elementwise math: float64 within its bounds on random values and at the edges") {
  for (const UnaryCase& function : unaryCases()) {
    CAPTURE(function.name);
    const Worst worst = worstOfRandom(function, 400000, 20);
    CAPTURE(worst.at);
    CHECK(worst.ulp <= function.ulp64 + kLibmError);
    for (const double x : edges<double>()) {
      CAPTURE(x);
      CHECK(ulpsBetween(applyOne<double>(function.name, x), function.wide(x)) <= function.ulp64 + kLibmError);
    }
  }
}

TEST_CASE("elementwise math: an element's bits do not depend on where it stands") {
  for (const UnaryCase& function : unaryCases()) {
    CAPTURE(function.name);
    std::vector<float> in(133);
    Random random;
    for (float& x : in) x = static_cast<float>(random.between(-2, 2));
    std::vector<float> all(in.size());
    applyLoop<float>(function.name, all.data(), in.data(), nullptr, static_cast<std::int64_t>(in.size()));
    for (std::size_t start : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
      for (std::size_t n = 1; start + n <= in.size(); n += 5) {
        std::vector<float> part(n);
        applyLoop<float>(function.name, part.data(), in.data() + start, nullptr, static_cast<std::int64_t>(n));
        REQUIRE(std::memcmp(part.data(), all.data() + start, n * sizeof(float)) == 0);
      }
    }
  }
}

TEST_CASE_TEMPLATE("exponential: exact cases", T, float, double) {
  CHECK(applyOne<T>("exp", 0) == 1);
  CHECK(applyOne<T>("log", 1) == 0);
  for (int k = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
       k < std::numeric_limits<T>::max_exponent; ++k) {
    CAPTURE(k);
    CHECK(applyOne<T>("log2", std::ldexp(T{1}, k)) == k);
  }
  T ten = 1;
  for (int k = 0; k <= (sizeof(T) == 4 ? 10 : 22); ++k, ten *= 10) {
    CAPTURE(k);
    CHECK(applyOne<T>("log10", ten) == k);
  }
  CHECK(std::signbit(applyOne<T>("expm1", T(-0.0))));
  CHECK(std::signbit(applyOne<T>("log1p", T(-0.0))));
}

TEST_CASE_TEMPLATE("exponential: logaddexp", T, float, double) {
  const auto of = [](double a, double b) { return applyOne<T>("logaddexp", static_cast<T>(a), static_cast<T>(b)); };
  CHECK(of(kInf, kInf) == kInf);
  CHECK(of(-kInf, -kInf) == -kInf);
  CHECK(of(-kInf, 3) == 3);
  CHECK(of(kInf, -kInf) == kInf);
  CHECK(std::isnan(of(kNaN, 1)));
  CHECK(std::isnan(of(1, kNaN)));
  CHECK(std::isnan(of(kNaN, kInf)));
  Random random;
  Worst worst;
  for (int i = 0; i < 100000; ++i) {
    const T a = static_cast<T>(random.between(-50, 50));
    const T b = static_cast<T>(a + random.between(-40, 40));
    const long double high = a > b ? a : b;
    const long double truth = high + std::log1p(std::exp(-std::fabs(static_cast<long double>(a) - b)));
    const T got = of(a, b);
    // Where a and b are small the result is near ln 2, and where they cancel it the error stays that of the larger.
    const double largest = std::fmax(std::fmax(std::fabs(a), std::fabs(b)), 0.6931);
    const double ulp = std::ldexp(1.0, std::ilogb(largest) + 1 - std::numeric_limits<T>::digits);
    worst.see(static_cast<double>(std::fabs(got - truth)) / ulp, a, b);
  }
  CAPTURE(worst.at);
  CAPTURE(worst.other);
  CHECK(worst.ulp <= 2);
}

TEST_CASE_TEMPLATE("exponential: erfinv next to 0 and to its ends", T, float, double) {
  Random random;
  Worst worst;
  for (int i = 0; i < 100000; ++i) {
    const double u = random.uniform();
    const double scale = std::ldexp(1.0, -static_cast<int>(random.bits() % (sizeof(T) == 4 ? 23 : 52)));
    const T x = static_cast<T>(i % 3 == 0 ? u : i % 3 == 1 ? 1 - u * scale : -u * scale);
    worst.see(ulpsBetween(applyOne<T>("erfinv", x), inverseOfErf(x)), x);
  }
  CAPTURE(worst.at);
  CHECK(worst.ulp <= (sizeof(T) == 4 ? 0.51 : 1.9 + kLibmError));
}
