/** Elements picked by place: by numbers and slices as views, by index arrays and masks as copies. */

import { define } from '../core/arguments'
import { type Operand, toIntegers, toTensor } from '../core/convert'
import { BOOL, type Code, DTYPES, INT32, INT64, ITEM_BYTES, isInteger } from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { type ArrayIndex, applyKey, type Slice } from '../core/key'
import { begin, kernel, type Late, late, number, run, runLate, view } from '../core/launch'
import { arranged } from '../core/product'
import {
  axesOf,
  broadcast,
  contiguousStrides,
  MAX_RANK,
  normalizeAxis,
  rowShape,
  SCALAR,
  type Shape,
  shapeOf,
  sizeOf,
  sizesBetween,
  without,
} from '../core/shape'
import { reshaped, viewing } from '../core/views'
import { checkWindow, wholes, windowOf } from '../core/window'
import { emptyTensor, lateTensor, Tensor, viewOf } from '../tensor'

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

/** The shape with that of the indices in the axis's place. */
const takenShape = (x: Shape, indices: Shape, axis: number): Shape =>
  x.length === 1 ? indices : insert('take', without(x, axis), axis, indices)

/** Launches a gather along one axis of x, flattened where `axis` is null, and gives back what was made on the way. */
function gather(
  op: string,
  target: number,
  x: unknown,
  indices: unknown,
  axis: number | null,
  shapeFor: (x: Shape, indices: Shape, axis: number) => Shape,
): Tensor {
  const a = toTensor(op, 'x', x)
  const along = axis === null ? 0 : normalizeAxis(op, axis, a.shape.length)
  const picked = indicesOf(op, indices)
  const whole = axis !== null || a.shape.length === 1
  const shape = shapeFor(whole ? a.shape : rowShape(a.size), picked.shape, along)
  const size = sizeOf(op, shape)
  const from = whole ? a : reshaped(op, a, rowShape(a.size))
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
    if (from !== a) from.dispose()
    if (a !== x) a.dispose()
    if (picked !== indices) picked.dispose()
  }
}

/** The shape with sizes put in at a position. */
function insert(op: string, shape: readonly number[], position: number, sizes: readonly number[]): Shape {
  const rank = shape.length + sizes.length
  if (shape.length === 0) return shapeOf(sizes)
  if (rank > MAX_RANK)
    throw rangeError(op, 'RANK', `the result would have ${rank} axes; at most ${MAX_RANK} are supported`)
  return shapeOf([...sizesBetween(shape, 0, position), ...sizes, ...sizesBetween(shape, position)])
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
    gather('take', TAKE, x, indices, axis, takenShape),
)

/** The shape that x and indices give: broadcast but for the axis, which is that of the indices. */
function alongShape(x: Shape, indices: Shape, axis: number): Shape {
  if (x.length !== indices.length)
    throw rangeError(
      'takeAlongAxis',
      'SHAPE_MISMATCH',
      `indices must have as many axes as x; received shapes ${show(indices)} and ${show(x)}`,
    )
  const sizes = [...indices]
  for (let k = 0; k < sizes.length; k++) {
    const m = x[k] as number
    const n = sizes[k] as number
    if (k === axis || n === m || m === 1) continue
    if (n !== 1)
      throw rangeError(
        'takeAlongAxis',
        'BROADCAST',
        `indices and x must agree on every axis but ${axis}; received shapes ${show(indices)} and ${show(x)}`,
      )
    sizes[k] = m
  }
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
    gather('takeAlongAxis', TAKE_ALONG_AXIS, x, indices, axis, alongShape),
)

/** int32 while every place fits. */
const placeCode = (shape: Shape): Code => (Math.max(...shape) <= 2 ** 31 ? INT32 : INT64)

/** The rows of a late output as tensors of their own. */
function rowsOf({ storage, offset, rows, columns }: Late, code: Code): Tensor[] {
  const shape = rowShape(columns)
  const strides = contiguousStrides(shape)
  const found: Tensor[] = []
  for (let r = 0; r < rows; r++)
    found.push(new Tensor(storage, offset + r * columns, code, shape, strides, columns, true))
  return found
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
  return runLate('nonzero', ITEM_BYTES[code] as number, (found) => rowsOf(found, code))
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
function pickArrays(from: Tensor, arrays: readonly ArrayIndex[], position: number, shapes: readonly Shape[]): Tensor {
  let common = SCALAR
  for (const array of arrays) common = broadcast('getItem', common, array.tensor.shape)
  for (const shape of shapes) common = broadcast('getItem', common, shape)
  let others: readonly number[] = from.shape
  for (let i = arrays.length - 1; i >= 0; i--) others = without(others, (arrays[i] as ArrayIndex).axis)
  const shape = insert('getItem', others, position, common)
  const size = sizeOf('getItem', shape)
  if (arrays.length === 0) {
    const strides = insert('getItem', from.strides, position, withAll(common, 0))
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

/** As many sizes, all the same. */
const withAll = (sizes: Shape, size: number): number[] => [...sizes].fill(size)

/** One mask and no index array: the axes that it covers become one. */
function pickMasked({ from, position }: Pick, mask: ArrayIndex): Tensor {
  const { code } = from
  const end = mask.axis + mask.tensor.shape.length
  const axes = axesOf(from.shape.length)
  const others = axes.filter((axis) => axis < mask.axis || axis >= end)
  const order = insert('getItem', others, position, axes.slice(mask.axis, end))
  const sizes = others.map((axis) => from.shape[axis] as number)
  begin(GET_ITEM_MASKED)
  late(code)
  view(arranged(from, order))
  view(mask.tensor)
  number(position)
  return runLate('getItem', ITEM_BYTES[code] as number, (found) =>
    lateTensor(found, code, insert('getItem', sizes, position, [found.rows])),
  )
}

/** Masks beside other arrays become index arrays, one after the other. */
function pickMasks(pick: Pick, mask: ArrayIndex): Tensor {
  const code = placeCode(mask.tensor.shape)
  begin(NONZERO)
  late(code)
  view(mask.tensor)
  return runLate('getItem', ITEM_BYTES[code] as number, (late) => {
    const found = rowsOf(late, code)
    const arrays = pick.arrays.flatMap((array) =>
      array === mask ? found.map((tensor, k) => ({ tensor, axis: mask.axis + k, from: mask.from + k })) : [array],
    )
    const shapes = late.rows === 0 ? [...pick.shapes, [late.columns]] : pick.shapes
    return pickAll({ ...pick, arrays, shapes, temporaries: [...pick.temporaries, ...found] })
  })
}

function pickAll(pick: Pick): Tensor {
  const mask = pick.arrays.find((array) => array.tensor.code === BOOL)
  const chained = mask !== undefined && (pick.arrays.length > 1 || pick.shapes.length > 0)
  let handedOn = false
  try {
    if (mask === undefined) return pickArrays(pick.from, pick.arrays, pick.position, pick.shapes)
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
      if (key instanceof Tensor && isInteger(key.code) && a.shape.length > 0)
        return pickArrays(a, [{ tensor: key, axis: 0, from: 0 }], 0, [])
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
        for (let axis = 0; axis < sizes.length; axis++) {
          const [n, start] = [a.shape[axis] as number, starts[axis] as number]
          if (sizes[axis] === -1) sizes[axis] = n - (start < 0 ? start + n : start)
        }
        return windowOf('slice', a, starts, sizes)
      },
      'inputs',
    ),
)
