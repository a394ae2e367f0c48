// Products of every dtype and layout against plain sums, with bounds that follow from the arithmetic.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "linalg/blas.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-52 - 1.0; }
};

template <class T>
T valueOf(double x);
template <class T>
void draw(Random& random, T& to) {
  if constexpr (std::is_same_v<T, Bool>)
    to = {static_cast<std::uint8_t>(random.next() % 7 == 0)};
  else if constexpr (std::is_integral_v<T>)
    to = static_cast<T>(random.next());
  else if constexpr (std::is_floating_point_v<T>)
    to = static_cast<T>(random.unit());
  else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>) {
    const float x = static_cast<float>(random.unit());
    converter(kDTypeOf<T>, DType::Float32)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  } else {
    draw(random, to.re);
    draw(random, to.im);
  }
}

template <class T>
Array<T> drawn(Random& random, Shape shape) {
  Array<T> array(std::move(shape));
  for (std::int64_t i = 0; i < array.size(); ++i) draw(random, array[i]);
  return array;
}

/// rows x columns elements, lying in one of several ways.
enum Layout { Plain, Transposed, RowsReversed, ColumnsReversed, Stepped, Padded, OneRow, OneColumn, kLayouts };
template <class T>
Array<T> laidOut(Random& random, std::int64_t rows, std::int64_t columns, int layout) {
  const auto shaped = [&](Array<T> view) {
    view.shape = {rows, columns};
    return view;
  };
  switch (layout) {
    case Transposed:
      return drawn<T>(random, {columns, rows}).transposed();
    case RowsReversed:
      return rows == 0 ? drawn<T>(random, {rows, columns}) : drawn<T>(random, {rows, columns}).reversed(0);
    case ColumnsReversed:
      return columns == 0 ? drawn<T>(random, {rows, columns}) : drawn<T>(random, {rows, columns}).reversed(1);
    case Stepped: {
      Array<T> view = shaped(drawn<T>(random, {2 * rows, 3 * columns}));
      view.strides = {6 * columns, 3};
      return view;
    }
    case Padded: {
      Array<T> view = shaped(drawn<T>(random, {rows + 2, columns + 3}));
      view.offset = columns + 4;
      return view;
    }
    case OneRow: {
      Array<T> view = shaped(drawn<T>(random, {columns}));
      view.strides = {0, 1};
      return view;
    }
    case OneColumn: {
      Array<T> view = shaped(drawn<T>(random, {rows}));
      view.strides = {1, 0};
      return view;
    }
    default:
      return drawn<T>(random, {rows, columns});
  }
}

double widened(double x) { return x; }
double widened(float x) { return x; }
template <class T>
double widenedHalf(T x) {
  float y = 0;
  converter(DType::Float32, kDTypeOf<T>)(reinterpret_cast<char*>(&y), reinterpret_cast<const char*>(&x), 1);
  return y;
}
double widened(Float16 x) { return widenedHalf(x); }
double widened(Bfloat16 x) { return widenedHalf(x); }

/// The sum of products with the sum of their magnitudes, in long double: each product of float64 is exact to 2^-64.
struct Sum {
  long double value = 0;
  long double magnitude = 0;
  void add(long double x, long double y) {
    value += x * y;
    magnitude += std::fabs(x * y);
  }
};

/// A sum of `terms` rounded products in any order is off by at most terms * u * magnitude, to first order, and a result
/// of 16 bits is rounded once more.
template <class T>
bool near(T got, const Sum& sum, std::int64_t terms) {
  const bool wide = std::is_same_v<T, double>;
  const long double unit = wide ? 0x1p-53L : 0x1p-24L;
  const long double bound = static_cast<long double>(terms + 2) * unit * sum.magnitude * 1.001L;
  const long double off = std::fabs(static_cast<long double>(widened(got)) - sum.value);
  long double rounding = 0;
  if (std::is_same_v<T, Float16>) rounding = std::max(0x1p-11L * (std::fabs(sum.value) + bound), 0x1p-25L);
  if (std::is_same_v<T, Bfloat16>) rounding = 0x1p-8L * (std::fabs(sum.value) + bound);
  return off <= bound + rounding;
}

/// Compares out (m x n) with the plain product, through the views' strides.
template <class T, class In>
bool agrees(const Array<T>& out, const Array<In>& a, const Array<In>& b, bool conjugate = false) {
  const std::int64_t m = a.shape[0];
  const std::int64_t k = a.shape[1];
  const std::int64_t n = b.shape[1];
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      const T got = out.memory.get()[out.offset + i * n + j];
      const auto x = [&](std::int64_t p) { return a.memory.get()[a.offset + i * a.strides[0] + p * a.strides[1]]; };
      const auto y = [&](std::int64_t p) { return b.memory.get()[b.offset + p * b.strides[0] + j * b.strides[1]]; };
      if constexpr (std::is_same_v<T, Bool>) {
        std::uint8_t any = 0;
        for (std::int64_t p = 0; p < k; ++p) any |= static_cast<std::uint8_t>(x(p).value & y(p).value);
        if (got.value != any) return false;
      } else if constexpr (std::is_integral_v<T>) {
        std::uint64_t sum = 0;
        for (std::int64_t p = 0; p < k; ++p)
          sum += static_cast<std::uint64_t>(static_cast<std::int64_t>(x(p))) *
                 static_cast<std::uint64_t>(static_cast<std::int64_t>(y(p)));
        if (got != static_cast<T>(sum)) return false;
      } else if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
        Sum re;
        Sum im;
        for (std::int64_t p = 0; p < k; ++p) {
          const auto sign = conjugate ? -1 : 1;
          re.add(x(p).re, y(p).re);
          re.add(-sign * x(p).im, y(p).im);
          im.add(x(p).re, y(p).im);
          im.add(sign * x(p).im, y(p).re);
        }
        if (!near(got.re, re, 2 * k) || !near(got.im, im, 2 * k)) return false;
      } else {
        Sum sum;
        for (std::int64_t p = 0; p < k; ++p) sum.add(widened(x(p)), widened(y(p)));
        if (!near(got, sum, k)) return false;
      }
    }
  return true;
}

template <class T, class In>
bool holds(const Array<In>& a, const Array<In>& b) {
  Array<T> out({a.shape[0], b.shape[1]});
  return run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok && agrees(out, a, b);
}

struct Threads {
  int before = threadCount();
  explicit Threads(int count) { setThreadCount(count); }
  ~Threads() { setThreadCount(before); }
};

#define EACH_DTYPE                                                                                          \
  Bool, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t, \
      std::int64_t, Float16, Bfloat16, float, double, Complex64, Complex128

}  // namespace

TEST_CASE_TEMPLATE("matmul: dot products side by side, of vectors that lie across, with the same bits for any threads",
                   T, float, double, Float16) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  Random random{17};
  for (const Shape& sizes : {Shape{1, 17, 9001}, Shape{3, 5000, 3}, Shape{2, 70, 200}, Shape{2, 15, 40}}) {
    const std::int64_t outer = sizes[0];
    const std::int64_t n = sizes[1];
    const std::int64_t k = sizes[2];
    Array<T> a = drawn<T>(random, {outer, k, n});
    Array<Wide> b = drawn<Wide>(random, {outer, k, n});
    for (Shape* shape : {&a.shape, &b.shape}) std::swap((*shape)[1], (*shape)[2]);
    for (Shape* strides : {&a.strides, &b.strides}) std::swap((*strides)[1], (*strides)[2]);
    Array<Wide> turned = b;
    std::swap(turned.shape[1], turned.shape[2]);
    std::swap(turned.strides[1], turned.strides[2]);
    turned = turned.reversed(1);
    std::swap(turned.shape[1], turned.shape[2]);
    std::swap(turned.strides[1], turned.strides[2]);
    for (const Array<Wide>& right : {b, turned}) {
      Array<Wide> first({outer, n});
      for (const int threads : {1, 3}) {
        setThreadCount(threads);
        Array<Wide> out({outer, n});
        REQUIRE(run("matmul", {out.view(), a.view(), right.view()}, {0, 0, 1, 0}) == Status::Ok);
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < outer; ++i)
          for (std::int64_t j = 0; j < n; ++j) {
            Sum sum;
            for (std::int64_t p = 0; p < k; ++p)
              sum.add(widened(a[(i * n + j) * k + p]), widened(right[(i * n + j) * k + p]));
            wrong += near(out[i * n + j], sum, k) ? 0 : 1;
          }
        CHECK(wrong == 0);
        if (threads == 1) first = out;
        CHECK(std::memcmp(first.memory.get(), out.memory.get(), static_cast<std::size_t>(out.size()) * sizeof(Wide)) ==
              0);
      }
    }
  }
}

TEST_CASE_TEMPLATE("matmul: every size around the borders", T, EACH_DTYPE) {
  Random random{1};
  int turn = 0;
  for (const std::int64_t m : {0, 1, 2, 3, 15, 16, 17, 65})
    for (const std::int64_t n : {0, 1, 2, 3, 15, 16, 17, 65})
      for (const std::int64_t k : {0, 1, 2, 3, 15, 16, 17, 65}) {
        const int layout = turn++ % 4;
        const auto a = laidOut<T>(random, m, k, layout & 1);
        const auto b = laidOut<T>(random, k, n, layout >> 1);
        CAPTURE(m);
        CAPTURE(n);
        CAPTURE(k);
        REQUIRE(holds<T>(a, b));
      }
  for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{
           {63, 64, 129}, {129, 63, 64}, {64, 129, 63}, {129, 129, 129}, {7, 200, 301}, {200, 7, 301}, {5, 5, 5000}})
    for (int layout = 0; layout < 4; ++layout)
      REQUIRE(holds<T>(laidOut<T>(random, m, k, layout & 1), laidOut<T>(random, k, n, layout >> 1)));
}

TEST_CASE_TEMPLATE("matmul: every layout with every other", T, EACH_DTYPE) {
  Random random{2};
  for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{
           {17, 19, 23}, {3, 4, 5}, {1, 37, 21}, {37, 1, 21}, {1, 1, 40}, {2, 9, 1}})
    for (int left = 0; left < kLayouts; ++left)
      for (int right = 0; right < kLayouts; ++right) {
        CAPTURE(m);
        CAPTURE(left);
        CAPTURE(right);
        REQUIRE(holds<T>(laidOut<T>(random, m, k, left), laidOut<T>(random, k, n, right)));
      }
}

TEST_CASE("matmul: int8 products in int32, and operands of other dtypes") {
  Random random{3};
  for (const std::int64_t size : {1, 5, 40})
    CHECK(holds<std::int32_t>(laidOut<std::int8_t>(random, size, 33, Plain),
                              laidOut<std::int8_t>(random, 33, size, Transposed)));
  CHECK(holds<float>(laidOut<Float16>(random, 20, 33, Plain), laidOut<Float16>(random, 33, 20, Stepped)));
  CHECK(holds<double>(laidOut<float>(random, 20, 33, Plain), laidOut<float>(random, 33, 20, Transposed)));
  CHECK(holds<double>(laidOut<float>(random, 1, 33, Plain), laidOut<float>(random, 33, 20, Transposed)));
  // One of the two converted, one in place.
  const auto a = drawn<std::int32_t>(random, {30, 20});
  Array<double> same({30, 20});
  for (std::int64_t i = 0; i < 600; ++i) same[i] = a[i];
  const auto b = drawn<double>(random, {20, 25});
  Array<double> out({30, 25});
  CHECK(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok);
  CHECK(agrees(out, same, b));
}

TEST_CASE_TEMPLATE("matmul: batches that broadcast, fold and do not", T, std::int32_t, Bfloat16, float, Complex128) {
  Random random{4};
  for (const auto& [m, n, k] :
       std::vector<std::array<std::int64_t, 3>>{{3, 4, 5}, {20, 18, 33}, {1, 30, 7}, {30, 1, 7}})
    for (int kind = 0; kind < 6; ++kind) {
      CAPTURE(kind);
      CAPTURE(m);
      // [3, 2] products; each operand has all of them, one axis of them, or none.
      Array<T> a = drawn<T>(random, kind == 1 || kind == 3 ? Shape{m, k} : Shape{3, kind == 5 ? 1 : 2, m, k});
      Array<T> b = drawn<T>(random, kind == 2 || kind == 3   ? Shape{k, n}
                                    : kind == 4 || kind == 5 ? Shape{2, k, n}
                                                             : Shape{3, 2, k, n});
      if (kind == 0) a = a.reversed(0);
      Array<T> out({3, 2, m, n});
      REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok);
      for (std::int64_t i = 0; i < 6; ++i) {
        const auto matrix = [&](Array<T> from) {
          const std::int64_t index[2] = {i / 2, i % 2};
          const std::size_t batch = from.shape.size() - 2;
          for (std::size_t axis = 0; axis < batch; ++axis)
            if (from.shape[axis] > 1) from.offset += index[axis + 2 - batch] * from.strides[axis];
          from.shape.erase(from.shape.begin(), from.shape.begin() + static_cast<std::ptrdiff_t>(batch));
          from.strides.erase(from.strides.begin(), from.strides.begin() + static_cast<std::ptrdiff_t>(batch));
          return from;
        };
        REQUIRE(agrees(matrix(out), matrix(a), matrix(b)));
      }
    }
}

TEST_CASE_TEMPLATE("matmul: groups of several axes, with and without one stride", T, std::uint8_t, Float16, double,
                   Complex64) {
  Random random{5};
  // a[i0, i1, p0, p1] b[p0, p1, j0, j1], every order of axes in memory of both.
  for (int order = 0; order < 24; ++order) {
    const std::int64_t sizes[4] = {3, 7, 5, 4};
    int axes[4] = {0, 1, 2, 3};
    for (int i = 0, rest = order; i < 4; ++i) {
      std::swap(axes[i], axes[i + rest % (4 - i)]);
      rest /= 4 - i;
    }
    const auto permuted = [&] {
      Array<T> memory = drawn<T>(random, {sizes[axes[0]], sizes[axes[1]], sizes[axes[2]], sizes[axes[3]]});
      Array<T> view = memory;
      for (std::size_t i = 0; i < 4; ++i) {
        view.shape[static_cast<std::size_t>(axes[i])] = memory.shape[i];
        view.strides[static_cast<std::size_t>(axes[i])] = memory.strides[i];
      }
      return view;
    };
    const Array<T> a = permuted();  // [3, 7, 5, 4]
    Array<T> b = permuted();        // taken as [5, 4, 3, 7]
    std::swap(b.shape[0], b.shape[2]);
    std::swap(b.shape[1], b.shape[3]);
    std::swap(b.strides[0], b.strides[2]);
    std::swap(b.strides[1], b.strides[3]);
    Array<T> out({3, 7, 3, 7});
    REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {2, 2, 2, 0}) == Status::Ok);
    Array<T> flatA({21, 20});
    Array<T> flatB({20, 21});
    for (std::int64_t i = 0; i < 420; ++i) {
      flatA[i] = a[i];
      flatB[i] = b[i];
    }
    Array<T> flatOut = out;
    flatOut.shape = {21, 21};
    CHECK(agrees(flatOut, flatA, flatB));
    // Everything contracted: the inner product of two views.
    Array<T> inner(Shape{});
    REQUIRE(run("matmul", {inner.view(), a.view(), a.view()}, {0, 0, 4, 0}) == Status::Ok);
    Array<T> row({1, 420});
    for (std::int64_t i = 0; i < 420; ++i) row[i] = a[i];
    CHECK(agrees(inner, row, row.transposed()));
  }
}

TEST_CASE_TEMPLATE("matmul: the conjugating inner product", T, Complex64, Complex128) {
  Random random{6};
  for (const std::int64_t k : {1, 2, 7, 8, 9, 100, 5000, 9001}) {
    const auto a = laidOut<T>(random, 1, k, k % 2 == 0 ? Plain : ColumnsReversed);
    const auto b = laidOut<T>(random, k, 1, k % 3 == 0 ? Plain : Stepped);
    Array<T> out({1, 1});
    REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 1}) == Status::Ok);
    CHECK(agrees(out, a, b, true));
  }
}

TEST_CASE("matmul: panels, runs and long vectors on several threads") {
  Random random{7};
  for (const int threads : {1, 2, 3, 8}) {
    const Threads set(threads);
    CHECK(holds<float>(laidOut<float>(random, 300, 200, Plain), laidOut<float>(random, 200, 170, Transposed)));
    CHECK(holds<double>(laidOut<double>(random, 40, 30000, Transposed), laidOut<double>(random, 30000, 33, Plain)));
    CHECK(holds<Bfloat16>(laidOut<Bfloat16>(random, 20, 40000, Plain), laidOut<Bfloat16>(random, 40000, 21, Plain)));
    CHECK(holds<Float16>(laidOut<Float16>(random, 500, 70, Plain), laidOut<Float16>(random, 70, 300, Stepped)));
    CHECK(holds<std::int16_t>(laidOut<std::int16_t>(random, 150, 600, Plain),
                              laidOut<std::int16_t>(random, 600, 260, Transposed)));
    CHECK(holds<std::int64_t>(laidOut<std::int64_t>(random, 20, 300, Transposed),
                              laidOut<std::int64_t>(random, 300, 1100, Plain)));
    CHECK(holds<Bool>(laidOut<Bool>(random, 100, 300, Plain), laidOut<Bool>(random, 300, 200, Plain)));
    CHECK(holds<float>(laidOut<float>(random, 3, 100000, Stepped), laidOut<float>(random, 100000, 1, Plain)));
    CHECK(holds<float>(laidOut<float>(random, 1, 5000, Plain), laidOut<float>(random, 5000, 700, Plain)));
    CHECK(holds<Float16>(laidOut<Float16>(random, 1, 5000, Plain), laidOut<Float16>(random, 5000, 200, Plain)));
    CHECK(holds<double>(laidOut<double>(random, 700, 5000, ColumnsReversed), laidOut<double>(random, 5000, 1, Plain)));
  }
}

TEST_CASE_TEMPLATE("matmul: sizes past the integers of BLAS", T, float, Complex128, Bfloat16) {
  Random random{8};
  setBlasLimit(20);
  for (const std::int64_t m : {2, 19, 21, 50})
    for (const std::int64_t n : {2, 19, 21, 50})
      for (const std::int64_t k : {2, 19, 21, 50})
        for (int layout = 0; layout < 4; ++layout)
          CHECK(holds<T>(laidOut<T>(random, m, k, layout & 1), laidOut<T>(random, k, n, layout >> 1)));
  CHECK(holds<T>(laidOut<T>(random, 18, 12, Padded), laidOut<T>(random, 12, 18, Stepped)));
  setBlasLimit(0);
}

TEST_CASE("matmul: vector products have the same bits for any number of threads and on every level") {
  const auto bits = [](int threads) {
    const Threads set(threads);
    Random random{9};
    std::uint64_t hash = 14695981039346656037u;
    const auto note = [&hash](const auto& out) {
      const auto* bytes = reinterpret_cast<const unsigned char*>(out.memory.get());
      for (std::size_t i = 0; i < static_cast<std::size_t>(out.size()) * sizeof(*out.memory); ++i)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    };
    const auto each = [&](auto zero) {
      using T = decltype(zero);
      for (const std::int64_t k : {1, 7, 31, 32, 33, 1000, 4096, 4097, 100003})
        for (int layout = 0; layout < 3; ++layout) {
          Array<T> out({1, 1});
          const auto a = laidOut<T>(random, 1, k, layout == 1 ? ColumnsReversed : Plain);
          const auto b = laidOut<T>(random, k, 1, layout == 2 ? Stepped : Plain);
          REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok);
          note(out);
          if (k > 5000) continue;
          Array<T> row({1, 90});
          const auto matrix = laidOut<T>(random, k, 90, layout);
          REQUIRE(run("matmul", {row.view(), a.view(), matrix.view()}, {1, 1, 1, 0}) == Status::Ok);
          note(row);
        }
    };
    each(float{});
    each(double{});
    each(Float16{});
    each(Complex64{});
    each(Complex128{});
    return hash;
  };
  const std::uint64_t alone = bits(1);
  for (const int threads : {2, 3, 8}) CHECK(bits(threads) == alone);
  CHECK(alone == 10154659353446054443u);
}

TEST_CASE("matmul: special values go through") {
  const float inf = INFINITY;
  for (const std::int64_t k : {3, 20, 40}) {
    Array<float> a({20, k});
    Array<float> b({k, 20});
    for (std::int64_t i = 0; i < 20 * k; ++i) a[i] = b[i] = 1;
    a[0] = NAN;
    a[k] = inf;
    a[2 * k] = inf;
    a[2 * k + 1] = -inf;
    Array<float> out({20, 20});
    REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok);
    for (std::int64_t j = 0; j < 20; ++j) {
      CHECK(std::isnan(out[j]));
      CHECK(out[20 + j] == inf);
      CHECK(std::isnan(out[40 + j]));
      CHECK(out[60 + j] == static_cast<float>(k));
    }
  }
}

TEST_CASE("matmul: concurrent products have the bits of the same products alone") {
  struct Job {
    Array<float> a;
    Array<float> b;
    std::vector<float> alone;
    std::vector<float> multiply() const {
      Array<float> out({a.shape[0], b.shape[1]});
      REQUIRE(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}) == Status::Ok);
      return {out.memory.get(), out.memory.get() + out.size()};
    }
  };
  const Threads set(2);
  Random random{10};
  std::vector<Job> jobs;
  for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{
           {150, 130, 140}, {40, 41, 42}, {1, 300, 200}, {300, 1, 200}, {10, 12, 14}, {33, 30, 3000}})
    for (int layout = 0; layout < 4; ++layout) {
      Job job{laidOut<float>(random, m, k, layout & 1), laidOut<float>(random, k, n, layout >> 1), {}};
      job.alone = job.multiply();
      jobs.push_back(job);
    }
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t round = 0; round < 40; ++round) {
        const Job& job = jobs[(t * 7 + round * 5) % jobs.size()];
        const std::vector<float> out = job.multiply();
        if (std::memcmp(out.data(), job.alone.data(), out.size() * sizeof(float)) != 0) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("matmul: cancelled and out of memory, without a trace") {
  Random random{11};
  const auto tries = [&](auto zero, std::int64_t m, std::int64_t n, std::int64_t k, int layout) {
    using T = decltype(zero);
    const auto a = laidOut<T>(random, m, k, layout);
    const auto b = laidOut<T>(random, k, n, layout);
    Array<T> out({m, n});
    std::atomic<bool> cancel{true};
    Execution cancelled(&cancel);
    CHECK(run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0}, cancelled) == Status::Cancelled);
    const std::size_t live = memoryInfo().live;
    int failures = 0;
    for (;; ++failures) {
      failAllocation(failures);
      const Status status = run("matmul", {out.view(), a.view(), b.view()}, {1, 1, 1, 0});
      failAllocation(-1);
      CHECK(memoryInfo().live == live);
      if (status == Status::Ok) break;
      REQUIRE(status == Status::OutOfMemory);
    }
    CHECK(agrees(out, a, b));
    return failures;
  };
  const Threads set(2);
  CHECK(tries(Float16{}, 40, 40, 50, Plain) >= 3);        // two operands widened, the result before it is rounded
  CHECK(tries(float{}, 40, 40, 50, Stepped) >= 2);        // two operands copied
  for (const int layout : {Plain, Transposed, Padded}) {  // BLAS takes these as they lie
    CHECK(tries(float{}, 40, 45, 50, layout) == 0);
    CHECK(tries(Complex128{}, 40, 45, 50, layout) == 0);
  }
  CHECK(tries(double{}, 20, 20, 60000, Plain) >= 1);      // runs added up
  CHECK(tries(float{}, 1, 30, 9000, Plain) >= 1);         // runs added up
  CHECK(tries(Bfloat16{}, 1, 30, 900, Transposed) >= 2);  // sums before they are rounded, blocks widened
  CHECK(tries(std::int32_t{}, 40, 50, 60, Plain) >= 1);   // packed columns
}

TEST_CASE("blas: one thread a call, kernels and version by name") {
  CHECK(std::string(blasName()).find("OpenBLAS") != std::string::npos);
  CHECK(std::string(blasKernel()).size() > 1);
  const std::string both = std::string(blasName()) + ", kernels for " + blasKernel();
  MESSAGE(both);
}
