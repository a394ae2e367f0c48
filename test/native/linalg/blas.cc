// Known answers of the linked BLAS: every dtype, both orders of each operand, around the borders of its kernels. Small
// integers make every product exact, whatever the order of additions, so the answers are compared bit for bit.
#include "linalg/blas.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
constexpr std::int64_t kParts = std::is_arithmetic_v<T> ? 1 : 2;
template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<Complex<T>> {
  using type = T;
};
template <class T>
using Real = typename RealOf<T>::type;

/// Part of element (i, j) of operand `which`: a whole number from -3 to 3.
double partOf(int which, std::int64_t i, std::int64_t j, std::int64_t part) {
  return static_cast<double>((i * 5 + j * 3 + part * 2 + which * 4 + i * j) % 7 - 3);
}

/// A row-major matrix, or its transpose, with some elements of padding that are NaN behind each stored row.
template <class T>
struct Stored {
  std::vector<Real<T>> memory;
  BlasMatrix matrix;

  Stored(int which, std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t padding) {
    const std::int64_t down = transposed ? columns : rows;
    const std::int64_t leading = (transposed ? rows : columns) + padding;
    memory.assign(static_cast<std::size_t>(down * leading * kParts<T>), static_cast<Real<T>>(NAN));
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        for (std::int64_t part = 0; part < kParts<T>; ++part) {
          const std::int64_t at = transposed ? j * leading + i : i * leading + j;
          memory[static_cast<std::size_t>(at * kParts<T> + part)] = static_cast<Real<T>>(partOf(which, i, j, part));
        }
    matrix = {reinterpret_cast<const char*>(memory.data()), leading, transposed};
  }
};

/// Whether BLAS gives the one right answer. The result's old content is NaN, which must not show.
template <class T>
bool holds(std::int64_t m, std::int64_t n, std::int64_t k, bool left, bool right, std::int64_t padding) {
  const Stored<T> a(0, m, k, left, padding);
  const Stored<T> b(1, k, n, right, padding);
  const std::int64_t leading = n + padding;
  std::vector<Real<T>> c(static_cast<std::size_t>(m * leading * kParts<T>), static_cast<Real<T>>(NAN));
  blasGemm(kDTypeOf<T>, m, n, k, a.matrix, b.matrix, reinterpret_cast<char*>(c.data()), leading);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < leading; ++j) {
      double re = 0;
      double im = 0;
      for (std::int64_t p = 0; j < n && p < k; ++p) {
        const double x = partOf(0, i, p, 0);
        const double y = partOf(1, p, j, 0);
        const double u = kParts<T> == 2 ? partOf(0, i, p, 1) : 0;
        const double v = kParts<T> == 2 ? partOf(1, p, j, 1) : 0;
        re += x * y - u * v;
        im += x * v + u * y;
      }
      const Real<T>* got = &c[static_cast<std::size_t>((i * leading + j) * kParts<T>)];
      // Padding keeps what it was.
      if (j >= n ? !std::isnan(got[0]) : got[0] != static_cast<Real<T>>(re)) return false;
      if (kParts<T> == 2 && j < n && got[1] != static_cast<Real<T>>(im)) return false;
    }
  return true;
}

}  // namespace

TEST_CASE_TEMPLATE("blas: known answers around the borders of kernels", T, float, double, Complex64, Complex128) {
  const std::int64_t sides[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 49, 65};
  for (const std::int64_t m : sides)
    for (const std::int64_t n : sides)
      for (const std::int64_t k : {1, 3, 8, 17, 33}) {
        CAPTURE(m);
        CAPTURE(n);
        CAPTURE(k);
        const int way = static_cast<int>((m + 3 * n + 5 * k) % 8);
        REQUIRE(holds<T>(m, n, k, (way & 1) != 0, (way & 2) != 0, (way & 4) != 0 ? 3 : 0));
      }
}

TEST_CASE_TEMPLATE("blas: known answers past the blocks of its caches", T, float, double, Complex64, Complex128) {
  for (int way = 0; way < 4; ++way) {
    CHECK(holds<T>(130, 70, 1100, (way & 1) != 0, (way & 2) != 0, 0));
    CHECK(holds<T>(700, 20, 90, (way & 1) != 0, (way & 2) != 0, 1));
    CHECK(holds<T>(20, 1300, 60, (way & 1) != 0, (way & 2) != 0, 1));
  }
}

// A library without locks shares its buffers between calls: one in ten of these came out wrong.
TEST_CASE("blas: calls that overlap give the known answers") {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 8; ++t)
    threads.emplace_back([&wrong, t] {
      for (std::int64_t round = 0; round < 60; ++round) {
        const std::int64_t side = 20 + (round * 7 + t * 13) % 90;
        const bool left = (round & 1) != 0;
        const bool right = (round & 2) != 0;
        if (!(round % 3 == 0 ? holds<double>(side, side + 3, side, left, right, 0)
                             : holds<float>(side, side, side + 5, left, right, 0)))
          ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
