#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/parallel.h"
#include "core/storage.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

std::mt19937 generator(11);

template <class T>
bool isSet(const T& x) {
  Bool value;
  converter(DType::Bool, kDTypeOf<T>)(reinterpret_cast<char*>(&value), reinterpret_cast<const char*>(&x), 1);
  return value.value != 0;
}

/// An array of which about `density` is not zero.
template <class T>
Array<T> sparse(const Shape& shape, double density) {
  Array<T> array(shape);
  std::uniform_real_distribution<double> pick(0, 1);
  for (std::int64_t i = 0; i < array.size(); ++i) {
    const double value = pick(generator) < density ? 1 + static_cast<double>(i % 5) : 0;
    T stored;
    converter(kDTypeOf<T>, DType::Float64)(reinterpret_cast<char*>(&stored), reinterpret_cast<const char*>(&value), 1);
    array[i] = stored;
  }
  return array;
}

/// What a launch bound late; given back at the end.
struct Late {
  Execution execution;
  Status status;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Block* block = nullptr;

  Late(const char* name, DType dtype, std::vector<View> views, const std::vector<double>& numbers = {}) {
    views.insert(views.begin(), View{nullptr, nullptr, nullptr, 0, dtype});
    status = run(name, views, numbers, execution);
    block = execution.takeLate(&rows, &columns);
  }
  ~Late() {
    if (block != nullptr) releaseBlock(block);
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(block->data);
  }
};

template <class T, class I>
void checkNonzero(const Array<T>& x) {
  const Late late("nonzero", kDTypeOf<I>, {x.view()});
  REQUIRE(late.status == Status::Ok);
  REQUIRE(late.block != nullptr);
  const std::int64_t rank = static_cast<std::int64_t>(x.shape.size());
  REQUIRE(late.rows == rank);
  std::int64_t found = 0;
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    if (!isSet(x[i])) continue;
    std::int64_t rest = i;
    for (std::int64_t axis = rank - 1; axis >= 0; rest /= x.shape[static_cast<std::size_t>(axis--)])
      if (found < late.columns)
        wrong +=
            late.as<I>()[axis * late.columns + found] == static_cast<I>(rest % x.shape[static_cast<std::size_t>(axis)])
                ? 0
                : 1;
    ++found;
  }
  CHECK(wrong == 0);
  CHECK(found == late.columns);
}

template <class T>
void checkLayouts() {
  for (const Shape& shape : {Shape{0}, Shape{1}, Shape{70000}, Shape{300, 401}, Shape{3, 0, 2}, Shape{70000, 2},
                             Shape{5, 6, 7}, Shape{2, 3, 1, 4, 5}}) {
    const Array<T> x = sparse<T>(shape, 0.4);
    checkNonzero<T, std::int32_t>(x);
    checkNonzero<T, std::int64_t>(x);
    checkNonzero<T, std::int32_t>(x.transposed());
    if (x.size() > 0) checkNonzero<T, std::int32_t>(x.reversed(0));
  }
}

}  // namespace

TEST_CASE("nonzero: every dtype, layout and axis count") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkLayouts<Bool>();
    checkLayouts<std::uint8_t>();
    checkLayouts<std::uint16_t>();
    checkLayouts<std::uint32_t>();
    checkLayouts<std::uint64_t>();
    checkLayouts<std::int8_t>();
    checkLayouts<std::int16_t>();
    checkLayouts<std::int32_t>();
    checkLayouts<std::int64_t>();
    checkLayouts<Float16>();
    checkLayouts<Bfloat16>();
    checkLayouts<float>();
    checkLayouts<double>();
    checkLayouts<Complex64>();
    checkLayouts<Complex128>();
  }
}

TEST_CASE("nonzero: sizes 0 to 1,025 at every density") {
  setThreadCount(2);
  for (std::int64_t n = 0; n <= 1025; ++n) {
    for (const double density : {0.0, 0.02, 0.5, 0.97, 1.0}) {
      checkNonzero<Bool, std::int32_t>(sparse<Bool>({n}, density));
      checkNonzero<float, std::int64_t>(sparse<float>({n}, density));
    }
    checkNonzero<std::int16_t, std::int32_t>(sparse<std::int16_t>({n, 3}, 0.5));
  }
}

TEST_CASE("nonzero: NaN and subnormals are not zero, -0 and imaginary zeros are") {
  const double tiny = 5e-324;
  checkNonzero<double, std::int32_t>(Array<double>({6}, {0.0, -0.0, tiny, -tiny, NAN, INFINITY}));
  const Late late("nonzero", DType::Int32, {Array<double>({6}, {0.0, -0.0, tiny, -tiny, NAN, INFINITY}).view()});
  CHECK(late.columns == 4);
  const Late half("nonzero", DType::Int32, {Array<Float16>({4}, {{0}, {0x8000}, {1}, {0x7e00}}).view()});
  CHECK(half.columns == 2);
  const Late complex("nonzero", DType::Int32, {Array<Complex64>({3}, {{0, -0.f}, {0, 1}, {-0.f, 0}}).view()});
  CHECK(complex.columns == 1);
}

TEST_CASE("nonzero: memory that is not there is an error, not a crash") {
  const Array<float> x = sparse<float>({5000, 3}, 0.5);
  for (std::int64_t n = 0; n < 4; ++n) {
    failAllocation(n);
    const Late late("nonzero", DType::Int32, {x.view()});
    CHECK(late.status == Status::OutOfMemory);
  }
  failAllocation(-1);
}

namespace {

template <class T>
void checkMask(const Array<T>& x, const Array<Bool>& mask, std::size_t position) {
  const Late late("getItemMasked", kDTypeOf<T>, {x.view(), mask.view()}, {static_cast<double>(position)});
  REQUIRE(late.status == Status::Ok);
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (axis < position) outer *= x.shape[axis];
    if (axis >= position + mask.shape.size()) inner *= x.shape[axis];
  }
  REQUIRE(late.columns == outer * inner);
  std::int64_t at = 0;
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < outer; ++i)
    for (std::int64_t m = 0; m < mask.size(); ++m) {
      if (mask[m].value == 0) continue;
      for (std::int64_t k = 0; k < inner; ++k, ++at)
        if (at < late.rows * late.columns)
          wrong += std::memcmp(late.as<T>() + at, &x[(i * mask.size() + m) * inner + k], sizeof(T)) == 0 ? 0 : 1;
    }
  CHECK(wrong == 0);
  CHECK(at == late.rows * late.columns);
}

template <class T>
void checkMasks() {
  const Array<T> x = sparse<T>({40, 30, 50, 3}, 0.9);
  for (const double density : {0.0, 0.1, 0.7, 1.0}) {
    checkMask(x, sparse<Bool>({40, 30, 50, 3}, density), 0);
    checkMask(x, sparse<Bool>({40, 30, 50}, density), 0);
    checkMask(x, sparse<Bool>({40}, density), 0);
    checkMask(x, sparse<Bool>({30, 50}, density), 1);
    checkMask(x, sparse<Bool>({3}, density), 3);
    checkMask(x.transposed(), sparse<Bool>({50, 30}, density), 1);
    checkMask(x.reversed(3), sparse<Bool>({30, 40}, density).transposed(), 0);
  }
  checkMask(sparse<T>({0, 5}, 1), sparse<Bool>({0}, 1), 0);
  checkMask(sparse<T>({5, 0}, 1), sparse<Bool>({5}, 0.5), 0);
  for (const double density : {0.01, 0.5, 0.999, 1.0}) {
    checkMask(sparse<T>({200000}, 0.5), sparse<Bool>({200000}, density), 0);
    checkMask(sparse<T>({500, 401}, 0.5), sparse<Bool>({500, 401}, density), 0);
  }
  for (std::int64_t n = 0; n < 200; ++n) checkMask(sparse<T>({n}, 0.5), sparse<Bool>({n}, 0.5), 0);
}

}  // namespace

TEST_CASE("getItemMasked: every item size, masks over some axes or all") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkMasks<std::int8_t>();
    checkMasks<std::uint16_t>();
    checkMasks<float>();
    checkMasks<double>();
    checkMasks<Complex128>();
  }
  const Late wrong("getItemMasked", DType::Float32, {Array<float>({4, 5}).view(), sparse<Bool>({5}, 1).view()}, {0});
  CHECK(wrong.status == Status::Extent);
}
