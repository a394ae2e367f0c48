// Evenly spaced values.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Writes elements [begin, begin + n) of the range whose first two elements are given, in the dtype of the row.
using RangeInner = void (*)(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n);

/// Kernel `arange` (views: a contiguous out of one axis, the first element, the second; any dtype, converted):
/// out[i] = first + i * (second - first) in the dtype of the output, an integer or floating one; integers wrap.
Status arange(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
