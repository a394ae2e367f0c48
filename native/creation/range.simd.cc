// Inner loops of arange: each element from its own position, so that no error adds up.
#include "creation/range.h"

#include <type_traits>

#include "core/table.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class T>
void range(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n) {
  // Integers of the same width without a sign wrap as they should.
  using W =
      std::conditional_t<std::is_integral_v<T>, std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>, T>;
  T* to = reinterpret_cast<T*>(out);
  const W start = static_cast<W>(*reinterpret_cast<const T*>(first));
  const W step = static_cast<W>(*reinterpret_cast<const T*>(second)) - start;
  for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(start + static_cast<W>(begin + i) * step);
}

inline Float16 narrowTo(float x, Float16) { return narrowFloat16(x); }
inline Bfloat16 narrowTo(float x, Bfloat16) { return narrowBfloat16(x); }

template <class T>
void rangeHalf(char* out, const char* first, const char* second, std::int64_t begin, std::int64_t n) {
  T* to = reinterpret_cast<T*>(out);
  const float start = widen(*reinterpret_cast<const T*>(first));
  const float step = widen(*reinterpret_cast<const T*>(second)) - start;
  for (std::int64_t i = 0; i < n; ++i) to[i] = narrowTo(start + static_cast<float>(begin + i) * step, T{});
}

#define RANGE_ROW(D, ...) \
  { "arange", arange, DType::D, DType::D, reinterpret_cast<Inner>(__VA_ARGS__) }

const Row kRows[] = {
    RANGE_ROW(Uint8, range<std::uint8_t>),   RANGE_ROW(Uint16, range<std::uint16_t>),
    RANGE_ROW(Uint32, range<std::uint32_t>), RANGE_ROW(Uint64, range<std::uint64_t>),
    RANGE_ROW(Int8, range<std::int8_t>),     RANGE_ROW(Int16, range<std::int16_t>),
    RANGE_ROW(Int32, range<std::int32_t>),   RANGE_ROW(Int64, range<std::int64_t>),
    RANGE_ROW(Float16, rangeHalf<Float16>),  RANGE_ROW(Bfloat16, rangeHalf<Bfloat16>),
    RANGE_ROW(Float32, range<float>),        RANGE_ROW(Float64, range<double>),
};
#undef RANGE_ROW

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
