// All kernels of this process: the rows of the baseline and of the chosen CPU level, found by name once at load.
#pragma once

#include "core/cpu.h"
#include "core/kernel.h"

namespace ndops {

/// The kernel's number, or -1. Numbers hold for the life of the process.
int findKernel(const char* name) noexcept;
/// How many kernels there are; numbers run from 0.
int kernelCount() noexcept;
const Kernel& kernelAt(int number) noexcept;

/// A row of this name at this dtype, or null: for drivers that use other ops' inner loops.
Inner findInner(const char* name, DType in) noexcept;

/// Converts `n` contiguous elements. `from` and `to` differ or are equal (then it copies). Never null.
/// Floats to integers saturate and NaN becomes 0, the same on every machine; complex to real drops the imaginary part.
using Convert = void (*)(char* to, const char* from, std::int64_t n);
Convert converter(DType to, DType from) noexcept;

}  // namespace ndops
