#include "core/registry.h"

#include <cstring>
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

/// Numbers by name: drivers look rows of others up in every launch, so that this is quicker than the library's maps.
class Names {
 public:
  /// The number of a name, or -1.
  int find(const char* name) const noexcept { return places_[placeOf(name)]; }
  /// The number of a name, which is `next` for a new one.
  int add(const char* name, int next) {
    if (names_.size() * 4 >= places_.size()) grow();
    int& place = places_[placeOf(name)];
    if (place >= 0) return place;
    names_.push_back(name);
    return place = next;
  }

 private:
  /// Where the name's number stands, or would.
  std::size_t placeOf(const char* name) const noexcept {
    std::uint32_t hash = 2166136261u;
    for (const char* c = name; *c != 0; ++c) hash = (hash ^ static_cast<std::uint8_t>(*c)) * 16777619u;
    std::size_t place = hash & (places_.size() - 1);
    while (places_[place] >= 0 && std::strcmp(names_[static_cast<std::size_t>(places_[place])], name) != 0)
      place = (place + 1) & (places_.size() - 1);
    return place;
  }
  void grow() {
    places_.assign(places_.size() * 2, -1);
    for (std::size_t i = 0; i < names_.size(); ++i) places_[placeOf(names_[i])] = static_cast<int>(i);
  }
  std::vector<const char*> names_;  // by number; they lie in constant memory
  std::vector<int> places_ = std::vector<int>(512, -1);
};

struct Registry {
  std::vector<Kernel> kernels;
  Names numbers;
  Convert converters[kDTypes][kDTypes] = {};

  void add(const Table& table) {
    for (int i = 0; i < table.count; ++i) {
      const Row& row = table.rows[i];
      if (std::strcmp(row.name, kConvert) == 0) {
        converters[static_cast<int>(row.out)][static_cast<int>(row.in)] = reinterpret_cast<Convert>(row.inner);
        continue;
      }
      const int number = numbers.add(row.name, static_cast<int>(kernels.size()));
      if (number == static_cast<int>(kernels.size())) kernels.push_back(Kernel{row.name, row.driver, {}, {}});
      Kernel& kernel = kernels[static_cast<std::size_t>(number)];
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

int findKernel(const char* name) noexcept { return registry().numbers.find(name); }

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
