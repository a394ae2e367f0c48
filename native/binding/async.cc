// Jobs, as JavaScript sees them. While any is under way, one waiting work item sits in libuv's pool and comes back
// every few milliseconds, so that even a pool of one thread serves others (docs/decisions/jobs.md). Computing is ours.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>

#include "binding/environment.h"
#include "core/run.h"
#include "elementwise/engine.h"

namespace ndops {
namespace {

constexpr int kWaitMicroseconds = 4000;
constexpr int kLeastWaitMicroseconds = 500;
constexpr int kDefaultThreads = 4;
/// libuv's threads, by the variable that it reads itself: of few, the item holds a larger part.
int poolThreads() {
  static const int threads = [] {
    const char* asked = std::getenv("UV_THREADPOOL_SIZE");
    return asked == nullptr ? kDefaultThreads : std::clamp(std::atoi(asked), 1, kDefaultThreads);
  }();
  return threads;
}

/// Items of all environments: they share libuv's few threads with each other and with file reads, so that the more
/// there are, the shorter each waits.
std::atomic<int> items{0};
/// How long finished jobs are settled in one turn of the event loop.
constexpr int kSettleMilliseconds = 2;
/// A job over this many elements in all takes some milliseconds at most, whatever it does with them.
constexpr double kLightElements = 32768;
/// A job over this many elements in all, outputs among them, takes less than handing it to a thread and back; over
/// eight times, or four, as many where each element of the result takes few nanoseconds.
constexpr double kTinyElements = 512;
constexpr double kElementwise = 1.0 / 8;
constexpr double kElementwiseMath = 1.0 / 4;
constexpr double kFirstComplex = static_cast<int>(DType::Complex64);
/// A view's slot word where the kernel allocates the output.
constexpr double kLateView = -2;

/// The elements of the view at `w`, as its shape says.
double elementsOf(const double* w) {
  if (w[4] < 0) return w[5];
  double count = 1;
  for (int axis = 0; axis < static_cast<int>(w[4]); ++axis) count *= w[5 + axis];
  return count;
}

void waitForJobs(napi_env, void* data) {
  const int share =
      kWaitMicroseconds / kDefaultThreads * poolThreads() / std::max(1, items.load(std::memory_order_relaxed));
  waitForJob(static_cast<Environment*>(data)->queue, std::max(kLeastWaitMicroseconds, share));
}

/// Calls settle(id). False when JavaScript cannot run any more.
bool callSettle(napi_env env, Environment* state, double job) {
  napi_value settle = nullptr;
  napi_value id = nullptr;
  napi_value receiver = nullptr;
  napi_value ignored = nullptr;
  if (napi_get_reference_value(env, state->settle, &settle) != napi_ok ||
      napi_create_double(env, job, &id) != napi_ok || napi_get_undefined(env, &receiver) != napi_ok)
    return false;
  return napi_call_function(env, receiver, settle, 1, &id, &ignored) == napi_ok;
}

/// Writes one finished job's outcome into the block and settles it.
bool settleJob(napi_env env, Environment* state, Job& job) {
  double* words = state->words;
  words[word::kStatus] = static_cast<double>(static_cast<std::int32_t>(job.status));
  words[word::kKernel] = job.failed - 1;
  for (int i = 0; i < 3; ++i) words[word::kDetails + i] = job.execution.details()[i];
  words[word::kLateSlot] = -1;
  if (job.status == Status::Ok && job.execution.hasLate()) sayLate(state, job.execution);
  return callSettle(env, state, job.id);
}

void settleJobs(napi_env env, napi_status status, void* data);

/// A work item each time: Bun runs one once only.
void startPump(napi_env env, Environment* state) {
  if (state->pump != nullptr || state->closing) return;
  napi_value name = nullptr;
  if (napi_create_string_utf8(env, "ndops", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, waitForJobs, settleJobs, state, &state->pump) != napi_ok)
    return;
  if (napi_queue_async_work(env, state->pump) == napi_ok) {
    items.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  napi_delete_async_work(env, state->pump);
  state->pump = nullptr;
}

void settleJobs(napi_env env, napi_status status, void* data) {
  Environment* state = static_cast<Environment*>(data);
  napi_delete_async_work(env, state->pump);
  state->pump = nullptr;
  items.fetch_sub(1, std::memory_order_relaxed);
  if (status != napi_ok) state->closing = true;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kSettleMilliseconds);
  bool first = true;
  // Others want their turn of the event loop too: what is left comes with the next one.
  while (!state->closing && (first || std::chrono::steady_clock::now() < until)) {
    std::unique_ptr<Job> job = takeJob(state->queue);
    // With nothing to settle, job 0 asks whether the environment is about to end: it waits for this item then, and
    // only its clean-up cancels what still runs.
    if (job == nullptr && !first) break;
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok ||
        !(job == nullptr ? callSettle(env, state, 0) : settleJob(env, state, *job)))
      state->closing = true;
    if (scope != nullptr) napi_close_handle_scope(env, scope);
    if (job == nullptr) break;
    first = false;
  }
  if (pendingJobs(state->queue) > 0) startPump(env, state);
}

/// What became of a job: lib/core/native.ts has the same numbers.
enum Submitted { kRefused, kStarted, kDone, kFull };

/// What an element of a kernel's operands counts for.
double weightOf(double kernel) {
  if (!(kernel >= 0 && kernel < kernelCount())) return 1;
  const Driver driver = kernelAt(static_cast<int>(kernel)).driver;
  if (driver == unaryDriver || driver == binaryDriver || driver == whereDriver) return kElementwise;
  return driver == unaryMathDriver || driver == binaryMathDriver ? kElementwiseMath : 1;
}

/// Whether the commands are over so few elements that running them takes less than handing them over: sizes are known,
/// and no result's size depends on values.
bool isTiny(const double* words, std::size_t count) {
  double elements = 0;
  for (std::size_t at = 0; at + word::kFirst <= count;) {
    const double* command = words + at;
    const std::size_t length = static_cast<std::size_t>(command[word::kWords]);
    if (length < word::kFirst || at + length > count) return false;
    std::size_t view = word::kFirst;
    const double weight = weightOf(command[word::kKernel]);
    for (int i = 0; i < static_cast<int>(command[word::kViews]); ++i) {
      if (view + 5 > length || command[view] == kLateView) return false;
      // Complex functions take several times longer.
      elements += (command[view + 2] < kFirstComplex ? weight : 1) * elementsOf(command + view);
      view += static_cast<std::size_t>(viewWords(command + view));
    }
    if (!(elements <= kTinyElements)) return false;
    at += length;
  }
  return true;
}

/// Runs the commands here and now and says in the block how it went, as settleJob does.
void runTiny(Environment* state, const double* words, std::size_t count) {
  Execution execution;
  Status status = Status::Ok;
  int failed = -1;
  for (std::size_t at = 0; at < count && status == Status::Ok; ++failed) {
    const int length = static_cast<int>(words[at + word::kWords]);
    status = runCommand(words + at, length, state->slots, execution);
    at += static_cast<std::size_t>(length);
  }
  double* block = state->words;
  block[word::kStatus] = static_cast<double>(static_cast<std::int32_t>(status));
  block[word::kKernel] = failed;
  for (int i = 0; i < 3; ++i) block[word::kDetails + i] = execution.details()[i];
}

/// (id, words, count, bytes): starts the recorded commands, for which so many bytes were taken; -1 where
/// they go on with a call that has begun, for which there is always room. Refused where a handle in them names no
/// storage.
Napi::Value submit(const Napi::CallbackInfo& info) {
  Environment* state = static_cast<Environment*>(info.Data());
  const Napi::Float64Array words = info[1].As<Napi::Float64Array>();
  const std::size_t count = static_cast<std::size_t>(info[2].As<Napi::Number>().Int64Value());
  if (isTiny(words.Data(), count)) {
    runTiny(state, words.Data(), count);
    return Napi::Number::New(info.Env(), kDone);
  }
  const Napi::Value refused = Napi::Number::New(info.Env(), kRefused);
  const double bytes = info[3].As<Napi::Number>().DoubleValue();
  if (bytes >= 0 && !roomForJob(static_cast<std::int64_t>(bytes))) return Napi::Number::New(info.Env(), kFull);
  auto job = std::make_unique<Job>();
  job->id = info[0].As<Napi::Number>().DoubleValue();
  job->words.assign(words.Data(), words.Data() + count);
  double elements = 0;
  // Each view's handle becomes a held block: what JavaScript frees meanwhile stays until the job ends.
  for (std::size_t at = 0; at + word::kFirst <= count;) {
    double* command = job->words.data() + at;
    std::size_t view = word::kFirst;
    const std::size_t length = static_cast<std::size_t>(command[word::kWords]);
    if (length < word::kFirst || at + length > count) return refused;
    for (int i = 0; i < static_cast<int>(command[word::kViews]); ++i) {
      if (view + 5 > length) return refused;
      double* w = command + view;
      if (w[0] >= 0) {
        Block* block = state->slots.resolve(w[0], w[1]);
        if (block == nullptr) return refused;
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
  if (bytes >= 0) holdForJob(*job, static_cast<std::int64_t>(bytes));
  submitJob(state->queue, std::move(job));
  startPump(info.Env(), state);
  return Napi::Number::New(info.Env(), kStarted);
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
  return info.Env().Undefined();
}

}  // namespace

void defineJobs(Napi::Env env, Napi::Object exports, Environment* state) {
  poolThreads();  // read here: on libuv's threads the environment may be changing
  exports.Set("submit", Napi::Function::New(env, submit, "submit", state));
  exports.Set("cancel", Napi::Function::New(env, cancel, "cancel", state));
  exports.Set("onSettled", Napi::Function::New(env, onSettled, "onSettled", state));
}

}  // namespace ndops
