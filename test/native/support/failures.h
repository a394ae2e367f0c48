// Running out of memory at every place where a kernel allocates.
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "core/storage.h"
#include "native/support/launch.h"

namespace ndops::test {

/// Runs a kernel with its first allocation failing, then its second, and so on, until one run has nothing to fail: each
/// says so by its status and leaves no memory behind.
inline void failEachAllocation(const char* name, const std::vector<View>& views, const std::vector<double>& numbers) {
  const std::size_t live = memoryInfo().live;
  Status status = Status::OutOfMemory;
  for (int n = 0; n < 200 && status != Status::Ok; ++n) {
    trimMemory();
    failAllocation(n);
    status = run(name, views, numbers);
    CHECK((status == Status::Ok || status == Status::OutOfMemory));
    CHECK(memoryInfo().live == live);
  }
  failAllocation(-1);
  CHECK(status == Status::Ok);
}

}  // namespace ndops::test
