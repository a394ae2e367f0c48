#include <doctest/doctest.h>

#include "native/elementwise/operands.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
std::vector<T> rounded(const std::vector<T>& x, double decimals) {
  const Array<T> out({std::int64_t(x.size())});
  REQUIRE(run("round", {out.view(), Array<T>(out.shape, x).view()}, {double(kDTypeOf<T>), decimals}) == Status::Ok);
  return {out.memory.get(), out.memory.get() + x.size()};
}

}  // namespace

TEST_CASE("rounding: to even, at any decimal") {
  CHECK(rounded<float>({0.5f, 1.5f, -0.5f, 2.4f, -2.6f}, 0) == std::vector<float>{0, 2, -0.0f, 2, -3});
  CHECK(rounded<double>({1.25, 0.15, 2.675, -1.005}, 1) == std::vector<double>{1.2, 0.2, 2.7, -1.0});
  CHECK(rounded<double>({15, 25, 149, -151}, -1) == std::vector<double>{20, 20, 150, -150});
  CHECK(std::isnan(rounded<float>({NAN}, 0)[0]));
  CHECK(std::isinf(rounded<float>({INFINITY}, 2)[0]));
  CHECK(std::signbit(rounded<float>({-0.2f}, 0)[0]));
  // Integers go by way of float64.
  const Array<std::int32_t> out({3});
  REQUIRE(run("round", {out.view(), Array<std::int32_t>({3}, {15, -149, 2147483647}).view()},
              {double(DType::Float64), -1}) == Status::Ok);
  CHECK(out[0] == 20);
  CHECK(out[1] == -150);
  CHECK(out[2] == 2147483647);
}

TEST_CASE("rounding: clip, NaN from any operand") {
  const double nan = NAN;
  const Array<double> x({6}, {-1, 0.5, 3, nan, -INFINITY, INFINITY});
  const Array<double> out({6});
  const auto clip = [&](double low, double high) {
    REQUIRE(run("clip", {out.view(), x.view(), Array<double>({}, {low}).view(), Array<double>({}, {high}).view()},
                computing<double>()) == Status::Ok);
    return std::vector<double>(out.memory.get(), out.memory.get() + 6);
  };
  const std::vector<double> inside = clip(0, 2);
  CHECK(inside[0] == 0);
  CHECK(inside[1] == 0.5);
  CHECK(inside[2] == 2);
  CHECK(std::isnan(inside[3]));
  CHECK(inside[4] == 0);
  CHECK(inside[5] == 2);
  // Where the bounds cross, the upper one wins.
  CHECK(clip(3, 1)[1] == 1);
  for (const double v : clip(nan, 1)) CHECK(std::isnan(v));
  // The same bits in lanes as alone, zeros' signs too.
  const std::vector<double> values{-0.0, 0.0, -1, 0.5, 3, nan, -INFINITY, INFINITY, 1};
  for (const double low : {-0.0, 0.0, 1.0})
    for (const double high : {-0.0, 0.0, 0.5}) {
      std::vector<double> many;
      for (std::size_t i = 0; i < 83; ++i) many.push_back(values[i % values.size()]);
      const Array<double> all({83});
      const auto bound = [](double v) { return Array<double>({}, {v}); };
      REQUIRE(run("clip", {all.view(), Array<double>({83}, many).view(), bound(low).view(), bound(high).view()},
                  computing<double>()) == Status::Ok);
      for (std::size_t i = 0; i < 83; ++i) {
        const double x = many[i];
        const double raised = x > low ? x : low;
        const double want = x != x ? x : raised < high ? raised : high;
        CAPTURE(x);
        CHECK(same(all[std::int64_t(i)], want));
      }
    }
  // Integers between bounds of another dtype.
  const Array<std::uint8_t> small({3});
  REQUIRE(run("clip",
              {small.view(), Array<std::uint8_t>({3}, {0, 100, 255}).view(), Array<std::int64_t>({}, {-5}).view(),
               Array<std::int64_t>({}, {99}).view()},
              computing<std::int64_t>()) == Status::Ok);
  CHECK(small[0] == 0);
  CHECK(small[1] == 99);
  CHECK(small[2] == 99);
}

TEST_CASE("rounding: nanToNum puts the given numbers in") {
  const Array<float> x({5}, {NAN, INFINITY, -INFINITY, 1.5f, -0.0f});
  const Array<float> out({5});
  REQUIRE(run("nanToNum", {out.view(), x.view()}, {double(DType::Float32), 7, 8, -9}) == Status::Ok);
  CHECK(out[0] == 7);
  CHECK(out[1] == 8);
  CHECK(out[2] == -9);
  CHECK(out[3] == 1.5f);
  CHECK(std::signbit(out[4]));
  const Array<Complex64> z({1}, {{NAN, INFINITY}});
  const Array<Complex64> parts({1});
  REQUIRE(run("nanToNum", {parts.view(), z.view()}, {double(DType::Complex64), 0, 1, 2}) == Status::Ok);
  CHECK(parts[0].re == 0);
  CHECK(parts[0].im == 1);
}
