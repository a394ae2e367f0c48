#include "sorting/sort.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <thread>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/sorting/distributions.h"
#include "native/support/failures.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// Rows of a view along an axis as lists of positions in C order.
std::vector<std::vector<std::int64_t>> rowsOf(const Shape& shape, int axis) {
  std::vector<std::vector<std::int64_t>> rows;
  if (axis < 0) {
    rows.emplace_back(static_cast<std::size_t>(sizeOf(shape)));
    std::iota(rows[0].begin(), rows[0].end(), 0);
    return rows;
  }
  const auto at = static_cast<std::size_t>(axis);
  std::int64_t inner = 1;
  for (std::size_t i = at + 1; i < shape.size(); ++i) inner *= shape[i];
  const std::int64_t n = shape[at];
  for (std::int64_t start = 0; n > 0 && start < sizeOf(shape); ++start) {
    if (start / inner % n != 0) continue;
    std::vector<std::int64_t> row;
    for (std::int64_t i = 0; i < n; ++i) row.push_back(start + i * inner);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Runs sort and argsort and compares with what std::stable_sort says.
template <class T>
void check(const Array<T>& x, int axis, bool wideIndices = false) {
  const Shape shape = axis < 0 ? Shape{x.size()} : x.shape;
  Array<T> sorted(shape);
  REQUIRE(run("sort", {sorted.view(), x.view()}, {static_cast<double>(axis)}) == Status::Ok);
  Array<std::int32_t> order(shape);
  Array<std::int64_t> wide(shape);
  const View indices = wideIndices ? wide.view() : order.view();
  REQUIRE(run("argsort", {indices, x.view()}, {static_cast<double>(axis)}) == Status::Ok);

  std::int64_t wrong = 0;
  for (const std::vector<std::int64_t>& row : rowsOf(x.shape, axis)) {
    std::vector<std::int64_t> expected(row.size());
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(), [&](std::int64_t a, std::int64_t b) {
      return isLess(x[row[static_cast<std::size_t>(a)]], x[row[static_cast<std::size_t>(b)]]);
    });
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::int64_t index = wideIndices ? wide[row[i]] : order[row[i]];
      wrong += index != expected[i];
      // To the bit: signs of zero and NaN payloads stay with their order.
      wrong += std::memcmp(&x[row[static_cast<std::size_t>(expected[i])]], &sorted[row[i]], sizeof(T)) != 0;
    }
  }
  CHECK(wrong == 0);
}

#define ALL_DTYPES                                                                                          \
  Bool, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t, \
      std::int64_t, Float16, Bfloat16, float, double, Complex64, Complex128

}  // namespace

TEST_CASE_TEMPLATE("sort: every distribution at every size", T, ALL_DTYPES) {
  for (int distribution = 0; distribution < 10; ++distribution) {
    CAPTURE(kDistributions[distribution]);
    for (std::int64_t n = 0; n <= 1025; n += n < 70 || distribution == 0 ? 1 : 61) {
      CAPTURE(n);
      check(distributed<T>(distribution, {n}), 0);
    }
    for (const std::int64_t n : {1024, 1025, 20000}) check(distributed<T>(distribution, {n}), 0, true);
  }
}

TEST_CASE_TEMPLATE("sort: any bits, NaN and both zeros among them", T, ALL_DTYPES) {
  for (std::int64_t n = 0; n <= 1025; n += n < 300 ? 1 : 29) {
    CAPTURE(n);
    check(anyBits<T>({n}, static_cast<unsigned>(n)), 0);
  }
  check(anyBits<T>({70001}, 1), 0);
}

TEST_CASE_TEMPLATE("sort: extreme values and NaN at every place", T, std::int32_t, std::uint32_t, std::int64_t,
                   std::uint64_t, float, double) {
  using Limits = std::numeric_limits<T>;
  for (std::int64_t n = 1; n <= 300; n += n < 40 ? 1 : 37) {
    for (std::int64_t at = 0; at < n; ++at) {
      Array<T> x = distributed<T>(0, {n});
      x[at] = Limits::has_quiet_NaN ? -Limits::quiet_NaN() : Limits::max();
      x[(at * 7 + 3) % n] = Limits::has_infinity ? Limits::infinity() : Limits::max();
      x[(at * 5 + 1) % n] = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
      check(x, 0);
    }
  }
}

TEST_CASE_TEMPLATE("sort: any axis of any layout", T, ALL_DTYPES) {
  const Shape shapes[] = {{},       {1},         {0},         {0, 3},      {3, 0},       {1, 0, 2}, {7, 5},
                          {33, 40}, {3, 70, 17}, {2, 1, 300}, {300, 1, 2}, {4, 3, 5, 6}, {130, 3}};
  for (const Shape& shape : shapes) {
    CAPTURE(doctest::toString(shape.size()));
    const Array<T> x = distributed<T>(6, shape);
    std::vector<Array<T>> views = {x, x.transposed()};
    for (std::size_t axis = 0; axis < shape.size() && x.size() > 0; ++axis) {
      views.push_back(x.reversed(axis));
      views.push_back(x.transposed().reversed(axis));
      Array<T> broadcast = x;
      broadcast.strides[axis] = 0;
      views.push_back(broadcast);
    }
    for (const Array<T>& view : views) {
      check(view, -1);
      for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) check(view, axis, axis % 2 == 1);
    }
  }
}

TEST_CASE_TEMPLATE("sort: columns side by side, of every length, -0 and NaN in some", T, std::int32_t, std::uint32_t,
                   std::int64_t, std::uint64_t, float, double) {
  using Limits = std::numeric_limits<T>;
  std::vector<std::int64_t> lengths(70);
  std::iota(lengths.begin(), lengths.end(), 2);
  for (const std::int64_t n : {127, 128, 129, 255, 257, 500, 513, 1000, 1024, 1025, 1500, 2048, 2049})
    lengths.push_back(n);
  for (const std::int64_t n : lengths) {
    CAPTURE(n);
    for (const std::int64_t width : {7, 16, 41}) {
      CAPTURE(width);
      const Array<T> x = distributed<T>(0, {n, width});
      check(x, 0);
      x[0] = Limits::max();
      x[n * width - 1] = Limits::lowest();
      check(x.reversed(0), 0);
      if (!Limits::has_quiet_NaN) continue;
      const std::int64_t column = n * 5 % width;
      x[column] = -T{0};
      x[(n - 1) * width + column] = T{0};
      check(x, 0);
      x[column] = T{1};
      x[(n - 1) * width + column] = -Limits::quiet_NaN();
      check(x, 0);
    }
  }
}

TEST_CASE_TEMPLATE("sort: the same for every number of threads", T, std::uint8_t, Float16, float, std::uint32_t, double,
                   std::int64_t, Complex64) {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads set(threads);
    CAPTURE(threads);
    check(distributed<T>(threads % 2 == 0 ? 0 : 5, {150001}), 0);
    check(anyBits<T>({132000, 2}, 3), 0);
    check(anyBits<T>({300, 200}, 5), 0);
    check(anyBits<T>({300, 200}, 6).transposed(), 0);
    check(anyBits<T>({20000, 3}, 7), 1);
  }
}

TEST_CASE("sort: long runs are recognized, and only runs") {
  for (const int distribution : {1, 2, 4}) {
    Array<float> x = distributed<float>(distribution, {300000});
    check(x, 0);
    for (const std::int64_t at : {1, 262143, 262144, 299999}) {
      const float before = x[at];
      x[at] = distribution == 1 ? -1e9f : 1e9f;
      check(x, 0);
      x[at] = before;
    }
  }
}

TEST_CASE_TEMPLATE("sort: zeros and NaN in falling runs keep their order", T, float, double, Float16) {
  for (const std::int64_t n : {5, 40, 300, 140000}) {
    Array<T> x = distributed<T>(4, {n});
    for (std::int64_t i = 0; i < n; ++i) {
      // As bits: negative NaN, NaN, 0 and -0 by quarters.
      const std::uint64_t kinds[] = {~std::uint64_t{0}, ~std::uint64_t{0} >> 1, 0, std::uint64_t{1} << 63};
      const std::uint64_t bits = kinds[4 * i / n] >> (64 - 8 * sizeof(T));
      std::memcpy(static_cast<void*>(&x[i]), &bits, sizeof(T));
    }
    check(x, 0);
    check(x.reversed(0), 0);
  }
}

TEST_CASE("argsort: 64-bit keys that share their upper bits") {
  // One far-off value widens the range, so that the others agree in all bits that a pack holds.
  for (const std::int64_t n : {1000, 150000}) {
    for (const std::int64_t distinct : {3, 1000, 1 << 20}) {
      std::mt19937_64 random(static_cast<std::uint64_t>(n + distinct));
      Array<std::int64_t> x({n});
      for (std::int64_t i = 0; i < n; ++i) x[i] = drawFrom(random, distinct);
      x[n / 2] = std::numeric_limits<std::int64_t>::min();
      x[n / 3] = std::numeric_limits<std::int64_t>::max();
      check(x, 0);
      Array<double> y({n});
      for (std::int64_t i = 0; i < n; ++i) y[i] = 1 + static_cast<double>(drawFrom(random, distinct)) * 0x1p-52;
      y[n / 2] = -1e300;
      y[n / 3] = 1e300;
      y[n / 4] = std::nan("");
      check(y, 0);
      // Several long runs.
      for (std::int64_t i = 0; i < n; ++i) y[i] += static_cast<double>(i % 4) * 1e9;
      check(y, 0);
    }
  }
}

TEST_CASE_TEMPLATE("sort: bisecting values instead of sampling gives the same", K, std::int32_t, std::int64_t) {
  const Kernel& kernel = kernelAt(findKernel("sort"));
  const SortLoops& all = reinterpret_cast<SortLoopsOf>(kernel.inner[static_cast<int>(kDTypeOf<K>)])();
  const KeyLoops<K>* loops;
  if constexpr (sizeof(K) == 4)
    loops = &all.keys32;
  else
    loops = &all.keys64;
  const Stop never{[](const void*) { return false; }, nullptr};
  for (int pivots = 0; pivots < 3; ++pivots) {
    for (int distribution = 0; distribution < 11; ++distribution) {
      const std::int64_t n = 30011;
      Array<K> x = distribution < 10 ? distributed<K>(distribution, {n}) : anyBits<K>({n}, 9);
      Array<K> sorted({n});
      Array<K> spare({n});
      REQUIRE(loops->sort(x.memory.get(), sorted.memory.get(), spare.memory.get(), n, keyForm(kDTypeOf<K>), true,
                          pivots, never));
      std::sort(x.memory.get(), x.memory.get() + n);
      CHECK(std::memcmp(x.memory.get(), sorted.memory.get(), static_cast<std::size_t>(n) * sizeof(K)) == 0);
    }
  }
}

TEST_CASE("sort: cancelled before and while it runs") {
  const Array<float> x = distributed<float>(0, {4000000});
  Array<float> sorted({4000000});
  Array<std::int32_t> order({4000000});
  for (const int threads : {1, 2}) {
    const Threads set(threads);
    for (const int microseconds : {0, 200, 2000, 20000}) {
      std::atomic<bool> cancel{microseconds == 0};
      Execution execution(&cancel);
      std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
        cancel = true;
      });
      const Status status = microseconds % 1000 == 0 ? run("sort", {sorted.view(), x.view()}, {0}, execution)
                                                     : run("argsort", {order.view(), x.view()}, {0}, execution);
      canceller.join();
      CHECK((status == Status::Cancelled || (microseconds > 0 && status == Status::Ok)));
    }
  }
}

TEST_CASE("sort: out of memory is a status, and leaves nothing behind") {
  const Array<double> x = distributed<double>(0, {2, 200000}).transposed();
  const Array<Complex128> z = distributed<Complex128>(0, {3000});
  const Array<Float16> h = distributed<Float16>(0, {100000});
  Array<double> sorted({200000, 2});
  Array<std::int32_t> order({200000, 2});
  Array<Complex128> sortedZ({3000});
  Array<Float16> sortedH({100000});
  const std::vector<std::pair<const char*, std::vector<View>>> launches = {
      {"sort", {sorted.view(), x.view()}},
      {"argsort", {order.view(), x.view()}},
      {"sort", {sortedZ.view(), z.view()}},
      {"sort", {sortedH.view(), h.view()}},
  };
  for (const auto& [name, views] : launches) failEachAllocation(name, views, {0});
}
