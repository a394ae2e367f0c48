/** Elements as JavaScript values, from host data. */

import { BFLOAT16, BOOL, COMPLEX64, type Code, type Data, FLOAT16, isComplex } from './dtype'
import { rangeError, show } from './errors'
import { type Hosted, hostData } from './host'
import type { Shape } from './shape'

export interface ComplexValue {
  readonly re: number
  readonly im: number
}

/** int64 and uint64 as bigint, bool as boolean, complex as `{ re, im }`, all else as number. */
export type Value = number | bigint | boolean | ComplexValue

export type NestedArray = Value | NestedArray[]

const scratch = new DataView(new ArrayBuffer(4))

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function brain(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}

/** The element at a position of host data. */
export function valueAt(data: Data, code: Code, position: number): Value {
  if (code >= COMPLEX64) return { re: data[2 * position] as number, im: data[2 * position + 1] as number }
  const stored = data[position] as number | bigint
  if (code === BOOL) return stored !== 0
  if (code === FLOAT16) return half(stored as number)
  if (code === BFLOAT16) return brain(stored as number)
  return stored
}

/** Nested arrays of the elements; a 0-d shape gives the value. */
export function nested(data: Data, code: Code, shape: Shape): NestedArray {
  let position = 0
  const plain = code > BOOL && code !== FLOAT16 && code !== BFLOAT16 && !isComplex(code)
  const build = (axis: number): NestedArray => {
    if (axis === shape.length) return valueAt(data, code, position++)
    const n = shape[axis] as number
    if (plain && axis === shape.length - 1) {
      const row = Array.from(data.subarray(position, position + n) as unknown as ArrayLike<number | bigint>)
      position += n
      return row
    }
    const rows = new Array<NestedArray>(n)
    for (let i = 0; i < n; i++) rows[i] = build(axis + 1)
    return rows
  }
  return build(0)
}

/** The value of a tensor of one element. */
export function scalarValue(x: Hosted): Value {
  if (x.size !== 1)
    throw rangeError('item', 'SIZE', `only a tensor of one element has a value; received shape ${show(x.shape)}`)
  return valueAt(hostData(x), x.code, 0)
}
