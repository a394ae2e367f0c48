// reductions: scans against plain loops in wide arithmetic: every dtype, layout and axis, chunks, threads,
// cancellation.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/parallel.h"
#include "native/reductions/reference.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
Array<T> scanned(const char* op, const Array<T>& x, int axis) {
  const DType compute = kDTypeOf<T> == DType::Float16 || kDTypeOf<T> == DType::Bfloat16 ? DType::Float32 : kDTypeOf<T>;
  Array<T> out(axis < 0 ? Shape{x.size()} : x.shape);
  REQUIRE(run(op, {out.view(), x.view()}, {static_cast<double>(axis), static_cast<double>(compute)}) == Status::Ok);
  return out;
}

template <class T>
Array<T> filled(const Shape& shape, std::uint64_t seed) {
  Array<T> x(shape);
  Random random{seed};
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = from<T>(std::floor(random.real() * 8));
  return x;
}

/// Calls use(position, position before it or -1) along the axis, in order.
template <class T, class Use>
void along(const Array<T>& x, int axis, Use use) {
  if (axis < 0) {
    for (std::int64_t i = 0; i < x.size(); ++i) use(i, i - 1);
    return;
  }
  std::int64_t inner = 1;
  for (std::size_t k = x.shape.size(); k-- > static_cast<std::size_t>(axis) + 1;) inner *= x.shape[k];
  const std::int64_t n = x.shape[static_cast<std::size_t>(axis)];
  for (std::int64_t i = 0; i < x.size(); ++i) use(i, i / inner % n == 0 ? -1 : i - inner);
}

/// Small integers: every sum is exact but in 8 bits, where it wraps.
template <class T>
void checkSums(const Array<T>& x) {
  for (int axis = -1; axis < static_cast<int>(x.shape.size()); ++axis) {
    const Array<T> got = scanned("cumsum", x, axis);
    bool right = true;
    along(x, axis, [&](std::int64_t i, std::int64_t before) {
      const double want = (before < 0 ? 0 : number(got[before])) + number(x[i]);
      if constexpr (std::is_integral_v<T>)
        right = right && got[i] == static_cast<T>(static_cast<std::uint64_t>(static_cast<std::int64_t>(want)));
      else
        right = right && number(got[i]) == want;
    });
    CHECK(right);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("scan: sums on every layout and axis", T, std::uint8_t, std::int16_t, std::uint32_t, std::int64_t,
                   float, double) {
  for (const Shape& shape : {Shape{1}, Shape{7}, Shape{129}, Shape{1000}, Shape{5, 3}, Shape{3, 700}, Shape{700, 3},
                             Shape{300, 20}, Shape{4, 5, 6}, Shape{2, 70, 9}, Shape{3, 0}}) {
    const Array<T> x = filled<T>(shape, 5);
    checkSums(x);
    if (x.size() == 0) continue;
    checkSums(x.transposed());
    checkSums(x.reversed(0));
    checkSums(x.reversed(shape.size() - 1));
  }
  // Cut in chunks, along a row and down columns.
  checkSums(filled<T>({150'001}, 6));
  checkSums(filled<T>({70'000, 3}, 7));
  checkSums(filled<T>({2, 140'000}, 8));
}

TEST_CASE_TEMPLATE("scan: 16-bit floats add in float32", T, Float16, Bfloat16) {
  Array<T> x(Shape{600});
  for (std::int64_t i = 0; i < 600; ++i) x[i] = from<T>(0.3125);
  const Array<T> got = scanned("cumsum", x, -1);
  for (std::int64_t i = 0; i < 600; ++i) CHECK(number(got[i]) == number(from<T>(0.3125 * static_cast<double>(i + 1))));
  Array<T> wide({600, 2});
  for (std::int64_t i = 0; i < 1200; ++i) wide[i] = from<T>(0.3125);
  const Array<T> down = scanned("cumsum", wide, 0);
  for (std::int64_t i = 0; i < 600; ++i) CHECK(number(down[2 * i + 1]) == number(got[i]));
}

TEST_CASE("scan: float64 sums stay within 11 * 2^-52 of the magnitudes' sum") {
  Random random{3};
  Array<double> x(Shape{300'000});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(random.real(), static_cast<int>(random.next() % 40));
  Array<double> wide({300'000, 3});
  for (std::int64_t i = 0; i < wide.size(); ++i) wide[i] = x[i / 3];
  const Array<double> got = scanned("cumsum", x, -1);
  const Array<double> down = scanned("cumsum", wide, 0);
  long double sum = 0;
  long double magnitude = 0;
  bool near = true;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    magnitude += std::fabs(x[i]);
    const long double bound = 11 * std::numeric_limits<double>::epsilon() * magnitude;
    near = near && std::fabs(got[i] - sum) <= bound && std::fabs(down[3 * i + 1] - sum) <= bound;
  }
  CHECK(near);
}

TEST_CASE_TEMPLATE("scan: NaN and infinities stay, before them nothing changes", T, float, double) {
  const T infinity = std::numeric_limits<T>::infinity();
  for (const std::int64_t place : {0, 1, 6, 7, 8, 15, 16, 127, 128, 200, 299})
    for (const T value : {std::numeric_limits<T>::quiet_NaN(), infinity, -infinity}) {
      Array<T> x(Shape{300});
      Array<T> wide({300, 2});
      for (std::int64_t i = 0; i < 300; ++i) x[i] = wide[2 * i] = wide[2 * i + 1] = i == place ? value : T{1};
      for (const char* op : {"cumsum", "cumprod"}) {
        const Array<T> got = scanned(op, x, -1);
        const Array<T> down = scanned(op, wide, 0);
        bool right = true;
        for (std::int64_t i = 0; i < 300; ++i) {
          const T want = i >= place ? value : op[3] == 's' ? static_cast<T>(i + 1) : T{1};
          right = right && std::memcmp(&got[i], &want, sizeof want) == 0 &&
                  std::memcmp(&down[2 * i + 1], &want, sizeof want) == 0;
        }
        CHECK(right);
      }
    }
}

TEST_CASE("scan: products in order, complex ones too") {
  const Array<double> x({4}, {1e200, 1e200, 1e-300, 0.5});
  CHECK(scanned("cumprod", x, -1)[3] == std::numeric_limits<double>::infinity());
  Array<double> decay(Shape{2000});
  for (std::int64_t i = 0; i < 2000; ++i) decay[i] = i < 1000 ? 1e-3 : 1e3;
  CHECK(scanned("cumprod", decay, -1)[1999] == 0);
  const Array<Complex64> z({3}, {{1, 2}, {3, -1}, {0, 1}});
  const Array<Complex64> products = scanned("cumprod", z, -1);
  CHECK((products[1].re == 5 && products[1].im == 5 && products[2].re == -5 && products[2].im == 5));
  const Array<Complex64> sums = scanned("cumsum", z, -1);
  CHECK((sums[1].re == 4 && sums[1].im == 1 && sums[2].re == 4 && sums[2].im == 2));
  const Array<std::int8_t> small({3}, {100, 3, 2});
  CHECK(scanned("cumprod", small, 0)[2] == static_cast<std::int8_t>(600 - 512));
}

TEST_CASE("scan: the same bits for any threads; stops when cancelled") {
  const int before = threadCount();
  Random random{9};
  Array<float> x({400, 900});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.real());
  std::vector<float> want;
  for (const int threads : {1, 2, 3, 8}) {
    setThreadCount(threads);
    std::vector<float> got;
    for (const char* op : {"cumsum", "cumprod"})
      for (int axis = -1; axis < 2; ++axis) {
        const Array<float> out = scanned(op, x, axis);
        got.insert(got.end(), out.memory.get(), out.memory.get() + out.size());
      }
    if (want.empty()) want = got;
    CHECK(std::memcmp(want.data(), got.data(), want.size() * sizeof(float)) == 0);
  }
  setThreadCount(before);
  const std::atomic<bool> cancel{true};
  Execution execution(&cancel);
  Array<float> out(Shape{x.size()});
  CHECK(run("cumprod", {out.view(), x.view()}, {-1, static_cast<double>(DType::Float32)}, execution) ==
        Status::Cancelled);
}
