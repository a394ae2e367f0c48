// Memory to and from JavaScript: copies in and out of storage, and storage as an ArrayBuffer where the host allows it.
#include <cstdlib>
#include <cstring>

#include "binding/environment.h"

namespace ndops {
namespace {

/// A typed array's memory as the engine itself knows it, whatever its JavaScript properties say.
struct Bytes {
  char* data = nullptr;
  std::size_t length = 0;
};

bool bytesOf(napi_env env, napi_value value, Bytes* out) {
  bool is = false;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) return false;
  constexpr std::size_t kBytes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2};
  if (static_cast<std::size_t>(type) >= sizeof kBytes / sizeof kBytes[0]) return false;
  out->data = static_cast<char*>(data);
  out->length = data == nullptr ? 0 : length * kBytes[type];
  return true;
}

struct Place {
  Block* block = nullptr;
  std::size_t offset = 0;
};

/// Arguments 0 to 2: slot, generation, byte offset.
bool placeOf(const Napi::CallbackInfo& info, Environment* state, Place* out) {
  const double offset = info[2].As<Napi::Number>().DoubleValue();
  out->block = state->slots.resolve(info[0].As<Napi::Number>().DoubleValue(), info[1].As<Napi::Number>().DoubleValue());
  if (out->block == nullptr || !(offset >= 0) || !(offset <= static_cast<double>(out->block->bytes))) return false;
  out->offset = static_cast<std::size_t>(offset);
  return true;
}

/// (slot, generation, offset, typed array): copies the array in. Whether all of it fitted into the storage.
Napi::Value copyIn(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  Place to;
  Bytes from;
  if (!placeOf(info, state, &to) || !bytesOf(info.Env(), info[3], &from) || from.length > to.block->bytes - to.offset)
    return Napi::Boolean::New(info.Env(), false);
  if (from.length != 0) std::memcpy(to.block->data + to.offset, from.data, from.length);
  return Napi::Boolean::New(info.Env(), true);
}

/// (slot, generation, offset, typed array): fills the array from the storage. Whether the storage had that much.
Napi::Value copyOut(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  Place from;
  Bytes to;
  if (!placeOf(info, state, &from) || !bytesOf(info.Env(), info[3], &to) || to.length > from.block->bytes - from.offset)
    return Napi::Boolean::New(info.Env(), false);
  if (to.length != 0) std::memcpy(to.data, from.block->data + from.offset, to.length);
  return Napi::Boolean::New(info.Env(), true);
}

void releaseExposed(napi_env, void*, void* hint) { releaseBlock(static_cast<Block*>(hint)); }

/// (slot, generation): the block's memory as an ArrayBuffer without a copy, or undefined where the host forbids it.
Napi::Value expose(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  const double slot = info[0].As<Napi::Number>().DoubleValue();
  const double generation = info[1].As<Napi::Number>().DoubleValue();
  Block* block = state->slots.resolve(slot, generation);
  if (block == nullptr || block->foreign) return info.Env().Undefined();
  napi_value buffer = nullptr;
  retainBlock(block);
  if (napi_create_external_arraybuffer(info.Env(), block->data, block->bytes, releaseExposed, block, &buffer) !=
      napi_ok) {
    releaseBlock(block);
    // The refusal may have left an exception behind, which is not the caller's.
    bool pending = false;
    napi_value ignored = nullptr;
    if (napi_is_exception_pending(info.Env(), &pending) == napi_ok && pending)
      napi_get_and_clear_last_exception(info.Env(), &ignored);
    return info.Env().Undefined();
  }
  state->slots.markExposed(slot, generation);
  state->reportBytes();
  return Napi::Value(info.Env(), buffer);
}

/// What glibc keeps of freed memory, it learns from the largest piece that was ever freed. From then on V8's
/// collections leave pages warm that would be given back to the system, and cleared anew, a thousand times a second.
void warmAllocator() {
#if defined(__GLIBC__)
  void* volatile piece = std::malloc(std::size_t{24} << 20);
  std::free(piece);
#endif
}

/// (array buffer): a slot over memory of the engine's; words as after `allocate`, but details[0] says how many bytes
/// its first 64-byte boundary is in. Whoever owns the slot keeps the buffer.
napi_value adopt(napi_env env, napi_callback_info info) {
  static const bool warmed = (warmAllocator(), true);
  static_cast<void>(warmed);
  void* state_ = nullptr;
  napi_value buffer = nullptr;
  std::size_t count = 1;
  void* data = nullptr;
  std::size_t bytes = 0;
  if (napi_get_cb_info(env, info, &count, &buffer, nullptr, &state_) != napi_ok) return nullptr;
  Environment* state = static_cast<Environment*>(state_);
  Status why = Status::OutOfMemory;
  Block* block = nullptr;
  if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) == napi_ok) {
    if (state->owners.due(state->slots)) state->owners.sweep(env, &state->slots);
    block = wrapForeign(static_cast<char*>(data), bytes, &why);
  }
  state->words[word::kStatus] = static_cast<double>(static_cast<std::int32_t>(why));
  if (block == nullptr) return nullptr;
  const int slot = state->slots.add(block);
  state->words[word::kLateSlot] = slot;
  state->words[word::kLateGeneration] = state->slots.generationOf(slot);
  state->words[word::kDetails] = static_cast<double>((0 - reinterpret_cast<std::uintptr_t>(data)) % 64);
  return nullptr;
}

}  // namespace

void defineBuffers(Napi::Env env, Napi::Object exports, Environment* state) {
  exports.Set("copyIn", Napi::Function::New(env, copyIn, "copyIn", state));
  exports.Set("copyOut", Napi::Function::New(env, copyOut, "copyOut", state));
  exports.Set("expose", Napi::Function::New(env, expose, "expose", state));
  defineRaw(env, exports, "adopt", adopt, state);
}

}  // namespace ndops
