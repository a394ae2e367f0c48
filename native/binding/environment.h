// What one JavaScript environment (the main thread or a worker) holds: the command block, the slot table, its jobs.
#pragma once

#include <napi.h>

#include <vector>

#include "core/command.h"
#include "core/jobs.h"
#include "core/storage.h"

namespace ndops {

/// Storage handles: a slot and a generation name a block; a freed slot's old generation names nothing.
class SlotTable {
 public:
  /// The block that a handle names, or null.
  Block* resolve(double slot, double generation) const noexcept {
    const Slot* found = find(slot, generation);
    return found == nullptr ? nullptr : found->block;
  }
  /// Takes over the caller's reference. The slot, or -1 when out of memory.
  int add(Block* block) noexcept;
  /// Gives the block back; false where the handle names nothing (any more).
  bool remove(double slot, double generation) noexcept;
  std::uint32_t generationOf(int slot) const noexcept { return slots_[static_cast<std::size_t>(slot)].generation; }
  /// Bytes of blocks of ours that this environment holds and V8 was not told of by other means.
  std::int64_t bytes() const noexcept { return bytes_; }
  /// Bytes of all its blocks.
  std::int64_t held() const noexcept { return held_; }
  /// From now on V8 counts this block itself: it has an ArrayBuffer.
  void markExposed(double slot, double generation) noexcept;
  void clear() noexcept;

 private:
  struct Slot {
    Block* block;
    std::uint32_t generation;
    int nextFree;
    bool exposed;
  };
  const Slot* find(double slot, double generation) const noexcept {
    if (!(slot >= 0) || !(slot < static_cast<double>(slots_.size()))) return nullptr;
    const Slot& found = slots_[static_cast<std::size_t>(slot)];
    return found.block != nullptr && found.generation == generation ? &found : nullptr;
  }
  Slot* find(double slot, double generation) noexcept {
    return const_cast<Slot*>(static_cast<const SlotTable*>(this)->find(slot, generation));
  }
  std::vector<Slot> slots_;
  int free_ = -1;
  std::int64_t bytes_ = 0;
  std::int64_t held_ = 0;
};

/// JavaScript objects that slots belong to. Finalizers do not run in a loop that never yields, and objects that a
/// FinalizationRegistry knows survive young collections: so weak references are looked at now and then instead.
class Owners {
 public:
  /// False when out of memory.
  bool add(napi_env env, napi_value owner, const SlotTable& slots, int slot);
  /// Gives back the slots of owners that have been collected. Whether there were any.
  bool sweep(napi_env env, SlotTable* slots);
  /// Whether owners have doubled, or a quarter more memory is held, since the last sweep.
  bool due(const SlotTable& slots) const noexcept { return entries_.size() >= sweepAt_ || slots.held() >= sweepHeld_; }

 private:
  static constexpr std::size_t kLeast = 512;
  static constexpr std::int64_t kLeastBytes = std::int64_t{32} << 20;
  struct Entry {
    napi_ref owner;
    int slot;
    std::uint32_t generation;
  };
  std::vector<Entry> entries_;
  std::size_t sweepAt_ = kLeast;
  std::int64_t sweepHeld_ = kLeastBytes;
};

struct Environment {
  explicit Environment(napi_env e) : env(e), queue(openJobQueue()) {}

  napi_env env;
  double* words = nullptr;   // the command block's memory
  napi_ref block = nullptr;  // and what keeps it
  SlotTable slots;
  Owners owners;
  std::int64_t reported = 0;  // bytes that V8 was told of
  JobQueue* queue;
  napi_ref settle = nullptr;       // called with (job id) for each finished job
  napi_async_work pump = nullptr;  // waits for finished jobs while there are any
  bool closing = false;

  /// Tells V8 of a change of the bytes held, in coarse steps.
  void reportBytes() noexcept;
};

/// This environment's state; made when the addon is loaded into it.
Environment* environmentOf(napi_env env) noexcept;

/// Gives a late output its slot and writes into the block what it is.
void sayLate(Environment* state, Execution& execution);

void defineLaunch(Napi::Env env, Napi::Object exports, Environment* state);
void defineBuffers(Napi::Env env, Napi::Object exports, Environment* state);
void defineJobs(Napi::Env env, Napi::Object exports, Environment* state);
void defineShare(Napi::Env env, Napi::Object exports, Environment* state);
void defineInfo(Napi::Env env, Napi::Object exports, Environment* state);

/// Adds a raw function: for calls that must cost nanoseconds. Its data pointer is the environment.
void defineRaw(Napi::Env env, Napi::Object exports, const char* name, napi_callback callback, Environment* state);

}  // namespace ndops
