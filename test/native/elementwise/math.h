// The math functions under test: reference and bound an op, and how to call an op's inner loop on plain arrays.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "core/registry.h"
#include "elementwise/engine.h"
#include "native/support/ulp.h"

namespace ndops::test {

/// long double carries float64 references only where it is wider (x86); elsewhere they are float64's own libm.
constexpr bool kWide = std::numeric_limits<long double>::digits >= 64;
constexpr double kLibmError = kWide ? 0 : 1;

struct UnaryCase {
  const char* name;
  double (*narrow)(double);
  long double (*wide)(long double);
  double ulp32;
  double ulp64;
};

template <class T>
T applyOne(const char* name, T a, T b = T{});

/// One step of Newton's from the op's own float64 result, on the side where nothing cancels.
inline long double inverseOfErf(long double x) {
  const long double a = std::fabs(x);
  if (!(a < 1)) return a == 1 ? x / 0.0L : std::numeric_limits<long double>::quiet_NaN();
  if (x == 0) return x;
  const long double y = applyOne<double>("erfinv", static_cast<double>(a));
  const long double left = a > 0.5L ? (1 - a) - std::erfc(y) : std::erf(y) - a;
  return std::copysign(y - left / (1.128379167095512573896L * std::exp(-y * y)), x);
}
template <class T>
T rootOf(T x) {
  return std::sqrt(x);
}

/// Bounds lie above the maxima measured at v3 and v4, float32 over all patterns, float64 over 2 * 10^7 values, and
/// above those of samples at v2 and on neon (test/native/exhaustive).
inline const std::vector<UnaryCase>& unaryCases() {
#define NDOPS_CASE(NAME, FUNCTION, ULP32, ULP64)                                                                   \
  UnaryCase {                                                                                                      \
#NAME, [](double x) { return std::FUNCTION(x); }, [](long double x) { return std::FUNCTION(x); }, ULP32, ULP64 \
  }
  static const std::vector<UnaryCase> cases = {
      NDOPS_CASE(exp, exp, 1.0, 0.9),
      NDOPS_CASE(expm1, expm1, 1.3, 1.3),
      NDOPS_CASE(log, log, 1.0, 0.9),
      NDOPS_CASE(log1p, log1p, 1.1, 1.0),
      NDOPS_CASE(log2, log2, 1.2, 1.2),
      NDOPS_CASE(log10, log10, 1.2, 1.0),
      NDOPS_CASE(erf, erf, 1.3, 1.3),
      NDOPS_CASE(sin, sin, 1.0, 0.9),
      NDOPS_CASE(cos, cos, 0.9, 0.9),
      NDOPS_CASE(tan, tan, 1.2, 1.2),
      NDOPS_CASE(arcsin, asin, 1.0, 1.2),
      NDOPS_CASE(arccos, acos, 0.9, 1.1),
      NDOPS_CASE(arctan, atan, 1.0, 0.9),
      NDOPS_CASE(sinh, sinh, 1.4, 1.4),
      NDOPS_CASE(cosh, cosh, 1.4, 1.4),
      NDOPS_CASE(tanh, tanh, 1.0, 1.1),
      NDOPS_CASE(arcsinh, asinh, 1.3, 1.2),
      NDOPS_CASE(arccosh, acosh, 1.1, 1.4),
      NDOPS_CASE(arctanh, atanh, 1.4, 1.2),
      {"erfinv", [](double x) { return static_cast<double>(inverseOfErf(x)); }, inverseOfErf, 0.51, 2.0},
      {"sqrt", rootOf<double>, rootOf<long double>, 0.5, 0.51},
      {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, [](long double x) { return 1 / std::sqrt(x); }, 1.5, 1.5},
      {"reciprocal", [](double x) { return 1 / x; }, [](long double x) { return 1 / x; }, 0.5, 0.51},
  };
#undef NDOPS_CASE
  return cases;
}

template <class T>
Status applyLoop(const char* name, T* out, const T* a, const T* b, std::int64_t n, std::uint32_t scalars = 0) {
  const auto loop = reinterpret_cast<Loop>(findInner(name, kDTypeOf<T>));
  if (loop == nullptr) return Status::Unsupported;
  return loop(Strip{reinterpret_cast<char*>(out),
                    {reinterpret_cast<const char*>(a), reinterpret_cast<const char*>(b), nullptr},
                    n,
                    scalars,
                    nullptr});
}

template <class T>
T applyOne(const char* name, T a, T b) {
  T out{};
  applyLoop<T>(name, &out, &a, &b, 1);
  return out;
}

/// xorshift64*: the same numbers everywhere.
struct Random {
  std::uint64_t state = 0x9e3779b97f4a7c15u;
  std::uint64_t bits() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1du;
  }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * uniform(); }
};

inline float floatOfBits(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline double doubleOfBits(std::uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

struct Worst {
  double ulp = 0;
  double at = 0;
  double other = 0;
  void see(double error, double x, double y = 0) {
    if (error > ulp) *this = {error, x, y};
  }
};

/// The worst error of a function over count float32 patterns from first on, step apart.
inline Worst worstOver(const UnaryCase& function, std::uint64_t first, std::uint64_t last, std::uint64_t step) {
  constexpr int kBlock = 4096;
  std::vector<float> in(kBlock);
  std::vector<float> out(kBlock);
  Worst worst;
  while (first < last) {
    int n = 0;
    for (; n < kBlock && first < last; ++n, first += step) in[n] = floatOfBits(static_cast<std::uint32_t>(first));
    applyLoop<float>(function.name, out.data(), in.data(), nullptr, n);
    for (int i = 0; i < n; ++i) worst.see(ulpsBetween(out[i], function.narrow(in[i])), in[i]);
  }
  return worst;
}

/// float64 values of every kind: any pattern, moderate sizes, next to 1, and the reach of exp.
inline double anyDouble(Random& random, int kind) {
  const std::uint64_t bits = random.bits();
  const std::uint64_t fraction = bits & 0xfffffffffffffu;
  const std::uint64_t sign = bits & 0x8000000000000000u;
  const std::uint64_t pick = bits >> 52 & 0x7ff;
  switch (kind) {
    case 0:
      return doubleOfBits(bits);
    case 1:
      return doubleOfBits(sign | (1003 + pick % 31) << 52 | fraction);
    case 2:
      return doubleOfBits((1022 + pick % 2) << 52 | fraction);
    case 3:
      return doubleOfBits(sign | (1020 + pick % 13) << 52 | fraction);
    default:
      return 1 +
             std::ldexp(static_cast<double>(static_cast<std::int64_t>(bits)) * 0x1p-63, -static_cast<int>(pick % 52));
  }
}

inline Worst worstOfRandom(const UnaryCase& function, std::int64_t count, std::uint64_t seed) {
  constexpr int kBlock = 4096;
  std::vector<double> in(kBlock);
  std::vector<double> out(kBlock);
  Random random{seed};
  Worst worst;
  for (std::int64_t done = 0; done < count; done += kBlock) {
    for (int i = 0; i < kBlock; ++i) in[i] = anyDouble(random, i % 5);
    applyLoop<double>(function.name, out.data(), in.data(), nullptr, kBlock);
    for (int i = 0; i < kBlock; ++i) worst.see(ulpsBetween(out[i], function.wide(in[i])), in[i]);
  }
  return worst;
}

}  // namespace ndops::test
