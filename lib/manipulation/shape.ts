/** The same elements under another shape: views, except where `reshape` and `ravel` meet elements that lie too far apart. */

import { define } from '../core/arguments'
import type { Operand } from '../core/convert'
import { kindOf, rangeError, show, typeError } from '../core/errors'
import {
  axesOf,
  broadcast,
  checkShape,
  entriesOf,
  integer,
  MAX_RANK,
  normalizeAxes,
  normalizeAxis,
  rowShape,
  type Shape,
  sameShape,
  shapeOf,
  sizeOf,
  withSize,
} from '../core/shape'
import { permute, reshaped, viewing } from '../core/views'
import { type Tensor, viewOf } from '../tensor'

const isEmpty = (axes: unknown): boolean => axes === null || axes === undefined

/**
 * `x` with size-1 and missing leading axes repeated to `shape`. A view: nothing is copied.
 *
 * Any dtype. Throws a RangeError where the shapes do not broadcast, or `shape` is no shape.
 *
 * @example broadcastTo([1, 2, 3], [2, 3]) // [[1, 2, 3], [1, 2, 3]]
 * @see https://keras.io/api/ops/numpy/#broadcastto-function
 */
export const broadcastTo = define(
  'broadcastTo',
  ['x', 'shape'],
  [],
  (x: Operand, shape: number | readonly number[]): Tensor =>
    viewing('broadcastTo', x, (a) => {
      const target = checkShape('broadcastTo', shape)
      if (!sameShape(broadcast('broadcastTo', a.shape, target), target))
        throw rangeError('broadcastTo', 'BROADCAST', `${show(a.shape)} does not broadcast to ${show(target)}`)
      const missing = target.length - a.shape.length
      const strides = [...target]
      for (let axis = 0; axis < target.length; axis++)
        strides[axis] = axis < missing || a.shape[axis - missing] === 1 ? 0 : (a.strides[axis - missing] as number)
      return viewOf(a, a.offset, target, strides, sizeOf('broadcastTo', target))
    }),
)

/**
 * `x` with new axes of size 1 at the places `axis` (one or several) of the result. A view.
 *
 * Any dtype. Throws a RangeError where an axis is out of range or named twice.
 *
 * @example expandDims([1, 2], 0) // [[1, 2]]
 * @see https://keras.io/api/ops/numpy/#expanddims-function
 */
export const expandDims = define(
  'expandDims',
  ['x', 'axis'],
  [],
  (x: Operand, axis: number | readonly number[]): Tensor =>
    viewing('expandDims', x, (a) => {
      const rank = a.shape.length + (Array.isArray(axis) ? axis.length : 1)
      if (rank > MAX_RANK)
        throw rangeError('expandDims', 'RANK', `the result would have ${rank} axes; at most ${MAX_RANK}`)
      const places = normalizeAxes('expandDims', axis, rank)
      const shape: number[] = []
      const strides: number[] = []
      for (let axis = 0, from = 0; axis < rank; axis++) {
        const isNew = places.includes(axis)
        shape.push(isNew ? 1 : (a.shape[from] as number))
        strides.push(isNew ? 0 : (a.strides[from] as number))
        if (!isNew) from++
      }
      return viewOf(a, a.offset, shape, strides, a.size)
    }),
)

/**
 * `x` with the axes `source` moved to the places `destination`, the others in their order. A view.
 *
 * Any dtype. Throws a RangeError where an axis is out of range or named twice, or the two differ in length.
 *
 * @example moveaxis(zeros([2, 3, 4]), 0, -1).shape // [3, 4, 2]
 * @see https://keras.io/api/ops/numpy/#moveaxis-function
 */
export const moveaxis = define(
  'moveaxis',
  ['x', 'source', 'destination'],
  [],
  (x: Operand, source: number | readonly number[], destination: number | readonly number[]): Tensor =>
    viewing('moveaxis', x, (a) => {
      const rank = a.shape.length
      const from = normalizeAxes('moveaxis', source, rank, 'source')
      const to = normalizeAxes('moveaxis', destination, rank, 'destination')
      if (from.length !== to.length)
        throw rangeError(
          'moveaxis',
          'AXIS',
          `source and destination must name as many axes; received ${from.length} and ${to.length}`,
        )
      const rest = axesOf(rank).filter((axis) => !from.includes(axis))
      const order: number[] = []
      for (let axis = 0, next = 0; axis < rank; axis++) {
        const moved = to.indexOf(axis)
        order.push(moved >= 0 ? (from[moved] as number) : (rest[next++] as number))
      }
      return permute(a, order)
    }),
)

/**
 * The elements of `x` in C order along one axis: a view where their places allow it, else a copy.
 *
 * @example ravel([[1, 2], [3, 4]]) // [1, 2, 3, 4]
 * @see https://keras.io/api/ops/numpy/#ravel-function
 */
export const ravel = define(
  'ravel',
  ['x'],
  [],
  (x: Operand): Tensor => viewing('ravel', x, (a) => reshaped('ravel', a, rowShape(a.size))),
)

/** The shape asked for, with what -1 stands for worked out. */
function newShape(given: unknown, from: Tensor): Shape {
  const listed = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView))
  const sizes = listed ? entriesOf('reshape', 'newshape', given as ArrayLike<unknown>) : [given]
  const open = sizes.findIndex((size) => size === -1 || size === -1n)
  if (open < 0) {
    const shape = checkShape('reshape', sizes, 'newshape')
    if (sizeOf('reshape', shape) !== from.size)
      throw rangeError(
        'reshape',
        'SIZE',
        `cannot give ${from.size} elements, of shape ${show(from.shape)}, the shape ${show(shape)}`,
      )
    return shape
  }
  sizes[open] = 1
  const rest = checkShape('reshape', sizes, 'newshape')
  const known = sizeOf('reshape', rest)
  if (known === 0 || from.size % known !== 0)
    throw rangeError(
      'reshape',
      'SIZE',
      `no size in place of -1 gives ${from.size} elements, of shape ${show(from.shape)}, the shape ${show(withSize(rest, open, -1))}`,
    )
  return shapeOf(withSize(rest, open, from.size / known))
}

/**
 * The elements of `x`, in C order, under another shape: a view where their places allow it, else a copy. One size may be
 * -1: it is worked out from the others.
 *
 * Any dtype. Throws a RangeError where the sizes do not agree, or -1 stands twice or beside a 0.
 *
 * @example reshape([1, 2, 3, 4], [2, -1]) // [[1, 2], [3, 4]]
 * @see https://keras.io/api/ops/numpy/#reshape-function
 */
export const reshape = define(
  'reshape',
  ['x', 'newshape'],
  [],
  (x: Operand, newshape: number | readonly number[]): Tensor =>
    viewing('reshape', x, (a) => {
      return reshaped('reshape', a, newShape(newshape, a))
    }),
)

/**
 * `x` without axes of size 1: all of them, or those that `axis` (one or several) names. A view.
 *
 * Any dtype. Throws a RangeError where a named axis has another size, is out of range or named twice.
 *
 * @example squeeze([[[1], [2]]]) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#squeeze-function
 */
export const squeeze = define(
  'squeeze',
  ['x'],
  ['axis'],
  (x: Operand, axis: number | readonly number[] | null = null): Tensor =>
    viewing('squeeze', x, (a) => {
      const named = isEmpty(axis) ? undefined : normalizeAxes('squeeze', axis, a.shape.length)
      for (const axis of named ?? [])
        if (a.shape[axis] !== 1)
          throw rangeError(
            'squeeze',
            'AXIS',
            `only axes of size 1 can go; axis ${axis} of shape ${show(a.shape)} has ${a.shape[axis]}`,
          )
      const stays = (size: number, axis: number): boolean => (named === undefined ? size !== 1 : !named.includes(axis))
      return permute(
        a,
        axesOf(a.shape.length).filter((axis) => stays(a.shape[axis] as number, axis)),
      )
    }),
)

/**
 * `x` with two axes changing places. A view.
 *
 * Any dtype. Throws a RangeError where an axis is out of range.
 *
 * @example swapaxes([[1, 2], [3, 4]], 0, 1) // [[1, 3], [2, 4]]
 * @see https://keras.io/api/ops/numpy/#swapaxes-function
 */
export const swapaxes = define(
  'swapaxes',
  ['x', 'axis1', 'axis2'],
  [],
  (x: Operand, axis1: number, axis2: number): Tensor =>
    viewing('swapaxes', x, (a) => {
      const one = normalizeAxis('swapaxes', axis1, a.shape.length, 'axis1')
      const other = normalizeAxis('swapaxes', axis2, a.shape.length, 'axis2')
      const order = axesOf(a.shape.length)
      order[one] = other
      order[other] = one
      return permute(a, order)
    }),
)

/**
 * `x` with its axes in the order `axes`, or reversed. A view.
 *
 * Any dtype. Throws a RangeError where `axes` does not name each axis once.
 *
 * @example transpose([[1, 2, 3], [4, 5, 6]]) // [[1, 4], [2, 5], [3, 6]]
 * @see https://keras.io/api/ops/numpy/#transpose-function
 */
export const transpose = define(
  'transpose',
  ['x'],
  ['axes'],
  (x: Operand, axes: readonly number[] | null = null): Tensor =>
    viewing('transpose', x, (a) => {
      const rank = a.shape.length
      if (isEmpty(axes)) return permute(a, axesOf(rank).reverse())
      if (!Array.isArray(axes))
        throw typeError('transpose', 'ARGUMENT', `axes must be an array of axes or null; received ${kindOf(axes)}`)
      if (axes.length !== rank)
        throw rangeError(
          'transpose',
          'AXIS',
          `axes must name each of the ${rank} axes of x once; received ${show(axes.map((axis) => integer('transpose', 'axes', axis)))}`,
        )
      return permute(a, normalizeAxes('transpose', axes, rank, 'axes'))
    }),
)
