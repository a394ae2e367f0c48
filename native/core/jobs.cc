#include "core/jobs.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/run.h"

namespace ndops {

struct JobQueue {
  std::mutex mutex;
  std::condition_variable finished;
  std::deque<std::unique_ptr<Job>> done;
  std::unordered_map<double, Job*> running;  // submitted, not yet done, by id
  int pending = 0;                           // running or done, not yet taken
  std::atomic<int> telling{0};               // runners that are about to say that a job has ended

  /// The job is over. The mutex is held.
  void end(Job* job) {
    running.erase(job->id);
    done.emplace_back(job);
  }
};

namespace {

// What a job takes besides, on both sides.
constexpr std::int64_t kJobBytes = 8192;
std::atomic<std::int64_t> heldByJobs{0};

}  // namespace

bool roomForJob(std::int64_t bytes) noexcept {
  const std::int64_t held = heldByJobs.load(std::memory_order_relaxed);
  return held == 0 || held + bytes + kJobBytes <= static_cast<std::int64_t>(mostMemory() / 2);
}

void holdForJob(Job& job, std::int64_t bytes) noexcept {
  job.held = bytes + kJobBytes;
  heldByJobs.fetch_add(job.held, std::memory_order_relaxed);
}

Job::~Job() {
  heldByJobs.fetch_sub(held, std::memory_order_relaxed);
  for (Block* block : blocks) releaseBlock(block);
}

Block* Job::resolve(double slot, double) const noexcept {
  const auto index = static_cast<std::size_t>(slot);
  return slot >= 0 && index < blocks.size() ? blocks[index] : nullptr;
}

void Job::run() noexcept {
  std::size_t at = 0;
  for (; at < words.size() && status == Status::Ok; ++failed) {
    const int count = static_cast<int>(words[at + word::kWords]);
    status = execution.cancelled() ? Status::Cancelled : runCommand(words.data() + at, count, *this, execution);
    at += static_cast<std::size_t>(count);
  }
}

JobQueue* openJobQueue() { return new JobQueue; }

void closeJobQueue(JobQueue* queue) {
  {
    std::unique_lock<std::mutex> lock(queue->mutex);
    for (auto at = queue->running.begin(); at != queue->running.end();) {
      Job* job = at->second;
      job->cancel.store(true, std::memory_order_relaxed);
      // What has not begun would wait here for the work of other environments.
      if (takeBack(job)) {
        delete job;
        at = queue->running.erase(at);
      } else {
        ++at;
      }
    }
    queue->finished.wait(lock, [queue] { return queue->running.empty(); });
  }
  while (queue->telling.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  delete queue;
}

void submitJob(JobQueue* queue, std::unique_ptr<Job> owned) {
  Job* job = owned.release();
  job->queue = queue;
  {
    std::lock_guard<std::mutex> lock(queue->mutex);
    queue->running.emplace(job->id, job);
    ++queue->pending;
  }
  job->begin = [](Later* work) {
    Job* finished = static_cast<Job*>(work);
    finished->run();
    JobQueue* home = finished->queue;
    home->telling.fetch_add(1, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(home->mutex);
      home->end(finished);
    }
    // Unlocked: whoever wakes would wait for the mutex otherwise.
    home->finished.notify_all();
    home->telling.fetch_sub(1, std::memory_order_release);
  };
  runLater(job);
}

void cancelJob(JobQueue* queue, double id) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  const auto found = queue->running.find(id);
  if (found == queue->running.end()) return;
  Job* job = found->second;
  job->cancel.store(true, std::memory_order_relaxed);
  if (!takeBack(job)) return;
  job->status = Status::Cancelled;
  job->failed = 1;
  queue->end(job);
  queue->finished.notify_all();
}

std::unique_ptr<Job> takeJob(JobQueue* queue) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  if (queue->done.empty()) return nullptr;
  std::unique_ptr<Job> job = std::move(queue->done.front());
  queue->done.pop_front();
  --queue->pending;
  return job;
}

void waitForJob(JobQueue* queue, int microseconds) {
  std::unique_lock<std::mutex> lock(queue->mutex);
  queue->finished.wait_for(lock, std::chrono::microseconds(microseconds), [queue] { return !queue->done.empty(); });
}

int pendingJobs(JobQueue* queue) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  return queue->pending;
}

}  // namespace ndops
