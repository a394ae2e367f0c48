/** Sums, products, quotients and their like, an element at a time; operands broadcast against each other. */

import { BOOL, DTYPES, INT8, INT32 } from '../core/dtype'
import { typeError } from '../core/errors'
import {
  binary,
  boolTo,
  meetInQuotient,
  type Rule,
  realOnly,
  same,
  toFloat,
  toQuotient,
  toReal,
  unary,
} from '../core/patterns'

/** A rule for all but bools. */
function numbersOnly(rule: Rule): Rule {
  return (met, op) => {
    if (met === BOOL)
      throw typeError(op, 'DTYPE', `bool is not supported; received ${DTYPES[met]}; cast to an integer dtype first`)
    return rule(met, op)
  }
}

/**
 * `x1 + x2`. Integers wrap around; for bools it is "or". A RangeError for shapes that do not broadcast and for an integer
 * that the other operand's dtype cannot hold.
 *
 * @example add([1, 2, 3], 10) // [11, 12, 13]
 * @see https://keras.io/api/ops/numpy/#add-function
 */
export const add = binary('add', same)

/**
 * `x1 - x2`. Integers wrap around; bools are a TypeError.
 *
 * @example subtract([5, 7], [1, 2]) // [4, 5]
 * @see https://keras.io/api/ops/numpy/#subtract-function
 */
export const subtract = binary('subtract', numbersOnly(same))

/**
 * `x1 * x2`. Integers wrap around; for bools it is "and".
 *
 * @example multiply([1, 2, 3], [4, 5, 6]) // [4, 10, 18]
 * @see https://keras.io/api/ops/numpy/#multiply-function
 */
export const multiply = binary('multiply', same)

/**
 * `x1 / x2`, floating for integers too: `floatx()`, float64 where an operand is a 64-bit integer. By zero it is
 * infinite or NaN.
 *
 * @example divide([1, 2, 3], 2) // [0.5, 1, 1.5]
 * @see https://keras.io/api/ops/numpy/#divide-function
 */
export const divide = binary('divide', toQuotient, { meet: meetInQuotient })

export { divide as trueDivide }

/**
 * `x1 / x2`, and 0 where `x2` is 0. Dtypes as in {@link divide}.
 *
 * @example divideNoNan([1, 2], [0, 4]) // [0, 0.5]
 * @see https://keras.io/api/ops/numpy/#divide_no_nan-function
 */
export const divideNoNan = binary('divideNoNan', toQuotient, { meet: meetInQuotient })

/**
 * `x1 / x2` rounded down. Integers by zero give 0, the smallest integer over -1 is itself; bools give int8. Complex
 * numbers are a TypeError.
 *
 * @example floorDivide([7, -7], 2) // [3, -4]
 * @see https://keras.io/api/ops/numpy/#floor_divide-function
 */
export const floorDivide = binary('floorDivide', realOnly(boolTo(INT8, same)))

/**
 * What floor division leaves: `x1 - floor(x1 / x2) * x2`, with the sign of `x2` as in Python. Integers by zero give 0;
 * bools give int32. Complex numbers are a TypeError.
 *
 * @example mod([7, -7], 3) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#mod-function
 */
export const mod = binary('mod', realOnly(boolTo(INT32, same)))

/**
 * `x1` to the power of `x2`. Integers wrap around; an integer to a negative integer power is a RangeError. Bools give int8.
 * Within 0.6 units in the last place for float32 and 0.9 for float64; results that the dtype can hold are exact.
 *
 * @example power([2, 3, 4], 2) // [4, 9, 16]
 * @see https://keras.io/api/ops/numpy/#power-function
 */
export const power = binary('power', boolTo(INT8, same))

/**
 * The larger of `x1` and `x2`; NaN if either is. Complex numbers are ordered by real, then imaginary part.
 *
 * @example maximum([1, 5], [3, 2]) // [3, 5]
 * @see https://keras.io/api/ops/numpy/#maximum-function
 */
export const maximum = binary('maximum', same)

/**
 * The smaller of `x1` and `x2`; NaN if either is. Complex numbers are ordered by real, then imaginary part.
 *
 * @example minimum([1, 5], [3, 2]) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#minimum-function
 */
export const minimum = binary('minimum', same)

/**
 * `-x`. Integers wrap around; bools are a TypeError.
 *
 * @example negative([1, -2]) // [-1, 2]
 * @see https://keras.io/api/ops/numpy/#negative-function
 */
export const negative = unary('negative', numbersOnly(same))

/**
 * The absolute value; of a complex number its length, in the dtype of its parts. The smallest integer of a signed dtype
 * is itself.
 *
 * @example abs([-1, 2]) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#abs-function
 */
export const abs = unary('abs', toReal)

export { abs as absolute }

/**
 * -1, 0 or 1, and NaN for NaN; of a complex number `x / abs(x)`. Bools are a TypeError.
 *
 * @example sign([-3, 0, 2]) // [-1, 0, 1]
 * @see https://keras.io/api/ops/numpy/#sign-function
 */
export const sign = unary('sign', numbersOnly(same))

/**
 * `x * x`. Integers wrap around; bools give int32.
 *
 * @example square([1, -2, 3]) // [1, 4, 9]
 * @see https://keras.io/api/ops/numpy/#square-function
 */
export const square = unary('square', boolTo(INT32, same))

/**
 * `1 / x`. Integers become `floatx()`.
 *
 * @example reciprocal([1, 2, 4]) // [1, 0.5, 0.25]
 * @see https://keras.io/api/ops/numpy/#reciprocal-function
 */
export const reciprocal = unary('reciprocal', toFloat)

/**
 * The square root, NaN for negative real numbers. Integers become `floatx()`.
 *
 * @example sqrt([1, 4, 9]) // [1, 2, 3]
 * @see https://keras.io/api/ops/numpy/#sqrt-function
 */
export const sqrt = unary('sqrt', toFloat)

/**
 * `1 / sqrt(x)`. Integers become `floatx()`.
 *
 * @example rsqrt([1, 4, 16]) // [1, 0.5, 0.25]
 * @see https://keras.io/api/ops/core/#rsqrt-function
 */
export const rsqrt = unary('rsqrt', toFloat)
