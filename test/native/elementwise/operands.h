// Values and layouts for the tests of elementwise ops.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "native/support/launch.h"

namespace ndops::test {

template <class T>
constexpr bool kIsComplex = false;
template <class T>
constexpr bool kIsComplex<Complex<T>> = true;

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};

/// The values where arithmetic goes wrong.
template <class T>
std::vector<T> edges() {
  if constexpr (std::is_same_v<T, Bool>) {
    return {{0}, {1}};
  } else if constexpr (std::is_same_v<T, Float16>) {
    return {{0}, {0x8000}, {0x3c00}, {0xbc00}, {0x7bff}, {1}, {0x7c00}, {0xfc00}, {0x7e00}, {0x4248}, {0x3555}};
  } else if constexpr (std::is_same_v<T, Bfloat16>) {
    return {{0}, {0x8000}, {0x3f80}, {0xbf80}, {0x7f7f}, {1}, {0x7f80}, {0xff80}, {0x7fc0}, {0x4049}, {0x3eab}};
  } else if constexpr (kIsComplex<T>) {
    using R = decltype(T::re);
    std::vector<T> all;
    for (const R re : edges<R>())
      for (const R im : edges<R>()) all.push_back({re, im});
    return all;
  } else if constexpr (std::is_floating_point_v<T>) {
    using L = std::numeric_limits<T>;
    return {0,
            T(-0.0),
            1,
            -1,
            T(0.5),
            T(-2.5),
            T(5.5),
            3,
            -3,
            T(0.1),
            T(1e10),
            T(-1e10),
            L::max(),
            L::lowest(),
            L::min(),
            L::denorm_min(),
            -L::denorm_min(),
            L::infinity(),
            -L::infinity(),
            L::quiet_NaN()};
  } else {
    using L = std::numeric_limits<T>;
    std::vector<T> all{0, 1, 2, 3, 7, 100, L::max(), T(L::max() - 1), T(L::max() / 2), L::min(), T(L::min() + 1)};
    if (std::is_signed_v<T>)
      for (const int x : {-1, -2, -3, -7, -100}) all.push_back(T(x));
    return all;
  }
}

template <class T>
T random(Random& r) {
  const std::uint64_t bits = r.next();
  if constexpr (std::is_same_v<T, Bool>) {
    return {std::uint8_t(bits & 1)};
  } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>) {
    return {std::uint16_t(bits)};
  } else if constexpr (kIsComplex<T>) {
    using R = decltype(T::re);
    return {random<R>(r), random<R>(r)};
  } else if constexpr (std::is_floating_point_v<T>) {
    // Magnitudes from 2^-20 to 2^20, and now and then any bits at all.
    if (bits % 16 == 0) {
      T x;
      const std::uint64_t other = r.next();
      std::memcpy(&x, &other, sizeof x);
      return x;
    }
    return T(std::ldexp(double(std::int64_t(bits)) * 0x1p-63, int(r.next() % 41) - 20));
  } else {
    return bits % 4 == 0 ? T(r.next() % 20) : T(r.next());
  }
}

/// Edge values and random ones, mixed; the same seed gives the same array.
template <class T>
Array<T> filled(const Shape& shape, std::uint64_t seed) {
  Array<T> array(shape);
  Random r{seed};
  const std::vector<T> special = edges<T>();
  for (std::int64_t i = 0; i < array.size(); ++i)
    array.memory.get()[i] = r.next() % 3 == 0 ? special[std::size_t(r.next() % special.size())] : random<T>(r);
  return array;
}

/// The element that broadcasting brings to a position of the output.
template <class T>
T at(const Array<T>& array, const Shape& shape, std::int64_t position) {
  std::int64_t offset = array.offset;
  const std::size_t behind = shape.size() - array.shape.size();
  for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis])
    if (axis >= behind && array.shape[axis - behind] != 1)
      offset += position % shape[axis] * array.strides[axis - behind];
  return array.memory.get()[offset];
}

/// Same value: equal bits but for NaN, whose bits nobody promises.
template <class T>
bool same(T a, T b) {
  if constexpr (kIsComplex<T>) {
    return same(a.re, b.re) && same(a.im, b.im);
  } else {
    if constexpr (std::is_floating_point_v<T>)
      if (a != a && b != b) return true;
    constexpr int kInfinity = std::is_same_v<T, Float16> ? 0x7c00 : 0x7f80;
    if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>)
      if ((a.bits & 0x7fff) > kInfinity && (b.bits & 0x7fff) > kInfinity) return true;
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  }
}

/// Arrays of the shape, or that broadcast to it, in many layouts.
template <class T>
std::vector<Array<T>> layouts(const Shape& shape, std::uint64_t seed) {
  std::vector<Array<T>> all;
  const std::size_t rank = shape.size();
  all.push_back(filled<T>(shape, seed));
  all.push_back(filled<T>({}, seed + 1));
  if (rank == 0) return all;
  all.push_back(filled<T>(Shape(shape.rbegin(), shape.rend()), seed + 2).transposed());
  // Every axis of one element by turns, and repeated by a stride of 0.
  for (std::size_t axis = 0; axis < rank; ++axis) {
    Shape one = shape;
    one[axis] = 1;
    all.push_back(filled<T>(one, seed + 3));
    Array<T> repeated = filled<T>(one, seed + 4);
    repeated.shape[axis] = shape[axis];
    repeated.strides[axis] = 0;
    all.push_back(repeated);
    if (shape[axis] > 0) all.push_back(filled<T>(shape, seed + 5).reversed(axis));
  }
  all.push_back(filled<T>(Shape(shape.begin() + 1, shape.end()), seed + 6));
  // Every second element from the second on: misaligned, and never contiguous.
  Shape twice = shape;
  for (std::int64_t& n : twice) n *= 2;
  Array<T> stepped = filled<T>(twice, seed + 7);
  if (stepped.size() > 0)
    for (std::size_t axis = 0; axis < rank; ++axis) {
      stepped.offset += stepped.strides[axis];
      stepped.strides[axis] *= 2;
    }
  stepped.shape = shape;
  all.push_back(stepped);
  if (rank >= 2) {
    Shape swapped = shape;
    std::swap(swapped[0], swapped[1]);
    Array<T> array = filled<T>(swapped, seed + 8);
    std::swap(array.shape[0], array.shape[1]);
    std::swap(array.strides[0], array.strides[1]);
    all.push_back(array);
    Shape last = shape;
    std::swap(last[rank - 1], last[rank - 2]);
    Array<T> other = filled<T>(last, seed + 9);
    std::swap(other.shape[rank - 1], other.shape[rank - 2]);
    std::swap(other.strides[rank - 1], other.strides[rank - 2]);
    all.push_back(other.shape[0] > 0 ? other.reversed(0) : other);
  }
  return all;
}

template <class In>
std::vector<double> computing() {
  return {static_cast<double>(kDTypeOf<In>)};
}

template <class T>
std::string text(T x) {
  if constexpr (kIsComplex<T>)
    return "(" + text(x.re) + ", " + text(x.im) + ")";
  else if constexpr (std::is_same_v<T, Bool>)
    return std::to_string(int(x.value));
  else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>)
    return "bits " + std::to_string(x.bits);
  else
    return std::to_string(x);
}

}  // namespace ndops::test
