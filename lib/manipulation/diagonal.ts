/** Diagonals as views, matrices made of them, and triangles. */

import { define } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { copyInto, zerosOf } from '../core/copy'
import { rangeError, show } from '../core/errors'
import { areaOf, begin, kernel, number, run, view } from '../core/launch'
import { integer, normalizeAxis, shapeOf, sizeOf } from '../core/shape'
import { viewing } from '../core/views'
import { emptyTensor, type Tensor, viewOf } from '../tensor'

const TRIL = kernel('tril')
const TRIU = kernel('triu')

/** The elements [.., i, i + k] of two axes, along a last axis in their place. */
function diagonalOf(x: Tensor, k: number, axis1: number, axis2: number): Tensor {
  const [rows, columns] = [x.shape[axis1] as number, x.shape[axis2] as number]
  const [down, across] = [x.strides[axis1] as number, x.strides[axis2] as number]
  const length = Math.max(0, Math.min(rows + Math.min(k, 0), columns - Math.max(k, 0)))
  const shape: number[] = []
  const strides: number[] = []
  for (let axis = 0; axis < x.shape.length; axis++) {
    if (axis === axis1 || axis === axis2) continue
    shape.push(x.shape[axis] as number)
    strides.push(x.strides[axis] as number)
  }
  shape.push(length)
  strides.push(length === 0 ? 0 : down + across)
  const size = sizeOf('diagonal', shape)
  return viewOf(x, size === 0 ? x.offset : x.offset + (k >= 0 ? k * across : -k * down), shape, strides, size)
}

/**
 * The diagonal `k` of a matrix (above the main one where positive), or, of one axis, the matrix that has `x` there and
 * zeros elsewhere. Of a matrix it is a view.
 *
 * Any dtype. Throws a RangeError where `x` has neither one axis nor two.
 *
 * @example diag([1, 2]) // [[1, 0], [0, 2]]
 * @example diag([[1, 2], [3, 4]]) // [1, 4]
 * @see https://keras.io/api/ops/numpy/#diag-function
 */
export const diag = define(
  'diag',
  ['x'],
  ['k'],
  (x: Operand, k: number = 0): Tensor =>
    viewing('diag', x, (a) => {
      const place = integer('diag', 'k', k)
      if (a.shape.length === 2) return diagonalOf(a, place, 0, 1)
      if (a.shape.length !== 1)
        throw rangeError('diag', 'RANK', `x must have one axis or two; received shape ${show(a.shape)}`)
      const n = a.size + Math.abs(place)
      const shape = shapeOf([n, n])
      const out = zerosOf('diag', shape, a.code)
      if (a.size === 0) return out
      const offset = out.offset + (place >= 0 ? place : -place * n)
      copyInto('diag', areaOf(out, offset, a.shape, [n + 1]), a)
      return out
    }),
)

/**
 * The elements `x[i, i + offset]` of the axes `axis1` and `axis2`, as a last axis in their place. A view.
 *
 * Any dtype. Throws a RangeError where an axis is out of range or both are the same.
 *
 * @example diagonal([[1, 2], [3, 4]]) // [1, 4]
 * @see https://keras.io/api/ops/numpy/#diagonal-function
 */
export const diagonal = define(
  'diagonal',
  ['x'],
  ['offset', 'axis1', 'axis2'],
  (x: Operand, offset: number = 0, axis1: number = 0, axis2: number = 1): Tensor =>
    viewing('diagonal', x, (a) => {
      const place = integer('diagonal', 'offset', offset)
      const rank = a.shape.length
      if (rank < 2)
        throw rangeError('diagonal', 'RANK', `x must have two axes at least; received shape ${show(a.shape)}`)
      const one = normalizeAxis('diagonal', axis1, rank, 'axis1')
      const other = normalizeAxis('diagonal', axis2, rank, 'axis2')
      if (one === other)
        throw rangeError('diagonal', 'AXIS', `axis1 and axis2 must not be the same; received ${axis1} and ${axis2}`)
      return diagonalOf(a, place, one, other)
    }),
)

/** A copy of x with zeros above or below the diagonal k of its last two axes. */
function triangle(op: string, target: number, x: unknown, k: unknown): Tensor {
  const a = toTensor(op, 'x', x)
  try {
    const diagonal = integer(op, 'k', k)
    const rank = a.shape.length
    if (rank === 0) throw rangeError(op, 'RANK', 'a 0-d tensor has no triangle; expected one axis at least')
    // One axis is every row of a square, as in NumPy.
    const n = a.shape[0] as number
    const shape = rank === 1 ? shapeOf([n, n]) : a.shape
    const out = emptyTensor(shape, a.code, sizeOf(op, shape))
    begin(target)
    view(out)
    view(rank === 1 ? areaOf(a, a.offset, shape, [0, a.strides[0] as number]) : a)
    number(diagonal)
    run(op)
    return out
  } finally {
    if (a !== x) a.dispose()
  }
}

/**
 * A copy of `x` with zeros above the diagonal `k` of its last two axes (the one above the main one where positive). One
 * axis counts as every row of a square.
 *
 * Any dtype. Throws a RangeError for a 0-d tensor.
 *
 * @example tril([[1, 2], [3, 4]]) // [[1, 0], [3, 4]]
 * @see https://keras.io/api/ops/numpy/#tril-function
 */
export const tril = define('tril', ['x'], ['k'], (x: Operand, k: number = 0): Tensor => triangle('tril', TRIL, x, k))

/**
 * A copy of `x` with zeros below the diagonal `k` of its last two axes (the one above the main one where positive). One
 * axis counts as every row of a square.
 *
 * Any dtype. Throws a RangeError for a 0-d tensor.
 *
 * @example triu([[1, 2], [3, 4]]) // [[1, 2], [0, 4]]
 * @see https://keras.io/api/ops/numpy/#triu-function
 */
export const triu = define('triu', ['x'], ['k'], (x: Operand, k: number = 0): Tensor => triangle('triu', TRIU, x, k))
