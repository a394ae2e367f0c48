/** Shapes, strides, axes: what every op decides before anything is allocated. */

import { kindOf, rangeError, show, typeError } from './errors'

/** Sizes by axis. Shapes are shared between tensors and frozen. */
export type Shape = readonly number[]

export const MAX_RANK = 32
const MAX_SIZE = 2 ** 53

/** The shape of a scalar. */
export const SCALAR: Shape = Object.freeze([])

/** A shape, with what goes with it. */
interface Layout {
  readonly shape: Shape
  /** The same sizes, not frozen: V8 reads those faster. */
  readonly sizes: readonly number[]
  /** The product of the sizes; not exact past 2^53. */
  readonly size: number
  /** C-order strides in elements. */
  readonly strides: readonly number[]
}

const ROW: readonly number[] = Object.freeze([1])

function layoutOf(sizes: readonly number[]): Layout {
  const strides = [...sizes]
  let step = 1
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= sizes[axis] as number
  }
  const shape = Object.freeze([...sizes])
  return { shape, sizes: [...sizes], size: step, strides: sizes.length === 1 ? ROW : Object.freeze(strides) }
}

// Making and freezing arrays costs more than all else about a small result, so that what was made last is kept: by a hash
// of the sizes, and the last one at hand, since a call asks for its parts one after the other.
const KNOWN = 256
const known = new Array<Layout | undefined>(KNOWN).fill(undefined)
let recent: Layout = { shape: SCALAR, sizes: SCALAR, size: 1, strides: SCALAR }

function layout(sizes: readonly number[]): Layout {
  if (sizes === recent.shape) return recent
  const rank = sizes.length
  let hash = rank
  for (let axis = 0; axis < rank; axis++) hash = (Math.imul(hash, 31) + (sizes[axis] as number)) | 0
  const place = (hash ^ (hash >> 8)) & (KNOWN - 1)
  const found = known[place]
  if (found !== undefined && sameShape(found.sizes, sizes)) recent = found
  else known[place] = recent = layoutOf(sizes)
  return recent
}

/** The shape of these sizes, which are the caller's own and may change. */
export function shapeOf(sizes: readonly number[]): Shape {
  return sizes.length === 0 ? SCALAR : layout(sizes).shape
}

// V8's own methods (slice, with, toSpliced, every) take ten times as long on frozen arrays; spreading them is quick.

/** The sizes of some axes, as slice names them. */
export function sizesBetween(sizes: readonly number[], from: number, to?: number): number[] {
  return [...sizes].slice(from, to)
}

/** The sizes with another one on an axis. */
export function withSize(sizes: readonly number[], axis: number, size: number): number[] {
  const changed = [...sizes]
  changed[axis] = size
  return changed
}

/** The sizes with one more before an axis. */
export function inserted(sizes: readonly number[], axis: number, size: number): number[] {
  const longer = [...sizes, size]
  for (let k = sizes.length; k > axis; k--) longer[k] = longer[k - 1] as number
  longer[axis] = size
  return longer
}

/** The sizes without an axis. */
export function without(sizes: readonly number[], axis: number): number[] {
  const shorter = [...sizes]
  for (let k = axis + 1; k < shorter.length; k++) shorter[k - 1] = shorter[k] as number
  shorter.pop()
  return shorter
}

const AXES = Array.from({ length: 2 * MAX_RANK }, (_, axis) => axis)

/** The axes of a rank: 0, 1, 2 … */
export function axesOf(rank: number): number[] {
  return AXES.slice(0, rank)
}

// Most results have one axis.
const rows = new Array<Layout | undefined>(128).fill(undefined)

/** A shape of one axis. */
export function rowShape(size: number): Shape {
  const place = size & 127
  let found = rows[place]
  if (found === undefined || found.size !== size) rows[place] = found = layout([size])
  recent = found
  return found.shape
}

/** The number of elements; a RangeError past 2^53, before anything is allocated. */
export function sizeOf(op: string, shape: Shape): number {
  let size = shape === recent.shape ? recent.size : 1
  if (shape !== recent.shape) for (let axis = 0; axis < shape.length; axis++) size *= shape[axis] as number
  if (size <= MAX_SIZE) return size
  // A zero anywhere makes the product zero, whatever overflowed on the way; NaN comes from infinity times zero.
  if (shape.includes(0)) return 0
  throw rangeError(op, 'SIZE', `shape ${show(shape)} has more than 2^53 elements`)
}

/** C-order strides in elements. */
export function contiguousStrides(shape: Shape): readonly number[] {
  const rank = shape.length
  return rank === 0 ? SCALAR : rank === 1 ? ROW : layout(shape).strides
}

/** Whether these strides walk memory in C order without gaps (axes of size 1 and empty shapes do not matter). */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number
    if (n === 0) return true
    if (n !== 1 && strides[axis] !== step) return false
    step *= n
  }
  return true
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  const rank = a.length
  if (rank !== b.length) return false
  for (let axis = 0; axis < rank; axis++) if (a[axis] !== b[axis]) return false
  return true
}

/** The shape that both broadcast to; one of the two given ones where it is that. */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b) || b.length === 0) return a
  if (a.length === 0) return b
  const sizes = a.length > b.length ? [...a] : [...b]
  const rank = sizes.length
  for (let k = 1; k <= rank; k++) {
    const m = k <= a.length ? (a[a.length - k] as number) : 1
    const n = k <= b.length ? (b[b.length - k] as number) : 1
    if (m !== n && m !== 1 && n !== 1)
      throw rangeError(op, 'BROADCAST', `shapes do not broadcast; received ${show(a)} and ${show(b)}`)
    sizes[rank - k] = m === 1 ? n : m
  }
  return sameShape(sizes, a) ? a : sameShape(sizes, b) ? b : shapeOf(sizes)
}

/** A whole number from the user: a TypeError for another kind, a RangeError for a fraction or NaN. */
export function integer(op: string, name: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number')
    throw typeError(op, 'ARGUMENT', `${name} must be an integer; received ${kindOf(value)}`)
  if (!Number.isSafeInteger(number))
    throw rangeError(op, 'ARGUMENT', `${name} must be an integer; received ${kindOf(value)}`)
  return number === 0 ? 0 : number
}

/** An axis from the user, counted from the front. */
export function normalizeAxis(op: string, axis: unknown, rank: number, name = 'axis'): number {
  if (typeof axis !== 'number' && typeof axis !== 'bigint')
    throw typeError(op, 'AXIS', `${name} must be an integer; received ${kindOf(axis)}`)
  const number = Number(axis)
  if (!Number.isInteger(number)) throw rangeError(op, 'AXIS', `${name} must be an integer; received ${axis}`)
  if (number < -rank || number >= rank)
    throw rangeError(
      op,
      'AXIS',
      `${name} ${number} is out of range for a tensor of rank ${rank}${rank === 0 ? '' : `; expected ${-rank} to ${rank - 1}`}`,
    )
  return number < 0 ? number + rank : number === 0 ? 0 : number
}

/** The entries of a short list of the user's; a list that throws while it is read is a coded error. */
export function entriesOf(op: string, name: string, list: ArrayLike<unknown>): unknown[] {
  const entries: unknown[] = []
  try {
    const n = list.length
    if (n > MAX_RANK) throw rangeError(op, 'RANK', `${name} has ${n} entries; at most ${MAX_RANK} axes are supported`)
    // Nearly all lists are short: their array needs not grow.
    if (n === 1) return [list[0]]
    if (n === 2) return [list[0], list[1]]
    for (let i = 0; i < n; i++) entries.push(list[i])
  } catch (error) {
    if (error instanceof RangeError && 'code' in error) throw error
    const reason = error instanceof Error ? error.message : kindOf(error)
    throw Object.assign(typeError(op, 'ARGUMENT', `${name} could not be read: ${reason}`), { cause: error })
  }
  return entries
}

/** One axis or several (an array), counted from the front, in the order given, none twice. */
export function normalizeAxes(op: string, axes: unknown, rank: number, name = 'axis'): number[] {
  if (!Array.isArray(axes)) return [normalizeAxis(op, axes, rank, name)]
  const found: number[] = []
  const entries = entriesOf(op, name, axes)
  for (const entry of entries) {
    const axis = normalizeAxis(op, entry, rank, name)
    if (found.includes(axis))
      throw rangeError(op, 'AXIS', `${name} names axis ${axis} twice; received ${show(entries as number[])}`)
    found.push(axis)
  }
  return found
}

/** A shape from the user: a size or an array of sizes. */
export function checkShape(op: string, shape: unknown, name = 'shape'): Shape {
  const listed = Array.isArray(shape) || (ArrayBuffer.isView(shape) && !(shape instanceof DataView))
  const sizes = listed ? entriesOf(op, name, shape as ArrayLike<unknown>) : [shape]
  for (let axis = 0; axis < sizes.length; axis++) {
    const n = integer(op, name, sizes[axis])
    if (n < 0) throw rangeError(op, 'SIZE', `${name} must not be negative; received ${show(sizes as number[])}`)
    sizes[axis] = n
  }
  const result = shapeOf(sizes as number[])
  sizeOf(op, result)
  return result
}
