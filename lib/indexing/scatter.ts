/** Elements brought to places: by indices, by segment, by slice. Results are always memory of their own. */

import { define, flag } from '../core/arguments'
import { isScalarValue, type Operand, toIntegers, toTensor } from '../core/convert'
import { castTo } from '../core/copy'
import { type Code, checkFits, computing, DTYPES, ITEM_BYTES, isInteger } from '../core/dtype'
import { kindOf, rangeError, show, typeError } from '../core/errors'
import { areaOf, begin, kernel, late, number, run, runLate, view } from '../core/launch'
import {
  broadcast,
  checkShape,
  contiguousStrides,
  integer,
  type Shape,
  sameShape,
  shapeOf,
  sizeOf,
  sizesBetween,
  without,
} from '../core/shape'
import { reshaped } from '../core/views'
import { checkWindow, wholes, windowOf } from '../core/window'
import { broadcastTo } from '../manipulation/shape'
import { emptyTensor, lateTensor, type Tensor } from '../tensor'

const COPY = kernel('copy')
const SCATTER = kernel('scatter')
const SEGMENT_SUM = kernel('segmentSum')
const SEGMENT_MAX = kernel('segmentMax')
const UPDATE = kernel('scatterUpdate')

/** How scatterUpdate brings updates together with what was there. */
const REDUCTIONS: ReadonlyMap<unknown, number> = new Map([
  ['add', SCATTER],
  ['max', kernel('scatterMax')],
  ['min', kernel('scatterMin')],
  ['mul', kernel('scatterMultiply')],
])

/** Runs `make` with a way to note tensors that were made on the way: those that are not the user's own go back. */
function withTemporaries<T>(make: (keep: (x: Tensor, given?: unknown) => Tensor) => T): T {
  const made: Tensor[] = []
  try {
    return make((x, given) => {
      if (x !== given) made.push(x)
      return x
    })
  } finally {
    for (const x of made) x.dispose()
  }
}

/** Integers that name places. */
function integersOf(op: string, name: string, value: unknown): Tensor {
  const indices = toIntegers(op, name, value)
  if (isInteger(indices.code)) return indices
  throw typeError(op, 'DTYPE', `${name} must be integers; received ${DTYPES[indices.code]}`)
}

/** Updates in the shape of the places, as [places, elements of each]. */
function spread(op: string, name: string, x: Tensor, full: Shape, flat: Shape): Tensor {
  if (x.size === sizeOf(op, full)) return reshaped(op, x, flat)
  let fits = x.shape.length <= full.length
  try {
    fits = fits && sameShape(broadcast(op, x.shape, full), full)
  } catch {
    fits = false
  }
  if (!fits)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `${name} must have shape ${show(full)}, or broadcast to it; received ${show(x.shape)}`,
    )
  const wide = broadcastTo(x, full)
  const found = reshaped(op, wide, flat)
  wide.dispose()
  return found
}

/** Launches a scatter into a new tensor, over zeros or `onto`. `updates` have the dtype of the result. */
function place(
  op: string,
  target: number,
  name: string,
  indices: unknown,
  updates: Tensor,
  shape: Shape,
  onto?: Tensor,
): Tensor {
  return withTemporaries((keep) => {
    const places = keep(integersOf(op, 'indices', indices), indices)
    const depth = places.shape[places.shape.length - 1]
    if (depth === undefined || depth < 1 || depth > shape.length)
      throw rangeError(
        op,
        'SHAPE_MISMATCH',
        `the last axis of indices must have as many entries as axes are named, 1 to ${shape.length}; received shape ${show(places.shape)} for a tensor of shape ${show(shape)}`,
      )
    const rows = without(places.shape, places.shape.length - 1)
    const tail = sizesBetween(shape, depth)
    const flat = shapeOf([sizeOf(op, rows), sizeOf(op, tail)])
    const brought = keep(spread(op, name, updates, shapeOf([...rows, ...tail]), flat))
    const listed = keep(reshaped(op, places, shapeOf([flat[0] as number, depth])))
    const { code } = updates
    // 16-bit floats come together in float32 and are rounded once.
    const wide: Code = target === UPDATE ? code : computing(code)
    const before = onto === undefined ? undefined : keep(castTo(op, onto, wide), onto)
    const out = emptyTensor(shape, wide, sizeOf(op, shape))
    begin(target)
    view(out)
    view(listed)
    view(brought)
    if (before !== undefined) view(before)
    run(op)
    return wide === code ? out : castTo(op, keep(out), code)
  })
}

/**
 * A tensor of shape `shape` that is zero but at `indices`, where the `values` are. Values for the same place add up.
 *
 * The last axis of `indices`, integers of any dtype, names places on the first axes of the result; negative ones count
 * from the end. `values`, of any dtype, which is the result's, have the shape of `indices` without that axis, followed by
 * the axes that are not named, or broadcast to it. Bools add up as or, float16 and bfloat16 in float32, integers wrap
 * around. The sum's order is that of the values or depends on shapes alone: any number of threads gives the same bits.
 *
 * Throws a RangeError where an index is out of range or the shapes do not fit, a TypeError for indices that are no
 * integers.
 *
 * @example scatter([[0, 1], [1, 1], [0, 1]], [1, 2, 3], [2, 2]) // [[0, 4], [0, 2]]
 * @see https://keras.io/api/ops/core/#scatter-function
 */
export const scatter = define(
  'scatter',
  ['indices', 'values', 'shape'],
  [],
  (indices: Operand, values: Operand, shape: number | readonly number[]): Tensor =>
    withTemporaries((keep) => {
      const target = checkShape('scatter', shape)
      return place('scatter', SCATTER, 'values', indices, keep(toTensor('scatter', 'values', values), values), target)
    }),
)

/** How updates of one place come together with it and with one another. */
export type ScatterReduction = 'add' | 'max' | 'min' | 'mul'

function reductionOf(reduction: unknown): number {
  if (reduction === null) return UPDATE
  if (typeof reduction !== 'string')
    throw typeError('scatterUpdate', 'ARGUMENT', `reduction must be a string or null; received ${kindOf(reduction)}`)
  const target = REDUCTIONS.get(reduction.toLowerCase())
  if (target === undefined)
    throw rangeError(
      'scatterUpdate',
      'ARGUMENT',
      `reduction must be null, 'add', 'max', 'min' or 'mul'; received ${kindOf(reduction)}`,
    )
  return target
}

/** Updates in the dtype of what they go to; a bare integer must fit into it. */
function updatesFor(op: string, updates: unknown, code: Code): Tensor {
  if (Number.isSafeInteger(updates) || typeof updates === 'bigint') checkFits(op, updates as number | bigint, code)
  return isScalarValue(updates) || Array.isArray(updates)
    ? toTensor(op, 'updates', updates, code)
    : castUpdates(op, toTensor(op, 'updates', updates), updates, code)
}

function castUpdates(op: string, x: Tensor, given: unknown, code: Code): Tensor {
  const cast = castTo(op, x, code)
  if (cast !== x && x !== given) x.dispose()
  return cast
}

/**
 * `inputs` with the elements at `indices` replaced by `updates`; of several updates for one place the last one stays.
 * With `reduction` they come together with what was there and with one another: `'add'`, `'max'`, `'min'`, `'mul'`.
 *
 * The last axis of `indices`, integers of any dtype, names places on the first axes of `inputs`; negative ones count from
 * the end. `updates` have the shape of `indices` without that axis, followed by the axes that are not named, or broadcast
 * to it; they are cast to the dtype of `inputs`, which is the result's, any of them. Bools add as or and multiply as and,
 * float16 and bfloat16 are computed in float32, NaN wins in `'max'` and `'min'`. The result never shares memory with
 * `inputs`, and is the same for any number of threads.
 *
 * Throws a RangeError where an index is out of range, the shapes do not fit or the reduction is none of these, a TypeError
 * for indices that are no integers.
 *
 * @example scatterUpdate([0, 0, 0, 0], [[1], [3], [1]], [5, 6, 7]) // [0, 7, 0, 6]
 * @example scatterUpdate([0, 0, 0, 0], [[0], [0], [1]], [1, 1, 1], { reduction: 'add' }) // [2, 1, 0, 0]
 * @see https://keras.io/api/ops/core/#scatterupdate-function
 */
export const scatterUpdate = define(
  'scatterUpdate',
  ['inputs', 'indices', 'updates'],
  ['reduction'],
  (inputs: Operand, indices: Operand, updates: Operand, reduction: ScatterReduction | null = null): Tensor =>
    withTemporaries((keep) => {
      const op = 'scatterUpdate'
      const target = reductionOf(reduction)
      const a = keep(toTensor(op, 'inputs', inputs), inputs)
      const brought = keep(updatesFor(op, updates, a.code), updates)
      return place(op, target, 'updates', indices, brought, a.shape, a)
    }),
)

/** Launches a reduction over the rows of each segment. */
function segments(
  op: string,
  target: number,
  data: unknown,
  segmentIds: unknown,
  numSegments: unknown,
  sorted: unknown,
): Tensor {
  flag(op, 'sorted', sorted)
  const count = numSegments === null ? -1 : integer(op, 'numSegments', numSegments)
  if (numSegments !== null && count < 0)
    throw rangeError(op, 'SIZE', `numSegments must not be negative; received ${count}`)
  return withTemporaries((keep) => {
    const a = keep(toTensor(op, 'data', data), data)
    const ids = keep(integersOf(op, 'segmentIds', segmentIds), segmentIds)
    if (ids.shape.length !== 1 || a.shape.length === 0 || a.shape[0] !== ids.shape[0])
      throw rangeError(
        op,
        'SHAPE_MISMATCH',
        `segmentIds must have one entry for each row of data; received shapes ${show(ids.shape)} and ${show(a.shape)}`,
      )
    const tail = without(a.shape, 0)
    const width = sizeOf(op, tail)
    const rows = keep(reshaped(op, a, shapeOf([a.shape[0] as number, width])))
    const { code } = a
    const wide = computing(code)
    const launch = () => {
      view(ids)
      view(rows)
      number(count)
    }
    const finished = (found: Tensor): Tensor => {
      if (wide === code) return found
      const narrow = castTo(op, found, code)
      found.dispose()
      return narrow
    }
    if (count >= 0) {
      const flat = shapeOf([count, width])
      const shape = shapeOf([count, ...tail])
      const out = emptyTensor(shape, wide, sizeOf(op, shape))
      begin(target)
      view(areaOf(out, out.offset, flat, contiguousStrides(flat)))
      launch()
      run(op)
      return finished(out)
    }
    begin(target)
    late(wide)
    launch()
    return runLate(op, ITEM_BYTES[wide] as number, (found) =>
      finished(lateTensor(found, wide, shapeOf([found.rows, ...tail]))),
    )
  })
}

/**
 * The sum of the rows of `data` (the indices of its first axis) for each segment: row i belongs to segment
 * `segmentIds[i]`.
 *
 * `data` of any dtype, which is the result's; `segmentIds`, integers of any dtype, has one entry a row. `numSegments` is
 * the number of results; where it is not given it is one more than the largest id. Ids below 0 or past the end are left
 * out, the sum of a segment without rows is 0. Bools add up as or, float16 and bfloat16 in float32, integers wrap around;
 * up to 4096 sums of float32 elements add up in float64. `sorted` may say that the ids ascend; the result is the same. So
 * it is for any number of threads, bit for bit.
 *
 * Throws a RangeError where the shapes do not fit or `numSegments` is negative, a TypeError for ids that are no integers.
 *
 * @example segmentSum([1, 2, 10, 20, 100, 200], [0, 0, 1, 1, 2, 2], 3) // [3, 30, 300]
 * @see https://keras.io/api/ops/core/#segmentsum-function
 */
export const segmentSum = define(
  'segmentSum',
  ['data', 'segmentIds'],
  ['numSegments', 'sorted'],
  (data: Operand, segmentIds: Operand, numSegments: number | null = null, sorted = false): Tensor =>
    segments('segmentSum', SEGMENT_SUM, data, segmentIds, numSegments, sorted),
)

/**
 * The maximum of the rows of `data` (the indices of its first axis) for each segment: row i belongs to segment
 * `segmentIds[i]`.
 *
 * `data` of any dtype, which is the result's; complex numbers are ordered by real, then imaginary part, NaN wins.
 * `segmentIds`, integers of any dtype, has one entry a row. `numSegments` is the number of results; where it is not given
 * it is one more than the largest id. Ids below 0 or past the end are left out. A segment without rows gives -Infinity,
 * the lowest value of an integer dtype, or false. `sorted` may say that the ids ascend; the result is the same.
 *
 * Throws a RangeError where the shapes do not fit or `numSegments` is negative, a TypeError for ids that are no integers.
 *
 * @example segmentMax([1, 2, 10, 20, 100, 200], [0, 0, 1, 1, 2, 2], 3) // [2, 20, 200]
 * @see https://keras.io/api/ops/core/#segmentmax-function
 */
export const segmentMax = define(
  'segmentMax',
  ['data', 'segmentIds'],
  ['numSegments', 'sorted'],
  (data: Operand, segmentIds: Operand, numSegments: number | null = null, sorted = false): Tensor =>
    segments('segmentMax', SEGMENT_MAX, data, segmentIds, numSegments, sorted),
)

/**
 * `inputs` with the block that begins at `startIndices` and has the shape of `updates` replaced by them.
 *
 * Any dtype; `updates` have as many axes as `inputs` and are cast to its dtype. A negative start counts from the end.
 * The result never shares memory with `inputs`. Throws a RangeError where the block reaches outside, or there is not one
 * start and one size an axis.
 *
 * @example sliceUpdate([[1, 2, 3], [4, 5, 6]], [0, 1], [[7, 8]]) // [[1, 7, 8], [4, 5, 6]]
 * @see https://keras.io/api/ops/core/#sliceupdate-function
 */
export const sliceUpdate = define(
  'sliceUpdate',
  ['inputs', 'startIndices', 'updates'],
  [],
  (inputs: Operand, startIndices: Operand, updates: Operand): Tensor =>
    withTemporaries((keep) => {
      const op = 'sliceUpdate'
      const a = keep(toTensor(op, 'inputs', inputs), inputs)
      const brought = keep(updatesFor(op, updates, a.code), updates)
      const starts = wholes(op, 'startIndices', startIndices)
      checkWindow(op, a, starts, brought.shape, 'updates')
      keep(windowOf(op, a, starts, brought.shape))
      const out = emptyTensor(a.shape, a.code, a.size)
      begin(COPY)
      view(out)
      view(a)
      run(op)
      const block = keep(windowOf(op, out, starts, brought.shape))
      begin(COPY)
      view(block)
      view(brought)
      run(op)
      return out
    }),
)
