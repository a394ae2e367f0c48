// Every float32 pattern through every unary math function at this process's CPU level, hours apart from the suite:
//
//     NDOPS_CPU_LEVEL=v3 NDOPS_EXHAUSTIVE=math.txt ndops_tests -ns -tc='exhaustive*'
//
// Each finished function at each level is one line of the file; a run goes on where the last one stopped.
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

TEST_CASE("exhaustive: float32 math on all patterns, float64 math on 10^8 values" * doctest::skip()) {
  const char* path = std::getenv("NDOPS_EXHAUSTIVE");
  REQUIRE_MESSAGE(path != nullptr, "NDOPS_EXHAUSTIVE names the file of results");
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
    std::ofstream(path, std::ios::app) << key << ": " << worst.ulp << " at " << worst.at << std::endl;
  };
  for (const UnaryCase& function : unaryCases()) {
    record(function, "float32", function.ulp32, [&] { return worstOver(function, 0, std::uint64_t{1} << 32, 1); });
    record(function, "float64", function.ulp64 + kLibmError, [&] { return worstOfRandom(function, 100000000, 21); });
  }
}
