/** Shapes, strides, axes: what every op decides before anything is allocated. */

import { kindOf, rangeError, show, typeError } from './errors'

/** Sizes by axis. Shapes are shared between tensors and frozen. */
export type Shape = readonly number[]

export const MAX_RANK = 32
const MAX_SIZE = 2 ** 53

/** The shape of a scalar. */
export const SCALAR: Shape = Object.freeze([])

// Freezing costs more than all else about a small result, and most shapes come again.
const lists: Shape[] = []

/** A shape (or strides) of our own making, never changed from here on: the same one where it was made lately. */
export function shapeOf(sizes: number[]): Shape {
  const rank = sizes.length
  let place = rank
  for (let axis = 0; axis < rank; axis++) place = (31 * place + (sizes[axis] as number)) | 0
  place &= 255
  const known = lists[place]
  if (known !== undefined && known.length === rank) {
    let axis = 0
    while (axis < rank && known[axis] === sizes[axis]) axis++
    if (axis === rank) return known
  }
  const made = Object.freeze(sizes)
  lists[place] = made
  return made
}

const rows: Shape[] = []

/** A shape of one axis. */
export function rowShape(size: number): Shape {
  const place = size & 127
  const known = rows[place]
  if (known !== undefined && known[0] === size) return known
  const made = shapeOf([size])
  rows[place] = made
  return made
}

/** The number of elements; a RangeError past 2^53, before anything is allocated. */
export function sizeOf(op: string, shape: Shape): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis] as number
  if (size <= MAX_SIZE) return size
  // A zero anywhere makes the product zero, whatever overflowed on the way; NaN comes from infinity times zero.
  if (shape.includes(0)) return 0
  throw rangeError(op, 'SIZE', `shape ${show(shape)} has more than 2^53 elements`)
}

const ROW: readonly number[] = Object.freeze([1])

/** C-order strides in elements. */
export function contiguousStrides(shape: Shape): readonly number[] {
  const rank = shape.length
  if (rank === 0) return SCALAR
  if (rank === 1) return ROW
  const strides = new Array<number>(rank)
  let step = 1
  for (let axis = rank - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis] as number
  }
  return shapeOf(strides)
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
  const rank = Math.max(a.length, b.length)
  const sizes = new Array<number>(rank)
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
  let entries: unknown[]
  try {
    const n = list.length
    if (n > MAX_RANK) throw rangeError(op, 'RANK', `${name} has ${n} entries; at most ${MAX_RANK} axes are supported`)
    entries = []
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
  const checked = sizes.map((size) => {
    const n = integer(op, name, size)
    if (n < 0) throw rangeError(op, 'SIZE', `${name} must not be negative; received ${show(sizes as number[])}`)
    return n
  })
  const result = shapeOf(checked)
  sizeOf(op, result)
  return result
}
