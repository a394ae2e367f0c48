// Work off the event loop: a job is a list of launches that runs on a thread of ours, one after the other.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "core/command.h"
#include "core/parallel.h"

namespace ndops {

/// Launches recorded by TypeScript, with the blocks that they use held. A view's slot word is an index into `blocks`.
struct Job : Later {
  Job() = default;
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  Block* resolve(double slot, double generation) const noexcept;
  void run() noexcept;

  double id = 0;
  std::vector<double> words;   // the commands, each `word::kWords` long
  std::vector<Block*> blocks;  // one reference each
  std::atomic<bool> cancel{false};
  Execution execution{&cancel};
  Status status = Status::Ok;
  int failed = 0;  // which command failed
  struct JobQueue* queue = nullptr;
  std::int64_t held = 0;  // bytes that it counts for in roomForJob
};

/// What a call gets in place of a Status where there is no room for it.
constexpr int kQueueFull = 100;
/// Whether a call that takes `bytes` for copies and results may join those of the whole process that have not been
/// settled: together they may hold half of what memory there is. One alone always may.
bool roomForJob(std::int64_t bytes) noexcept;
/// Counts the bytes for as long as the job lives.
void holdForJob(Job& job, std::int64_t bytes) noexcept;

/// The jobs of one JavaScript environment. Made and used on its thread; finished jobs come back through `take`.
struct JobQueue;
JobQueue* openJobQueue();
/// Cancels what runs, waits for it (kernels look at the flag about every millisecond), frees all.
void closeJobQueue(JobQueue* queue);
/// Starts a job, which the queue owns until `take` hands it back.
void submitJob(JobQueue* queue, std::unique_ptr<Job> job);
/// Asks a job to stop: one that waits ends at once, one that runs within a millisecond or so. It still comes back
/// through `take`.
void cancelJob(JobQueue* queue, double id);
/// A finished job, or null.
std::unique_ptr<Job> takeJob(JobQueue* queue);
/// Waits until a job is finished or the time is over. Callable from any thread.
void waitForJob(JobQueue* queue, int microseconds);
/// Jobs submitted and not taken.
int pendingJobs(JobQueue* queue);

}  // namespace ndops
