// Rows of ceil, floor, round, clip and nanToNum.
#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "elementwise/batchLoops.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

inline float roundUp(float x) { return __builtin_ceilf(x); }
inline double roundUp(double x) { return __builtin_ceil(x); }
inline float roundDown(float x) { return __builtin_floorf(x); }
inline double roundDown(double x) { return __builtin_floor(x); }
inline float roundNearest(float x) { return __builtin_nearbyintf(x); }
inline double roundNearest(double x) { return __builtin_nearbyint(x); }

struct Ceil {
  template <class T>
  static T of(T x) {
    return roundUp(x);
  }
};
struct Floor {
  template <class T>
  static T of(T x) {
    return roundDown(x);
  }
};

/// To even at numbers[0] decimals, in NumPy's way: scaled by a power of ten, rounded, scaled back.
template <class T>
Status roundLoop(const Strip& strip) noexcept {
  T* __restrict out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const std::int64_t n = strip.n;
  const double decimals = strip.numbers[0];
  if (decimals == 0) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = roundNearest(a[i]);
    return Status::Ok;
  }
  double power = 1;
  for (double d = 0; d < absolute(decimals) && d < 400; ++d) power *= 10;
  const T scale = static_cast<T>(power);
  if (decimals > 0)
    for (std::int64_t i = 0; i < n; ++i) out[i] = roundNearest(a[i] * scale) / scale;
  else
    for (std::int64_t i = 0; i < n; ++i) out[i] = roundNearest(a[i] / scale) * scale;
  return Status::Ok;
}
template <class T>
Status roundParts(const Strip& strip) noexcept {
  Strip parts = strip;
  parts.n *= 2;
  return roundLoop<T>(parts);
}

/// minimum(maximum(x, low), high), NaN from any of the three.
struct Clip {
  template <class T>
  static T of(T x, T low, T high) {
    if constexpr (std::is_floating_point_v<T>) {
      // As selections, each by one comparison: g++ would make branches of the two.
      const T above = x > low ? x : low;
      const T raised = x != x ? x : above;
      const T below = raised < high ? raised : high;
      return raised != raised ? raised : below;
    } else {
      return Minimum::of(Maximum::of(x, low), high);
    }
  }
};

/// Of a batch between two numbers: Clip's bits, zeros' signs too, as x86's instructions choose.
template <class T>
struct ClipBetween {
  Batch<T> low;
  Batch<T> high;
  NDOPS_INLINE Batch<T> of(Batch<T> x) const {
#if defined(__aarch64__)
    const Batch<T> raised = select(x > low, x, low);
    const Batch<T> clipped = select(raised < high, raised, high);
#else
    const Batch<T> clipped = minimum(maximum(x, low), high);
#endif
    return select(x == x, clipped, x);
  }
};

template <class T>
Status clipLoop(const Strip& strip) noexcept {
  constexpr std::uint32_t kBounds = 6;
  const T low = *reinterpret_cast<const T*>(strip.in[1]);
  const T high = *reinterpret_cast<const T*>(strip.in[2]);
  if (strip.scalars != kBounds || low != low || high != high) return ternaryLoop<Clip, T, T, T>(strip);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  T* out = reinterpret_cast<T*>(strip.out);
  const ClipBetween<T> clip{low, high};
  std::int64_t i = 0;
  for (; i + kLanes<T> <= strip.n; i += kLanes<T>) store(out + i, clip.of(load(a + i)));
  for (; i < strip.n; ++i) out[i] = Clip::of(a[i], low, high);
  return Status::Ok;
}

/// numbers: what stands for NaN, infinity and -infinity.
template <class T>
Status nanToNumLoop(const Strip& strip) noexcept {
  T* __restrict out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T nan = static_cast<T>(strip.numbers[0]);
  const T infinity = static_cast<T>(strip.numbers[1]);
  const T negative = static_cast<T>(strip.numbers[2]);
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  const std::int64_t n = strip.n;
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = a[i];
    const T finite = x == kInfinity ? infinity : x == -kInfinity ? negative : x;
    out[i] = x != x ? nan : finite;
  }
  return Status::Ok;
}
template <class T>
Status nanToNumParts(const Strip& strip) noexcept {
  Strip parts = strip;
  parts.n *= 2;
  return nanToNumLoop<T>(parts);
}

#define ROW(name, driver, T, loop) \
  { name, driver, kDTypeOf<T>, kDTypeOf<T>, reinterpret_cast<Inner>(loop) }
#define CLIP(T) ROW("clip", ternaryDriver, T, (ternaryLoop<Clip, T, T, T>))

const Row kRows[] = {
    NDOPS_HALF_ROWS(NDOPS_UNARY("ceil", Ceil, Float16, Float16), NDOPS_UNARY("ceil", Ceil, Bfloat16, Bfloat16))
        NDOPS_UNARY("ceil", Ceil, float, float),
    NDOPS_UNARY("ceil", Ceil, double, double),
    NDOPS_HALF_ROWS(NDOPS_UNARY("floor", Floor, Float16, Float16), NDOPS_UNARY("floor", Floor, Bfloat16, Bfloat16))
        NDOPS_UNARY("floor", Floor, float, float),
    NDOPS_UNARY("floor", Floor, double, double),
    ROW("round", unaryDriver, float, roundLoop<float>),
    ROW("round", unaryDriver, double, roundLoop<double>),
    ROW("round", unaryDriver, Complex64, roundParts<float>),
    ROW("round", unaryDriver, Complex128, roundParts<double>),
    ROW("nanToNum", unaryDriver, float, nanToNumLoop<float>),
    ROW("nanToNum", unaryDriver, double, nanToNumLoop<double>),
    ROW("nanToNum", unaryDriver, Complex64, nanToNumParts<float>),
    ROW("nanToNum", unaryDriver, Complex128, nanToNumParts<double>),
    CLIP(std::uint8_t),
    CLIP(std::uint16_t),
    CLIP(std::uint32_t),
    CLIP(std::uint64_t),
    CLIP(std::int8_t),
    CLIP(std::int16_t),
    CLIP(std::int32_t),
    CLIP(std::int64_t),
    NDOPS_HALF_ROWS(CLIP(Float16), CLIP(Bfloat16)) ROW("clip", ternaryDriver, float, clipLoop<float>),
    ROW("clip", ternaryDriver, double, clipLoop<double>),
    CLIP(Complex64),
    CLIP(Complex128),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
