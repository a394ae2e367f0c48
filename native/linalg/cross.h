// Cross products of vectors with 2 or 3 components.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// Views: out, a, b, each with its vectors along the last axis: 2 or 3 components in a and b, 3 in out. With 2 in both,
/// out has only the third component and no such axis. Leading axes of a and b broadcast to out's. Computes in out's
/// dtype, float16 and bfloat16 in float32 rounded once; operands of other dtypes are converted first.
Status cross(const Kernel& kernel, const Launch& launch) noexcept;

/// out[i] = a[i] b[i] - c[i] d[i]. Without c (null) the first product, without a the second one with its sign turned.
using CrossInner = void (*)(char* out, const char* a, const char* b, const char* c, const char* d, std::int64_t n);

}  // namespace ndops
