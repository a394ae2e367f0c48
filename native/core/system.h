// What the operating system says of this process and does for it: memory, processors, loading. The only place that
// asks.
#pragma once

#include <cstddef>

namespace ndops {

/// Bytes that this process may use: physical memory, or the cgroup's limit where that is lower. For tests, `root` is
/// where /proc and /sys are.
std::size_t memoryBudget(const char* root = "") noexcept;

/// Processors that this process may use: affinity, and the cgroup's quota rounded up. At least 1.
int processorBudget() noexcept;

/// The cgroup's processor quota in processors (0.5, 2 …), or 0 where there is none.
double processorQuota(const char* root = "") noexcept;

/// Memory at a multiple of `alignment`, a power of two; null where there is none. Only freeAligned takes it back.
void* allocateAligned(std::size_t alignment, std::size_t bytes) noexcept;
void freeAligned(void* data) noexcept;

/// The library that this code is in stays loaded from now on: its threads outlive every environment.
void stayLoaded() noexcept;

/// Asks for huge pages behind this memory; a wish that may be refused.
void adviseHugePages(void* data, std::size_t bytes) noexcept;

}  // namespace ndops
