// How updates of one place come together in scatter, scatterUpdate and the segment ops. Internal linkage: compiled once
// per CPU level.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/dtype.h"
#include "elementwise/arithmetic.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>;
/// What updates of T become.
template <class T>
using Given = std::conditional_t<kIsHalf<T>, float, T>;

template <class To, class T>
inline To converted(T x) {
  if constexpr (kIsHalf<T>)
    return static_cast<To>(widen(x));
  else if constexpr (kIsComplex<T>)
    return {static_cast<decltype(To::re)>(x.re), static_cast<decltype(To::im)>(x.im)};
  else if constexpr (std::is_arithmetic_v<T>)
    return static_cast<To>(x);
  else
    return x;
}

// How updates combine: `Wide` is what they add up in, `nothing` what leaves any other value as it is, `start` what an
// output without updates is, `Numbers` the same where updates are known not to be NaN.
struct Sum : Add {
  static constexpr bool kOrdered = false;
  using Numbers = Sum;
  template <class T>
  using Wide = std::conditional_t<std::is_same_v<T, float>, double,
                                  std::conditional_t<std::is_same_v<T, Complex64>, Complex128, T>>;
  template <class T>
  static T nothing() {
    if constexpr (kIsComplex<T>)
      return {-0.0, -0.0};
    else if constexpr (std::is_floating_point_v<T>)
      return T{-0.0};
    else
      return T{};
  }
  template <class T>
  static T start() {
    return T{};
  }
};

/// Where the second value is a number: one instruction, which leaves NaN where it is.
template <bool greatest>
struct ExtremumOfNumbers {
  template <class T>
  static T of(T x, T y) {
    return greatest ? (y > x ? y : x) : (y < x ? y : x);
  }
};

template <class Combine, bool greatest>
struct Extremum {
  static constexpr bool kOrdered = false;
  using Numbers = ExtremumOfNumbers<greatest>;
  template <class T>
  static T of(T x, T y) {
    if constexpr (std::is_floating_point_v<T>) {
      // The rare case apart, so that the usual one is one instruction and no branch that data decides.
      const T best = Numbers::of(x, y);
      return __builtin_expect(y != y, 0) ? y : best;
    } else {
      return Combine::of(x, y);
    }
  }
  template <class T>
  using Wide = T;
  template <class T>
  static T nothing() {
    using Limits = std::numeric_limits<T>;
    if constexpr (kIsComplex<T>) {
      const auto part = nothing<decltype(T::re)>();
      return {part, part};
    } else if constexpr (kIsBool<T>) {
      return {greatest ? std::uint8_t{0} : std::uint8_t{1}};
    } else if constexpr (std::is_floating_point_v<T>) {
      return greatest ? -Limits::infinity() : Limits::infinity();
    } else {
      return greatest ? Limits::lowest() : Limits::max();
    }
  }
  template <class T>
  static T start() {
    return nothing<T>();
  }
};
using Greatest = Extremum<Maximum, true>;
using Least = Extremum<Minimum, false>;

struct Product : Multiply {
  static constexpr bool kOrdered = true;
  template <class T>
  static T start() {
    if constexpr (kIsComplex<T>)
      return {1, 0};
    else if constexpr (kIsBool<T>)
      return {1};
    else
      return T{1};
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
