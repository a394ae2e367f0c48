// Jobs, as JavaScript sees them. While any is under way, one waiting work item sits in libuv's pool and comes back
// every few milliseconds, so that even a pool of one thread serves others (docs/decisions/jobs.md). Computing is ours.
#include "binding/environment.h"

namespace ndops {
namespace {

constexpr int kWaitMilliseconds = 4;
/// A job over this many elements in all takes some milliseconds at most, whatever it does with them.
constexpr double kLightElements = 32768;

/// The elements of the view at `w`, as its shape says.
double elementsOf(const double* w) {
  if (w[4] < 0) return w[5];
  double count = 1;
  for (int axis = 0; axis < static_cast<int>(w[4]); ++axis) count *= w[5 + axis];
  return count;
}

void waitForJobs(napi_env, void* data) { waitForJob(static_cast<Environment*>(data)->queue, kWaitMilliseconds); }

/// Writes one finished job's outcome into the block and calls settle(id). False when JavaScript cannot run any more.
bool settleJob(napi_env env, Environment* state, Job& job) {
  double* words = state->words;
  words[word::kStatus] = static_cast<double>(static_cast<std::int32_t>(job.status));
  words[word::kKernel] = job.failed - 1;
  for (int i = 0; i < 3; ++i) words[word::kDetails + i] = job.execution.details()[i];
  words[word::kLateSlot] = -1;
  if (job.status == Status::Ok && job.execution.hasLate()) sayLate(state, job.execution);
  napi_value settle = nullptr;
  napi_value id = nullptr;
  napi_value receiver = nullptr;
  napi_value ignored = nullptr;
  if (napi_get_reference_value(env, state->settle, &settle) != napi_ok ||
      napi_create_double(env, job.id, &id) != napi_ok || napi_get_undefined(env, &receiver) != napi_ok)
    return false;
  return napi_call_function(env, receiver, settle, 1, &id, &ignored) == napi_ok;
}

void startPump(napi_env env, Environment* state) {
  if (state->pumping || state->closing) return;
  state->pumping = napi_queue_async_work(env, state->pump) == napi_ok;
}

void settleJobs(napi_env env, napi_status status, void* data) {
  Environment* state = static_cast<Environment*>(data);
  state->pumping = false;
  if (status != napi_ok) state->closing = true;
  while (!state->closing) {
    std::unique_ptr<Job> job = takeJob(state->queue);
    if (job == nullptr) break;
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok || !settleJob(env, state, *job)) state->closing = true;
    if (scope != nullptr) napi_close_handle_scope(env, scope);
  }
  if (pendingJobs(state->queue) > 0) startPump(env, state);
}

/// (id, words, count): starts the recorded commands. Whether every handle in them named storage.
Napi::Value submit(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  const Napi::Float64Array words = info[1].As<Napi::Float64Array>();
  const std::size_t count = static_cast<std::size_t>(info[2].As<Napi::Number>().Int64Value());
  auto job = std::make_unique<Job>();
  job->id = info[0].As<Napi::Number>().DoubleValue();
  job->words.assign(words.Data(), words.Data() + count);
  double elements = 0;
  // Each view's handle becomes a held block: what JavaScript frees meanwhile stays until the job ends.
  for (std::size_t at = 0; at + word::kFirst <= count;) {
    double* command = job->words.data() + at;
    std::size_t view = word::kFirst;
    const std::size_t length = static_cast<std::size_t>(command[word::kWords]);
    if (length < word::kFirst || at + length > count) return Napi::Boolean::New(info.Env(), false);
    for (int i = 0; i < static_cast<int>(command[word::kViews]); ++i) {
      if (view + 5 > length) return Napi::Boolean::New(info.Env(), false);
      double* w = command + view;
      if (w[0] >= 0) {
        Block* block = state->slots.resolve(w[0], w[1]);
        if (block == nullptr) return Napi::Boolean::New(info.Env(), false);
        retainBlock(block);
        w[0] = static_cast<double>(job->blocks.size());
        job->blocks.push_back(block);
      }
      elements += elementsOf(w);
      view += static_cast<std::size_t>(viewWords(w));
    }
    at += length;
  }
  job->light = elements <= kLightElements;
  submitJob(state->queue, std::move(job));
  startPump(info.Env(), state);
  return Napi::Boolean::New(info.Env(), true);
}

/// (id): asks the job to stop; it is settled all the same.
Napi::Value cancel(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  cancelJob(state->queue, info[0].As<Napi::Number>().DoubleValue());
  return info.Env().Undefined();
}

/// (settle): the function that is called with the id of each job that has ended, its outcome in the block.
Napi::Value onSettled(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  if (state->settle == nullptr) napi_create_reference(info.Env(), info[0], 1, &state->settle);
  if (state->pump == nullptr) {
    napi_value name = Napi::String::New(info.Env(), "ndops");
    napi_create_async_work(info.Env(), nullptr, name, waitForJobs, settleJobs, state, &state->pump);
  }
  return info.Env().Undefined();
}

}  // namespace

void defineJobs(Napi::Env env, Napi::Object exports, Environment* state) {
  exports.Set("submit", Napi::Function::New(env, submit, "submit", state));
  exports.Set("cancel", Napi::Function::New(env, cancel, "cancel", state));
  exports.Set("onSettled", Napi::Function::New(env, onSettled, "onSettled", state));
}

}  // namespace ndops
