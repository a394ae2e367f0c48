// One value everywhere.
#pragma once

#include "core/kernel.h"

namespace ndops {

/// Kernel `fill` (views: out, a value of one element and any dtype).
Status fill(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
