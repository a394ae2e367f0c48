/** What getItem's key says, as NumPy reads a tuple: basic indices become a view, arrays wait for values. */

import { type Tensor, viewOf } from '../tensor'
import { isNamed } from './arguments'
import { toIntegers } from './convert'
import { BOOL, DTYPES, isInteger } from './dtype'
import { kindOf, rangeError, show, typeError } from './errors'
import { integer, MAX_RANK } from './shape'

/** A slice of an axis: what is left out (or null) runs to the end that the step comes to last. */
export interface Slice {
  readonly start?: number | bigint | null | undefined
  readonly stop?: number | bigint | null | undefined
  readonly step?: number | bigint | null | undefined
}

type Entry =
  | { readonly kind: 'integer'; readonly index: number }
  | { readonly kind: 'new' }
  | { readonly kind: 'ellipsis' }
  | {
      readonly kind: 'slice'
      readonly start: number | null
      readonly stop: number | null
      readonly step: number | null
    }
  | { readonly kind: 'array'; readonly tensor: Tensor; readonly temporary: boolean }

/** An index array and the axis of the view that it walks, or a mask and the first of the axes that it covers. */
export interface ArrayIndex {
  readonly tensor: Tensor
  readonly axis: number
  /** The axis of x itself, for messages. */
  readonly from: number
}

/** A key applied as far as shapes and plain numbers go. */
export interface Indexed {
  /** x with slices, numbers and new axes taken; axes under arrays are whole. To be disposed of. */
  readonly view: Tensor
  readonly arrays: readonly ArrayIndex[]
  /** Where the axes of the arrays stand in the result, among the view's other axes. */
  readonly position: number
  /** Tensors made of the caller's arrays. */
  readonly temporaries: readonly Tensor[]
}

const KEYS: readonly string[] = ['start', 'stop', 'step']

function bound(name: string, value: unknown): number | null {
  return value === null || value === undefined ? null : integer('getItem', name, value)
}

function sliceEntry(from: unknown, to: unknown, by: unknown): Entry {
  const [start, stop, step] = [bound('slice start', from), bound('slice stop', to), bound('slice step', by)]
  if (step === 0) throw rangeError('getItem', 'VALUE', 'slice step must not be 0')
  return { kind: 'slice', start, stop, step }
}

function textEntry(text: string): Entry {
  if (text === '...') return { kind: 'ellipsis' }
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text)
  if (match === null)
    throw typeError(
      'getItem',
      'ARGUMENT',
      `a string in the key must be a slice as '1:-1:2', or '...'; received ${kindOf(text)}`,
    )
  return sliceEntry(numberIn(match[1]), numberIn(match[2]), numberIn(match[3]))
}

const numberIn = (text: string | undefined): number | null => (text === undefined ? null : Number(text))

function objectEntry(entry: Record<string, unknown>): Entry {
  const unknown = Object.keys(entry).find((name) => !KEYS.includes(name))
  if (unknown !== undefined || Object.keys(entry).length === 0)
    throw typeError(
      'getItem',
      'OPTION',
      `a slice has start, stop and step; received ${unknown === undefined ? 'an object without any' : kindOf(unknown)}`,
    )
  return sliceEntry(entry['start'], entry['stop'], entry['step'])
}

function entryOf(entry: unknown): Entry {
  if (typeof entry === 'number' || typeof entry === 'bigint')
    return { kind: 'integer', index: integer('getItem', 'an index', entry) }
  if (entry === null) return { kind: 'new' }
  if (entry === undefined) throw typeError('getItem', 'ARGUMENT', 'the key contains undefined; null is a new axis')
  if (typeof entry === 'string') return textEntry(entry)
  if (isNamed(entry)) return objectEntry(entry)
  const tensor = toIntegers('getItem', 'an index array', entry)
  if (tensor.code !== BOOL && !isInteger(tensor.code))
    throw typeError('getItem', 'DTYPE', `an index array must be of integers or bool; received ${DTYPES[tensor.code]}`)
  return { kind: 'array', tensor, temporary: tensor !== entry }
}

/** First place, step and count of a slice on an axis of n, as Python counts them. */
function places(n: number, slice: Extract<Entry, { kind: 'slice' }>): readonly [number, number, number] {
  const step = slice.step ?? 1
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1]
  const end = (given: number | null, otherwise: number): number =>
    given === null ? otherwise : Math.min(Math.max(given < 0 ? given + n : given, low), high)
  const start = end(slice.start, step > 0 ? low : high)
  const stop = end(slice.stop, step > 0 ? high : low)
  return [start, step, Math.max(0, Math.ceil((stop - start) / step))]
}

/** How many axes of x an entry takes. */
const taken = (entry: Entry): number =>
  entry.kind === 'new' || entry.kind === 'ellipsis'
    ? 0
    : entry.kind === 'array' && entry.tensor.code === BOOL
      ? entry.tensor.shape.length
      : 1

/** Reads the key. A JavaScript array is a tuple; what is none is a tuple of one. */
export function applyKey(x: Tensor, key: unknown): Indexed {
  const entries: Entry[] = Array.isArray(key) ? key.map(entryOf) : [entryOf(key)]
  let axes = 0
  let ellipses = 0
  let hasArrays = false
  for (const entry of entries) {
    axes += taken(entry)
    if (entry.kind === 'ellipsis') ellipses++
    if (entry.kind === 'array') hasArrays = true
  }
  const rank = x.shape.length
  if (axes > rank)
    throw rangeError(
      'getItem',
      'RANK',
      `too many indices: x of shape ${show(x.shape)} has ${rank} axes; the key takes ${axes}`,
    )
  if (ellipses > 1) throw rangeError('getItem', 'ARGUMENT', "the key has more than one '...'")
  if (ellipses === 0) entries.push({ kind: 'ellipsis' })

  const shape: number[] = []
  const strides: number[] = []
  const arrays: ArrayIndex[] = []
  const temporaries: Tensor[] = []
  let offset = x.offset
  let axis = 0
  // Indices that stand together keep their place; parted ones come first.
  let position = -1
  let parted = false
  let covered = 0
  const keep = (n: number, stride: number): void => {
    shape.push(n)
    strides.push(stride)
  }
  const keepWhole = (count: number): void => {
    for (let end = axis + count; axis < end; axis++) keep(x.shape[axis] as number, x.strides[axis] as number)
  }
  const together = (): void => {
    const here = shape.length - covered
    if (position < 0) position = here
    else if (lastOther >= 0) parted = true
    lastOther = -1
  }
  // The last entry, if any, that stood between two advanced ones.
  let lastOther = -1
  for (let place = 0; place < entries.length; place++) {
    const entry = entries[place] as Entry
    switch (entry.kind) {
      case 'new':
        keep(1, 0)
        lastOther = place
        break
      case 'ellipsis':
        keepWhole(rank - axes)
        lastOther = place
        break
      case 'slice': {
        const [start, step, count] = places(x.shape[axis] as number, entry)
        const stride = x.strides[axis] as number
        if (count > 0) offset += start * stride
        keep(count, step * stride)
        axis++
        lastOther = place
        break
      }
      case 'integer': {
        const n = x.shape[axis] as number
        const index = entry.index < 0 ? entry.index + n : entry.index
        if (index < 0 || index >= n)
          throw rangeError('getItem', 'INDEX', `index ${entry.index} is out of bounds for axis ${axis} with size ${n}`)
        offset += index * (x.strides[axis] as number)
        axis++
        if (hasArrays) together()
        break
      }
      case 'array': {
        together()
        if (entry.temporary) temporaries.push(entry.tensor)
        arrays.push({ tensor: entry.tensor, axis: shape.length, from: axis })
        const count = taken(entry)
        if (entry.tensor.code === BOOL)
          entry.tensor.shape.forEach((n, k) => {
            if (n !== x.shape[axis + k])
              throw rangeError(
                'getItem',
                'SHAPE_MISMATCH',
                `a mask must have the sizes of the axes that it covers; received ${show(entry.tensor.shape)} for axes ${axis} to ${axis + count - 1} of shape ${show(x.shape)}`,
              )
          })
        keepWhole(count)
        covered += count
        break
      }
    }
  }
  if (shape.length > MAX_RANK)
    throw rangeError('getItem', 'RANK', `the result would have ${shape.length} axes; at most ${MAX_RANK}`)
  let size = 1
  for (const n of shape) size *= n
  return {
    view: viewOf(x, offset, shape, strides, size),
    arrays,
    position: parted ? 0 : Math.max(0, position),
    temporaries,
  }
}
