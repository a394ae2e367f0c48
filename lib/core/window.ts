/** A block of a tensor: where it begins on each axis and how large it is. What slice gives and sliceUpdate writes to. */

import { Tensor, viewOf } from '../tensor'
import { toIntegers } from './convert'
import { kindOf, rangeError, show, typeError } from './errors'
import { integer, type Shape, sizeOf } from './shape'

/** One whole number an axis: of an array, or of a tensor, whose values are read. */
export function wholes(op: string, name: string, value: unknown): number[] {
  const entries = Array.isArray(value) ? value : toIntegers(op, name, value).toArray()
  if (!Array.isArray(entries))
    throw typeError(op, 'ARGUMENT', `${name} must hold one integer an axis; received ${kindOf(value)}`)
  return entries.map((entry) => integer(op, name, entry instanceof Tensor ? entry.item() : entry))
}

/**
 * The block of `x` that begins at `starts`, negative ones counted from the end, and has these sizes. A view; throws a
 * RangeError where it reaches outside.
 */
export function windowOf(op: string, x: Tensor, starts: readonly number[], sizes: Shape): Tensor {
  let offset = x.offset
  for (let axis = 0; axis < x.shape.length; axis++) {
    const n = x.shape[axis] as number
    const given = starts[axis] as number
    const start = given < 0 ? given + n : given
    const size = sizes[axis] as number
    if (start < 0 || size < 0 || start + size > n)
      throw rangeError(op, 'INDEX', `${size} elements from ${given} reach outside axis ${axis} with size ${n}`)
    offset += start * (x.strides[axis] as number)
  }
  const size = sizeOf(op, sizes)
  return viewOf(x, size === 0 ? x.offset : offset, sizes, x.strides, size)
}

/** Throws where there is not one start and one size an axis. */
export function checkWindow(op: string, x: Tensor, starts: readonly number[], sizes: Shape, name: string): void {
  const rank = x.shape.length
  if (starts.length !== rank || sizes.length !== rank)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `startIndices and ${name} must have one entry an axis; inputs has shape ${show(x.shape)}, received ${show(starts)} and ${show(sizes)}`,
    )
}
