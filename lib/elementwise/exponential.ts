/** Exponential and logarithm, an element at a time. */

import { toFloat, unary } from '../core/patterns'

/**
 * The exponential, e to the power of each element. Integers and bools become `floatx()`. Within 1 unit in the last place
 * for float32 and float64.
 *
 * @example exp([0, 1]) // [1, 2.7182817]
 * @see https://keras.io/api/ops/numpy/#exp-function
 */
export const exp = unary('exp', toFloat)

/**
 * The natural logarithm: -Infinity of 0, NaN of negative numbers, the principal value of complex ones. Integers and bools
 * become `floatx()`. Within 1 unit in the last place for float32 and float64.
 *
 * @example log([1, 2.7182817]) // [0, 0.99999994]
 * @see https://keras.io/api/ops/numpy/#log-function
 */
export const log = unary('log', toFloat)
