/** Trigonometric and hyperbolic functions and their inverses, an element at a time. Angles are in radians. */

import { binary, meetInQuotient, realOnly, toFloat, toQuotient, unary } from '../core/patterns'

/**
 * The sine of an angle in radians; NaN of infinities. Integers and bools become `floatx()`. Within 1 unit in the last
 * place for float32 and float64, for every argument.
 *
 * @example sin([0, 1]) // [0, 0.84147096]
 * @see https://keras.io/api/ops/numpy/#sin-function
 */
export const sin = unary('sin', toFloat)

/**
 * The cosine of an angle in radians; NaN of infinities. Integers and bools become `floatx()`. Within 1 unit in the last
 * place for float32 and float64, for every argument.
 *
 * @example cos([0, 1]) // [1, 0.5403023]
 * @see https://keras.io/api/ops/numpy/#cos-function
 */
export const cos = unary('cos', toFloat)

/**
 * The tangent of an angle in radians; NaN of infinities. Integers and bools become `floatx()`. Within 2 units in the
 * last place, for every argument.
 *
 * @example tan([0, 1]) // [0, 1.5574077]
 * @see https://keras.io/api/ops/numpy/#tan-function
 */
export const tan = unary('tan', toFloat)

/**
 * The angle in radians, in [-pi/2, pi/2], whose sine is `x`; NaN past ±1, the principal value of complex numbers.
 * Integers and bools become `floatx()`. Within 2 units in the last place.
 *
 * @example arcsin([0, 0.5, 1]) // [0, 0.5235988, 1.5707964]
 * @see https://keras.io/api/ops/numpy/#arcsin-function
 */
export const arcsin = unary('arcsin', toFloat)

/**
 * The angle in radians, in [0, pi], whose cosine is `x`; NaN past ±1, the principal value of complex numbers. Integers
 * and bools become `floatx()`. Within 2 units in the last place.
 *
 * @example arccos([1, 0.5, -1]) // [0, 1.0471976, 3.1415927]
 * @see https://keras.io/api/ops/numpy/#arccos-function
 */
export const arccos = unary('arccos', toFloat)

/**
 * The angle in radians, in [-pi/2, pi/2], whose tangent is `x`; the principal value of complex numbers. Integers and
 * bools become `floatx()`. Within 2 units in the last place.
 *
 * @example arctan([0, 1, Infinity]) // [0, 0.7853982, 1.5707964]
 * @see https://keras.io/api/ops/numpy/#arctan-function
 */
export const arctan = unary('arctan', toFloat)

/**
 * The angle in radians, in [-pi, pi], from the positive x axis to the point with y coordinate `x1` and x coordinate `x2`;
 * signs of zeros count. Floating: integers become `floatx()`, 64-bit ones float64. Complex numbers are a TypeError, shapes
 * that do not broadcast a RangeError. Within 2 units in the last place.
 *
 * @example arctan2([1, -1], [0, -1]) // [1.5707964, -2.3561945]
 * @see https://keras.io/api/ops/numpy/#arctan2-function
 */
export const arctan2 = binary('arctan2', realOnly(toQuotient), { meet: meetInQuotient })

/**
 * The hyperbolic sine, (exp(x) - exp(-x)) / 2. Integers and bools become `floatx()`. Within 2 units in the last place.
 *
 * @example sinh([0, 1]) // [0, 1.1752012]
 * @see https://keras.io/api/ops/numpy/#sinh-function
 */
export const sinh = unary('sinh', toFloat)

/**
 * The hyperbolic cosine, (exp(x) + exp(-x)) / 2. Integers and bools become `floatx()`. Within 2 units in the last
 * place.
 *
 * @example cosh([0, 1]) // [1, 1.5430807]
 * @see https://keras.io/api/ops/numpy/#cosh-function
 */
export const cosh = unary('cosh', toFloat)

/**
 * The hyperbolic tangent, sinh(x) / cosh(x). Integers and bools become `floatx()`. Within 1 unit in the last place for
 * float32, 2 for float64.
 *
 * @example tanh([0, 1, Infinity]) // [0, 0.7615942, 1]
 * @see https://keras.io/api/ops/numpy/#tanh-function
 */
export const tanh = unary('tanh', toFloat)

/**
 * The number whose hyperbolic sine is `x`; the principal value of complex numbers. Integers and bools become
 * `floatx()`. Within 2 units in the last place.
 *
 * @example arcsinh([0, 1]) // [0, 0.8813736]
 * @see https://keras.io/api/ops/numpy/#arcsinh-function
 */
export const arcsinh = unary('arcsinh', toFloat)

/**
 * The number >= 0 whose hyperbolic cosine is `x`; NaN below 1, the principal value of complex numbers. Integers and
 * bools become `floatx()`. Within 2 units in the last place.
 *
 * @example arccosh([1, 10, 100]) // [0, 2.993223, 5.2982926]
 * @see https://keras.io/api/ops/numpy/#arccosh-function
 */
export const arccosh = unary('arccosh', toFloat)

/**
 * The number whose hyperbolic tangent is `x`: ±Infinity of ±1, NaN past them, the principal value of complex numbers.
 * Integers and bools become `floatx()`. Within 2 units in the last place.
 *
 * @example arctanh([0, 0.5, 1]) // [0, 0.54930615, Infinity]
 * @see https://keras.io/api/ops/numpy/#arctanh-function
 */
export const arctanh = unary('arctanh', toFloat)
