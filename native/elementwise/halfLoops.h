// Inner loops of float16 and bfloat16 rows: a step of elements is converted to float32, computed and rounded once in
// registers. The bits are those that the engine's way through float32 blocks gives. Internal linkage: once per CPU
// level.
#pragma once

#include <cstring>
#include <type_traits>
#include <utility>

#include "core/dtype.h"
#include "core/kernel.h"
#include "elementwise/engine.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>;

inline void storeStep(Bool* to, const Bool* from) { std::memcpy(to, from, kHalfStep); }
inline void storeStep(Float16* to, const float* from) { convertStep(to, from); }
inline void storeStep(Bfloat16* to, const float* from) { convertStep(to, from); }

/// The operands of one call, by position: arrays of halves, or a float32 for all (bit k of `which`).
template <class Half, std::size_t N>
struct HalfOperands {
  const Half* in[N];
  float scalars[N];
  std::uint32_t which;
};

/// Instead of the bits of `which`, where they are known only then.
constexpr std::uint32_t kAnyScalars = 8;

/// n is a multiple of the step.
template <class F, class Out, class Half, std::uint32_t Scalars, std::size_t... K>
__attribute__((noinline)) void halfSteps(Out* out, const HalfOperands<Half, sizeof...(K)>& given, std::int64_t n,
                                         std::index_sequence<K...>) {
  const HalfOperands<Half, sizeof...(K)> operands = given;
  const std::uint32_t scalars = Scalars == kAnyScalars ? operands.which : Scalars;
  for (std::int64_t i = 0; i < n; i += kHalfStep) {
    alignas(64) float x[sizeof...(K)][kHalfStep];
    const auto fetch = [&](std::size_t k) {
      if ((scalars >> k & 1u) == 0) {
        convertStep(x[k], operands.in[k] + i);
      } else {
        for (int j = 0; j < kHalfStep; ++j) x[k][j] = operands.scalars[k];
      }
    };
    (fetch(K), ...);
    alignas(64) std::conditional_t<kIsHalf<Out>, float, Out> result[kHalfStep];
    for (int j = 0; j < kHalfStep; ++j) result[j] = F::of(x[K][j]...);
    storeStep(out + i, result);
  }
}

template <class F, class Out, class Half, std::uint32_t Scalars, std::size_t... K>
void halfForm(const Strip& strip, std::uint32_t scalars, std::index_sequence<K...> order) {
  const std::int64_t rest = strip.n % kHalfStep;
  const std::int64_t whole = strip.n - rest;
  HalfOperands<Half, sizeof...(K)> operands{};
  alignas(64) Half padded[sizeof...(K)][kHalfStep] = {};
  HalfOperands<Half, sizeof...(K)> last{};
  operands.which = last.which = scalars;
  for (const std::size_t k : {K...}) {
    if ((scalars >> k & 1u) != 0) {
      std::memcpy(&operands.scalars[k], strip.in[k], sizeof(float));
      last.scalars[k] = operands.scalars[k];
      continue;
    }
    operands.in[k] = reinterpret_cast<const Half*>(strip.in[k]);
    std::memcpy(padded[k], operands.in[k] + whole, static_cast<std::size_t>(rest) * sizeof(Half));
    last.in[k] = padded[k];
  }
  Out* const out = reinterpret_cast<Out*>(strip.out);
  halfSteps<F, Out, Half, Scalars>(out, operands, whole, order);
  if (rest == 0) return;
  alignas(64) Out result[kHalfStep];
  halfSteps<F, Out, Half, Scalars>(result, last, kHalfStep, order);
  std::memcpy(out + whole, result, static_cast<std::size_t>(rest) * sizeof(Out));
}

/// F::of of N operands for each element, as Strip says of float16 and bfloat16 rows.
template <class F, class Out, class Half, int N>
Status halfLoop(const Strip& strip) noexcept {
  constexpr std::make_index_sequence<N> kOrder{};
  if constexpr (N == 1) {
    halfForm<F, Out, Half, 0>(strip, 0, kOrder);
  } else {
    if (strip.scalars == 0)
      halfForm<F, Out, Half, 0>(strip, 0, kOrder);
    else if constexpr (N > 2)
      halfForm<F, Out, Half, kAnyScalars>(strip, strip.scalars, kOrder);
    else if (strip.scalars == 1)
      halfForm<F, Out, Half, 1>(strip, 1, kOrder);
    else
      halfForm<F, Out, Half, 2>(strip, 2, kOrder);
  }
  return Status::Ok;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

// Rows of float16 and bfloat16, followed by a comma: nothing where the level has no conversions of its own, for there
// the engine's way is as good and takes less code.
#if defined(__F16C__) || defined(__aarch64__)
#define NDOPS_HALF_ROWS(...) __VA_ARGS__,
#else
#define NDOPS_HALF_ROWS(...)
#endif
