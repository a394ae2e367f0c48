/** Elements in another order, or several times: views where strides can say it, else one copy. */

import { define } from '../core/arguments'
import { type Operand, toIntegers, toTensor } from '../core/convert'
import { copyInto, copyOf } from '../core/copy'
import { BOOL, computing, DTYPES, ITEM_BYTES, isInteger } from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { type Area, areaOf, begin, kernel, late, number, run, runLate, view } from '../core/launch'
import { isList, listOf } from '../core/lists'
import {
  axesOf,
  contiguousStrides,
  inserted,
  integer,
  MAX_RANK,
  normalizeAxes,
  normalizeAxis,
  rowShape,
  type Shape,
  shapeOf,
  sizeOf,
  sizesBetween,
  withSize,
} from '../core/shape'
import { reshaped, viewing } from '../core/views'
import { aliasOf, emptyTensor, lateTensor, Tensor, viewOf } from '../tensor'

const NOT_EQUAL = kernel('notEqual')
const REPEAT = kernel('repeat')
const SUBTRACT = kernel('subtract')

/**
 * A copy of `x`, contiguous in memory of its own.
 *
 * Any dtype.
 *
 * @example copy([1, 2]) // [1, 2]
 * @see https://keras.io/api/ops/numpy/#copy-function
 */
export const copy = define('copy', ['x'], [], (x: Operand): Tensor => viewing('copy', x, (a) => copyOf('copy', a)))

/** Elements [start, start + n) along an axis, as a launch sees them. */
function part(x: Tensor, axis: number, start: number, n: number): Area {
  return areaOf(x, x.offset + start * (x.strides[axis] as number), withSize(x.shape, axis, n), x.strides)
}

/** The differences of neighbours along an axis of two elements at least. */
function differences(x: Tensor, axis: number): Tensor {
  const n = (x.shape[axis] as number) - 1
  const shape = shapeOf(withSize(x.shape, axis, n))
  const out = emptyTensor(shape, x.code, sizeOf('diff', shape))
  begin(x.code === BOOL ? NOT_EQUAL : SUBTRACT)
  view(out)
  view(part(x, axis, 1, n))
  view(part(x, axis, 0, n))
  number(computing(x.code))
  run('diff')
  return out
}

/**
 * The differences of neighbours along an axis, taken `n` times: `a[i + 1] - a[i]`, one element less each time.
 *
 * The dtype of `a`: integers wrap, of bools it says where neighbours differ. Throws a RangeError for a negative `n`
 * and an axis out of range.
 *
 * @example diff([1, 2, 4, 7]) // [1, 2, 3]
 * @see https://keras.io/api/ops/numpy/#diff-function
 */
export const diff = define(
  'diff',
  ['a'],
  ['n', 'axis'],
  (a: Operand, n: number = 1, axis: number = -1): Tensor =>
    viewing(
      'diff',
      a,
      (x) => {
        const along = normalizeAxis('diff', axis, x.shape.length)
        const count = integer('diff', 'n', n)
        if (count < 0) throw rangeError('diff', 'VALUE', `n must not be negative; received ${count}`)
        if (count === 0) return aliasOf(x)
        if (count >= (x.shape[along] as number)) return emptyTensor(shapeOf(withSize(x.shape, along, 0)), x.code, 0)
        let found = x
        for (let i = 0; i < count; i++) {
          const next = differences(found, along)
          if (found !== x) found.dispose()
          found = next
        }
        return found
      },
      'a',
    ),
)

/**
 * `x` in reverse order along an axis, several, or, with `axis` null, all. A view.
 *
 * Any dtype. Throws a RangeError where an axis is out of range or named twice.
 *
 * @example flip([[1, 2], [3, 4]], 0) // [[3, 4], [1, 2]]
 * @see https://keras.io/api/ops/numpy/#flip-function
 */
export const flip = define(
  'flip',
  ['x'],
  ['axis'],
  (x: Operand, axis: number | readonly number[] | null = null): Tensor =>
    viewing('flip', x, (a) => {
      const rank = a.shape.length
      const named = axis === null ? undefined : normalizeAxes('flip', axis, rank)
      let offset = a.offset
      const strides = [...a.strides]
      for (let k = 0; k < rank; k++) {
        const step = strides[k] as number
        if (step === 0 || (named !== undefined && !named.includes(k))) continue
        offset += Math.max(0, (a.shape[k] as number) - 1) * step
        strides[k] = -step
      }
      return viewOf(a, a.size === 0 ? a.offset : offset, a.shape, strides, a.size)
    }),
)

/** Every element, or every place along an axis, `count` times: one copy to an output with an axis more. */
function repeatBy(x: Tensor, count: number, axis: number | null): Tensor {
  if (count < 0) throw rangeError('repeat', 'VALUE', `repeats must not be negative; received ${count}`)
  const shape = shapeOf(axis === null ? [x.size * count] : withSize(x.shape, axis, (x.shape[axis] as number) * count))
  const out = emptyTensor(shape, x.code, sizeOf('repeat', shape))
  if (out.size === 0) return out
  // The repeats' axis stands behind the repeated one; of the greatest rank, x goes as two axes.
  const before = axis === null ? x.size : sizesBetween(x.shape, 0, axis + 1).reduce((size, n) => size * n, 1)
  const from = x.shape.length < MAX_RANK ? x : reshaped('repeat', x, shapeOf([before, x.size / before]))
  const place = from !== x ? 0 : axis === null ? x.shape.length - 1 : axis
  const inner = inserted(from.shape, place + 1, count)
  copyInto(
    'repeat',
    areaOf(out, out.offset, inner, contiguousStrides(inner)),
    areaOf(from, from.offset, inner, inserted(from.strides, place + 1, 0)),
  )
  if (from !== x) from.dispose()
  return out
}

/**
 * Every element of the flattened `x`, or, along an axis, every place, as often as `repeats` says: a number for all,
 * or one for each.
 *
 * Any dtype; counts are integers or bools. Throws a RangeError where a count is negative, there are neither one nor
 * as many as places, or the axis is out of range, a TypeError for counts that are no integers.
 *
 * @example repeat([1, 2], 2) // [1, 1, 2, 2]
 * @example repeat([[1, 2], [3, 4]], [0, 2], 0) // [[3, 4], [3, 4]]
 * @see https://keras.io/api/ops/numpy/#repeat-function
 */
export const repeat = define(
  'repeat',
  ['x', 'repeats'],
  ['axis'],
  (x: Operand, repeats: number | Operand, axis: number | null = null): Tensor => {
    const a = toTensor('repeat', 'x', x)
    const given: Tensor[] = a === x ? [] : [a]
    try {
      const along = axis === null ? null : normalizeAxis('repeat', axis, a.shape.length)
      if (!isList(repeats) && !(repeats instanceof Tensor))
        return repeatBy(a, integer('repeat', 'repeats', repeats), along)
      const counts = toIntegers('repeat', 'repeats', repeats)
      if (counts !== repeats) given.push(counts)
      const from = along === null ? reshaped('repeat', a, shapeOf([a.size])) : a
      if (from !== a) given.push(from)
      return repeatEach(from, counts, along ?? 0)
    } finally {
      for (const tensor of given) tensor.dispose()
    }
  },
)

function repeatEach(x: Tensor, counts: Tensor, axis: number): Tensor {
  if (!isInteger(counts.code) && counts.code !== BOOL)
    throw typeError('repeat', 'DTYPE', `repeats must be integers; received ${DTYPES[counts.code]}`)
  const n = x.shape[axis] as number
  if (counts.shape.length > 1 || (counts.size !== 1 && counts.size !== n))
    throw rangeError(
      'repeat',
      'SHAPE_MISMATCH',
      `repeats must be one count or ${n} of them, for axis ${axis} of shape ${show(x.shape)}; received shape ${show(counts.shape)}`,
    )
  const { code } = x
  const sizes = x.shape
  begin(REPEAT)
  late(code)
  view(x)
  view(counts)
  number(axis)
  return runLate('repeat', ITEM_BYTES[code] as number, (found) =>
    lateTensor(found, code, shapeOf(withSize(sizes, axis, found.rows))),
  )
}

/** Axes that one launch's pieces may be cut along: each doubles their number. */
const MOST_CUTS = 4

/** The elements moved on along each axis, those past its end to its beginning. */
function rolled(x: Tensor, shifts: readonly number[]): Tensor {
  const cut = axesOf(shifts.length).filter((axis) => shifts[axis] !== 0)
  if (cut.length > MOST_CUTS) {
    const last = cut[MOST_CUTS - 1] as number
    const some = rolled(
      x,
      shifts.map((shift, axis) => (axis <= last ? shift : 0)),
    )
    const all = rolled(
      some,
      shifts.map((shift, axis) => (axis <= last ? 0 : shift)),
    )
    some.dispose()
    return all
  }
  const out = emptyTensor(x.shape, x.code, x.size)
  const move = (k: number, shape: Shape, to: number, from: number): void => {
    const axis = cut[k]
    if (axis === undefined) {
      copyInto('roll', areaOf(out, to, shape, out.strides), areaOf(x, from, shape, x.strides))
      return
    }
    const n = x.shape[axis] as number
    const shift = shifts[axis] as number
    const [toStep, fromStep] = [out.strides[axis] as number, x.strides[axis] as number]
    move(k + 1, withSize(shape, axis, n - shift), to + shift * toStep, from)
    move(k + 1, withSize(shape, axis, shift), to, from + (n - shift) * fromStep)
  }
  if (x.size > 0) move(0, x.shape, out.offset, x.offset)
  return out
}

/** The sum of shifts, counted from the front of an axis. */
const wrapped = (shift: number, n: number): number => (n === 0 ? 0 : ((shift % n) + n) % n)

/**
 * `x` with its elements moved on by `shift` places along an axis, those past the end to the beginning; along several
 * axes where `shift` or `axis` is a list; with `axis` null along the flattened `x`, whose shape stays.
 *
 * Any dtype. Throws a RangeError where an axis is out of range, or `shift` and `axis` differ in length.
 *
 * @example roll([1, 2, 3, 4], 1) // [4, 1, 2, 3]
 * @see https://keras.io/api/ops/numpy/#roll-function
 */
export const roll = define(
  'roll',
  ['x', 'shift'],
  ['axis'],
  (x: Operand, shift: number | readonly number[], axis: number | readonly number[] | null = null): Tensor =>
    viewing('roll', x, (a) => {
      const given = listOf('roll', 'shift', shift)
      if (axis === null) {
        const flat = reshaped('roll', a, rowShape(a.size))
        const found = rolled(flat, [given.reduce((sum, by) => wrapped(sum + wrapped(by, a.size), a.size), 0)])
        flat.dispose()
        const result = viewOf(found, found.offset, a.shape, contiguousStrides(a.shape), a.size)
        found.dispose()
        return result
      }
      const axes = listOf('roll', 'axis', axis).map((k) => normalizeAxis('roll', k, a.shape.length))
      if (given.length !== axes.length && given.length !== 1 && axes.length !== 1)
        throw rangeError(
          'roll',
          'SHAPE_MISMATCH',
          `shift and axis must have as many entries; received ${given.length} and ${axes.length}`,
        )
      const shifts = a.shape.map(() => 0)
      const count = given.length === 0 || axes.length === 0 ? 0 : Math.max(given.length, axes.length)
      for (let i = 0; i < count; i++) {
        const k = axes[axes.length === 1 ? 0 : i] as number
        const n = a.shape[k] as number
        shifts[k] = wrapped((shifts[k] as number) + wrapped(given[given.length === 1 ? 0 : i] as number, n), n)
      }
      return rolled(a, shifts)
    }),
)

/**
 * `x` set side by side `repeats` times: a number for the last axis, or one for each; the shorter of shape and list
 * gets ones in front.
 *
 * Any dtype. Throws a RangeError for a negative number.
 *
 * @example tile([1, 2], [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 * @see https://keras.io/api/ops/numpy/#tile-function
 */
export const tile = define(
  'tile',
  ['x', 'repeats'],
  [],
  (x: Operand, repeats: number | readonly number[]): Tensor =>
    viewing('tile', x, (a) => {
      const given = listOf('tile', 'repeats', repeats)
      for (const count of given)
        if (count < 0) throw rangeError('tile', 'VALUE', `repeats must not be negative; received ${count}`)
      const rank = Math.max(given.length, a.shape.length)
      if (rank > MAX_RANK)
        throw rangeError('tile', 'RANK', `the result would have ${rank} axes; at most ${MAX_RANK} are supported`)
      const missing = rank - a.shape.length
      const counts = [...new Array<number>(rank - given.length).fill(1), ...given]
      const shape = shapeOf(counts.map((count, k) => count * (k < missing ? 1 : (a.shape[k - missing] as number))))
      const out = emptyTensor(shape, a.code, sizeOf('tile', shape))
      if (out.size === 0) return out
      // One copy: an axis that repeats before each that is repeated.
      const [sizes, to, from]: [number[], number[], number[]] = [[], [], []]
      counts.forEach((count, k) => {
        const n = k < missing ? 1 : (a.shape[k - missing] as number)
        const step = out.strides[k] as number
        if (count !== 1) {
          sizes.push(count)
          to.push(n * step)
          from.push(0)
        }
        if (n !== 1) {
          sizes.push(n)
          to.push(step)
          from.push(a.strides[k - missing] as number)
        }
      })
      if (sizes.length > MAX_RANK)
        throw rangeError(
          'tile',
          'RANK',
          `${sizes.length} axes, the repeated ones counted twice, are more than ${MAX_RANK}`,
        )
      copyInto('tile', areaOf(out, out.offset, sizes, to), areaOf(a, a.offset, sizes, from))
      return out
    }),
)

/**
 * Windows of `sequenceLength` elements along the last axis of `x`, `sequenceStride` apart: shape
 * `[..., 1 + floor((n - sequenceLength) / sequenceStride), sequenceLength]`. A view.
 *
 * Any dtype. Throws a RangeError where a length or stride is not positive, or the length is more than the axis has.
 *
 * @example extractSequences([1, 2, 3, 4, 5, 6], 3, 2) // [[1, 2, 3], [3, 4, 5]]
 * @see https://keras.io/api/ops/core/#extractsequences-function
 */
export const extractSequences = define(
  'extractSequences',
  ['x', 'sequenceLength', 'sequenceStride'],
  [],
  (x: Operand, sequenceLength: number, sequenceStride: number): Tensor =>
    viewing('extractSequences', x, (a) => {
      const op = 'extractSequences'
      const rank = a.shape.length
      if (rank === 0) throw rangeError(op, 'RANK', 'a 0-d tensor has no last axis; expected one axis at least')
      if (rank >= MAX_RANK)
        throw rangeError(op, 'RANK', `the result would have ${rank + 1} axes; at most ${MAX_RANK} are supported`)
      const length = integer(op, 'sequenceLength', sequenceLength)
      const apart = integer(op, 'sequenceStride', sequenceStride)
      const n = a.shape[rank - 1] as number
      if (length < 1 || apart < 1)
        throw rangeError(
          op,
          'VALUE',
          `sequenceLength and sequenceStride must be positive; received ${length} and ${apart}`,
        )
      if (length > n)
        throw rangeError(op, 'SIZE', `sequences of ${length} are longer than the last axis of shape ${show(a.shape)}`)
      const step = a.strides[rank - 1] as number
      const shape = [...sizesBetween(a.shape, 0, -1), 1 + Math.floor((n - length) / apart), length]
      return viewOf(a, a.offset, shape, [...sizesBetween(a.strides, 0, -1), apart * step, step], sizeOf(op, shape))
    }),
)
