// Inner loops of nonzero and of masks.
#include "indexing/nonzero.h"

#include <cstring>

#include "core/table.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ndops::NDOPS_LEVEL {
namespace {

inline bool isSet(Bool x) { return x.value != 0; }
inline bool isSet(Float16 x) { return (x.bits & 0x7fff) != 0; }
inline bool isSet(Bfloat16 x) { return (x.bits & 0x7fff) != 0; }
template <class T>
inline bool isSet(Complex<T> x) {
  return x.re != 0 || x.im != 0;
}
template <class T>
inline bool isSet(T x) {
  return x != 0;
}

/// Bit i tells whether byte i of 64 is not 0; the bytes are 0 or 1.
inline std::uint64_t pack(const std::uint8_t* bytes) {
#if defined(__AVX512BW__)
  const __m512i v = _mm512_loadu_si512(bytes);
  return _mm512_test_epi8_mask(v, v);
#elif defined(__AVX2__)
  const __m256i zero = _mm256_setzero_si256();
  const __m256i low = _mm256_cmpgt_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)), zero);
  const __m256i high = _mm256_cmpgt_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32)), zero);
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
#else
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + 8 * i, 8);
    // Each byte's lowest bit moves to the top byte, in order.
    bits |= (eight * 0x0102040810204080u >> 56) << (8 * i);
  }
  return bits;
#endif
}

inline int countSet(std::uint64_t bits) { return __builtin_popcountll(bits); }

template <class T>
std::int64_t bitsOf(std::uint64_t* bits, const char* in, std::int64_t n) {
  const T* x = reinterpret_cast<const T*>(in);
  std::int64_t count = 0;
  alignas(64) std::uint8_t bytes[64];
  std::int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    for (int k = 0; k < 64; ++k) bytes[k] = isSet(x[i + k]) ? 1 : 0;
    const std::uint64_t word = pack(bytes);
    *bits++ = word;
    count += countSet(word);
  }
  if (i < n) {
    std::memset(bytes, 0, sizeof bytes);
    for (std::int64_t k = 0; i + k < n; ++k) bytes[k] = isSet(x[i + k]) ? 1 : 0;
    const std::uint64_t word = pack(bytes);
    *bits = word;
    count += countSet(word);
  }
  return count;
}

#if defined(__AVX512F__)

int expand(std::int32_t* to, std::uint64_t bits, std::int32_t first) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  std::int32_t* at = to;
  for (int i = 0; i < 4; ++i, bits >>= 16, first += 16) {
    const __mmask16 mask = static_cast<__mmask16>(bits);
    // Compressed in a register and stored whole: compressing into memory is slow on some processors.
    const __m512i places = _mm512_add_epi32(lanes, _mm512_set1_epi32(first));
    _mm512_storeu_si512(at, _mm512_maskz_compress_epi32(mask, places));
    at += __builtin_popcount(mask);
  }
  return static_cast<int>(at - to);
}

#else

/// The numbers of the set bits of a byte, lowest first.
struct BytePlaces {
  std::uint8_t places[256][8];
};
constexpr BytePlaces makePlaces() {
  BytePlaces table{};
  for (int byte = 0; byte < 256; ++byte) {
    int count = 0;
    for (int bit = 0; bit < 8; ++bit)
      if ((byte >> bit & 1) != 0) table.places[byte][count++] = static_cast<std::uint8_t>(bit);
  }
  return table;
}
constexpr BytePlaces kPlaces = makePlaces();

int expand(std::int32_t* to, std::uint64_t bits, std::int32_t first) {
  std::int32_t* at = to;
  for (; bits != 0; bits >>= 8, first += 8) {
    const std::uint8_t byte = static_cast<std::uint8_t>(bits);
    for (int k = 0; k < 8; ++k) at[k] = first + kPlaces.places[byte][k];
    at += __builtin_popcount(byte);
  }
  return static_cast<int>(at - to);
}

#endif

void flat(char* out, DType dtype, const std::int32_t* positions, std::int64_t start, std::int64_t n) {
  if (dtype == DType::Int32) {
    std::int32_t* to = reinterpret_cast<std::int32_t*>(out);
    const std::int32_t from = static_cast<std::int32_t>(start);
    for (std::int64_t i = 0; i < n; ++i) to[i] = from + positions[i];
  } else {
    std::int64_t* to = reinterpret_cast<std::int64_t*>(out);
    for (std::int64_t i = 0; i < n; ++i) to[i] = start + positions[i];
  }
}

template <class T>
void turnTo(T* __restrict out, std::int32_t* __restrict positions, std::int64_t start, std::int64_t size,
            std::int64_t n) {
  // Exact in float64, where division is a product with a correction of one at most.
  const double base = static_cast<double>(start);
  const double whole = static_cast<double>(size);
  const double inverse = 1 / whole;
  for (std::int64_t i = 0; i < n; ++i) {
    const double position = base + positions[i];
    const double guess = static_cast<double>(static_cast<std::int32_t>(position * inverse));
    const double rest = position - guess * whole;
    const double low = rest < 0 ? 1.0 : 0.0;
    const double high = rest >= whole ? 1.0 : 0.0;
    positions[i] = static_cast<std::int32_t>(guess + (high - low));
    out[i] = static_cast<T>(rest + (low - high) * whole);
  }
}

void turn(char* out, DType dtype, std::int32_t* positions, std::int64_t start, std::int64_t size, std::int64_t n) {
  if (dtype == DType::Int32)
    turnTo(reinterpret_cast<std::int32_t*>(out), positions, start, size, n);
  else
    turnTo(reinterpret_cast<std::int64_t*>(out), positions, start, size, n);
}

const NonzeroLoops* loops() {
  static constexpr NonzeroLoops table{
      {bitsOf<Bool>, bitsOf<std::uint8_t>, bitsOf<std::uint16_t>, bitsOf<std::uint32_t>, bitsOf<std::uint64_t>,
       bitsOf<std::int8_t>, bitsOf<std::int16_t>, bitsOf<std::int32_t>, bitsOf<std::int64_t>, bitsOf<Float16>,
       bitsOf<Bfloat16>, bitsOf<float>, bitsOf<double>, bitsOf<Complex64>, bitsOf<Complex128>},
      expand,
      flat,
      turn};
  return &table;
}

const Row kRows[] = {
    {"nonzero", nonzero, DType::Bool, DType::Bool, reinterpret_cast<Inner>(loops)},
    {"getItemMasked", getItemMasked, DType::Bool, DType::Bool, nullptr},
};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
