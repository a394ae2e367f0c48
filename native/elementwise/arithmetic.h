// What the arithmetic ops do to one element, for each computing dtype. Internal linkage: compiled once per CPU level.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/dtype.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
constexpr bool kIsComplex = false;
template <class T>
constexpr bool kIsComplex<Complex<T>> = true;
template <class T>
constexpr bool kIsBool = std::is_same_v<T, Bool>;

/// Integers compute in an unsigned type: wrap-around is defined there, and 16-bit products do not turn into int.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) < 4, std::uint32_t, std::make_unsigned_t<T>>;

inline float absolute(float x) { return __builtin_fabsf(x); }
inline double absolute(double x) { return __builtin_fabs(x); }
inline float squareRoot(float x) { return __builtin_sqrtf(x); }
inline double squareRoot(double x) { return __builtin_sqrt(x); }
inline bool isNan(float x) { return x != x; }
inline bool isNan(double x) { return x != x; }
template <class T>
inline bool isNan(Complex<T> x) {
  return x.re != x.re || x.im != x.im;
}
template <class T>
inline bool isInfinite(T x) {
  return absolute(x) == std::numeric_limits<T>::infinity();
}

/// x - y, for sums of products beside differences of products (complex numbers): from such pairs g++ 12 forms fused
/// instructions even where contraction is off, but not when it does not see the difference.
template <class T>
inline T difference(T x, T y) {
  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> bits;
  std::memcpy(&bits, &y, sizeof bits);
  bits ^= decltype(bits){1} << (sizeof(T) * 8 - 1);
  std::memcpy(&y, &bits, sizeof bits);
  return x + y;
}

struct Add {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsBool<T>)
      return {static_cast<std::uint8_t>(x.value | y.value)};
    else if constexpr (kIsComplex<T>)
      return {x.re + y.re, x.im + y.im};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(x) + static_cast<Wrapping<T>>(y));
    else
      return x + y;
  }
};

struct Subtract {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsComplex<T>)
      return {x.re - y.re, x.im - y.im};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(x) - static_cast<Wrapping<T>>(y));
    else
      return x - y;
  }
};

struct Multiply {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsBool<T>)
      return {static_cast<std::uint8_t>(x.value & y.value)};
    else if constexpr (kIsComplex<T>)
      return {difference(x.re * y.re, x.im * y.im), x.re * y.im + x.im * y.re};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(y));
    else
      return x * y;
  }
};

/// Smith's quotient, NumPy's formula: no square that could overflow. complex64 computes in float64: within 1 ULP of the
/// larger part; complex128 within 4 ULP of it.
template <class T>
inline Complex<T> quotient(Complex<T> x, Complex<T> y) {
  using W = double;
  const W xr = x.re;
  const W xi = x.im;
  const W yr = y.re;
  const W yi = y.im;
  const bool wide = absolute(yr) >= absolute(yi);
  const W major = wide ? yr : yi;
  const W minor = wide ? yi : yr;
  const W ratio = minor / major;
  const W scale = 1 / (major + minor * ratio);
  const W re = wide ? xr + xi * ratio : xr * ratio + xi;
  const W im = wide ? difference(xi, xr * ratio) : difference(xi * ratio, xr);
  // By zero: the parts by zero.
  const bool zero = yr == 0 && yi == 0;
  return {static_cast<T>(zero ? xr / absolute(yr) : re * scale), static_cast<T>(zero ? xi / absolute(yr) : im * scale)};
}

struct Divide {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsComplex<T>)
      return quotient(x, y);
    else
      return x / y;
  }
};

/// 0 where the divisor is 0.
struct DivideNoNan {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsComplex<T>) {
      const T q = quotient(x, y);
      const bool zero = y.re == 0 && y.im == 0;
      return {zero ? 0 : q.re, zero ? 0 : q.im};
    } else {
      return y == 0 ? T{0} : x / y;
    }
  }
};

/// Lexicographic, false where an imaginary part that is compared or beside a decided real part is NaN.
template <class T>
inline bool isGreaterEqual(Complex<T> x, Complex<T> y) {
  return (x.re > y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im >= y.im);
}

/// NaN if either is; of two equal operands (0 and -0) the second.
struct Maximum {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsBool<T>)
      return Add::of(x, y);
    else if constexpr (kIsComplex<T>)
      return isNan(x) || isGreaterEqual(x, y) ? x : y;
    else if constexpr (std::is_integral_v<T>)
      return x > y ? x : y;
    else
      return (x > y) | (x != x) ? x : y;
  }
};

struct Minimum {
  template <class T>
  static T of(T x, T y) {
    if constexpr (kIsBool<T>)
      return Multiply::of(x, y);
    else if constexpr (kIsComplex<T>)
      return isNan(x) || isGreaterEqual(y, x) ? x : y;
    else if constexpr (std::is_integral_v<T>)
      return x < y ? x : y;
    else
      return (x < y) | (x != x) ? x : y;
  }
};

struct Negative {
  template <class T>
  static T of(T x) {
    if constexpr (kIsComplex<T>)
      return {-x.re, -x.im};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(0 - static_cast<Wrapping<T>>(x));
    else
      return -x;
  }
};

/// sqrt(x^2 + y^2) without overflow or underflow on the way; infinite if either is, NaN or not. Within 1 ULP.
inline float hypotenuse(float x, float y) {
  const double a = x;
  const double b = y;
  const float h = static_cast<float>(squareRoot(a * a + b * b));
  return isInfinite(x) || isInfinite(y) ? std::numeric_limits<float>::infinity() : h;
}
/// What x * x loses to rounding, by Dekker's splitting: exact for ordinary x.
inline double squareError(double x, double square) {
  const double s = x * 134217729.0;
  const double high = s - (s - x);
  const double low = x - high;
  return ((high * high - square) + 2 * high * low) + low * low;
}
inline double hypotenuse(double x, double y) {
  const double a = absolute(x);
  const double b = absolute(y);
  const double most = a > b ? a : b;
  const double scale = most > 0x1p500 ? 0x1p-600 : most < 0x1p-450 ? 0x1p600 : 1;
  const double back = most > 0x1p500 ? 0x1p600 : most < 0x1p-450 ? 0x1p-600 : 1;
  const double u = (a > b ? a : b) * scale;
  const double v = (a > b ? b : a) * scale;
  const double uu = u * u;
  const double vv = v * v;
  const double sum = uu + vv;
  const double lost = ((uu - sum) + vv) + (squareError(u, uu) + squareError(v, vv));
  const double h = squareRoot(sum);
  const double corrected = (h == 0 ? h : h + lost / (2 * h)) * back;
  return isInfinite(x) || isInfinite(y) ? std::numeric_limits<double>::infinity()
         : x != x || y != y             ? x + y
                                        : corrected;
}

struct Abs {
  static Bool of(Bool x) { return x; }
  template <class T>
  static T of(Complex<T> x) {
    return hypotenuse(x.re, x.im);
  }
  template <class T>
  static T of(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return absolute(x);
    else if constexpr (std::is_signed_v<T>)
      return x < 0 ? Negative::of(x) : x;
    else
      return x;
  }
};

/// Of a complex number z / |z|.
struct Sign {
  template <class T>
  static Complex<T> of(Complex<T> x) {
    const double re = x.re;
    const double im = x.im;
    const double length = hypotenuse(re, im);
    if (isInfinite(length)) {
      const bool infiniteRe = isInfinite(re);
      if (infiniteRe && isInfinite(im))
        return {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN()};
      const T s = (infiniteRe ? re : im) > 0 ? T{1} : T{-1};
      return {infiniteRe ? s : 0, infiniteRe ? 0 : s};
    }
    if (length == 0) return {0, 0};
    return {static_cast<T>(length == length ? re / length : length),
            static_cast<T>(length == length ? im / length : length)};
  }
  template <class T>
  static T of(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return x != x ? x : static_cast<T>((x > 0) - (x < 0));
    else
      return static_cast<T>((x > 0) - (x < 0));
  }
};

/// Of an integer: 1 / x toward zero, and 0 of 0. Of a complex number as accurate as its quotient.
struct Reciprocal {
  template <class T>
  static Complex<T> of(Complex<T> x) {
    const double re = x.re;
    const double im = x.im;
    const bool wide = absolute(im) <= absolute(re);
    const double ratio = wide ? im / re : re / im;
    const double divisor = wide ? re + im * ratio : re * ratio + im;
    return {static_cast<T>((wide ? 1 : ratio) / divisor), static_cast<T>((wide ? -ratio : -1) / divisor)};
  }
  template <class T>
  static T of(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return 1 / x;
    else if constexpr (std::is_signed_v<T>)
      return static_cast<T>((x == 1) - (x == -1));
    else
      return static_cast<T>(x == 1);
  }
};

struct Square {
  template <class T>
  static T of(T x) {
    return Multiply::of(x, x);
  }
};

struct Sqrt {
  template <class T>
  static T of(T x) {
    return squareRoot(x);
  }
};

struct Rsqrt {
  template <class T>
  static T of(T x) {
    return 1 / squareRoot(x);
  }
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
