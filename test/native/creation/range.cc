#include <doctest/doctest.h>

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
