#include <doctest/doctest.h>

#include <type_traits>

#include "native/elementwise/math.h"

using namespace ndops;
using namespace ndops::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
T power(T x, T y) {
  return applyOne<T>("power", x, y);
}

template <class T>
double errorOf(T x, T y, T got) {
  return ulpsBetween(got, std::pow(static_cast<long double>(x), static_cast<long double>(y)));
}

/// Bases and exponents whose power is in reach, thickest where the logarithm is hardest.
template <class T>
void pick(Random& random, T& x, T& y) {
  const double reach = sizeof(T) == 4 ? 152 : 1080;
  const double any = random.between(-reach, reach);
  switch (random.bits() % 4) {
    case 0:
      x = static_cast<T>(std::ldexp(random.between(1, 2), static_cast<int>(random.bits() % 60) - 30));
      break;
    case 1:
      x = static_cast<T>(random.between(0.5, 2));
      break;
    case 2:
      x = static_cast<T>(
          1 + std::ldexp(random.between(-1, 1), -static_cast<int>(random.bits() % (sizeof(T) == 4 ? 22 : 50))));
      break;
    default:
      x = static_cast<T>(static_cast<int>(random.bits() % 201) - 100);
      y = static_cast<T>(static_cast<int>(random.bits() % 61) - 30);
      return;
  }
  y = static_cast<T>(any / std::log2(static_cast<double>(x)));
}

}  // namespace

TEST_CASE_TEMPLATE("power: within its bound", T, float, double) {
  // On AVX-512 subnormal float32 results are rounded twice.
  const double bound = sizeof(T) == 4 ? 0.8 : 0.9 + kLibmError;
  constexpr int kCount = 200000;
  std::vector<T> x(kCount);
  std::vector<T> y(kCount);
  std::vector<T> out(kCount);
  Random random;
  for (int i = 0; i < kCount; ++i) pick(random, x[i], y[i]);
  REQUIRE(applyLoop<T>("power", out.data(), x.data(), y.data(), kCount) == Status::Ok);
  Worst worst;
  for (int i = 0; i < kCount; ++i) worst.see(errorOf(x[i], y[i], out[i]), x[i], y[i]);
  CAPTURE(worst.at);
  CAPTURE(worst.other);
  CHECK(worst.ulp <= bound);
}

TEST_CASE_TEMPLATE("power: C's special cases, every pair of edges", T, float, double) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (const T sign : {T{1}, T{-1}}) {
    for (const T x : {T{0},
                      Limits::denorm_min(),
                      Limits::min(),
                      T(0.5),
                      1 - Limits::epsilon() / 2,
                      T{1},
                      1 + Limits::epsilon(),
                      T(1.5),
                      T{2},
                      T{3},
                      T{10},
                      T(149),
                      T(1074),
                      1 / Limits::epsilon() - 1,
                      1 / Limits::epsilon(),
                      1 / Limits::epsilon() + 1,
                      2 / Limits::epsilon(),
                      Limits::max(),
                      Limits::infinity(),
                      Limits::quiet_NaN()})
      values.push_back(sign * x);
  }
  for (const T x : values) {
    for (const T y : values) {
      CAPTURE(x);
      CAPTURE(y);
      CHECK(errorOf(x, y, power(x, y)) <= 1);
    }
  }
}

TEST_CASE_TEMPLATE("power: exact where the result is representable", T, float, double) {
  CHECK(power<T>(10, -1) == T(0.1));
  CHECK(power<T>(T(kNaN), 0) == 1);
  CHECK(power<T>(1, T(kNaN)) == 1);
  CHECK(power<T>(-1, T(-kInf)) == 1);
  const std::int64_t limit = std::int64_t{1} << std::numeric_limits<T>::digits;
  for (int base = 2; base <= 100; ++base) {
    std::int64_t value = base;
    for (int exponent = 1; value <= limit; ++exponent, value *= base) {
      CAPTURE(base);
      CAPTURE(exponent);
      CHECK(power<T>(T(base), T(exponent)) == T(value));
      CHECK(power<T>(T(-base), T(exponent)) == (exponent % 2 == 0 ? T(value) : -T(value)));
    }
  }
  for (int k = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
       k < std::numeric_limits<T>::max_exponent; ++k) {
    CAPTURE(k);
    CHECK(power<T>(2, T(k)) == std::ldexp(T{1}, k));
  }
}

TEST_CASE_TEMPLATE("power: scalar operands give the bits of arrays", T, float, double) {
  constexpr int kCount = 71;
  std::vector<T> x(kCount);
  std::vector<T> many(kCount);
  std::vector<T> one(kCount);
  Random random;
  for (T& value : x) value = static_cast<T>(random.between(-3, 3));
  for (const double scalar : {0.0, -0.5, 0.5, 1.0, 2.0, 3.0, -1.0, -2.0, 2.7, kInf, kNaN}) {
    CAPTURE(scalar);
    const std::vector<T> spread(kCount, static_cast<T>(scalar));
    applyLoop<T>("power", many.data(), x.data(), spread.data(), kCount);
    applyLoop<T>("power", one.data(), x.data(), spread.data(), kCount, 2);
    for (int i = 0; i < kCount; ++i) CHECK(ulpsBetween(one[i], static_cast<long double>(many[i])) <= 1);
    applyLoop<T>("power", many.data(), spread.data(), x.data(), kCount);
    applyLoop<T>("power", one.data(), spread.data(), x.data(), kCount, 1);
    for (int i = 0; i < kCount; ++i) CHECK(ulpsBetween(one[i], static_cast<long double>(many[i])) == 0);
  }
}

TEST_CASE_TEMPLATE("power: integers wrap, and a negative exponent fails", T, std::uint8_t, std::uint16_t, std::uint32_t,
                   std::uint64_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t) {
  constexpr int kCount = 1000;
  std::vector<T> x(kCount);
  std::vector<T> y(kCount);
  std::vector<T> out(kCount);
  Random random;
  for (int i = 0; i < kCount; ++i) {
    x[i] = static_cast<T>(random.bits());
    y[i] = static_cast<T>(i % 3 == 0 ? random.bits() & std::numeric_limits<T>::max() : random.bits() % 20);
  }
  x[0] = y[0] = 0;
  REQUIRE(applyLoop<T>("power", out.data(), x.data(), y.data(), kCount) == Status::Ok);
  for (int i = 0; i < kCount; ++i) {
    std::uint64_t want = 1;
    std::uint64_t base = static_cast<std::uint64_t>(x[i]);
    for (std::uint64_t left = static_cast<std::uint64_t>(y[i]); left != 0; left >>= 1, base *= base)
      if ((left & 1) != 0) want *= base;
    CHECK(out[i] == static_cast<T>(want));
  }
  const T exponent = 5;
  REQUIRE(applyLoop<T>("power", out.data(), x.data(), &exponent, kCount, 2) == Status::Ok);
  CHECK(out[7] == static_cast<T>(static_cast<std::uint64_t>(x[7]) * x[7] * x[7] * x[7] * x[7]));
  REQUIRE(applyLoop<T>("power", out.data(), &exponent, y.data(), kCount, 1) == Status::Ok);
  CHECK(out[0] == 1);
  if constexpr (std::is_signed_v<T>) {
    y[kCount - 1] = -1;
    CHECK(applyLoop<T>("power", out.data(), x.data(), y.data(), kCount) == Status::NegativePower);
  }
}
