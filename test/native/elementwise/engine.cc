#include <doctest/doctest.h>

#include "core/parallel.h"
#include "native/elementwise/operands.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// Sums modulo 2^16 are exact whatever the layout and the order: any wrong element shows.
using Item = std::uint16_t;

void checkAdd(const Shape& shape, const Array<Item>& a, const Array<Item>& b) {
  const Array<Item> out(shape);
  REQUIRE(run("add", {out.view(), a.view(), b.view()}, computing<Item>()) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) wrong += out[i] != Item(at(a, shape, i) + at(b, shape, i));
  CHECK(wrong == 0);
}

const Shape kShapes[] = {{},          {0},          {1},         {5},       {1000},
                         {3, 4},      {0, 3},       {1, 0, 2},   {33, 65},  {40, 129},
                         {100, 3},    {3, 100},     {300, 7},    {7, 1, 9}, {40, 2, 2, 2},
                         {9, 40, 33}, {2, 3, 4, 5}, {17, 31, 2}, {1, 1, 1}, {70, 70}};
/// Longer than a block of 2-byte elements.
const Shape kLongShapes[] = {{4, 4100}, {2100, 2}, {4200}};

}  // namespace

TEST_CASE("engine: every pair of layouts gives what broadcasting says") {
  for (const Shape& shape : kShapes)
    for (const Array<Item>& a : layouts<Item>(shape, 1))
      for (const Array<Item>& b : layouts<Item>(shape, 100)) checkAdd(shape, a, b);
  for (const Shape& shape : kLongShapes) {
    const std::vector<Array<Item>> all = layouts<Item>(shape, 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      checkAdd(shape, all[0], all[i]);
      checkAdd(shape, all[i], all[all.size() - 1 - i]);
    }
  }
}

TEST_CASE("engine: operands of other dtypes are converted in every layout") {
  for (const Shape& shape : kShapes)
    for (const Array<std::int8_t>& a : layouts<std::int8_t>(shape, 1))
      for (const Array<std::int32_t>& b : layouts<std::int32_t>(shape, 100)) {
        const Array<std::int64_t> out(shape);
        REQUIRE(run("add", {out.view(), a.view(), b.view()}, computing<std::int64_t>()) == Status::Ok);
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < out.size(); ++i)
          wrong += out[i] != std::int64_t{at(a, shape, i)} + at(b, shape, i);
        CHECK(wrong == 0);
      }
}

TEST_CASE("engine: outputs that leave the caches are written whole") {
  const Shape shape = {4099, 2051};
  // The plain output, then a converted operand and a narrowed result: each past the bytes that are streamed.
  const Array<std::int32_t> a(shape), row({2051}), out(shape);
  for (std::int64_t i = 0; i < a.size(); ++i) a.memory.get()[i] = static_cast<std::int32_t>(i);
  for (std::int64_t i = 0; i < 2051; ++i) row.memory.get()[i] = static_cast<std::int32_t>(i * i);
  REQUIRE(run("add", {out.view(), a.view(), row.view()}, computing<std::int32_t>()) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i)
    wrong += out.memory.get()[i] != a.memory.get()[i] + row.memory.get()[i % 2051];
  CHECK(wrong == 0);
  const Array<std::uint16_t> small(shape);
  const Array<Float16> narrow(shape);
  for (std::int64_t i = 0; i < small.size(); ++i) small.memory.get()[i] = static_cast<std::uint16_t>(i % 2048);
  const Array<float> zero({1}, {0.0f});
  REQUIRE(run("maximum", {narrow.view(), small.view(), zero.view()}, computing<float>()) == Status::Ok);
  const Array<float> back(shape);
  converter(DType::Float32, DType::Float16)(reinterpret_cast<char*>(back.memory.get()),
                                            reinterpret_cast<const char*>(narrow.memory.get()), narrow.size());
  wrong = 0;
  for (std::int64_t i = 0; i < back.size(); ++i)
    wrong += back.memory.get()[i] != static_cast<float>(small.memory.get()[i]);
  CHECK(wrong == 0);
}

TEST_CASE("engine: results of another dtype than the row's are narrowed in every layout") {
  for (const Shape& shape : kShapes)
    for (const Array<Float16>& a : layouts<Float16>(shape, 1))
      for (const Array<Float16>& b : layouts<Float16>(shape, 100)) {
        const Array<Float16> out(shape);
        REQUIRE(run("maximum", {out.view(), a.view(), b.view()}, computing<float>()) == Status::Ok);
        std::int64_t wrong = 0;
        const Convert widen = converter(DType::Float32, DType::Float16);
        for (std::int64_t i = 0; i < out.size(); ++i) {
          const Float16 pair[2] = {at(a, shape, i), at(b, shape, i)};
          float x[2];
          widen(reinterpret_cast<char*>(x), reinterpret_cast<const char*>(pair), 2);
          const Float16 greatest = x[0] != x[0] || x[0] > x[1] ? pair[0] : pair[1];
          const bool nan = x[0] != x[0] || x[1] != x[1];
          wrong += nan ? (out[i].bits & 0x7fff) <= 0x7c00 : out[i].bits != greatest.bits;
        }
        CHECK(wrong == 0);
      }
}

TEST_CASE("engine: three operands, the first one bool") {
  for (const Shape& shape : {Shape{}, Shape{7}, Shape{33, 65}, Shape{300, 7}, Shape{9, 40, 33}})
    for (const Array<Bool>& c : layouts<Bool>(shape, 1))
      for (const Array<Item>& a : layouts<Item>(shape, 100)) {
        const Array<std::uint8_t> b = filled<std::uint8_t>({}, 50);
        const Array<Item> out(shape);
        REQUIRE(run("where", {out.view(), c.view(), a.view(), b.view()}, computing<Item>()) == Status::Ok);
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < out.size(); ++i)
          wrong += out[i] != (at(c, shape, i).value != 0 ? at(a, shape, i) : b[0]);
        CHECK(wrong == 0);
      }
}

TEST_CASE("engine: launches that several threads share") {
  const Shape shapes[] = {{1 << 20}, {1024, 1031}, {1031, 1024}, {100000, 10}, {10, 100003}, {64, 128, 130}};
  for (const int threads : {1, 2, 5}) {
    setThreadCount(threads);
    for (const Shape& shape : shapes) {
      const std::vector<Array<Item>> all = layouts<Item>(shape, 7);
      for (const Array<Item>& b : all) checkAdd(shape, all[0], b);
      checkAdd(shape, all[2], all[2]);
      const Array<std::int8_t> small = filled<std::int8_t>(shape, 9);
      const Array<std::int64_t> out(shape);
      REQUIRE(run("add", {out.view(), all[2].view(), small.view()}, computing<std::int64_t>()) == Status::Ok);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < out.size(); ++i) wrong += out[i] != std::int64_t{all[2][i]} + small[i];
      CHECK(wrong == 0);
    }
  }
  setThreadCount(2);
}

TEST_CASE("engine: rank 32, and axes of one element with odd strides") {
  Shape shape(32, 1);
  shape[3] = 2;
  shape[17] = 3;
  shape[31] = 2;
  Array<Item> a = filled<Item>(shape, 1);
  for (std::size_t axis = 0; axis < 32; ++axis)
    if (shape[axis] == 1) a.strides[axis] = std::int64_t(axis) * 12345 - 99999;
  checkAdd(shape, a, filled<Item>(shape, 2));
  checkAdd(shape, a, filled<Item>(shape, 2).reversed(17));
  // No two axes of 2 join: each steps backwards or is the next one's transposed.
  const Shape twos(12, 2);
  Array<Item> odd = filled<Item>(twos, 3).transposed();
  for (std::size_t axis = 0; axis < 12; axis += 3) odd = odd.reversed(axis);
  checkAdd(twos, odd, filled<Item>(twos, 4));
  checkAdd(twos, odd, odd.transposed());
}

TEST_CASE("engine: what no row or no broadcasting serves is refused") {
  const Array<float> a = filled<float>({3}, 1);
  const Array<float> b = filled<float>({2}, 2);
  const Array<float> out({3});
  CHECK(run("add", {out.view(), a.view(), b.view()}, computing<float>()) == Status::Extent);
  CHECK(run("add", {out.view(), a.view(), a.view()}, computing<Float16>()) == Status::Unsupported);
  CHECK(run("add", {out.view(), a.view()}, computing<float>()) == Status::Unsupported);
  CHECK(run("add", {out.view(), a.view(), a.view()}, {}) == Status::Unsupported);
  CHECK(run("add", {out.view(), a.view(), a.view()}, {kDTypes}) == Status::Unsupported);
  CHECK(run("add", {out.view(), filled<float>({1, 3}, 1).view(), a.view()}, computing<float>()) == Status::Extent);
}

TEST_CASE("engine: a cancelled launch stops between tasks") {
  std::atomic<bool> cancel{true};
  Execution execution(&cancel);
  const Array<float> a = filled<float>({1 << 20}, 1);
  const Array<float> out({1 << 20});
  CHECK(run("add", {out.view(), a.view(), a.view()}, computing<float>(), execution) == Status::Cancelled);
}

namespace {

/// The float32 row's result, rounded once.
template <class Half, class Out>
void checkHalves(const char* name, const Shape& shape, const std::vector<Array<Half>>& operands,
                 const Array<float>* one) {
  std::vector<Array<float>> wide;
  for (const Array<Half>& operand : operands) {
    wide.emplace_back(shape);
    for (std::int64_t i = 0; i < wide.back().size(); ++i) {
      const Half x = at(operand, shape, i);
      converter(DType::Float32, kDTypeOf<Half>)(reinterpret_cast<char*>(wide.back().memory.get() + i),
                                                reinterpret_cast<const char*>(&x), 1);
    }
  }
  const Array<Out> out(shape);
  const Array<Out> expected(shape);
  std::vector<View> views{out.view()};
  std::vector<View> wideViews{expected.view()};
  if (one != nullptr) views.push_back(one->view());
  if (one != nullptr) wideViews.push_back(one->view());
  for (const Array<Half>& operand : operands) views.push_back(operand.view());
  for (const Array<float>& operand : wide) wideViews.push_back(operand.view());
  REQUIRE(run(name, views, computing<float>()) == Status::Ok);
  REQUIRE(run(name, wideViews, computing<float>()) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) wrong += !same(out.memory.get()[i], expected.memory.get()[i]);
  CAPTURE(name);
  CHECK(wrong == 0);
}

const Shape kHalfShapes[] = {{}, {1}, {31}, {32}, {100}, {33, 65}, {3, 100}, {7, 1, 9}, {9, 40, 33}, {4, 4100}};

}  // namespace

TEST_CASE_TEMPLATE("engine: rows of 16-bit floats give float32's results rounded once, in every layout", T, Float16,
                   Bfloat16) {
  // No float16: with a decimal that it would round.
  const Array<float> one({}, {0.1f});
  for (const Shape& shape : kHalfShapes) {
    const std::vector<Array<T>> left = layouts<T>(shape, 1);
    const std::vector<Array<T>> right = layouts<T>(shape, 100);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const Array<T>& a = left[i];
      const Array<T>& b = right[(i * 5 + 3) % right.size()];
      checkHalves<T, T>("add", shape, {a, b}, nullptr);
      checkHalves<T, Bool>("less", shape, {b, a}, nullptr);
      checkHalves<T, T>("subtract", shape, {a}, &one);
      checkHalves<T, T>("negative", shape, {a}, nullptr);
      checkHalves<T, Bool>("isfinite", shape, {a}, nullptr);
      checkHalves<T, T>("clip", shape, {left[0], a, b}, nullptr);
      checkHalves<T, T>("clip", shape, {a, b}, &one);
    }
  }
}
