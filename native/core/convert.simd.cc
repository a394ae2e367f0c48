// Conversion between any two dtypes, a contiguous block at a time: every driver casts operands this way.
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/registry.h"
#include "core/table.h"
#include "simd/batch.h"
#include "simd/half.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// The value of a stored element in a type that arithmetic knows.
template <class T>
inline T load(T x) {
  return x;
}
inline std::uint8_t load(Bool x) { return x.value; }
inline float load(Float16 x) { return widen(x); }
inline float load(Bfloat16 x) { return widen(x); }

/// Float to integer: toward zero, saturating, NaN to 0: the same on every machine.
template <class To, class From>
inline To saturate(From x) {
  constexpr From low = static_cast<From>(std::numeric_limits<To>::min());
  // The first value too large, exact in every float type.
  constexpr From past = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * 2;
  if (!(x < past)) return x == x ? std::numeric_limits<To>::max() : To{0};
  if (!(x > low)) return std::numeric_limits<To>::min();
  return static_cast<To>(x);
}

template <class To, class From>
struct Cast {
  static To of(From stored) {
    const auto x = load(stored);
    if constexpr (std::is_same_v<To, Bool>) {
      return {static_cast<std::uint8_t>(x != 0)};
    } else if constexpr (std::is_same_v<To, Float16>) {
      return narrowFloat16(static_cast<float>(x));
    } else if constexpr (std::is_same_v<To, Bfloat16>) {
      return narrowBfloat16(static_cast<float>(x));
    } else if constexpr (std::is_floating_point_v<decltype(x)> && std::is_integral_v<To>) {
      return saturate<To>(x);
    } else {
      return static_cast<To>(x);
    }
  }
};

// One rounding only: a float64 (or a wide integer) goes to 16 bits through float32 rounded to odd.
inline float roundedToOdd(double x) {
  const float nearest = static_cast<float>(x);
  const std::uint32_t bits = bitsOf(nearest);
  const double back = nearest;
  const bool exact = back == x || x != x || (bits & 0x7f800000u) == 0x7f800000u;
  if (exact || (bits & 1u) != 0) return nearest;
  // An inexact even neighbour: step toward x, onto the odd one.
  const bool away = (x > 0) == (back < x);
  return floatOf(away ? bits + 1 : bits - 1);
}
template <>
struct Cast<Float16, double> {
  static Float16 of(double x) { return narrowFloat16(roundedToOdd(x)); }
};
template <>
struct Cast<Bfloat16, double> {
  static Bfloat16 of(double x) { return narrowBfloat16(roundedToOdd(x)); }
};

/// Of a whole number: 24 bits of it, the last one sticky, which float32 holds.
inline float stickyFloat(double x) {
  constexpr std::uint64_t kRest = 0x1fffffff;
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits | ((bits & kRest) + kRest)) & ~kRest;
  std::memcpy(&x, &bits, sizeof x);
  return static_cast<float>(x);
}

template <class T>
inline Bfloat16 integerToBfloat16(T x) {
  // A 64-bit integer may be inexact in float64 already: make its last bits sticky first.
  if constexpr (sizeof(T) == 8) {
    const bool negative = x < 0;
    std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    if (magnitude >> 53 != 0)
      magnitude = (magnitude & ~std::uint64_t{0xfff}) | ((magnitude & 0xfff) != 0 ? 0x1000u : 0u);
    const double wide = static_cast<double>(magnitude);
    return narrowBfloat16(stickyFloat(negative ? -wide : wide));
  } else {
    // What float32 does not hold keeps 24 bits, the last of them sticky.
    const T fits = static_cast<T>(x < 0 ? ~x : x);
    const T sticky = static_cast<T>((x & ~T{0xff}) | ((x & T{0xff}) != 0 ? T{0x100} : T{0}));
    return narrowBfloat16(static_cast<float>(fits >> 24 != 0 ? sticky : x));
  }
}
#define NDOPS_INTEGER_TO_BFLOAT16(T)                         \
  template <>                                                \
  struct Cast<Bfloat16, T> {                                 \
    static Bfloat16 of(T x) { return integerToBfloat16(x); } \
  };
NDOPS_INTEGER_TO_BFLOAT16(std::uint32_t)
NDOPS_INTEGER_TO_BFLOAT16(std::int32_t)
NDOPS_INTEGER_TO_BFLOAT16(std::uint64_t)
NDOPS_INTEGER_TO_BFLOAT16(std::int64_t)
#undef NDOPS_INTEGER_TO_BFLOAT16

template <class To, class From>
struct Cast<To, Complex<From>> {
  static To of(Complex<From> x) { return Cast<To, From>::of(x.re); }
};
template <class From>
struct Cast<Bool, Complex<From>> {
  static Bool of(Complex<From> x) { return {static_cast<std::uint8_t>(x.re != 0 || x.im != 0)}; }
};
template <class To, class From>
struct Cast<Complex<To>, From> {
  static Complex<To> of(From x) { return {Cast<To, From>::of(x), To{0}}; }
};
template <class To, class From>
struct Cast<Complex<To>, Complex<From>> {
  static Complex<To> of(Complex<From> x) { return {static_cast<To>(x.re), static_cast<To>(x.im)}; }
};

template <class To, class From>
void convert(char* to, const char* from, std::int64_t n) {
  To* __restrict out = reinterpret_cast<To*>(to);
  const From* __restrict in = reinterpret_cast<const From*>(from);
  for (std::int64_t i = 0; i < n; ++i) out[i] = Cast<To, From>::of(in[i]);
}

/// A step of elements at a time, the last one padded.
template <class To, class From>
inline void convertSteps(char* to, const char* from, std::int64_t n) {
  To* out = reinterpret_cast<To*>(to);
  const From* in = reinterpret_cast<const From*>(from);
  for (; n >= kHalfStep; n -= kHalfStep, out += kHalfStep, in += kHalfStep) convertStep(out, in);
  if (n == 0) return;
  alignas(64) To result[kHalfStep];
  alignas(64) From rest[kHalfStep] = {};
  std::memcpy(rest, in, static_cast<std::size_t>(n) * sizeof(From));
  convertStep(result, rest);
  std::memcpy(out, result, static_cast<std::size_t>(n) * sizeof(To));
}
#define NDOPS_STEPS(To, From)                                          \
  template <>                                                          \
  void convert<To, From>(char* to, const char* from, std::int64_t n) { \
    convertSteps<To, From>(to, from, n);                               \
  }
NDOPS_STEPS(float, Float16)
NDOPS_STEPS(Float16, float)
NDOPS_STEPS(float, Bfloat16)
NDOPS_STEPS(Bfloat16, float)
#undef NDOPS_STEPS

/// Whether floats become integers by the processor's conversion to int32.
template <class To, class From>
constexpr bool kTruncates =
    std::is_floating_point_v<From> && std::is_integral_v<To> && (sizeof(To) < 4 || std::is_same_v<To, std::int32_t>);

/// The processor's conversion toward zero of what int32 holds; NaN becomes 0 or (x86) -2^31.
NDOPS_INLINE void storeTruncated(std::int32_t* to, Batch<float> x) {
#if defined(__AVX512F__)
  _mm512_storeu_si512(to, _mm512_cvttps_epi32(x));
#elif defined(__AVX__)
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_cvttps_epi32(x));
#elif defined(__aarch64__)
  vst1q_s32(to, vcvtq_s32_f32(x));
#else
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_cvttps_epi32(x));
#endif
}
NDOPS_INLINE void storeTruncated(std::int32_t* to, Batch<double> x) {
#if defined(__AVX512F__)
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvttpd_epi32(x));
#elif defined(__AVX__)
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_cvttpd_epi32(x));
#elif defined(__aarch64__)
  vst1_s32(to, vqmovn_s64(vcvtq_s64_f64(x)));
#else
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_cvttpd_epi32(x));
#endif
}

/// saturate's results in int32 lanes, of narrower To: the low bits of -2^31, a NaN's, are 0.
template <class To, class From>
NDOPS_INLINE void saturateLanes(std::int32_t* to, Batch<From> x) {
  using Limits = std::numeric_limits<To>;
  if constexpr (sizeof(To) < 4) {
    const Batch<From> low(static_cast<From>(Limits::min()));
    const Batch<From> high(static_cast<From>(Limits::max()));
    storeTruncated(to, minimum(high, maximum(low, x)));
  } else if constexpr (std::is_same_v<From, double>) {
    const Batch<double> number = select(x == x, x, Batch<double>(0.0));
    storeTruncated(to, minimum(2147483647.0, maximum(-2147483648.0, number)));
  } else {
#if defined(__AVX512F__)
    const __m512i number = _mm512_maskz_cvttps_epi32(_mm512_cmp_ps_mask(x, x, _CMP_ORD_Q), x);
    const __mmask16 past = _mm512_cmp_ps_mask(x, _mm512_set1_ps(0x1p31f), _CMP_GE_OQ);
    _mm512_storeu_si512(to, _mm512_mask_mov_epi32(number, past, _mm512_set1_epi32(Limits::max())));
#elif defined(__AVX__)
    // -2^31 with all bits turned over.
    const __m256i past = _mm256_castps_si256(_mm256_cmp_ps(x, _mm256_set1_ps(0x1p31f), _CMP_GE_OQ));
    const __m256i ordered = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_ORD_Q));
    const __m256i number = _mm256_xor_si256(_mm256_cvttps_epi32(x), past);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_and_si256(number, ordered));
#elif defined(__aarch64__)
    storeTruncated(to, x);
#else
    const __m128i past = _mm_castps_si128(_mm_cmpge_ps(x, _mm_set1_ps(0x1p31f)));
    const __m128i ordered = _mm_castps_si128(_mm_cmpord_ps(x, x));
    const __m128i number = _mm_xor_si128(_mm_cvttps_epi32(x), past);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_and_si128(number, ordered));
#endif
  }
}

/// Elements of a block between two steps of a conversion.
constexpr std::int64_t kBlock = 1024;

template <class To, class From>
void saturateAll(To* out, const From* in, std::int64_t n) {
  constexpr int kStep = kLanes<From>;
  alignas(64) std::int32_t numbers[kBlock];
  for (std::int64_t i = 0; i < n; i += kBlock) {
    const std::int64_t count = n - i < kBlock ? n - i : kBlock;
    const std::int64_t whole = count / kStep * kStep;
    const bool direct = sizeof(To) == 4;
    std::int32_t* to = direct ? reinterpret_cast<std::int32_t*>(out + i) : numbers;
    for (std::int64_t k = 0; k < whole; k += kStep) saturateLanes<To, From>(to + k, load(in + i + k));
    for (std::int64_t k = whole; k < count; ++k) to[k] = static_cast<std::int32_t>(saturate<To>(in[i + k]));
    if (!direct)
      for (std::int64_t k = 0; k < count; ++k) out[i + k] = static_cast<To>(numbers[k]);
  }
}

template <class To, class From>
void convertAny(char* to, const char* from, std::int64_t n);

/// By way of `Middle`, which holds every value of From.
template <class To, class Middle, class From>
void convertThrough(char* to, const char* from, std::int64_t n) {
  alignas(64) Middle middle[kBlock];
  for (std::int64_t i = 0; i < n; i += kBlock) {
    const std::int64_t count = n - i < kBlock ? n - i : kBlock;
    convert<Middle, From>(reinterpret_cast<char*>(middle), from + i * static_cast<int>(sizeof(From)), count);
    convertAny<To, Middle>(to + i * static_cast<int>(sizeof(To)), reinterpret_cast<const char*>(middle), count);
  }
}

template <class T>
struct Real {
  using type = float;
};
template <class T>
struct Real<Complex<T>> {
  using type = T;
};

template <class To, class From>
void convertAny(char* to, const char* from, std::int64_t n) {
  using Number = typename Real<From>::type;
  constexpr bool kIntegers = std::is_integral_v<To> && (std::is_integral_v<From> || std::is_same_v<From, Bool>);
  if constexpr (std::is_same_v<To, From> || (kIntegers && sizeof(To) == sizeof(From)))
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(To));
  else if constexpr (kTruncates<To, From>)
    saturateAll(reinterpret_cast<To*>(to), reinterpret_cast<const From*>(from), n);
  else if constexpr (kTruncates<To, Number> && !std::is_integral_v<From> && !std::is_same_v<From, Bool>)
    convertThrough<To, Number, From>(to, from, n);
  else
    convert<To, From>(to, from, n);
}

template <int To, int From>
void run(char* to, const char* from, std::int64_t n) {
  convertAny<typename StorageOf<static_cast<DType>(To)>::type, typename StorageOf<static_cast<DType>(From)>::type>(
      to, from, n);
}

// Written out, not returned by a function: so the table is constant memory and needs no constructor.
#define ROW(TO, FROM) \
  { "convert", nullptr, static_cast<DType>(FROM), static_cast<DType>(TO), reinterpret_cast<Inner>(run<TO, FROM>) }
#define FROM_EACH(TO)                                                                                         \
  ROW(TO, 0), ROW(TO, 1), ROW(TO, 2), ROW(TO, 3), ROW(TO, 4), ROW(TO, 5), ROW(TO, 6), ROW(TO, 7), ROW(TO, 8), \
      ROW(TO, 9), ROW(TO, 10), ROW(TO, 11), ROW(TO, 12), ROW(TO, 13), ROW(TO, 14)

const Row kRows[] = {FROM_EACH(0),  FROM_EACH(1),  FROM_EACH(2),  FROM_EACH(3),  FROM_EACH(4),
                     FROM_EACH(5),  FROM_EACH(6),  FROM_EACH(7),  FROM_EACH(8),  FROM_EACH(9),
                     FROM_EACH(10), FROM_EACH(11), FROM_EACH(12), FROM_EACH(13), FROM_EACH(14)};

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

NDOPS_OFFER(kRows)
