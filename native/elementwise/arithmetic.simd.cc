// Rows of the arithmetic ops. Floor division and modulo are in division.simd.cc.
#include "elementwise/arithmetic.h"

#include "core/table.h"
#include "elementwise/loops.h"

namespace ndops::NDOPS_LEVEL {
namespace {

#define EACH_INTEGER(ROW, name, F)                                                            \
  ROW(name, F, std::uint8_t, std::uint8_t), ROW(name, F, std::uint16_t, std::uint16_t),       \
      ROW(name, F, std::uint32_t, std::uint32_t), ROW(name, F, std::uint64_t, std::uint64_t), \
      ROW(name, F, std::int8_t, std::int8_t), ROW(name, F, std::int16_t, std::int16_t),       \
      ROW(name, F, std::int32_t, std::int32_t), ROW(name, F, std::int64_t, std::int64_t)
#define EACH_REAL(ROW, name, F)                                                     \
  NDOPS_HALF_ROWS(ROW(name, F, Float16, Float16), ROW(name, F, Bfloat16, Bfloat16)) \
  ROW(name, F, float, float), ROW(name, F, double, double)
#define EACH_COMPLEX(ROW, name, F) ROW(name, F, Complex64, Complex64), ROW(name, F, Complex128, Complex128)
#define EACH_NUMBER(ROW, name, F) EACH_INTEGER(ROW, name, F), EACH_REAL(ROW, name, F), EACH_COMPLEX(ROW, name, F)
#define EACH(ROW, name, F) ROW(name, F, Bool, Bool), EACH_NUMBER(ROW, name, F)

const Row kRows[] = {
    EACH(NDOPS_BINARY, "add", Add),
    EACH_NUMBER(NDOPS_BINARY, "subtract", Subtract),
    EACH(NDOPS_BINARY, "multiply", Multiply),
    EACH_REAL(NDOPS_BINARY, "divide", Divide),
    EACH_COMPLEX(NDOPS_BINARY, "divide", Divide),
    EACH_REAL(NDOPS_BINARY, "divideNoNan", DivideNoNan),
    EACH_COMPLEX(NDOPS_BINARY, "divideNoNan", DivideNoNan),
    EACH(NDOPS_BINARY, "maximum", Maximum),
    EACH(NDOPS_BINARY, "minimum", Minimum),
    EACH_NUMBER(NDOPS_UNARY, "negative", Negative),
    NDOPS_UNARY("abs", Abs, Bool, Bool),
    EACH_INTEGER(NDOPS_UNARY, "abs", Abs),
    EACH_REAL(NDOPS_UNARY, "abs", Abs),
    NDOPS_UNARY("abs", Abs, float, Complex64),
    NDOPS_UNARY("abs", Abs, double, Complex128),
    EACH_NUMBER(NDOPS_UNARY, "sign", Sign),
    EACH_NUMBER(NDOPS_UNARY, "reciprocal", Reciprocal),
    EACH_NUMBER(NDOPS_UNARY, "square", Square),
    EACH_REAL(NDOPS_UNARY, "sqrt", Sqrt),
    EACH_REAL(NDOPS_UNARY, "rsqrt", Rsqrt),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
