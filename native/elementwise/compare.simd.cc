// Rows of the comparisons. Complex numbers are ordered lexicographically, as NumPy orders them.
#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

inline bool equals(Bool x, Bool y) { return x.value == y.value; }
inline bool isGreater(Bool x, Bool y) { return x.value > y.value; }
inline bool isGreaterEqual(Bool x, Bool y) { return x.value >= y.value; }
template <class T>
inline bool equals(Complex<T> x, Complex<T> y) {
  return (x.re == y.re) & (x.im == y.im);
}
template <class T>
inline bool isGreater(Complex<T> x, Complex<T> y) {
  return ((x.re > y.re) & (x.im == x.im) & (y.im == y.im)) | ((x.re == y.re) & (x.im > y.im));
}
template <class T>
inline bool equals(T x, T y) {
  return x == y;
}
template <class T>
inline bool isGreater(T x, T y) {
  return x > y;
}
template <class T>
inline bool isGreaterEqual(T x, T y) {
  return x >= y;
}

#define COMPARISON(Name, expression)                  \
  struct Name {                                       \
    template <class T>                                \
    static Bool of(T x, T y) {                        \
      return {static_cast<std::uint8_t>(expression)}; \
    }                                                 \
  };
COMPARISON(Equal, equals(x, y))
COMPARISON(NotEqual, !equals(x, y))
COMPARISON(Greater, isGreater(x, y))
COMPARISON(GreaterEqual, isGreaterEqual(x, y))
COMPARISON(Less, isGreater(y, x))
COMPARISON(LessEqual, isGreaterEqual(y, x))
#undef COMPARISON

/// numbers: rtol, atol, whether NaN is close to NaN. As NumPy's isclose, y being the one that rtol is taken of.
template <class T>
struct Closeness {
  T rtol;
  T atol;
  bool nan;
  bool of(T x, T y) const {
    const bool near = (absolute(x - y) <= atol + rtol * absolute(y)) & !isInfinite(y);
    return near | (x == y) | (nan & (x != x) & (y != y));
  }
  bool of(Complex<T> x, Complex<T> y) const {
    const T distance = hypotenuse(x.re - y.re, x.im - y.im);
    const T size = hypotenuse(y.re, y.im);
    const bool near = (distance <= atol + rtol * size) & !isInfinite(size);
    return near | equals(x, y) | (nan & isNan(x) & isNan(y));
  }
};
template <class In, class T>
Status closeLoop(const Strip& strip) noexcept {
  std::uint8_t* __restrict out = reinterpret_cast<std::uint8_t*>(strip.out);
  const In* a = reinterpret_cast<const In*>(strip.in[0]);
  const In* b = reinterpret_cast<const In*>(strip.in[1]);
  const Closeness<T> close{static_cast<T>(strip.numbers[0]), static_cast<T>(strip.numbers[1]), strip.numbers[2] != 0};
  const std::int64_t n = strip.n;
  if (strip.scalars == 0) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = close.of(a[i], b[i]);
  } else if (strip.scalars == 1) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = close.of(*a, b[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) out[i] = close.of(a[i], *b);
  }
  return Status::Ok;
}
#define CLOSE(In, T) \
  { "isclose", binaryDriver, kDTypeOf<In>, DType::Bool, reinterpret_cast<Inner>(closeLoop<In, T>) }

#define EACH(name, F)                                                                          \
  NDOPS_HALF_ROWS(NDOPS_BINARY(name, F, Bool, Float16), NDOPS_BINARY(name, F, Bool, Bfloat16)) \
  NDOPS_BINARY(name, F, Bool, Bool), NDOPS_BINARY(name, F, Bool, std::uint8_t),                \
      NDOPS_BINARY(name, F, Bool, std::uint16_t), NDOPS_BINARY(name, F, Bool, std::uint32_t),  \
      NDOPS_BINARY(name, F, Bool, std::uint64_t), NDOPS_BINARY(name, F, Bool, std::int8_t),    \
      NDOPS_BINARY(name, F, Bool, std::int16_t), NDOPS_BINARY(name, F, Bool, std::int32_t),    \
      NDOPS_BINARY(name, F, Bool, std::int64_t), NDOPS_BINARY(name, F, Bool, float),           \
      NDOPS_BINARY(name, F, Bool, double), NDOPS_BINARY(name, F, Bool, Complex64),             \
      NDOPS_BINARY(name, F, Bool, Complex128)

const Row kRows[] = {
    EACH("equal", Equal),    EACH("notEqual", NotEqual),   EACH("greater", Greater), EACH("greaterEqual", GreaterEqual),
    EACH("less", Less),      EACH("lessEqual", LessEqual), CLOSE(float, float),      CLOSE(double, double),
    CLOSE(Complex64, float), CLOSE(Complex128, double),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
