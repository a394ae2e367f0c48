// Powers by tables that stay in registers, for AVX-512: N batches in step, for a batch alone would wait for itself.
#pragma once

#include "simd/batch.h"

#if defined(__AVX512F__)

namespace ndops::NDOPS_LEVEL {
namespace {

NDOPS_INLINE __m512d lookUp(const double (&row)[16], __m512i piece) {
  return _mm512_permutex2var_pd(_mm512_load_pd(row), piece, _mm512_load_pd(row + 8));
}

// clang-format off
/// For float32: factors of few bits, of which x m - 1 of the piece's m is exact, and -log2 of each in two parts, one
/// more where the exponent found is one less; sums of the first part with exponents are exact. Next to m = 1 on both
/// sides the factor is 1, so that nothing cancels.
struct PowerTable {
  float factor[32];
  float high[32];
  float low[32];
  float root[32];  // 2^(k/32), and what that lost
  float rootLow[32];
};
alignas(64) constexpr PowerTable kPowerTable = {
    {0x1p+0f, 0x1.e8p-1f, 0x1.d8p-1f, 0x1.dp-1f, 0x1.cp-1f, 0x1.b8p-1f, 0x1.a8p-1f, 0x1.ap-1f, 0x1.98p-1f,
     0x1.88p-1f, 0x1.8p-1f, 0x1.78p-1f, 0x1.7p-1f, 0x1.68p-1f, 0x1.6p-1f, 0x1.58p-1f, 0x1.5p+0f, 0x1.48p+0f,
     0x1.48p+0f, 0x1.4p+0f, 0x1.38p+0f, 0x1.3p+0f, 0x1.3p+0f, 0x1.28p+0f, 0x1.2p+0f, 0x1.2p+0f, 0x1.18p+0f,
     0x1.1p+0f, 0x1.1p+0f, 0x1.08p+0f, 0x1.08p+0f, 0x1p+0f},
    {0, 0x1.1bbp-4f, 0x1.e0bp-4f, 0x1.22d8p-3f, 0x1.8a88p-3f, 0x1.bfc8p-3f, 0x1.169cp-2f, 0x1.32cp-2f, 0x1.4f7p-2f,
     0x1.8a88p-2f, 0x1.a9p-2f, 0x1.c818p-2f, 0x1.e7ep-2f, 0x1.042cp-1f, 0x1.14c6p-1f, 0x1.25cp-1f, 0x1.3722p-1f,
     0x1.48eep-1f, 0x1.48eep-1f, 0x1.5b2cp-1f, 0x1.6dep-1f, 0x1.811p-1f, 0x1.811p-1f, 0x1.94c2p-1f, 0x1.a9p-1f,
     0x1.a9p-1f, 0x1.bdcep-1f, 0x1.d338p-1f, 0x1.d338p-1f, 0x1.e946p-1f, 0x1.e946p-1f, 0x1p+0f},
    {0, 0x1.953002p-19f, 0x1.ae8f3p-20f, 0x1.6e155ap-18f, 0x1.80abfcp-19f, -0x1.858p-19f, 0x1.4d8fc6p-24f,
     -0x1.1c8f12p-22f, -0x1.134c4ep-20f, 0x1.80abfcp-18f, -0x1.a39fbep-20f, 0x1.dc2d46p-18f, -0x1.40358ep-19f,
     -0x1.5a32c2p-20f, -0x1.3e032ep-18f, 0x1.408c78p-18f, 0x1.5db83ap-20f, 0x1.e3263p-18f, 0x1.e3263p-18f,
     0x1.ed0cbap-20f, -0x1.eac382p-20f, -0x1.6b9026p-19f, -0x1.6b9026p-19f, 0x1.0e9258p-18f, -0x1.a39fbep-19f,
     -0x1.a39fbep-19f, 0x1.3b992cp-18f, 0x1.20a6dep-21f, 0x1.20a6dep-21f, -0x1.a6eb1ep-18f, -0x1.a6eb1ep-18f, 0},
    {0x1p+0f, 0x1.059b0ep+0f, 0x1.0b5586p+0f, 0x1.11301ep+0f, 0x1.172b84p+0f, 0x1.1d4874p+0f, 0x1.2387a6p+0f,
     0x1.29e9ep+0f, 0x1.306fep+0f, 0x1.371a74p+0f, 0x1.3dea64p+0f, 0x1.44e086p+0f, 0x1.4bfdaep+0f, 0x1.5342b6p+0f,
     0x1.5ab07ep+0f, 0x1.6247ecp+0f, 0x1.6a09e6p+0f, 0x1.71f75ep+0f, 0x1.7a1148p+0f, 0x1.82589ap+0f, 0x1.8ace54p+0f,
     0x1.93737cp+0f, 0x1.9c4918p+0f, 0x1.a5503cp+0f, 0x1.ae89fap+0f, 0x1.b7f77p+0f, 0x1.c199bep+0f, 0x1.cb720ep+0f,
     0x1.d5818ep+0f, 0x1.dfc974p+0f, 0x1.ea4afap+0f, 0x1.f50766p+0f},
    {0, -0x1.9d4f52p-25f, 0x1.9f3122p-25f, -0x1.fdb496p-25f, -0x1.c15742p-27f, -0x1.d2e8cap-25f, 0x1.ceac48p-25f,
     -0x1.5c0424p-25f, 0x1.4636e2p-25f, -0x1.18aac6p-25f, 0x1.824684p-25f, 0x1.8624b4p-30f, -0x1.593abcp-25f,
     -0x1.2c561p-25f, -0x1.5bd5ecp-27f, -0x1.f8b55p-25f, 0x1.9fcef4p-26f, 0x1.1d8beep-25f, -0x1.829fdp-25f,
     -0x1.accc7cp-26f, 0x1.15506ep-27f, -0x1.e64744p-25f, 0x1.51f848p-27f, -0x1.b83b54p-25f, -0x1.a94b14p-26f,
     -0x1.a09438p-25f, -0x1.3d56b2p-27f, -0x1.8837ccp-27f, -0x1.822dbcp-27f, -0x1.908c94p-25f, 0x1.52486cp-27f,
     -0x1.246ebp-26f}};
// clang-format on

NDOPS_INLINE __m512 lookUp(const float (&row)[32], __m512i piece) {
  return _mm512_permutex2var_ps(_mm512_load_ps(row), piece, _mm512_load_ps(row + 16));
}

/// x^y for finite x > 0 and y finite, N batches in step: log2 x in two parts, within 2^-36 relative.
template <int N>
NDOPS_INLINE void quickPower(__m512 (&x)[N], const __m512 (&y)[N]) {
  // log2(1 + r) = r (kFirst + kSecond r + (kLow[0] + kLow[1] r + ...) r), but for kFirstLow; 2^f = 1 + f Q(f) to |f| =
  // 0.066: half a 32nd, and the low part of the logarithm times y.
  constexpr float kFirst = 0x1.715476p+0f;
  constexpr float kFirstLow = 0x1.4ae0cp-26f;
  constexpr float kSecond = -0x1.715476p-1f;
  constexpr float kLow[] = {-0x1.4b4cdep-27f, 0x1.ec709ap-2f, -0x1.71546cp-2f, 0x1.27b70ep-2f, -0x1.ed1996p-3f};
  constexpr float kPower[] = {0x1.62e43p-1f, 0x1.ebfbep-3f, 0x1.c6b97cp-5f, 0x1.3b2f4ap-7f};
  constexpr float kRound = 0x1.8p18f;
  __m512 r[N];
  __m512 high[N];
  __m512 low[N];
  __m512 sum[N];
  for (int k = 0; k < N; ++k) {
    const __m512 mantissa = _mm512_getmant_ps(x[k], _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    const __m512i piece = _mm512_srli_epi32(_mm512_castps_si512(mantissa), 18);
    r[k] = _mm512_fmsub_ps(mantissa, lookUp(kPowerTable.factor, piece), _mm512_set1_ps(1));
    high[k] = _mm512_add_ps(_mm512_getexp_ps(x[k]), lookUp(kPowerTable.high, piece));
    low[k] = lookUp(kPowerTable.low, piece);
    sum[k] = _mm512_set1_ps(kLow[4]);
  }
  for (int j = 3; j >= 0; --j)
    for (int k = 0; k < N; ++k) sum[k] = _mm512_fmadd_ps(sum[k], r[k], _mm512_set1_ps(kLow[j]));
  for (int k = 0; k < N; ++k) {
    const __m512 first = _mm512_set1_ps(kFirst);
    const __m512 slope = _mm512_fmadd_ps(r[k], _mm512_set1_ps(kSecond), first);
    const __m512 lost = _mm512_fmadd_ps(r[k], _mm512_set1_ps(kSecond), _mm512_sub_ps(first, slope));
    const __m512 slopeLow = _mm512_add_ps(lost, _mm512_fmadd_ps(sum[k], r[k], _mm512_set1_ps(kFirstLow)));
    const __m512 product = _mm512_mul_ps(r[k], slope);
    const __m512 productLow = _mm512_fmadd_ps(r[k], slopeLow, _mm512_fmsub_ps(r[k], slope, product));
    const __m512 total = _mm512_add_ps(high[k], product);
    const __m512 totalLow = _mm512_add_ps(_mm512_sub_ps(high[k], total), product);
    low[k] = _mm512_add_ps(_mm512_add_ps(totalLow, low[k]), productLow);
    const __m512 z = _mm512_mul_ps(y[k], total);
    const __m512 zLow = _mm512_fmadd_ps(y[k], low[k], _mm512_fmsub_ps(y[k], total, z));
    // Past the range any piece and any low part do that are no large ones. In 32nds:
    constexpr int kNearest = 5 << 4 | _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    const __m512i step = _mm512_castps_si512(_mm512_add_ps(z, _mm512_set1_ps(kRound)));
    const __m512 f = _mm512_add_ps(_mm512_reduce_ps(z, kNearest), _mm512_range_ps(zLow, _mm512_set1_ps(1), 2));
    const __m512 root = lookUp(kPowerTable.root, step);
    __m512 slopes = _mm512_fmadd_ps(f, _mm512_set1_ps(kPower[3]), _mm512_set1_ps(kPower[2]));
    slopes = _mm512_fmadd_ps(f, slopes, _mm512_set1_ps(kPower[1]));
    const __m512 grown = _mm512_mul_ps(f, _mm512_fmadd_ps(f, slopes, _mm512_set1_ps(kPower[0])));
    const __m512 power = _mm512_add_ps(root, _mm512_fmadd_ps(root, grown, lookUp(kPowerTable.rootLow, step)));
    x[k] = _mm512_scalef_ps(power, _mm512_roundscale_ps(z, kNearest));
  }
}

/// For float64, c = 1 + k/16 is the nearest to m in [1 - 1/32, 2 - 1/32): 1/c rounded, log2 of its inverse in two parts
/// (sums of the first with exponents are exact), and 2^(k/16) in two parts.
alignas(64) constexpr double kInverse[16] = {0x1p+0,
                                             0x1.e1e1e1e1e1e1ep-1,
                                             0x1.c71c71c71c71cp-1,
                                             0x1.af286bca1af28p-1,
                                             0x1.999999999999ap-1,
                                             0x1.8618618618618p-1,
                                             0x1.745d1745d1746p-1,
                                             0x1.642c8590b2164p-1,
                                             0x1.5555555555555p-1,
                                             0x1.47ae147ae147bp-1,
                                             0x1.3b13b13b13b14p-1,
                                             0x1.2f684bda12f68p-1,
                                             0x1.2492492492492p-1,
                                             0x1.1a7b9611a7b96p-1,
                                             0x1.1111111111111p-1,
                                             0x1.0842108421084p-1};
alignas(64) constexpr double kLogHigh[16] = {0,
                                             0x1.663f6fac9p-4,
                                             0x1.5c01a39fbep-3,
                                             0x1.fbc16b9026p-3,
                                             0x1.49a784bcd2p-2,
                                             0x1.91bba891f1p-2,
                                             0x1.d6753e032fp-2,
                                             0x1.0c10500d638p-1,
                                             0x1.2b803473f78p-1,
                                             0x1.49a784bcd18p-1,
                                             0x1.66a008e4788p-1,
                                             0x1.82809d5be7p-1,
                                             0x1.9d5d9fd501p-1,
                                             0x1.b74948f553p-1,
                                             0x1.d053f6d2608p-1,
                                             0x1.e88c6b36268p-1};
alignas(64) constexpr double kLogLow[16] = {0,
                                            0x1.317ee20c9d519p-44,
                                            -0x1.2eafb6e10910bp-44,
                                            0x1.01a0ca38c7c3p-44,
                                            -0x1.1d9cc2d296ee4p-44,
                                            0x1.c28981cad608fp-44,
                                            -0x1.7c6e9adf43f2fp-44,
                                            0x1.535a6bba73a4bp-44,
                                            0x1.68d64f1e45cebp-44,
                                            0x1.c55c84aae3be6p-44,
                                            0x1.962909403469ap-46,
                                            0x1.ce5218fd407f7p-47,
                                            0x1.683e1f2893a13p-46,
                                            0x1.6d3cbb0006c6ap-44,
                                            0x1.2d42864c502fep-46,
                                            0x1.39833b60ae4f1p-44};
alignas(64) constexpr double kRootHigh[16] = {0x1p+0,
                                              0x1.0b5586cf9890fp+0,
                                              0x1.172b83c7d517bp+0,
                                              0x1.2387a6e756238p+0,
                                              0x1.306fe0a31b715p+0,
                                              0x1.3dea64c123422p+0,
                                              0x1.4bfdad5362a27p+0,
                                              0x1.5ab07dd485429p+0,
                                              0x1.6a09e667f3bcdp+0,
                                              0x1.7a11473eb0187p+0,
                                              0x1.8ace5422aa0dbp+0,
                                              0x1.9c49182a3f09p+0,
                                              0x1.ae89f995ad3adp+0,
                                              0x1.c199bdd85529cp+0,
                                              0x1.d5818dcfba487p+0,
                                              0x1.ea4afa2a490dap+0};
alignas(64) constexpr double kRootLow[16] = {0,
                                             0x1.8a62e4adc610bp-54,
                                             -0x1.19041b9d78a76p-55,
                                             0x1.9b07eb6c70573p-54,
                                             0x1.6f46ad23182e4p-55,
                                             0x1.ada0911f09ebcp-55,
                                             0x1.d4397afec42e2p-56,
                                             0x1.6324c054647adp-54,
                                             -0x1.bdd3413b26456p-54,
                                             -0x1.41577ee04992fp-55,
                                             0x1.6e9f156864b27p-54,
                                             0x1.c7c46b071f2bep-56,
                                             0x1.7a1cd345dcc81p-54,
                                             0x1.11065895048ddp-55,
                                             0x1.2ed02d75b3707p-55,
                                             -0x1.e9c23179c2893p-54};

/// (x 2^shift)^y for x in [2^-1022, 2^1023) and y finite. log2 x is within 2^-64 relative.
template <int N>
NDOPS_INLINE void powers(__m512d (&x)[N], const __m512d (&y)[N], __m512d shift) {
  // log2(1 + r) = L (r - r^2/2) + r^3/2 P(r), and 2^f = 1 + f Q(f).
  constexpr double kLog[] = {0x1.ec709dc3a03fdp-1,  -0x1.71547652b82cbp-1, 0x1.2776c50efba02p-1,
                             -0x1.ec709dc50f63dp-2, 0x1.a617626696f6fp-2,  -0x1.71546010b2115p-2,
                             0x1.484ca9ce06236p-2,  -0x1.27f6e8449f47ep-2, 0x1.098aaab8e295fp-2};
  constexpr double kPower[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c594p-3,  0x1.c6b08d7050ba4p-5, 0x1.3b2ab6fb0353dp-7,
                               0x1.5d87f7cb1bddfp-10, 0x1.430a4dfc0abf2p-13, 0x1.03b6cfde34afap-16};
  constexpr double kLog2e = 0x1.71547652b82fep+0, kLog2eLow = 0x1.777d0ffda0d24p-56;
  constexpr double kRound = 0x1.8p52;
  const __m512i halfPiece = _mm512_set1_epi64(std::int64_t{1} << 47);
  const __m512i exponents = _mm512_set1_epi64(0x7ff0000000000000);
  const __m512d one = _mm512_set1_pd(1);
  __m512d r[N];
  __m512d sum[N];
  __m512d half[N];  // r^2/2
  __m512d high[N];  // of log2 x, then of y log2 x
  __m512d low[N];
  for (int k = 0; k < N; ++k) {
    const __m512i bits = _mm512_castpd_si512(x[k]);
    const __m512i nearest = _mm512_add_epi64(bits, halfPiece);
    const __m512i piece = _mm512_srli_epi64(nearest, 48);
    const __m512i scale = _mm512_and_si512(nearest, exponents);
    const __m512d m = _mm512_castsi512_pd(_mm512_add_epi64(_mm512_sub_epi64(bits, scale), _mm512_castpd_si512(one)));
    const __m512d exponent = _mm512_add_pd(_mm512_getexp_pd(_mm512_castsi512_pd(scale)), shift);
    const __m512d inverse = lookUp(kInverse, piece);
    const __m512d product = _mm512_mul_pd(m, inverse);
    const __m512d lost = _mm512_fmsub_pd(m, inverse, product);
    r[k] = _mm512_sub_pd(product, one);
    high[k] = _mm512_add_pd(exponent, lookUp(kLogHigh, piece));
    low[k] = lookUp(kLogLow, piece);
    // r - r^2/2 in two parts; what m / c lost counts as lost / (1 + r).
    const __m512d share = _mm512_fnmadd_pd(r[k], _mm512_sub_pd(one, r[k]), one);
    const __m512d halfR = _mm512_mul_pd(r[k], _mm512_set1_pd(0.5));
    half[k] = _mm512_mul_pd(r[k], halfR);
    const __m512d halfLow = _mm512_fmsub_pd(r[k], halfR, half[k]);
    const __m512d w = _mm512_sub_pd(r[k], half[k]);
    const __m512d rest = _mm512_sub_pd(_mm512_sub_pd(r[k], w), half[k]);
    const __m512d wLow = _mm512_fmadd_pd(lost, share, _mm512_sub_pd(rest, halfLow));
    const __m512d scaled = _mm512_mul_pd(w, _mm512_set1_pd(kLog2e));
    const __m512d scaledLow = _mm512_fmadd_pd(
        wLow, _mm512_set1_pd(kLog2e),
        _mm512_fmadd_pd(w, _mm512_set1_pd(kLog2eLow), _mm512_fmsub_pd(w, _mm512_set1_pd(kLog2e), scaled)));
    const __m512d total = _mm512_add_pd(high[k], scaled);
    low[k] = _mm512_add_pd(_mm512_add_pd(low[k], scaledLow), _mm512_sub_pd(scaled, _mm512_sub_pd(total, high[k])));
    high[k] = total;
    sum[k] = _mm512_set1_pd(kLog[8]);
  }
  for (int j = 7; j >= 0; --j)
    for (int k = 0; k < N; ++k) sum[k] = _mm512_fmadd_pd(sum[k], r[k], _mm512_set1_pd(kLog[j]));
  __m512d fraction[N];
  __m512d steps[N];
  for (int k = 0; k < N; ++k) {
    const __m512d rest = _mm512_fmadd_pd(_mm512_mul_pd(half[k], r[k]), sum[k], low[k]);
    const __m512d total = _mm512_add_pd(high[k], rest);
    low[k] = _mm512_sub_pd(rest, _mm512_sub_pd(total, high[k]));
    high[k] = total;
    const __m512d z = _mm512_mul_pd(y[k], high[k]);
    const __m512d zLow = _mm512_fmadd_pd(y[k], low[k], _mm512_fmsub_pd(y[k], high[k], z));
    // Past the range the result is 0 or infinite, and the low part nothing that could be used.
    const __m512d bounded = _mm512_range_pd(z, _mm512_set1_pd(1100), 2);
    low[k] = _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(z, bounded, _CMP_EQ_OQ), zLow);
    steps[k] = _mm512_fmadd_pd(bounded, _mm512_set1_pd(16), _mm512_set1_pd(kRound));
    high[k] = _mm512_sub_pd(steps[k], _mm512_set1_pd(kRound));
    fraction[k] = _mm512_add_pd(_mm512_fnmadd_pd(high[k], _mm512_set1_pd(0x1p-4), bounded), low[k]);
    sum[k] = _mm512_set1_pd(kPower[6]);
  }
  for (int j = 5; j >= 0; --j)
    for (int k = 0; k < N; ++k) sum[k] = _mm512_fmadd_pd(sum[k], fraction[k], _mm512_set1_pd(kPower[j]));
  for (int k = 0; k < N; ++k) {
    const __m512d grown = _mm512_mul_pd(fraction[k], sum[k]);
    const __m512i piece = _mm512_castpd_si512(steps[k]);
    const __m512d root = lookUp(kRootHigh, piece);
    const __m512d power = _mm512_add_pd(root, _mm512_fmadd_pd(root, grown, lookUp(kRootLow, piece)));
    x[k] = _mm512_scalef_pd(power, _mm512_mul_pd(high[k], _mm512_set1_pd(0x1p-4)));
  }
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

#endif
