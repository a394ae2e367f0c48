// Which instruction set the kernels of this process use.
#pragma once

namespace ndops {

enum class CpuLevel : int { V2, V3, V4, Neon };

/// The level in use: the processor's best, or a lower one named by NDOPS_CPU_LEVEL. Chosen once.
CpuLevel cpuLevel() noexcept;
const char* cpuLevelName(CpuLevel level) noexcept;
/// Whether this processor (and its operating system) runs the level.
bool cpuSupports(CpuLevel level) noexcept;
/// What the environment asked for in vain, or null: an unknown or unsupported NDOPS_CPU_LEVEL is an error at load.
const char* cpuLevelError() noexcept;

}  // namespace ndops
