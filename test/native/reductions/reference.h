// What the tests of reductions share: seeded numbers, elements as float64, a reduction by its kernel, and the elements
// that fold into each output in the plainest way.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "native/support/launch.h"

namespace ndops::test {

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [-1, 1), with 24 bits: exact in float32.
  double real() { return static_cast<double>(static_cast<std::int64_t>(next() >> 40) - (1 << 23)) / (1 << 23); }
};

inline double number(Bool x) { return x.value; }
inline double number(Float16 x) {
  double to = 0;
  converter(DType::Float64, DType::Float16)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}
inline double number(Bfloat16 x) {
  double to = 0;
  converter(DType::Float64, DType::Bfloat16)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}
template <class T>
T number(T x) {
  return x;
}

/// Any dtype from a float64, through the library's own conversion.
template <class T>
T from(double x) {
  T to{};
  converter(kDTypeOf<T>, DType::Float64)(reinterpret_cast<char*>(&to), reinterpret_cast<const char*>(&x), 1);
  return to;
}

/// The elements that fold into each output, in index order.
template <class T>
std::vector<std::vector<T>> groupsOf(const Array<T>& x, std::uint32_t mask) {
  std::int64_t outputs = 1;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) outputs *= x.shape[axis];
  std::vector<std::vector<T>> groups(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t rest = i;
    std::int64_t out = 0;
    std::int64_t step = 1;
    for (std::size_t axis = x.shape.size(); axis-- > 0; rest /= x.shape[axis]) {
      if ((mask >> axis & 1u) != 0) continue;
      out += rest % x.shape[axis] * step;
      step *= x.shape[axis];
    }
    groups[static_cast<std::size_t>(out)].push_back(x[i]);
  }
  return groups;
}

template <class Out, class T>
Array<Out> reduceTo(const char* op, const Array<T>& x, std::uint32_t mask, DType compute) {
  Shape kept;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis)
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape[axis]);
  Array<Out> out(kept);
  REQUIRE(run(op, {out.view(), x.view()}, {static_cast<double>(mask), static_cast<double>(compute)}) == Status::Ok);
  return out;
}

}  // namespace ndops::test
