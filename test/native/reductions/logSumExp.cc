// reductions: logsumexp against long double, on every layout; infinities; large arguments; bits for any threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
Array<T> logSumExp(const Array<T>& x, std::uint32_t mask) {
  Shape kept;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape[axis]);
  Array<T> out(kept);
  REQUIRE(run("logsumexp", {out.view(), x.view()}, {static_cast<double>(mask), static_cast<double>(kDTypeOf<T>)}) ==
          Status::Ok);
  return out;
}

template <class T>
void check(const Array<T>& x) {
  const std::size_t rank = x.shape.size();
  for (std::uint32_t mask = 0; mask < 1u << rank; ++mask) {
    const Array<T> got = logSumExp(x, mask);
    std::vector<std::vector<long double>> groups(static_cast<std::size_t>(got.size()));
    for (std::int64_t i = 0; i < x.size(); ++i) {
      std::int64_t rest = i;
      std::int64_t out = 0;
      std::int64_t step = 1;
      for (std::size_t axis = rank; axis-- > 0; rest /= x.shape[axis]) {
        if ((mask >> axis & 1u) != 0) continue;
        out += rest % x.shape[axis] * step;
        step *= x.shape[axis];
      }
      groups[static_cast<std::size_t>(out)].push_back(static_cast<long double>(x[i]));
    }
    for (std::size_t o = 0; o < groups.size(); ++o) {
      const long double most = *std::max_element(groups[o].begin(), groups[o].end());
      long double sum = 0;
      for (const long double v : groups[o]) sum += std::exp(v - most);
      const long double want = most + std::log(sum);
      const long double size = std::max({1.0L, std::fabs(most), std::fabs(want)});
      const long double unit = std::numeric_limits<T>::epsilon();
      const bool near =
          std::fabs(static_cast<long double>(got[static_cast<std::int64_t>(o)]) - want) <= 2 * unit * size;
      if (!near) CHECK(got[static_cast<std::int64_t>(o)] == static_cast<double>(want));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("logSumExp: every layout and set of axes, within 2 ULP", T, float, double) {
  std::uint64_t state = 3;
  for (const double scale : {1.0, 30.0, 700.0}) {
    for (const Shape& shape : {Shape{1}, Shape{5}, Shape{4000}, Shape{300000}, Shape{7, 3}, Shape{3, 700},
                               Shape{700, 3}, Shape{20, 1030}, Shape{1030, 20}, Shape{4, 5, 6}, Shape{2, 70, 40}}) {
      Array<T> x(shape);
      for (std::int64_t i = 0; i < x.size(); ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = static_cast<T>((static_cast<double>(state >> 11) * 0x1p-52 - 1) * scale);
      }
      check(x);
      check(x.transposed());
      check(x.reversed(shape.size() - 1));
      // Ascending: the maximum grows all the way.
      std::sort(x.memory.get(), x.memory.get() + x.size());
      check(x);
    }
  }
}

TEST_CASE_TEMPLATE("logSumExp: infinities, NaN and nothing", T, float, double) {
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::int64_t n : {1, 3, 100, 3000}) {
    const auto size = static_cast<std::size_t>(n);
    const auto both = [&](const std::vector<T>& values) {
      Array<T> across({n, 20});
      for (std::int64_t i = 0; i < 20 * n; ++i) across[i] = values[static_cast<std::size_t>(i / 20)];
      const T along = logSumExp(Array<T>({n}, values), 1)[0];
      const T down = logSumExp(across, 1)[17];
      CHECK((along == down || (along != along && down != down) || std::fabs(along - down) < 1e-5));
      return along;
    };
    std::vector<T> values(size, -infinity);
    CHECK(both(values) == -infinity);
    values[size - 1] = 5;
    CHECK(both(values) == 5);
    values[size / 2] = infinity;
    CHECK(both(values) == infinity);
    values[0] = nan;
    CHECK(std::isnan(both(values)));
    CHECK(both(std::vector<T>(size, T{-1e30f})) == T{-1e30f});
  }
  CHECK(logSumExp(Array<T>(Shape{0}), 1)[0] == -infinity);
  CHECK(logSumExp(Array<T>({2}, {T{1000}, T{1000}}), 1)[0] == doctest::Approx(1000 + std::log(2.0)).epsilon(1e-7));
}

// One number for every level too: run the program with NDOPS_CPU_LEVEL=v2, v3 and v4.
TEST_CASE("logSumExp: the same bits for any threads on any level") {
  const int before = threadCount();
  Array<float> x({600, 700});
  // Near -log(n): in a result near 0 every bit of the sum shows.
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 2654435761u % 10007) / 40000 - 6.6f;
  std::vector<float> want;
  for (const int threads : {1, 2, 3, 8}) {
    setThreadCount(threads);
    std::vector<float> got;
    for (std::uint32_t mask = 0; mask < 4; ++mask) {
      const Array<float> out = logSumExp(x, mask);
      got.insert(got.end(), out.memory.get(), out.memory.get() + out.size());
    }
    if (want.empty()) want = got;
    CHECK(std::memcmp(want.data(), got.data(), want.size() * sizeof(float)) == 0);
  }
  setThreadCount(before);
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto* bytes = reinterpret_cast<const unsigned char*>(want.data());
  for (std::size_t i = 0; i < want.size() * sizeof(float); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  const Array<double> wide({3, 500});
  for (std::int64_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<double>(i * 2654435761u % 10007) / 40000 - 6.3;
  for (std::uint32_t mask = 0; mask < 4; ++mask) {
    const Array<double> out = logSumExp(wide, mask);
    bytes = reinterpret_cast<const unsigned char*>(out.memory.get());
    for (std::size_t i = 0; i < static_cast<std::size_t>(out.size()) * 8; ++i)
      hash = (hash ^ bytes[i]) * 0x100000001b3u;
  }
  CHECK(hash == 16368581261847787378u);
}
