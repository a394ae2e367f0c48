#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "native/elementwise/operands.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// The value of a float16 by its definition.
double half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = bits >> 15 != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? NAN : sign * INFINITY;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}
double brain(std::uint16_t bits) {
  const std::uint32_t wide = std::uint32_t{bits} << 16;
  float x;
  std::memcpy(&x, &wide, sizeof x);
  return x;
}

template <class To, class From>
std::vector<To> converted(const std::vector<From>& x, std::size_t skip = 0) {
  std::vector<To> out(x.size() - skip);
  converter(kDTypeOf<To>, kDTypeOf<From>)(reinterpret_cast<char*>(out.data()),
                                          reinterpret_cast<const char*>(x.data() + skip), std::int64_t(out.size()));
  return out;
}

/// The nearest 16-bit float of a kind by bisection over its finite values: ties to even.
template <class F>
std::uint16_t nearest(F value, double x, std::uint16_t infinity) {
  const std::uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const double magnitude = std::fabs(x);
  std::uint16_t low = 0;
  std::uint16_t high = infinity;
  while (high - low > 1) {
    const std::uint16_t middle = std::uint16_t((low + high) / 2);
    (value(middle) <= magnitude ? low : high) = middle;
  }
  // Infinity stands where the next finite number would.
  const double above = high == infinity ? 2 * value(low) - value(std::uint16_t(low - 1)) : value(high);
  const double down = magnitude - value(low);
  const double up = above - magnitude;
  const bool takeHigh = magnitude >= value(low) && (up < down || (up == down && low % 2 == 1));
  return std::uint16_t(sign | (std::isinf(magnitude) ? infinity : takeHigh ? high : low));
}

template <class To, class From>
To plain(From x) {
  if constexpr (kIsComplex<From>) {
    if constexpr (std::is_same_v<To, Bool>)
      return {std::uint8_t(x.re != 0 || x.im != 0)};
    else if constexpr (kIsComplex<To>)
      return {decltype(To::re)(x.re), decltype(To::re)(x.im)};
    else
      return plain<To>(x.re);
  } else if constexpr (kIsComplex<To>) {
    return {plain<decltype(To::re)>(x), 0};
  } else if constexpr (std::is_same_v<From, Bool>) {
    return plain<To>(std::uint8_t(x.value));
  } else if constexpr (std::is_same_v<To, Bool>) {
    return {std::uint8_t(x != 0)};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using L = std::numeric_limits<To>;
    if (x != x) return 0;
    if (static_cast<long double>(x) >= static_cast<long double>(L::max())) return L::max();
    if (static_cast<long double>(x) <= static_cast<long double>(L::min())) return L::min();
    return To(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class To, class From>
void checkPair() {
  // More than two of the blocks that some conversions go by.
  const Array<From> x = filled<From>({2100}, 17);
  const std::vector<From> in(x.memory.get(), x.memory.get() + 2100);
  for (const std::size_t skip : {0, 1, 1083, 2083, 2099}) {
    const std::vector<To> out = converted<To>(in, skip);
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < out.size(); ++i) wrong += !same(out[i], plain<To>(in[i + skip]));
    INFO(int(kDTypeOf<From>), " to ", int(kDTypeOf<To>));
    CHECK(wrong == 0);
  }
}
template <class From, class... To>
void checkFrom() {
  (checkPair<To, From>(), ...);
}
template <class... T>
void checkAll() {
  (checkFrom<T, T...>(), ...);
}

}  // namespace

TEST_CASE("convert: every pair of dtypes that C++ knows") {
  checkAll<Bool, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t,
           std::int64_t, float, double, Complex64, Complex128>();
}

TEST_CASE("convert: every 16-bit float to wider ones and back") {
  std::vector<Float16> halves(65536);
  std::vector<Bfloat16> brains(65536);
  for (int i = 0; i < 65536; ++i) {
    halves[std::size_t(i)].bits = std::uint16_t(i);
    brains[std::size_t(i)].bits = std::uint16_t(i);
  }
  const std::vector<float> fromHalf = converted<float>(halves);
  const std::vector<double> fromHalfWide = converted<double>(halves);
  const std::vector<float> fromBrain = converted<float>(brains);
  const std::vector<Float16> halvesBack = converted<Float16>(fromHalf);
  const std::vector<Bfloat16> brainsBack = converted<Bfloat16>(fromBrain);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < 65536; ++i) {
    const std::uint16_t bits = std::uint16_t(i);
    wrong += !same(double(fromHalf[i]), half(bits)) + !same(fromHalfWide[i], half(bits));
    wrong += !same(double(fromBrain[i]), brain(bits));
    // Signalling NaN turns quiet; every other bit pattern survives.
    wrong += halvesBack[i].bits != (std::isnan(fromHalf[i]) ? bits | 0x200 : bits);
    wrong += brainsBack[i].bits != (std::isnan(fromBrain[i]) ? bits | 0x40 : bits);
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("convert: floats to integers at and past their ends", To, std::uint8_t, std::uint16_t, std::int8_t,
                   std::int16_t, std::int32_t, std::uint32_t) {
  using Limits = std::numeric_limits<To>;
  std::vector<double> wide{NAN, -NAN, INFINITY, -INFINITY, 0.0, -0.0, 0.99, -0.99, 1e10, -1e10, 1e300, -1e300, 5e-324};
  for (const double end : {double(Limits::min()), double(Limits::max())})
    for (const double by : {-300.0, -1.0, -0.5, -0.001, 0.0, 0.001, 0.5, 1.0, 300.0}) wide.push_back(end + by);
  // In every lane of a batch, and in a tail.
  for (std::size_t i = 0; wide.size() < 500; ++i) wide.push_back(wide[i * 7 % 31]);
  const std::vector<float> narrow(wide.begin(), wide.end());
  std::vector<Float16> halves(65536);
  std::vector<Bfloat16> brains(65536);
  for (std::size_t i = 0; i < 65536; ++i) halves[i].bits = brains[i].bits = std::uint16_t(i);
  std::int64_t wrong = 0;
  for (const std::size_t skip : {0, 3}) {
    const std::vector<To> fromWide = converted<To>(wide, skip);
    const std::vector<To> fromNarrow = converted<To>(narrow, skip);
    for (std::size_t i = skip; i < wide.size(); ++i)
      wrong += (fromWide[i - skip] != plain<To>(wide[i])) + (fromNarrow[i - skip] != plain<To>(narrow[i]));
    const std::vector<To> fromHalf = converted<To>(halves, skip);
    const std::vector<To> fromBrain = converted<To>(brains, skip);
    for (std::size_t i = skip; i < 65536; ++i)
      wrong += (fromHalf[i - skip] != plain<To>(half(std::uint16_t(i)))) +
               (fromBrain[i - skip] != plain<To>(brain(std::uint16_t(i))));
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("convert: integers to bfloat16 with one rounding, to even", T, std::int32_t, std::uint32_t,
                   std::int64_t, std::uint64_t) {
  constexpr int kBits = std::numeric_limits<T>::digits;
  std::vector<T> x{0, 1, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
  for (int i = 128; i < 256; i += 9)
    for (int shift = 1; shift <= kBits - 8; ++shift) {
      const T middle = T((T(i) << shift) + (T{1} << (shift - 1)));
      for (const T m : {T(middle - 1), middle, T(middle + 1)}) {
        x.push_back(m);
        x.push_back(T(0 - m));
      }
    }
  const std::vector<Bfloat16> brains = converted<Bfloat16>(x);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    // A middle and its neighbours are told apart in 2^9 and what is left of it.
    const bool negative = x[i] < 0;
    std::uint64_t size = negative ? 0 - std::uint64_t(x[i]) : std::uint64_t(x[i]);
    int exponent = 0;
    for (bool rest = false; size >> 11 != 0; ++exponent) {
      rest = rest || (size & 1) != 0;
      size = size >> 1 | (rest ? 1 : 0);
    }
    const double value = std::ldexp(double(size), exponent);
    wrong += brains[i].bits != nearest(brain, negative ? -value : value, 0x7f80);
  }
  CHECK(wrong == 0);
}

TEST_CASE("convert: to 16-bit floats with one rounding, to even") {
  std::vector<double> x;
  for (int i = 1; i < 0x7c00; i += 7) {
    const double low = half(std::uint16_t(i));
    const double middle = i + 1 < 0x7c00 ? (low + half(std::uint16_t(i + 1))) / 2 : 65520;
    for (const double m : {middle, std::nextafter(middle, 0), std::nextafter(middle, 1e9), -middle}) x.push_back(m);
  }
  for (int i = 1; i < 0x7f80; i += 11) {
    const double low = brain(std::uint16_t(i));
    const double middle = low + (low - brain(std::uint16_t(i - 1))) / 2;
    for (const double m : {middle, std::nextafter(middle, 0), std::nextafter(middle, 1e39), -middle}) x.push_back(m);
  }
  for (const double special :
       {0.0, -0.0, 65504.0, 65519.99, 65520.0, 1e300, double(INFINITY), -double(INFINITY), 5e-324})
    x.push_back(special);
  const std::vector<Float16> halves = converted<Float16>(x);
  const std::vector<Bfloat16> brains = converted<Bfloat16>(x);
  std::vector<float> singles = converted<float>(x);
  const std::vector<Float16> halvesOfSingles = converted<Float16>(singles);
  const std::vector<Bfloat16> brainsOfSingles = converted<Bfloat16>(singles);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    wrong += halves[i].bits != nearest(half, x[i], 0x7c00);
    wrong += brains[i].bits != nearest(brain, x[i], 0x7f80);
    wrong += halvesOfSingles[i].bits != nearest(half, singles[i], 0x7c00);
    wrong += brainsOfSingles[i].bits != nearest(brain, singles[i], 0x7f80);
  }
  CHECK(wrong == 0);
  // 2^24 + 2^16 + 1 is past the middle between two bfloat16, though not in float32.
  CHECK(converted<Bfloat16>(std::vector<std::int64_t>{(std::int64_t{1} << 24) + (1 << 16) + 1})[0].bits == 0x4b81);
  CHECK(converted<Bfloat16>(std::vector<std::int64_t>{(std::int64_t{1} << 62) + (std::int64_t{1} << 54) + 1})[0].bits ==
        0x5e81);
}
