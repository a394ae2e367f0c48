#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

std::mt19937 generator(7);

template <class T>
Array<T> counted(const Shape& shape) {
  Array<T> array(shape);
  for (std::int64_t i = 0; i < array.size(); ++i) {
    unsigned char bytes[sizeof(T)];
    for (std::size_t b = 0; b < sizeof(T); ++b) bytes[b] = static_cast<unsigned char>((i >> (8 * (b % 4))) + 3 * b);
    std::memcpy(static_cast<void*>(array.memory.get() + i), bytes, sizeof(T));
  }
  return array;
}

template <class I>
Array<I> indicesFor(const Shape& shape, std::int64_t size) {
  Array<I> array(shape);
  std::uniform_int_distribution<std::int64_t> pick(std::is_signed_v<I> ? -size : 0, size - 1);
  for (std::int64_t i = 0; i < array.size(); ++i) array[i] = static_cast<I>(pick(generator));
  return array;
}

std::int64_t wrap(std::int64_t index, std::int64_t size) { return index < 0 ? index + size : index; }

/// Splits a position in C order into coordinates.
Shape coordinates(std::int64_t position, const Shape& shape) {
  Shape at(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis]) at[axis] = position % shape[axis];
  return at;
}

template <class T>
const T& element(const Array<T>& array, const Shape& at) {
  std::int64_t offset = array.offset;
  for (std::size_t axis = 0; axis < at.size(); ++axis)
    offset += (array.shape[axis] == 1 ? 0 : at[axis]) * array.strides[axis];
  return array.memory.get()[offset];
}

template <class T, class I>
void checkTake(const Array<T>& x, const Array<I>& indices, std::size_t axis) {
  Shape shape(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape.end());
  const Array<T> out(shape);
  REQUIRE(run("take", {out.view(), x.view(), indices.view()}, {static_cast<double>(axis)}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) {
    const Shape at = coordinates(i, shape);
    const Shape where(at.begin() + static_cast<std::ptrdiff_t>(axis),
                      at.begin() + static_cast<std::ptrdiff_t>(axis + indices.shape.size()));
    Shape from(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(axis));
    from.push_back(wrap(static_cast<std::int64_t>(element(indices, where)), x.shape[axis]));
    from.insert(from.end(), at.begin() + static_cast<std::ptrdiff_t>(axis + indices.shape.size()), at.end());
    wrong += std::memcmp(&out[i], &element(x, from), sizeof(T)) == 0 ? 0 : 1;
  }
  CHECK(wrong == 0);
}

template <class T, class I>
void checkTakes() {
  for (const Shape& shape : {Shape{1}, Shape{100}, Shape{5, 9}, Shape{4, 7, 3}, Shape{3, 2, 5, 2}, Shape{90, 70}}) {
    const Array<T> x = counted<T>(shape);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      for (const Shape& of : {Shape{}, Shape{0}, Shape{1}, Shape{600}, Shape{3, 4}}) {
        const Array<I> indices = indicesFor<I>(of, shape[axis]);
        checkTake(x, indices, axis);
        checkTake(x.reversed(axis), indices, axis);
        checkTake(x.transposed(), indicesFor<I>(of, shape[shape.size() - 1 - axis]), axis);
        checkTake(x, indices.transposed(), axis);
      }
    }
  }
}

}  // namespace

TEST_CASE("take: every item size and index dtype, any layout and axis") {
  for (const int threads : {1, 4}) {
    setThreadCount(threads);
    checkTakes<std::uint8_t, std::int32_t>();
    checkTakes<Float16, std::int64_t>();
    checkTakes<float, std::int32_t>();
    checkTakes<double, std::int8_t>();
    checkTakes<Complex64, std::uint16_t>();
    checkTakes<Complex128, std::uint64_t>();
    checkTakes<std::int32_t, std::uint32_t>();
    checkTakes<std::int16_t, std::int16_t>();
    checkTakes<std::int8_t, std::uint8_t>();
  }
}

TEST_CASE("take: large, by elements, by rows and by long runs, on several threads") {
  setThreadCount(3);
  checkTake(counted<float>({100000}), indicesFor<std::int32_t>({300001}, 100000), 0);
  checkTake(counted<float>({1000, 64}), indicesFor<std::int32_t>({5000}, 1000), 0);
  checkTake(counted<double>({3, 50000}), indicesFor<std::int64_t>({4}, 3), 0);
  checkTake(counted<float>({20000, 5}), indicesFor<std::int64_t>({3}, 5), 1);
}

TEST_CASE("take: an index out of range is told, with nothing read") {
  const Array<float> x = counted<float>({4, 5});
  for (const int threads : {1, 2}) {
    setThreadCount(threads);
    for (const std::int64_t bad : {std::int64_t{5}, std::int64_t{-6}, INT64_MAX, INT64_MIN}) {
      Array<std::int64_t> indices = indicesFor<std::int64_t>({700}, 5);
      indices[611] = bad;
      const Array<float> out({4, 700});
      Execution execution;
      CHECK(run("take", {out.view(), x.view(), indices.view()}, {1}, execution) == Status::Index);
      CHECK(execution.details()[0] == static_cast<double>(bad));
      CHECK(execution.details()[1] == 5);
      CHECK(execution.details()[2] == 1);
    }
  }
  const Array<std::uint64_t> wide({1}, {~std::uint64_t{0}});
  CHECK(run("take", {Array<float>({1, 5}).view(), x.view(), wide.view()}, {0}) == Status::Index);
  // No element to take, or none to write: the index is wrong all the same.
  const Array<std::int32_t> zero({1}, {0});
  CHECK(run("take", {Array<float>({1, 5}).view(), Array<float>({0, 5}).view(), zero.view()}, {0}) == Status::Index);
  const Array<std::int32_t> nine({1}, {9});
  CHECK(run("take", {Array<float>({0, 1}).view(), Array<float>({0, 5}).view(), nine.view()}, {1}) == Status::Index);
}

TEST_CASE("take: what does not fit together is refused") {
  const Array<float> x = counted<float>({4, 5});
  const Array<std::int32_t> two({2}, {0, 1});
  CHECK(run("take", {Array<float>({2, 6}).view(), x.view(), two.view()}, {0}) == Status::Extent);
  CHECK(run("take", {Array<float>({3, 5}).view(), x.view(), two.view()}, {0}) == Status::Extent);
  CHECK(run("take", {Array<float>({2, 5}).view(), x.view(), two.view()}, {2}) == Status::Extent);
  CHECK(run("take", {Array<float>({2, 5}).view(), x.view(), Array<float>({2}).view()}, {0}) == Status::Unsupported);
}

TEST_CASE("take: indices that another thread changes meanwhile lead to a wrong value or an error, never outside x") {
  setThreadCount(2);
  const Array<std::int32_t> x = counted<std::int32_t>({64});
  const Array<std::int32_t> indices = indicesFor<std::int32_t>({20000}, 64);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    // Relaxed atomic writes: the race is the user's, the bounds are ours.
    for (std::uint32_t i = 0; !stop.load(); ++i) {
      std::int32_t* at = &indices[static_cast<std::int64_t>(i % 20000)];
      __atomic_store_n(at, (i & 7) == 0 ? 1 << 30 : static_cast<std::int32_t>(i % 64), __ATOMIC_RELAXED);
    }
  });
  for (int round = 0; round < 300; ++round) {
    const Array<std::int32_t> out({20000});
    const Status status = run("take", {out.view(), x.view(), indices.view()}, {0});
    const bool told = status == Status::Ok || status == Status::Index;
    CHECK(told);
  }
  stop = true;
  writer.join();
}

namespace {

template <class T, class I>
void checkAlong(const Array<T>& x, const Array<I>& indices, std::size_t axis) {
  Shape shape = x.shape;
  for (std::size_t a = 0; a < shape.size(); ++a)
    if (a == axis || shape[a] == 1) shape[a] = indices.shape[a];
  const Array<T> out(shape);
  REQUIRE(run("takeAlongAxis", {out.view(), x.view(), indices.view()}, {static_cast<double>(axis)}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) {
    Shape at = coordinates(i, shape);
    at[axis] = wrap(static_cast<std::int64_t>(element(indices, at)), x.shape[axis]);
    // element() takes size-1 axes as broadcast, which the axis itself is not.
    wrong += std::memcmp(&out[i], &element(x, at), sizeof(T)) == 0 ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("takeAlongAxis: every axis, broadcast operands, any layout") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    const Array<double> x = counted<double>({30, 40, 5});
    checkAlong(x, indicesFor<std::int32_t>({7, 40, 5}, 30), 0);
    checkAlong(x, indicesFor<std::int64_t>({30, 600, 5}, 40), 1);
    checkAlong(x, indicesFor<std::int8_t>({30, 40, 2}, 5), 2);
    checkAlong(x, indicesFor<std::int32_t>({1, 3, 1}, 40), 1);
    checkAlong(x, indicesFor<std::int32_t>({30, 0, 5}, 40), 1);
    checkAlong(x.transposed(), indicesFor<std::int32_t>({5, 40, 9}, 30), 2);
    checkAlong(x.reversed(1), indicesFor<std::int32_t>({5, 11, 30}, 40).transposed(), 1);
    checkAlong(counted<Bool>({1, 40, 5}), indicesFor<std::int32_t>({30, 9, 5}, 40), 1);
    checkAlong(counted<Complex128>({50}), indicesFor<std::int32_t>({2000}, 50), 0);
  }
  const Array<double> x = counted<double>({3, 4});
  Array<std::int32_t> indices = indicesFor<std::int32_t>({3, 2}, 4);
  indices[3] = -5;
  CHECK(run("takeAlongAxis", {Array<double>({3, 2}).view(), x.view(), indices.view()}, {1}) == Status::Index);
  CHECK(run("takeAlongAxis", {Array<double>({2, 2}).view(), x.view(), indices.view()}, {1}) == Status::Extent);
}

TEST_CASE("getItem: several index arrays broadcast together, their place given") {
  setThreadCount(2);
  const Array<float> x = counted<float>({6, 7, 8, 9});
  const Array<std::int32_t> a = indicesFor<std::int32_t>({5, 1}, 6);
  const Array<std::int64_t> b = indicesFor<std::int64_t>({4}, 8);
  // x[a, :, b] has the shape of a and b first; x[:, b7, b, :] has it in place.
  const Array<float> front({5, 4, 7, 9});
  REQUIRE(run("getItem", {front.view(), x.view(), a.view(), b.view()}, {0, 0, 2}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < front.size(); ++i) {
    const Shape at = coordinates(i, front.shape);
    wrong += front[i] == element(x, {wrap(a[at[0]], 6), at[2], wrap(b[at[1]], 8), at[3]}) ? 0 : 1;
  }
  CHECK(wrong == 0);
  const Array<std::int16_t> c = indicesFor<std::int16_t>({3, 1}, 7);
  const Array<float> middle({6, 3, 4, 9});
  REQUIRE(run("getItem", {middle.view(), x.view(), c.view(), b.view()}, {1, 1, 2}) == Status::Ok);
  for (std::int64_t i = 0; i < middle.size(); ++i) {
    const Shape at = coordinates(i, middle.shape);
    wrong += middle[i] == element(x, {at[0], wrap(c[at[1]], 7), wrap(b[at[2]], 8), at[3]}) ? 0 : 1;
  }
  CHECK(wrong == 0);
  const Array<std::int32_t> last = indicesFor<std::int32_t>({300}, 6);
  const Array<std::int32_t> other = indicesFor<std::int32_t>({300}, 9);
  const Array<float> pairs({300, 7, 8});
  REQUIRE(run("getItem", {pairs.view(), x.view(), last.view(), other.view()}, {0, 0, 3}) == Status::Ok);
  for (std::int64_t i = 0; i < pairs.size(); ++i) {
    const Shape at = coordinates(i, pairs.shape);
    wrong += pairs[i] == element(x, {wrap(last[at[0]], 6), at[1], at[2], wrap(other[at[0]], 9)}) ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(run("getItem", {Array<float>({5, 3, 7, 9}).view(), x.view(), a.view(), b.view()}, {0, 0, 2}) == Status::Extent);
}
