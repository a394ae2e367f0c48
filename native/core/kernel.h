// What a kernel is and what it gets: rows, launches, status. The way from TypeScript into any kernel.
//
// This header is also compiled once per CPU level, so it holds types, constants and internal-linkage functions only.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace ndops {

constexpr int kMaxRank = 32;
/// The most views one launch may carry: an index array for each axis, beside what they pick from and where it goes. Ops
/// over more operands launch several times.
constexpr int kMaxViews = kMaxRank + 2;

/// How a launch ended. Shared with lib/core/errors.ts, which words each of them.
enum class Status : std::int32_t {
  Ok = 0,
  Cancelled,      // the caller's abort signal
  OutOfMemory,    // the system had no memory left
  MemoryLimit,    // setMemoryLimit's bound
  Disposed,       // a view's storage is gone
  Extent,         // a view reaches outside its storage: a fault in lib/, never in user input
  Unsupported,    // no row for this dtype: a fault in lib/, never in user input
  Index,          // details: index, axis size, axis
  NegativePower,  // integer to a negative integer power
  TooLarge,       // a size that depends on values passed the limits
  Value,          // details: position, value; the op words the rest
};

/// Memory of one operand as the launch sees it. Strides are in elements and may be 0 or negative; `data` is the address
/// of the first element by index, not the lowest address. Element addresses are multiples of the component size.
struct View {
  char* data;
  const std::int64_t* shape;
  const std::int64_t* strides;
  std::int32_t rank;
  DType dtype;

  std::int64_t size() const {
    std::int64_t n = 1;
    for (int axis = 0; axis < rank; ++axis) n *= shape[axis];
    return n;
  }
};

/// One run of a launch: the way to fail with details, to ask whether to stop, and to get memory whose size was not
/// known before. Implemented in core/execution.h; per-level code never touches it.
class Execution;

/// Views (outputs first) and plain numbers, checked against their storage. A kernel writes every element of its outputs
/// or returns something other than Ok. Outputs never overlap inputs.
struct Launch {
  const View* views;
  int viewCount;
  const double* numbers;
  int numberCount;
  Execution* execution;
};

struct Kernel;

/// A driver runs a launch of a kernel: it owns iteration, threads and dtype conversion, and calls the row's inner loop.
using Driver = Status (*)(const Kernel& kernel, const Launch& launch) noexcept;

/// An inner loop, cast back to its form's signature by the driver.
using Inner = void (*)();

/// One op at one dtype. `in` is the dtype that the inner loop computes in and finds its row by, `out` what it writes.
struct Row {
  const char* name;
  Driver driver;
  DType in;
  DType out;
  Inner inner;
};

/// The rows that one file offers, in constant memory.
struct Table {
  const Row* rows;
  int count;
};

/// All rows of one name, by `in`. Missing rows have a null inner loop.
struct Kernel {
  const char* name;
  Driver driver;
  Inner inner[kDTypes];
  DType out[kDTypes];
};

}  // namespace ndops
