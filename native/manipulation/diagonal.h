// Triangles of matrices.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Kernel `tril` (views: out, x of the same shape, two axes at least; numbers: k): x where column <= row + k in the
/// last two axes, else zero.
Status tril(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernel `triu` (views and numbers as `tril`): x where column >= row + k, else zero.
Status triu(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
