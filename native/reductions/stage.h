// Elements from anywhere into one contiguous run, converted on the way.
#pragma once

#include <cstdint>

#include "core/registry.h"

namespace ndops {

/// `n` elements of `size` bytes, `stride` elements apart. `convert` (to elements of `toSize` bytes) is null where the
/// dtype stays.
void stage(char* to, const char* from, std::int64_t n, std::int64_t stride, int size, Convert convert,
           int toSize) noexcept;

/// The elements at from[offsets[i]], i < n <= 256.
void stageFrom(char* to, const char* from, const std::int64_t* offsets, std::int64_t n, int size,
               Convert convert) noexcept;

}  // namespace ndops
