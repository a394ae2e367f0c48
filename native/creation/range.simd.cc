// Inner loops of arange.
#include "creation/range.h"

#include "core/table.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// uint64 wraps as int64 should, with the same bits.
template <class T>
void range(char* out, const char* start, const char* step, std::int64_t begin, std::int64_t n) {
  T* to = reinterpret_cast<T*>(out);
  const T first = *reinterpret_cast<const T*>(start);
  const T apart = *reinterpret_cast<const T*>(step);
  for (std::int64_t i = 0; i < n; ++i) to[i] = first + static_cast<T>(begin + i) * apart;
}

const Row kRows[] = {
    {"arange", arange, DType::Int64, DType::Int64, reinterpret_cast<Inner>(range<std::uint64_t>)},
    {"arange", arange, DType::Float64, DType::Float64, reinterpret_cast<Inner>(range<double>)},
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
