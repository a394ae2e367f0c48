/** Elements picked by place: by numbers and slices as views, by index arrays and masks as copies. */

import { define } from '../core/arguments'
import { type Operand, toIntegers, toTensor } from '../core/convert'
import { BOOL, type Code, DTYPES, INT32, INT64, ITEM_BYTES, isInteger } from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { type ArrayIndex, applyKey, type Slice } from '../core/key'
import { begin, kernel, late, number, run, runLate, view } from '../core/launch'
import {
  broadcast,
  contiguousStrides,
  MAX_RANK,
  normalizeAxis,
  SCALAR,
  type Shape,
  shapeOf,
  sizeOf,
} from '../core/shape'
import type { Storage } from '../core/storage'
import { reshaped, viewing } from '../core/views'
import { checkWindow, wholes, windowOf } from '../core/window'
import { emptyTensor, Tensor, viewOf } from '../tensor'

const TAKE = kernel('take')
const TAKE_ALONG_AXIS = kernel('takeAlongAxis')
const GET_ITEM = kernel('getItem')
const GET_ITEM_MASKED = kernel('getItemMasked')
const NONZERO = kernel('nonzero')

/** Integer indices of take and takeAlongAxis. */
function indicesOf(op: string, value: unknown): Tensor {
  const indices = toIntegers(op, 'indices', value)
  if (isInteger(indices.code)) return indices
  const hint = indices.code === BOOL ? '; use getItem(x, mask) to select by a mask' : ''
  throw typeError(op, 'DTYPE', `indices must be integers; received ${DTYPES[indices.code]}${hint}`)
}

/** Launches a gather along one axis of x, flattened where `axis` is null, and gives back what was made on the way. */
function gather(
  op: string,
  target: number,
  [x, indices]: readonly [unknown, unknown],
  axis: number | null,
  shapeFor: (x: Shape, indices: Shape, axis: number) => Shape,
): Tensor {
  const a = toTensor(op, 'x', x)
  const along = axis === null ? 0 : normalizeAxis(op, axis, a.shape.length)
  const picked = indicesOf(op, indices)
  const shape = shapeFor(axis === null ? shapeOf([a.size]) : a.shape, picked.shape, along)
  const size = sizeOf(op, shape)
  const from = axis === null ? reshaped(op, a, shapeOf([a.size])) : a
  try {
    const out = emptyTensor(shape, a.code, size)
    begin(target)
    view(out)
    view(from)
    view(picked)
    number(along)
    run(op)
    return out
  } finally {
    if (from !== x) from.dispose()
    if (a !== x) a.dispose()
    if (picked !== indices) picked.dispose()
  }
}

/** The shape with sizes put in at a position. */
function insert(op: string, shape: Shape, position: number, sizes: Shape): Shape {
  const rank = shape.length + sizes.length
  if (rank > MAX_RANK)
    throw rangeError(op, 'RANK', `the result would have ${rank} axes; at most ${MAX_RANK} are supported`)
  return shapeOf([...shape.slice(0, position), ...sizes, ...shape.slice(position)])
}

/**
 * The elements of `x` at `indices` along an axis, or, with `axis` null, of the flattened `x`: the shape of `indices`
 * takes the place of the axis.
 *
 * `x` of any dtype, `indices` of an integer one; negative indices count from the end. Throws a RangeError where an index
 * or the axis is out of range, a TypeError for indices that are no integers.
 *
 * @example take([[1, 2], [3, 4]], [1, 0], 1) // [[2, 1], [4, 3]]
 * @see https://keras.io/api/ops/numpy/#take-function
 */
export const take = define(
  'take',
  ['x', 'indices'],
  ['axis'],
  (x: Operand, indices: Operand, axis: number | null = null): Tensor =>
    gather('take', TAKE, [x, indices], axis, (from, picked, along) =>
      insert('take', [...from.slice(0, along), ...from.slice(along + 1)], along, picked),
    ),
)

/** The shape that x and indices give: broadcast but for the axis, which is that of the indices. */
function alongShape(x: Shape, indices: Shape, axis: number): Shape {
  if (x.length !== indices.length)
    throw rangeError(
      'takeAlongAxis',
      'SHAPE_MISMATCH',
      `indices must have as many axes as x; received shapes ${show(indices)} and ${show(x)}`,
    )
  const sizes = indices.map((n, k) => {
    const m = x[k] as number
    if (k === axis || n === m || m === 1) return n
    if (n === 1) return m
    throw rangeError(
      'takeAlongAxis',
      'BROADCAST',
      `indices and x must agree on every axis but ${axis}; received shapes ${show(indices)} and ${show(x)}`,
    )
  })
  return shapeOf(sizes)
}

/**
 * For each row of `x` along an axis, the elements at that row of `indices`; with `axis` null, of the flattened `x` at
 * one-dimensional `indices`. The other axes broadcast.
 *
 * `x` of any dtype, `indices` of an integer one; negative indices count from the end. Throws a RangeError where an index
 * or the axis is out of range or the shapes do not agree, a TypeError for indices that are no integers.
 *
 * @example takeAlongAxis([[3, 1, 2]], [[1, 2, 0]], 1) // [[1, 2, 3]]
 * @see https://keras.io/api/ops/numpy/#takealongaxis-function
 */
export const takeAlongAxis = define(
  'takeAlongAxis',
  ['x', 'indices'],
  ['axis'],
  (x: Operand, indices: Operand, axis: number | null = null): Tensor =>
    gather('takeAlongAxis', TAKE_ALONG_AXIS, [x, indices], axis, alongShape),
)

/** int32 while every place fits. */
const placeCode = (shape: Shape): Code => (shape.every((n) => n <= 2 ** 31) ? INT32 : INT64)

/** The rows of a late output as tensors of their own. */
function rowsOf(storage: Storage, code: Code, rows: number, columns: number): Tensor[] {
  const shape = shapeOf([columns])
  const strides = contiguousStrides(shape)
  return Array.from({ length: rows }, (_, r) => new Tensor(storage, r * columns, code, shape, strides, columns, true))
}

/**
 * The places of the elements that are not zero, in C order: an array of one tensor an axis.
 *
 * Any dtype; NaN is not zero. int32, or int64 for an axis longer than that. Throws a RangeError for a 0-d tensor.
 *
 * @example nonzero([[0, 5], [7, 0]]) // [[0, 1], [1, 0]]
 * @see https://keras.io/api/ops/numpy/#nonzero-function
 */
export const nonzero = define('nonzero', ['x'], [], (x: Operand): Tensor[] => {
  const a = toTensor('nonzero', 'x', x)
  if (a.shape.length === 0)
    throw rangeError('nonzero', 'RANK', 'a 0-d tensor has no places; use expandDims(x, 0) first')
  const code = placeCode(a.shape)
  begin(NONZERO)
  late(code)
  view(a)
  return runLate('nonzero', ITEM_BYTES[code] as number, (storage, rows, columns) =>
    rowsOf(storage, code, rows, columns),
  )
})

/** What is left to do once the key is read. */
interface Pick {
  readonly from: Tensor
  readonly arrays: readonly ArrayIndex[]
  readonly position: number
  /** Shapes that broadcast with the index arrays and walk no axis: masks of no axes. */
  readonly shapes: readonly Shape[]
  /** What goes back when all is done. */
  readonly temporaries: readonly Tensor[]
}

const giveBack = (pick: Pick): void => {
  for (const tensor of [pick.from, ...pick.temporaries]) tensor.dispose()
}

/** Index arrays without masks: they broadcast to one shape, which stands at the position. */
function pickArrays({ from, arrays, position, shapes }: Pick): Tensor {
  const all = [...arrays.map((array) => array.tensor.shape), ...shapes]
  const common = all.reduce((met, shape) => broadcast('getItem', met, shape), SCALAR)
  const others = from.shape.filter((_, axis) => !arrays.some((array) => array.axis === axis))
  const shape = insert('getItem', others, position, common)
  const size = sizeOf('getItem', shape)
  if (arrays.length === 0) {
    const strides = insert(
      'getItem',
      from.strides,
      position,
      common.map(() => 0),
    )
    return viewOf(from, from.offset, shape, strides, size)
  }
  const out = emptyTensor(shape, from.code, size)
  begin(GET_ITEM)
  view(out)
  view(from)
  for (const array of arrays) view(array.tensor)
  number(position)
  for (const array of arrays) number(array.axis)
  for (const array of arrays) number(array.from)
  run('getItem')
  return out
}

/** One mask and no index array: the axes that it covers become one. */
function pickMasked({ from, position }: Pick, mask: ArrayIndex): Tensor {
  const { code } = from
  const end = mask.axis + mask.tensor.shape.length
  const axes = from.shape.map((_, axis) => axis)
  const others = axes.filter((axis) => axis < mask.axis || axis >= end)
  const order = insert('getItem', others, position, axes.slice(mask.axis, end))
  const sizes = others.map((axis) => from.shape[axis] as number)
  begin(GET_ITEM_MASKED)
  late(code)
  view({
    storage: from.storage,
    offset: from.offset,
    code,
    shape: order.map((axis) => from.shape[axis] as number),
    strides: order.map((axis) => from.strides[axis] as number),
  })
  view(mask.tensor)
  number(position)
  return runLate('getItem', ITEM_BYTES[code] as number, (storage, rows, columns) => {
    const shape = insert('getItem', sizes, position, [rows])
    return new Tensor(storage, 0, code, shape, contiguousStrides(shape), rows * columns, true)
  })
}

/** Masks beside other arrays become index arrays, one after the other. */
function pickMasks(pick: Pick, mask: ArrayIndex): Tensor {
  const code = placeCode(mask.tensor.shape)
  begin(NONZERO)
  late(code)
  view(mask.tensor)
  return runLate('getItem', ITEM_BYTES[code] as number, (storage, rows, columns) => {
    const found = rowsOf(storage, code, rows, columns)
    const arrays = pick.arrays.flatMap((array) =>
      array === mask ? found.map((tensor, k) => ({ tensor, axis: mask.axis + k, from: mask.from + k })) : [array],
    )
    const shapes = rows === 0 ? [...pick.shapes, [columns]] : pick.shapes
    return pickAll({ ...pick, arrays, shapes, temporaries: [...pick.temporaries, ...found] })
  })
}

function pickAll(pick: Pick): Tensor {
  const mask = pick.arrays.find((array) => array.tensor.code === BOOL)
  const chained = mask !== undefined && (pick.arrays.length > 1 || pick.shapes.length > 0)
  let handedOn = false
  try {
    if (mask === undefined) return pickArrays(pick)
    if (!chained) return pickMasked(pick, mask)
    const found = pickMasks(pick, mask)
    handedOn = true
    return found
  } finally {
    // What a chain still needs goes back at its end.
    if (!handedOn) giveBack(pick)
  }
}

/** What a key is made of. Strings are `'...'` and slices as `'1:-1:2'`; null is a new axis. */
export type KeyEntry = number | bigint | string | null | Slice | Operand

/**
 * `x[key]` as NumPy has it. A JavaScript array is a tuple of entries, anything else a tuple of one. An entry is a number,
 * null (a new axis), `'...'`, a slice (`{ start, stop, step }` or `'1:-1:2'`), or an operand: an integer index array or a
 * bool mask. Numbers, slices and new axes give a view; arrays and masks a copy, their axes in place where they stand
 * together, else first.
 *
 * Throws a RangeError for an index out of range, a mask of another size, arrays that do not broadcast and too many
 * entries, a TypeError for what is no index.
 *
 * @example getItem([[1, 2, 3], [4, 5, 6]], [1, '::2']) // [4, 6]
 * @example getItem([1, 2, 3], [[0, 2]]) // [1, 3]
 * @see https://keras.io/api/ops/numpy/#getitem-function
 */
export const getItem = define(
  'getItem',
  ['x', 'key'],
  [],
  (x: Operand, key: KeyEntry | readonly KeyEntry[]): Tensor =>
    viewing('getItem', x, (a) => {
      const { view: from, arrays, position, temporaries } = applyKey(a, key)
      return arrays.length === 0 ? from : pickAll({ from, arrays, position, shapes: [], temporaries })
    }),
)

/**
 * The part of `inputs` that begins at `startIndices` and has the shape `shape`, where -1 is the rest of an axis. A view.
 *
 * Any dtype; a negative start counts from the end. Throws a RangeError where the part reaches outside, or there is not
 * one start and one size an axis.
 *
 * @example slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]) // [[2, 3], [5, 6]]
 * @see https://keras.io/api/ops/core/#slice-function
 */
export const slice = define(
  'slice',
  ['inputs', 'startIndices', 'shape'],
  [],
  (inputs: Operand, startIndices: Operand, shape: readonly number[]): Tensor =>
    viewing(
      'slice',
      inputs,
      (a) => {
        const starts = wholes('slice', 'startIndices', startIndices)
        const sizes = wholes('slice', 'shape', shape)
        checkWindow('slice', a, starts, sizes, 'shape')
        const whole = a.shape.map((n, axis) => {
          const start = starts[axis] as number
          return sizes[axis] === -1 ? n - (start < 0 ? start + n : start) : (sizes[axis] as number)
        })
        return windowOf('slice', a, starts, whole)
      },
      'inputs',
    ),
)
