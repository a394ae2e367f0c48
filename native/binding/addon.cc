// The addon's entry: once for each environment that loads it.
#include "binding/environment.h"
#include "core/cpu.h"
#include "core/shared.h"
#include "core/system.h"

namespace ndops {
namespace {

void close(void* data) {
  Environment* state = static_cast<Environment*>(data);
  // Jobs may be writing into memory that V8 is about to free: they stop first.
  closeJobQueue(state->queue);
  closeShared(state);
  state->slots.clear();
  delete state;
}

/// (block): the Float64Array that every launch is written into.
Napi::Value open(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  Napi::Float64Array words = info[0].As<Napi::Float64Array>();
  if (words.ElementLength() != static_cast<std::size_t>(kBlockWords)) {
    Napi::Error::New(info.Env(), "ndops: lib and addon are of different versions").ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  napi_create_reference(info.Env(), words, 1, &state->block);
  state->words = words.Data();
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  if (const char* error = cpuLevelError(); error != nullptr) {
    Napi::Error::New(env, std::string("ndops: ") + error).ThrowAsJavaScriptException();
    return exports;
  }
  stayLoaded();
  Environment* state = new Environment(env);
  napi_set_instance_data(env, state, nullptr, nullptr);
  napi_add_env_cleanup_hook(env, close, state);
  exports.Set("open", Napi::Function::New(env, open, "open", state));
  defineLaunch(env, exports, state);
  defineBuffers(env, exports, state);
  defineJobs(env, exports, state);
  defineShare(env, exports, state);
  defineInfo(env, exports, state);
  return exports;
}

}  // namespace

static Napi::Object initialise(Napi::Env env, Napi::Object exports) { return init(env, exports); }
NODE_API_MODULE(ndops, initialise)

}  // namespace ndops
