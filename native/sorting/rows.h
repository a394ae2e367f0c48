// Rows of a tensor along one axis, whatever its layout: each is handed out contiguous, its result taken contiguous.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/execution.h"
#include "core/kernel.h"
#include "sorting/sort.h"

namespace ndops {

/// From this many elements on one row is worth all threads.
constexpr std::int64_t kLongRow = std::int64_t{1} << 17;
/// About how many elements one task sorts.
constexpr std::int64_t kTaskElements = std::int64_t{1} << 15;

/// What to do with a row: `work` has room for workBytes, `alone` says that no other row runs beside it, so that it may
/// use parallel() itself.
struct RowBody {
  Status (*run)(const void* body, const char* from, char* to, char* work, bool alone);
  const void* body;
  std::size_t workBytes;
  /// May be null, else does the first of `width` rows that lie side by side, their elements `fromStride` apart, with
  /// results as long as they are, and says how many it did.
  std::int64_t (*columns)(const void* body, const char* from, std::int64_t fromStride, char* to, std::int64_t toStride,
                          std::int64_t width, char* work) = nullptr;
};

template <class Body>
RowBody rowBody(const Body& body, std::size_t workBytes) {
  return {[](const void* b, const char* from, char* to, char* work, bool alone) {
            return (*static_cast<const Body*>(b))(from, to, work, alone);
          },
          &body, workBytes};
}

/// Runs the body for each row of `in` along `axis`, the results going to the same rows of `out`, which is contiguous
/// and of the same shape, though its rows may be of another length (and dtype). Rows lie across threads, transposed in
/// tiles where they are not contiguous.
Status eachRow(Execution& execution, const View& out, const View& in, int axis, const SortLoops& loops,
               const RowBody& body) noexcept;

/// The same for all elements as one row in C order.
Status oneRow(Execution& execution, const View& out, const View& in, const SortLoops& loops,
              const RowBody& body) noexcept;

}  // namespace ndops
