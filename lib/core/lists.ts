/** Lists of whole numbers from the user: counts, places, shifts. Values of tensors that are there already are read. */

import { Tensor } from '../tensor'
import { DTYPES, isInteger } from './dtype'
import { kindOf, rangeError, show, typeError } from './errors'
import { integer } from './shape'

const isTyped = (value: unknown): value is ArrayBufferView & ArrayLike<unknown> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)

/** Whether a value is a list of numbers rather than one. */
export const isList = (value: unknown): boolean =>
  Array.isArray(value) || isTyped(value) || (value instanceof Tensor && value.shape.length > 0)

/** A tensor or typed array as nested arrays of numbers; anything else as it is. */
export function plain(op: string, name: string, value: unknown): unknown {
  if (isTyped(value)) return Array.from(value)
  if (!(value instanceof Tensor)) return value
  if (!isInteger(value.code)) throw typeError(op, 'DTYPE', `${name} must be integers; received ${DTYPES[value.code]}`)
  return value.toArray()
}

/** The numbers of a list, or the one that is given instead of it. */
export function listOf(op: string, name: string, value: unknown): number[] {
  const list = plain(op, name, value)
  if (!Array.isArray(list)) return [integer(op, name, list)]
  if (list.some(Array.isArray)) {
    const shape = value instanceof Tensor ? show(value.shape) : kindOf(value)
    throw rangeError(op, 'RANK', `${name} must be one number or a list of them; received ${shape}`)
  }
  const found: number[] = []
  for (let i = 0; i < list.length; i++) found.push(integer(op, name, list[i]))
  return found
}
