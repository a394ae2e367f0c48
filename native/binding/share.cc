// Tokens of shared tensors, as JavaScript sees them; what they stand for is core/shared.h's.
#include "binding/environment.h"
#include "core/shared.h"

namespace ndops {
namespace {

double numberAt(const Napi::CallbackInfo& info, int index) { return info[index].As<Napi::Number>().DoubleValue(); }

/// (slot, generation, words): a token for the block, its description in the words; 0 where there is none.
Napi::Value share(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  Block* block = state->slots.resolve(numberAt(info, 0), numberAt(info, 1));
  const Napi::Float64Array words = info[2].As<Napi::Float64Array>();
  // The engine frees its own memory with this environment.
  const bool ours = block != nullptr && !block->foreign;
  return Napi::Number::New(info.Env(),
                           ours ? shareBlock(block, words.Data(), static_cast<int>(words.ElementLength()), state) : 0);
}

/// (token, seconds): the token is on its way.
Napi::Value post(const Napi::CallbackInfo& info) {
  postShared(numberAt(info, 0), numberAt(info, 1));
  return info.Env().Undefined();
}

/// (token, words): fills the words; status, late slot and generation in the block, details[0] the bytes.
Napi::Value receive(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  Napi::Float64Array words = info[1].As<Napi::Float64Array>();
  Block* block = words.ElementLength() < kSharedWords ? nullptr : takeShared(numberAt(info, 0), words.Data());
  if (block == nullptr) return Napi::Boolean::New(info.Env(), false);
  const int slot = state->slots.add(block);
  state->words[word::kLateSlot] = slot;
  state->words[word::kLateGeneration] = state->slots.generationOf(slot);
  state->words[word::kDetails] = static_cast<double>(block->bytes);
  state->reportBytes();
  return Napi::Boolean::New(info.Env(), true);
}

/// (token): whether it still held anything.
Napi::Value unshare(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), releaseShared(numberAt(info, 0)));
}

/// Milliseconds until a token's time is over, or -1.
Napi::Value sweep(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), sweepShared()); }

}  // namespace

void defineShare(Napi::Env env, Napi::Object exports, Environment* state) {
  exports.Set("share", Napi::Function::New(env, share, "share", state));
  exports.Set("post", Napi::Function::New(env, post, "post", state));
  exports.Set("receive", Napi::Function::New(env, receive, "receive", state));
  exports.Set("unshare", Napi::Function::New(env, unshare, "unshare", state));
  exports.Set("sweepShared", Napi::Function::New(env, sweep, "sweepShared", state));
}

}  // namespace ndops
