#include <doctest/doctest.h>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T, class V>
void checkRange(std::int64_t n, V start, V step) {
  const Array<T> out({n});
  REQUIRE(run("arange", {out.view(), Array<V>({}, {start}).view(), Array<V>({}, {step}).view()}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < n; ++i) wrong += out[i] == static_cast<T>(start + static_cast<V>(i) * step) ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("arange: each element from its own place, in any real dtype") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    for (const std::int64_t n : {0, 1, 2, 3, 17, 1025, 200001}) {
      checkRange<float>(n, 0.1, 0.3);
      checkRange<double>(n, -3.5, 0.1);
      checkRange<std::int64_t, std::int64_t>(n, -5, -3);
      checkRange<std::int32_t, std::int64_t>(n, 7, 2);
      checkRange<float, std::int64_t>(n, 7, 2);
      checkRange<std::int32_t>(n, 0.0, 0.5);
    }
    checkRange<std::int8_t, std::int64_t>(50, -60, 2);
    checkRange<std::uint16_t, std::int64_t>(50, 100, -2);
  }
  // Integers wrap; what is past int64 keeps its value.
  const Array<std::int8_t> wraps({300});
  const Array<std::int64_t> one({}, {1});
  REQUIRE(run("arange", {wraps.view(), Array<std::int64_t>({}, {120}).view(), one.view()}) == Status::Ok);
  CHECK(wraps[7] == 127);
  CHECK(wraps[8] == -128);
  const Array<std::uint64_t> far({}, {std::uint64_t{1} << 63});
  const Array<std::uint64_t> wide({3});
  REQUIRE(run("arange", {wide.view(), far.view(), one.view()}) == Status::Ok);
  CHECK(wide[2] == (std::uint64_t{1} << 63) + 2);
  const Array<double> real({3});
  REQUIRE(run("arange", {real.view(), far.view(), Array<std::int64_t>({}, {2048}).view()}) == Status::Ok);
  CHECK(real[2] == 0x1p63 + 4096);
  const Array<Float16> half({5});
  REQUIRE(run("arange", {half.view(), one.view(), Array<double>({}, {0.5}).view()}) == Status::Ok);
  CHECK(half[4].bits == 0x4200);
  CHECK(run("arange", {Array<Complex64>({3}).view(), one.view(), one.view()}) == Status::Unsupported);
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
