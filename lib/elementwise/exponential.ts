/** Exponentials, logarithms and the error function, an element at a time. */

import { binary, meetInQuotient, realOnly, toFloat, toQuotient, unary } from '../core/patterns'

/**
 * The exponential, e to the power of each element. Integers and bools become `floatx()`. Within 1 unit in the last place
 * for float32 and float64.
 *
 * @example exp([0, 1]) // [1, 2.7182817]
 * @see https://keras.io/api/ops/numpy/#exp-function
 */
export const exp = unary('exp', toFloat)

/**
 * `exp(x) - 1`, accurate next to 0 too. Integers and bools become `floatx()`. Within 2 units in the last place.
 *
 * @example expm1([0, 1e-10, 1]) // [0, 1e-10, 1.7182819]
 * @see https://keras.io/api/ops/numpy/#expm1-function
 */
export const expm1 = unary('expm1', toFloat)

/**
 * The natural logarithm: -Infinity of 0, NaN of negative numbers, the principal value of complex ones. Integers and bools
 * become `floatx()`. Within 1 unit in the last place for float32 and float64.
 *
 * @example log([1, 2.7182817]) // [0, 0.99999994]
 * @see https://keras.io/api/ops/numpy/#log-function
 */
export const log = unary('log', toFloat)

/**
 * `log(1 + x)`, accurate next to 0 too: -Infinity of -1, NaN below, the principal value of complex numbers. Integers and
 * bools become `floatx()`. Within 2 units in the last place.
 *
 * @example log1p([0, 1e-10, 1]) // [0, 1e-10, 0.6931472]
 * @see https://keras.io/api/ops/numpy/#log1p-function
 */
export const log1p = unary('log1p', toFloat)

/**
 * The logarithm of base 2, exact for powers of two; otherwise as {@link log}. Within 2 units in the last place.
 *
 * @example log2([1, 8, 0.5]) // [0, 3, -1]
 * @see https://keras.io/api/ops/numpy/#log2-function
 */
export const log2 = unary('log2', toFloat)

/**
 * The logarithm of base 10, exact for powers of ten; otherwise as {@link log}. Within 2 units in the last place.
 *
 * @example log10([1, 1000, 0.1]) // [0, 3, -1]
 * @see https://keras.io/api/ops/numpy/#log10-function
 */
export const log10 = unary('log10', toFloat)

/**
 * `log(exp(x1) + exp(x2))` without overflow. Floating: integers become `floatx()`, 64-bit ones float64. Within 2 units in
 * the last place of the larger of |x1|, |x2| and log 2. Complex numbers are a TypeError, shapes that do not broadcast a
 * RangeError.
 *
 * @example logaddexp([0, 1000], [0, 1000]) // [0.6931472, 1000.6931]
 * @see https://keras.io/api/ops/numpy/#logaddexp-function
 */
export const logaddexp = binary('logaddexp', realOnly(toQuotient), { meet: meetInQuotient })

/**
 * The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to `x`. Integers and bools become `floatx()`;
 * complex numbers are a TypeError. Within 2 units in the last place.
 *
 * @example erf([-1, 0, 1]) // [-0.8427008, 0, 0.8427008]
 * @see https://keras.io/api/ops/core/#erf-function
 */
export const erf = unary('erf', realOnly(toFloat))

/**
 * The inverse of {@link erf}: ±Infinity of ±1, NaN past them. Integers and bools become `floatx()`; complex numbers are a
 * TypeError. Within 2 units in the last place.
 *
 * @example erfinv([-0.5, 0, 1]) // [-0.4769363, 0, Infinity]
 * @see https://keras.io/api/ops/core/#erfinv-function
 */
export const erfinv = unary('erfinv', realOnly(toFloat))
