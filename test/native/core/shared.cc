#include "core/shared.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace ndops;

namespace {

Block* allocate(std::size_t bytes) {
  Status why = Status::Ok;
  Block* block = allocateBlock(bytes, &why);
  REQUIRE(block != nullptr);
  return block;
}

}  // namespace

TEST_CASE("shared: each token once, with its words") {
  Block* block = allocate(1000);
  const double words[] = {11, 0, 1, 250, 1};
  const double token = shareBlock(block, words, 5, block);
  CHECK(token >= 1);
  releaseBlock(block);
  double found[kSharedWords] = {};
  Block* taken = takeShared(token, found);
  CHECK(taken == block);
  CHECK(found[3] == 250);
  CHECK(takeShared(token, found) == nullptr);
  CHECK_FALSE(releaseShared(token));
  releaseBlock(taken);
  CHECK(shareBlock(block, words, kSharedWords + 1, block) == 0);
}

TEST_CASE("shared: what never arrives is let go") {
  const std::size_t live = memoryInfo().live;
  const double words[] = {11, 0, 0};
  const int owner = 0;
  double tokens[4];
  for (double& token : tokens) {
    Block* block = allocate(100000);
    token = shareBlock(block, words, 3, &owner);
    releaseBlock(block);
  }
  CHECK(memoryInfo().live > live);
  CHECK(releaseShared(tokens[0]));
  // A posted token outlives its owner, for its time.
  postShared(tokens[1], 1e12);
  postShared(tokens[2], 0.02);
  closeShared(&owner);
  CHECK_FALSE(releaseShared(tokens[3]));
  CHECK(sweepShared() > 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(sweepShared() > 0);
  CHECK_FALSE(releaseShared(tokens[2]));
  postShared(tokens[1], 0);
  double found[kSharedWords];
  CHECK(takeShared(tokens[1], found) == nullptr);
  CHECK(sweepShared() == -1);
  CHECK(memoryInfo().live == live);
}
