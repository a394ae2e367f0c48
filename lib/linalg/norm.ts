/** Norms of vectors and matrices. */

import { define, flag } from '../core/arguments'
import { type Operand, toTensor, weakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import { BOOL, type Code, computing, FLOAT64, floatxDtype, isComplex, isInexact } from '../core/dtype'
import { kindOf, type NdopsError, rangeError, show, typeError } from '../core/errors'
import { begin, kernel, run, view } from '../core/launch'
import { arranged, newTensor, othersThan } from '../core/product'
import { type AxisArgument, fold, foldAll, foldShape } from '../core/reduction'
import { axesOf as allAxes, normalizeAxes } from '../core/shape'
import { reshaped } from '../core/views'
import { absolute, power } from '../elementwise/arithmetic'
import type { Tensor } from '../tensor'

const OP = 'norm'
const NORM = kernel('norm')
const NORM1 = kernel('norm1')
const NORM_INFINITY = kernel('normInfinity')
const NORM_NEGATIVE_INFINITY = kernel('normNegativeInfinity')
const COUNT_NONZERO = kernel('countNonzero')
const SINGULAR_VALUES = kernel('singularValues')
const SUM = kernel('sum')
const MAX = kernel('max')
const MIN = kernel('min')

/** The order of a norm: a number, or the name of a norm of matrices. */
type Order = number | 'fro' | 'nuc' | null

/** A call, its arguments checked. */
interface Call {
  readonly x: Tensor
  readonly axes: readonly number[]
  readonly keepdims: boolean
  /** The dtype of the result. */
  readonly result: Code
  /** What was made on the way, to be given back. */
  readonly made: Tensor[]
}

/** The dtype that a norm is computed in: integers and bool in float64, 16-bit floats in float32. */
const computingOf = (code: Code): Code => (isInexact(code) ? computing(code) : FLOAT64)

/** Folds the call's axes of a tensor of its rank. */
function foldedAll({ axes, keepdims, result }: Call, target: number, x: Tensor): Tensor {
  return fold(OP, target, x, foldShape(OP, x, axes, keepdims), computingOf(x.code), result)
}

function kept({ x, made }: Call, tensor: Tensor): Tensor {
  if (tensor !== x) made.push(tensor)
  return tensor
}

/** The lengths of complex numbers; other tensors as they are, for kernels that take sizes themselves. */
const lengths = (call: Call): Tensor => (isComplex(call.x.code) ? kept(call, absolute(call.x)) : call.x)

function checkSome({ x }: Call, axis: number): void {
  if (x.shape[axis] === 0)
    throw rangeError(OP, 'SIZE', `nothing has no smallest value; received shape ${show(x.shape)} with axis ${axis}`)
}

/** The root of the sum of powers, in float64, so that a root of high order keeps its digits. */
function ofPowers(call: Call, order: number): Tensor {
  const { axes, keepdims, result } = call
  const wide = kept(call, castTo(OP, lengths(call), FLOAT64))
  const sizes = kept(call, absolute(wide))
  if (wide !== call.x) wide.dispose()
  const powers = kept(call, power(sizes, order))
  sizes.dispose()
  const sum = kept(call, fold(OP, SUM, powers, foldShape(OP, powers, axes, keepdims), FLOAT64, FLOAT64))
  const root = power(sum, 1 / order)
  if (result === FLOAT64) return root
  return castTo(OP, kept(call, root), result)
}

function vectorNorm(call: Call, order: number | null): Tensor {
  const { x, axes, keepdims, result } = call
  if (order === null || order === 2) return foldedAll(call, NORM, x)
  if (order === 1) return foldedAll(call, NORM1, lengths(call))
  if (order === 0) return fold(OP, COUNT_NONZERO, x, foldShape(OP, x, axes, keepdims), BOOL, result)
  if (order === Number.POSITIVE_INFINITY) return foldedAll(call, NORM_INFINITY, lengths(call))
  if (order !== Number.NEGATIVE_INFINITY) return ofPowers(call, order)
  checkSome(call, axes[0] as number)
  return foldedAll(call, NORM_NEGATIVE_INFINITY, lengths(call))
}

/** The largest or smallest of the sums along one of the two axes. */
function extremeOfSums(call: Call, largest: boolean, summed: 0 | 1): Tensor {
  const { axes, keepdims, result } = call
  if (!largest) checkSome(call, axes[1 - summed] as number)
  const x = lengths(call)
  const compute = computingOf(x.code)
  const sums = kept(call, fold(OP, NORM1, x, foldShape(OP, x, axes[summed] as number, true), compute, compute))
  // The largest of no sums is 0, as sums are no less.
  const least = largest ? weakScalar(OP, 'initial', 0) : undefined
  return fold(OP, largest ? MAX : MIN, sums, foldShape(OP, sums, axes, keepdims), compute, result, least)
}

/** The largest, the smallest or the sum of the singular values. */
function ofSingularValues(call: Call, target: number): Tensor {
  const { x, axes, keepdims, result } = call
  const others = othersThan(x.ndim, axes)
  const sizes = others.map((axis) => x.shape[axis] as number)
  const least = Math.min(...axes.map((axis) => x.shape[axis] as number))
  if (target === MIN) for (const axis of axes) checkSome(call, axis)
  const values = kept(call, newTensor(OP, [...sizes, least], FLOAT64))
  begin(SINGULAR_VALUES)
  view(values)
  view(arranged(x, [...others, ...axes]))
  run(OP)
  const initial = target === MAX ? weakScalar(OP, 'initial', 0) : undefined
  const out = fold(OP, target, values, foldShape(OP, values, others.length, false), FLOAT64, result, initial)
  if (!keepdims) return out
  const shape = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
  return reshaped(OP, kept(call, out), shape)
}

const orderError = (what: string, expected: string, order: unknown): NdopsError =>
  rangeError(OP, 'VALUE', `${what} has no norm of this order; received ${kindOf(order)}; expected ${expected}`)

function matrixNorm(call: Call, order: Order): Tensor {
  switch (order) {
    case null:
    case 'fro':
      return foldedAll(call, NORM, call.x)
    case 'nuc':
      return ofSingularValues(call, SUM)
    case 2:
      return ofSingularValues(call, MAX)
    case -2:
      return ofSingularValues(call, MIN)
    case 1:
    case -1:
      return extremeOfSums(call, order === 1, 0)
    case Number.POSITIVE_INFINITY:
    case Number.NEGATIVE_INFINITY:
      return extremeOfSums(call, order > 0, 1)
    default:
      throw orderError('a matrix', "null, 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity", order)
  }
}

/** The axes of the vectors or matrices. Without any, x is one of them, or, without an order too, one long vector. */
function axesOf(x: Tensor, axis: AxisArgument, order: Order): number[] {
  const axes = axis === null ? allAxes(x.ndim) : normalizeAxes(OP, axis, x.ndim)
  if (axes.length === 1 || axes.length === 2 || (axis === null && order === null)) return axes
  const received = axis === null ? `shape ${show(x.shape)} without an axis` : `${axes.length} axes`
  throw rangeError(OP, 'AXIS', `vectors have one axis and matrices two; received ${received}`)
}

/**
 * The norm of vectors along one axis, or of matrices in two axes (rows, columns). Without `axis`, x is the vector or matrix;
 * without `ord` as well, it is taken as one long vector of any rank.
 *
 * | ord | of vectors | of matrices |
 * | --- | --- | --- |
 * | `null` | `sqrt(sum(abs(x) ** 2))` | the same |
 * | `'fro'` | | the same |
 * | `'nuc'` | | the sum of the singular values |
 * | `Infinity`, `-Infinity` | the largest, the smallest of `abs(x)` | of the sums of `abs(x)` in a row |
 * | `1`, `-1` | `sum(abs(x) ** ord) ** (1 / ord)` | the largest, the smallest of the sums of `abs(x)` in a column |
 * | `2`, `-2` | the same | the largest, the smallest singular value |
 * | `0` | how many are not 0 | |
 * | another | `sum(abs(x) ** ord) ** (1 / ord)` | |
 *
 * Integers and bool give `floatx()`; complex numbers keep their dtype, as in Keras. Squares and powers of float32 and of
 * narrower dtypes are added in float64: they do not overflow; those of float64 do past 1e154. Order 1 adds as {@link sum} does.
 * The error of order 2 and of other powers is 1 ULP in float32, in float64 4 ULP, and 1 / |ord| times that below 1; that of
 * singular values, computed in float64, is m + n ULP of the largest. Those of a matrix with NaN or infinity are NaN. Vectors of order 0, 1, 2 and
 * infinity have the same bits for any number of threads and on every CPU level.
 *
 * Throws a RangeError for an order that vectors or matrices do not have, for axes out of range, twice, or more than two,
 * and for the smallest of nothing; a TypeError for an order that is neither number nor text.
 *
 * @example norm([[3, 0], [0, 4]]) // 5
 * @see https://keras.io/api/ops/numpy/#norm-function
 */
export const norm = define(
  OP,
  ['x'],
  ['ord', 'axis', 'keepdims'],
  (x: Operand, ord: Order = null, axis: AxisArgument = null, keepdims = false): Tensor => {
    if (ord !== null && typeof ord !== 'number' && typeof ord !== 'string')
      throw typeError(OP, 'ARGUMENT', `ord must be a number, 'fro', 'nuc' or null; received ${kindOf(ord)}`)
    const a = toTensor(OP, 'x', x)
    const result = isInexact(a.code) ? a.code : floatxDtype()
    // The length of one vector, or of all elements as one.
    if (a === x && ord === null && axis === null && keepdims === false)
      return foldAll(OP, NORM, a, computingOf(a.code), result)
    const made: Tensor[] = a === x ? [] : [a]
    const axes = axesOf(a, axis, ord)
    const call: Call = { x: a, axes, keepdims: flag(OP, 'keepdims', keepdims), result, made }
    try {
      if (axes.length === 2) return matrixNorm(call, ord)
      if (typeof ord === 'string') throw orderError('a vector', 'a number or null', ord)
      return vectorNorm(call, ord)
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  },
)
