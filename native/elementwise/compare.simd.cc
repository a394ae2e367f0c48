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

#define COMPARISON(Name, expression)                      \
  struct Name {                                           \
    template <class T>                                    \
    static Bool of(T x, T y) {                            \
      return {static_cast<std::uint8_t>(expression)};     \
    }                                                     \
  };
COMPARISON(Equal, equals(x, y))
COMPARISON(NotEqual, !equals(x, y))
COMPARISON(Greater, isGreater(x, y))
COMPARISON(GreaterEqual, isGreaterEqual(x, y))
COMPARISON(Less, isGreater(y, x))
COMPARISON(LessEqual, isGreaterEqual(y, x))
#undef COMPARISON

#define EACH(name, F)                                                                                              \
  NDOPS_BINARY(name, F, Bool, Bool), NDOPS_BINARY(name, F, Bool, std::uint8_t),                                    \
      NDOPS_BINARY(name, F, Bool, std::uint16_t), NDOPS_BINARY(name, F, Bool, std::uint32_t),                      \
      NDOPS_BINARY(name, F, Bool, std::uint64_t), NDOPS_BINARY(name, F, Bool, std::int8_t),                        \
      NDOPS_BINARY(name, F, Bool, std::int16_t), NDOPS_BINARY(name, F, Bool, std::int32_t),                        \
      NDOPS_BINARY(name, F, Bool, std::int64_t), NDOPS_BINARY(name, F, Bool, float),                               \
      NDOPS_BINARY(name, F, Bool, double), NDOPS_BINARY(name, F, Bool, Complex64),                                 \
      NDOPS_BINARY(name, F, Bool, Complex128)

const Row kRows[] = {
    EACH("equal", Equal),     EACH("notEqual", NotEqual), EACH("greater", Greater), EACH("greaterEqual", GreaterEqual),
    EACH("less", Less),       EACH("lessEqual", LessEqual),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
