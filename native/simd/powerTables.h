// Powers by tables that stay in registers, for AVX-512: N batches in step, for a batch alone would wait for itself.
#pragma once

#include "simd/batch.h"

#if defined(__AVX512F__)

namespace ndops::NDOPS_LEVEL {
namespace {

NDOPS_INLINE __m512d lookUp(const double (&row)[16], __m512i piece) {
  return _mm512_permutex2var_pd(_mm512_load_pd(row), piece, _mm512_load_pd(row + 8));
}

/// x = 2^e m with m in [3/4, 3/2), whose first four fraction bits choose c: log2 x = e + log2 c + log2(1 + r), r = m/c
/// - 1. Next to m = 1 on both sides c is 1, so that nothing cancels. For m < 1 the exponent found is one less:
/// kPowerLog holds it.
alignas(64) constexpr double kPowerInverse[16] = {0x1p+0,
                                                  0x1.d41d41d41d41dp-1,
                                                  0x1.bacf914c1bad0p-1,
                                                  0x1.a41a41a41a41ap-1,
                                                  0x1.8f9c18f9c18fap-1,
                                                  0x1.7d05f417d05f4p-1,
                                                  0x1.6c16c16c16c17p-1,
                                                  0x1.5c9882b931057p-1,
                                                  0x1.4e5e0a72f0539p+0,
                                                  0x1.4141414141414p+0,
                                                  0x1.3521cfb2b78c1p+0,
                                                  0x1.29e4129e4129ep+0,
                                                  0x1.1f7047dc11f70p+0,
                                                  0x1.15b1e5f75270dp+0,
                                                  0x1.0c9714fbcda3bp+0,
                                                  0x1p+0};
alignas(64) constexpr double kPowerLog[16] = {0,
                                              0x1.08c588cda79e5p-3,
                                              0x1.acf5e2db4ec91p-3,
                                              0x1.24407ab0e073ap-2,
                                              0x1.6e221cd9d0cddp-2,
                                              0x1.b47ebf73882a1p-2,
                                              0x1.f7a8568cb06cep-2,
                                              0x1.1bf311e95d00ep-1,
                                              0x1.3abb3faa02168p-1,
                                              0x1.5848226989d34p-1,
                                              0x1.74b1fd64e0754p-1,
                                              0x1.900e6160002cep-1,
                                              0x1.aa708f58014d4p-1,
                                              0x1.c3e9ca2e1a055p-1,
                                              0x1.dc899ab3ff56cp-1,
                                              1};

/// x^y for finite x > 0 and y that come from float32, N batches in step: a batch alone would wait for itself. log2 x is
/// within 2^-34 relative, 2^z within 2^-29.
template <int N>
NDOPS_INLINE void quickPower(__m512d (&x)[N], const __m512d (&y)[N]) {
  constexpr double kLogarithm[] = {0x1.715476529eacdp0,   -0x1.71547608b7fe2p-1, 0x1.ec70a91f2d6fap-2,
                                   -0x1.715b4d5d08967p-2, 0x1.277e04c550c1ap-2,  -0x1.c94f85ea2ce21p-3};
  constexpr double kPower[] = {0x1.00000007f878ap0,  0x1.62e42955d5403p-1,  0x1.ebfd9ed295c26p-3, 0x1.c6850068dd03ep-5,
                               0x1.3d2800cb559e7p-7, 0x1.461954c30b73fp-10, 0x1.c721195cf0a3cp-13};
  constexpr int kLast = 5;
  __m512d r[N];
  __m512d whole[N];
  __m512d sum[N];
  for (int k = 0; k < N; ++k) {
    const __m512i index = _mm512_srli_epi64(_mm512_castpd_si512(x[k]), 48);
    const __m512d inverse =
        _mm512_permutex2var_pd(_mm512_load_pd(kPowerInverse), index, _mm512_load_pd(kPowerInverse + 8));
    whole[k] = _mm512_permutex2var_pd(_mm512_load_pd(kPowerLog), index, _mm512_load_pd(kPowerLog + 8));
    const __m512d mantissa = _mm512_getmant_pd(x[k], _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    r[k] = _mm512_fmsub_pd(mantissa, inverse, _mm512_set1_pd(1));
    whole[k] = _mm512_add_pd(whole[k], _mm512_getexp_pd(x[k]));
    sum[k] = _mm512_set1_pd(kLogarithm[kLast]);
  }
  for (int j = kLast - 1; j >= 0; --j)
    for (int k = 0; k < N; ++k) sum[k] = _mm512_fmadd_pd(sum[k], r[k], _mm512_set1_pd(kLogarithm[j]));
  for (int k = 0; k < N; ++k) {
    x[k] = _mm512_mul_pd(y[k], _mm512_fmadd_pd(sum[k], r[k], whole[k]));
    r[k] = _mm512_reduce_pd(x[k], _MM_FROUND_TO_NEG_INF);
    sum[k] = _mm512_set1_pd(kPower[kLast + 1]);
  }
  for (int j = kLast; j >= 0; --j)
    for (int k = 0; k < N; ++k) sum[k] = _mm512_fmadd_pd(sum[k], r[k], _mm512_set1_pd(kPower[j]));
  for (int k = 0; k < N; ++k) x[k] = _mm512_scalef_pd(sum[k], x[k]);
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
