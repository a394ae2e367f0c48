// sorting: bincount and digitize against plain loops, their refusals, threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

struct Late {
  Status status;
  std::vector<char> bytes;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  double position = 0;
  double value = 0;
  template <class T>
  T at(std::int64_t i) const {
    T x;
    std::memcpy(&x, bytes.data() + static_cast<std::size_t>(i) * sizeof x, sizeof x);
    return x;
  }
};

Late counted(DType out, const std::vector<View>& operands, double minlength, DType compute = DType::Int64) {
  Execution execution;
  std::vector<View> views{{nullptr, nullptr, nullptr, 0, out}};
  views.insert(views.end(), operands.begin(), operands.end());
  Late late;
  late.status = run("bincount", views, {minlength, static_cast<double>(compute)}, execution);
  late.position = execution.details()[0];
  late.value = execution.details()[1];
  if (Block* block = execution.takeLate(&late.rows, &late.columns)) {
    const auto size = static_cast<std::size_t>(late.rows * late.columns * itemSize(out));
    late.bytes.assign(block->data, block->data + size);
    releaseBlock(block);
  }
  return late;
}

std::uint64_t state = 1;
std::int64_t below(std::int64_t n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(n));
}

template <class T>
Array<std::int32_t> placed(const Array<T>& x, const Array<T>& edges) {
  Array<std::int32_t> out(x.shape);
  REQUIRE(run("digitize", {out.view(), x.view(), edges.view()}, {static_cast<double>(kDTypeOf<T>)}) == Status::Ok);
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("search: bincount counts every dtype, few bins and many", T, std::uint8_t, std::int16_t,
                   std::int32_t, std::uint64_t) {
  for (const std::int64_t bins : {1, 3, 100, 5000})
    for (const std::int64_t n : {1, 5, 4000, 150'000}) {
      if (static_cast<std::uint64_t>(bins) > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) continue;
      Array<T> x(Shape{n});
      Array<float> w(Shape{n});
      std::vector<std::int32_t> counts(static_cast<std::size_t>(bins + 2));
      std::vector<double> sums(counts.size());
      for (std::int64_t i = 0; i < n; ++i) {
        x[i] = static_cast<T>(below(bins));
        w[i] = static_cast<float>(below(9) - 4);
        ++counts[static_cast<std::size_t>(x[i])];
        sums[static_cast<std::size_t>(x[i])] += static_cast<double>(w[i]);
      }
      const Late got = counted(DType::Int32, {x.view()}, static_cast<double>(bins + 2));
      REQUIRE((got.status == Status::Ok && got.rows == 1 && got.columns == bins + 2));
      CHECK(std::memcmp(got.bytes.data(), counts.data(), got.bytes.size()) == 0);
      const Late weighted =
          counted(DType::Float64, {x.view(), w.view()}, static_cast<double>(bins + 2), DType::Float64);
      REQUIRE(weighted.status == Status::Ok);
      CHECK(std::memcmp(weighted.bytes.data(), sums.data(), weighted.bytes.size()) == 0);
    }
}

TEST_CASE("search: bincount by rows, reversed, transposed, of nothing; what it refuses") {
  const Array<std::int32_t> x({2, 3}, {1, 1, 4, 0, 2, 2});
  const Late rows = counted(DType::Int32, {x.view()}, 0);
  CHECK((rows.rows == 2 && rows.columns == 5 && rows.at<std::int32_t>(1) == 2 && rows.at<std::int32_t>(7) == 2));
  const Late columns = counted(DType::Int32, {x.transposed().view()}, 0);
  CHECK((columns.rows == 3 && columns.columns == 5 && columns.at<std::int32_t>(0) == 1));
  const Array<double> w({2, 3}, {1, 2, 4, 8, 16, 32});
  const Late sums = counted(DType::Float64, {x.reversed(1).view(), w.reversed(1).view()}, 0, DType::Float64);
  CHECK((sums.at<double>(1) == 3 && sums.at<double>(7) == 48));
  const Late nothing = counted(DType::Int32, {Array<std::int32_t>(Shape{0}).view()}, 3);
  CHECK((nothing.columns == 3 && nothing.at<std::int32_t>(2) == 0));
  const Late bad = counted(DType::Int32, {Array<std::int32_t>({4}, {3, 0, -2, -5}).view()}, 0);
  CHECK((bad.status == Status::Value && bad.position == 2 && bad.value == -2));
  CHECK(counted(DType::Int32, {Array<std::int64_t>({1}, {std::int64_t{1} << 60}).view()}, 0).status ==
        Status::TooLarge);
  CHECK(counted(DType::Int32, {Array<float>({1}, {1}).view()}, 0).status == Status::Unsupported);
}

TEST_CASE("search: weighted sums have the same bits for any threads") {
  const int before = threadCount();
  constexpr std::int64_t n = 600'000;
  Array<std::int32_t> x(Shape{n});
  Array<float> w(Shape{n});
  for (std::int64_t i = 0; i < n; ++i) {
    x[i] = static_cast<std::int32_t>(below(500));
    w[i] = static_cast<float>(below(100'000)) / 7;
  }
  std::vector<char> want;
  for (const int threads : {1, 2, 3, 8}) {
    setThreadCount(threads);
    const Late got = counted(DType::Float64, {x.view(), w.view()}, 0, DType::Float64);
    if (want.empty()) want = got.bytes;
    CHECK(got.bytes == want);
  }
  setThreadCount(before);
}

TEST_CASE_TEMPLATE("search: digitize, any number of edges, rising and falling", T, float, double, std::int32_t,
                   std::int64_t, std::uint64_t) {
  // Equal edges count as rising.
  for (const std::int64_t count : {0, 1, 2, 5, 8, 16, 31, 32, 33, 63, 64, 100, 127, 128, 300, 2000})
    for (const bool falling : {false, true}) {
      Array<T> edges(Shape{count});
      for (std::int64_t i = 0; i < count; ++i) edges[i] = static_cast<T>(below(2 * count));
      if (count > 0 && std::is_floating_point_v<T>) edges[0] = std::numeric_limits<T>::infinity();
      std::sort(edges.memory.get(), edges.memory.get() + count);
      const bool falls = falling && count > 1 && edges[0] != edges[count - 1];
      if (falls) std::reverse(edges.memory.get(), edges.memory.get() + count);
      Array<T> x(Shape{97});
      for (std::int64_t i = 0; i < 97; ++i) x[i] = static_cast<T>(below(2 * count + 3));
      x[0] = std::numeric_limits<T>::max();
      x[1] = std::numeric_limits<T>::lowest();
      if (std::numeric_limits<T>::has_infinity) {
        x[2] = std::numeric_limits<T>::infinity();
        x[3] = -x[2];
      }
      const Array<std::int32_t> got = placed(x, edges);
      const Array<std::int32_t> back = placed(x.reversed(0), edges);
      bool right = true;
      for (std::int64_t i = 0; i < 97; ++i) {
        std::int32_t want = 0;
        for (std::int64_t e = 0; e < count; ++e) want += falls ? edges[e] > x[i] : edges[e] <= x[i];
        right = right && got[i] == want && back[96 - i] == want;
      }
      CHECK(right);
    }
}

TEST_CASE("search: digitize and NaN; edges in no order") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Array<double> x({3}, {nan, 5, 1});
  const Array<std::int32_t> rising = placed(x, Array<double>({4}, {1, 2, nan, nan}));
  CHECK((rising[0] == 4 && rising[1] == 2 && rising[2] == 1));
  const Array<std::int32_t> falling = placed(x, Array<double>({3}, {nan, 2, 1}));
  CHECK((falling[0] == 0 && falling[1] == 1 && falling[2] == 2));
  Execution execution;
  Array<std::int32_t> out(x.shape);
  const Array<double> bad({4}, {1, 2, nan, 3});
  CHECK(run("digitize", {out.view(), x.view(), bad.view()}, {static_cast<double>(DType::Float64)}, execution) ==
        Status::Value);
  CHECK((execution.details()[0] == 3 && execution.details()[1] == 3));
}
