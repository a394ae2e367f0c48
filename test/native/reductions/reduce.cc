// reductions/reduce against plain references: every dtype, layout and set of axes.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "native/reductions/reference.h"

using namespace ndops;
using namespace ndops::test;

namespace {

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
