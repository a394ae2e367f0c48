// Conversion between any two dtypes, a contiguous block at a time: every driver casts operands this way.
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/registry.h"
#include "core/table.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The value of a stored element in a type that arithmetic knows.
template <class T>
inline T load(T x) {
  return x;
}
inline std::uint8_t load(Bool x) { return x.value; }
inline float load(Float16 x) { return widen(x); }
inline float load(Bfloat16 x) { return widen(x); }

/// Float to integer: toward zero, saturating, NaN to 0: the same on every machine.
template <class To, class From>
inline To saturate(From x) {
  constexpr From low = static_cast<From>(std::numeric_limits<To>::min());
  // The first value too large, exact in every float type.
  constexpr From past = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * 2;
  if (!(x < past)) return x == x ? std::numeric_limits<To>::max() : To{0};
  if (!(x > low)) return std::numeric_limits<To>::min();
  return static_cast<To>(x);
}

template <class To, class From>
struct Cast {
  static To of(From stored) {
    const auto x = load(stored);
    if constexpr (std::is_same_v<To, Bool>) {
      return {static_cast<std::uint8_t>(x != 0)};
    } else if constexpr (std::is_same_v<To, Float16>) {
      return narrowFloat16(static_cast<float>(x));
    } else if constexpr (std::is_same_v<To, Bfloat16>) {
      return narrowBfloat16(static_cast<float>(x));
    } else if constexpr (std::is_floating_point_v<decltype(x)> && std::is_integral_v<To>) {
      return saturate<To>(x);
    } else {
      return static_cast<To>(x);
    }
  }
};

// One rounding only: a float64 (or a wide integer) goes to 16 bits through float32 rounded to odd.
inline float roundedToOdd(double x) {
  const float nearest = static_cast<float>(x);
  const std::uint32_t bits = bitsOf(nearest);
  const double back = nearest;
  const bool exact = back == x || x != x || (bits & 0x7f800000u) == 0x7f800000u;
  if (exact || (bits & 1u) != 0) return nearest;
  // An inexact even neighbour: step toward x, onto the odd one.
  const bool away = (x > 0) == (back < x);
  return floatOf(away ? bits + 1 : bits - 1);
}
template <>
struct Cast<Float16, double> {
  static Float16 of(double x) { return narrowFloat16(roundedToOdd(x)); }
};
template <>
struct Cast<Bfloat16, double> {
  static Bfloat16 of(double x) { return narrowBfloat16(roundedToOdd(x)); }
};

template <class T>
inline Bfloat16 integerToBfloat16(T x) {
  // A 64-bit integer may be inexact in float64 already: make its last bits sticky first.
  if constexpr (sizeof(T) == 8) {
    const bool negative = x < 0;
    std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    if (magnitude >> 53 != 0)
      magnitude = (magnitude & ~std::uint64_t{0xfff}) | ((magnitude & 0xfff) != 0 ? 0x1000u : 0u);
    const double wide = static_cast<double>(magnitude);
    return narrowBfloat16(roundedToOdd(negative ? -wide : wide));
  } else {
    return narrowBfloat16(roundedToOdd(static_cast<double>(x)));
  }
}
#define NDOPS_INTEGER_TO_BFLOAT16(T)                         \
  template <>                                                \
  struct Cast<Bfloat16, T> {                                 \
    static Bfloat16 of(T x) { return integerToBfloat16(x); } \
  };
NDOPS_INTEGER_TO_BFLOAT16(std::uint32_t)
NDOPS_INTEGER_TO_BFLOAT16(std::int32_t)
NDOPS_INTEGER_TO_BFLOAT16(std::uint64_t)
NDOPS_INTEGER_TO_BFLOAT16(std::int64_t)
#undef NDOPS_INTEGER_TO_BFLOAT16

template <class To, class From>
struct Cast<To, Complex<From>> {
  static To of(Complex<From> x) { return Cast<To, From>::of(x.re); }
};
template <class From>
struct Cast<Bool, Complex<From>> {
  static Bool of(Complex<From> x) { return {static_cast<std::uint8_t>(x.re != 0 || x.im != 0)}; }
};
template <class To, class From>
struct Cast<Complex<To>, From> {
  static Complex<To> of(From x) { return {Cast<To, From>::of(x), To{0}}; }
};
template <class To, class From>
struct Cast<Complex<To>, Complex<From>> {
  static Complex<To> of(Complex<From> x) { return {static_cast<To>(x.re), static_cast<To>(x.im)}; }
};

template <class To, class From>
void convert(char* to, const char* from, std::int64_t n) {
  To* __restrict out = reinterpret_cast<To*>(to);
  const From* __restrict in = reinterpret_cast<const From*>(from);
  for (std::int64_t i = 0; i < n; ++i) out[i] = Cast<To, From>::of(in[i]);
}

/// A step of elements at a time, the last one padded.
template <class To, class From>
inline void convertSteps(char* to, const char* from, std::int64_t n) {
  To* out = reinterpret_cast<To*>(to);
  const From* in = reinterpret_cast<const From*>(from);
  for (; n >= kHalfStep; n -= kHalfStep, out += kHalfStep, in += kHalfStep) convertStep(out, in);
  if (n == 0) return;
  alignas(64) To result[kHalfStep];
  alignas(64) From rest[kHalfStep] = {};
  std::memcpy(rest, in, static_cast<std::size_t>(n) * sizeof(From));
  convertStep(result, rest);
  std::memcpy(out, result, static_cast<std::size_t>(n) * sizeof(To));
}
#define NDOPS_STEPS(To, From)                                          \
  template <>                                                          \
  void convert<To, From>(char* to, const char* from, std::int64_t n) { \
    convertSteps<To, From>(to, from, n);                               \
  }
NDOPS_STEPS(float, Float16)
NDOPS_STEPS(Float16, float)
NDOPS_STEPS(float, Bfloat16)
NDOPS_STEPS(Bfloat16, float)
#undef NDOPS_STEPS

template <int To, int From>
void run(char* to, const char* from, std::int64_t n) {
  using T = typename StorageOf<static_cast<DType>(To)>::type;
  using F = typename StorageOf<static_cast<DType>(From)>::type;
  if constexpr (To == From)
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  else
    convert<T, F>(to, from, n);
}

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(TO, FROM) \
  { "convert", nullptr, static_cast<DType>(FROM), static_cast<DType>(TO), reinterpret_cast<Inner>(run<TO, FROM>) }
#define FROM_EACH(TO)                                                                                         \
  ROW(TO, 0), ROW(TO, 1), ROW(TO, 2), ROW(TO, 3), ROW(TO, 4), ROW(TO, 5), ROW(TO, 6), ROW(TO, 7), ROW(TO, 8), \
      ROW(TO, 9), ROW(TO, 10), ROW(TO, 11), ROW(TO, 12), ROW(TO, 13), ROW(TO, 14)

const Row kRows[] = {FROM_EACH(0),  FROM_EACH(1),  FROM_EACH(2),  FROM_EACH(3),  FROM_EACH(4),
                     FROM_EACH(5),  FROM_EACH(6),  FROM_EACH(7),  FROM_EACH(8),  FROM_EACH(9),
                     FROM_EACH(10), FROM_EACH(11), FROM_EACH(12), FROM_EACH(13), FROM_EACH(14)};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
