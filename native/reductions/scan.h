// reductions/scan: what cumsum and cumprod give their driver for each computing dtype.
//
// Launch: views [out, x]; numbers [axis or -1 for all elements as one row, computing dtype]. The output is contiguous
// and has the shape of x, or its size.
#pragma once

#include <cstdint>

#include "core/kernel.h"

namespace ndops {

/// The most columns that one call takes.
constexpr std::int64_t kScanWidth = 256;
constexpr std::int64_t kScanStateBytes = kScanWidth * 16 * 2;
/// Calls for one row begin at multiples of this, so that bits do not depend on how the row is handed over.
constexpr std::int64_t kScanBlock = 128;

/// A state holds what was seen so far of `width` columns: stateBytes bytes each. `out` may be `x`, at the same places.
struct ScanLoops {
  std::int32_t stateBytes;
  bool splits;  // a row may be cut in chunks, whose totals are scanned first
  void (*start)(char* state, std::int64_t width);
  /// into = into (+) from
  void (*join)(char* into, const char* from, std::int64_t width);
  /// One row of n contiguous elements: takes them in, or writes the results on the way too.
  void (*total)(char* state, const char* x, std::int64_t n);
  void (*run)(char* state, char* out, const char* x, std::int64_t n);
  /// Rows of `width` columns, out[r * outRow + j] of x[r * row + j]; `out` is null where only the state is wanted.
  void (*columns)(char* state, char* out, std::int64_t outRow, const char* x, std::int64_t row, std::int64_t rows,
                  std::int64_t width);
};

/// The Inner of a row of a scan, after a cast.
using GiveScanLoops = const ScanLoops* (*)();

Status scanDriver(const Kernel& kernel, const Launch& launch) noexcept;

}  // namespace ndops
