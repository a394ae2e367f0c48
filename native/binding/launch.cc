// The calls that every op makes: run the command in the block, get storage, give it back. They take no arguments and
// return nothing; what they need and say is in the block.
#include <cstring>

#include "binding/environment.h"
#include "core/run.h"

namespace ndops {
namespace {

Environment* stateOf(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return static_cast<Environment*>(data);
}

void say(Environment* state, Status status, const Execution* execution) {
  double* words = state->words;
  words[word::kStatus] = static_cast<double>(static_cast<std::int32_t>(status));
  if (status == Status::Ok || execution == nullptr) return;
  for (int i = 0; i < 3; ++i) words[word::kDetails + i] = execution->details()[i];
}

}  // namespace

void sayLate(Environment* state, Execution& execution) {
  double* words = state->words;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  if (state->owners.due(state->slots)) state->owners.sweep(state->env, &state->slots);
  const int slot = state->slots.add(execution.takeLate(&rows, &columns));
  words[word::kLateSlot] = slot;
  words[word::kLateGeneration] = state->slots.generationOf(slot);
  words[word::kLateRows] = static_cast<double>(rows);
  words[word::kLateColumns] = static_cast<double>(columns);
  state->reportBytes();
}

namespace {

/// Copies a small late output to where the block offers room: the late words are its slot, generation, byte offset and
/// size then. Slot -1 says that it was done.
bool placeLate(Environment* state, Execution& execution) {
  double* words = state->words;
  const Block* home = state->slots.resolve(words[word::kLateSlot], words[word::kLateGeneration]);
  const double offset = words[word::kLateRows];
  const double room = words[word::kLateColumns];
  if (home == nullptr || !(offset >= 0) || !(room >= 0) || !(offset + room <= static_cast<double>(home->bytes)) ||
      static_cast<double>(execution.lateBytes()) > room)
    return false;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Block* block = execution.takeLate(&rows, &columns);
  if (block->bytes != 0) std::memcpy(home->data + static_cast<std::size_t>(offset), block->data, block->bytes);
  releaseBlock(block);
  words[word::kLateSlot] = -1;
  words[word::kLateRows] = static_cast<double>(rows);
  words[word::kLateColumns] = static_cast<double>(columns);
  return true;
}

napi_value run(napi_env env, napi_callback_info info) {
  Environment* state = stateOf(env, info);
  Execution execution;
  double* words = state->words;
  const Status status = runCommand(words, static_cast<int>(words[word::kWords]), state->slots, execution);
  say(state, status, &execution);
  if (status == Status::Ok && execution.hasLate() && !placeLate(state, execution)) sayLate(state, execution);
  return nullptr;
}

/// In: word 0 bytes, word 1 whether a call takes them that will wait. Out: status, late slot and generation, details[0]
/// the live bytes of the process.
napi_value allocate(napi_env env, napi_callback_info info) {
  Environment* state = stateOf(env, info);
  double* words = state->words;
  Status why = Status::Ok;
  const double bytes = words[0];
  if (words[1] == 1 && !roomForJob(static_cast<std::int64_t>(bytes))) {
    words[word::kStatus] = kQueueFull;
    return nullptr;
  }
  if (state->owners.due(state->slots) && state->owners.sweep(env, &state->slots)) state->reportBytes();
  Block* block = bytes >= 0 && bytes <= 0x1p53 ? allocateBlock(static_cast<std::size_t>(bytes), &why) : nullptr;
  if (block == nullptr) {
    say(state, why == Status::Ok ? Status::TooLarge : why, nullptr);
    return nullptr;
  }
  const int slot = state->slots.add(block);
  words[word::kLateSlot] = slot;
  words[word::kLateGeneration] = state->slots.generationOf(slot);
  words[word::kDetails] = static_cast<double>(memoryInfo().live);
  say(state, Status::Ok, nullptr);
  state->reportBytes();
  return nullptr;
}

/// In: words 0 and 1 slot and generation. A handle that names nothing any more is no error.
napi_value release(napi_env env, napi_callback_info info) {
  Environment* state = stateOf(env, info);
  if (state->slots.remove(state->words[0], state->words[1])) state->reportBytes();
  return nullptr;
}

/// (object): the slot that the words name as made last is the object's, and goes when it is collected. Out: status.
napi_value own(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_value owner = nullptr;
  std::size_t count = 1;
  if (napi_get_cb_info(env, info, &count, &owner, nullptr, &data) != napi_ok) return nullptr;
  Environment* state = static_cast<Environment*>(data);
  const int slot = static_cast<int>(state->words[word::kLateSlot]);
  const bool done = state->owners.add(env, owner, state->slots, slot);
  if (!done) state->slots.remove(slot, state->words[word::kLateGeneration]);
  say(state, done ? Status::Ok : Status::OutOfMemory, nullptr);
  return nullptr;
}

/// In: word 0 bytes that V8 is to count from now on (or not any more). Gives back what has been collected. Out:
/// details[0] the live bytes of the process.
napi_value sweep(napi_env env, napi_callback_info info) {
  Environment* state = stateOf(env, info);
  std::int64_t total = 0;
  if (state->words[0] != 0) napi_adjust_external_memory(env, static_cast<std::int64_t>(state->words[0]), &total);
  if (state->owners.sweep(env, &state->slots)) state->reportBytes();
  state->words[word::kDetails] = static_cast<double>(memoryInfo().live);
  return nullptr;
}

}  // namespace

void defineLaunch(Napi::Env env, Napi::Object exports, Environment* state) {
  defineRaw(env, exports, "run", run, state);
  defineRaw(env, exports, "allocate", allocate, state);
  defineRaw(env, exports, "release", release, state);
  defineRaw(env, exports, "own", own, state);
  defineRaw(env, exports, "sweep", sweep, state);
}

}  // namespace ndops
