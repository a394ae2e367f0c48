// Every float32 pattern through every unary math function, and 2 * 10^7 float64 values, at this process's CPU level;
// half an hour a level, apart from the suite:
//
//     NDOPS_CPU_LEVEL=v3 NDOPS_EXHAUSTIVE=math.txt ndops_tests -ns -tc='exhaustive*'
//
// NDOPS_SAMPLE=251 takes every 251st pattern and 10^6 float64 values instead. Each finished function at each level is
// one line of the file; a run goes on where the last one stopped. float32 is held against the level's float64 function,
// whose own error is nothing there and is measured against libm's long double.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "core/cpu.h"
#include "native/elementwise/math.h"

using namespace ndops;
using namespace ndops::test;

namespace {

/// The worst error over patterns `step` apart, or 0.5 where every result is the truth rounded.
Worst worstOfAll(const char* name, std::uint64_t step) {
  constexpr int kBlock = 4096;
  constexpr int kRow = 16;
  std::vector<float> in(kBlock);
  std::vector<float> out(kBlock);
  std::vector<double> wide(kBlock);
  std::vector<double> truth(kBlock);
  Worst worst{0.5};
  for (std::uint64_t first = 0; first < std::uint64_t{1} << 32; first += kBlock * step) {
    for (int i = 0; i < kBlock; ++i) {
      // Past the last pattern they begin again.
      in[i] = floatOfBits(static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(i) * step));
      wide[i] = in[i];
    }
    applyLoop<float>(name, out.data(), in.data(), nullptr, kBlock);
    applyLoop<double>(name, truth.data(), wide.data(), nullptr, kBlock);
    for (int row = 0; row < kBlock; row += kRow) {
      // Most results are: then nothing is left to measure.
      std::uint32_t apart = 0;
      for (int i = row; i < row + kRow; ++i) {
        const float rounded = static_cast<float>(truth[i]);
        std::uint32_t got;
        std::uint32_t want;
        std::memcpy(&got, &out[i], sizeof got);
        std::memcpy(&want, &rounded, sizeof want);
        apart |= got ^ want;
      }
      if (apart == 0) continue;
      for (int i = row; i < row + kRow; ++i)
        if (out[i] != static_cast<float>(truth[i]) || out[i] == 0) worst.see(ulpsBetween(out[i], truth[i]), in[i]);
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("exhaustive: float32 math on all patterns, float64 math on random values" * doctest::skip()) {
  const char* path = std::getenv("NDOPS_EXHAUSTIVE");
  REQUIRE_MESSAGE(path != nullptr, "NDOPS_EXHAUSTIVE names the file of results");
  const char* sample = std::getenv("NDOPS_SAMPLE");
  const std::uint64_t step = sample == nullptr ? 1 : std::strtoull(sample, nullptr, 10);
  REQUIRE(step > 0);
  const std::int64_t count = sample == nullptr ? 20000000 : 1000000;
  std::set<std::string> done;
  {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) done.insert(line.substr(0, line.find(':')));
  }
  const auto record = [&](const UnaryCase& function, const char* dtype, double bound, auto&& measure) {
    const std::string key = std::string(cpuLevelName(cpuLevel())) + " " + function.name + " " + dtype;
    if (done.count(key) != 0) return;
    const Worst worst = measure();
    CAPTURE(key);
    CAPTURE(worst.at);
    CHECK(worst.ulp <= bound);
    char line[128];
    std::snprintf(line, sizeof line, "%s: %.4f at %a", key.c_str(), worst.ulp, worst.at);
    std::ofstream(path, std::ios::app) << line << std::endl;
  };
  for (const UnaryCase& function : unaryCases()) {
    record(function, "float32", function.ulp32, [&] { return worstOfAll(function.name, step); });
    record(function, "float64", function.ulp64 + kLibmError, [&] { return worstOfRandom(function, count, 21); });
  }
}
