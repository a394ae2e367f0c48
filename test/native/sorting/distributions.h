// What the tests of the sorting family sort: the ten distributions, any bits at all, and the order of the dtypes.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/parallel.h"
#include "native/support/launch.h"

namespace ndops::test {
namespace {

// Values as arithmetic knows them, by the definition of the formats rather than by the code under test.
template <class T>
T valueOf(T x) {
  return x;
}
int valueOf(Bool x) { return x.value; }
double ofHalf(int bits, int mantissa) {
  const int exponents = 15 - mantissa;
  const int exponent = bits >> mantissa & ((1 << exponents) - 1);
  const int fraction = bits & ((1 << mantissa) - 1);
  const double sign = bits >> 15 != 0 ? -1 : 1;
  const int bias = (1 << (exponents - 1)) - 1;
  if (exponent == (1 << exponents) - 1)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - mantissa);
  return sign * std::ldexp(fraction + (1 << mantissa), exponent - bias - mantissa);
}
/// Decoded once: what is compared most in a test is sorted by these.
template <int Mantissa>
double halfValue(int bits) {
  static const std::vector<double> values = [] {
    std::vector<double> all;
    for (int i = 0; i < 1 << 16; ++i) all.push_back(ofHalf(i, Mantissa));
    return all;
  }();
  return values[static_cast<std::size_t>(bits)];
}
double valueOf(Float16 x) { return halfValue<10>(x.bits); }
double valueOf(Bfloat16 x) { return halfValue<7>(x.bits); }

/// NumPy's order.
template <class T>
bool isLess(T x, T y) {
  const auto a = valueOf(x);
  const auto b = valueOf(y);
  return a < b || (b != b && a == a);
}
template <class T>
bool isLess(Complex<T> a, Complex<T> b) {
  if (a.re < b.re) return a.im == a.im || b.im != b.im;
  if (a.re > b.re) return b.im != b.im && a.im == a.im;
  if (a.re == b.re || (a.re != a.re && b.re != b.re)) return a.im < b.im || (b.im != b.im && a.im == a.im);
  return b.re != b.re;
}

/// An element by rank: the same order as the numbers, as far as the dtype tells them apart.
template <class T>
T make(std::int64_t x) {
  if constexpr (std::is_same_v<T, Bool>)
    return {static_cast<std::uint8_t>(x & 1)};
  else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>)
    return {static_cast<std::uint16_t>(x * 257)};
  else if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>)
    return {static_cast<decltype(T::re)>(x % 17), static_cast<decltype(T::re)>(x * 7 % 101)};
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(static_cast<double>(x - 300) * 1.37e3);
  else
    return static_cast<T>(static_cast<std::uint64_t>(x) * (std::numeric_limits<T>::max() / 1031 | 1));
}

std::int64_t drawFrom(std::mt19937_64& random, std::int64_t below) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
}

constexpr const char* kDistributions[] = {
    "random",     "sorted",      "reversed", "organ pipe",    "all equal",
    "two values", "few uniques", "sawtooth", "nearly sorted", "median-of-3 killer"};

std::vector<std::int64_t> ranks(int distribution, std::int64_t n) {
  std::mt19937_64 random(static_cast<std::uint64_t>(n * 16 + distribution));
  std::vector<std::int64_t> x(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t& r = x[static_cast<std::size_t>(i)];
    switch (distribution) {
      case 0:
        r = drawFrom(random, 1 << 30);
        break;
      case 1:
        r = i;
        break;
      case 2:
        r = n - i;
        break;
      case 3:
        r = std::min(i, n - i);
        break;
      case 4:
        r = 5;
        break;
      case 5:
        r = drawFrom(random, 2);
        break;
      case 6:
        r = drawFrom(random, 7);
        break;
      case 7:
        r = i % 100;
        break;
      case 8:
        r = i % 97 == 13 ? drawFrom(random, n) : i;
        break;
      // Musser's sequence: its medians of three are always among the smallest.
      default:
        r = i < n / 2 ? (i % 2 == 0 ? i : n / 2 + i) : 2 * (i - n / 2) + 1;
        break;
    }
  }
  return x;
}

template <class T>
Array<T> distributed(int distribution, const Shape& shape) {
  Array<T> x(shape);
  const std::vector<std::int64_t> r = ranks(distribution, x.size());
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = make<T>(r[static_cast<std::size_t>(i)]);
  return x;
}

/// Any bits at all: every float has its share of infinities, subnormals, both zeros and NaNs of both signs here.
template <class T>
Array<T> anyBits(const Shape& shape, unsigned seed) {
  std::mt19937_64 random(seed);
  Array<T> x(shape);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::uint64_t bits[2] = {random(), random()};
    // Often all-zero or all-one exponents and mantissas.
    for (std::uint64_t& word : bits) {
      if (random() % 4 == 0) word &= 0x8000800080008000u;
      if (random() % 4 == 0) word |= 0x7ff07f807c00u << (random() % 2 * 16);
      if (random() % 8 == 0) word = 0x7ff0000000000000u | (random() % 2) << 63 | random() % 2;
      if (random() % 8 == 0) word = 0x7f8000007f800000u | (random() % 2) << 63 | (random() % 2) << 31 | random() % 2;
    }
    T value;
    std::memcpy(&value, bits, sizeof value);
    if constexpr (std::is_same_v<T, Bool>) value.value &= 1;
    x[i] = value;
  }
  return x;
}

struct Threads {
  const int before = threadCount();
  explicit Threads(int count) { setThreadCount(count); }
  ~Threads() { setThreadCount(before); }
};

}  // namespace
}  // namespace ndops::test
