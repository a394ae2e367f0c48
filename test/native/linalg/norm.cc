// Norms of vectors: values against plain sums, and one hash for every level and number of threads. Singular values.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
  }
  double real() { return static_cast<double>(next()) * 0x1p-30 - 1; }
};

struct Threads {
  int before = threadCount();
  explicit Threads(int count) { setThreadCount(count); }
  ~Threads() { setThreadCount(before); }
};

template <class T>
constexpr bool kPair = !std::is_arithmetic_v<T>;
template <class T>
void draw(Random& random, T& to, double scale) {
  if constexpr (kPair<T>) {
    draw(random, to.re, scale);
    draw(random, to.im, scale);
  } else {
    to = static_cast<T>(random.real() * scale);
  }
}

template <class T>
Array<T> drawn(Random& random, const Shape& shape, double spread = 0) {
  Array<T> x(shape);
  for (std::int64_t i = 0; i < x.size(); ++i) draw(random, x[i], spread == 0 ? 1 : std::exp2(random.real() * spread));
  return x;
}

double squareOf(double x) { return x * x; }
template <class T>
double squareOf(Complex<T> x) {
  return squareOf(static_cast<double>(x.re)) + squareOf(static_cast<double>(x.im));
}

template <class T, class Out>
Array<Out> normOf(const char* kernel, const Array<T>& x, std::uint32_t mask) {
  Shape kept;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape[axis]);
  Array<Out> out(kept);
  REQUIRE(run(kernel, {out.view(), x.view()}, {static_cast<double>(mask), static_cast<double>(kDTypeOf<T>)}) ==
          Status::Ok);
  return out;
}

const char* const kNorms[] = {"norm", "norm1", "normInfinity", "normNegativeInfinity"};

/// A norm by its definition, over the elements at these positions.
double plainly(int norm, const std::vector<double>& sizes) {
  long double result = norm == 3 ? INFINITY : 0;
  for (const long double x : sizes) {
    if (norm == 0) result += x * x;
    if (norm == 1) result += x;
    if (norm == 2) result = std::max(result, x);
    if (norm == 3) result = std::min(result, x);
  }
  return static_cast<double>(norm == 0 ? std::sqrt(result) : result);
}

}  // namespace

TEST_CASE_TEMPLATE("norm: vectors of every length, along every axis, in any layout", T, float, double) {
  Random random{1};
  // Squares are added in float64, sizes as the sum adds, some twenty in a row; the others are exact.
  const double unit = sizeof(T) == 4 ? 0x1p-24 : 0x1p-53;
  const double bounds[] = {sizeof(T) == 4 ? 1.0 : 4.0, 20, 0, 0};
  for (const std::int64_t n : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 129, 1023, 1025, 3000})
    for (const std::int64_t width : {1, 3, 16, 70}) {
      const Array<T> x = drawn<T>(random, {n, width});
      for (const Array<T>& view : {x, x.transposed(), x.reversed(0), x.reversed(1)})
        for (std::uint32_t mask = 1; mask < 4; ++mask)
          for (int norm = 0; norm < 4; ++norm) {
            const Array<T> out = normOf<T, T>(kNorms[norm], view, mask);
            const std::int64_t columns = view.shape[1];
            std::vector<std::vector<double>> groups(static_cast<std::size_t>(out.size()));
            for (std::int64_t i = 0; i < view.size(); ++i) {
              const std::int64_t group = mask == 3 ? 0 : mask == 1 ? i % columns : i / columns;
              groups[static_cast<std::size_t>(group)].push_back(std::fabs(static_cast<double>(view[i])));
            }
            for (std::int64_t i = 0; i < out.size(); ++i) {
              const double want = plainly(norm, groups[static_cast<std::size_t>(i)]);
              REQUIRE(std::fabs(out[i] - want) <= bounds[norm] * unit * want);
            }
          }
    }
}

TEST_CASE_TEMPLATE("norm: complex vectors", T, Complex64, Complex128) {
  Random random{2};
  using Real = decltype(T{}.re);
  for (const std::int64_t n : {1, 3, 4, 5, 9, 100, 2000}) {
    const Array<T> x = drawn<T>(random, {n, 3});
    const Array<Real> out = normOf<T, Real>("norm", x, 1);
    for (std::int64_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) sum += squareOf(x[i * 3 + j]);
      CHECK(std::fabs(out[j] - std::sqrt(sum)) <= 0x1p-22 * std::sqrt(sum));
    }
  }
}

TEST_CASE("norm: NaN, infinity and zeros of either sign") {
  for (int norm = 0; norm < 4; ++norm)
    for (const std::int64_t at : {0, 5, 39}) {
      Array<float> x({40}, std::vector<float>(40, -2));
      x[at] = NAN;
      CHECK(std::isnan(normOf<float, float>(kNorms[norm], x, 1)[0]));
      x[at] = -INFINITY;
      CHECK(normOf<float, float>(kNorms[norm], x, 1)[0] == (norm == 3 ? 2.0f : INFINITY));
      for (std::int64_t i = 0; i < 40; ++i) x[i] = i % 2 == 0 ? 0.0f : -0.0f;
      const float none = normOf<float, float>(kNorms[norm], x, 1)[0];
      CHECK(none == 0);
      CHECK(!std::signbit(none));
      CHECK(normOf<float, float>(kNorms[norm], Array<float>(Shape{0}), 1)[0] == (norm == 3 ? INFINITY : 0.0f));
      const Array<float> one({1, 3}, {-1, -2, -0.0f});
      CHECK(normOf<float, float>(kNorms[norm], one, 1)[1] == 2);
    }
}

// One number for every thread count and every level: run the program with NDOPS_CPU_LEVEL=v2, v3 and v4 too.
TEST_CASE("norm: the same bits for any threads on any level") {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads set(threads);
    std::uint64_t hash = 0xcbf29ce484222325u;
    const auto note = [&hash](const auto& out) {
      const auto* bytes = reinterpret_cast<const unsigned char*>(out.memory.get());
      for (std::size_t i = 0; i < static_cast<std::size_t>(out.size()) * sizeof(*out.memory); ++i)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    };
    Random random{3};
    for (const Shape& shape : {Shape{10}, Shape{300001}, Shape{1000, 300}, Shape{5000, 3}, Shape{7, 90, 30}}) {
      const Array<float> x = drawn<float>(random, shape, 20);
      const Array<double> y = drawn<double>(random, shape, 20);
      const Array<Complex64> z = drawn<Complex64>(random, shape, 20);
      for (std::uint32_t mask = 1; mask < 1u << shape.size(); ++mask) {
        for (const char* norm : kNorms) {
          note(normOf<float, float>(norm, x, mask));
          note(normOf<double, double>(norm, y.transposed(), mask));
        }
        note(normOf<Complex64, float>("norm", z, mask));
      }
    }
    CHECK(hash == 4771417717562260913u);
  }
}

namespace {

template <class T>
std::vector<double> valuesOf(const Array<T>& x) {
  const std::int64_t k = std::min(x.shape[x.shape.size() - 2], x.shape[x.shape.size() - 1]);
  Shape shape(x.shape.begin(), x.shape.end() - 1);
  shape.back() = k;
  Array<double> out(shape);
  REQUIRE(run("singularValues", {out.view(), x.view()}) == Status::Ok);
  for (std::int64_t i = 0; i < out.size(); i += k) std::sort(&out.memory.get()[i], &out.memory.get()[i] + k);
  return {out.memory.get(), out.memory.get() + out.size()};
}

}  // namespace

TEST_CASE("singularValues: known ones, in any layout and dtype") {
  const Array<std::int32_t> rotated({2, 2}, {0, -3, 4, 0});
  CHECK(valuesOf(rotated)[0] == doctest::Approx(3).epsilon(1e-15));
  CHECK(valuesOf(rotated)[1] == doctest::Approx(4).epsilon(1e-15));
  const Array<float> row({1, 2}, {3, 4});
  CHECK(valuesOf(row)[0] == doctest::Approx(5).epsilon(1e-15));
  CHECK(valuesOf(row.transposed())[0] == doctest::Approx(5).epsilon(1e-15));
  const Array<Complex64> unitary({2, 2}, {{0, 1}, {0, 0}, {0, 0}, {0.6f, -0.8f}});
  CHECK(valuesOf(unitary)[0] == doctest::Approx(1).epsilon(1e-7));
  const Array<double> zeros({3, 2}, std::vector<double>(6, 0));
  CHECK(valuesOf(zeros) == std::vector<double>{0, 0});
  const Array<double> tiny({2, 2}, {5e-324, 0, 0, 1e-323});
  CHECK(valuesOf(tiny) == std::vector<double>{5e-324, 1e-323});
  const Array<double> huge({2, 2}, {1.5e308, 0, 0, 1e308});
  CHECK(valuesOf(huge)[1] == doctest::Approx(1.5e308).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("singularValues: squares add up to those of the elements, products to the determinant", T, float,
                   double, Complex64, Complex128) {
  Random random{4};
  for (const std::int64_t m : {1, 2, 3, 8, 33})
    for (const std::int64_t n : {1, 2, 5, 8, 33}) {
      const Array<T> x = drawn<T>(random, {3, m, n});
      Array<T> turned = x;
      std::swap(turned.shape[1], turned.shape[2]);
      std::swap(turned.strides[1], turned.strides[2]);
      const std::vector<double> values = valuesOf(x);
      const std::vector<double> same = valuesOf(turned.reversed(1));
      const std::int64_t k = std::min(m, n);
      for (std::int64_t item = 0; item < 3; ++item) {
        double squares = 0;
        for (std::int64_t i = 0; i < m * n; ++i) squares += squareOf(x[item * m * n + i]);
        double sum = 0;
        for (std::int64_t i = 0; i < k; ++i) {
          const double value = values[static_cast<std::size_t>(item * k + i)];
          CHECK(std::fabs(value - same[static_cast<std::size_t>(item * k + i)]) <=
                1e-14 * std::sqrt(squares) * std::sqrt(static_cast<double>(m + n)));
          sum += value * value;
        }
        CHECK(sum == doctest::Approx(squares).epsilon(1e-13));
      }
    }
}

TEST_CASE_TEMPLATE("singularValues: large matrices, in panels of reflections", T, double, Complex128) {
  Random random{7};
  for (const Shape& shape : {Shape{1, 130, 100}, Shape{1, 5000, 97}, Shape{2, 129, 129}}) {
    const std::int64_t m = shape[1];
    const std::int64_t n = shape[2];
    const Array<T> x = drawn<T>(random, shape);
    // The second half of the columns repeats the first: as many values are nothing.
    for (std::int64_t i = 0; i < x.size(); ++i)
      if (i % n >= (n + 1) / 2) x[i] = x[i - n / 2 - n % 2];
    double squares = 0;
    for (std::int64_t i = 0; i < m * n; ++i) squares += squareOf(x[i]);
    std::vector<double> first;
    for (const int threads : {1, 3}) {
      const Threads set(threads);
      const std::vector<double> values = valuesOf(x);
      double sum = 0;
      double nothing = 0;
      for (std::int64_t k = 0; k < n; ++k) {
        const double value = values[static_cast<std::size_t>(k)];
        if (k < n / 2) nothing = std::max(nothing, value);
        sum += value * value;
      }
      CHECK(nothing <= 1e-13 * std::sqrt(squares));
      CHECK(sum == doctest::Approx(squares).epsilon(1e-13));
      if (threads == 1) first = values;
      CHECK(values == first);
    }
    Array<T> turned = x.reversed(1);
    std::swap(turned.shape[1], turned.shape[2]);
    std::swap(turned.strides[1], turned.strides[2]);
    const std::vector<double> same = valuesOf(turned);
    for (std::size_t k = 0; k < same.size(); ++k) CHECK(std::fabs(same[k] - first[k]) <= 1e-13 * std::sqrt(squares));
  }
}

TEST_CASE("singularValues: of two diagonals, either way round, together, apart and with nothing in them") {
  const auto of = [](std::int64_t n, double main, double beside, bool turned) {
    Array<double> x({n, n}, std::vector<double>(static_cast<std::size_t>(n * n), 0));
    for (std::int64_t k = 0; k < n; ++k) {
      x[k * n + k] = main;
      if (k + 1 < n) x[turned ? (k + 1) * n + k : k * n + k + 1] = beside;
    }
    return x;
  };
  const double pi = std::acos(-1.0);
  for (const std::int64_t n : {1, 2, 3, 4, 7, 50, 200})
    for (const bool turned : {false, true}) {
      const std::vector<double> ones = valuesOf(of(n, 1, 1, turned));
      for (std::int64_t k = 0; k < n; ++k) {
        const double known = 2 * std::cos(static_cast<double>(n - k) * pi / static_cast<double>(2 * n + 1));
        CHECK(std::fabs(ones[static_cast<std::size_t>(k)] - known) <= 4e-16 * static_cast<double>(2 * n));
      }
      // Equal values, nearly equal ones, and a diagonal of nothing.
      for (const double value : valuesOf(of(n, 3, 0, turned))) CHECK(value == 3);
      for (const double value : valuesOf(of(n, 3, 1e-12, turned))) CHECK(std::fabs(value - 3) <= 3e-12);
      const std::vector<double> shifted = valuesOf(of(n, 0, 2, turned));
      CHECK(shifted[0] == 0);
      for (std::int64_t k = 1; k < n; ++k)
        CHECK(std::fabs(shifted[static_cast<std::size_t>(k)] - 2) <= 4e-16 * static_cast<double>(2 * n));
    }
  // Powers of ten, falling and rising: the smallest keep as many places of the largest.
  for (const bool rising : {false, true}) {
    constexpr std::int64_t n = 20;
    Array<double> graded = of(n, 0, 0, false);
    for (std::int64_t k = 0; k < n; ++k) {
      const double power = std::pow(10.0, static_cast<double>(rising ? k - n + 1 : -k));
      graded[k * n + k] = power;
      if (k + 1 < n) graded[k * n + k + 1] = power / 2;
    }
    const std::vector<double> values = valuesOf(graded);
    double product = 1;
    double squares = 0;
    for (const double value : values) squares += value * value;
    for (std::int64_t k = n - 6; k < n; ++k) product *= values[static_cast<std::size_t>(k)];
    CHECK(product > 0);
    double known = 0;
    for (std::int64_t i = 0; i < n * n; ++i) known += graded[i] * graded[i];
    CHECK(squares == doctest::Approx(known).epsilon(1e-14));
  }
}

TEST_CASE("singularValues: NaN and infinity end at once, beside others that do not") {
  for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    Random random{5};
    const Array<double> x = drawn<double>(random, {3, 20, 20});
    x[400 + 7] = bad;
    const std::vector<double> values = valuesOf(x);
    for (std::size_t i = 0; i < 60; ++i) CHECK(std::isnan(values[i]) == (i >= 20 && i < 40));
  }
}

TEST_CASE("singularValues: cancelled, without memory, and of nothing") {
  Random random{6};
  const Array<float> x = drawn<float>(random, {40, 30});
  Array<double> out({30});
  std::atomic<bool> cancel{true};
  Execution cancelled(&cancel);
  CHECK(run("singularValues", {out.view(), x.view()}, {}, cancelled) == Status::Cancelled);
  failAllocation(0);
  CHECK(run("singularValues", {out.view(), x.view()}) == Status::OutOfMemory);
  const Array<float> large = drawn<float>(random, {120, 100});
  Array<double> many({100});
  for (const int at : {0, 1}) {
    failAllocation(at);
    CHECK(run("singularValues", {many.view(), large.view()}) == Status::OutOfMemory);
  }
  failAllocation(-1);
  Execution stopped(&cancel);
  CHECK(run("singularValues", {many.view(), large.view()}, {}, stopped) == Status::Cancelled);
  Array<double> none({0, 3});
  CHECK(run("singularValues", {none.view(), drawn<float>(random, {0, 3, 4}).view()}) == Status::Ok);
  Array<double> empty({2, 0});
  CHECK(run("singularValues", {empty.view(), drawn<float>(random, {2, 0, 4}).view()}) == Status::Ok);
}
