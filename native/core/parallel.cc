#include "core/parallel.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <process.h>
#include <windows.h>
#else
#include <pthread.h>
#include <signal.h>
#endif

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "core/system.h"

namespace ndops {

/// Work that waits, oldest first; links and numbers live in the work itself.
struct LaterList {
  Later* first = nullptr;
  Later* last = nullptr;
  int count = 0;

  void add(Later* work, std::uint64_t number) {
    work->number_ = number;
    work->before_ = last;
    work->after_ = nullptr;
    (last == nullptr ? first : last->after_) = work;
    last = work;
    ++count;
  }
  void remove(Later* work) {
    (work->before_ == nullptr ? first : work->before_->after_) = work->after_;
    (work->after_ == nullptr ? last : work->after_->before_) = work->before_;
    work->number_ = 0;
    --count;
  }
  static bool waits(const Later* work) { return work->number_ != 0; }
  /// Whether a's first came before b's.
  static bool older(const LaterList& a, const LaterList& b) {
    return b.first == nullptr || (a.first != nullptr && a.first->number_ < b.first->number_);
  }
};

namespace {

constexpr int kMostThreads = 256;
constexpr unsigned kStackBytes = 1u << 20;
// How long an idle worker looks for work before it sleeps, and a caller for the end of others' last tasks: a wake-up
// costs some 15 microseconds, a look 0.1.
constexpr int kSpins = 2000;
// The same for a runner: what comes in a burst is a few microseconds apart.
constexpr int kRunnerSpins = 300;

#if defined(__x86_64__)
inline void pause() { __builtin_ia32_pause(); }
#elif defined(__aarch64__)
inline void pause() { __asm__ volatile("yield"); }
#else
inline void pause() {}
#endif

/// One call's tasks. Lives on the caller's stack; `users` counts the workers that hold it, and the caller leaves when
/// there are none. `kAwaited` is set in it once the caller sleeps until then.
struct Region {
  static constexpr int kAwaited = 1 << 30;

  const Execution* execution;
  detail::Task task;
  void* body;
  std::int64_t tasks;
  int helpers;  // how many workers may join, guarded by the pool's mutex
  std::atomic<std::int64_t> next{0};
  std::atomic<int> users{0};
  Region* after = nullptr;

  void work() {
    for (;;) {
      const std::int64_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= tasks) return;
      if (execution->cancelled() || execution->failure() != Status::Ok) return;
      task(body, i);
    }
  }
};

int defaultThreads() {
  const char* asked = std::getenv("NDOPS_NUM_THREADS");
  if (asked != nullptr) {
    char* end = nullptr;
    const long count = std::strtol(asked, &end, 10);
    if (end != asked && *end == '\0' && count >= 1) return static_cast<int>(std::min<long>(count, kMostThreads));
  }
  return std::min(processorBudget(), kMostThreads);
}

#if defined(_WIN32)
using ThreadResult = unsigned;
#else
using ThreadResult = void*;
#endif

struct Pool {
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable wakeRunner;
  std::condition_variable wakeLightRunner;
  std::condition_variable left;  // the last worker has left a region that is awaited
  LaterList heavy;
  LaterList light;
  std::uint64_t laterNumber = 0;
  std::atomic<int> queued{0};  // in both lists: what a runner that looks for work looks at
  int runners = 0;
  int idleRunners = 0;       // asleep, or called and not awake yet
  int calledRunners = 0;     // of those
  bool looking = false;      // a runner looks for work before it sleeps
  bool lightRunner = false;  // one more, for light work alone
  bool lightIdle = false;    // it sleeps and has not been called
  Region* regions = nullptr;
  std::atomic<int> waiting{0};  // regions that still want helpers: what spinning workers look at
  std::atomic<int> threads{defaultThreads()};
  int workers = 0;
  int sleeping = 0;
  int active = 0;        // threads of ours that compute or are about to look for more
  bool refused = false;  // the system gave no more threads

  /// A region that wants help, with its place in it taken. The mutex is held.
  Region* join() {
    for (Region* r = regions; r != nullptr; r = r->after) {
      if (r->helpers > 0 && r->next.load(std::memory_order_relaxed) < r->tasks) {
        if (--r->helpers == 0) waiting.fetch_sub(1, std::memory_order_relaxed);
        r->users.fetch_add(1, std::memory_order_relaxed);
        return r;
      }
    }
    return nullptr;
  }

  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      Region* region = join();
      if (region != nullptr) {
        ++active;
        lock.unlock();
        region->work();
        // Once this is through, the region may be gone.
        if (region->users.fetch_sub(1, std::memory_order_release) == Region::kAwaited + 1) {
          std::lock_guard<std::mutex> held(mutex);
          left.notify_all();
        }
        for (int spin = 0; spin < kSpins && waiting.load(std::memory_order_relaxed) == 0; ++spin) pause();
        lock.lock();
        --active;
        continue;
      }
      ++sleeping;
      wake.wait(lock);
      --sleeping;
    }
  }

  void add(Later* work) {
    (work->light ? light : heavy).add(work, ++laterNumber);
    queued.fetch_add(1, std::memory_order_relaxed);
  }
  void remove(Later* work) {
    (work->light ? light : heavy).remove(work);
    queued.fetch_sub(1, std::memory_order_relaxed);
  }

  /// Whom to wake for what waits, or null: one at a time, since waking takes longer than handing over, and whoever
  /// takes work calls the next. The mutex is held; the caller notifies when it has let go of it.
  std::condition_variable* call() {
    if (heavy.count + light.count == 0 || calledRunners > 0 || looking) return nullptr;
    if (idleRunners > 0) {
      ++calledRunners;
      return &wakeRunner;
    }
    if (light.count == 0 || !lightIdle) return nullptr;
    lightIdle = false;
    return &wakeLightRunner;
  }

  /// Runs one piece of a list that is not empty. The lock is held, and let go meanwhile.
  void runFirst(const LaterList& list, std::unique_lock<std::mutex>& lock) {
    Later* work = list.first;
    remove(work);
    ++active;
    std::condition_variable* next = call();
    lock.unlock();
    if (next != nullptr) next->notify_one();
    work->begin(work);
    lock.lock();
    --active;
  }

  /// Waits a little for work without sleeping. The lock is held, and let go meanwhile.
  void look(std::unique_lock<std::mutex>& lock) {
    looking = true;
    lock.unlock();
    for (int spin = 0; spin < kRunnerSpins && queued.load(std::memory_order_relaxed) == 0; ++spin) pause();
    lock.lock();
    looking = false;
  }

  void serveLater() {
    std::unique_lock<std::mutex> lock(mutex);
    for (bool looked = true;; looked = false) {
      while (heavy.count + light.count == 0) {
        if (!looked && !looking && threads.load(std::memory_order_relaxed) > 1) {
          looked = true;
          look(lock);
          continue;
        }
        ++idleRunners;
        wakeRunner.wait(lock);
        --idleRunners;
        if (calledRunners > 0) --calledRunners;
      }
      runFirst(LaterList::older(light, heavy) ? light : heavy, lock);
    }
  }

  void serveLight() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      while (light.count == 0) {
        lightIdle = true;
        wakeLightRunner.wait(lock);
        lightIdle = false;
      }
      runFirst(light, lock);
    }
  }

  template <void (Pool::*kServe)()>
  static ThreadResult threadMain(void* pool) {
    (static_cast<Pool*>(pool)->*kServe)();
    return {};
  }

  /// A thread that lives as long as the process, or false where the system gives no more. The mutex is held.
  template <void (Pool::*kServe)()>
  bool start() {
#if defined(_WIN32)
    constexpr unsigned kReserve = STACK_SIZE_PARAM_IS_A_RESERVATION;
    const std::uintptr_t thread = _beginthreadex(nullptr, kStackBytes, threadMain<kServe>, this, kReserve, nullptr);
    return thread != 0 && CloseHandle(reinterpret_cast<HANDLE>(thread));
#else
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Signals belong to the host's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    const bool started = pthread_create(&thread, &attributes, threadMain<kServe>, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return started;
#endif
  }

  /// Makes workers up to `count`. The mutex is held.
  void grow(int count) {
    while (workers < count && !refused) {
      refused = !start<&Pool::serve>();
      if (!refused) ++workers;
    }
  }
};

/// Before libraries are taken down (OpenBLAS frees its buffers then), threads of ours stop: kernels look at the flag
/// about every millisecond. Longer than this nobody waits for them.
[[maybe_unused]] constexpr int kExitMilliseconds = 1000;

Pool& pool();

void stopAtExit() {
  processExits.store(true, std::memory_order_relaxed);
#if !defined(_WIN32)  // where they are gone by then, with what they had locked
  Pool& p = pool();
  for (int waited = 0; waited < kExitMilliseconds; ++waited) {
    {
      std::lock_guard<std::mutex> lock(p.mutex);
      if (p.active == 0) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
#endif
}

// Never destroyed: its threads are blocked in it when the process exits.
Pool& pool() {
  static Pool* instance = [] {
    std::atexit(stopAtExit);
    return new Pool;
  }();
  return *instance;
}

}  // namespace

int threadCount() noexcept { return pool().threads.load(std::memory_order_relaxed); }

void setThreadCount(int count) noexcept {
  pool().threads.store(std::clamp(count, 1, kMostThreads), std::memory_order_relaxed);
}

void runLater(Later* work) noexcept {
  Pool& p = pool();
  std::condition_variable* called = nullptr;
  bool alone = false;
  {
    std::lock_guard<std::mutex> lock(p.mutex);
    p.add(work);
    // Two runners at least, so that a call is not stuck behind one long one, and one that no long call ever takes.
    const int most = std::max(2, threadCount());
    if (p.idleRunners < p.heavy.count + p.light.count && p.runners < most && p.start<&Pool::serveLater>()) ++p.runners;
    if (work->light && p.idleRunners <= p.heavy.count && p.runners >= most && !p.lightRunner)
      p.lightRunner = p.start<&Pool::serveLight>();
    alone = p.runners == 0;
    if (alone)
      p.remove(work);
    else
      called = p.call();
  }
  if (called != nullptr) called->notify_one();
  if (!alone) return;
  // No thread can be had at all: late is better than never.
  work->begin(work);
}

bool takeBack(Later* work) noexcept {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  if (!LaterList::waits(work)) return false;
  p.remove(work);
  return true;
}

namespace detail {

void runTasks(const Execution& execution, std::int64_t tasks, Task task, void* body) noexcept {
  Region region;
  region.execution = &execution;
  region.task = task;
  region.body = body;
  region.tasks = tasks;
  const std::int64_t helpers = std::min<std::int64_t>(tasks, threadCount()) - 1;
  if (helpers <= 0) {
    region.work();
    return;
  }
  Pool& p = pool();
  region.helpers = static_cast<int>(helpers);
  {
    std::lock_guard<std::mutex> lock(p.mutex);
    p.grow(region.helpers);
    // Behind the others: an earlier call's tasks are served first.
    Region** last = &p.regions;
    while (*last != nullptr) last = &(*last)->after;
    *last = &region;
    p.waiting.fetch_add(1, std::memory_order_relaxed);
    const int needed = std::min(region.helpers, p.sleeping);
    for (int i = 0; i < needed; ++i) p.wake.notify_one();
  }
  region.work();
  {
    std::lock_guard<std::mutex> lock(p.mutex);
    if (region.helpers > 0) p.waiting.fetch_sub(1, std::memory_order_relaxed);
    Region** at = &p.regions;
    while (*at != &region) at = &(*at)->after;
    *at = region.after;
  }
  // Workers that still hold the region are in their last task, at most some milliseconds long; on a busy machine they
  // may have lost their core, which this thread must not burn another one for.
  for (int spin = 0; spin < kSpins; ++spin) {
    if (region.users.load(std::memory_order_acquire) == 0) return;
    pause();
  }
  std::unique_lock<std::mutex> lock(p.mutex);
  if (region.users.fetch_or(Region::kAwaited, std::memory_order_acq_rel) == 0) return;
  p.left.wait(lock, [&region] { return region.users.load(std::memory_order_acquire) == Region::kAwaited; });
}

}  // namespace detail
}  // namespace ndops
