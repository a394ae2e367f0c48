#include "sorting/select.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "core/storage.h"
#include "native/sorting/distributions.h"
#include "native/support/failures.h"

using namespace ndops;
using namespace ndops::test;

namespace {

double asDouble(double x) { return x; }
double asDouble(float x) { return x; }
double asDouble(Float16 x) { return valueOf(x); }
double asDouble(Bfloat16 x) { return valueOf(x); }
double asDouble(Bool x) { return x.value; }
template <class T>
double asDouble(T x) {
  return static_cast<double>(x);
}

template <class T>
bool isNan(T x) {
  return asDouble(x) != asDouble(x);
}

/// The rows of an array along its first axis, or its last one, in order: computed once for all checks of an array.
template <class T>
struct Reference {
  std::vector<std::vector<T>> columns;             // sorted
  std::vector<std::vector<std::int64_t>> falling;  // of each row: the places, the largest element's first

  explicit Reference(const Array<T>& x) {
    const std::int64_t n = x.shape[0];
    const std::int64_t last = x.shape.back();
    for (std::int64_t column = 0; n > 0 && column < x.size() / n; ++column) {
      std::vector<T> values;
      for (std::int64_t i = 0; i < n; ++i) values.push_back(x[i * (x.size() / n) + column]);
      std::sort(values.begin(), values.end(), [](T a, T b) { return isLess(a, b); });
      columns.push_back(std::move(values));
    }
    for (std::int64_t start = 0; last > 0 && start < x.size(); start += last) {
      std::vector<T> row;
      for (std::int64_t i = 0; i < last; ++i) row.push_back(x[start + i]);
      std::vector<std::int64_t> places(static_cast<std::size_t>(last));
      std::iota(places.begin(), places.end(), 0);
      std::stable_sort(places.begin(), places.end(), [&](std::int64_t a, std::int64_t b) {
        return isLess(row[static_cast<std::size_t>(b)], row[static_cast<std::size_t>(a)]);
      });
      falling.push_back(std::move(places));
    }
  }
};

std::int64_t asBits(double x) {
  std::int64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// Same value up to one unit in the last place, or both NaN.
bool near(double a, double b) {
  if (a != a || b != b) return a != a && b != b;
  return a == b || ((a < 0) == (b < 0) && std::abs(asBits(a) - asBits(b)) <= 1);
}

/// Runs quantile over the first axis and compares with the sorted rows.
template <class T>
void checkQuantile(const Array<T>& x, const Reference<T>& reference, const std::vector<double>& probabilities,
                   Method method) {
  const std::int64_t n = x.shape[0];
  const std::int64_t rows = n == 0 ? 0 : x.size() / n;
  const auto m = static_cast<std::int64_t>(probabilities.size());
  const Array<double> q({m}, probabilities);
  Shape shape = x.shape;
  shape[0] = m;
  Array<double> out(shape);
  REQUIRE(run("quantile", {out.view(), x.view(), q.view()}, {static_cast<double>(method)}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::vector<T>& sorted = reference.columns[static_cast<std::size_t>(row)];
    for (std::int64_t i = 0; i < m; ++i) {
      const double at = static_cast<double>(n - 1) * probabilities[static_cast<std::size_t>(i)];
      const auto element = [&](double place) { return asDouble(sorted[static_cast<std::size_t>(place)]); };
      double expected;
      if (isNan(sorted.back())) {
        expected = std::nan("");
      } else if (method == Method::Nearest) {
        expected = element(std::nearbyint(at));
      } else if (std::isinf(element(std::floor(at))) ||
                 std::isinf(element(std::min(std::floor(at) + 1, static_cast<double>(n - 1)))) || sizeof(T) == 8) {
        continue;  // the fixtures compare those
      } else {
        const long double low = element(std::floor(at));
        expected = static_cast<double>(low + (element(std::ceil(at)) - low) * (at - std::floor(at)));
      }
      wrong += !near(out[i * rows + row], expected);
    }
  }
  CHECK(wrong == 0);
}

template <class T>
void checkTop(const Array<T>& x, const Reference<T>& reference, std::int64_t k, bool sorted, bool wideIndices = false) {
  const std::int64_t n = x.shape.back();
  Shape shape = x.shape;
  shape.back() = k;
  Array<T> values(shape);
  Array<std::int32_t> narrow(shape);
  Array<std::int64_t> wide(shape);
  const View indices = wideIndices ? wide.view() : narrow.view();
  REQUIRE(run("topK", {values.view(), indices, x.view()}, {sorted ? 1.0 : 0.0}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t start = 0; start < x.size() && n > 0; start += n) {
    const std::vector<std::int64_t>& all = reference.falling[static_cast<std::size_t>(start / n)];
    std::vector<std::int64_t> expected(all.begin(), all.begin() + k);
    if (!sorted) std::sort(expected.begin(), expected.end());
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t at = start / n * k + i;
      const std::int64_t place = expected[static_cast<std::size_t>(i)];
      wrong += (wideIndices ? wide[at] : narrow[at]) != place;
      wrong += std::memcmp(&x[start + place], &values[at], sizeof(T)) != 0;
    }
  }
  CHECK(wrong == 0);
}

template <class T>
void checkIn(const Array<T>& x, double k) {
  const std::int64_t n = x.shape.back();
  Shape shape = x.shape;
  shape.pop_back();
  Array<Bool> out(shape);
  Array<std::int64_t> targets(shape);
  for (std::int64_t row = 0; row < targets.size(); ++row) targets[row] = row * 7 % (n + 2) - 1;
  REQUIRE(run("inTopK", {out.view(), targets.view(), x.view()}, {k}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t row = 0; row < targets.size(); ++row) {
    const std::int64_t target = targets[row];
    bool expected = target >= 0 && target < n && !isNan(x[row * n + target]);
    if (expected) {
      std::int64_t larger = 0;
      for (std::int64_t i = 0; i < n; ++i) larger += isLess(x[row * n + target], x[row * n + i]);
      expected = static_cast<double>(larger) < k;
    }
    wrong += out[row].value != static_cast<std::uint8_t>(expected);
  }
  CHECK(wrong == 0);
}

template <class T>
void checkAll(const Array<T>& x) {
  const Reference<T> reference(x);
  const std::int64_t n = x.shape[0];
  checkQuantile(x, reference, {static_cast<double>(n % 11) / 10}, Method::Nearest);
  checkQuantile(x, reference, {0.5}, Method::Linear);
  checkQuantile(x, reference, {1, 0.3, 0}, Method::Nearest);
  const std::int64_t last = x.shape.back();
  for (const std::int64_t k : {std::int64_t{1}, last / 9, last / 3}) checkTop(x, reference, k, n % 2 == 0);
}

#define REAL_DTYPES                                                                                         \
  Bool, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t, \
      std::int64_t, Float16, Bfloat16, float, double

}  // namespace

TEST_CASE_TEMPLATE("select: every distribution at every size", T, REAL_DTYPES) {
  for (int distribution = 0; distribution < 10; ++distribution) {
    CAPTURE(kDistributions[distribution]);
    for (std::int64_t n = 1; n <= 1025; n += n < 40 || distribution == 0 ? 1 : 87) {
      CAPTURE(n);
      checkAll(distributed<T>(distribution, {n}));
    }
    for (const std::int64_t n : {1024, 9000}) checkAll(distributed<T>(distribution, {n}));
  }
}

TEST_CASE_TEMPLATE("select: any bits, NaN and both zeros among them", T, REAL_DTYPES) {
  for (std::int64_t n = 1; n <= 1025; n += n < 140 ? 1 : 59) {
    CAPTURE(n);
    checkAll(anyBits<T>({n}, static_cast<unsigned>(n)));
  }
  checkAll(anyBits<T>({70001}, 1));
}

TEST_CASE_TEMPLATE("select: a NaN at every place", T, Float16, Bfloat16, float, double) {
  for (std::int64_t n = 1; n <= 1100; n += n < 34 ? 1 : 533) {
    for (std::int64_t at = 0; at < n; at += n < 40 ? 1 : 11) {
      Array<T> x = distributed<T>(0, {n});
      std::memset(static_cast<void*>(&x[at]), 0xff, sizeof(T));
      const Reference<T> reference(x);
      checkQuantile(x, reference, {0}, Method::Nearest);
      checkTop(x, reference, 1, true);
    }
  }
}

TEST_CASE_TEMPLATE("select: every rank", T, std::uint8_t, Float16, float, std::int64_t) {
  for (const int distribution : {0, 1, 5, 6}) {
    for (const std::int64_t n : {513, 2000}) {
      const Array<T> x = distributed<T>(distribution, {n});
      const Reference<T> reference(x);
      for (std::int64_t rank = 0; rank < n; rank += 23) {
        checkQuantile(x, reference, {static_cast<double>(rank) / static_cast<double>(n - 1)}, Method::Nearest);
        checkQuantile(x, reference, {(static_cast<double>(rank) + 0.25) / static_cast<double>(n)}, Method::Linear);
        checkTop(x, reference, rank, rank % 2 == 0);
      }
    }
  }
}

TEST_CASE_TEMPLATE("select: rows of any layout", T, std::uint8_t, Float16, float, std::int64_t) {
  for (const Shape& shape : {Shape{1, 1}, {5, 40}, {40, 5}, {300, 33}, {33, 700}, {7, 3, 90}, {600, 2, 3}}) {
    const Array<T> x = distributed<T>(0, shape);
    std::vector<Array<T>> views = {x, x.transposed(), x.reversed(0), x.transposed().reversed(1)};
    for (const Array<T>& view : views) {
      const Reference<T> reference(view);
      checkQuantile(view, reference, {0.5}, Method::Linear);
      checkQuantile(view, reference, {0.1, 0.9, 0.2}, Method::Nearest);
      checkQuantile(view, reference, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1}, Method::Linear);
      for (const bool sorted : {false, true}) checkTop(view, reference, (view.shape.back() + 3) / 4, sorted, sorted);
      checkIn(view, 3);
    }
  }
}

TEST_CASE_TEMPLATE("select: inTopK of any bits", T, REAL_DTYPES) {
  for (const std::int64_t n : {1, 7, 64, 1000})
    for (const double k : {0.0, 1.0, 5.0, 2000.0}) checkIn(anyBits<T>({40, n}, static_cast<unsigned>(n)), k);
}

TEST_CASE_TEMPLATE("select: the same for every number of threads", T, std::uint8_t, Float16, float, std::int64_t) {
  const Array<T> arrays[] = {distributed<T>(0, {150001}), distributed<T>(1, {150001}), distributed<T>(5, {150001}),
                             anyBits<T>({132000}, 3), anyBits<T>({3, 50000}, 4)};
  const Array<T> pairs = anyBits<T>({2, 140000}, 6);
  for (const Array<T>& x : arrays) {
    const Reference<T> reference(x);
    for (const int threads : {1, 2, 3, 8}) {
      const Threads set(threads);
      CAPTURE(threads);
      checkQuantile(x, reference, {0.5}, Method::Linear);
      checkQuantile(x, reference, {0, 0.9, 0.1}, Method::Nearest);
      checkQuantile(x, reference, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1}, Method::Nearest);
      checkTop(x, reference, 30, true);
      checkTop(x, reference, x.shape.back() / 8, threads == 2);
      if (threads < 3) checkTop(x, reference, x.shape.back() - 5, threads == 2);
      checkIn(pairs, 70000);
    }
  }
}

TEST_CASE_TEMPLATE("select: input against the sample and against bisecting", T, float, std::int64_t) {
  // The first places looked at tell nothing, or the opposite; the other values double from one to the next.
  const std::int64_t n = 150001;
  std::mt19937_64 random(3);
  for (const int kind : {0, 1, 2}) {
    Array<T> x({n});
    for (std::int64_t i = 0; i < n; ++i)
      x[i] = static_cast<T>(
          std::ldexp(1.0 + static_cast<double>(random() % 1000) / 1000, static_cast<int>(random() % 60)));
    for (std::uint64_t round = 0; round < 40; ++round) {
      std::uint64_t state = round * 0xd1342543de82ef95u;
      for (int i = 0; i < 2048; ++i) {
        state += 0x9e3779b97f4a7c15u;
        const auto at = static_cast<std::int64_t>(state * static_cast<unsigned __int128>(n) >> 64);
        x[at] = kind == 0 ? T{0} : kind == 1 ? static_cast<T>(-i) : static_cast<T>(i % 2 == 0 ? 1e18 : -1e18);
      }
    }
    const Reference<T> reference(x);
    for (const double q : {0.0, 0.01, 0.5, 0.6, 0.99, 1.0}) checkQuantile(x, reference, {q}, Method::Nearest);
    checkQuantile(x, reference, {0.5}, Method::Linear);
    checkTop(x, reference, 20, true);
  }
}

TEST_CASE("select: two values and their border") {
  for (const std::int64_t n : {2, 600, 5000, 150000})
    for (const std::int64_t zeros : {n / 2, n / 2 - 1, n / 2 + 1, std::int64_t{1}}) {
      Array<float> x({n});
      for (std::int64_t i = 0; i < n; ++i) x[i] = i * 7919 % n < zeros ? 0.0f : 1.0f;
      const Reference<float> reference(x);
      checkQuantile(x, reference, {0.5}, Method::Linear);
      checkQuantile(x, reference, {0.5}, Method::Nearest);
      checkTop(x, reference, n / 5, true);
    }
}

TEST_CASE("select: a quantile outside 0 to 1 is refused before the work, an empty row gives NaN") {
  const Array<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  Array<float> out({2, 3});
  for (const double wrong : {-1e-9, 1.0001, std::nan("")}) {
    const Array<double> q({2}, {0.5, wrong});
    Execution execution;
    CHECK(run("quantile", {out.view(), x.view(), q.view()}, {0}, execution) == Status::Value);
    CHECK(execution.details()[0] == 1);
  }
  const Array<double> q({2}, {0.5, 1});
  const Array<float> empty({0, 3});
  REQUIRE(run("quantile", {out.view(), empty.view(), q.view()}, {0}) == Status::Ok);
  for (std::int64_t i = 0; i < 6; ++i) CHECK(isNan(out[i]));
}

TEST_CASE("select: cancelled before and while it runs") {
  const Array<float> x = distributed<float>(0, {4000000});
  const Array<double> few({1}, {0.3});
  const Array<double> many({10}, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  Array<float> out({1});
  Array<float> outs({10});
  Array<float> values({3000});
  Array<std::int32_t> places({3000});
  for (const int threads : {1, 2}) {
    const Threads set(threads);
    for (const int microseconds : {0, 100, 2000}) {
      for (int op = 0; op < 3; ++op) {
        std::atomic<bool> cancel{microseconds == 0};
        Execution execution(&cancel);
        std::thread canceller([&] {
          std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
          cancel = true;
        });
        const Status status = op == 0   ? run("quantile", {out.view(), x.view(), few.view()}, {0}, execution)
                              : op == 1 ? run("quantile", {outs.view(), x.view(), many.view()}, {0}, execution)
                                        : run("topK", {values.view(), places.view(), x.view()}, {1}, execution);
        canceller.join();
        CHECK((status == Status::Cancelled || (microseconds > 0 && status == Status::Ok)));
      }
    }
  }
}

TEST_CASE("select: out of memory is a status, and leaves nothing behind") {
  const Array<double> x = distributed<double>(0, {2, 200000});
  const Array<Float16> h = distributed<Float16>(0, {200, 500});
  const Array<double> q({2}, {0.5, 0.1});
  const Array<double> many({10}, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  Array<double> out({2, 2});
  Array<double> outs({10, 2});
  Array<Float16> halves({2, 500});
  Array<double> values({2, 100});
  Array<std::int64_t> places({2, 100});
  const Array<double> columns = x.transposed();
  const std::vector<std::pair<const char*, std::vector<View>>> launches = {
      {"quantile", {out.view(), columns.view(), q.view()}},
      {"quantile", {outs.view(), columns.view(), many.view()}},
      {"quantile", {halves.view(), h.view(), q.view()}},
      {"topK", {values.view(), places.view(), x.view()}},
  };
  for (const auto& [name, views] : launches) failEachAllocation(name, views, {0});
}
