/** Counting and placing by value. */

import { define } from '../core/arguments'
import { type Operand, toIntegers, toTensor } from '../core/convert'
import {
  BOOL,
  type Code,
  DTYPES,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  ITEM_BYTES,
  isComplex,
  isFloating,
  isInexact,
  isInteger,
  isUnsigned,
  promote,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
} from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { begin, kernel, late, number, run, runLate, view } from '../core/launch'
import { integer, rowShape, sameShape, shapeOf } from '../core/shape'
import { emptyTensor, lateTensor, type Tensor } from '../tensor'

const BINCOUNT = kernel('bincount')
const DIGITIZE = kernel('digitize')

function countable(x: Tensor): Tensor {
  if (!isInteger(x.code) && x.code !== BOOL)
    throw typeError('bincount', 'DTYPE', `x must be integers; received ${DTYPES[x.code]}`)
  const rank = x.shape.length
  if (rank !== 1 && rank !== 2)
    throw rangeError('bincount', 'RANK', `x must have one axis, or two to count row by row; received ${show(x.shape)}`)
  return x
}

function weightsOf(x: Tensor, weights: Operand): Tensor {
  const w = toTensor('bincount', 'weights', weights)
  if (isComplex(w.code)) throw typeError('bincount', 'DTYPE', `weights must be real; received ${DTYPES[w.code]}`)
  if (!sameShape(x.shape, w.shape))
    throw rangeError(
      'bincount',
      'SHAPE_MISMATCH',
      `weights must have the shape of x; received shapes ${show(x.shape)} and ${show(w.shape)}`,
    )
  return w
}

/**
 * How often each integer from 0 on occurs in `x`, or, with `weights` of the same shape, the sum of the weights at its
 * places. The length is the larger one of `minlength` and the largest element and one.
 *
 * `x` has integers or bool, none negative; an `x` of two axes is counted row by row, all rows to one length. Counts are
 * int32 (int64 where they may not fit); weighted sums have the dtype that `x` and `weights` meet in, added in float64 or in
 * wrapping int64, with the same bits for any number of threads. Throws a TypeError for other dtypes, a RangeError for a
 * negative element, other ranks, or weights of another shape.
 *
 * @example
 * bincount([1, 2, 2, 3]) // [0, 1, 2, 1]
 * bincount([1, 2, 2, 3], [0.5, 1, 1, 1.5]) // [0, 0.5, 2, 1.5]
 * bincount([0, 1], { minlength: 4 }) // [1, 1, 0, 0]
 * @see https://keras.io/api/ops/numpy/#bincount-function
 */
export const bincount = define(
  'bincount',
  ['x'],
  ['weights', 'minlength'],
  (x: Operand, weights: Operand | null = null, minlength = 0): Tensor => {
    const a = countable(toIntegers('bincount', 'x', x))
    const w = weights === null ? undefined : weightsOf(a, weights)
    const least = integer('bincount', 'minlength', minlength)
    if (least < 0) throw rangeError('bincount', 'VALUE', `minlength must not be negative; received ${least}`)
    const code = w !== undefined ? promote(a.code, w.code) : a.size < 2 ** 31 ? INT32 : INT64
    const rank = a.shape.length
    begin(BINCOUNT)
    late(code)
    view(a)
    if (w !== undefined) view(w)
    number(least)
    number(isFloating(code) ? FLOAT64 : INT64)
    return runLate('bincount', ITEM_BYTES[code] as number, (found) =>
      lateTensor(found, code, rank === 2 ? shapeOf([found.rows, found.columns]) : rowShape(found.columns)),
    )
  },
)

const narrow = (code: Code): boolean =>
  [BOOL, UINT8, UINT16, INT8, INT16].includes(code) || (code >= FLOAT16 && code <= FLOAT32)

/** Where values of both dtypes are compared: exactly, but in float64 beside wide integers, as NumPy does. */
function comparedIn(a: Code, b: Code): Code {
  if (isInexact(a) || isInexact(b)) return narrow(a) && narrow(b) ? FLOAT32 : FLOAT64
  const wide = (code: Code): boolean => code === UINT32 || code === UINT64 || code === INT64
  if (!wide(a) && !wide(b)) return INT32
  if (a !== UINT64 && b !== UINT64) return INT64
  const natural = (code: Code): boolean => isUnsigned(code) || code === BOOL
  return natural(a) && natural(b) ? UINT64 : FLOAT64
}

/**
 * For each element of `x` the number of its bin: how many of the rising edges `bins` are not above it. 0 is before the
 * first edge, the number of edges behind the last one. For falling edges: how many are above it.
 *
 * Real dtypes in any pair, compared by value; int32 in the shape of `x`. NaN is above all numbers, in `x` and as an edge.
 * Throws a TypeError for complex numbers, a RangeError for `bins` that have not one axis, or neither rise nor fall.
 *
 * @example digitize([0, 1, 3, 1.6], [0, 3, 4.5, 7]) // [1, 1, 2, 1]
 * @see https://keras.io/api/ops/numpy/#digitize-function
 */
export const digitize = define('digitize', ['x', 'bins'], [], (x: Operand, bins: Operand): Tensor => {
  const a = toTensor('digitize', 'x', x)
  const edges = toTensor('digitize', 'bins', bins)
  for (const [name, { code }] of [
    ['x', a],
    ['bins', edges],
  ] as const)
    if (isComplex(code)) throw typeError('digitize', 'DTYPE', `${name} must be real; received ${DTYPES[code]}`)
  if (edges.shape.length !== 1)
    throw rangeError('digitize', 'RANK', `bins must have one axis; received shape ${show(edges.shape)}`)
  const out = emptyTensor(a.shape, INT32, a.size)
  begin(DIGITIZE)
  view(out)
  view(a)
  view(edges)
  number(comparedIn(a.code, edges.code))
  run('digitize')
  return out
})
