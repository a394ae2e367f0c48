// Arguments of sin, cos and tan reduced by pi/2, for every finite float32 and float64.
#pragma once

#include "simd/pair.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// x = (quadrant + 4 k) pi/2 + high + low with |high| <= pi/4; only the two lowest bits of `quadrant` count.
template <class T>
struct Angle {
  Batch<BitsOf<T>> quadrant;
  Batch<T> high;
  Batch<T> low;
};

template <class T>
constexpr T kHalfPi = sizeof(T) == 4 ? static_cast<T>(0x1.921fb6p+0f) : static_cast<T>(0x1.921fb54442d18p+0);
template <class T>
constexpr T kHalfPiLow = sizeof(T) == 4 ? static_cast<T>(-0x1.777a5cp-25f) : static_cast<T>(0x1.1a62633145c07p-54);

/// Past this the quadrant's products with the parts of pi/2 are no longer exact (float32: nor enough).
template <class T>
constexpr T kLargeAngle = static_cast<T>(sizeof(T) == 4 ? 0x1p17 : 0x1p20);

/// One lane by Payne and Hanek: the bits of 2/pi that reach the units of x * 2/pi, times the integer significand of x.
inline void reduceLarge(double x, std::uint64_t* quadrant, double* high, double* low) {
  __extension__ using Wide = unsigned __int128;
  __extension__ using Signed = __int128;
  // 2/pi after 64 zero bits.
  static constexpr std::uint64_t kBits[] = {
      0x0000000000000000u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u, 0xfe5163abdebbc561u,
      0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu, 0xe88235f52ebb4484u, 0xe99c7026b45f7e41u,
      0x3991d639835339f4u, 0x9c845f8bbdf9283bu, 0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u,
      0x4f463f669e5fea2du, 0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu,
      0xf0cfbc209af4361du};
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1075;  // of the last bit: -33 or more
  const std::uint64_t significand = (bits & 0xfffffffffffffu) | 0x10000000000000u;
  // 192 bits of 2/pi from the first one whose product with the significand does not only count whole turns.
  const int first = 64 + exponent - 2;
  const int word = first / 64;
  const int shift = first % 64;
  std::uint64_t part[3];
  for (int i = 0; i < 3; ++i)
    part[i] = shift == 0 ? kBits[word + i] : (kBits[word + i] << shift) | (kBits[word + i + 1] >> (64 - shift));
  // significand * part is x * 2/pi * 2^190 but for whole turns: bits 191 and 190 are the quadrant, those below the
  // fraction.
  const Wide p2 = static_cast<Wide>(significand) * part[2];
  const Wide p1 = static_cast<Wide>(significand) * part[1] + static_cast<std::uint64_t>(p2 >> 64);
  const std::uint64_t w2 = significand * part[0] + static_cast<std::uint64_t>(p1 >> 64);
  const std::uint64_t w1 = static_cast<std::uint64_t>(p1);
  const std::uint64_t w0 = static_cast<std::uint64_t>(p2);
  std::uint64_t turns = w2 >> 62;
  Wide fraction = (static_cast<Wide>(w2 << 2 | w1 >> 62) << 64) | (w1 << 2 | w0 >> 62);
  // Past one half the next quadrant is nearer.
  turns += static_cast<std::uint64_t>(fraction >> 127);
  const bool below = (fraction >> 127) != 0;
  if (below) fraction = ~fraction + 1;
  const double big = static_cast<double>(static_cast<Signed>(fraction >> 1)) * 0x1p-127;
  const Signed left = static_cast<Signed>(fraction >> 1) - static_cast<Signed>(big * 0x1p127);
  const double small = static_cast<double>(left) * 0x1p-127;
  // (big + small) pi/2.
  const double highPart = big * kHalfPi<double>;
  constexpr double kSplit = 134217729;
  const double wideA = big * kSplit;
  const double wideB = kHalfPi<double> * kSplit;
  const double highA = wideA - (wideA - big);
  const double highB = wideB - (wideB - kHalfPi<double>);
  const double lowA = big - highA;
  const double lowB = kHalfPi<double> - highB;
  const double error = ((highA * highB - highPart) + highA * lowB + lowA * highB) + lowA * lowB;
  const double lowPart = error + (big * kHalfPiLow<double> + small * kHalfPi<double>);
  const bool negative = (bits >> 63 != 0) != below;
  *quadrant = bits >> 63 != 0 ? 0 - turns : turns;
  *high = negative ? -highPart : highPart;
  *low = negative ? -lowPart : lowPart;
}

/// Lanes past kLargeAngle put right.
template <class T>
NDOPS_COLD void reduceLargeLanes(const Batch<T>& x, Angle<T>* angle) {
  T in[kLanes<T>];
  T high[kLanes<T>];
  T low[kLanes<T>];
  BitsOf<T> quadrant[kLanes<T>];
  store(in, x);
  store(high, angle->high);
  store(low, angle->low);
  store(quadrant, angle->quadrant);
  for (int i = 0; i < kLanes<T>; ++i) {
    const double size = __builtin_fabs(static_cast<double>(in[i]));
    if (!(size > static_cast<double>(kLargeAngle<T>))) continue;
    if (__builtin_isinf(size)) {
      high[i] = low[i] = kNaN<T>;
      continue;
    }
    std::uint64_t turns;
    double first;
    double second;
    reduceLarge(in[i], &turns, &first, &second);
    quadrant[i] = static_cast<BitsOf<T>>(turns);
    high[i] = static_cast<T>(first);
    low[i] = static_cast<T>((first - static_cast<double>(high[i])) + second);
  }
  *angle = {load(quadrant), load(high), load(low)};
}

/// The reduced angle of x, from parts that hold up to kLargeAngle. Only copies have an address: what has one lies in
/// memory on the usual way too.
template <class T>
NDOPS_INLINE Angle<T> withLarge(Batch<T> x, Batch<BitsOf<T>> quadrant, Batch<T> high, Batch<T> low) {
  if (any(absolute(x) > kLargeAngle<T>)) {
    const Batch<T> copy = x;
    Angle<T> mended{quadrant, high, low};
    reduceLargeLanes(copy, &mended);
    quadrant = mended.quadrant;
    high = mended.high;
    low = mended.low;
  }
  return {quadrant, high, low};
}

NDOPS_INLINE Angle<double> reduceByHalfPi(Batch<double> x) {
  // pi/2 in parts of 33, 33 and 53 bits.
  const Batch<double> n = rounded(x * 0x1.45f306dc9c883p-1);
  const Batch<double> a = subMul(x, n, 0x1.921fb544p+0);
  const Batch<double> second = n * 0x1.0b4611a6p-34;
  const Batch<double> b = a - second;
  const Batch<double> bLow = (a - b) - second;
  const Batch<double> third = n * 0x1.3198a2e037073p-69;
  const Batch<double> high = b - third;
  return withLarge(x, bitCast<std::uint64_t>(n + Format<double>::kRound), high, ((b - high) - third) + bLow);
}

/// The quadrant's two lowest bits as a number.
NDOPS_INLINE Batch<double> quadrantOf(Batch<std::uint64_t> quadrant) {
  const Batch<std::uint64_t> bits = (quadrant & std::uint64_t{3}) | bitCast<std::uint64_t>(Batch<double>(0x1p52));
  return bitCast<double>(bits) - 0x1p52;
}

NDOPS_INLINE Angle<float> reduceByHalfPi(Batch<float> x) {
  if constexpr (kFused) {
    // pi/2 in three parts of 24 bits; the first difference is exact.
    const Batch<float> n = rounded(x * 0x1.45f306p-1f);
    const Batch<float> a = subMul(x, n, kHalfPi<float>);
    const Batch<float> second = n * kHalfPiLow<float>;
    const Pair<float> sum = exactSum(a, -second);
    const Batch<float> lost = subMul(second, n, kHalfPiLow<float>);
    const Batch<float> low = sum.low + subMul(lost, n, -0x1.ee59dap-50f);
    return withLarge(x, bitCast<std::uint32_t>(n + Format<float>::kRound), sum.high, low);
  } else {
    const Angle<double> first = reduceByHalfPi(widenLow(x));
    const Angle<double> second = reduceByHalfPi(widenHigh(x));
    const Batch<float> high = narrow(first.high, second.high);
    const Batch<float> low = narrow(first.high - widenLow(high), second.high - widenHigh(high));
    const Batch<float> n = narrow(quadrantOf(first.quadrant), quadrantOf(second.quadrant));
    return {bitCast<std::uint32_t>(n + Format<float>::kRound), high, low};
  }
}

#if defined(__AVX512F__)
/// The same for functions that bear half an ULP more where an angle is next to a multiple of pi/2. Of -0 `high` is -0,
/// of either zero `low` is.
NDOPS_INLINE Angle<float> reduceQuickly(Batch<float> x) {
  // pi/2 in three parts, the first of which lies below it.
  constexpr float kFirst = 0x1.921fb4p+0f;
  constexpr float kSecond = 0x1.4442dp-24f;
  constexpr float kThird = 0x1.84698ap-48f;
  const Batch<float> biased = mulAdd(x, Batch<float>(0x1.45f306p-1f), Format<float>::kRound);
  const Batch<float> n = biased - Format<float>::kRound;
  const Batch<float> a = subMul(x, n, kFirst);
  const Batch<float> high = a - n * kSecond;
  const Batch<float> low = _mm512_fnmsub_ps(n, _mm512_set1_ps(kThird), mulAdd(n, kSecond, high - a));
  return withLarge(x, bitCast<std::uint32_t>(biased), high, low);
}
#endif

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
