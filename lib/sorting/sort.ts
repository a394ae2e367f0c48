/** Sorting along an axis, and the order that would sort. */

import { define } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { type Code, INT32, INT64 } from '../core/dtype'
import { begin, kernel, number, run, view } from '../core/launch'
import { normalizeAxis, type Shape, shapeOf } from '../core/shape'
import { emptyTensor, type Tensor } from '../tensor'

const SORT = kernel('sort')
const ARGSORT = kernel('argsort')

/** The axis that stands for all elements in C order. */
const FLAT = -1

function launch(op: string, target: number, a: Tensor, axis: number, shape: Shape, code: Code): Tensor {
  const out = emptyTensor(shape, code, a.size)
  begin(target)
  view(out)
  view(a)
  number(axis)
  run(op)
  return out
}

/**
 * The elements in ascending order along an axis, or, with `axis` null, all of them as one row.
 *
 * Any dtype, which the result keeps. NaN comes last; -0 equals 0, and they stay in the order they have; complex numbers are
 * ordered by their real parts, then by their imaginary ones. Throws a RangeError for an axis that `x` does not have.
 *
 * @example
 * sort([3, 1, 2]) // [1, 2, 3]
 * sort([[3, 2], [1, 4]], 0) // [[1, 2], [3, 4]]
 * sort([[3, 2], [1, 4]], null) // [1, 2, 3, 4]
 * @see https://keras.io/api/ops/numpy/#sort-function
 */
export const sort = define('sort', ['x'], ['axis'], (x: Operand, axis: number | null = -1): Tensor => {
  const a = toTensor('sort', 'x', x)
  if (axis === null) return launch('sort', SORT, a, FLAT, shapeOf([a.size]), a.code)
  return launch('sort', SORT, a, normalizeAxis('sort', axis, a.shape.length), a.shape, a.code)
})

/** int32 while every place in a row fits. */
const indexCode = (length: number): Code => (length <= 2 ** 31 ? INT32 : INT64)

/**
 * The places of the elements in the order that `sort` gives, along an axis, or, with `axis` null, in the flattened `x`.
 *
 * Stable: equal elements keep the order of their places, and so do all NaN, which come last, and -0 among 0. int32, or
 * int64 for an axis longer than that. A 0-d `x` counts as a row of one. Throws a RangeError for an axis that `x` does not
 * have.
 *
 * @example
 * argsort([3, 1, 2, 1]) // [1, 3, 2, 0]
 * argsort([[0, 3], [3, 2], [4, 5]], 0) // [[0, 1], [1, 0], [2, 2]]
 * @see https://keras.io/api/ops/numpy/#argsort-function
 */
export const argsort = define('argsort', ['x'], ['axis'], (x: Operand, axis: number | null = -1): Tensor => {
  const a = toTensor('argsort', 'x', x)
  const rank = a.shape.length
  const along = axis === null ? FLAT : normalizeAxis('argsort', axis, Math.max(rank, 1))
  if (along === FLAT || rank === 0) return launch('argsort', ARGSORT, a, FLAT, shapeOf([a.size]), indexCode(a.size))
  return launch('argsort', ARGSORT, a, along, a.shape, indexCode(a.shape[along] as number))
})
