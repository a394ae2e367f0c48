/** Sums, products, extremes, averages and their like over any axes. */

import { define, flag, type Op } from '../core/arguments'
import { isStrong, type Operand, operand, optionalCode, toTensor, type WeakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import {
  BOOL,
  type Code,
  computing,
  DTYPES,
  FLOAT64,
  floatxDtype,
  INT8,
  INT16,
  INT32,
  INT64,
  isComplex,
  isInexact,
  promote,
  promoteWeak,
  realPart,
  UINT8,
  UINT16,
  UINT32,
} from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { kernel } from '../core/launch'
import { meet, type Rule, realOnly, same, signature } from '../core/patterns'
import {
  type AxisArgument,
  type Check,
  type Folded,
  fold,
  foldAll,
  foldShape,
  maskOfAxes,
  reduction,
  withShortWay,
} from '../core/reduction'
import { normalizeAxis, sameShape } from '../core/shape'
import { reshaped } from '../core/views'
import { divide, multiply } from '../elementwise/arithmetic'
import type { Tensor } from '../tensor'

/** Small integers and bool add up in 32 bits. */
function widened(code: Code): Code {
  if (code === BOOL || code === INT8 || code === INT16) return INT32
  return code === UINT8 || code === UINT16 ? UINT32 : code
}

const toSum: Rule = (code) => signature(computing(widened(code)), widened(code))

/** Integers are averaged in float64 and give floatx(). */
const toAverage: Rule = (code) =>
  isInexact(code) ? signature(computing(code), code) : signature(FLOAT64, floatxDtype())

const toDeviation: Rule = (code, op) => (isComplex(code) ? signature(code, realPart(code)) : toAverage(code, op))

const toTruth: Rule = () => signature(BOOL, BOOL)

/**
 * The sum. bool, int8 and int16 add up in int32, uint8 and uint16 in uint32; integers wrap around. float16 and bfloat16
 * are added in float32. The sum of nothing is 0.
 *
 * The order of additions depends on shape and strides alone: any number of threads gives the same bits.
 *
 * @example sum([[1, 2], [3, 4]], 0) // [4, 6]
 * @see https://keras.io/api/ops/numpy/#sum-function
 */
export const sum = reduction('sum', kernel('sum'), toSum)

/**
 * The arithmetic mean; integers and bool give `floatx()`. The mean of nothing is NaN.
 *
 * @example mean([[1, 2], [3, 5]], 1) // [1.5, 4]
 * @see https://keras.io/api/ops/numpy/#mean-function
 */
export const mean = reduction('mean', kernel('mean'), toAverage)

/**
 * The variance: the mean squared distance from the mean. Computed in one pass that keeps its digits beside a large mean;
 * equal elements give exactly 0. Integers and bool give `floatx()`; complex numbers keep their dtype, as in Keras.
 *
 * @example var([1, 2, 3, 4]) // 1.25
 * @see https://keras.io/api/ops/numpy/#var-function
 */
const variance = reduction('var', kernel('var'), toAverage)

export { variance as var }

/**
 * The standard deviation: the square root of the variance. Integers and bool give `floatx()`, complex numbers real ones.
 *
 * @example std([1, 2, 3, 4]) // 1.118034
 * @see https://keras.io/api/ops/numpy/#std-function
 */
export const std = reduction('std', kernel('std'), toDeviation)

/**
 * Whether any element is not 0. NaN is not 0; false for nothing.
 *
 * @example any([[0, 0], [0, 3]], 1) // [false, true]
 * @see https://keras.io/api/ops/numpy/#any-function
 */
export const any = reduction('any', kernel('any'), toTruth)

/**
 * Whether all elements are not 0. NaN is not 0; true for nothing.
 *
 * @example all([[0, 1], [2, 3]], 1) // [false, true]
 * @see https://keras.io/api/ops/numpy/#all-function
 */
export const all = reduction('all', kernel('all'), toTruth)

const COUNT_NONZERO = kernel('countNonzero')

/**
 * How many elements are not 0; NaN counts. int32, or int64 where a count may not fit.
 *
 * @example countNonzero([[0, 1], [2, 3]], 1) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#count_nonzero-function
 */
export const countNonzero = define('countNonzero', ['x'], ['axis'], (x: Operand, axis: AxisArgument = null): Tensor => {
  const a = toTensor('countNonzero', 'x', x)
  const folded = foldShape('countNonzero', a, axis, false)
  return fold('countNonzero', COUNT_NONZERO, a, folded, BOOL, folded.count < 2 ** 31 ? INT32 : INT64)
})

const MAX = kernel('max')
const MIN = kernel('min')

const someElements: Check = (op, x, folded, axis) => {
  if (folded.count > 0) return
  const where = axis === null ? '' : ` over axis ${Array.isArray(axis) ? show(axis) : axis}`
  throw rangeError(op, 'SIZE', `nothing has no ${op}; received shape ${show(x.shape)}${where}`)
}

/** What `initial` is beside x: a number that its dtype can hold, or a 0-d operand. */
function initialOf(op: string, x: Tensor, value: unknown): Tensor | WeakScalar {
  const initial = operand(op, 'initial', value)
  if (isStrong(initial) && initial.shape.length > 0)
    throw rangeError(op, 'RANK', `initial must be one number; received shape ${show(initial.shape)}`)
  if (meet(op, x, initial) === x.code || (isInexact(x.code) && !isComplex(initial.code))) return initial
  throw typeError(
    op,
    'DTYPE',
    `initial must be a number that ${DTYPES[x.code]} can hold; received ${DTYPES[initial.code]}`,
  )
}

type Extreme = Op<
  readonly ['x'],
  readonly ['axis', 'keepdims', 'initial'],
  (x: Operand, axis?: AxisArgument, keepdims?: boolean, initial?: Operand | null) => Tensor
>

function extreme(name: 'max' | 'min', target: number): Extreme {
  const general = define(
    name,
    ['x'],
    ['axis', 'keepdims', 'initial'],
    (x: Operand, axis: AxisArgument = null, keepdims = false, initial: Operand | null = null): Tensor => {
      const a = toTensor(name, 'x', x)
      const folded = foldShape(name, a, axis, flag(name, 'keepdims', keepdims))
      const compute = computing(a.code)
      if (initial !== null) return fold(name, target, a, folded, compute, a.code, initialOf(name, a, initial))
      someElements(name, a, folded, axis)
      return fold(name, target, a, folded, compute, a.code)
    },
  )
  return withShortWay(general, maskOfAxes, (x: Tensor, folded: Folded | undefined): Tensor | undefined => {
    if (x.size === 0) return undefined
    const compute = computing(x.code)
    return folded === undefined
      ? foldAll(name, target, x, compute, x.code)
      : fold(name, target, x, folded, compute, x.code)
  })
}

/**
 * The largest element, at least `initial` where that is given. NaN wins over every number; complex numbers are ordered by
 * real part, then imaginary part. A RangeError for the maximum of nothing without `initial`.
 *
 * @example max([[1, 5], [3, 2]], 1) // [5, 3]
 * @see https://keras.io/api/ops/numpy/#max-function
 */
export const max = extreme('max', MAX)

/**
 * The smallest element, at most `initial` where that is given. NaN wins over every number; complex numbers are ordered by
 * real part, then imaginary part. A RangeError for the minimum of nothing without `initial`.
 *
 * @example min([[1, 5], [3, 2]], 1) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#min-function
 */
export const min = extreme('min', MIN)

/**
 * The largest element: {@link max} without `initial`.
 *
 * @example amax([[1, 5], [3, 2]], 0) // [3, 5]
 * @see https://keras.io/api/ops/numpy/#amax-function
 */
export const amax = reduction('amax', MAX, same, someElements)

/**
 * The smallest element: {@link min} without `initial`.
 *
 * @example amin([[1, 5], [3, 2]], 0) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#amin-function
 */
export const amin = reduction('amin', MIN, same, someElements)

const PROD = kernel('prod')
const ALL = kernel('all')

/**
 * The product. Without `dtype`, small integers and bool multiply in 32 bits as {@link sum} adds them; with it, elements
 * are cast first. Integers wrap around; the product of nothing is 1.
 *
 * @example prod([[1, 2], [3, 4]], 1) // [2, 12]
 * @see https://keras.io/api/ops/numpy/#prod-function
 */
export const prod = define(
  'prod',
  ['x'],
  ['axis', 'keepdims', 'dtype'],
  (x: Operand, axis: AxisArgument = null, keepdims = false, dtype: string | null = null): Tensor => {
    const a = toTensor('prod', 'x', x)
    const folded = foldShape('prod', a, axis, flag('prod', 'keepdims', keepdims))
    const result = optionalCode('prod', dtype) ?? widened(a.code)
    // Of bools, the product is "and".
    if (result === BOOL) return fold('prod', ALL, a, folded, BOOL, BOOL)
    const compute = computing(widened(result))
    if (compute === result || !isInexact(a.code)) return fold('prod', PROD, a, folded, compute, result)
    // A float saturates in the narrow dtype itself.
    const cast = castTo('prod', a, result)
    const out = fold('prod', PROD, cast, folded, compute, result)
    if (cast !== a) cast.dispose()
    return out
  },
)

/**
 * log(sum(exp(x))), without overflow. Integers and bool give `floatx()`; complex numbers are a TypeError. Nothing, and
 * -infinity alone, give -infinity. The error is at most 2 ULP of the largest of 1, the result
 * and the largest element.
 *
 * @example logsumexp([0, 0]) // 0.6931472
 * @see https://keras.io/api/ops/core/#logsumexp-function
 */
export const logsumexp = reduction('logsumexp', kernel('logsumexp'), realOnly(toAverage))

/** Weights as they broadcast against x: of its shape, or one along each of the axes given. */
function spread(x: Tensor, weights: Tensor, axis: AxisArgument): Tensor {
  if (sameShape(x.shape, weights.shape)) return weights
  const received = `received shapes ${show(x.shape)} and ${show(weights.shape)}`
  if (axis === null)
    throw typeError('average', 'SHAPE_MISMATCH', `axis must be given where x and weights differ in shape; ${received}`)
  if (typeof axis !== 'number' || weights.shape.length !== 1)
    throw rangeError('average', 'SHAPE_MISMATCH', `weights must have the shape of x, or one axis; ${received}`)
  const place = normalizeAxis('average', axis, x.shape.length)
  if (weights.shape[0] !== x.shape[place])
    throw rangeError(
      'average',
      'SHAPE_MISMATCH',
      `weights must have one entry for each along axis ${axis}; ${received}`,
    )
  return reshaped(
    'average',
    weights,
    x.shape.map((n, k) => (k === place ? n : 1)),
  )
}

/**
 * The average, weighted where `weights` are given: sum(x * weights) / sum(weights). Weights have the shape of `x`, or one
 * axis of the length of `x` along `axis`. Integers and bool give `floatx()`, 64-bit integers beside weights float64. Weights
 * that add up to 0 give NaN or infinity.
 *
 * @example average([1, 2, 3], null, [3, 1, 0]) // 1.25
 * @see https://keras.io/api/ops/numpy/#average-function
 */
export const average = define(
  'average',
  ['x'],
  ['axis', 'weights'],
  (x: Operand, axis: AxisArgument = null, weights: Operand | null = null): Tensor => {
    const a = toTensor('average', 'x', x)
    if (weights === null) return mean(a, axis)
    const w = toTensor('average', 'weights', weights)
    const result = promoteWeak(promote(a.code, w.code), 'float')
    foldShape('average', a, axis, false)
    // 16-bit floats are multiplied and added in float32; what is made on the way is given back at once.
    const made: Tensor[] = []
    const keep = (tensor: Tensor): Tensor => {
      if (tensor !== a && tensor !== w) made.push(tensor)
      return tensor
    }
    const compute = computing(result)
    const values = keep(castTo('average', a, compute))
    const factors = keep(spread(a, keep(castTo('average', w, compute)), axis))
    const total = keep(sum(keep(multiply(values, factors)), axis))
    const quotient = divide(total, keep(sum(factors, sameShape(a.shape, w.shape) ? axis : null)))
    const out = castTo('average', quotient, result)
    if (out !== quotient) quotient.dispose()
    for (const tensor of made) tensor.dispose()
    return out
  },
)
