// Inner loops of copy, by item size.
#include "manipulation/copy.h"

#include <cstring>
#include <type_traits>
#include <utility>

#include "core/table.h"
#include "simd/item.h"
#include "simd/transpose.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// Bytes from `address` to the next multiple of the vector.
inline std::int64_t toAligned(const char* address) {
  return static_cast<std::int64_t>((0 - reinterpret_cast<std::uintptr_t>(address)) % kVectorBytes);
}

using Bytes = Vector<std::uint8_t, kVectorBytes>;

template <class V>
inline V loadBytes(const char* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

/// Vectors to aligned addresses: the C library's instruction for large pieces takes ten times as long where the output
/// is not aligned as the input is.
template <bool Stream>
void copyBytes(char* out, const char* in, std::int64_t bytes) {
  const std::int64_t head = toAligned(out);
  if (bytes < head + 4 * kVectorBytes) {
    std::memcpy(out, in, static_cast<std::size_t>(bytes));
    return;
  }
  std::memcpy(out, in, static_cast<std::size_t>(head));
  const auto store = [](char* to, Bytes v) {
    if constexpr (Stream)
      storeStreaming(to, v);
    else
      std::memcpy(to, &v, sizeof v);
  };
  std::int64_t i = head;
  for (; i + 4 * kVectorBytes <= bytes; i += 4 * kVectorBytes) {
    // Each in a register of its own: an array of them would go through the stack.
    const Bytes a = loadBytes<Bytes>(in + i);
    const Bytes b = loadBytes<Bytes>(in + i + kVectorBytes);
    const Bytes c = loadBytes<Bytes>(in + i + 2 * kVectorBytes);
    const Bytes d = loadBytes<Bytes>(in + i + 3 * kVectorBytes);
    store(out + i, a);
    store(out + i + kVectorBytes, b);
    store(out + i + 2 * kVectorBytes, c);
    store(out + i + 3 * kVectorBytes, d);
  }
  std::memcpy(out + i, in + i, static_cast<std::size_t>(bytes - i));
}

inline void copyRow(char* out, const char* in, std::int64_t bytes, bool stream) {
  if (stream)
    copyBytes<true>(out, in, bytes);
  else
    copyBytes<false>(out, in, bytes);
}

template <int Size>
void fillRow(char* out, const char* value, std::int64_t n, bool stream) {
  using T = Item<Size>;
  const T item = *reinterpret_cast<const T*>(value);
  T* to = reinterpret_cast<T*>(out);
  std::int64_t i = 0;
  if (stream && n * Size > 4 * kVectorBytes && reinterpret_cast<std::uintptr_t>(out) % Size == 0) {
    const std::int64_t head = toAligned(out) / Size;
    for (; i < head; ++i) to[i] = item;
    char pattern[kVectorBytes];
    for (int k = 0; k < kVectorBytes / Size; ++k) std::memcpy(pattern + k * Size, &item, Size);
    Bytes v;
    std::memcpy(&v, pattern, sizeof v);
    for (; i + kVectorBytes / Size <= n; i += kVectorBytes / Size) storeStreaming(out + i * Size, v);
  }
  for (; i < n; ++i) to[i] = item;
}

template <int Size>
inline void stridedRow(char* out, std::int64_t outStep, const char* in, std::int64_t inStep, std::int64_t n) {
  using T = Item<Size>;
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(in);
  if (outStep == 1 && inStep == -1) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[-i];
  } else if (outStep == 1) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * inStep];
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * outStep] = from[i * inStep];
  }
}

template <int Size>
struct Lane;
// clang-format off
template <> struct Lane<1> { using type = std::uint8_t; };
template <> struct Lane<2> { using type = std::uint16_t; };
template <> struct Lane<4> { using type = std::uint32_t; };
template <> struct Lane<8> { using type = std::uint64_t; };
// clang-format on

/// An axis of `n` with one of only Short inside, unrolled: each cache line is touched once.
template <int Size, int Short>
void copyShort(char* out, std::int64_t outStep, std::int64_t outShort, const char* in, std::int64_t inStep,
               std::int64_t inShort, std::int64_t n) {
  using T = Item<Size>;
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(in);
  for (std::int64_t i = 0; i < n; ++i, to += outStep, from += inStep) {
    T items[Short];
#pragma GCC unroll 8
    for (int k = 0; k < Short; ++k) items[k] = from[k * inShort];
#pragma GCC unroll 8
    for (int k = 0; k < Short; ++k) to[k * outShort] = items[k];
  }
}

constexpr std::int64_t kShort = 8;

template <int Size>
void copyShort(char* out, std::int64_t outStep, std::int64_t outShort, const char* in, std::int64_t inStep,
               std::int64_t inShort, std::int64_t n, std::int64_t width) {
  using Loop = void (*)(char*, std::int64_t, std::int64_t, const char*, std::int64_t, std::int64_t, std::int64_t);
  static constexpr Loop kLoops[] = {copyShort<Size, 1>, copyShort<Size, 2>, copyShort<Size, 3>, copyShort<Size, 4>,
                                    copyShort<Size, 5>, copyShort<Size, 6>, copyShort<Size, 7>, copyShort<Size, 8>};
  kLoops[width - 1](out, outStep, outShort, in, inStep, inShort, n);
}

/// One row, over and over: doubled up to some kilobytes, which then are the row.
template <int Size>
void repeatRow(char* out, std::int64_t columns, std::int64_t rows, bool stream) {
  constexpr std::int64_t kPattern = 4096;
  const std::int64_t total = columns * rows * Size;
  std::int64_t done = columns * Size;
  while (done < total && done < kPattern) {
    const std::int64_t n = done < total - done ? done : total - done;
    std::memcpy(out + done, out, static_cast<std::size_t>(n));
    done += n;
  }
  for (const std::int64_t pattern = done; done < total; done += pattern) {
    const std::int64_t n = pattern < total - done ? pattern : total - done;
    copyRow(out + done, out, n, stream);
  }
}

/// Each item Times times: shuffles of a vector that every level has.
template <int Size, int Times, int... I>
void repeatItems(char* out, const char* in, std::int64_t n, std::integer_sequence<int, I...>) {
  using T = typename Lane<Size>::type;
  constexpr int N = sizeof...(I);
  std::int64_t i = 0;
  for (; i + N <= n; i += N) {
    const Vector<T, N> v = loadBytes<Vector<T, N>>(in + i * Size);
    char* to = out + i * Times * Size;
    const auto part = [&](auto k) {
      const Vector<T, N> w = NDOPS_SHUFFLE(T, N, v, v, ((decltype(k)::value * N + I) / Times)...);
      std::memcpy(to + decltype(k)::value * 16, &w, 16);
    };
    if constexpr (Times > 0) part(std::integral_constant<int, 0>{});
    if constexpr (Times > 1) part(std::integral_constant<int, 1>{});
    if constexpr (Times > 2) part(std::integral_constant<int, 2>{});
    if constexpr (Times > 3) part(std::integral_constant<int, 3>{});
  }
  copyShort<Size, Times>(out + i * Times * Size, Times, 1, in + i * Size, 1, 0, n - i);
}

template <int Size, int Times>
void repeatItems(char* out, const char* in, std::int64_t n) {
  repeatItems<Size, Times>(out, in, n, std::make_integer_sequence<int, 16 / Size>());
}

template <int Size>
void copyBlock(char* out, std::int64_t outRow, std::int64_t outColumn, const char* in, std::int64_t inRow,
               std::int64_t inColumn, std::int64_t rows, std::int64_t columns, bool stream) {
  if (rows <= 0 || columns <= 0) return;
  const bool dense = outColumn == 1 && outRow == columns;
  if (dense && inRow == 0 && rows > 1 && columns * Size <= 2048) {
    copyBlock<Size>(out, outRow, 1, in, 0, inColumn, 1, columns, false);
    repeatRow<Size>(out, columns, rows, stream);
    return;
  }
  if constexpr (Size < 16) {
    if (dense && inRow == 1 && inColumn == 0 && columns >= 2 && columns <= 4) {
      constexpr void (*kLoops[])(char*, const char*, std::int64_t) = {repeatItems<Size, 2>, repeatItems<Size, 3>,
                                                                      repeatItems<Size, 4>};
      kLoops[columns - 2](out, in, rows);
      return;
    }
  }
  if (columns <= kShort && rows > columns) {
    copyShort<Size>(out, outRow, outColumn, in, inRow, inColumn, rows, columns);
    return;
  }
  const bool fast = outColumn == 1 && (inColumn == 1 || inColumn == 0);
  if (!fast && rows <= kShort && columns > rows) {
    copyShort<Size>(out, outColumn, outRow, in, inColumn, inRow, columns, rows);
    return;
  }
  for (std::int64_t r = 0; r < rows; ++r, out += outRow * Size, in += inRow * Size) {
    if (outColumn == 1 && inColumn == 1) {
      copyRow(out, in, columns * Size, stream);
    } else if (outColumn == 1 && inColumn == 0) {
      fillRow<Size>(out, in, columns, stream);
    } else {
      stridedRow<Size>(out, outColumn, in, inColumn, columns);
    }
  }
}

/// Lanes of a register tile: the widest vector where its shuffles are cheap, one of 16 bytes for small items.
template <int Size>
constexpr int kTile = Size >= 4 ? kVectorBytes / Size : 16 / Size;

template <int Size, bool Stream>
void transposeTiles(char* out, std::int64_t outRow, const char* in, std::int64_t inColumn, std::int64_t rows,
                    std::int64_t columns) {
  constexpr int N = kTile<Size>;
  for (std::int64_t r = 0; r < rows; r += N)
    for (std::int64_t c = 0; c < columns; c += N)
      transposeTile<typename Lane<Size>::type, N, Stream>(out + (r * outRow + c) * Size, outRow * Size,
                                                          in + (c * inColumn + r) * Size, inColumn * Size);
}

template <int Size>
void transposeBlock(char* out, std::int64_t outRow, const char* in, std::int64_t inColumn, std::int64_t rows,
                    std::int64_t columns, bool stream) {
  std::int64_t wholeRows = 0;
  std::int64_t wholeColumns = 0;
  if constexpr (Size < 16) {
    constexpr int N = kTile<Size>;
    wholeRows = rows / N * N;
    wholeColumns = columns / N * N;
    const bool aligned = reinterpret_cast<std::uintptr_t>(out) % kVectorBytes == 0 && outRow * Size % kVectorBytes == 0;
    if (stream && aligned && N * Size == kVectorBytes)
      transposeTiles<Size, true>(out, outRow, in, inColumn, wholeRows, wholeColumns);
    else
      transposeTiles<Size, false>(out, outRow, in, inColumn, wholeRows, wholeColumns);
  }
  // What is left of whole tiles: the columns beside them, then the rows below.
  if (wholeColumns < columns)
    copyBlock<Size>(out + wholeColumns * Size, outRow, 1, in + wholeColumns * inColumn * Size, 1, inColumn, wholeRows,
                    columns - wholeColumns, false);
  if (wholeRows < rows)
    copyBlock<Size>(out + wholeRows * outRow * Size, outRow, 1, in + wholeRows * Size, 1, inColumn, rows - wholeRows,
                    columns, false);
}

template <int Size>
const CopyLoops* loops() {
  static constexpr CopyLoops table{copyBlock<Size>, transposeBlock<Size>, copyBytes<true>};
  return &table;
}

// A macro, not a function: a cast pointer is no constant expression, and the rows must need no code to be set up.
#define COPY_ROW(D) \
  { "copy", copy, DType::D, DType::D, reinterpret_cast<Inner>(loops<itemSize(DType::D)>) }

const Row kRows[] = {
    COPY_ROW(Bool),     COPY_ROW(Uint8),   COPY_ROW(Uint16),  COPY_ROW(Uint32),    COPY_ROW(Uint64),
    COPY_ROW(Int8),     COPY_ROW(Int16),   COPY_ROW(Int32),   COPY_ROW(Int64),     COPY_ROW(Float16),
    COPY_ROW(Bfloat16), COPY_ROW(Float32), COPY_ROW(Float64), COPY_ROW(Complex64), COPY_ROW(Complex128),
};
#undef COPY_ROW

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
