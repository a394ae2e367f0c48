#include "core/cpu.h"

#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ndops {
namespace {

constexpr const char* kNames[] = {"v2", "v3", "v4", "neon"};
constexpr int kLevels = 4;

// What CMakeLists.txt built: names in quotes.
constexpr const char* kBuilt[] = {
#include "levels.inc"
};

bool isBuilt(int level) {
  for (const char* name : kBuilt)
    if (std::strcmp(name, kNames[level]) == 0) return true;
  return false;
}

#if defined(__x86_64__)
bool bit(unsigned word, int n) { return (word >> n & 1u) != 0; }

unsigned long long enabledStates() {
  unsigned low = 0;
  unsigned high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<unsigned long long>(high) << 32) | low;
}

/// The best level that processor and operating system run, or -1 below v2.
int detect() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return -1;
  const bool v2 = bit(c, 0) && bit(c, 9) && bit(c, 13) && bit(c, 19) && bit(c, 20) && bit(c, 23);
  if (!v2) return -1;
  const bool osxsave = bit(c, 27);
  const bool avx = bit(c, 28) && bit(c, 12) && bit(c, 29) && bit(c, 22);  // AVX, FMA, F16C, MOVBE
  if (!osxsave || !avx || (enabledStates() & 0x6) != 0x6) return 0;
  unsigned b7 = 0;
  unsigned c7 = 0;
  unsigned d7 = 0;
  if (__get_cpuid_count(7, 0, &a, &b7, &c7, &d7) == 0) return 0;
  if (!(bit(b7, 3) && bit(b7, 5) && bit(b7, 8))) return 0;                                  // BMI1, AVX2, BMI2
  if (__get_cpuid(0x80000001u, &a, &b, &c, &d) == 0 || !bit(c, 5)) return 0;                // LZCNT
  const bool v4 = bit(b7, 16) && bit(b7, 17) && bit(b7, 28) && bit(b7, 30) && bit(b7, 31);  // F, DQ, CD, BW, VL
  return v4 && (enabledStates() & 0xe6) == 0xe6 ? 2 : 1;
}
#endif

bool runs(int level) {
  if (!isBuilt(level)) return false;
#if defined(__x86_64__)
  return level <= static_cast<int>(CpuLevel::V4) && level <= detect();
#else
  return level == static_cast<int>(CpuLevel::Neon);
#endif
}

struct Choice {
  CpuLevel level;
  const char* error;
};

Choice choose() {
  int best = kLevels - 1;
  while (best >= 0 && !runs(best)) --best;
  if (best < 0) return {CpuLevel::V2, "this processor has no SSE4.2; ndops needs x86-64-v2 or later"};
  const char* asked = std::getenv("NDOPS_CPU_LEVEL");
  if (asked == nullptr || asked[0] == '\0') return {static_cast<CpuLevel>(best), nullptr};
  for (int level = 0; level < kLevels; ++level)
    if (std::strcmp(asked, kNames[level]) == 0 && runs(level)) return {static_cast<CpuLevel>(level), nullptr};
  return {static_cast<CpuLevel>(best),
          "NDOPS_CPU_LEVEL names a level that this processor does not run, or that is not in this build"};
}

const Choice& choice() {
  static const Choice chosen = choose();
  return chosen;
}

}  // namespace

CpuLevel cpuLevel() noexcept { return choice().level; }
const char* cpuLevelName(CpuLevel level) noexcept { return kNames[static_cast<int>(level)]; }
const char* cpuLevelError() noexcept { return choice().error; }

bool cpuRuns(CpuLevel level) noexcept { return runs(static_cast<int>(level)); }

}  // namespace ndops
