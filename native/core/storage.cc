#include "core/storage.h"

#include <cstdlib>
#include <mutex>
#include <new>

#include "core/system.h"

namespace ndops {
namespace {

// Size classes: four steps between powers of two, so at most a fifth of a block is slack. From 256 bytes to 2^47.
constexpr int kSteps = 4;
constexpr int kSmallestLog = 8;
constexpr int kLargestLog = 47;
constexpr int kClasses = (kLargestLog - kSmallestLog) * kSteps + 1;
constexpr std::size_t kHugeFrom = std::size_t{4} << 20;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kAlignment = 64;

int floorLog2(std::size_t n) {
  int log = 0;
  while (n >>= 1) ++log;
  return log;
}

std::size_t classBytes(int index) {
  const std::size_t base = std::size_t{1} << (kSmallestLog + index / kSteps);
  return base + base / kSteps * static_cast<std::size_t>(index % kSteps);
}

/// The smallest class that holds `bytes`, or kClasses.
int classFor(std::size_t bytes) {
  if (bytes <= classBytes(0)) return 0;
  if (bytes > classBytes(kClasses - 1)) return kClasses;
  const int log = floorLog2(bytes);
  int index = (log - kSmallestLog) * kSteps;
  while (classBytes(index) < bytes) ++index;
  return index;
}

struct Pool {
  std::mutex mutex;
  Block* free[kClasses] = {};  // a pooled block's `data` stays; its `bytes` field links the list
  std::size_t live = 0;        // in blocks of ours
  std::size_t foreign = 0;     // in blocks over the engine's memory
  std::size_t pooled = 0;
  std::size_t peak = 0;
  std::size_t limit = 0;
  // What the machine (or the cgroup) has: past it the system would end the process instead of refusing memory.
  std::size_t budget = memoryBudget();
  std::size_t most = budget / 4;
  std::int64_t failAt = -1;

  /// Why that many bytes more may not be taken, or Ok.
  Status refusal(std::size_t bytes) const {
    const std::size_t held = live + foreign + bytes;
    if (limit != 0 && held > limit) return Status::MemoryLimit;
    return held > budget ? Status::OutOfMemory : Status::Ok;
  }
  void notePeak() {
    if (live + foreign + pooled > peak) peak = live + foreign + pooled;
  }
};

// Never destroyed: blocks may be released after static destructors ran.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

Block* next(Block* block) { return reinterpret_cast<Block*>(block->bytes); }

void freeMemory(Block* block) {
  freeAligned(block->data);
  delete block;
}

Block* fromSystem(std::size_t capacity) noexcept {
  const bool huge = capacity >= kHugeFrom;
  const std::size_t alignment = huge ? kHugePage : kAlignment;
  void* data = allocateAligned(alignment, capacity);
  if (data == nullptr) return nullptr;
  Block* block = new (std::nothrow) Block{static_cast<char*>(data), 0, capacity, {1}, false};
  if (block == nullptr) {
    freeAligned(data);
    return nullptr;
  }
  if (huge) adviseHugePages(data, capacity);
  return block;
}

/// Frees pooled blocks, largest first, until at most `keep` bytes stay. The pool is locked.
void trim(Pool& p, std::size_t keep) {
  for (int index = kClasses - 1; index >= 0 && p.pooled > keep; --index) {
    while (p.free[index] != nullptr && p.pooled > keep) {
      Block* block = p.free[index];
      p.free[index] = next(block);
      p.pooled -= block->capacity;
      freeMemory(block);
    }
  }
}

}  // namespace

Block* allocateBlock(std::size_t bytes, Status* why) noexcept {
  *why = Status::OutOfMemory;
  const int index = classFor(bytes);
  if (index == kClasses) return nullptr;
  const std::size_t capacity = classBytes(index);
  Pool& p = pool();
  Block* block = nullptr;
  {
    std::lock_guard<std::mutex> lock(p.mutex);
    if (p.failAt == 0) return nullptr;
    if (p.failAt > 0) --p.failAt;
    *why = p.refusal(capacity);
    if (*why != Status::Ok) return nullptr;
    *why = Status::OutOfMemory;
    block = p.free[index];
    const std::size_t held = p.live + p.foreign + capacity;
    if (block == nullptr && held + p.pooled > p.budget) trim(p, p.budget - held);
    if (block != nullptr) {
      p.free[index] = next(block);
      p.pooled -= capacity;
    }
    p.live += capacity;
    p.notePeak();
  }
  if (block == nullptr) {
    block = fromSystem(capacity);
    if (block == nullptr) {
      // What the pool keeps may be what is missing.
      trimMemory();
      block = fromSystem(capacity);
    }
    if (block == nullptr) {
      std::lock_guard<std::mutex> lock(p.mutex);
      p.live -= capacity;
      return nullptr;
    }
  }
  block->bytes = bytes;
  block->references.store(1, std::memory_order_relaxed);
  *why = Status::Ok;
  return block;
}

Block* wrapForeign(char* data, std::size_t bytes, Status* why) noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  *why = p.refusal(bytes);
  if (*why != Status::Ok) return nullptr;
  Block* block = new (std::nothrow) Block{data, bytes, 0, {1}, true};
  if (block == nullptr) {
    *why = Status::OutOfMemory;
    return nullptr;
  }
  p.foreign += bytes;
  p.notePeak();
  return block;
}

void retainBlock(Block* block) noexcept { block->references.fetch_add(1, std::memory_order_relaxed); }

void releaseBlock(Block* block) noexcept {
  if (block->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  Pool& p = pool();
  if (block->foreign) {
    {
      std::lock_guard<std::mutex> lock(p.mutex);
      p.foreign -= block->bytes;
    }
    delete block;
    return;
  }
  const int index = classFor(block->capacity);
  std::lock_guard<std::mutex> lock(p.mutex);
  p.live -= block->capacity;
  if (block->capacity > p.most) {
    freeMemory(block);
    return;
  }
  if (p.pooled + block->capacity > p.most) trim(p, p.most - block->capacity);
  block->bytes = reinterpret_cast<std::size_t>(p.free[index]);
  p.free[index] = block;
  p.pooled += block->capacity;
}

MemoryInfo memoryInfo() noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return {p.live + p.foreign, p.pooled, p.peak, p.limit};
}

std::size_t mostMemory() noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return p.limit != 0 && p.limit < p.budget ? p.limit : p.budget;
}

void setMemoryLimit(std::size_t bytes) noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.limit = bytes;
}

void trimMemory() noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  trim(p, 0);
}

void failAllocation(std::int64_t n) noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.failAt = n;
}

}  // namespace ndops
