// Values between two elements, in twice the digits of float64 and rounded once.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "sorting/select.h"

namespace ndops {

/// A number of 106 bits: what `high` leaves of it is `low`.
struct Wide {
  double high;
  double low;
};

/// Exact, whatever the sizes.
inline Wide wideSum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
#if defined(__FMA__) || defined(__aarch64__)
inline double productError(double a, double b, double product) { return std::fma(a, b, -product); }
#else
/// What rounding left of a product, by halves of 26 bits: without the instruction, std::fma is a slow call, and that of
/// the prebuilt binaries' runtime is not 0 where nothing was left. |b| is at most 2^200.
inline double productError(double a, double b, double product) {
  // A half of something larger would overflow.
  const double scale = std::fabs(a) > 0x1p900 ? 0x1p-200 : 1;
  const auto halfOf = [](double x) {
    const double up = x * 0x8000001p0;
    return up - (up - x);
  };
  const double x = a * scale;
  const double p = product * scale;
  const double xHigh = halfOf(x);
  const double xLow = x - xHigh;
  const double bHigh = halfOf(b);
  const double bLow = b - bHigh;
  return (((xHigh * bHigh - p) + xHigh * bLow + xLow * bHigh) + xLow * bLow) / scale;
}
#endif

inline Wide wideProduct(double a, double b) {
  const double product = a * b;
  return {product, productError(a, b, product)};
}
inline Wide operator+(const Wide& a, const Wide& b) {
  const Wide sum = wideSum(a.high, b.high);
  return wideSum(sum.high, sum.low + (a.low + b.low));
}
inline Wide operator*(const Wide& a, double b) {
  const Wide product = wideProduct(a.high, b);
  return wideSum(product.high, product.low + a.low * b);
}
inline Wide operator-(const Wide& a) { return {-a.high, -a.low}; }

inline Wide wideOf(double x) { return {x, 0}; }
template <class T>
Wide wideOfInteger(T x) {
  const double high = static_cast<double>(x);
  return {high, static_cast<double>(static_cast<__int128>(x) - static_cast<__int128>(high))};
}

/// The float64 next to x; `sticky` makes an inexact one odd, so that rounding it once more is as rounding x.
inline double rounded(const Wide& x, bool sticky) {
  std::uint64_t bits;
  std::memcpy(&bits, &x.high, sizeof bits);
  if (!sticky || x.low == 0 || (bits & 1) != 0 || x.high == 0) return x.high;
  bits += (x.high > 0) == (x.low > 0) ? 1 : -1;
  double odd;
  std::memcpy(&odd, &bits, sizeof odd);
  return odd;
}

/// a + (b - a) * t for a <= b, 0 <= t <= 1. Where one is infinite, what NumPy makes of it.
inline double interpolate(const Wide& a, const Wide& b, double t, Method method, bool sticky) {
  if (!std::isfinite(a.high) || !std::isfinite(b.high)) {
    if (method == Method::Median) return 0.5 * a.high + 0.5 * b.high;
    const double difference = b.high - a.high;
    return t < 0.5 ? a.high + difference * t : b.high - difference * (1 - t);
  }
  if (t == 0 || (a.high == b.high && a.low == b.low)) return rounded(a, sticky);
  if (t == 1) return rounded(b, sticky);
  // Away from where sums overflow and products lose digits.
  const double largest = std::fmax(std::fabs(a.high), std::fabs(b.high));
  const double scale = largest > 0x1p1000 ? 0x1p-4 : largest < 0x1p-800 ? 0x1p200 : 1;
  const Wide low = a * scale;
  const Wide between = low + (b * scale + -low) * t;
  return rounded(scale == 1 ? between : between * (1 / scale), sticky);
}

}  // namespace ndops
