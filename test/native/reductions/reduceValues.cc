// reductions/reduce: precision, sizes, NaN, signed zeros, failures, and the same bits on every machine.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/reductions/reference.h"

using namespace ndops;
using namespace ndops::test;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Threads {
  int before = threadCount();
  ~Threads() { setThreadCount(before); }
};

}  // namespace

TEST_CASE("reduce: real products keep their precision") {
  Random random{5};
  for (const std::int64_t n : {1, 2, 15, 64, 1000, 5000}) {
    std::vector<float> values;
    long double want = 1;
    for (std::int64_t i = 0; i < n; ++i) {
      values.push_back(static_cast<float>(std::exp2(random.real())));
      want *= values.back();
    }
    const Array<float> x({n}, values);
    CHECK(std::fabs(reduceTo<float>("prod", x, 1, DType::Float32)[0] / want - 1) <
          0x1p-24 * (static_cast<double>(n) / 16 + 30));
    CHECK(std::fabs(static_cast<long double>(reduceTo<double>("prod", x, 1, DType::Float64)[0]) / want - 1) <
          0x1p-52 * static_cast<double>(n));
  }
}

TEST_CASE("reduce: every size from 0 to 1,025, along and across") {
  for (std::int64_t n = 0; n <= 1025; ++n) {
    std::vector<std::int32_t> values;
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      values.push_back(static_cast<std::int32_t>(i * 2654435761u % 1000 + 1));
      total += values.back();
    }
    const Array<std::int32_t> row({n}, values);
    CHECK(reduceTo<std::int32_t>("sum", row, 1, DType::Int32)[0] == total);
    CHECK(reduceTo<float>("sum", row, 1, DType::Float32)[0] == static_cast<float>(total));
    CHECK(reduceTo<std::int32_t>("countNonzero", row, 1, DType::Bool)[0] == n);
    const Array<std::int32_t> column({n, 1}, values);
    CHECK(reduceTo<std::int32_t>("sum", column, 1, DType::Int32)[0] == total);
    Array<std::int32_t> wide({n, 3});
    for (std::int64_t i = 0; i < n * 3; ++i) wide[i] = values[static_cast<std::size_t>(i / 3)];
    for (std::int64_t j = 0; j < 3; ++j) CHECK(reduceTo<std::int32_t>("sum", wide, 1, DType::Int32)[j] == total);
    if (n > 0) {
      const std::int32_t high = reduceTo<std::int32_t>("max", row, 1, DType::Int32)[0];
      CHECK(high == reduceTo<std::int32_t>("max", wide, 1, DType::Int32)[2]);
    }
  }
}

TEST_CASE_TEMPLATE("reduce: NaN in every lane reaches max, min, sum, mean and var", T, float, double) {
  for (const std::int64_t n : {1, 2, 15, 64, 65, 130, 300}) {
    for (std::int64_t at = 0; at < std::min<std::int64_t>(n, 130); ++at) {
      std::vector<T> values(static_cast<std::size_t>(n), T{1});
      values[static_cast<std::size_t>(at)] = static_cast<T>(kNaN);
      const Array<T> along({n}, values);
      const Array<T> across({n, 1, 2});
      for (std::int64_t i = 0; i < 2 * n; ++i) across[i] = values[static_cast<std::size_t>(i / 2)];
      for (const char* op : {"max", "min", "sum", "prod", "mean", "var", "std"}) {
        CAPTURE(op);
        CHECK(std::isnan(reduceTo<T>(op, along, 1, kDTypeOf<T>)[0]));
        CHECK(std::isnan(reduceTo<T>(op, across, 1, kDTypeOf<T>)[1]));
      }
      CHECK(reduceTo<Bool>("all", along, 1, DType::Bool)[0].value == 1);
    }
  }
}

TEST_CASE("reduce: signed zeros and infinities") {
  for (const std::int64_t n : {1, 3, 64, 1000}) {
    const Array<double> zeros({n, 2}, std::vector<double>(static_cast<std::size_t>(2 * n), -0.0));
    CHECK(std::signbit(reduceTo<double>("sum", zeros, 3, DType::Float64)[0]));
    CHECK(std::signbit(reduceTo<double>("sum", zeros, 1, DType::Float64)[1]));
    CHECK(std::signbit(reduceTo<float>("sum", zeros, 3, DType::Float32)[0]));
    CHECK(std::signbit(reduceTo<double>("mean", zeros, 1, DType::Float64)[0]));
  }
  std::vector<double> values(5000, 1);
  values[4321] = kInfinity;
  CHECK(reduceTo<double>("sum", Array<double>({5000}, values), 1, DType::Float64)[0] == kInfinity);
  CHECK(reduceTo<double>("mean", Array<double>({5000}, values), 1, DType::Float64)[0] == kInfinity);
  CHECK(std::isnan(reduceTo<double>("var", Array<double>({5000}, values), 1, DType::Float64)[0]));
  values[7] = -kInfinity;
  CHECK(std::isnan(reduceTo<double>("sum", Array<double>({5000}, values), 1, DType::Float64)[0]));
  const std::vector<Complex128> infinite = {{kInfinity, 0}};
  CHECK(reduceTo<Complex128>("prod", Array<Complex128>({1}, infinite), 1, DType::Complex128)[0].im == 0);
}

TEST_CASE("reduce: initial takes part in max and min, also of nothing") {
  const Array<std::int32_t> x({3}, {1, 9, 4});
  const Array<std::int32_t> nothing(Shape{0});
  const Array<std::int64_t> initial(Shape{}, {6});
  Array<std::int32_t> out(Shape{});
  const std::vector<double> numbers = {1, static_cast<double>(DType::Int32)};
  REQUIRE(run("min", {out.view(), x.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 1);
  REQUIRE(run("max", {out.view(), x.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 9);
  REQUIRE(run("max", {out.view(), nothing.view(), initial.view()}, numbers) == Status::Ok);
  CHECK(out[0] == 6);
}

TEST_CASE("reduce: var keeps its digits beside a large mean, and equal elements give 0") {
  for (const std::int64_t n : {2, 5, 1000, 40000}) {
    std::vector<double> values;
    std::vector<double> small;
    Random random{3};
    for (std::int64_t i = 0; i < n; ++i) {
      // Multiples of 2^-24: exact beside 1e8.
      small.push_back(random.real());
      values.push_back(1e8 + small.back());
    }
    long double mean = 0;
    long double squares = 0;
    for (const double v : small) mean += v / static_cast<long double>(n);
    for (const double v : small) squares += (v - mean) * (v - mean);
    const double want = static_cast<double>(squares / static_cast<long double>(n));
    const Array<double> along({n}, values);
    CHECK(reduceTo<double>("var", along, 1, DType::Float64)[0] == doctest::Approx(want).epsilon(1e-14));
    Array<double> across({n, 20});
    for (std::int64_t i = 0; i < n * 20; ++i) across[i] = values[static_cast<std::size_t>(i / 20)];
    CHECK(reduceTo<double>("var", across, 1, DType::Float64)[19] == doctest::Approx(want).epsilon(1e-14));
    const Array<float> same({n, 3}, std::vector<float>(static_cast<std::size_t>(3 * n), 0.1f));
    for (const std::uint32_t mask : {1u, 2u, 3u}) CHECK(reduceTo<float>("var", same, mask, DType::Float32)[0] == 0);
  }
}

// Some 20 additions deep at most, whatever the length: on axis 0, where NumPy adds row after row, 30,000 are.
TEST_CASE_TEMPLATE("reduce: sums and means stay within NumPy's pairwise bound on every axis", T, float, double) {
  Random random{8};
  const std::int64_t n = 30000;
  Array<T> x({n, 17});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(1 + random.real() / 3);
  const T unit = std::numeric_limits<T>::epsilon() / 2;
  for (const Array<T>& down : {x, x.transposed()}) {
    const std::uint32_t mask = down.shape[0] == n ? 1 : 2;
    const Array<T> sum = reduceTo<T>("sum", down, mask, kDTypeOf<T>);
    const Array<T> mean = reduceTo<T>("mean", down, mask, kDTypeOf<T>);
    for (std::int64_t j = 0; j < 17; ++j) {
      long double want = 0;
      for (std::int64_t i = 0; i < n; ++i) want += x[i * 17 + j];
      CHECK(std::fabs(sum[j] - want) / want < 4 * unit);
      CHECK(std::fabs(mean[j] - want / n) / (want / n) < 4 * unit);
    }
  }
  CHECK(reduceTo<T>("sum", Array<T>({n}, std::vector<T>(n, T{0.1f})), 1, kDTypeOf<T>)[0] ==
        doctest::Approx(3000).epsilon(2e-7));
}

TEST_CASE("reduce: cancellation ends a call") {
  std::atomic<bool> cancel{true};
  Execution execution(&cancel);
  const Array<float> x({4}, {1, 2, 3, 4});
  Array<float> out(Shape{});
  CHECK(run("sum", {out.view(), x.view()}, {1, static_cast<double>(DType::Float32)}, execution) == Status::Cancelled);
}

TEST_CASE("reduce: no memory is an error") {
  const Array<float> x({300000}, std::vector<float>(300000, 1));
  Array<float> out(Shape{});
  failAllocation(0);
  CHECK(run("sum", {out.view(), x.view()}, {1, static_cast<double>(DType::Float32)}) == Status::OutOfMemory);
  failAllocation(-1);
}

namespace {

std::uint64_t hashBits(std::uint64_t hash, const void* data, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3u;
  return hash;
}

template <class T>
std::uint64_t hashOf(std::uint64_t hash, const Shape& shape, std::uint64_t seed) {
  Random random{seed};
  Array<T> x(shape);
  // Magnitudes far apart: a different order of additions shows.
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(random.real() * std::exp2(random.next() % 24));
  std::vector<Array<T>> views = {x, x.transposed(), x.reversed(0)};
  for (const Array<T>& view : views)
    for (std::uint32_t mask = 0; mask < 1u << shape.size(); ++mask)
      for (const char* op : {"sum", "mean", "prod", "var", "std", "max", "min"}) {
        const Array<T> out = reduceTo<T>(op, view, mask, kDTypeOf<T>);
        hash = hashBits(hash, out.memory.get(), static_cast<std::size_t>(out.size()) * sizeof(T));
      }
  return hash;
}

}  // namespace

// One number for every thread count and every level: run the program with NDOPS_CPU_LEVEL=v2, v3 and v4 too.
TEST_CASE("reduce: the same bits for any threads on any level") {
  const Threads restore;
  for (const int threads : {1, 2, 3, 8, 64}) {
    setThreadCount(threads);
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const Shape& shape : {Shape{10}, Shape{700000}, Shape{1000, 700}, Shape{5000, 3}, Shape{7, 900, 30}}) {
      hash = hashOf<float>(hash, shape, 1);
      hash = hashOf<double>(hash, shape, 2);
    }
    CHECK(hash == 17839065181525631049u);
  }
}
