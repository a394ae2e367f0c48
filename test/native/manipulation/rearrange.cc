#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// What a launch bound late; given back at the end.
struct Late {
  Execution execution;
  Status status;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Block* block = nullptr;

  Late(DType dtype, std::vector<View> views, const std::vector<double>& numbers) {
    views.insert(views.begin(), View{nullptr, nullptr, nullptr, 0, dtype});
    status = run("repeat", views, numbers, execution);
    block = execution.takeLate(&rows, &columns);
  }
  ~Late() {
    if (block != nullptr) releaseBlock(block);
  }
};

template <class T>
Array<T> counted(const Shape& shape) {
  Array<T> array(shape);
  unsigned char* bytes = reinterpret_cast<unsigned char*>(array.memory.get());
  for (std::int64_t i = 0; i < array.size() * static_cast<std::int64_t>(sizeof(T)); ++i)
    bytes[i] = static_cast<unsigned char>(i * 7 + i / 256);
  return array;
}

template <class T, class C>
void checkRepeat(const Array<T>& x, std::size_t axis, const Array<C>& counts) {
  const Late late(kDTypeOf<T>, {x.view(), counts.view()}, {static_cast<double>(axis)});
  REQUIRE(late.status == Status::Ok);
  const std::int64_t n = x.shape[axis];
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(counts[counts.size() == 1 ? 0 : i]); ++k)
      places.push_back(i);
  const std::int64_t total = static_cast<std::int64_t>(places.size());
  REQUIRE(late.rows == total);
  REQUIRE(late.columns == (n == 0 ? late.columns : x.size() / n));
  std::int64_t inner = 1;
  for (std::size_t k = axis + 1; k < x.shape.size(); ++k) inner *= x.shape[k];
  const T* out = reinterpret_cast<const T*>(late.block->data);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < late.rows * late.columns; ++i) {
    const std::int64_t place = places[static_cast<std::size_t>(i / inner % total)];
    const T want = x[(i / inner / total * n + place) * inner + i % inner];
    wrong += std::memcmp(out + i, &want, sizeof(T)) == 0 ? 0 : 1;
  }
  CHECK(wrong == 0);
}

template <class C>
Array<C> countsOf(std::int64_t n, std::int64_t most) {
  Array<C> counts({n});
  for (std::int64_t i = 0; i < n; ++i) counts[i] = static_cast<C>(i * 5 % 7 % (most + 1));
  return counts;
}

template <class T>
void checkLayouts() {
  for (const std::int64_t n : {0, 1, 2, 5, 17, 300, 70000}) {
    checkRepeat(counted<T>({n}), 0, countsOf<std::int32_t>(n, 4));
    if (n > 0) checkRepeat(counted<T>({n}).reversed(0), 0, countsOf<std::int64_t>(n, 1));
  }
  const Array<T> cube = counted<T>({7, 11, 5});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    checkRepeat(cube, axis, countsOf<std::int64_t>(cube.shape[axis], 3));
    checkRepeat(cube.transposed(), axis, countsOf<std::uint8_t>(cube.shape[2 - axis], 3));
    checkRepeat(cube.reversed(axis), axis, countsOf<std::int64_t>(cube.shape[axis], 6));
    checkRepeat(cube, axis, Array<std::int16_t>({1}, {3}));
    checkRepeat(cube, axis, countsOf<std::int32_t>(cube.shape[axis], 3).reversed(0));
  }
}

}  // namespace

TEST_CASE("repeat: every item size, layout and axis") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkLayouts<std::int8_t>();
    checkLayouts<std::uint16_t>();
    checkLayouts<float>();
    checkLayouts<double>();
    checkLayouts<Complex128>();
  }
}

TEST_CASE("repeat: counts of every kind, zeros and large ones") {
  setThreadCount(2);
  const Array<float> x = counted<float>({6});
  checkRepeat(x, 0, Array<std::uint64_t>({6}, {0, 0, 200000, 0, 1, 0}));
  checkRepeat(x, 0, Array<std::uint16_t>({6}, {1, 65535, 0, 65535, 3, 2}));
  checkRepeat(x, 0, Array<std::int8_t>({6}, {0, 0, 0, 0, 0, 0}));
  checkRepeat(x, 0, Array<std::int64_t>({}, {65536}));
  for (std::int64_t n = 0; n < 300; ++n) checkRepeat(counted<std::int16_t>({n}), 0, countsOf<std::int32_t>(n, n % 5));
}

TEST_CASE("repeat: bad counts and missing memory are errors") {
  const Array<float> x = counted<float>({3});
  const Late negative(DType::Float32, {x.view(), Array<std::int64_t>({3}, {1, -2, 1}).view()}, {0});
  CHECK(negative.status == Status::Value);
  CHECK(negative.execution.details()[0] == 1);
  CHECK(negative.execution.details()[1] == -2);
  const std::int64_t most = std::int64_t{1} << 62;
  const Late large(DType::Float32, {x.view(), Array<std::int64_t>({3}, {most, most, most}).view()}, {0});
  CHECK(large.status == Status::TooLarge);
  const Late few(DType::Float32, {x.view(), Array<std::int64_t>({2}, {1, 1}).view()}, {0});
  CHECK(few.status == Status::Extent);
  const Array<float> rows = counted<float>({300, 3});
  const Array<std::int64_t> counts = countsOf<std::int64_t>(300, 3);
  for (std::int64_t n = 0; n < 4; ++n) {
    failAllocation(n);
    const Late late(DType::Float32, {rows.view(), counts.view()}, {0});
    CHECK(late.status == Status::OutOfMemory);
  }
  failAllocation(-1);
}
