// float32 functions by tables that stay in registers, for AVX-512: five bits of the argument choose the piece.
#pragma once

#include "simd/batch.h"
#include "simd/pieceTables.h"

#if defined(__AVX512F__)

namespace ndops::NDOPS_LEVEL {
namespace {

/// row[number], by the five lowest bits of each number.
NDOPS_INLINE Batch<float> lookUp(const float (&row)[32], __m512i number) {
  return _mm512_permutex2var_ps(_mm512_load_ps(row), number, _mm512_load_ps(row + 16));
}

/// The piece of t < 16: four an octave from 2^-4 on, the first one from 0. Rows stand in the order of these numbers'
/// five lowest bits.
NDOPS_INLINE __m512i pieceOf(Batch<float> t) {
  const Batch<float> least(0x1p-4f);
  return _mm512_srli_epi32(_mm512_castps_si512(maximum(least, t)), 21);
}

/// An odd function on [0, 16) by a polynomial a piece. With u = t - center: value + u (slope[0] + u (slope[1] + ...)).
/// Centers are chosen so that the values are rounded by next to nothing. The first piece begins at 0 and its value is t
/// itself. NaN stays.
template <int N>
NDOPS_INLINE Batch<float> evaluate(const Pieces<N>& pieces, Batch<float> t) {
  const __m512i piece = pieceOf(t);
  const Batch<float> u = t - lookUp(pieces.center, piece);
  Batch<float> sum = lookUp(pieces.slope[N - 1], piece);
  for (int k = N - 2; k >= 0; --k) sum = mulAdd(u, sum, lookUp(pieces.slope[k], piece));
  return mulAdd(u, sum, select(t < 0x1.4p-4f, t, lookUp(pieces.value, piece)));
}

/// An angle of each piece of its tangent, right to far more than float32's digits. Angles are multiples of 2^-18, so
/// that they and the first digits of pi add exactly. The first piece's is 0; that of the last, which has no end, lies
/// next to pi/2.
struct AngleOf {
  Batch<float> angle;
  Batch<float> tangent;
};
NDOPS_INLINE AngleOf angleNear(Batch<float> ratio) {
  const __m512i piece = pieceOf(minimum(0x1.fffffep+3f, ratio));
  return {lookUp(kAngles.angle, piece), lookUp(kAngles.tangent, piece)};
}

/// x = 2^exponent (1 + rest) / factor with |rest| < 1/31, for x > 0; `logarithm` is -log(factor). Next to x = 2^k on
/// both sides the factor is 1 and `rest` exact, so that nothing cancels; elsewhere logarithms are rounded by next to
/// nothing, and short: they add to the exponent's first digits exactly. C's special values: the exponent of 0
/// is -infinity, that of infinity infinity; a negative x has NaN for its rest. `Lifted`: where the exponent is one less
/// than it should be, `logarithm` is one more.
struct LogPiece {
  Batch<float> exponent;
  Batch<float> logarithm;
  Batch<float> rest;
};
template <bool Lifted>
NDOPS_INLINE LogPiece logPiece(const LogTable& table, Batch<float> x) {
  const __m512 mantissa = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const __m512i piece = _mm512_srli_epi32(_mm512_castps_si512(mantissa), 18);
  __m512 exponent = _mm512_getexp_ps(x);
  if constexpr (!Lifted) {
    const __m512 one = _mm512_set1_ps(1);
    exponent = _mm512_mask_add_ps(exponent, _mm512_cmp_ps_mask(mantissa, one, _CMP_LT_OQ), exponent, one);
  }
  return {exponent, lookUp(table.logarithm, piece), mulAdd(mantissa, lookUp(table.factor, piece), Batch<float>(-1.0f))};
}

}  // namespace
}  // namespace ndops::NDOPS_LEVEL

#endif
