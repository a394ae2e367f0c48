// reductions/argReduce against a plain reference: every dtype, layout, axis; NaN in every lane; ties; signed zeros.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "native/reductions/reference.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
bool before(T a, T b) {
  return number(a) < number(b);
}
template <class T>
bool before(Complex<T> a, Complex<T> b) {
  return a.re != b.re ? a.re < b.re : a.im < b.im;
}

template <class T>
Array<std::int32_t> argReduce(const char* op, const Array<T>& x, std::uint32_t mask) {
  Shape kept;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape[axis]);
  Array<std::int32_t> out(kept);
  const bool half = sizeof(T) == 2 && isFloating(kDTypeOf<T>);
  const DType compute = half ? DType::Float32 : kDTypeOf<T>;
  REQUIRE(run(op, {out.view(), x.view()}, {static_cast<double>(mask), static_cast<double>(compute)}) == Status::Ok);
  return out;
}

template <class T>
void check(const Array<T>& x) {
  const std::size_t rank = x.shape.size();
  std::vector<std::uint32_t> masks = {(1u << rank) - 1};
  for (std::size_t axis = 0; axis < rank; ++axis) masks.push_back(1u << axis);
  for (const std::uint32_t mask : masks) {
    const Array<std::int32_t> most = argReduce("argmax", x, mask);
    const Array<std::int32_t> least = argReduce("argmin", x, mask);
    std::vector<std::int64_t> high(static_cast<std::size_t>(most.size()), -1);
    std::vector<std::int64_t> low = high;
    std::vector<T> highest(high.size());
    std::vector<T> lowest(high.size());
    for (std::int64_t i = 0; i < x.size(); ++i) {
      std::int64_t rest = i;
      std::int64_t out = 0;
      std::int64_t step = 1;
      std::int64_t index = 0;
      std::int64_t indexStep = 1;
      for (std::size_t axis = rank; axis-- > 0; rest /= x.shape[axis]) {
        const std::int64_t at = rest % x.shape[axis];
        if ((mask >> axis & 1u) != 0) {
          index += at * indexStep;
          indexStep *= x.shape[axis];
        } else {
          out += at * step;
          step *= x.shape[axis];
        }
      }
      const auto o = static_cast<std::size_t>(out);
      if (high[o] < 0 || before(highest[o], x[i])) {
        high[o] = index;
        highest[o] = x[i];
      }
      if (low[o] < 0 || before(x[i], lowest[o])) {
        low[o] = index;
        lowest[o] = x[i];
      }
    }
    for (std::size_t o = 0; o < high.size(); ++o) {
      if (most[static_cast<std::int64_t>(o)] != high[o]) CHECK(most[static_cast<std::int64_t>(o)] == high[o]);
      if (least[static_cast<std::int64_t>(o)] != low[o]) CHECK(least[static_cast<std::int64_t>(o)] == low[o]);
    }
  }
}

template <class T>
T valueOf(std::uint64_t bits) {
  // Few values: ties everywhere.
  if constexpr (isComplex(kDTypeOf<T>)) {
    using R = decltype(T{}.re);
    return {static_cast<R>(static_cast<int>(bits % 5)), static_cast<R>(static_cast<int>(bits / 5 % 7))};
  } else {
    return from<T>(static_cast<double>(bits % 23) - (isUnsigned(kDTypeOf<T>) || kDTypeOf<T> == DType::Bool ? 0 : 11));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("argReduce: every layout and axis", T, Bool, std::uint8_t, std::uint16_t, std::uint32_t,
                   std::uint64_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, Float16, Bfloat16, float,
                   double, Complex64, Complex128) {
  std::uint64_t state = 7;
  for (const Shape& shape : {Shape{1}, Shape{5}, Shape{300}, Shape{40000}, Shape{7, 3}, Shape{3, 700}, Shape{700, 3},
                             Shape{700, 10}, Shape{20, 1030}, Shape{1030, 20}, Shape{4, 5, 6}, Shape{2, 70, 40}}) {
    Array<T> x(shape);
    for (std::int64_t i = 0; i < x.size(); ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      x[i] = valueOf<T>(state >> 40);
    }
    check(x);
    check(x.transposed());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) check(x.reversed(axis));
    Array<T> repeated = x;
    repeated.strides[0] = 0;
    check(repeated);
    Array<T> second = x;
    second.shape.back() = (shape.back() + 1) / 2;
    second.strides.back() *= 2;
    check(second);
  }
}

TEST_CASE_TEMPLATE("argReduce: the first NaN wins, in every lane", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::int64_t n : {1, 2, 15, 64, 65, 130, 300}) {
    for (std::int64_t at = 0; at < n; ++at) {
      std::vector<T> values(static_cast<std::size_t>(n), T{1});
      values[static_cast<std::size_t>(at)] = nan;
      values[static_cast<std::size_t>(n - 1)] = nan;
      const Array<T> along({n}, values);
      Array<T> across({n, 20});
      for (std::int64_t i = 0; i < 20 * n; ++i) across[i] = values[static_cast<std::size_t>(i / 20)];
      for (const char* op : {"argmax", "argmin"}) {
        CHECK(argReduce(op, along, 1)[0] == at);
        CHECK(argReduce(op, across, 1)[19] == at);
      }
    }
  }
}

TEST_CASE("argReduce: -0 equals 0, infinities of one sign are ties") {
  CHECK(argReduce("argmax", Array<double>({2}, {-0.0, 0.0}), 1)[0] == 0);
  CHECK(argReduce("argmin", Array<double>({2}, {0.0, -0.0}), 1)[0] == 0);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(argReduce("argmax", Array<double>({3}, {-infinity, -infinity, -infinity}), 1)[0] == 0);
  CHECK(argReduce("argmin", Array<double>({3}, {infinity, infinity, infinity}), 1)[0] == 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(argReduce("argmax", Array<Complex128>({3}, {{5, 0}, {1, nan}, {nan, 9}}), 1)[0] == 1);
}

TEST_CASE("argReduce: large inputs agree for any threads") {
  const int threads = threadCount();
  Array<float> x({1000, 700});
  std::uint64_t state = 11;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x[i] = static_cast<float>(state >> 50);
  }
  for (const int count : {1, 2, 3, 8}) {
    setThreadCount(count);
    check(x);
    check(x.transposed());
  }
  setThreadCount(threads);
}
