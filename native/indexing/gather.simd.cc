// Inner loops of take, takeAlongAxis and getItem.
#include "indexing/gather.h"

#include <cstring>

#include "core/table.h"
#include "simd/item.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

constexpr std::int64_t kHighest = 0x7fffffffffffffff;

template <class T>
void load(std::int64_t* to, const char* from, std::int64_t row, std::int64_t column, std::int64_t rows,
          std::int64_t columns) {
  const T* in = reinterpret_cast<const T*>(from);
  for (std::int64_t r = 0; r < rows; ++r, in += row, to += columns) {
    if (column == 1) {
      for (std::int64_t c = 0; c < columns; ++c) to[c] = static_cast<std::int64_t>(in[c]);
    } else {
      for (std::int64_t c = 0; c < columns; ++c) to[c] = static_cast<std::int64_t>(in[c * column]);
    }
    if constexpr (static_cast<T>(-1) > T{0} && sizeof(T) == 8) {
      // After the copy: reading twice would let a writer in between.
      __asm__ volatile("" : : "r"(to) : "memory");
      for (std::int64_t c = 0; c < columns; ++c) to[c] = to[c] < 0 ? kHighest : to[c];
    }
  }
  // From here on the compiler may not go back to the shared memory.
  __asm__ volatile("" : : "r"(to) : "memory");
}

void ramp(std::int64_t* offsets, std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r, offsets += columns)
    for (std::int64_t c = 0; c < columns; ++c) offsets[c] = r * row + c * column;
}

bool resolve(std::int64_t* __restrict offsets, const std::int64_t* __restrict indices, std::int64_t n,
             std::int64_t size, std::int64_t stride) {
  std::int64_t bad = 0;
  for (std::int64_t i = 0; i < n; ++i) bad |= (indices[i] < -size) | (indices[i] >= size);
  if (bad != 0) return false;
  if (stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) offsets[i] += indices[i] + (indices[i] < 0 ? size : 0);
  } else {
    for (std::int64_t i = 0; i < n; ++i) offsets[i] += (indices[i] + (indices[i] < 0 ? size : 0)) * stride;
  }
  return true;
}

/// Steps known to be 1 (Dense) or not.
template <int Size, class I, bool Dense>
std::int64_t pickBy(char* out, std::int64_t outStep, const char* x, std::int64_t xStep, const char* indices,
                    std::int64_t indexStep, std::int64_t n, std::int64_t size, std::int64_t stride, std::int64_t* bad) {
  using T = Item<Size>;
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(x);
  const I* at = reinterpret_cast<const I*>(indices);
#pragma GCC unroll 4
  for (std::int64_t i = 0; i < n; ++i) {
    // One load, kept in a register.
    const std::int64_t given = __atomic_load_n(at + (Dense ? i : i * indexStep), __ATOMIC_RELAXED);
    const std::int64_t index = given + (given >> 63 & size);
    if (static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(size)) {
      *bad = given;
      return i;
    }
    if constexpr (Dense)
      to[i] = from[index];
    else
      to[i * outStep] = from[i * xStep + index * stride];
  }
  return n;
}

template <int Size, class I>
std::int64_t pick(char* out, std::int64_t outStep, const char* x, std::int64_t xStep, const char* indices,
                  std::int64_t indexStep, std::int64_t n, std::int64_t size, std::int64_t stride, std::int64_t* bad) {
  if (outStep == 1 && xStep == 0 && indexStep == 1 && stride == 1)
    return pickBy<Size, I, true>(out, outStep, x, xStep, indices, indexStep, n, size, stride, bad);
  return pickBy<Size, I, false>(out, outStep, x, xStep, indices, indexStep, n, size, stride, bad);
}

template <int Size>
void gather(char* out, std::int64_t outStep, const char* x, const std::int64_t* offsets, std::int64_t n) {
  using T = Item<Size>;
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(x);
  if (outStep == 1) {
    std::int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
      const T a = from[offsets[i]];
      const T b = from[offsets[i + 1]];
      const T c = from[offsets[i + 2]];
      const T d = from[offsets[i + 3]];
      to[i] = a;
      to[i + 1] = b;
      to[i + 2] = c;
      to[i + 3] = d;
    }
    for (; i < n; ++i) to[i] = from[offsets[i]];
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * outStep] = from[offsets[i]];
  }
}

template <int Size, int Run>
void gatherShort(char* out, std::int64_t outStep, const char* x, const std::int64_t* offsets, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) std::memcpy(out + i * outStep * Size, x + offsets[i] * Size, Run * Size);
}

template <int Size>
void gatherRuns(char* out, std::int64_t outStep, std::int64_t outRun, const char* x, std::int64_t xRun,
                const std::int64_t* offsets, std::int64_t n, std::int64_t run) {
  using T = Item<Size>;
  if (outRun == 1 && xRun == 1) {
    // Runs of a few items are single moves.
    switch (run) {
      case 2:
        return gatherShort<Size, 2>(out, outStep, x, offsets, n);
      case 3:
        return gatherShort<Size, 3>(out, outStep, x, offsets, n);
      case 4:
        return gatherShort<Size, 4>(out, outStep, x, offsets, n);
      case 8:
        return gatherShort<Size, 8>(out, outStep, x, offsets, n);
      case 16:
        return gatherShort<Size, 16>(out, outStep, x, offsets, n);
      default:
        break;
    }
    // Where the next runs lie is known long before the processor would guess it.
    constexpr std::int64_t kAhead = 6;
    for (std::int64_t i = 0; i < n; ++i) {
      if (i + kAhead < n) __builtin_prefetch(x + offsets[i + kAhead] * Size);
      std::memcpy(out + i * outStep * Size, x + offsets[i] * Size, static_cast<std::size_t>(run * Size));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T* to = reinterpret_cast<T*>(out) + i * outStep;
    const T* from = reinterpret_cast<const T*>(x) + offsets[i];
    for (std::int64_t k = 0; k < run; ++k) to[k * outRun] = from[k * xRun];
  }
}

/// The items of one word's set bits, in order; returns the place behind the last.
template <int Size>
inline Item<Size>* selectWord(Item<Size>* to, const Item<Size>* from, std::uint64_t word) {
#if defined(__AVX512F__)
  // Compressed in a register: compressing into memory is slow on some processors.
  if constexpr (Size == 4) {
    for (int i = 0; i < 4; ++i, word >>= 16, from += 16) {
      const __mmask16 mask = static_cast<__mmask16>(word);
      const int count = __builtin_popcount(mask);
      const __m512i items = _mm512_maskz_compress_epi32(mask, _mm512_maskz_loadu_epi32(mask, from));
      _mm512_mask_storeu_epi32(to, static_cast<__mmask16>((1u << count) - 1), items);
      to += count;
    }
    return to;
  }
  if constexpr (Size == 8) {
    for (int i = 0; i < 8; ++i, word >>= 8, from += 8) {
      const __mmask8 mask = static_cast<__mmask8>(word);
      const int count = __builtin_popcount(mask);
      const __m512i items = _mm512_maskz_compress_epi64(mask, _mm512_maskz_loadu_epi64(mask, from));
      _mm512_mask_storeu_epi64(to, static_cast<__mmask8>((1u << count) - 1), items);
      to += count;
    }
    return to;
  }
#endif
  for (; word != 0; word &= word - 1) *to++ = from[__builtin_ctzll(word)];
  return to;
}

template <int Size>
void select(char* out, const char* x, const std::uint64_t* bits, std::int64_t n) {
  Item<Size>* to = reinterpret_cast<Item<Size>*>(out);
  const Item<Size>* from = reinterpret_cast<const Item<Size>*>(x);
  for (std::int64_t i = 0; i < n; i += 64, from += 64) {
    const std::uint64_t word = *bits++;
    if (word == ~std::uint64_t{0}) {
      std::memcpy(static_cast<void*>(to), from, 64 * Size);
      to += 64;
    } else {
      to = selectWord<Size>(to, from, word);
    }
  }
}

template <int Size>
const GatherLoops* loops() {
  static constexpr GatherLoops table{
      {nullptr, load<std::uint8_t>, load<std::uint16_t>, load<std::uint32_t>, load<std::uint64_t>, load<std::int8_t>,
       load<std::int16_t>, load<std::int32_t>, load<std::int64_t>},
      ramp,
      resolve,
      {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, pick<Size, std::int32_t>,
       pick<Size, std::int64_t>},
      gather<Size>,
      gatherRuns<Size>,
      select<Size>};
  return &table;
}

#define ROWS(D) \
  { "take", take, DType::D, DType::D, reinterpret_cast<Inner>(loops<itemSize(DType::D)>) }

const Row kRows[] = {
    ROWS(Bool),
    ROWS(Uint8),
    ROWS(Uint16),
    ROWS(Uint32),
    ROWS(Uint64),
    ROWS(Int8),
    ROWS(Int16),
    ROWS(Int32),
    ROWS(Int64),
    ROWS(Float16),
    ROWS(Bfloat16),
    ROWS(Float32),
    ROWS(Float64),
    ROWS(Complex64),
    ROWS(Complex128),
    {"takeAlongAxis", takeAlongAxis, DType::Bool, DType::Bool, nullptr},
    {"getItem", getItem, DType::Bool, DType::Bool, nullptr},
};
#undef ROWS

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
