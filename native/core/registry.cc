#include "core/registry.h"

#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace ndops {

// The tables that the build found (CMakeLists.txt), declared here and gathered below.
#define NDOPS_BASELINE_TABLE(name) \
  namespace baseline {             \
  extern const Table name;         \
  }
#define NDOPS_LEVEL_TABLE(level, name) \
  namespace level {                    \
  extern const Table name;             \
  }
#include "tables.inc"
#undef NDOPS_BASELINE_TABLE
#undef NDOPS_LEVEL_TABLE

namespace {

constexpr char kConvert[] = "convert";

struct Registry {
  std::vector<Kernel> kernels;
  std::unordered_map<std::string, int> numbers;
  Convert converters[kDTypes][kDTypes] = {};

  void add(const Table& table) {
    for (int i = 0; i < table.count; ++i) {
      const Row& row = table.rows[i];
      if (std::strcmp(row.name, kConvert) == 0) {
        converters[static_cast<int>(row.out)][static_cast<int>(row.in)] = reinterpret_cast<Convert>(row.inner);
        continue;
      }
      const auto [found, isNew] = numbers.emplace(row.name, static_cast<int>(kernels.size()));
      if (isNew) kernels.push_back(Kernel{row.name, row.driver, {}, {}});
      Kernel& kernel = kernels[static_cast<std::size_t>(found->second)];
      kernel.inner[static_cast<int>(row.in)] = row.inner;
      kernel.out[static_cast<int>(row.in)] = row.out;
    }
  }

  Registry() {
    const char* level = cpuLevelName(cpuLevel());
    (void)level;
#define NDOPS_BASELINE_TABLE(name) add(baseline::name);
#define NDOPS_LEVEL_TABLE(l, name) \
  if (std::strcmp(level, #l) == 0) add(l::name);
#include "tables.inc"
#undef NDOPS_BASELINE_TABLE
#undef NDOPS_LEVEL_TABLE
  }
};

// Never destroyed: pool threads may still run kernels when static destructors do.
const Registry& registry() {
  static const Registry* instance = new Registry;
  return *instance;
}

}  // namespace

int findKernel(const char* name) noexcept {
  const auto found = registry().numbers.find(name);
  return found == registry().numbers.end() ? -1 : found->second;
}

int kernelCount() noexcept { return static_cast<int>(registry().kernels.size()); }

const Kernel& kernelAt(int number) noexcept { return registry().kernels[static_cast<std::size_t>(number)]; }

Inner findInner(const char* name, DType in) noexcept {
  const int number = findKernel(name);
  return number < 0 ? nullptr : kernelAt(number).inner[static_cast<int>(in)];
}

Convert converter(DType to, DType from) noexcept {
  return registry().converters[static_cast<int>(to)][static_cast<int>(from)];
}

}  // namespace ndops
