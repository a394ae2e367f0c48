#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "core/parallel.h"

using namespace ndops;

namespace {

/// Work that says that it has begun, and ends when it is let go.
struct Held : Later {
  explicit Held(bool isLight) {
    light = isLight;
    begin = [](Later* work) {
      Held* held = static_cast<Held*>(work);
      held->begun.store(true);
      while (!held->go.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      held->ended.store(true);
    };
  }
  std::atomic<bool> begun{false};
  std::atomic<bool> go{false};
  std::atomic<bool> ended{false};
};

bool soon(const std::atomic<bool>& flag) {
  for (int i = 0; i < 10000 && !flag.load(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return flag.load();
}

}  // namespace

TEST_CASE("jobs: light work gets through while heavy work holds every runner, and what waits can be taken back") {
  const int before = threadCount();
  setThreadCount(1);
  Held heavy[3] = {Held(false), Held(false), Held(false)};
  for (Held& one : heavy) runLater(&one);
  REQUIRE(soon(heavy[0].begun));
  REQUIRE(soon(heavy[1].begun));
  // Two runners are taken; the third waits for one of them.
  Held light(true);
  light.go.store(true);
  runLater(&light);
  CHECK(soon(light.ended));
  CHECK_FALSE(heavy[2].begun.load());
  CHECK(takeBack(&heavy[2]));
  CHECK_FALSE(takeBack(&heavy[2]));
  CHECK_FALSE(takeBack(&heavy[0]));
  for (Held& one : heavy) one.go.store(true);
  CHECK(soon(heavy[0].ended));
  CHECK(soon(heavy[1].ended));
  CHECK_FALSE(heavy[2].begun.load());
  // Taken back, it can be given again.
  runLater(&heavy[2]);
  CHECK(soon(heavy[2].ended));
  setThreadCount(before);
}
