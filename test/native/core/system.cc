#include "core/system.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using namespace ndops;

namespace {

/// A folder with a /proc and a /sys of its own.
class Root {
 public:
  Root() {
    std::string name = (std::filesystem::temp_directory_path() / "ndops-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Root() { std::filesystem::remove_all(folder_); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  void write(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = folder_ + file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  const char* path() const { return folder_.c_str(); }

 private:
  std::string folder_;
};

}  // namespace

#if defined(__linux__)
TEST_CASE("system: the quota of cgroup v2 is the least on the way up") {
  const Root root;
  CHECK(processorQuota(root.path()) == 0);
  root.write("/proc/self/cgroup", "0::/outer/inner\n");
  root.write("/sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n");
  CHECK(processorQuota(root.path()) == 0);
  root.write("/sys/fs/cgroup/outer/cpu.max", "150000 100000\n");
  CHECK(processorQuota(root.path()) == 1.5);
  root.write("/sys/fs/cgroup/outer/inner/cpu.max", "25000 50000\n");
  CHECK(processorQuota(root.path()) == 0.5);
  root.write("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
  root.write("/sys/fs/cgroup/outer/memory.max", "1048576\n");
  CHECK(memoryBudget(root.path()) == 1048576);
}

TEST_CASE("system: the quota of cgroup v1, in the folder of its controller") {
  const Root root;
  root.write("/proc/self/cgroup", "4:cpuset:/x\n3:cpu,cpuacct:/box\n2:memory:/\n0::/\n");
  root.write("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
  root.write("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  CHECK(processorQuota(root.path()) == 0);
  root.write("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "300000\n");
  CHECK(processorQuota(root.path()) == 3);
  root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
  CHECK(memoryBudget(root.path()) == 2097152);
}
#endif

TEST_CASE("system: there is a processor and some memory") {
  CHECK(processorBudget() >= 1);
  CHECK(memoryBudget() > std::size_t{1} << 20);
}
