// Arguments of sin, cos and tan reduced by pi/2, for every finite float64.
#pragma once

#include "simd/pair.h"

namespace ndops::NDOPS_LEVEL {
namespace {

/// x = (quadrant + 4 k) pi/2 + high + low with |high| <= pi/4; only the two lowest bits of `quadrant` count.
struct Angle {
  Batch<std::uint64_t> quadrant;
  Batch<double> high;
  Batch<double> low;
};

constexpr double kHalfPi = 0x1.921fb54442d18p+0;
constexpr double kHalfPiLow = 0x1.1a62633145c07p-54;

/// Past this the quadrant's products with the parts of pi/2 are no longer exact.
constexpr double kLargeAngle = 0x1p20;

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
  const double highPart = big * kHalfPi;
  constexpr double kSplit = 134217729;
  const double wideA = big * kSplit;
  const double wideB = kHalfPi * kSplit;
  const double highA = wideA - (wideA - big);
  const double highB = wideB - (wideB - kHalfPi);
  const double lowA = big - highA;
  const double lowB = kHalfPi - highB;
  const double error = ((highA * highB - highPart) + highA * lowB + lowA * highB) + lowA * lowB;
  const double lowPart = error + (big * kHalfPiLow + small * kHalfPi);
  const bool negative = (bits >> 63 != 0) != below;
  *quadrant = bits >> 63 != 0 ? 0 - turns : turns;
  *high = negative ? -highPart : highPart;
  *low = negative ? -lowPart : lowPart;
}

NDOPS_COLD void reduceLargeLanes(const Batch<double>& x, Angle* angle) {
  double in[kLanes<double>];
  double high[kLanes<double>];
  double low[kLanes<double>];
  std::uint64_t quadrant[kLanes<double>];
  store(in, x);
  store(high, angle->high);
  store(low, angle->low);
  store(quadrant, angle->quadrant);
  for (int i = 0; i < kLanes<double>; ++i) {
    if (!(__builtin_fabs(in[i]) > kLargeAngle)) continue;
    if (__builtin_isinf(in[i]))
      high[i] = low[i] = kNaN<double>;
    else
      reduceLarge(in[i], &quadrant[i], &high[i], &low[i]);
  }
  *angle = {load(quadrant), load(high), load(low)};
}

NDOPS_INLINE Angle reduceByHalfPi(Batch<double> x) {
  // pi/2 in parts of 33, 33 and 53 bits.
  const Batch<double> n = rounded(x * 0x1.45f306dc9c883p-1);
  const Batch<double> a = subMul(x, n, 0x1.921fb544p+0);
  const Batch<double> second = n * 0x1.0b4611a6p-34;
  const Batch<double> b = a - second;
  const Batch<double> bLow = (a - b) - second;
  const Batch<double> third = n * 0x1.3198a2e037073p-69;
  const Batch<double> high = b - third;
  Angle angle{bitCast<std::uint64_t>(n + Format<double>::kRound), high, ((b - high) - third) + bLow};
  if (any(absolute(x) > kLargeAngle)) reduceLargeLanes(x, &angle);
  return angle;
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL
