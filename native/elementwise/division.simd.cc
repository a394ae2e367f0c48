// floorDivide and mod: the quotient rounded down, and what it leaves, with the divisor's sign.
#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// x / y rounded down; 0 where y is 0; the smallest integer over -1 is itself.
template <class T>
inline T floorQuotient(T x, T y) {
  if constexpr (sizeof(T) <= 2) {
    // Exact: neighbouring quotients of 16-bit integers differ by more than float32's rounding.
    const float q = __builtin_floorf(static_cast<float>(x) / static_cast<float>(y == 0 ? T{1} : y));
    return y == 0 ? T{0} : static_cast<T>(static_cast<std::int32_t>(q));
  } else if constexpr (sizeof(T) == 4) {
    // Likewise of 32-bit ones in float64. Only the smallest over -1 leaves the type.
    const double q = __builtin_floor(static_cast<double>(x) / static_cast<double>(y == 0 ? T{1} : y));
    if constexpr (std::is_signed_v<T>) {
      const bool leaves = q > std::numeric_limits<T>::max();
      const T fits = static_cast<T>(leaves ? 0 : q);
      return y == 0 ? T{0} : leaves ? x : fits;
    } else {
      // By way of a signed type: there is no vector instruction from float64 to unsigned below v4.
      const T fits = static_cast<T>(static_cast<std::int32_t>(q - 0x1p31)) ^ 0x80000000u;
      return y == 0 ? T{0} : fits;
    }
  } else if constexpr (std::is_signed_v<T>) {
    if (y == 0) return 0;
    if (y == -1) return Negative::of(x);
    const T q = x / y;
    return q - static_cast<T>((x % y != 0) & ((x < 0) != (y < 0)));
  } else {
    return y == 0 ? T{0} : x / y;
  }
}

/// Unsigned division by an invariant d >= 2 (Granlund and Montgomery): one long multiplication instead of a division.
struct Reciprocal64 {
  std::uint64_t factor;
  int shift;

  explicit Reciprocal64(std::uint64_t d) {
    const int bits = 64 - __builtin_clzll(d - 1);  // 2^bits >= d
    const unsigned __int128 excess = (static_cast<unsigned __int128>(1) << bits) - d;
    factor = static_cast<std::uint64_t>((excess << 64) / d) + 1;
    shift = bits - 1;
  }
  std::uint64_t quotient(std::uint64_t n) const {
    const std::uint64_t high = static_cast<std::uint64_t>((static_cast<unsigned __int128>(factor) * n) >> 64);
    return (((n - high) >> 1) + high) >> shift;
  }
};

/// 64-bit integers by one divisor: what is left after the quotient is for F.
template <class F, class T>
Status wideLoop(const Strip& strip) noexcept {
  const T y = *reinterpret_cast<const T*>(strip.in[1]);
  const bool negative = y < 0;
  const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(y) : static_cast<std::uint64_t>(y);
  if (strip.scalars != 2 || size < 2) return binaryLoop<F, T, T>(strip);
  T* __restrict out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const Reciprocal64 reciprocal(size);
  for (std::int64_t i = 0; i < strip.n; ++i) {
    const std::uint64_t x = static_cast<std::uint64_t>(a[i]);
    std::uint64_t q;
    if constexpr (std::is_unsigned_v<T>) {
      q = reciprocal.quotient(x);
    } else if (!negative) {
      // Of a negative x: what is rounded toward zero of its complement, complemented.
      const std::uint64_t sign = a[i] < 0 ? ~std::uint64_t{0} : 0;
      q = reciprocal.quotient(x ^ sign) ^ sign;
    } else {
      const std::uint64_t sign = a[i] > 0 ? ~std::uint64_t{0} : 0;
      q = reciprocal.quotient(a[i] > 0 ? x - 1 : 0 - x) ^ sign;
    }
    out[i] = F::fromQuotient(a[i], y, static_cast<T>(q));
  }
  return Status::Ok;
}

/// What fmod leaves is exact. Where the quotient is small, vectors find it: `ok` says whether.
inline float quickRemainder(float x, float y, bool* ok) {
  // Quotients below 2^28 are exact in float64 once cut, and so is their product with a float32.
  const double a = x;
  const double b = y;
  const double q = a / b;
  *ok = (absolute(q) < 0x1p28) & (absolute(b) < std::numeric_limits<double>::infinity());
  return static_cast<float>(a - __builtin_trunc(q) * b);
}
inline double quickRemainder(double x, double y, bool* ok) {
  const double a = absolute(x);
  const double b = absolute(y);
  const double q = __builtin_trunc(a / b);
  *ok = (q < 0x1p52) & (a < 0x1p900) & (b < 0x1p900) & (b > 0x1p-900);
  // q * b in two parts without FMA (Dekker): the same bits on every level.
  const double qs = q * 134217729.0;
  const double bs = b * 134217729.0;
  const double qh = qs - (qs - q);
  const double bh = bs - (bs - b);
  const double ql = q - qh;
  const double bl = b - bh;
  const double p = q * b;
  const double e = ((qh * bh - p) + qh * bl + ql * bh) + ql * bl;
  // The quotient may have been rounded up to the next integer, never down past one.
  const double r = (a - p) - e;
  return __builtin_copysign(r < 0 ? r + b : r, x);
}

inline float slowRemainder(float x, float y) { return __builtin_fmodf(x, y); }
inline double slowRemainder(double x, double y) { return __builtin_fmod(x, y); }

template <class T>
inline T copySign(T x, T sign) {
  if constexpr (sizeof(T) == 4)
    return __builtin_copysignf(x, sign);
  else
    return __builtin_copysign(x, sign);
}
template <class T>
inline T roundDown(T x) {
  if constexpr (sizeof(T) == 4)
    return __builtin_floorf(x);
  else
    return __builtin_floor(x);
}

/// Python's divmod, as NumPy has it, from the remainder that fmod leaves.
template <class T>
inline T finishMod(T y, T left) {
  const T moved = left != 0 && (y < 0) != (left < 0) ? left + y : left;
  return y == 0 ? left : moved != 0 ? moved : copySign(T{0}, y);
}
template <class T>
inline T finishFloorDivide(T x, T y, T left) {
  const bool other = left != 0 && (y < 0) != (left < 0);
  const T quotient = (x - left) / y - (other ? T{1} : T{0});
  const T down = roundDown(quotient);
  const T nearest = quotient - down > T{0.5} ? down + 1 : down;
  return y == 0 ? x / y : quotient != 0 ? nearest : copySign(T{0}, x / y);
}

struct FloorDivide {
  template <class T>
  static T of(T x, T y) {
    return floorQuotient(x, y);
  }
  template <class T>
  static T fromQuotient(T, T, T q) {
    return q;
  }
  template <class T>
  static T finish(T x, T y, T left) {
    return finishFloorDivide(x, y, left);
  }
};

struct Mod {
  template <class T>
  static T of(T x, T y) {
    return y == 0 ? T{0} : fromQuotient(x, y, floorQuotient(x, y));
  }
  template <class T>
  static T fromQuotient(T x, T y, T q) {
    return Subtract::of(x, Multiply::of(q, y));
  }
  template <class T>
  static T finish(T, T y, T left) {
    return finishMod(y, left);
  }
};

/// Vectors a stretch at a time; a stretch with a quotient too large for them goes again through fmod.
template <class F, class T>
Status floatLoop(const Strip& strip) noexcept {
  T* __restrict out = reinterpret_cast<T*>(strip.out);
  const T* a = reinterpret_cast<const T*>(strip.in[0]);
  const T* b = reinterpret_cast<const T*>(strip.in[1]);
  constexpr std::int64_t kStretch = 64;
  T x[kStretch];
  T y[kStretch];
  const std::int64_t stepA = strip.scalars == 1 ? 0 : 1;
  const std::int64_t stepB = strip.scalars == 2 ? 0 : 1;
  for (std::int64_t i = 0; i < strip.n; i += kStretch) {
    const std::int64_t n = strip.n - i < kStretch ? strip.n - i : kStretch;
    for (std::int64_t k = 0; k < n; ++k) x[k] = a[(i + k) * stepA];
    for (std::int64_t k = 0; k < n; ++k) y[k] = b[(i + k) * stepB];
    int slow = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      bool ok = false;
      const T left = quickRemainder(x[k], y[k], &ok);
      slow |= !ok;
      out[i + k] = F::finish(x[k], y[k], copySign(left, x[k]));
    }
    if (slow == 0) continue;
    for (std::int64_t k = 0; k < n; ++k) out[i + k] = F::finish(x[k], y[k], slowRemainder(x[k], y[k]));
  }
  return Status::Ok;
}

#define ROW(name, T, loop) \
  { name, binaryDriver, kDTypeOf<T>, kDTypeOf<T>, reinterpret_cast<Inner>(loop) }
#define NARROW(name, F, T) NDOPS_BINARY(name, F, T, T)
#define WIDE(name, F, T) ROW(name, T, (wideLoop<F, T>))
#define FLOAT(name, F, T) ROW(name, T, (floatLoop<F, T>))
#define EACH(name, F)                                                                            \
  NARROW(name, F, std::uint8_t), NARROW(name, F, std::uint16_t), NARROW(name, F, std::uint32_t), \
      WIDE(name, F, std::uint64_t), NARROW(name, F, std::int8_t), NARROW(name, F, std::int16_t), \
      NARROW(name, F, std::int32_t), WIDE(name, F, std::int64_t), FLOAT(name, F, float), FLOAT(name, F, double)

const Row kRows[] = {EACH("floorDivide", FloorDivide), EACH("mod", Mod)};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
