// reductions/reduce against plain references: every dtype, layout and set of axes; accuracy; NaN; bits.
#include "reductions/reduce.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [-1, 1), with 24 bits: exact in float32.
  double real() { return static_cast<double>(static_cast<std::int64_t>(next() >> 40) - (1 << 23)) / (1 << 23); }
};

double number(Bool x) { return x.value; }
double number(Float16 x) {
  double to = 0;
  converter(DType::Float64, DType::Float16)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}
double number(Bfloat16 x) {
  double to = 0;
  converter(DType::Float64, DType::Bfloat16)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}
template <class T>
T number(T x) {
  return x;
}

/// Any dtype from a float64, through the library's own conversion.
template <class T>
T from(double x) {
  T to{};
  converter(kDTypeOf<T>, DType::Float64)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}

/// The elements that fold into each output, in index order.
template <class T>
std::vector<std::vector<T>> groupsOf(const Array<T>& x, std::uint32_t mask) {
  std::int64_t outputs = 1;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) outputs *= x.shape[axis];
  std::vector<std::vector<T>> groups(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t rest = i;
    std::int64_t out = 0;
    std::int64_t step = 1;
    for (std::size_t axis = x.shape.size(); axis-- > 0; rest /= x.shape[axis]) {
      if ((mask >> axis & 1u) != 0) continue;
      out += rest % x.shape[axis] * step;
      step *= x.shape[axis];
    }
    groups[static_cast<std::size_t>(out)].push_back(x[i]);
  }
  return groups;
}

template <class Out, class T>
Array<Out> reduceTo(const char* op, const Array<T>& x, std::uint32_t mask, DType compute) {
  Shape kept;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape[axis]);
  Array<Out> out(kept);
  REQUIRE(run(op, {out.view(), x.view()}, {static_cast<double>(mask), static_cast<double>(compute)}) == Status::Ok);
  return out;
}

/// The same elements in several layouts.
template <class T>
std::vector<Array<T>> layoutsOf(const Shape& shape, const std::vector<T>& values) {
  std::vector<Array<T>> layouts;
  layouts.emplace_back(shape, values);
  const Shape backwards(shape.rbegin(), shape.rend());
  layouts.push_back(Array<T>(backwards, values).transposed());
  if (sizeOf(shape) == 0) return layouts;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) layouts.push_back(layouts[0].reversed(axis));
  // Every second element of a wider array.
  Shape wide = shape;
  wide.back() *= 2;
  std::vector<T> spread(values.size() * 2, values[0]);
  for (std::size_t i = 0; i < values.size(); ++i) spread[2 * i + 1] = values[i];
  Array<T> second(wide, spread);
  second.shape = shape;
  second.strides.back() *= 2;
  second.offset = 1;
  layouts.push_back(second);
  Array<T> repeated = layouts[0];
  repeated.strides[0] = 0;
  layouts.push_back(repeated);
  return layouts;
}

const std::vector<Shape> kShapes = {{5},         {300},      {5000},      {1, 1},      {7, 3},      {3, 700},
                                    {700, 3},    {20, 1030}, {1030, 20},  {4, 5, 6},   {33, 2, 17}, {2, 33, 40},
                                    {2, 700, 3}, {40, 3, 2}, {600, 2, 2}, {3, 2, 600}, {9, 64, 2},  {0},
                                    {0, 3},      {3, 0},     {1, 0, 2}};

template <class T, class Check>
void everyLayout(Check check, double scale) {
  Random random{42 + sizeof(T)};
  for (const Shape& shape : kShapes) {
    std::vector<T> values;
    for (std::int64_t i = 0; i < sizeOf(shape); ++i) values.push_back(from<T>(random.real() * scale));
    for (const Array<T>& x : layoutsOf(shape, values)) {
      for (std::uint32_t mask = 0; mask < 1u << shape.size(); ++mask) {
        CAPTURE(shape.size());
        CAPTURE(shape[0]);
        CAPTURE(shape.back());
        CAPTURE(mask);
        check(x, mask);
      }
    }
  }
}

template <class T>
constexpr DType sumDType() {
  if constexpr (std::is_same_v<T, Bool> || (std::is_integral_v<T> && sizeof(T) < 4))
    return std::is_unsigned_v<T> ? DType::Uint32 : DType::Int32;
  else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>)
    return DType::Float32;
  else
    return kDTypeOf<T>;
}

/// Distance that `got` may have: half a unit of the result's precision, and what the sum of magnitudes allows.
template <class Out>
void checkNear(Out got, long double want, long double magnitude, double unit) {
  const long double error = std::fabs(static_cast<long double>(number(got)) - want);
  // Below the smallest normal number a half unit is absolute.
  const double tiny = std::is_same_v<Out, Float16> ? 0x1p-25 : 0;
  const bool near =
      error <= unit * (20 * magnitude + std::fabs(want)) + tiny || static_cast<long double>(number(got)) == want;
  if (!near) CHECK(static_cast<double>(number(got)) == static_cast<double>(want));
}

// Millions of comparisons: only a failing one is reported.
#define EXPECT(condition) \
  if (!(condition)) CHECK(condition)

template <class T, class Out>
void checkIntegers(double scale) {
  everyLayout<T>(
      [](const Array<T>& x, std::uint32_t mask) {
        using Wide = std::conditional_t<std::is_integral_v<Out>, std::make_unsigned_t<Out>, std::uint32_t>;
        const auto groups = groupsOf(x, mask);
        const Array<Out> sum = reduceTo<Out>("sum", x, mask, sumDType<T>());
        const Array<Out> prod = reduceTo<Out>("prod", x, mask, sumDType<T>());
        const Array<Bool> any = reduceTo<Bool>("any", x, mask, DType::Bool);
        const Array<Bool> all = reduceTo<Bool>("all", x, mask, DType::Bool);
        const Array<std::int32_t> count = reduceTo<std::int32_t>("countNonzero", x, mask, DType::Bool);
        const Array<float> mean = reduceTo<float>("mean", x, mask, DType::Float64);
        for (std::size_t i = 0; i < groups.size(); ++i) {
          Wide s = 0;
          Wide p = 1;
          std::int32_t c = 0;
          double total = 0;
          for (const T v : groups[i]) {
            s = static_cast<Wide>(s + static_cast<Wide>(number(v)));
            p = static_cast<Wide>(p * static_cast<Wide>(number(v)));
            c += number(v) != 0;
            total += static_cast<double>(number(v));
          }
          const auto at = static_cast<std::int64_t>(i);
          EXPECT(sum[at] == static_cast<Out>(s));
          EXPECT(prod[at] == static_cast<Out>(p));
          EXPECT(count[at] == c);
          EXPECT(any[at].value == (c > 0));
          EXPECT(all[at].value == (c == static_cast<std::int32_t>(groups[i].size())));
          if (!groups[i].empty())
            checkNear(mean[at], total / static_cast<double>(groups[i].size()), std::fabs(total), 0x1p-24);
        }
      },
      scale);
}

template <class T>
void checkExtremes(double scale) {
  everyLayout<T>(
      [](const Array<T>& x, std::uint32_t mask) {
        const bool half = sizeof(T) == 2 && !std::is_integral_v<T>;
        const DType compute = half ? DType::Float32 : kDTypeOf<T>;
        const auto groups = groupsOf(x, mask);
        const Array<T> most = reduceTo<T>("max", x, mask, compute);
        const Array<T> least = reduceTo<T>("min", x, mask, compute);
        for (std::size_t i = 0; i < groups.size(); ++i) {
          if (groups[i].empty()) continue;
          auto high = number(groups[i][0]);
          auto low = high;
          for (const T v : groups[i]) {
            if (number(v) > high) high = number(v);
            if (number(v) < low) low = number(v);
          }
          EXPECT(number(most[static_cast<std::int64_t>(i)]) == high);
          EXPECT(number(least[static_cast<std::int64_t>(i)]) == low);
        }
      },
      scale);
}

template <class T>
void checkReals() {
  const double unit = sizeof(T) == 8               ? 0x1p-53
                      : sizeof(T) == 4             ? 0x1p-24
                      : std::is_same_v<T, Float16> ? 0x1p-11
                                                   : 0x1p-8;
  const double inner = sizeof(T) == 8 ? 0x1p-53 : 0x1p-24;
  everyLayout<T>(
      [unit, inner](const Array<T>& x, std::uint32_t mask) {
        const DType compute = sumDType<T>();
        const auto groups = groupsOf(x, mask);
        const Array<T> sum = reduceTo<T>("sum", x, mask, compute);
        const Array<T> mean = reduceTo<T>("mean", x, mask, compute);
        const Array<T> var = reduceTo<T>("var", x, mask, compute);
        const Array<T> deviation = reduceTo<T>("std", x, mask, compute);
        for (std::size_t i = 0; i < groups.size(); ++i) {
          const auto at = static_cast<std::int64_t>(i);
          const auto n = static_cast<long double>(groups[i].size());
          if (groups[i].empty()) {
            EXPECT(number(sum[at]) == 0);
            EXPECT(!std::signbit(static_cast<double>(number(sum[at]))));
            EXPECT(std::isnan(static_cast<double>(number(mean[at]))));
            EXPECT(std::isnan(static_cast<double>(number(var[at]))));
            EXPECT(std::isnan(static_cast<double>(number(deviation[at]))));
            continue;
          }
          long double s = 0;
          long double magnitude = 0;
          long double squares = 0;
          for (const T v : groups[i]) {
            s += static_cast<long double>(number(v));
            magnitude += std::fabs(static_cast<long double>(number(v)));
          }
          for (const T v : groups[i]) squares += (number(v) - s / n) * (number(v) - s / n);
          const double rounding = unit / inner;
          checkNear(sum[at], s, magnitude / rounding, unit);
          checkNear(mean[at], s / n, magnitude / n / rounding, unit);
          checkNear(var[at], squares / n, squares / n / rounding * 2, unit);
          checkNear(deviation[at], std::sqrt(squares / n), std::sqrt(squares / n) / rounding * 2, unit);
        }
      },
      1);
}

template <class T>
void checkComplex() {
  using C = Complex<T>;
  constexpr DType real = kDTypeOf<T>;
  (void)real;
  const double unit = sizeof(T) == 8 ? 0x1p-53 : 0x1p-24;
  Random random{9};
  for (const Shape& shape : kShapes) {
    std::vector<C> values;
    // Near the unit circle, so that products keep their size.
    for (std::int64_t i = 0; i < sizeOf(shape); ++i) {
      const double angle = random.real() * 3;
      values.push_back({static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))});
    }
    for (const Array<C>& x : layoutsOf(shape, values)) {
      for (std::uint32_t mask = 0; mask < 1u << shape.size(); ++mask) {
        const auto groups = groupsOf(x, mask);
        const Array<C> sum = reduceTo<C>("sum", x, mask, kDTypeOf<C>);
        const Array<C> mean = reduceTo<C>("mean", x, mask, kDTypeOf<C>);
        const Array<C> prod = reduceTo<C>("prod", x, mask, kDTypeOf<C>);
        const Array<C> most = reduceTo<C>("max", x, mask, kDTypeOf<C>);
        const Array<C> least = reduceTo<C>("min", x, mask, kDTypeOf<C>);
        const Array<T> var = reduceTo<T>("var", x, mask, kDTypeOf<C>);
        const Array<T> deviation = reduceTo<T>("std", x, mask, kDTypeOf<C>);
        for (std::size_t i = 0; i < groups.size(); ++i) {
          const auto at = static_cast<std::int64_t>(i);
          if (groups[i].empty()) {
            EXPECT((sum[at].re == 0 && sum[at].im == 0 && prod[at].re == 1 && prod[at].im == 0));
            EXPECT((std::isnan(mean[at].re) && std::isnan(mean[at].im) && std::isnan(var[at])));
            continue;
          }
          const auto n = static_cast<long double>(groups[i].size());
          long double re = 0, im = 0, pr = 1, pi = 0, squares = 0;
          C high = groups[i][0];
          C low = high;
          for (const C v : groups[i]) {
            re += v.re;
            im += v.im;
            const long double t = pr * v.re - pi * v.im;
            pi = pr * v.im + pi * v.re;
            pr = t;
            if (v.re > high.re || (v.re == high.re && v.im > high.im)) high = v;
            if (v.re < low.re || (v.re == low.re && v.im < low.im)) low = v;
          }
          for (const C v : groups[i]) squares += (v.re - re / n) * (v.re - re / n) + (v.im - im / n) * (v.im - im / n);
          checkNear(sum[at].re, re, n, unit);
          checkNear(sum[at].im, im, n, unit);
          checkNear(mean[at].re, re / n, 1, unit);
          checkNear(prod[at].re, pr, n / 4, unit);
          checkNear(prod[at].im, pi, n / 4, unit);
          checkNear(var[at], squares / n, squares / n + unit, unit);
          checkNear(deviation[at], std::sqrt(squares / n), 1, unit);
          EXPECT((most[at].re == high.re && most[at].im == high.im));
          EXPECT((least[at].re == low.re && least[at].im == low.im));
        }
      }
    }
  }
}

struct Threads {
  int before = threadCount();
  ~Threads() { setThreadCount(before); }
};

}  // namespace

TEST_CASE("reduce: integers and bools, every layout and set of axes") {
  checkIntegers<Bool, std::int32_t>(1);
  checkIntegers<std::uint8_t, std::uint32_t>(300);
  checkIntegers<std::int8_t, std::int32_t>(150);
  checkIntegers<std::uint16_t, std::uint32_t>(70000);
  checkIntegers<std::int16_t, std::int32_t>(40000);
  checkIntegers<std::uint32_t, std::uint32_t>(5e9);
  checkIntegers<std::int32_t, std::int32_t>(3e9);
  checkIntegers<std::uint64_t, std::uint64_t>(2e19);
  checkIntegers<std::int64_t, std::int64_t>(1e19);
}

TEST_CASE("reduce: max and min, every layout and set of axes") {
  checkExtremes<Bool>(1);
  checkExtremes<std::uint8_t>(300);
  checkExtremes<std::int8_t>(150);
  checkExtremes<std::uint16_t>(70000);
  checkExtremes<std::int16_t>(40000);
  checkExtremes<std::uint32_t>(5e9);
  checkExtremes<std::int32_t>(3e9);
  checkExtremes<std::uint64_t>(2e19);
  checkExtremes<std::int64_t>(1e19);
  checkExtremes<Float16>(100);
  checkExtremes<Bfloat16>(100);
  checkExtremes<float>(1e30);
  checkExtremes<double>(1e300);
}

TEST_CASE("reduce: real sums, means and variances, every layout and set of axes") {
  checkReals<Float16>();
  checkReals<Bfloat16>();
  checkReals<float>();
  checkReals<double>();
}

TEST_CASE("reduce: complex numbers, every layout and set of axes") {
  checkComplex<float>();
  checkComplex<double>();
}

TEST_CASE("reduce: real products keep their precision") {
  Random random{5};
  for (const std::int64_t n : {1, 2, 15, 64, 1000, 5000}) {
    std::vector<float> values;
    long double want = 1;
    for (std::int64_t i = 0; i < n; ++i) {
      values.push_back(static_cast<float>(std::exp2(random.real())));
      want *= values.back();
    }
    const Array<float> x({n}, values);
    CHECK(std::fabs(reduceTo<float>("prod", x, 1, DType::Float32)[0] / want - 1) <
          0x1p-24 * (static_cast<double>(n) / 16 + 30));
    CHECK(std::fabs(static_cast<long double>(reduceTo<double>("prod", x, 1, DType::Float64)[0]) / want - 1) <
          0x1p-52 * static_cast<double>(n));
  }
}

TEST_CASE("reduce: every size from 0 to 1,025, along and across") {
  for (std::int64_t n = 0; n <= 1025; ++n) {
    std::vector<std::int32_t> values;
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      values.push_back(static_cast<std::int32_t>(i * 2654435761u % 1000 + 1));
      total += values.back();
    }
    const Array<std::int32_t> row({n}, values);
    CHECK(reduceTo<std::int32_t>("sum", row, 1, DType::Int32)[0] == total);
    CHECK(reduceTo<float>("sum", row, 1, DType::Float32)[0] == static_cast<float>(total));
    CHECK(reduceTo<std::int32_t>("countNonzero", row, 1, DType::Bool)[0] == n);
    const Array<std::int32_t> column({n, 1}, values);
    CHECK(reduceTo<std::int32_t>("sum", column, 1, DType::Int32)[0] == total);
    Array<std::int32_t> wide({n, 3});
    for (std::int64_t i = 0; i < n * 3; ++i) wide[i] = values[static_cast<std::size_t>(i / 3)];
    for (std::int64_t j = 0; j < 3; ++j) CHECK(reduceTo<std::int32_t>("sum", wide, 1, DType::Int32)[j] == total);
    if (n > 0) {
      const std::int32_t high = reduceTo<std::int32_t>("max", row, 1, DType::Int32)[0];
      CHECK(high == reduceTo<std::int32_t>("max", wide, 1, DType::Int32)[2]);
    }
  }
}

TEST_CASE_TEMPLATE("reduce: NaN in every lane reaches max, min, sum, mean and var", T, float, double) {
  for (const std::int64_t n : {1, 2, 15, 64, 65, 130, 300}) {
    for (std::int64_t at = 0; at < std::min<std::int64_t>(n, 130); ++at) {
      std::vector<T> values(static_cast<std::size_t>(n), T{1});
      values[static_cast<std::size_t>(at)] = static_cast<T>(kNaN);
      const Array<T> along({n}, values);
      const Array<T> across({n, 1, 2});
      for (std::int64_t i = 0; i < 2 * n; ++i) across[i] = values[static_cast<std::size_t>(i / 2)];
      for (const char* op : {"max", "min", "sum", "prod", "mean", "var", "std"}) {
        CAPTURE(op);
        CHECK(std::isnan(reduceTo<T>(op, along, 1, kDTypeOf<T>)[0]));
        CHECK(std::isnan(reduceTo<T>(op, across, 1, kDTypeOf<T>)[1]));
      }
      CHECK(reduceTo<Bool>("all", along, 1, DType::Bool)[0].value == 1);
    }
  }
}

TEST_CASE("reduce: signed zeros and infinities") {
  for (const std::int64_t n : {1, 3, 64, 1000}) {
    const Array<double> zeros({n, 2}, std::vector<double>(static_cast<std::size_t>(2 * n), -0.0));
    CHECK(std::signbit(reduceTo<double>("sum", zeros, 3, DType::Float64)[0]));
    CHECK(std::signbit(reduceTo<double>("sum", zeros, 1, DType::Float64)[1]));
    CHECK(std::signbit(reduceTo<float>("sum", zeros, 3, DType::Float32)[0]));
    CHECK(std::signbit(reduceTo<double>("mean", zeros, 1, DType::Float64)[0]));
  }
  std::vector<double> values(5000, 1);
  values[4321] = kInfinity;
  CHECK(reduceTo<double>("sum", Array<double>({5000}, values), 1, DType::Float64)[0] == kInfinity);
  CHECK(reduceTo<double>("mean", Array<double>({5000}, values), 1, DType::Float64)[0] == kInfinity);
  CHECK(std::isnan(reduceTo<double>("var", Array<double>({5000}, values), 1, DType::Float64)[0]));
  values[7] = -kInfinity;
  CHECK(std::isnan(reduceTo<double>("sum", Array<double>({5000}, values), 1, DType::Float64)[0]));
  const std::vector<Complex128> infinite = {{kInfinity, 0}};
  CHECK(reduceTo<Complex128>("prod", Array<Complex128>({1}, infinite), 1, DType::Complex128)[0].im == 0);
}

TEST_CASE("reduce: initial takes part in max and min, also of nothing") {
  const Array<std::int32_t> x({3}, {1, 9, 4});
  const Array<std::int32_t> nothing(Shape{0});
  const Array<std::int64_t> initial(Shape{}, {6});
  Array<std::int32_t> out(Shape{});
  const std::vector<double> numbers = {1, static_cast<double>(DType::Int32)};
  REQUIRE(run("min", {out.view(), x.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 1);
  REQUIRE(run("max", {out.view(), x.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 9);
  REQUIRE(run("max", {out.view(), nothing.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 6);
}

TEST_CASE("reduce: var keeps its digits beside a large mean, and equal elements give 0") {
  for (const std::int64_t n : {2, 5, 1000, 40000}) {
    std::vector<double> values;
    std::vector<double> small;
    Random random{3};
    for (std::int64_t i = 0; i < n; ++i) {
      // Multiples of 2^-24: exact beside 1e8.
      small.push_back(random.real());
      values.push_back(1e8 + small.back());
    }
    long double mean = 0;
    long double squares = 0;
    for (const double v : small) mean += v / static_cast<long double>(n);
    for (const double v : small) squares += (v - mean) * (v - mean);
    const double want = static_cast<double>(squares / static_cast<long double>(n));
    const Array<double> along({n}, values);
    CHECK(reduceTo<double>("var", along, 1, DType::Float64)[0] == doctest::Approx(want).epsilon(1e-14));
    Array<double> across({n, 20});
    for (std::int64_t i = 0; i < n * 20; ++i) across[i] = values[static_cast<std::size_t>(i / 20)];
    CHECK(reduceTo<double>("var", across, 1, DType::Float64)[19] == doctest::Approx(want).epsilon(1e-14));
    const Array<float> same({n, 3}, std::vector<float>(static_cast<std::size_t>(3 * n), 0.1f));
    for (const std::uint32_t mask : {1u, 2u, 3u}) CHECK(reduceTo<float>("var", same, mask, DType::Float32)[0] == 0);
  }
}

TEST_CASE("reduce: sums of float32 stay within NumPy's pairwise bound on every axis") {
  Random random{8};
  const std::int64_t n = 30000;
  Array<float> x({n, 17});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(1 + random.real() / 2);
  const Array<float> down = reduceTo<float>("sum", x, 1, DType::Float32);
  for (std::int64_t j = 0; j < 17; ++j) {
    double want = 0;
    for (std::int64_t i = 0; i < n; ++i) want += static_cast<double>(x[i * 17 + j]);
    CHECK(std::fabs(down[j] - want) / want < 4 * 0x1p-24);
  }
  CHECK(reduceTo<float>("sum", Array<float>({n}, std::vector<float>(n, 0.1f)), 1, DType::Float32)[0] ==
        doctest::Approx(3000).epsilon(2e-7));
}

TEST_CASE("reduce: cancellation ends a call") {
  std::atomic<bool> cancel{true};
  Execution execution(&cancel);
  const Array<float> x({4}, {1, 2, 3, 4});
  Array<float> out(Shape{});
  CHECK(run("sum", {out.view(), x.view()}, {1, static_cast<double>(DType::Float32)}, execution) == Status::Cancelled);
}

TEST_CASE("reduce: no memory is an error") {
  const Array<float> x({300000}, std::vector<float>(300000, 1));
  Array<float> out(Shape{});
  failAllocation(0);
  CHECK(run("sum", {out.view(), x.view()}, {1, static_cast<double>(DType::Float32)}) == Status::OutOfMemory);
}

namespace {

std::uint64_t hashBits(std::uint64_t hash, const void* data, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3u;
  return hash;
}

template <class T>
std::uint64_t hashOf(std::uint64_t hash, const Shape& shape, std::uint64_t seed) {
  Random random{seed};
  Array<T> x(shape);
  // Magnitudes far apart: a different order of additions shows.
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(random.real() * std::exp2(random.next() % 24));
  std::vector<Array<T>> views = {x, x.transposed(), x.reversed(0)};
  for (const Array<T>& view : views)
    for (std::uint32_t mask = 0; mask < 1u << shape.size(); ++mask)
      for (const char* op : {"sum", "mean", "prod", "var", "std", "max", "min"}) {
        const Array<T> out = reduceTo<T>(op, view, mask, kDTypeOf<T>);
        hash = hashBits(hash, out.memory.get(), static_cast<std::size_t>(out.size()) * sizeof(T));
      }
  return hash;
}

}  // namespace

// One number for every thread count and every level: run the program with NDOPS_CPU_LEVEL=v2, v3 and v4 too.
TEST_CASE("reduce: the same bits for any threads on any level") {
  const Threads restore;
  for (const int threads : {1, 2, 3, 8, 64}) {
    setThreadCount(threads);
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const Shape& shape : {Shape{10}, Shape{700000}, Shape{1000, 700}, Shape{5000, 3}, Shape{7, 900, 30}}) {
      hash = hashOf<float>(hash, shape, 1);
      hash = hashOf<double>(hash, shape, 2);
    }
    CHECK(hash == 17839065181525631049u);
  }
}
