#include <doctest/doctest.h>

#include "core/parallel.h"
#include "native/support/launch.h"

using namespace ndops;
using namespace ndops::test;

namespace {

template <class T, class V>
void checkFill(const Shape& shape, V value, T expected) {
  const Array<T> out(shape);
  const Array<V> in({}, {value});
  REQUIRE(run("fill", {out.view(), in.view()}) == Status::Ok);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < out.size(); ++i) wrong += std::memcmp(&out[i], &expected, sizeof(T)) == 0 ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("fill: any size, the value converted once") {
  for (const int threads : {1, 4}) {
    setThreadCount(threads);
    for (const Shape& shape :
         {Shape{}, Shape{0}, Shape{1}, Shape{2, 0, 3}, Shape{63}, Shape{17, 129}, Shape{5000001}}) {
      checkFill<float, double>(shape, 0.1, 0.1f);
      checkFill<std::uint8_t, double>(shape, 300.0, 255);
      checkFill<std::int64_t, std::uint64_t>(shape, ~std::uint64_t{0}, -1);
      checkFill<Complex128, double>(shape, 2.5, Complex128{2.5, 0});
      checkFill<Complex64, Complex128>(shape, Complex128{1, -2}, Complex64{1, -2});
      checkFill<Bfloat16, std::int64_t>(shape, 1, Bfloat16{0x3f80});
      checkFill<Bool, double>(shape, -3.0, Bool{1});
    }
  }
}

TEST_CASE("fill: a value of more than one element is refused") {
  const Array<float> out({4});
  CHECK(run("fill", {out.view(), Array<float>({2}).view()}) == Status::Extent);
}
