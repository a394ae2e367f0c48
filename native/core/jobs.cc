#include "core/jobs.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "core/parallel.h"
#include "core/run.h"

namespace ndops {

struct JobQueue {
  std::mutex mutex;
  std::condition_variable finished;
  std::deque<std::unique_ptr<Job>> done;
  std::vector<Job*> running;  // submitted, not yet done
  int pending = 0;            // running or done, not yet taken
};

Job::~Job() {
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
    for (Job* job : queue->running) job->cancel.store(true, std::memory_order_relaxed);
    queue->finished.wait(lock, [queue] { return queue->running.empty(); });
  }
  delete queue;
}

void submitJob(JobQueue* queue, std::unique_ptr<Job> owned) {
  Job* job = owned.release();
  job->queue = queue;
  {
    std::lock_guard<std::mutex> lock(queue->mutex);
    queue->running.push_back(job);
    ++queue->pending;
  }
  runLater(
      [](void* data) {
        Job* finished = static_cast<Job*>(data);
        finished->run();
        JobQueue* home = finished->queue;
        std::lock_guard<std::mutex> lock(home->mutex);
        for (std::size_t i = 0; i < home->running.size(); ++i) {
          if (home->running[i] != finished) continue;
          home->running[i] = home->running.back();
          home->running.pop_back();
          break;
        }
        home->done.emplace_back(finished);
        home->finished.notify_all();
      },
      job);
}

void cancelJob(JobQueue* queue, double id) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  for (Job* job : queue->running)
    if (job->id == id) job->cancel.store(true, std::memory_order_relaxed);
}

std::unique_ptr<Job> takeJob(JobQueue* queue) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  if (queue->done.empty()) return nullptr;
  std::unique_ptr<Job> job = std::move(queue->done.front());
  queue->done.pop_front();
  --queue->pending;
  return job;
}

void waitForJob(JobQueue* queue, int milliseconds) {
  std::unique_lock<std::mutex> lock(queue->mutex);
  queue->finished.wait_for(lock, std::chrono::milliseconds(milliseconds), [queue] { return !queue->done.empty(); });
}

int pendingJobs(JobQueue* queue) {
  std::lock_guard<std::mutex> lock(queue->mutex);
  return queue->pending;
}

}  // namespace ndops
