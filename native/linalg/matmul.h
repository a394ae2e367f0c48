// Products over any groups of axes: matmul, dot, vdot, tensordot.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Views: out, a, b. Numbers: how many axes are rows (of a and out), columns (of b and out) and contracted (of a and
/// b), and whether a is conjugated. Axes stand in this order: a: batch, rows, contracted; b: batch, contracted,
/// columns; out (contiguous): batch, rows, columns. Batch axes align at the last one and broadcast. Computes in out's
/// dtype, float16 and bfloat16 in float32 rounded once; operands of other dtypes are converted first.
Status matmul(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
