// How far a result is from the truth, in units in the last place.
#pragma once

#include <cmath>
#include <limits>

namespace ndops::test {

constexpr double kWrong = 1e30;

/// |got - truth| in ULP of the truth's binade (of subnormals below). NaN where only one is, infinity or zero of the
/// wrong sign: kWrong. Overflow counts as the power of two past the largest finite value.
template <class T, class Truth>
double ulpsBetween(T got, Truth truth) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(truth) || std::isnan(got)) return std::isnan(truth) == std::isnan(got) ? 0 : kWrong;
  if (std::isinf(truth) && std::isinf(got)) return std::signbit(truth) == std::signbit(got) ? 0 : kWrong;
  if (truth == 0 && got == 0) return std::signbit(truth) == std::signbit(got) ? 0 : kWrong;
  const Truth past = std::ldexp(Truth{1}, Limits::max_exponent);
  const auto bounded = [&](Truth x) { return std::fabs(x) > past ? std::copysign(past, x) : x; };
  const Truth want = bounded(truth);
  int exponent = Limits::min_exponent;
  if (want != 0) std::frexp(want, &exponent);
  if (exponent < Limits::min_exponent) exponent = Limits::min_exponent;
  if (exponent > Limits::max_exponent) exponent = Limits::max_exponent;
  const Truth error = std::fabs(bounded(static_cast<Truth>(got)) - want);
  return static_cast<double>(std::ldexp(error, Limits::digits - exponent));
}

}  // namespace ndops::test
