#include <doctest/doctest.h>

#include "native/elementwise/math.h"

using namespace ndops;
using namespace ndops::test;

TEST_CASE_TEMPLATE("trigonometric: arctan2 within its bound, and C's special cases", T, float, double) {
  using Limits = std::numeric_limits<T>;
  const double bound = sizeof(T) == 4 ? 1.0 : 1.2 + kLibmError;
  const auto error = [](T y, T x) {
    return ulpsBetween(applyOne<T>("arctan2", y, x),
                       std::atan2(static_cast<long double>(y), static_cast<long double>(x)));
  };
  std::vector<T> edges;
  for (const T sign : {T{1}, T{-1}})
    for (const T x : {T{0}, Limits::denorm_min(), Limits::min(), T(0.4142), T(0.5), T{1}, 1 + Limits::epsilon(), T{3},
                      Limits::max() / 1e8f, Limits::max(), Limits::infinity(), Limits::quiet_NaN()})
      edges.push_back(sign * x);
  for (const T y : edges) {
    for (const T x : edges) {
      CAPTURE(y);
      CAPTURE(x);
      CHECK(error(y, x) <= bound);
    }
  }
  Random random;
  Worst worst;
  for (int i = 0; i < 100000; ++i) {
    const double scale = std::ldexp(1.0, static_cast<int>(random.bits() % 40) - 20);
    const T y = static_cast<T>(random.between(-1, 1) * scale);
    const T x = static_cast<T>(random.between(-1, 1));
    worst.see(error(y, x), y, x);
  }
  CAPTURE(worst.at);
  CAPTURE(worst.other);
  CHECK(worst.ulp <= bound);
  // Subnormal numerators of normal quotients: what a quotient leaves must not underflow.
  for (int i = 0; i < 20000; ++i) {
    const T y = static_cast<T>(static_cast<T>(random.between(0.5, 1)) * Limits::min());
    const T x = static_cast<T>(std::ldexp(random.between(-1, 1), -static_cast<int>(random.bits() % 40)));
    worst.see(error(y, x), static_cast<double>(y), static_cast<double>(x));
  }
  CHECK(worst.ulp <= bound);
  // Neighbours that take another way change nothing.
  std::vector<T> left;
  std::vector<T> right;
  for (int i = 0; i < 100; ++i) {
    left.push_back(i % 7 == 3 ? edges[i % edges.size()] : static_cast<T>(random.between(-1, 1)));
    right.push_back(static_cast<T>(random.between(-1, 1)));
  }
  std::vector<T> together(left.size());
  applyLoop<T>("arctan2", together.data(), left.data(), right.data(), 100);
  int apart = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const T alone = applyOne<T>("arctan2", left[i], right[i]);
    apart += alone == alone && std::memcmp(&alone, &together[i], sizeof alone) != 0;
  }
  CHECK(apart == 0);
}

TEST_CASE("trigonometric: the float64 value next to a multiple of pi/2, and the end of the range") {
  // 6381956970095103 * 2^797 is 4.69e-19 away from one: the nearest of all.
  const double nearest = std::ldexp(6381956970095103.0, 797);
  CHECK(std::fabs(applyOne<double>("cos", nearest) + 4.68716592425462761112e-19) < 1e-34);
  CHECK(std::fabs(applyOne<double>("sin", nearest)) == 1);
  for (const double x : {1e22, 0x1p20, 0x1.0000000000001p20, 0x1p1023, std::numeric_limits<double>::max()}) {
    CAPTURE(x);
    CHECK(ulpsBetween(applyOne<double>("sin", x), std::sin(static_cast<long double>(x))) <= 0.9 + kLibmError);
    CHECK(ulpsBetween(applyOne<double>("cos", -x), std::cos(static_cast<long double>(x))) <= 0.9 + kLibmError);
  }
}
