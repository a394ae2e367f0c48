// Inner loops of repeat.
#include "manipulation/rearrange.h"

#include "core/table.h"
#include "simd/item.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Each place is written with a block of `Block` items, of which the next place overwrites what is too many.
template <int Block, class T, class At>
inline void repeatBy(T* to, At&& at, const std::int64_t* ends, std::int64_t first, std::int64_t begin,
                     std::int64_t end) {
  std::int64_t i = first;
  // From here on a block would reach past the end.
  const std::int64_t last = end - Block;
  for (; begin <= last; ++i) {
    const T item = at(i);
    const std::int64_t stop = ends[i] < end ? ends[i] : end;
#pragma GCC unroll 32
    for (int k = 0; k < Block; ++k) to[k] = item;
    if (stop - begin > Block)
      for (std::int64_t k = Block; k < stop - begin; ++k) to[k] = item;
    to += stop - begin;
    begin = stop;
  }
  for (; begin < end; ++i) {
    const T item = at(i);
    const std::int64_t stop = ends[i] < end ? ends[i] : end;
    for (; begin < stop; ++begin) *to++ = item;
  }
}

/// Items of a vector that every level has.
template <int Size>
constexpr int kBlock = 16 / Size > 4 ? 16 / Size : 4;

template <int Size>
void items(char* out, const char* in, std::int64_t inStep, const std::int64_t* ends, std::int64_t first,
           std::int64_t begin, std::int64_t end) {
  using T = Item<Size>;
  const T* from = reinterpret_cast<const T*>(in);
  repeatBy<kBlock<Size>>(
      reinterpret_cast<T*>(out), [&](std::int64_t i) { return from[i * inStep]; }, ends, first, begin, end);
}

void offsets(std::int64_t* out, std::int64_t step, const std::int64_t* ends, std::int64_t first, std::int64_t begin,
             std::int64_t end) {
  repeatBy<4>(
      out, [&](std::int64_t i) { return i * step; }, ends, first, begin, end);
}

const RepeatLoops* loops() {
  static constexpr RepeatLoops table{
      {items<itemSize(DType::Bool)>, items<itemSize(DType::Uint8)>, items<itemSize(DType::Uint16)>,
       items<itemSize(DType::Uint32)>, items<itemSize(DType::Uint64)>, items<itemSize(DType::Int8)>,
       items<itemSize(DType::Int16)>, items<itemSize(DType::Int32)>, items<itemSize(DType::Int64)>,
       items<itemSize(DType::Float16)>, items<itemSize(DType::Bfloat16)>, items<itemSize(DType::Float32)>,
       items<itemSize(DType::Float64)>, items<itemSize(DType::Complex64)>, items<itemSize(DType::Complex128)>},
      offsets};
  return &table;
}

const Row kRows[] = {
    {"repeat", repeat, DType::Bool, DType::Bool, reinterpret_cast<Inner>(loops)},
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
