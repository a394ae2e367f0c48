#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
void checkRange(std::int64_t n, double first, double second) {
  const Array<T> out({n});
  REQUIRE(run("arange", {out.view(), Array<double>({}, {first}).view(), Array<double>({}, {second}).view()}) ==
          Status::Ok);
  std::int64_t wrong = 0;
  const T start = static_cast<T>(first);
  const T step = static_cast<T>(static_cast<T>(second) - start);
  for (std::int64_t i = 0; i < n; ++i) wrong += out[i] == static_cast<T>(start + static_cast<T>(i) * step) ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("arange: each element from its own position, in any dtype") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    for (const std::int64_t n : {0, 1, 2, 3, 17, 200001}) {
      checkRange<float>(n, 0.1, 0.4);
      checkRange<double>(n, -3.5, -3.25);
      checkRange<std::int64_t>(n, -5, -8);
    }
    for (const std::int64_t n : {0, 1, 50}) {
      checkRange<std::int8_t>(n, -60, -58);
      checkRange<std::uint8_t>(n, 100, 98);
      checkRange<std::uint16_t>(n, 3, 10);
    }
  }
  const Array<std::int8_t> wraps({300});
  REQUIRE(run("arange", {wraps.view(), Array<std::int64_t>({}, {120}).view(), Array<std::int64_t>({}, {121}).view()}) ==
          Status::Ok);
  CHECK(wraps[7] == 127);
  CHECK(wraps[8] == -128);
  const Array<Float16> half({5});
  REQUIRE(run("arange", {half.view(), Array<double>({}, {1}).view(), Array<double>({}, {1.5}).view()}) == Status::Ok);
  CHECK(half[4].bits == 0x4200);
  const Array<Bool> truth({2});
  CHECK(run("arange", {truth.view(), Array<double>({}, {0}).view(), Array<double>({}, {1}).view()}) ==
        Status::Unsupported);
}

namespace {

/// Every element by the formula, one at a time.
template <class T>
void checkSpaced(std::int64_t n, const std::vector<double>& starts, const std::vector<double>& stops, bool closed) {
  const std::int64_t m = static_cast<std::int64_t>(starts.size());
  const Array<T> out({n, m});
  const Array<double> steps({m});
  REQUIRE(run("linspace",
              {out.view(), steps.view(), Array<double>({m}, starts).view(), Array<double>({m}, stops).view()},
              {closed ? 1.0 : 0.0, static_cast<double>(DType::Float64)}) == Status::Ok);
  const double div = static_cast<double>(closed ? n - 1 : n);
  bool vanishes = false;
  for (std::int64_t j = 0; j < m; ++j) {
    const auto k = static_cast<std::size_t>(j);
    const double step = (stops[k] - starts[k]) / div;
    vanishes = vanishes || step == 0;
    if (div > 0)
      CHECK(steps[j] == step);
    else
      CHECK(std::isnan(steps[j]));
  }
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < m; ++j) {
      const auto k = static_cast<std::size_t>(j);
      const double delta = stops[k] - starts[k];
      double want = 0;
      if (closed && n > 1 && i == n - 1)
        want = stops[k];
      else if (div <= 0)
        want = static_cast<double>(i) * delta + starts[k];
      else if (vanishes)
        want = static_cast<double>(i) / div * delta + starts[k];
      else
        want = static_cast<double>(i) * (delta / div) + starts[k];
      if (isInteger(kDTypeOf<T>)) want = std::floor(want);
      wrong += out[i * m + j] == static_cast<T>(want) ? 0 : 1;
    }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("linspace: any number of samples and ends, computed in one dtype and given in another") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    for (const std::int64_t n : {0, 1, 2, 3, 17, 1024, 1025, 70001}) {
      for (const bool closed : {true, false}) {
        checkSpaced<double>(n, {0.1}, {7.3}, closed);
        checkSpaced<float>(n, {0.1, -5, 3}, {7.3, 2, 2.5}, closed);
        checkSpaced<double>(n, {0, 1}, {5e-324, 1}, closed);
        checkSpaced<std::int32_t>(n, {-1000.5, 3}, {2000, -77777}, closed);
        checkSpaced<std::int8_t>(n, {-100}, {100}, closed);
      }
    }
    std::vector<double> starts(3000);
    std::vector<double> stops(3000);
    for (std::size_t j = 0; j < starts.size(); ++j) {
      starts[j] = static_cast<double>(j) * 0.3;
      stops[j] = 100 - static_cast<double>(j);
    }
    checkSpaced<double>(50, starts, stops, true);
  }
  const Array<double> out({4});
  const Array<double> end({}, {1});
  CHECK(run("linspace", {out.view(), end.view(), end.view()}, {1, static_cast<double>(DType::Int32)}) ==
        Status::Unsupported);
  CHECK(run("linspace", {out.reversed(0).view(), end.view(), end.view()}, {1, 12}) == Status::Extent);
  CHECK(run("linspace", {out.view(), Array<double>({2}, {1, 2}).view(), end.view()}, {1, 12}) == Status::Extent);
}

TEST_CASE("tri: any shape and diagonal") {
  setThreadCount(2);
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{1, 1}, Shape{5, 8}, Shape{8, 5}, Shape{700, 600}}) {
    for (const double k : {0.0, 1.0, -1.0, 4.0, -100.0, 1e300}) {
      const Array<float> out(shape);
      REQUIRE(run("tri", {out.view()}, {k}) == Status::Ok);
      const Array<Complex128> wide = Array<Complex128>({shape[1], shape[0]}).transposed();
      REQUIRE(run("tri", {wide.view()}, {k}) == Status::Ok);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < out.size(); ++i) {
        const double expected = static_cast<double>(i % shape[1]) <= static_cast<double>(i / shape[1]) + k ? 1 : 0;
        wrong += out[i] == static_cast<float>(expected) ? 0 : 1;
        wrong += wide[i].re == expected && wide[i].im == 0 ? 0 : 1;
      }
      CHECK(wrong == 0);
    }
  }
}
