// One value everywhere, or below a diagonal.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Kernel `fill` (views: out, a value of one element and any dtype).
Status fill(const Kernel& kernel, const Launch& launch) noexcept;
/// Kernel `tri` (views: out of two axes; numbers: k): one where column <= row + k, else zero.
Status tri(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
