// power: C's pow for floating dtypes, wrapping repeated squaring for integers (a negative exponent fails the launch).
#include "simd/power.h"
#include "core/table.h"
#include "elementwise/batchLoops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

NDOPS_BATCH_FUNCTION(Power, power)

/// binaryBatchLoop's, two batches at a time, whose steps the processor overlaps.
template <class T>
void powerBatches(T* out, const T* a, const T* b, std::int64_t n, int stepA, int stepB) {
  constexpr int kStep = kLanes<T>;
  std::int64_t i = 0;
  for (; i + 2 * kStep <= n; i += 2 * kStep) {
    Batch<T> x = load(a + i * stepA);
    Batch<T> x2 = load(a + (i + kStep) * stepA);
    const Batch<T> y = load(b + i * stepB);
    const Batch<T> y2 = load(b + (i + kStep) * stepB);
    if (all(isOrdinaryPower(x, y) & isOrdinaryPower(x2, y2))) {
      powersPositive(x, x2, y, y2);
    } else {
      x = powerSpecial(x, y);
      x2 = powerSpecial(x2, y2);
    }
    store(out + i, x);
    store(out + i + kStep, x2);
  }
  for (; i < n; i += kStep) store(out + i, power(load(a + i * stepA), load(b + i * stepB)));
}
template <>
__attribute__((noinline)) void binaryBatches<Power, float>(float* out, const float* a, const float* b, std::int64_t n,
                                                           int stepA, int stepB) {
  powerBatches(out, a, b, n, stepA, stepB);
}
template <>
__attribute__((noinline)) void binaryBatches<Power, double>(double* out, const double* a, const double* b,
                                                            std::int64_t n, int stepA, int stepB) {
  powerBatches(out, a, b, n, stepA, stepB);
}

/// Exponents whose result is one rounded operation: the same bits as, or better than, the general way.
template <class T>
Status powerLoop(const Strip& strip) noexcept {
  if (strip.scalars != 2) return binaryBatchLoop<Power, T>(strip);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T y = *reinterpret_cast<const T*>(strip.in[1]);
  T* __restrict out = reinterpret_cast<T*>(strip.out);
  if (y == 2) {
    for (std::int64_t i = 0; i < strip.n; ++i) out[i] = a[i] * a[i];
  } else if (y == 1) {
    for (std::int64_t i = 0; i < strip.n; ++i) out[i] = a[i];
  } else if (y == -1) {
    for (std::int64_t i = 0; i < strip.n; ++i) out[i] = 1 / a[i];
  } else {
    return binaryBatchLoop<Power, T>(strip);
  }
  return Status::Ok;
}

/// Blocks of 64 elements climb through the exponents' bits together, as far as the longest exponent goes.
template <class T>
Status integerPowerLoop(const Strip& strip) noexcept {
  constexpr int kBlock = 64;
  // Unsigned, and no narrower than int: products wrap.
  using Wide = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T* b = reinterpret_cast<const T*>(strip.in[1]);
  T* out = reinterpret_cast<T*>(strip.out);
  const bool oneBase = strip.scalars == 1;
  const bool oneExponent = strip.scalars == 2;
  for (std::int64_t start = 0; start < strip.n; start += kBlock) {
    const int count = static_cast<int>(strip.n - start < kBlock ? strip.n - start : kBlock);
    Wide base[kBlock];
    Wide left[kBlock];
    Wide result[kBlock];
    Wide longest = 0;
    T lowest = 0;
    for (int i = 0; i < count; ++i) {
      const T x = oneBase ? a[0] : a[start + i];
      const T y = oneExponent ? b[0] : b[start + i];
      base[i] = static_cast<Wide>(x);
      left[i] = static_cast<Wide>(y);
      result[i] = 1;
      longest |= left[i];
      lowest = y < lowest ? y : lowest;
    }
    if (lowest < 0) return Status::NegativePower;
    for (; longest != 0; longest >>= 1) {
      for (int i = 0; i < count; ++i) {
        result[i] *= (left[i] & 1) != 0 ? base[i] : 1;
        base[i] *= base[i];
        left[i] >>= 1;
      }
    }
    for (int i = 0; i < count; ++i) out[start + i] = static_cast<T>(result[i]);
  }
  return Status::Ok;
}

#define FLOATING(T) NDOPS_MATH_ROW("power", binaryMathDriver, T, powerLoop<T>)
#define INTEGER(T) NDOPS_MATH_ROW("power", binaryMathDriver, T, integerPowerLoop<T>)

const Row kRows[] = {
    INTEGER(std::uint8_t), INTEGER(std::uint16_t), INTEGER(std::uint32_t), INTEGER(std::uint64_t), INTEGER(std::int8_t),
    INTEGER(std::int16_t), INTEGER(std::int32_t),  INTEGER(std::int64_t),  FLOATING(float),        FLOATING(double),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
