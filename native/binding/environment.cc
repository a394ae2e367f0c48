#include "binding/environment.h"

#include <algorithm>

namespace ndops {
namespace {

constexpr std::int64_t kReportStep = std::int64_t{4} << 20;

std::int64_t sizeOf(const Block& block) {
  return static_cast<std::int64_t>(block.foreign ? block.bytes : block.capacity);
}

}  // namespace

int SlotTable::add(Block* block) noexcept {
  int slot = free_;
  if (slot >= 0) {
    free_ = slots_[static_cast<std::size_t>(slot)].nextFree;
  } else {
    slot = static_cast<int>(slots_.size());
    slots_.push_back({nullptr, 0, -1, false});
  }
  Slot& s = slots_[static_cast<std::size_t>(slot)];
  s.block = block;
  s.exposed = false;
  bytes_ += static_cast<std::int64_t>(block->capacity);
  held_ += sizeOf(*block);
  return slot;
}

bool SlotTable::remove(double slot, double generation) noexcept {
  Slot* found = find(slot, generation);
  if (found == nullptr) return false;
  if (!found->exposed) bytes_ -= static_cast<std::int64_t>(found->block->capacity);
  held_ -= sizeOf(*found->block);
  releaseBlock(found->block);
  found->block = nullptr;
  ++found->generation;
  found->nextFree = free_;
  free_ = static_cast<int>(slot);
  return true;
}

void SlotTable::markExposed(double slot, double generation) noexcept {
  Slot* found = find(slot, generation);
  if (found == nullptr || found->exposed) return;
  found->exposed = true;
  bytes_ -= static_cast<std::int64_t>(found->block->capacity);
}

void SlotTable::clear() noexcept {
  for (Slot& slot : slots_) {
    if (slot.block != nullptr) releaseBlock(slot.block);
    slot.block = nullptr;
  }
}

bool Owners::add(napi_env env, napi_value owner, const SlotTable& slots, int slot) {
  napi_ref weak = nullptr;
  if (napi_create_reference(env, owner, 0, &weak) != napi_ok) return false;
  entries_.push_back({weak, slot, slots.generationOf(slot)});
  return true;
}

bool Owners::sweep(napi_env env, SlotTable* slots) {
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return false;
  bool any = false;
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    // What was disposed of is forgotten, its owner may live on.
    if (slots->resolve(entry.slot, entry.generation) != nullptr) {
      napi_value owner = nullptr;
      if (napi_get_reference_value(env, entry.owner, &owner) == napi_ok && owner != nullptr) {
        entries_[kept++] = entry;
        continue;
      }
      any = slots->remove(entry.slot, entry.generation);
    }
    napi_delete_reference(env, entry.owner);
  }
  entries_.resize(kept);
  sweepAt_ = std::max(kLeast, 2 * kept);
  sweepHeld_ = slots->held() + std::max(kLeastBytes, slots->held() / 4);
  napi_close_handle_scope(env, scope);
  return any;
}

void Environment::reportBytes() noexcept {
  const std::int64_t change = slots.bytes() - reported;
  if (change < kReportStep && change > -kReportStep) return;
  std::int64_t total = 0;
  if (napi_adjust_external_memory(env, change, &total) == napi_ok) reported += change;
}

Environment* environmentOf(napi_env env) noexcept {
  void* data = nullptr;
  return napi_get_instance_data(env, &data) == napi_ok ? static_cast<Environment*>(data) : nullptr;
}

void defineRaw(Napi::Env env, Napi::Object exports, const char* name, napi_callback callback, Environment* state) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, state, &function) == napi_ok)
    napi_set_named_property(env, exports, name, function);
}

}  // namespace ndops
