// The loops of sort and argsort for one CPU level, handed to the drivers as one struct.
#include "sorting/sort.h"

#include "core/table.h"
#include "sorting/columns.h"
#include "sorting/quick.h"

namespace ndops::NDOPS_LEVEL {
namespace {

template <class K>
using UnsignedOf = std::conditional_t<sizeof(K) == 4, std::uint32_t, std::uint64_t>;

template <class K>
NDOPS_INLINE K key(K bits, const KeyForm& form) {
  return keyOf<K, UnsignedOf<K>>(bits, form);
}
template <class K>
NDOPS_INLINE K tied(K bits, const KeyForm& form) {
  return tiedKey<K>(key(bits, form), form);
}

constexpr std::int64_t kBlock = 512;

template <class K>
int run(const K* from, std::int64_t n, const KeyForm& given) {
  const KeyForm form = given;
  bool ascending = true;
  bool descending = true;
  // Most rows that are no run show it in their first few keys.
  std::int64_t block = 16;
  for (std::int64_t start = 0, end = 0; start + 1 < n && (ascending || descending); start = end, block = kBlock) {
    end = start + block < n - 1 ? start + block : n - 1;
    UnsignedOf<K> falls = 0;
    UnsignedOf<K> rises = 0;
    for (std::int64_t i = start; i < end; ++i) {
      const K a = key(from[i], form);
      const K b = key(from[i + 1], form);
      falls |= static_cast<UnsignedOf<K>>(a > b);
      rises |= static_cast<UnsignedOf<K>>(a < b);
    }
    ascending = ascending && falls == 0;
    descending = descending && rises == 0;
  }
  return (ascending ? kAscending : 0) + (descending ? kDescending : 0);
}

template <class K>
void pick(const K* from, std::int64_t n, const KeyForm& form, K low, K high, K* to) {
  using L = Lanes<K>;
  const Code<K> code(form);
  const Vector<K> lows = L::splat(low);
  const Vector<K> highs = L::splat(high);
  for (std::int64_t i = 0; i < n; i += L::N) {
    const int count = n - i < L::N ? static_cast<int>(n - i) : L::N;
    const Vector<K> bits = count == L::N ? L::load(from + i) : L::loadPart(from + i, count, K{0});
    const Vector<K> keys = code.encode(bits);
    const unsigned outside = L::less(keys, lows) | L::less(highs, keys);
    const auto picked = static_cast<typename L::Mask>(~outside & ((1u << count) - 1));
    if (picked == 0) continue;
    L::storePart(to, L::compress(bits, picked), L::count(picked));
    to += L::count(picked);
  }
}

template <class K>
void reverse(const K* from, K* to, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = from[n - 1 - i];
}

template <class K>
void range(const K* from, std::int64_t n, const KeyForm& given, Range<K>* range) {
  const KeyForm form = given;
  K low = tied(from[0], form);
  K high = low;
  bool ascending = true;
  bool descending = true;
  for (std::int64_t start = 0; start < n; start += kBlock) {
    const std::int64_t end = start + kBlock < n ? start + kBlock : n;
    for (std::int64_t i = start; i < end; ++i) {
      const K a = tied(from[i], form);
      low = a < low ? a : low;
      high = a > high ? a : high;
    }
    if (!ascending && !descending) continue;
    UnsignedOf<K> falls = 0;
    UnsignedOf<K> stays = 0;
    for (std::int64_t i = start; i < end && i + 1 < n; ++i) {
      const K a = tied(from[i], form);
      const K b = tied(from[i + 1], form);
      falls |= static_cast<UnsignedOf<K>>(a > b);
      stays |= static_cast<UnsignedOf<K>>(a <= b);
    }
    ascending = ascending && falls == 0;
    descending = descending && stays == 0;
  }
  *range = {low, high, ascending, descending};
}

template <class K>
void pack32(const K* from, std::int64_t n, const KeyForm& given, K low, int indexBits, std::int64_t first,
            std::int32_t* to) {
  const KeyForm form = given;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto above = static_cast<UnsignedOf<K>>(tied(from[i], form)) - static_cast<UnsignedOf<K>>(low);
    to[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(above) << indexBits |
                                      static_cast<std::uint32_t>(first + i));
  }
}

template <class K>
void pack64(const K* from, std::int64_t n, const KeyForm& given, K low, int shift, int indexBits, std::int64_t first,
            std::int64_t* to) {
  const KeyForm form = given;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint64_t above = static_cast<UnsignedOf<K>>(tied(from[i], form)) - static_cast<UnsignedOf<K>>(low);
    to[i] = static_cast<std::int64_t>(above >> shift << indexBits | static_cast<std::uint64_t>(first + i));
  }
}

template <class P>
void indices(const P* packs, std::int64_t n, int indexBits, DType out, char* to) {
  const auto mask = static_cast<P>((std::uint64_t{1} << indexBits) - 1);
  if (out == DType::Int32) {
    auto* index = reinterpret_cast<std::int32_t*>(to);
    for (std::int64_t i = 0; i < n; ++i) index[i] = static_cast<std::int32_t>(packs[i] & mask);
  } else {
    auto* index = reinterpret_cast<std::int64_t*>(to);
    for (std::int64_t i = 0; i < n; ++i) index[i] = packs[i] & mask;
  }
}

template <class T, class U>
NDOPS_INLINE void widenAs(const char* from, std::int64_t n, DType dtype, std::int32_t* to) {
  const KeyForm form = keyForm(dtype);
  const T* bits = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < n; ++i) to[i] = keyOf<T, U>(bits[i], form);
}
template <class T, class U>
NDOPS_INLINE void narrowAs(const std::int32_t* from, std::int64_t n, DType dtype, char* to) {
  const KeyForm form = keyForm(dtype);
  T* bits = reinterpret_cast<T*>(to);
  for (std::int64_t i = 0; i < n; ++i) bits[i] = bitsOfKey<T, U>(static_cast<T>(from[i]), form);
}
void widen(const char* from, std::int64_t n, DType dtype, std::int32_t* to) {
  if (itemSize(dtype) == 1)
    widenAs<std::int8_t, std::uint8_t>(from, n, dtype, to);
  else
    widenAs<std::int16_t, std::uint16_t>(from, n, dtype, to);
}
void narrow(const std::int32_t* from, std::int64_t n, DType dtype, char* to) {
  if (itemSize(dtype) == 1)
    narrowAs<std::int8_t, std::uint8_t>(from, n, dtype, to);
  else
    narrowAs<std::int16_t, std::uint16_t>(from, n, dtype, to);
}

template <class K>
void transpose(const K* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride, K* to,
               std::int64_t toStride) {
  using L = Lanes<K>;
  constexpr int N = L::N;
  const std::int64_t wholeRows = rows - rows % N;
  const std::int64_t wholeColumns = columns - columns % N;
  // Lines that are written follow one another: that costs less than reading in order would save.
  for (std::int64_t column = 0; column < wholeColumns; column += N) {
    for (std::int64_t row = 0; row < wholeRows; row += N) {
      Vector<K> v[N];
#pragma GCC unroll 16
      for (int r = 0; r < N; ++r) v[r] = L::load(from + (row + r) * fromStride + column);
      K* const corner = to + column * toStride + row;
      interleave<K, N>(
          v, [&](int r, Vector<K> x) __attribute__((always_inline)) { L::store(corner + r * toStride, x); });
    }
  }
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = row < wholeRows ? wholeColumns : 0; column < columns; ++column)
      to[column * toStride + row] = from[row * fromStride + column];
}

template <class K>
constexpr KeyLoops<K> keyLoops() {
  return {sort<K>, columns<K>, split<K>, fill<K>, run<K>, pick<K>, copy<K>, reverse<K>, range<K>, pack32<K>, pack64<K>};
}

constexpr SortLoops kLoops{
    keyLoops<std::int32_t>(), keyLoops<std::int64_t>(), indices<std::int32_t>, indices<std::int64_t>, widen, narrow,
    transpose<std::int32_t>,  transpose<std::int64_t>};

const SortLoops& loops() { return kLoops; }

#define NDOPS_SORT_ROWS(D)                                                            \
  {"sort", ndops::sort, DType::D, DType::D, reinterpret_cast<Inner>(loops)}, {        \
    "argsort", ndops::argsort, DType::D, DType::Int32, reinterpret_cast<Inner>(loops) \
  }

const Row kRows[] = {NDOPS_SORT_ROWS(Bool),    NDOPS_SORT_ROWS(Uint8),     NDOPS_SORT_ROWS(Uint16),
                     NDOPS_SORT_ROWS(Uint32),  NDOPS_SORT_ROWS(Uint64),    NDOPS_SORT_ROWS(Int8),
                     NDOPS_SORT_ROWS(Int16),   NDOPS_SORT_ROWS(Int32),     NDOPS_SORT_ROWS(Int64),
                     NDOPS_SORT_ROWS(Float16), NDOPS_SORT_ROWS(Bfloat16),  NDOPS_SORT_ROWS(Float32),
                     NDOPS_SORT_ROWS(Float64), NDOPS_SORT_ROWS(Complex64), NDOPS_SORT_ROWS(Complex128)};
#undef NDOPS_SORT_ROWS

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
