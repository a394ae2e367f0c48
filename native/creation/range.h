// Evenly spaced values.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Writes start + i * step for i in [begin, begin + n), in the dtype of the row: int64, wrapping, or float64.
using RangeInner = void (*)(char* out, const char* start, const char* step, std::int64_t begin, std::int64_t n);

/// Kernel `arange` (views: a contiguous out of one axis, start, step; any real dtypes): out[i] = start + i * step, in
/// int64 where both are integers, else in float64, then converted. Each element comes from its own place: no error adds
/// up.
Status arange(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
