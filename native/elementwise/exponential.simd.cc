// exp, the logarithms and their kin, float32 and float64 (float16 and bfloat16 compute in float32).
#include "core/table.h"
#include "elementwise/batchLoops.h"
#include "simd/errorFunction.h"

namespace ndops::NDOPS_LEVEL {
namespace {

NDOPS_BATCH_FUNCTION(Exp, exp)
NDOPS_BATCH_FUNCTION(Expm1, expm1)
NDOPS_BATCH_FUNCTION(Log, log)
NDOPS_BATCH_FUNCTION(Log1p, log1p)
NDOPS_BATCH_FUNCTION(Log2, log2)
NDOPS_BATCH_FUNCTION(Log10, log10)
NDOPS_BATCH_FUNCTION(Logaddexp, logaddexp)
NDOPS_BATCH_FUNCTION(Erf, erf)
NDOPS_BATCH_FUNCTION(Erfinv, erfinv)

const Row kRows[] = {
    NDOPS_UNARY_MATH("exp", Exp),
    NDOPS_UNARY_MATH("expm1", Expm1),
    NDOPS_UNARY_MATH("log", Log),
    NDOPS_UNARY_MATH("log1p", Log1p),
    NDOPS_UNARY_MATH("log2", Log2),
    NDOPS_UNARY_MATH("log10", Log10),
    NDOPS_BINARY_MATH("logaddexp", Logaddexp),
    NDOPS_UNARY_MATH("erf", Erf),
    NDOPS_UNARY_MATH("erfinv", Erfinv),
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
