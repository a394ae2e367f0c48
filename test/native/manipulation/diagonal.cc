#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T>
Array<T> counted(const Shape& shape) {
  Array<T> array(shape);
  unsigned char* bytes = reinterpret_cast<unsigned char*>(array.memory.get());
  for (std::int64_t i = 0; i < array.size() * static_cast<std::int64_t>(sizeof(T)); ++i)
    bytes[i] = static_cast<unsigned char>(1 + i % 251);
  return array;
}

template <class T>
void checkTriangles(const Array<T>& x, double k) {
  const T zero{};
  const std::int64_t columns = x.shape.back();
  const std::int64_t rows = x.shape[x.shape.size() - 2];
  for (const bool upper : {false, true}) {
    for (const bool reversed : {false, true}) {
      const Array<T> out = reversed ? Array<T>(x.shape).reversed(x.shape.size() - 1) : Array<T>(x.shape);
      REQUIRE(run(upper ? "triu" : "tril", {out.view(), x.view()}, {k}) == Status::Ok);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < x.size(); ++i) {
        const double c = static_cast<double>(i % columns);
        const double r = static_cast<double>(i / columns % rows);
        const T want = (upper ? c >= r + k : c <= r + k) ? x[i] : zero;
        const T got = out[i];
        wrong += std::memcmp(&got, &want, sizeof(T)) == 0 ? 0 : 1;
      }
      CHECK(wrong == 0);
    }
  }
}

template <class T>
void checkShapes() {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{5, 8}, Shape{8, 5}, Shape{3, 7, 4}, Shape{2, 2, 33, 40}, Shape{1, 300}}) {
    const Array<T> x = counted<T>(shape);
    for (const double k : {0.0, 1.0, -1.0, 3.0, -4.0, 100.0, -1e300}) {
      checkTriangles(x, k);
      checkTriangles(x.transposed(), k);
      checkTriangles(x.reversed(0), k);
    }
  }
}

}  // namespace

TEST_CASE("tril and triu: every item size, layout and diagonal") {
  for (const int threads : {1, 3}) {
    setThreadCount(threads);
    checkShapes<std::uint8_t>();
    checkShapes<Float16>();
    checkShapes<float>();
    checkShapes<Complex64>();
    checkShapes<Complex128>();
    checkTriangles(counted<float>({700, 600}), -2);
    checkTriangles(counted<float>({2100, 2064}), 5);
  }
  const Array<float> x = counted<float>({3, 0, 4});
  CHECK(run("tril", {Array<float>(x.shape).view(), x.view()}, {0}) == Status::Ok);
}

TEST_CASE("tril and triu: views that do not go together are refused") {
  const Array<float> x = counted<float>({3, 4});
  CHECK(run("tril", {Array<float>({4, 3}).view(), x.view()}, {0}) == Status::Extent);
  CHECK(run("triu", {Array<double>({3, 4}).view(), x.view()}, {0}) == Status::Extent);
  CHECK(run("tril", {Array<float>({12}).view(), counted<float>({12}).view()}, {0}) == Status::Extent);
}
