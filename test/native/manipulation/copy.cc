#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// Every byte of every element tells where it is.
template <class T>
Array<T> counted(const Shape& shape) {
  Array<T> array(shape);
  for (std::int64_t i = 0; i < array.size(); ++i) {
    unsigned char bytes[sizeof(T)];
    for (std::size_t b = 0; b < sizeof(T); ++b)
      bytes[b] = static_cast<unsigned char>(i * 31 + (i >> 8) + static_cast<std::int64_t>(b) * 7);
    if (kDTypeOf<T> == DType::Bool) bytes[0] &= 1;
    std::memcpy(static_cast<void*>(array.memory.get() + i), bytes, sizeof(T));
  }
  return array;
}

template <class T>
bool equal(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

template <class T>
void checkCopy(const Array<T>& out, const Array<T>& in) {
  REQUIRE(run("copy", {out.view(), in.view()}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) wrong += equal(out[i], in[i]) ? 0 : 1;
  CHECK(wrong == 0);
}

template <class T>
Array<T> permuted(const Array<T>& array, const std::vector<std::size_t>& order) {
  Array<T> view = array;
  for (std::size_t i = 0; i < order.size(); ++i) {
    view.shape[i] = array.shape[order[i]];
    view.strides[i] = array.strides[order[i]];
  }
  return view;
}

/// Every second element of every axis.
template <class T>
Array<T> halved(const Array<T>& array) {
  Array<T> view = array;
  for (std::size_t i = 0; i < view.shape.size(); ++i) {
    view.shape[i] = (view.shape[i] + 1) / 2;
    view.strides[i] *= 2;
  }
  return view;
}

template <class T>
void checkLayouts() {
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{1000}, Shape{3, 5}, Shape{16, 16}, Shape{17, 33},
                             Shape{64, 65}, Shape{129, 66}, Shape{3, 700}, Shape{700, 3}, Shape{1, 40, 1},
                             Shape{5, 6, 7}, Shape{2, 33, 3, 17}, Shape{3, 1, 2, 4, 5}}) {
    CAPTURE(shape.size());
    const Array<T> in = counted<T>(shape);
    checkCopy(Array<T>(in.shape), in);
    checkCopy(Array<T>(in.transposed().shape), in.transposed());
    const Array<T> half = halved(in);
    checkCopy(Array<T>(half.shape), half);
    checkCopy(Array<T>(half.transposed().shape), half.transposed());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      checkCopy(Array<T>(shape), in.reversed(axis));
      checkCopy(Array<T>(in.transposed().shape), in.reversed(axis).transposed());
      // Strided outputs, as concatenate and split need them.
      checkCopy(Array<T>(shape).reversed(axis), in);
    }
    checkCopy(Array<T>(in.transposed().shape).transposed(), in);
    Shape doubled = shape;
    for (std::int64_t& n : doubled) n = 2 * n - 1;
    checkCopy(halved(Array<T>(doubled)), in);
  }
  const Array<T> cube = counted<T>({13, 20, 31});
  for (const std::vector<std::size_t>& order :
       {std::vector<std::size_t>{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
    const Array<T> view = permuted(cube, order);
    checkCopy(Array<T>(view.shape), view);
  }
}

}  // namespace

TEST_CASE("copy: every item size, any layout") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkLayouts<Bool>();
    checkLayouts<std::int16_t>();
    checkLayouts<float>();
    checkLayouts<std::uint64_t>();
    checkLayouts<Complex64>();
    checkLayouts<Complex128>();
  }
}

TEST_CASE("copy: sizes 0 to 300 in both orders") {
  for (std::int64_t n = 0; n <= 300; ++n) {
    const Array<std::uint8_t> bytes = counted<std::uint8_t>({n, 3});
    checkCopy(Array<std::uint8_t>({n, 3}), bytes);
    checkCopy(Array<std::uint8_t>({3, n}), bytes.transposed());
    const Array<std::int32_t> words = counted<std::int32_t>({20, n});
    checkCopy(Array<std::int32_t>({20, n}), words);
    checkCopy(Array<std::int32_t>({n, 20}), words.transposed());
    if (n > 0) checkCopy(Array<std::int32_t>({20, n}), words.reversed(1));
  }
}

TEST_CASE("copy: an input that broadcasts, and one that does not") {
  const Array<std::int32_t> row = counted<std::int32_t>({1, 70});
  const Array<std::int32_t> column = counted<std::int32_t>({50, 1});
  for (const Array<std::int32_t>& in : {row, column}) {
    const Array<std::int32_t> out({2, 50, 70});
    REQUIRE(run("copy", {out.view(), in.view()}) == Status::Ok);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < out.size(); ++i)
      wrong += out[i] == in[in.shape[0] == 1 ? i % 70 : i / 70 % 50] ? 0 : 1;
    CHECK(wrong == 0);
  }
  const Array<std::int32_t> out({50, 69});
  CHECK(run("copy", {out.view(), row.view()}) == Status::Extent);
  CHECK(run("copy", {row.view(), Array<std::int32_t>({2, 1, 70}).view()}) == Status::Extent);
}

namespace {

/// Copies `in` with its axes repeated: strides of 0 among its own.
template <class T>
void checkRepeated(const Shape& shape, const Shape& strides) {
  std::int64_t reach = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) reach += (shape[axis] - 1) * strides[axis];
  Array<T> in = counted<T>({reach});
  in.shape = shape;
  in.strides = strides;
  checkCopy(Array<T>(shape), in);
  // Red zones on both sides of a part.
  Shape wide = shape;
  wide.back() += 2;
  Array<T> whole = counted<T>(wide);
  const Array<T> before = counted<T>(wide);
  Array<T> part = whole;
  part.shape = shape;
  part.offset = 1;
  checkCopy(part, in);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < whole.size(); ++i) {
    const std::int64_t column = i % wide.back();
    if (column == 0 || column == wide.back() - 1) wrong += equal(whole[i], before[i]) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

template <class T>
void checkRepetitions() {
  for (const std::int64_t n : {1, 2, 3, 7, 16, 33, 100, 1000}) {
    for (const std::int64_t times : {1, 2, 3, 4, 5, 9, 40}) {
      checkRepeated<T>({times, n}, {0, 1});
      checkRepeated<T>({n, times}, {1, 0});
      checkRepeated<T>({times, n}, {0, 3});
      checkRepeated<T>({n, times}, {2, 0});
      checkRepeated<T>({3, n, times}, {n, 1, 0});
      checkRepeated<T>({2, times, 3, n}, {0, n, 0, 1});
    }
  }
}

}  // namespace

TEST_CASE("copy: rows and items that repeat") {
  setThreadCount(2);
  checkRepetitions<std::int8_t>();
  checkRepetitions<std::uint16_t>();
  checkRepetitions<float>();
  checkRepetitions<double>();
  checkRepetitions<Complex128>();
  // Past the caches.
  checkRepeated<float>({1500000, 3}, {0, 1});
  checkRepeated<float>({10007, 500}, {0, 1});
  checkRepeated<float>({1500001, 3}, {1, 0});
  checkRepeated<std::int16_t>({1000003, 9}, {1, 0});
}

TEST_CASE("copy: large enough for several threads and for streaming stores, aligned or not") {
  for (const int threads : {1, 2, 5}) {
    setThreadCount(threads);
    const Array<float> in = counted<float>({2100, 2064});
    checkCopy(Array<float>(in.shape), in);
    checkCopy(Array<float>(in.transposed().shape), in.transposed());
    Array<float> shifted({4334401});
    shifted.shape = {2100, 2064};
    shifted.strides = {2064, 1};
    shifted.offset = 1;
    checkCopy(shifted, in);
    checkCopy(Array<float>({2064, 2100}), shifted.transposed());
    shifted.shape = {2064, 2100};
    shifted.strides = {2100, 1};
    checkCopy(shifted, in.transposed());
    const Array<double> wide = counted<double>({1500, 1600});
    checkCopy(Array<double>(wide.transposed().shape), wide.transposed());
    const Array<std::int16_t> narrow = counted<std::int16_t>({3000, 3100});
    checkCopy(Array<std::int16_t>(narrow.transposed().shape), narrow.transposed());
  }
}

namespace {

template <class To, class From>
void checkConversion(const Array<From>& in) {
  const Array<To> out(in.shape);
  REQUIRE(run("copy", {out.view(), in.view()}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) {
    To expected;
    converter(kDTypeOf<To>, kDTypeOf<From>)(reinterpret_cast<char*>(&expected), reinterpret_cast<const char*>(&in[i]),
                                            1);
    wrong += equal(out[i], expected) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

template <class To, class From>
void checkConversions() {
  const Array<From> in = counted<From>({37, 65});
  checkConversion<To>(in);
  checkConversion<To>(in.transposed());
  checkConversion<To>(in.reversed(0));
  checkConversion<To>(in.reversed(1).transposed());
  checkConversion<To>(halved(in));
  const Array<From> cube = counted<From>({3, 200, 3});
  checkConversion<To>(cube);
  checkConversion<To>(permuted(cube, {1, 0, 2}));
  checkConversion<To>(permuted(cube, {2, 0, 1}));
  checkConversion<To>(counted<From>({200000}));
  // A strided output.
  const Array<To> out = Array<To>({65, 37}).transposed();
  const Array<To> dense({37, 65});
  REQUIRE(run("copy", {out.view(), in.view()}) == Status::Ok);
  REQUIRE(run("copy", {dense.view(), in.view()}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) wrong += equal(out[i], dense[i]) ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("copy: converts in any layout") {
  setThreadCount(2);
  checkConversions<float, std::int32_t>();
  checkConversions<std::int8_t, double>();
  checkConversions<Complex128, Float16>();
  checkConversions<Bool, Complex64>();
  checkConversions<Bfloat16, Bfloat16>();
  checkConversions<double, Bool>();
  checkConversions<Float16, Complex128>();
  // Past the caches.
  checkConversion<double>(counted<float>({1048, 2011}));
  checkConversion<std::int16_t>(counted<double>({8500000}));
}
