// The process's threads. The only place that makes any.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/execution.h"

namespace ndops {

/// How many threads a call may use, itself included: affinity and cgroup quota by default, NDOPS_NUM_THREADS, or set.
int threadCount() noexcept;
/// 1 to 256. Takes effect for calls that start later.
void setThreadCount(int count) noexcept;

/// A piece of work for runLater; its owner keeps it in place until `begin` has been called or takeBack() was true.
struct Later {
  void (*begin)(Later* work) = nullptr;
  bool light = false;  // worth some milliseconds at most: never waits for work that is not

 private:
  friend struct LaterList;
  Later* before_ = nullptr;
  Later* after_ = nullptr;
  std::uint64_t number_ = 0;  // 0: not waiting
};

/// Calls `work->begin(work)` soon on a thread that is not the caller's, several at once, oldest first; inside,
/// parallel() works as anywhere.
void runLater(Later* work) noexcept;
/// Takes back work that has not begun. False where it has.
bool takeBack(Later* work) noexcept;

namespace detail {
using Task = void (*)(void* body, std::int64_t index);
void runTasks(const Execution& execution, std::int64_t tasks, Task task, void* body) noexcept;
}  // namespace detail

/// Calls body(i) exactly once for each i in [0, tasks), on this thread and idle ones of the pool, in no set order, and
/// waits for them. Where the result depends on how work is cut (sums), the caller cuts by shape alone, never by the
/// number of threads. Once the execution is cancelled or has failed, what has not begun is left out. One task, or one
/// thread, runs in place. A task should be worth some 20 microseconds or more, and less than about 5 milliseconds.
template <class Body>
Status parallel(Execution& execution, std::int64_t tasks, Body&& body) noexcept {
  using Stored = std::remove_reference_t<Body>;
  detail::runTasks(
      execution, tasks, [](void* b, std::int64_t i) { (*static_cast<Stored*>(b))(i); },
      const_cast<void*>(static_cast<const void*>(&body)));
  if (execution.failure() != Status::Ok) return execution.failure();
  return execution.cancelled() ? Status::Cancelled : Status::Ok;
}

}  // namespace ndops
