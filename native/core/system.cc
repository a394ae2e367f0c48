#include "core/system.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sched.h>
#include <sys/mman.h>
#endif
#if defined(__APPLE__)
#include <dlfcn.h>
#endif
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <malloc.h>
#include <windows.h>
#else
#include <unistd.h>
#endif

#include <thread>

namespace ndops {
namespace {

#if defined(__linux__)
/// The first line of a small file, or false.
bool readLine(const char* path, char* line, int size) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return false;
  const bool read = std::fgets(line, size, file) != nullptr;
  std::fclose(file);
  if (read) line[std::strcspn(line, "\n")] = '\0';
  return read;
}

/// The path of this process's cgroup: the v2 one ("0::"), or of the v1 controller named. Empty where there is none.
void cgroupPath(const char* root, const char* controller, char* path, std::size_t size) {
  path[0] = '\0';
  char list[256];
  std::snprintf(list, sizeof list, "%s/proc/self/cgroup", root);
  std::FILE* file = std::fopen(list, "re");
  if (file == nullptr) return;
  char line[1024];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    char* names = std::strchr(line, ':');
    if (names == nullptr) continue;
    char* where = std::strchr(++names, ':');
    if (where == nullptr) continue;
    *where++ = '\0';
    bool found = false;
    if (controller == nullptr) {
      found = names[0] == '\0';
    } else {
      for (char *save = nullptr, *name = strtok_r(names, ",", &save); name != nullptr;
           name = strtok_r(nullptr, ",", &save))
        found = found || std::strcmp(name, controller) == 0;
    }
    if (found) {
      std::snprintf(path, size, "%s", where);
      break;
    }
  }
  std::fclose(file);
}

/// Calls visit(folder) for the cgroup's folder and each one above it, up to the mount: any of them may limit.
template <class Visit>
void eachCgroupFolder(const char* root, const char* mount, const char* controller, Visit visit) {
  char path[1024];
  cgroupPath(root, controller, path, sizeof path);
  char folder[1500];
  for (;;) {
    std::snprintf(folder, sizeof folder, "%s%s%s", root, mount, path);
    visit(folder);
    char* slash = std::strrchr(path, '/');
    if (slash == nullptr || path[1] == '\0') {
      if (path[0] != '\0') {
        path[0] = '\0';
        continue;
      }
      return;
    }
    *slash = '\0';
  }
}
#endif

}  // namespace

std::size_t memoryBudget(const char* root) noexcept {
#if defined(_WIN32)
  static_cast<void>(root);
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  return GlobalMemoryStatusEx(&status) ? static_cast<std::size_t>(status.ullTotalPhys) : std::size_t{1} << 30;
#else
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  double most = pages > 0 && page > 0 ? static_cast<double>(pages) * static_cast<double>(page) : 1073741824.0;
#if defined(__linux__)
  const auto lower = [&most](const char* folder, const char* file) {
    char path[1600];
    char line[64];
    double bytes = 0;
    std::snprintf(path, sizeof path, "%s/%s", folder, file);
    if (readLine(path, line, sizeof line) && std::sscanf(line, "%lf", &bytes) == 1 && bytes > 0 && bytes < most)
      most = bytes;
  };
  eachCgroupFolder(root, "/sys/fs/cgroup", nullptr, [&](const char* folder) { lower(folder, "memory.max"); });
  eachCgroupFolder(root, "/sys/fs/cgroup/memory", "memory",
                   [&](const char* folder) { lower(folder, "memory.limit_in_bytes"); });
#else
  static_cast<void>(root);
#endif
  return static_cast<std::size_t>(most);
#endif
}

double processorQuota(const char* root) noexcept {
  double least = 0;
#if defined(__linux__)
  const auto lower = [&least](double quota, double period) {
    if (quota > 0 && period > 0 && (least == 0 || quota / period < least)) least = quota / period;
  };
  eachCgroupFolder(root, "/sys/fs/cgroup", nullptr, [&](const char* folder) {
    char path[1600];
    char line[64];
    double quota = 0;
    double period = 0;
    std::snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (readLine(path, line, sizeof line) && std::sscanf(line, "%lf %lf", &quota, &period) == 2) lower(quota, period);
  });
  eachCgroupFolder(root, "/sys/fs/cgroup/cpu", "cpu", [&](const char* folder) {
    char path[1600];
    char quotaLine[64];
    char periodLine[64];
    double quota = 0;
    double period = 0;
    std::snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!readLine(path, quotaLine, sizeof quotaLine)) return;
    std::snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!readLine(path, periodLine, sizeof periodLine)) return;
    if (std::sscanf(quotaLine, "%lf", &quota) == 1 && std::sscanf(periodLine, "%lf", &period) == 1)
      lower(quota, period);
  });
#else
  static_cast<void>(root);
#endif
  return least;
}

int processorBudget() noexcept {
  int count = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  // Larger machines than the fixed set holds answer with an error; then what the library says has to do.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
#elif defined(_WIN32)
  // Nothing for processes in several groups of 64 processors; then what the library says has to do.
  DWORD_PTR own = 0;
  DWORD_PTR all = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all) && own != 0) count = __builtin_popcountll(own);
#endif
  if (count < 1) count = 1;
  const double quota = processorQuota();
  if (quota > 0 && std::ceil(quota) < count) count = static_cast<int>(std::ceil(quota));
  return count < 1 ? 1 : count;
}

void* allocateAligned(std::size_t alignment, std::size_t bytes) noexcept {
#if defined(_WIN32)
  return _aligned_malloc(bytes, alignment);
#else
  void* data = nullptr;
  return posix_memalign(&data, alignment, bytes) == 0 ? data : nullptr;
#endif
}

void freeAligned(void* data) noexcept {
#if defined(_WIN32)
  _aligned_free(data);
#else
  std::free(data);
#endif
}

void stayLoaded() noexcept {
  // Elsewhere the linker says it (-z nodelete).
#if defined(_WIN32)
  HMODULE self = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCWSTR>(&stayLoaded), &self);
#elif defined(__APPLE__)
  Dl_info self;
  if (dladdr(reinterpret_cast<const void*>(&stayLoaded), &self) != 0) dlopen(self.dli_fname, RTLD_LAZY | RTLD_NODELETE);
#endif
}

void adviseHugePages(void* data, std::size_t bytes) noexcept {
#if defined(__linux__)
  madvise(data, bytes, MADV_HUGEPAGE);
#else
  (void)data;
  (void)bytes;
#endif
}

}  // namespace ndops
