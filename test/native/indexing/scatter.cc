#include "indexing/scatter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

std::mt19937 generator(11);

template <class T>
Array<T> drawn(const Shape& shape, int low, int high) {
  Array<T> array(shape);
  std::uniform_int_distribution<int> pick(low, high);
  for (std::int64_t i = 0; i < array.size(); ++i) array[i] = static_cast<T>(pick(generator));
  return array;
}

/// Updates of rows by a plain loop: what every way to cut must give.
template <class T, class I, class Combine>
std::vector<T> oneByOne(std::int64_t rows, T start, const Array<I>& ids, const Array<T>& data, Combine combine) {
  const std::int64_t width = data.shape[1];
  std::vector<T> out(static_cast<std::size_t>(rows * width), start);
  for (std::int64_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<std::int64_t>(ids[i]);
    if (row < 0 || row >= rows) continue;
    for (std::int64_t j = 0; j < width; ++j) {
      T& place = out[static_cast<std::size_t>(row * width + j)];
      place = combine(place, data[i * width + j]);
    }
  }
  return out;
}

template <class T>
std::int64_t differences(const Array<T>& got, const std::vector<T>& want) {
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) wrong += got[i] == want[static_cast<std::size_t>(i)] ? 0 : 1;
  return wrong;
}

template <class T>
constexpr T kStart =
    std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();

template <class T, class I>
void checkSegments(std::int64_t n, std::int64_t rows, std::int64_t width) {
  const Array<T> data = drawn<T>({n, width}, 0, 3);
  const Array<I> ids = drawn<I>({n}, std::is_signed_v<I> ? -1 : 0, static_cast<int>(rows));
  const double count = static_cast<double>(rows);
  const Array<T> sums({rows, width});
  REQUIRE(run("segmentSum", {sums.view(), ids.view(), data.view()}, {count}) == Status::Ok);
  const auto add = [](T a, T b) { return static_cast<T>(a + b); };
  CHECK(differences(sums, oneByOne<T, I>(rows, T{0}, ids, data, add)) == 0);
  const Array<T> most({rows, width});
  REQUIRE(run("segmentMax", {most.view(), ids.view(), data.view()}, {count}) == Status::Ok);
  const auto larger = [](T a, T b) { return std::max(a, b); };
  CHECK(differences(most, oneByOne<T, I>(rows, kStart<T>, ids, data, larger)) == 0);
  if (n == 0 || width == 0) return;
  // Columns and rows the other way round in memory.
  const Array<T> turned = drawn<T>({width, n}, 0, 3).transposed().reversed(0);
  REQUIRE(run("segmentSum", {sums.view(), ids.reversed(0).view(), turned.view()}, {count}) == Status::Ok);
  CHECK(differences(sums, oneByOne<T, I>(rows, T{0}, ids.reversed(0), turned, add)) == 0);
}

}  // namespace

TEST_CASE("segmentSum and segmentMax: every way to cut, several threads") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkSegments<float, std::int32_t>(200000, 100, 1);
    checkSegments<double, std::int64_t>(100000, 4096, 1);
    checkSegments<double, std::int32_t>(100000, 4097, 1);
    checkSegments<std::int32_t, std::uint8_t>(5000, 200, 3);
    checkSegments<float, std::int16_t>(3000, 17, 50);
    checkSegments<std::int64_t, std::int32_t>(3000, 300, 50);
    checkSegments<float, std::int32_t>(60, 5, 2048);
    checkSegments<std::uint16_t, std::uint64_t>(2, 3, 70000);
    checkSegments<std::int8_t, std::int8_t>(100, 7, 1);
    checkSegments<float, std::int32_t>(0, 7, 3);
    checkSegments<float, std::int32_t>(7, 0, 3);
    checkSegments<float, std::int32_t>(7, 3, 0);
  }
}

namespace {

/// Sums that round, in the bits that 1 and 3 threads give; close to what adding one by one in wide floats gives.
template <class T, class I>
void checkRounding(std::int64_t rows, std::int64_t run) {
  const std::int64_t n = 150001;
  Array<T> data({n, 1});
  Array<I> ids({n});
  std::vector<double> want(static_cast<std::size_t>(rows));
  std::vector<double> most(static_cast<std::size_t>(rows), -INFINITY);
  for (std::int64_t i = 0; i < n; ++i) {
    data[i] = static_cast<T>(static_cast<double>(generator()) / 4294967296.0 - 0.25);
    // In runs: of one for ids in no order, longer for sorted ones; a few outside.
    const auto id =
        static_cast<std::int64_t>(run == 1 ? generator() % static_cast<std::uint64_t>(rows) : i / run % rows);
    ids[i] = static_cast<I>(i % 5003 == 5000 ? -1 : id);
    if (i % 5003 == 5000) continue;
    want[static_cast<std::size_t>(id)] += static_cast<double>(data[i]);
    most[static_cast<std::size_t>(id)] = std::max(most[static_cast<std::size_t>(id)], static_cast<double>(data[i]));
  }
  const double bound = (sizeof(T) == 4 ? 1e-7 : 1e-15) * static_cast<double>(std::max(n / rows, run));
  Array<T> first({rows, 1});
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    const Array<T> out({rows, 1});
    REQUIRE(test::run("segmentSum", {out.view(), ids.view(), data.view()}, {static_cast<double>(rows)}) == Status::Ok);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      const double sum = want[static_cast<std::size_t>(i)];
      wrong += std::abs(static_cast<double>(out[i]) - sum) <= bound ? 0 : 1;
      wrong += threads == 1 || out[i] == first[i] ? 0 : 1;
    }
    CHECK(wrong == 0);
    first = out;
    const Array<T> highest({rows, 1});
    REQUIRE(test::run("segmentMax", {highest.view(), ids.view(), data.view()}, {static_cast<double>(rows)}) ==
            Status::Ok);
    for (std::int64_t i = 0; i < rows; ++i) wrong += highest[i] == most[static_cast<std::size_t>(i)] ? 0 : 1;
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("segmentSum and segmentMax: ids in no order and in runs") {
  for (const std::int64_t run : {1, 5, 40, 20000}) {
    checkRounding<float, std::int32_t>(10, run);
    checkRounding<float, std::int64_t>(1000, run);
    checkRounding<double, std::int16_t>(4096, run);
    checkRounding<double, std::int32_t>(5000, run);
  }
}

TEST_CASE("segmentMax: NaN in a block, in a run, alone") {
  setThreadCount(2);
  for (const std::int64_t run : {1, 100})
    for (const std::int64_t rows : {7, 6000}) {
      const std::int64_t n = 70000;
      Array<float> data({n, 1});
      Array<std::uint16_t> ids({n});
      for (std::int64_t i = 0; i < n; ++i) {
        data[i] = static_cast<float>(i % 100);
        ids[i] = static_cast<std::uint16_t>(i / run % rows);
      }
      data[12345] = NAN;
      const Array<float> out({rows, 1});
      REQUIRE(test::run("segmentMax", {out.view(), ids.view(), data.view()}, {static_cast<double>(rows)}) ==
              Status::Ok);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < rows; ++i) wrong += std::isnan(out[i]) == (i == ids[12345]) ? 0 : 1;
      CHECK(wrong == 0);
    }
}

TEST_CASE("segmentSum: as many segments as the largest id asks for") {
  setThreadCount(2);
  const Array<std::int16_t> data = drawn<std::int16_t>({50000, 1}, 0, 5);
  Array<std::int64_t> ids = drawn<std::int64_t>({50000}, -3, 99);
  ids[40000] = 100;
  const auto lateRows = [&](const Array<std::int64_t>& of, std::int64_t* rows) {
    Execution execution;
    const View late{nullptr, nullptr, nullptr, 0, DType::Int16};
    const Status status = run("segmentSum", {late, of.view(), data.view()}, {-1}, execution);
    std::int64_t columns = 0;
    if (execution.hasLate()) releaseBlock(execution.takeLate(rows, &columns));
    return status;
  };
  std::int64_t rows = 0;
  CHECK(lateRows(ids, &rows) == Status::Ok);
  CHECK(rows == 101);
  ids[3] = std::int64_t{1} << 62;
  CHECK(lateRows(ids, &rows) == Status::TooLarge);
  for (std::int64_t i = 0; i < 50000; ++i) ids[i] = -1;
  CHECK(lateRows(ids, &rows) == Status::Ok);
  CHECK(rows == 0);
}

TEST_CASE("scatter: places on several axes, over what was there") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    for (const std::int64_t n : {5, 700, 100000}) {
      const Shape shape = {30, 20, 3};
      const Array<std::int32_t> places({n, 2});
      for (std::int64_t i = 0; i < n; ++i) {
        places[2 * i] = static_cast<std::int32_t>(generator() % 60) - 30;
        places[2 * i + 1] = static_cast<std::int32_t>(generator() % 40) - 20;
      }
      const Array<double> updates = drawn<double>({n, 3}, -4, 4);
      const Array<double> before = drawn<double>(shape, -4, 4);
      const struct {
        const char* name;
        double (*combine)(double, double);
      } ways[] = {{"scatter", [](double a, double b) { return a + b; }},
                  {"scatterUpdate", [](double, double b) { return b; }},
                  {"scatterMax", [](double a, double b) { return std::max(a, b); }},
                  {"scatterMin", [](double a, double b) { return std::min(a, b); }}};
      for (const auto& way : ways) {
        std::vector<double> want(static_cast<std::size_t>(before.size()));
        for (std::int64_t i = 0; i < before.size(); ++i) want[static_cast<std::size_t>(i)] = before[i];
        for (std::int64_t i = 0; i < n; ++i) {
          const std::int64_t row = (places[2 * i] + 30) % 30 * 20 + (places[2 * i + 1] + 20) % 20;
          for (std::int64_t j = 0; j < 3; ++j) {
            double& place = want[static_cast<std::size_t>(row * 3 + j)];
            place = way.combine(place, updates[3 * i + j]);
          }
        }
        const Array<double> out(shape);
        REQUIRE(run(way.name, {out.view(), places.view(), updates.view(), before.view()}) == Status::Ok);
        CHECK(differences(out, want) == 0);
      }
    }
  }
}

TEST_CASE("scatter: an index outside is told, whichever way is cut") {
  setThreadCount(2);
  for (const std::int64_t n : {10, 200000})
    for (const std::int64_t rows : {100, 50000})
      for (const char* name : {"scatter", "scatterUpdate"}) {
        Array<std::int32_t> places({n, 1});
        for (std::int64_t i = 0; i < n; ++i) places[i] = static_cast<std::int32_t>(i % rows);
        places[n - 3] = static_cast<std::int32_t>(rows);
        Execution execution;
        const Status status =
            run(name, {Array<float>({rows}).view(), places.view(), Array<float>({n, 1}).view()}, {}, execution);
        CHECK(status == Status::Index);
        CHECK(execution.details()[0] == static_cast<double>(rows));
        CHECK(execution.details()[1] == static_cast<double>(rows));
        CHECK(execution.details()[2] == 0);
      }
  const Array<std::int32_t> outside({1, 2}, {0, -5});
  Execution execution;
  CHECK(run("scatter", {Array<float>({0, 4}).view(), outside.view(), Array<float>({1, 1}).view()}, {}, execution) ==
        Status::Index);
}

TEST_CASE("scatter: refuses launches that do not fit together") {
  const Array<float> out({4, 2});
  const Array<std::int32_t> places({3, 1}, {0, 1, 2});
  const Array<float> updates({3, 2});
  CHECK(run("scatter", {out.view(), places.view(), updates.view()}) == Status::Ok);
  CHECK(run("scatter", {out.view(), places.view(), Array<float>({2, 2}).view()}) == Status::Extent);
  CHECK(run("scatter", {out.view(), places.view(), Array<float>({3, 1}).view()}) == Status::Extent);
  CHECK(run("scatter", {out.view(), places.view(), Array<double>({3, 2}).view()}) == Status::Extent);
  CHECK(run("scatter", {out.view(), places.view(), updates.view(), Array<float>({4, 3}).view()}) == Status::Extent);
  CHECK(run("scatter", {out.view(), Array<float>({3, 1}).view(), updates.view()}) == Status::Unsupported);
  CHECK(run("segmentSum", {out.view(), Array<std::int32_t>({3}, {0, 1, 2}).view(), updates.view()}, {5}) ==
        Status::Extent);
  CHECK(run("segmentSum", {out.view(), Array<float>({3}).view(), updates.view()}, {4}) == Status::Unsupported);
}

TEST_CASE("scatter: indices that another thread changes meanwhile never lead outside, on several threads") {
  setThreadCount(2);
  const Array<std::int32_t> places({20000, 1});
  for (std::int64_t i = 0; i < 20000; ++i) places[i] = 0;
  Array<std::int32_t> ids = places;
  ids.shape = {20000};
  ids.strides = {1};
  const Array<float> updates({20000, 1});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint32_t i = 0; !stop.load(); ++i)
      __atomic_store_n(&places[static_cast<std::int64_t>(i % 20000)],
                       (i & 7) == 0 ? 1 << 30 : static_cast<std::int32_t>(i % 64), __ATOMIC_RELAXED);
  });
  for (int round = 0; round < 100; ++round)
    for (const std::int64_t rows : {64, 9000}) {
      const Array<float> out({rows});
      for (const char* name : {"scatter", "scatterUpdate"}) {
        const Status status = run(name, {out.view(), places.view(), updates.view()});
        const bool told = status == Status::Ok || status == Status::Index;
        CHECK(told);
      }
      const Array<float> sums({rows, 1});
      CHECK(run("segmentSum", {sums.view(), ids.view(), updates.view()}, {static_cast<double>(rows)}) == Status::Ok);
    }
  stop = true;
  writer.join();
}

TEST_CASE("scatter: stops where memory is short or the caller wants it") {
  setThreadCount(2);
  const Array<std::int32_t> ids = drawn<std::int32_t>({300000}, 0, 9999);
  const Array<float> data({300000, 1});
  const Array<float> out({10000, 1});
  for (std::int64_t n = 0; n < 2; ++n) {
    failAllocation(n);
    const Status status = run("segmentSum", {out.view(), ids.view(), data.view()}, {10000});
    failAllocation(-1);
    const bool told = status == Status::OutOfMemory || (n == 1 && status == Status::Ok);
    CHECK(told);
  }
  const std::atomic<bool> cancel{true};
  Execution execution(&cancel);
  CHECK(run("segmentSum", {out.view(), ids.view(), data.view()}, {10000}, execution) == Status::Cancelled);
}
