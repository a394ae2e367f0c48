// Memory of tensors: reference-counted blocks, taken from a pool that keeps freed ones warm.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// One piece of memory. `data` is 64-byte aligned, from 4 MiB on 2 MiB aligned with huge pages asked for.
struct Block {
  char* data;
  std::size_t bytes;     // what the caller asked for
  std::size_t capacity;  // what the pool gave
  std::atomic<std::int32_t> references;
  bool foreign;  // memory of the JavaScript engine: counted, but never freed or pooled here
};

/// A block with one reference, its content undefined, or null with the reason. Zero bytes give a valid address.
Block* allocateBlock(std::size_t bytes, Status* why) noexcept;
/// A block over memory that somebody else frees, or null with the reason. It counts as live as long as it is held.
Block* wrapForeign(char* data, std::size_t bytes, Status* why) noexcept;
void retainBlock(Block* block) noexcept;
/// The last release gives the memory back to the pool.
void releaseBlock(Block* block) noexcept;

struct MemoryInfo {
  std::size_t live;    // bytes in blocks that somebody holds, foreign ones included
  std::size_t pooled;  // bytes kept warm for reuse
  std::size_t peak;    // the most that live + pooled have been
  std::size_t limit;   // 0: none
};
MemoryInfo memoryInfo() noexcept;
/// What live bytes may ever be: the limit, or what the machine or the cgroup has.
std::size_t mostMemory() noexcept;
/// Live bytes past this fail with Status::MemoryLimit. 0 takes the limit away.
void setMemoryLimit(std::size_t bytes) noexcept;
/// Gives all pooled memory back to the system.
void trimMemory() noexcept;

/// For tests: from the n-th allocation on all fail as if the system had no memory; -1 for none.
void failAllocation(std::int64_t n) noexcept;

}  // namespace ndops
