#include <doctest/doctest.h>

#include <vector>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
Array<T> counted(Shape shape, int from) {
  Array<T> array(std::move(shape));
  for (std::int64_t i = 0; i < array.size(); ++i) array[i] = static_cast<T>((i * 7 + from) % 23 - 11);
  return array;
}

/// Component i of the product of vectors with 2 or 3 components.
template <class T>
T expected(const std::vector<T>& a, const std::vector<T>& b, int i) {
  const auto of = [](const std::vector<T>& v, int at) {
    return at < static_cast<int>(v.size()) ? v[static_cast<std::size_t>(at)] : T{0};
  };
  const int j = (i + 1) % 3;
  const int k = (i + 2) % 3;
  return static_cast<T>(of(a, j) * of(b, k) - of(a, k) * of(b, j));
}

}  // namespace

TEST_CASE_TEMPLATE("cross: 2 and 3 components, any layout, blocks and threads", T, std::uint8_t, std::int16_t,
                   std::int64_t, float, double) {
  const int before = threadCount();
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    for (const std::int64_t n : {1, 255, 256, 257, 40000})
      for (const std::int64_t da : {2, 3})
        for (const std::int64_t db : {2, 3})
          for (int layout = 0; layout < 3; ++layout) {
            Array<T> a = layout == 1 ? counted<T>({da, n}, 1).transposed() : counted<T>({n, da}, 1);
            Array<T> b = counted<T>({n, db}, 5);
            if (layout == 2) b = b.reversed(0).reversed(1);
            const bool flat = da == 2 && db == 2;
            Array<T> out(flat ? Shape{n} : Shape{n, 3});
            REQUIRE(run("cross", {out.view(), a.view(), b.view()}) == Status::Ok);
            bool same = true;
            for (std::int64_t i = 0; i < n; ++i) {
              std::vector<T> x;
              std::vector<T> y;
              for (std::int64_t c = 0; c < da; ++c) x.push_back(a[i * da + c]);
              for (std::int64_t c = 0; c < db; ++c) y.push_back(b[i * db + c]);
              for (int c = flat ? 2 : 0; c < 3; ++c) same = same && out[flat ? i : i * 3 + c] == expected(x, y, c);
            }
            CHECK(same);
          }
  }
  setThreadCount(before);
}

TEST_CASE("cross: broadcasts, writes strided outputs, and is 0 for a vector with itself") {
  Array<float> a = counted<float>({4, 1, 3}, 2);
  Array<std::int32_t> b = counted<std::int32_t>({5, 3}, 3);
  Array<float> out({3, 4, 5});
  Array<float> last = out;
  last.shape = {4, 5, 3};
  last.strides = {5, 1, 20};
  REQUIRE(run("cross", {last.view(), a.view(), b.view()}) == Status::Ok);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 5; ++j) {
      std::vector<float> x{a[i * 3], a[i * 3 + 1], a[i * 3 + 2]};
      std::vector<float> y;
      for (std::int64_t c = 0; c < 3; ++c) y.push_back(static_cast<float>(b[j * 3 + c]));
      for (int c = 0; c < 3; ++c) CHECK(out[c * 20 + i * 5 + j] == expected(x, y, c));
    }

  Array<Complex64> z({100, 3});
  for (std::int64_t i = 0; i < 300; ++i) z[i] = {1.0f / static_cast<float>(i + 3), 3.0f / static_cast<float>(i + 7)};
  Array<Complex64> zero({100, 3});
  REQUIRE(run("cross", {zero.view(), z.view(), z.view()}) == Status::Ok);
  for (std::int64_t i = 0; i < 300; ++i) CHECK((zero[i].re == 0 && zero[i].im == 0));
}
