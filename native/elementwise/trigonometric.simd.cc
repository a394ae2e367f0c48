// Trigonometric and hyperbolic functions and their inverses, float32 and float64.
#include "simd/trigonometric.h"
#include "core/table.h"
#include "elementwise/batchLoops.h"
#include "simd/hyperbolic.h"

namespace ndops::NDOPS_LEVEL {
namespace {

NDOPS_BATCH_FUNCTION(Sin, sin)
NDOPS_BATCH_FUNCTION(Cos, cos)
NDOPS_BATCH_FUNCTION(Tan, tan)
NDOPS_BATCH_FUNCTION(Arcsin, arcsin)
NDOPS_BATCH_FUNCTION(Arccos, arccos)
NDOPS_BATCH_FUNCTION(Arctan, arctan)
NDOPS_BATCH_FUNCTION(Arctan2, arctan2)
NDOPS_BATCH_FUNCTION(Sinh, sinh)
NDOPS_BATCH_FUNCTION(Cosh, cosh)
NDOPS_BATCH_FUNCTION(Tanh, tanh)
NDOPS_BATCH_FUNCTION(Arcsinh, arcsinh)
NDOPS_BATCH_FUNCTION(Arccosh, arccosh)
NDOPS_BATCH_FUNCTION(Arctanh, arctanh)

const Row kRows[] = {
    NDOPS_UNARY_MATH("sin", Sin),          NDOPS_UNARY_MATH("cos", Cos),         NDOPS_UNARY_MATH("tan", Tan),
    NDOPS_UNARY_MATH("arcsin", Arcsin),    NDOPS_UNARY_MATH("arccos", Arccos),   NDOPS_UNARY_MATH("arctan", Arctan),
    NDOPS_UNARY_MATH("sinh", Sinh),        NDOPS_UNARY_MATH("cosh", Cosh),       NDOPS_UNARY_MATH("tanh", Tanh),
    NDOPS_UNARY_MATH("arcsinh", Arcsinh),  NDOPS_UNARY_MATH("arccosh", Arccosh), NDOPS_UNARY_MATH("arctanh", Arctanh),
    NDOPS_BINARY_MATH("arctan2", Arctan2),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
