// Rows of the logical ops and of where. Truth is computed on bools: the engine converts what is not (0 is false, NaN
// true).
#include "core/table.h"
#include "elementwise/arithmetic.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

struct And {
  static Bool of(Bool x, Bool y) { return {static_cast<std::uint8_t>(x.value & y.value)}; }
};
struct Or {
  static Bool of(Bool x, Bool y) { return {static_cast<std::uint8_t>(x.value | y.value)}; }
};
struct Xor {
  static Bool of(Bool x, Bool y) { return {static_cast<std::uint8_t>(x.value ^ y.value)}; }
};
struct Not {
  static Bool of(Bool x) { return {static_cast<std::uint8_t>(x.value ^ 1u)}; }
};

/// Integers and bools are always finite.
template <class T>
constexpr bool kIsExact = kIsBool<T> || std::is_integral_v<T>;

struct IsNan {
  template <class T>
  static Bool of(T x) {
    if constexpr (kIsExact<T>)
      return {0};
    else
      return {static_cast<std::uint8_t>(isNan(x))};
  }
};
struct IsInf {
  template <class T>
  static Bool of(Complex<T> x) {
    return {static_cast<std::uint8_t>(isInfinite(x.re) | isInfinite(x.im))};
  }
  template <class T>
  static Bool of(T x) {
    if constexpr (kIsExact<T>)
      return {0};
    else
      return {static_cast<std::uint8_t>(isInfinite(x))};
  }
};
struct IsFinite {
  template <class T>
  static Bool of(Complex<T> x) {
    return {static_cast<std::uint8_t>(of(x.re).value & of(x.im).value)};
  }
  template <class T>
  static Bool of(T x) {
    if constexpr (kIsExact<T>)
      return {1};
    else
      return {static_cast<std::uint8_t>(absolute(x) < std::numeric_limits<T>::infinity())};
  }
};

/// Elements are chosen as they are stored: one loop for each size.
struct Where {
  template <class T>
  static T of(std::uint8_t condition, T x, T y) {
    return condition != 0 ? x : y;
  }
};

#define EACH_EXACT(name, F)                                                                 \
  NDOPS_UNARY(name, F, Bool, Bool), NDOPS_UNARY(name, F, Bool, std::uint8_t),               \
      NDOPS_UNARY(name, F, Bool, std::uint16_t), NDOPS_UNARY(name, F, Bool, std::uint32_t), \
      NDOPS_UNARY(name, F, Bool, std::uint64_t), NDOPS_UNARY(name, F, Bool, std::int8_t),   \
      NDOPS_UNARY(name, F, Bool, std::int16_t), NDOPS_UNARY(name, F, Bool, std::int32_t),   \
      NDOPS_UNARY(name, F, Bool, std::int64_t)
#define EACH_FLOATING(name, F)                                                                                  \
  NDOPS_HALF_ROWS(NDOPS_UNARY(name, F, Bool, Float16), NDOPS_UNARY(name, F, Bool, Bfloat16))                    \
  NDOPS_UNARY(name, F, Bool, float), NDOPS_UNARY(name, F, Bool, double), NDOPS_UNARY(name, F, Bool, Complex64), \
      NDOPS_UNARY(name, F, Bool, Complex128)
#define WHERE(D, T) \
  { "where", whereDriver, DType::D, DType::D, reinterpret_cast<Inner>(ternaryLoop<Where, T, std::uint8_t, T>) }

const Row kRows[] = {
    NDOPS_BINARY("logicalAnd", And, Bool, Bool),
    NDOPS_BINARY("logicalOr", Or, Bool, Bool),
    NDOPS_BINARY("logicalXor", Xor, Bool, Bool),
    NDOPS_UNARY("logicalNot", Not, Bool, Bool),
    EACH_FLOATING("isnan", IsNan),
    EACH_EXACT("isnan", IsNan),
    EACH_FLOATING("isinf", IsInf),
    EACH_EXACT("isinf", IsInf),
    EACH_FLOATING("isfinite", IsFinite),
    EACH_EXACT("isfinite", IsFinite),
    WHERE(Bool, std::uint8_t),
    WHERE(Uint8, std::uint8_t),
    WHERE(Uint16, std::uint16_t),
    WHERE(Uint32, std::uint32_t),
    WHERE(Uint64, std::uint64_t),
    WHERE(Int8, std::uint8_t),
    WHERE(Int16, std::uint16_t),
    WHERE(Int32, std::uint32_t),
    WHERE(Int64, std::uint64_t),
    WHERE(Float16, std::uint16_t),
    WHERE(Bfloat16, std::uint16_t),
    WHERE(Float32, std::uint32_t),
    WHERE(Float64, std::uint64_t),
    WHERE(Complex64, Complex64),
    WHERE(Complex128, Complex128),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
