/** Elements picked by rank: medians, quantiles, the largest ones. */

import { define, flag } from '../core/arguments'
import { type Operand, toIntegers, toTensor, weakScalar } from '../core/convert'
import { castTo, toContiguous } from '../core/copy'
import {
  BOOL,
  type Code,
  DTYPES,
  FLOAT64,
  floatxDtype,
  INT32,
  INT64,
  isComplex,
  isInexact,
  isInteger,
} from '../core/dtype'
import { kindOf, rangeError, show, typeError } from '../core/errors'
import { areaOf, begin, flatView, kernel, number, run, scalar, view } from '../core/launch'
import { type AxisArgument, type Folded, foldShape } from '../core/reduction'
import {
  contiguousStrides,
  integer,
  MAX_RANK,
  SCALAR,
  type Shape,
  sameShape,
  shapeOf,
  sizeOf,
  without,
  withSize,
} from '../core/shape'
import { emptyTensor, Tensor, viewOf } from '../tensor'

const QUANTILE = kernel('quantile')
const TOP_K = kernel('topK')
const IN_TOP_K = kernel('inTopK')

/** How a quantile between two elements is made of them. */
export type QuantileMethod = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'

// In the order of Method in native/sorting/select.h.
const METHODS: readonly unknown[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest']
const MEDIAN = 5

function realTensor(op: string, name: string, x: unknown): Tensor {
  const a = toTensor(op, name, x)
  if (isComplex(a.code))
    throw typeError(
      op,
      'DTYPE',
      `complex numbers are not supported; ${name} is ${DTYPES[a.code]}; use real(x) or abs(x)`,
    )
  return a
}

/** Where a row's elements lie: the folded axes as one, in any order, before the others. */
interface Rows {
  readonly x: Tensor
  readonly shape: Shape
  readonly strides: readonly number[]
}

/** The folded axes as one, which the order of a row's elements allows in more cases than reshape; else a copy's. */
function foldedRows(op: string, x: Tensor, folded: Folded): Rows {
  const kept: number[] = []
  const rows: number[] = []
  for (let axis = 0; axis < x.shape.length; axis++) {
    if (Math.floor(folded.mask / 2 ** axis) % 2 === 0) kept.push(axis)
    else if (x.shape[axis] !== 1) rows.push(axis)
  }
  const at = (values: readonly number[], axis: number): number => values[axis] as number
  const keptShape = kept.map((axis) => at(x.shape, axis))
  // From the widest step to the narrowest, all of them forward.
  rows.sort((a, b) => Math.abs(at(x.strides, b)) - Math.abs(at(x.strides, a)))
  let offset = x.offset
  let step = 1
  let joined = true
  for (let k = rows.length - 1; k >= 0; k--) {
    const axis = rows[k] as number
    const stride = at(x.strides, axis)
    if (stride < 0 && rows.length > 1) offset += stride * (at(x.shape, axis) - 1)
    const forward = rows.length > 1 ? Math.abs(stride) : stride
    if (k === rows.length - 1) step = forward
    else {
      const inner = rows[k + 1] as number
      joined = joined && forward === Math.abs(at(x.strides, inner)) * at(x.shape, inner)
    }
  }
  const shape = shapeOf([folded.count, ...keptShape])
  if (joined || folded.count === 0 || x.size === 0) {
    const strides = [step, ...kept.map((axis) => at(x.strides, axis))]
    return { x: viewOf(x, offset, shape, strides, x.size), shape, strides }
  }
  const order = [...kept, ...rows]
  const permuted = viewOf(
    x,
    x.offset,
    order.map((axis) => at(x.shape, axis)),
    order.map((axis) => at(x.strides, axis)),
    x.size,
  )
  const copy = toContiguous(op, permuted)
  permuted.dispose()
  const strides = [1, ...contiguousStrides(shapeOf([...keptShape, folded.count])).slice(0, -1)]
  return { x: copy, shape, strides }
}

/** Floating dtypes keep theirs. */
const resultCode = (code: Code): Code => (isInexact(code) ? code : floatxDtype())

/** Launches over one row. */
function launchFlat(op: string, x: Tensor, folded: Folded, q: number, method: number): Tensor {
  const out = emptyTensor(folded.shape, resultCode(x.code), 1)
  begin(QUANTILE)
  flatView(out, 1)
  flatView(x, x.size)
  scalar({ code: FLOAT64, high: q, low: 0 })
  number(method)
  run(op)
  return out
}

/** Launches over the folded axes. `q` is a contiguous tensor of float64, or one number. */
function launch(op: string, x: Tensor, folded: Folded, q: Tensor | number, method: number): Tensor {
  if (typeof q === 'number' && x.contiguous && folded.size === 1) return launchFlat(op, x, folded, q, method)
  const leading = typeof q === 'number' ? SCALAR : q.shape
  if (leading.length + folded.shape.length > MAX_RANK)
    throw rangeError(
      op,
      'RANK',
      `the result would have ${leading.length + folded.shape.length} axes; at most ${MAX_RANK}`,
    )
  const shape = shapeOf([...leading, ...folded.shape])
  const code = resultCode(x.code)
  const out = emptyTensor(shape, code, sizeOf(op, shape))
  const rows = foldedRows(op, x, folded)
  const flat = shapeOf([typeof q === 'number' ? 1 : q.size, ...without(rows.shape, 0)])
  begin(QUANTILE)
  view(areaOf(out, out.offset, flat, contiguousStrides(flat)))
  view(areaOf(rows.x, rows.x.offset, rows.shape, rows.strides))
  if (typeof q === 'number') scalar({ code: FLOAT64, high: q, low: 0 })
  else flatView(q, q.size)
  number(method)
  run(op)
  rows.x.dispose()
  return out
}

/**
 * The median: the middle element of an odd number, the mean of the two in the middle of an even one, over one axis,
 * several, or, with `axis` null, all elements. The axes that were folded stay with size 1 where `keepdims` is true.
 *
 * Any dtype but the complex ones, which are a TypeError; the result has the dtype of `x`, `floatx()` for integers and
 * bool, correctly rounded but for float64, whose error is below 1 ULP. A NaN makes NaN; so does an empty row. Throws a
 * RangeError for an axis that `x` does not have.
 *
 * @example
 * median([3, 1, 2]) // 2
 * median([[1, 2, 3], [6, 5, 4]], 0) // [3.5, 3.5, 3.5]
 * @see https://keras.io/api/ops/numpy/#median-function
 */
export const median = define(
  'median',
  ['x'],
  ['axis', 'keepdims'],
  (x: Operand, axis: AxisArgument = null, keepdims = false): Tensor => {
    const a = realTensor('median', 'x', x)
    const folded = foldShape('median', a, axis, flag('median', 'keepdims', keepdims))
    return launch('median', a, folded, 0.5, MEDIAN)
  },
)

/** Refuses what is no probability among values that JavaScript holds. */
function checkProbabilities(q: unknown): void {
  if (typeof q === 'number' && !(q >= 0 && q <= 1))
    throw rangeError('quantile', 'VALUE', `q must lie between 0 and 1; received ${q}`)
  if (Array.isArray(q) || (ArrayBuffer.isView(q) && !(q instanceof DataView)))
    for (const entry of q as Iterable<unknown>) checkProbabilities(entry)
}

/** Probabilities in the precision they are given in: a number, or a contiguous tensor of float64. */
function probabilities(q: unknown): Tensor | number {
  const weak = q instanceof Tensor ? undefined : weakScalar('quantile', 'q', q)
  if (weak?.weak === 'complex') throw typeError('quantile', 'DTYPE', 'q must be real; received a complex number')
  if (weak !== undefined) {
    const value = Number(weak.value)
    checkProbabilities(value)
    return value
  }
  if (!(q instanceof Tensor)) {
    const given = toTensor('quantile', 'q', q, FLOAT64)
    checkProbabilities(q)
    return given
  }
  const real = realTensor('quantile', 'q', q)
  const wide = castTo('quantile', real, FLOAT64)
  return toContiguous('quantile', wide)
}

/**
 * The values below which the parts `q` of the elements lie, over one axis, several, or, with `axis` null, all elements.
 * `q` is one probability or any shape of them, from 0 to 1; its axes come first in the result. The axes that were folded
 * stay with size 1 where `keepdims` is true.
 *
 * The quantile lies at place `(n - 1) * q` in order, computed in float64. Between the elements `i` and `j` there, `method`
 * gives: `'linear'` `i + (j - i) * fraction`, `'lower'` `i`, `'higher'` `j`, `'midpoint'` `(i + j) / 2`, `'nearest'` the
 * nearer one (of two as near, the one at the even place). A NaN makes every quantile of its row NaN; an infinite
 * neighbour makes the linear and the middle one infinite or NaN, as in NumPy.
 *
 * Any dtype but the complex ones, which are a TypeError; the result has the dtype of `x`, `floatx()` for integers and
 * bool, correctly rounded but for float64, whose error is below 1 ULP. Throws a RangeError for a `q` outside 0 to 1, an
 * axis that `x` does not have, an unknown method, and where there are no elements.
 *
 * @example
 * quantile([1, 2, 3, 4], 0.5) // 2.5
 * quantile([[4, 1], [2, 3], [0, 5]], [0, 0.5, 1], 0) // [[0, 1], [2, 3], [4, 5]]
 * quantile([1, 2, 3, 4], 0.4, { method: 'lower' }) // 2
 * @see https://keras.io/api/ops/numpy/#quantile-function
 */
export const quantile = define(
  'quantile',
  ['x', 'q'],
  ['axis', 'method', 'keepdims'],
  (x: Operand, q: Operand, axis: AxisArgument = null, method: QuantileMethod = 'linear', keepdims = false): Tensor => {
    const code = METHODS.indexOf(method)
    if (code < 0)
      throw rangeError(
        'quantile',
        'ARGUMENT',
        `unknown method; received ${kindOf(method)}; expected ${METHODS.join(', ')}`,
      )
    const a = realTensor('quantile', 'x', x)
    const folded = foldShape('quantile', a, axis, flag('quantile', 'keepdims', keepdims))
    if (folded.count === 0)
      throw rangeError('quantile', 'SIZE', `nothing has no quantiles; received shape ${show(a.shape)}`)
    const at = probabilities(q)
    const out = launch('quantile', a, folded, at, code)
    if (at instanceof Tensor && at !== q) at.dispose()
    return out
  },
)

/** The number of elements to take from rows of `length`. */
function countOf(op: string, k: unknown): number {
  const count = integer(op, 'k', k)
  if (count < 0) throw rangeError(op, 'VALUE', `k must not be negative; received ${count}`)
  return count
}

/**
 * The `k` largest elements along the last axis, and their places: `[values, indices]`, the largest first. Among equal
 * ones those with lower places are taken, and come first; NaN counts as larger than all numbers, -0 equals 0. With
 * `sorted` false they come in the order of their places, which may be faster.
 *
 * Any dtype but the complex ones, which are a TypeError; values keep it, to the bit. Indices are int32, or int64 for an
 * axis longer than that. Throws a RangeError for a 0-d `x`, and for a `k` below 0 or above the size of the last axis.
 *
 * @example topK([5, 2, 7, 1, 9, 3], 3) // [[9, 7, 5], [4, 2, 0]]
 * @see https://keras.io/api/ops/core/#topk-function
 */
export const topK = define(
  'topK',
  ['x', 'k'],
  ['sorted'],
  (x: Operand, k: number, sorted = true): [values: Tensor, indices: Tensor] => {
    const a = realTensor('topK', 'x', x)
    const count = countOf('topK', k)
    const rank = a.shape.length
    if (rank === 0) throw rangeError('topK', 'RANK', 'x must have an axis; received a 0-d tensor')
    const length = a.shape[rank - 1] as number
    if (count > length)
      throw rangeError(
        'topK',
        'VALUE',
        `k is ${count}, the last axis has ${length} elements; received shape ${show(a.shape)}`,
      )
    const inOrder = flag('topK', 'sorted', sorted)
    const shape = shapeOf(withSize(a.shape, rank - 1, count))
    const size = sizeOf('topK', shape)
    const values = emptyTensor(shape, a.code, size)
    const indices = emptyTensor(shape, length <= 2 ** 31 ? INT32 : INT64, size)
    begin(TOP_K)
    view(values)
    view(indices)
    view(a)
    number(inOrder ? 1 : 0)
    run('topK')
    return [values, indices]
  },
)

/**
 * Whether each target is among the `k` largest predictions: fewer than `k` are larger than that of the target. `targets`
 * are class numbers of the shape of `predictions` without its last axis. So equal predictions do not push one another
 * out; NaN counts as larger than all numbers, but a target whose prediction is NaN, or that is no class, gives false.
 *
 * `predictions` of any dtype but the complex ones, `targets` of any integer dtype; others are a TypeError. Throws a
 * RangeError for shapes that do not belong together, and for a `k` below 0.
 *
 * @example inTopK([2, 5, 3], [[0.1, 0.4, 0.6, 0.9, 0.5], [0.1, 0.7, 0.9, 0.8, 0.3], [0.1, 0.6, 0.9, 0.9, 0.5]], 3) // [true, false, true]
 * @see https://keras.io/api/ops/core/#intopk-function
 */
export const inTopK = define(
  'inTopK',
  ['targets', 'predictions', 'k'],
  [],
  (targets: Operand, predictions: Operand, k: number): Tensor => {
    const classes = toIntegers('inTopK', 'targets', targets)
    if (!isInteger(classes.code))
      throw typeError('inTopK', 'DTYPE', `targets must be integers; received ${DTYPES[classes.code]}`)
    const a = realTensor('inTopK', 'predictions', predictions)
    const count = countOf('inTopK', k)
    if (a.shape.length === 0 || !sameShape(classes.shape, without(a.shape, a.shape.length - 1)))
      throw rangeError(
        'inTopK',
        'SHAPE_MISMATCH',
        `targets must have the shape of predictions without its last axis; received ${show(classes.shape)} and ${show(a.shape)}`,
      )
    const out = emptyTensor(classes.shape, BOOL, classes.size)
    const wide = toContiguous('inTopK', castTo('inTopK', classes, INT64))
    begin(IN_TOP_K)
    view(out)
    view(wide)
    view(a)
    number(count)
    run('inTopK')
    if (wide !== targets) wide.dispose()
    return out
  },
)
