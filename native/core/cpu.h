// Which instruction set the kernels of this process use.
#pragma once

namespace ndops {

enum class CpuLevel : int { V2, V3, V4, Neon };

/// The level in use: the processor's best, or a lower one named by NDOPS_CPU_LEVEL. Chosen once.
CpuLevel cpuLevel() noexcept;
const char* cpuLevelName(CpuLevel level) noexcept;
/// Whether this processor (and its operating system) runs the level, and this build has it.
bool cpuRuns(CpuLevel level) noexcept;
/// Why nothing can run, or what the environment asked for in vain, or null: an error at load.
const char* cpuLevelError() noexcept;

}  // namespace ndops
