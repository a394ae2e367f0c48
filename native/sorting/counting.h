// 8- and 16-bit dtypes by counting: each value has its own counter.
#pragma once

#include <cstdint>

#include "core/execution.h"

namespace ndops {

/// Whether counting beats comparing for rows of n elements of this size (1 or 2 bytes).
constexpr bool countingSorts(int size, std::int64_t n) { return size == 1 ? n > 128 : n > (1 << 17); }
/// 65,536 counters and as many places to write to are slower than sorting packs, whatever n.
constexpr bool countingOrders(int size, std::int64_t n) { return size == 1 && n > 512; }

/// Sorts n elements; by all threads where `alone`.
Status countingSort(Execution& execution, DType dtype, const char* from, char* to, std::int64_t n, bool alone) noexcept;
/// The stable order of n elements of one byte, as indices of dtype `out` (Int32 or Int64).
Status countingOrder(Execution& execution, DType dtype, const char* from, DType out, char* to, std::int64_t n,
                     bool alone) noexcept;

}  // namespace ndops
