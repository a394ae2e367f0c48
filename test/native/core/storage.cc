#include "core/storage.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/system.h"

using namespace ndops;

namespace {

Block* allocate(std::size_t bytes) {
  Status why = Status::Ok;
  Block* block = allocateBlock(bytes, &why);
  REQUIRE(why == Status::Ok);
  return block;
}

}  // namespace

TEST_CASE("storage: blocks are aligned, counted and reused") {
  trimMemory();
  const std::size_t before = memoryInfo().live;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4097}, std::size_t{5} << 20}) {
    Block* block = allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(block->data) % 64 == 0);
    if (bytes >= std::size_t{4} << 20) CHECK(reinterpret_cast<std::uintptr_t>(block->data) % (2u << 20) == 0);
    CHECK(block->capacity >= bytes);
    if (bytes >= 1024) CHECK(block->capacity <= bytes + bytes / 4 + 1);
    char* data = block->data;
    retainBlock(block);
    releaseBlock(block);
    CHECK(memoryInfo().live == before + block->capacity);
    releaseBlock(block);
    CHECK(memoryInfo().live == before);
    Block* again = allocate(bytes);
    CHECK(again->data == data);
    releaseBlock(again);
  }
  trimMemory();
  CHECK(memoryInfo().pooled == 0);
}

TEST_CASE("storage: a limit and a failing system are told apart, and leave nothing behind") {
  trimMemory();
  const MemoryInfo before = memoryInfo();
  Status why = Status::Ok;
  setMemoryLimit(before.live + (1u << 20));
  CHECK(allocateBlock(std::size_t{2} << 20, &why) == nullptr);
  CHECK(why == Status::MemoryLimit);
  setMemoryLimit(0);
  for (const std::size_t bytes : {SIZE_MAX, SIZE_MAX / 2, memoryBudget() + 1}) {
    CHECK(allocateBlock(bytes, &why) == nullptr);
    CHECK(why == Status::OutOfMemory);
  }
  failAllocation(0);
  CHECK(allocateBlock(64, &why) == nullptr);
  CHECK(why == Status::OutOfMemory);
  failAllocation(-1);
  Block* block = allocate(64);
  releaseBlock(block);
  CHECK(memoryInfo().live == before.live);
}

TEST_CASE("storage: many threads take and give back") {
  const std::size_t before = memoryInfo().live;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 2000; ++i) {
        Status why = Status::Ok;
        Block* block = allocateBlock(static_cast<std::size_t>(1 + (i * 37 + t) % 5000), &why);
        block->data[0] = static_cast<char>(i);
        releaseBlock(block);
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(memoryInfo().live == before);
}

TEST_CASE("parallel: every task once, from any number of callers and threads") {
  for (const int count : {1, 2, 3, 8}) {
    setThreadCount(count);
    std::vector<std::thread> callers;
    for (int c = 0; c < 4; ++c)
      callers.emplace_back([] {
        for (int round = 0; round < 200; ++round) {
          std::vector<int> hits(static_cast<std::size_t>(round % 40));
          Execution execution;
          const Status status =
              parallel(execution, round % 40, [&](std::int64_t i) { ++hits[static_cast<std::size_t>(i)]; });
          CHECK(status == Status::Ok);
          for (const int hit : hits) CHECK(hit == 1);
        }
      });
    for (std::thread& caller : callers) caller.join();
  }
}

TEST_CASE("parallel: callers sleep until the last tasks of others have ended") {
  const int before = threadCount();
  setThreadCount(3);
  std::vector<std::thread> callers;
  std::atomic<int> ended{0};
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([&ended] {
      for (int round = 0; round < 30; ++round) {
        Execution execution;
        // Longer than anyone looks for the end; the caller's own task is the shortest.
        parallel(execution, 3, [&](std::int64_t i) {
          std::this_thread::sleep_for(std::chrono::microseconds(500 * i));
          ++ended;
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(ended == 3 * 30 * 3);
  setThreadCount(before);
}

TEST_CASE("parallel: stops on cancellation and on failure, with the first failure's details") {
  std::atomic<bool> cancel{true};
  Execution cancelled(&cancel);
  CHECK(parallel(cancelled, 100, [](std::int64_t) { FAIL("ran after cancellation"); }) == Status::Cancelled);
  Execution failing;
  CHECK(parallel(failing, 100, [&](std::int64_t i) { failing.fail(Status::Index, static_cast<double>(i), 7); }) ==
        Status::Index);
  CHECK(failing.details()[1] == 7);
}
