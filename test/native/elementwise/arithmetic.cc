#include <doctest/doctest.h>

#include <complex>

#include "native/elementwise/operands.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// Sizes around every vector length.
std::vector<std::int64_t> sizes() {
  std::vector<std::int64_t> all;
  for (std::int64_t n = 0; n <= 130; ++n) all.push_back(n);
  for (const std::int64_t n : {255, 256, 257, 511, 512, 513, 1023, 1024, 1025}) all.push_back(n);
  return all;
}

/// The elements from `offset` on: misaligned to every vector.
template <class T>
Array<T> from(const Array<T>& array, std::int64_t offset, std::int64_t n) {
  Array<T> view = array;
  view.offset = offset;
  view.shape = {n};
  return view;
}

// References are plain functions, so that a check is compiled once for each pair of dtypes.
template <class T, class Out>
void checkUnary(const char* op, Out (*reference)(T)) {
  INFO(std::string(op), " ", static_cast<int>(kDTypeOf<T>));
  const Array<T> a = filled<T>({1100}, 11);
  const Array<Out> memory({1100});
  std::int64_t wrong = 0;
  for (const std::int64_t n : sizes()) {
    const Array<T> x = from(a, n % 9, n);
    const Array<Out> out = from(memory, n % 7, n);
    REQUIRE(run(op, {out.view(), x.view()}, computing<T>()) == Status::Ok);
    for (std::int64_t i = 0; i < n; ++i) {
      const Out want = reference(x[i]);
      if (same(out[i], want)) continue;
      if (++wrong <= 3)
        MESSAGE(std::string(op) << "(" << text(x[i]) << ") gives " << text(out[i]) << ", not " << text(want));
    }
  }
  CHECK(wrong == 0);
}
template <class T, class Out>
void checkBinary(const char* op, Out (*reference)(T, T)) {
  INFO(std::string(op), " ", static_cast<int>(kDTypeOf<T>));
  const Array<T> a = filled<T>({1100}, 5);
  const Array<T> b = filled<T>({1100}, 6);
  const Array<Out> memory({1100});
  std::int64_t wrong = 0;
  const auto compare = [&](const Array<T>& x, const Array<T>& y, const Array<Out>& out) {
    REQUIRE(run(op, {out.view(), x.view(), y.view()}, computing<T>()) == Status::Ok);
    for (std::int64_t i = 0; i < out.size(); ++i) {
      const T u = at(x, out.shape, i);
      const T v = at(y, out.shape, i);
      const Out want = reference(u, v);
      if (same(out[i], want)) continue;
      if (++wrong <= 3)
        MESSAGE(std::string(op) << "(" << text(u) << ", " << text(v) << ") gives " << text(out[i]) << ", not "
                                << text(want));
    }
  };
  for (const std::int64_t n : sizes()) {
    const Array<Out> out = from(memory, n % 5, n);
    compare(from(a, n % 9, n), from(b, n % 11, n), out);
    const Array<T> one = from(n % 2 == 0 ? a : b, n, 1);
    compare(one, from(b, 1, n), out);
    compare(from(a, 2, n), one, out);
  }
  // Every edge value beside every other.
  const std::vector<T> values = edges<T>();
  const std::int64_t count = std::int64_t(values.size());
  const Array<T> row({count}, values);
  const Array<T> column({count, 1}, values);
  compare(row, column, Array<Out>({count, count}));
  CHECK(wrong == 0);
}
template <class T>
T wrap(__int128 x) {
  return T(static_cast<unsigned __int128>(x));
}

/// Python's quotient and remainder; by zero both are 0.
template <class T>
__int128 floorQuotient(T x, T y) {
  if (y == 0) return 0;
  const __int128 a = x;
  const __int128 b = y;
  const __int128 q = a / b;
  return q - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0);
}

template <class T>
void checkIntegers() {
  using I = __int128;
  checkBinary<T>(
      "add", +[](T x, T y) { return wrap<T>(I(x) + I(y)); });
  checkBinary<T>(
      "subtract", +[](T x, T y) { return wrap<T>(I(x) - I(y)); });
  checkBinary<T>(
      "multiply", +[](T x, T y) { return T(static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(y)); });
  checkBinary<T>(
      "maximum", +[](T x, T y) { return x < y ? y : x; });
  checkBinary<T>(
      "minimum", +[](T x, T y) { return y < x ? y : x; });
  checkBinary<T>(
      "floorDivide", +[](T x, T y) { return wrap<T>(floorQuotient(x, y)); });
  checkBinary<T>(
      "mod", +[](T x, T y) { return y == 0 ? T(0) : wrap<T>(I(x) - floorQuotient(x, y) * I(y)); });
  checkUnary<T>(
      "negative", +[](T x) { return wrap<T>(-I(x)); });
  checkUnary<T>(
      "abs", +[](T x) { return wrap<T>(x < 0 ? -I(x) : I(x)); });
  checkUnary<T>(
      "sign", +[](T x) { return T((x > 0) - (x < 0)); });
  checkUnary<T>(
      "reciprocal", +[](T x) { return x == 0 ? T(0) : T(1 / I(x)); });
  checkUnary<T>(
      "square", +[](T x) { return T(static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(x)); });
  checkBinary<T>(
      "equal", +[](T x, T y) { return Bool{x == y}; });
  checkBinary<T>(
      "notEqual", +[](T x, T y) { return Bool{x != y}; });
  checkBinary<T>(
      "greater", +[](T x, T y) { return Bool{x > y}; });
  checkBinary<T>(
      "greaterEqual", +[](T x, T y) { return Bool{x >= y}; });
  checkBinary<T>(
      "less", +[](T x, T y) { return Bool{x < y}; });
  checkBinary<T>(
      "lessEqual", +[](T x, T y) { return Bool{x <= y}; });
}

/// NumPy's npy_divmod, word by word.
template <class T>
T divmod(T a, T b, T* modulus) {
  T mod = std::fmod(a, b);
  if (b == 0) {
    *modulus = mod;
    return a / b;
  }
  T div = (a - mod) / b;
  if (mod != 0) {
    if ((b < 0) != (mod < 0)) {
      mod += b;
      div -= 1;
    }
  } else {
    mod = std::copysign(T(0), b);
  }
  T floored;
  if (div != 0) {
    floored = std::floor(div);
    if (div - floored > T(0.5)) floored += 1;
  } else {
    floored = std::copysign(T(0), a / b);
  }
  *modulus = mod;
  return floored;
}

template <class T>
void checkReals() {
  checkBinary<T>(
      "add", +[](T x, T y) { return x + y; });
  checkBinary<T>(
      "subtract", +[](T x, T y) { return x - y; });
  checkBinary<T>(
      "multiply", +[](T x, T y) { return x * y; });
  checkBinary<T>(
      "divide", +[](T x, T y) { return x / y; });
  checkBinary<T>(
      "divideNoNan", +[](T x, T y) { return y == 0 ? T(0) : x / y; });
  checkBinary<T>(
      "maximum", +[](T x, T y) {
        return x != x ? x : y != y ? y : x > y ? x : y;
      });
  checkBinary<T>(
      "minimum", +[](T x, T y) {
        return x != x ? x : y != y ? y : x < y ? x : y;
      });
  checkBinary<T>(
      "mod", +[](T x, T y) {
        T mod;
        divmod(x, y, &mod);
        return mod;
      });
  checkBinary<T>(
      "floorDivide", +[](T x, T y) {
        T mod;
        return divmod(x, y, &mod);
      });
  checkUnary<T>(
      "negative", +[](T x) { return -x; });
  checkUnary<T>(
      "abs", +[](T x) { return std::fabs(x); });
  checkUnary<T>(
      "sign", +[](T x) {
        return x > 0 ? T(1) : x < 0 ? T(-1) : x == 0 ? T(0) : x;
      });
  checkUnary<T>(
      "reciprocal", +[](T x) { return 1 / x; });
  checkUnary<T>(
      "square", +[](T x) { return x * x; });
  checkUnary<T>(
      "sqrt", +[](T x) { return std::sqrt(x); });
  checkUnary<T>(
      "rsqrt", +[](T x) { return 1 / std::sqrt(x); });
  checkBinary<T>(
      "equal", +[](T x, T y) { return Bool{x == y}; });
  checkBinary<T>(
      "notEqual", +[](T x, T y) { return Bool{x != y}; });
  checkBinary<T>(
      "greater", +[](T x, T y) { return Bool{x > y}; });
  checkBinary<T>(
      "greaterEqual", +[](T x, T y) { return Bool{x >= y}; });
  checkBinary<T>(
      "less", +[](T x, T y) { return Bool{x < y}; });
  checkBinary<T>(
      "lessEqual", +[](T x, T y) { return Bool{x <= y}; });
  checkUnary<T>(
      "isnan", +[](T x) { return Bool{std::isnan(x)}; });
  checkUnary<T>(
      "isinf", +[](T x) { return Bool{std::isinf(x)}; });
  checkUnary<T>(
      "isfinite", +[](T x) { return Bool{std::isfinite(x)}; });
  checkUnary<T>(
      "ceil", +[](T x) { return std::ceil(x); });
  checkUnary<T>(
      "floor", +[](T x) { return std::floor(x); });
}

/// Within `ulp` units in the last place of the larger part, where the exact value and its parts are ordinary.
template <class C>
bool near(C got, std::complex<long double> want, double ulp) {
  using R = decltype(C::re);
  const long double most = std::max(std::fabs(want.real()), std::fabs(want.imag()));
  if (!(most < static_cast<long double>(std::numeric_limits<R>::max())) ||
      most < 4 * static_cast<long double>(std::numeric_limits<R>::min()))
    return true;
  const long double unit = std::ldexp(1.0L, std::ilogb(static_cast<R>(most)) - std::numeric_limits<R>::digits + 1);
  return std::fabs(got.re - want.real()) <= ulp * unit && std::fabs(got.im - want.imag()) <= ulp * unit;
}

template <class C>
bool hasNan(C x) {
  return x.re != x.re || x.im != x.im;
}
template <class C>
bool isGreaterEqual(C x, C y) {
  return (x.re > y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im >= y.im);
}

template <class C>
void checkComplex() {
  using R = decltype(C::re);
  using W = std::complex<long double>;
  constexpr bool single = sizeof(R) == 4;
  checkBinary<C>(
      "add", +[](C x, C y) {
        return C{x.re + y.re, x.im + y.im};
      });
  checkBinary<C>(
      "subtract", +[](C x, C y) {
        return C{x.re - y.re, x.im - y.im};
      });
  checkBinary<C>(
      "multiply", +[](C x, C y) {
        return C{x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
      });
  checkBinary<C>(
      "maximum", +[](C x, C y) { return hasNan(x) || isGreaterEqual(x, y) ? x : y; });
  checkBinary<C>(
      "minimum", +[](C x, C y) { return hasNan(x) || isGreaterEqual(y, x) ? x : y; });
  checkBinary<C>(
      "greaterEqual", +[](C x, C y) { return Bool{isGreaterEqual(x, y)}; });
  checkBinary<C>(
      "less", +[](C x, C y) { return Bool{isGreaterEqual(y, x) && !(x.re == y.re && x.im == y.im)}; });
  checkBinary<C>(
      "equal", +[](C x, C y) { return Bool{x.re == y.re && x.im == y.im}; });
  checkUnary<C>(
      "negative", +[](C x) {
        return C{-x.re, -x.im};
      });
  checkUnary<C>(
      "square", +[](C x) {
        return C{x.re * x.re - x.im * x.im, x.re * x.im + x.im * x.re};
      });
  checkUnary<C>(
      "isnan", +[](C x) { return Bool{hasNan(x)}; });
  checkUnary<C>(
      "isfinite", +[](C x) { return Bool{std::isfinite(x.re) && std::isfinite(x.im)}; });

  // Against long double, on numbers whose quotients stay ordinary.
  const std::int64_t n = 20000;
  Array<C> a({n});
  Array<C> b({n});
  Random r{3};
  const auto part = [&] { return R(std::ldexp(double(std::int64_t(r.next())) * 0x1p-63, int(r.next() % 61) - 30)); };
  for (std::int64_t i = 0; i < n; ++i) {
    a[i] = {part(), part()};
    b[i] = {part(), part()};
  }
  const Array<C> out({n});
  const Array<R> length({n});
  const auto wide = [](C x) { return W(x.re, x.im); };
  const auto check = [&](const char* op, const std::vector<View>& views, auto reference, double ulp) {
    REQUIRE(run(op, views, computing<C>()) == Status::Ok);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      if (near(out[i], reference(i), ulp)) continue;
      if (++wrong <= 3)
        MESSAGE(std::string(op) << "(" << text(a[i]) << ", " << text(b[i]) << ") gives " << text(out[i]));
    }
    INFO(std::string(op));
    CHECK(wrong == 0);
  };
  check(
      "divide", {out.view(), a.view(), b.view()}, [&](std::int64_t i) { return wide(a[i]) / wide(b[i]); },
      single ? 1 : 4);
  check(
      "divideNoNan", {out.view(), a.view(), b.view()}, [&](std::int64_t i) { return wide(a[i]) / wide(b[i]); },
      single ? 1 : 4);
  check(
      "reciprocal", {out.view(), a.view()}, [&](std::int64_t i) { return W(1) / wide(a[i]); }, single ? 1 : 4);
  check(
      "sqrt", {out.view(), a.view()}, [&](std::int64_t i) { return std::sqrt(wide(a[i])); }, single ? 1 : 2);
  check(
      "sign", {out.view(), a.view()}, [&](std::int64_t i) { return wide(a[i]) / std::abs(wide(a[i])); }, 3);
  REQUIRE(run("abs", {length.view(), a.view()}, computing<C>()) == Status::Ok);
  for (std::int64_t i = 0; i < n; ++i) {
    const C got{length[i], 0};
    if (!near(got, W(std::abs(wide(a[i])), 0), 1)) FAIL("abs(" << text(a[i]) << ") gives " << length[i]);
  }
}

template <class T>
T callUnary(const char* op, T x) {
  const Array<T> out({1});
  REQUIRE(run(op, {out.view(), Array<T>({1}, {x}).view()}, computing<T>()) == Status::Ok);
  return out[0];
}
template <class T>
T callBinary(const char* op, T x, T y) {
  const Array<T> out({1});
  REQUIRE(run(op, {out.view(), Array<T>({1}, {x}).view(), Array<T>({1}, {y}).view()}, computing<T>()) == Status::Ok);
  return out[0];
}

}  // namespace

TEST_CASE("arithmetic: integers") {
  checkIntegers<std::uint8_t>();
  checkIntegers<std::uint16_t>();
  checkIntegers<std::uint32_t>();
  checkIntegers<std::uint64_t>();
  checkIntegers<std::int8_t>();
  checkIntegers<std::int16_t>();
  checkIntegers<std::int32_t>();
  checkIntegers<std::int64_t>();
}

TEST_CASE("arithmetic: 64-bit integers by one divisor") {
  const auto check = [](auto zero, const auto& divisors) {
    using T = decltype(zero);
    const Array<T> x = filled<T>({2000}, 21);
    const Array<T> q({2000});
    const Array<T> m({2000});
    std::int64_t wrong = 0;
    for (const T d : divisors) {
      const Array<T> y({}, {d});
      REQUIRE(run("floorDivide", {q.view(), x.view(), y.view()}, computing<T>()) == Status::Ok);
      REQUIRE(run("mod", {m.view(), x.view(), y.view()}, computing<T>()) == Status::Ok);
      for (std::int64_t i = 0; i < 2000; ++i) {
        const __int128 want = floorQuotient(x[i], d);
        wrong += q[i] != wrap<T>(want);
        wrong += m[i] != (d == 0 ? T(0) : wrap<T>(__int128(x[i]) - want * __int128(d)));
      }
    }
    CHECK(wrong == 0);
  };
  Random r{8};
  std::vector<std::int64_t> divisors = edges<std::int64_t>();
  std::vector<std::uint64_t> unsignedDivisors = edges<std::uint64_t>();
  for (int i = 0; i < 100; ++i) {
    divisors.push_back(std::int64_t(r.next()) >> (i % 64));
    unsignedDivisors.push_back(r.next() >> (i % 64));
    divisors.push_back(std::int64_t{1} << (i % 64));
    unsignedDivisors.push_back(std::uint64_t{1} << (i % 64));
  }
  check(std::int64_t{}, divisors);
  check(std::uint64_t{}, unsignedDivisors);
}

TEST_CASE("arithmetic: every pair of 8-bit integers") {
  Array<std::int8_t> row({256});
  for (int i = 0; i < 256; ++i) row[i] = std::int8_t(i);
  Array<std::int8_t> column = row;
  column.shape = {256, 1};
  column.strides = {1, 1};
  const Array<std::int8_t> q({256, 256});
  const Array<std::int8_t> m({256, 256});
  REQUIRE(run("floorDivide", {q.view(), column.view(), row.view()}, computing<std::int8_t>()) == Status::Ok);
  REQUIRE(run("mod", {m.view(), column.view(), row.view()}, computing<std::int8_t>()) == Status::Ok);
  for (int x = 0; x < 256; ++x)
    for (int y = 0; y < 256; ++y) {
      const __int128 want = floorQuotient(std::int8_t(x), std::int8_t(y));
      if (q[x * 256 + y] != std::int8_t(want)) FAIL(x << " " << y);
      if (m[x * 256 + y] != (y == 0 ? 0 : std::int8_t(std::int8_t(x) - want * std::int8_t(y)))) FAIL(x << " " << y);
    }
}

TEST_CASE("arithmetic: isclose") {
  const double nan = NAN;
  const double inf = INFINITY;
  const Array<double> x({8}, {1, 1, nan, inf, inf, 0, 1e10, nan});
  const Array<double> y({8}, {1.000001, 1.001, nan, inf, -inf, 1e-9, 1.00001e10, 1});
  const Array<Bool> out({8});
  const auto close = [&](double rtol, double atol, double equalNan) {
    REQUIRE(run("isclose", {out.view(), x.view(), y.view()}, {double(DType::Float64), rtol, atol, equalNan}) ==
            Status::Ok);
    std::string all;
    for (int i = 0; i < 8; ++i) all += out[i].value != 0 ? '1' : '0';
    return all;
  };
  CHECK(close(1e-5, 1e-8, 0) == "10010110");
  CHECK(close(1e-5, 1e-8, 1) == "10110110");
  CHECK(close(0, 0, 0) == "00010000");
  CHECK(close(1e-2, 0, 0) == "11010010");
}

TEST_CASE("arithmetic: float32") { checkReals<float>(); }
TEST_CASE("arithmetic: float64") { checkReals<double>(); }
TEST_CASE("arithmetic: complex64") { checkComplex<Complex64>(); }
TEST_CASE("arithmetic: complex128") { checkComplex<Complex128>(); }

TEST_CASE("arithmetic: bools") {
  checkBinary<Bool>(
      "add", +[](Bool x, Bool y) { return Bool{x.value || y.value}; });
  checkBinary<Bool>(
      "multiply", +[](Bool x, Bool y) { return Bool{x.value && y.value}; });
  checkBinary<Bool>(
      "maximum", +[](Bool x, Bool y) { return Bool{x.value || y.value}; });
  checkBinary<Bool>(
      "minimum", +[](Bool x, Bool y) { return Bool{x.value && y.value}; });
  checkBinary<Bool>(
      "logicalXor", +[](Bool x, Bool y) { return Bool{x.value != y.value}; });
  checkBinary<Bool>(
      "logicalAnd", +[](Bool x, Bool y) { return Bool{x.value && y.value}; });
  checkBinary<Bool>(
      "logicalOr", +[](Bool x, Bool y) { return Bool{x.value || y.value}; });
  checkBinary<Bool>(
      "greater", +[](Bool x, Bool y) { return Bool{x.value > y.value}; });
  checkUnary<Bool>(
      "logicalNot", +[](Bool x) { return Bool{x.value == 0}; });
  checkUnary<Bool>(
      "abs", +[](Bool x) { return x; });
}

TEST_CASE("arithmetic: complex numbers near and past the ends of the range") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  using C = Complex128;
  const auto length = [](C x) {
    const Array<double> out({1});
    REQUIRE(run("abs", {out.view(), Array<C>({1}, {x}).view()}, computing<C>()) == Status::Ok);
    return out[0];
  };
  CHECK(length({3e300, 4e300}) == doctest::Approx(5e300));
  CHECK(length({3e-310, 4e-310}) == doctest::Approx(5e-310));
  CHECK(length({inf, nan}) == inf);
  CHECK(length({nan, -inf}) == inf);
  CHECK(std::isnan(length({nan, 0})));
  CHECK(same(callUnary<C>("sqrt", {-4, 0}), C{0, 2}));
  CHECK(same(callUnary<C>("sqrt", {-4, -0.0}), C{0, -2}));
  CHECK(same(callUnary<C>("sqrt", {-inf, 1}), C{0, inf}));
  CHECK(same(callUnary<C>("sqrt", {inf, nan}), C{inf, nan}));
  CHECK(same(callUnary<C>("sqrt", {nan, -inf}), C{inf, -inf}));
  CHECK(same(callUnary<C>("sqrt", {-0.0, -0.0}), C{0, -0.0}));
  CHECK(callUnary<C>("sqrt", {1e308, 1e308}).re == doctest::Approx(1.09868411346781e154));
  CHECK(callUnary<C>("sqrt", {5e-324, 0}).re == doctest::Approx(2.2227587494850775e-162));
  CHECK(same(callUnary<C>("sign", {-inf, 3}), C{-1, 0}));
  CHECK(same(callUnary<C>("sign", {nan, inf}), C{0, 1}));
  CHECK(same(callUnary<C>("sign", {inf, inf}), C{nan, nan}));
  CHECK(same(callUnary<C>("sign", {0, -0.0}), C{0, 0}));
  CHECK(same(callUnary<C>("reciprocal", {inf, 0}), C{0, -0.0}));
  CHECK(same(callBinary<C>("divide", {1, 2}, {0, 0}), C{inf, inf}));
  CHECK(same(callBinary<C>("divide", {0, -2}, {-0.0, 0}), C{nan, -inf}));
  CHECK(same(callBinary<C>("divide", {1, 1}, {inf, 0}), C{0, 0}));
  CHECK(same(callBinary<C>("divideNoNan", {1, 2}, {0, 0}), C{0, 0}));
  CHECK(callBinary<C>("divide", {1e300, 1e300}, {1e300, 1e300}).re == doctest::Approx(1));
}
