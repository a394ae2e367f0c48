#include "core/shared.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

namespace ndops {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMostSeconds = 1e9;

struct Shared {
  Block* block;
  const void* owner;  // null once posted
  Clock::time_point deadline;
  int count;
  double words[kSharedWords];

  bool over(Clock::time_point now) const { return owner == nullptr && deadline <= now; }
};

struct Registry {
  std::mutex mutex;
  std::unordered_map<double, Shared> entries;
  double last = 0;
};

// Never destroyed: environments close while the process exits.
Registry& registry() {
  static Registry* instance = new Registry;
  return *instance;
}

}  // namespace

double shareBlock(Block* block, const double* words, int count, const void* owner) noexcept {
  if (count < 0 || count > kSharedWords) return 0;
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  Shared entry{block, owner, Clock::time_point::max(), count, {}};
  std::copy(words, words + count, entry.words);
  r.entries.emplace(++r.last, entry);
  retainBlock(block);
  return r.last;
}

void postShared(double token, double seconds) noexcept {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  const auto found = r.entries.find(token);
  if (found == r.entries.end()) return;
  const auto wait = std::chrono::duration<double>(std::clamp(seconds, 0.0, kMostSeconds));
  found->second.owner = nullptr;
  found->second.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(wait);
}

Block* takeShared(double token, double* words) noexcept {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  const auto found = r.entries.find(token);
  if (found == r.entries.end()) return nullptr;
  const Shared entry = found->second;
  r.entries.erase(found);
  if (entry.over(Clock::now())) {
    releaseBlock(entry.block);
    return nullptr;
  }
  std::copy(entry.words, entry.words + entry.count, words);
  return entry.block;
}

bool releaseShared(double token) noexcept {
  double words[kSharedWords];
  Block* block = takeShared(token, words);
  if (block == nullptr) return false;
  releaseBlock(block);
  return true;
}

void closeShared(const void* owner) noexcept {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  for (auto at = r.entries.begin(); at != r.entries.end();) {
    if (at->second.owner != owner) {
      ++at;
      continue;
    }
    releaseBlock(at->second.block);
    at = r.entries.erase(at);
  }
}

double sweepShared() noexcept {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  const Clock::time_point now = Clock::now();
  Clock::time_point next = Clock::time_point::max();
  for (auto at = r.entries.begin(); at != r.entries.end();) {
    const Shared& entry = at->second;
    if (entry.over(now)) {
      releaseBlock(entry.block);
      at = r.entries.erase(at);
      continue;
    }
    if (entry.owner == nullptr && entry.deadline < next) next = entry.deadline;
    ++at;
  }
  if (next == Clock::time_point::max()) return -1;
  return std::chrono::duration<double, std::milli>(next - now).count();
}

}  // namespace ndops
