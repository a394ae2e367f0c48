/** Operands in arrays and objects: what control flow passes through. */

import { Tensor } from '../tensor'
import { isNamed } from './arguments'
import { isScalarValue, type Operand, toTensor } from './convert'
import { rangeError } from './errors'
import { MAX_RANK } from './shape'

/** Operands in arrays and objects, one in another. */
export type Structure = Operand | readonly Structure[] | { readonly [key: string]: Structure }

/** Operands that are no structures: what is one tensor. */
type Single =
  | Tensor
  | number
  | bigint
  | boolean
  | ArrayBufferView
  | { readonly re: number }
  | { readonly data: ArrayBufferView }

/** What a mapped function gets: the rows in the structure that it maps over. */
export type Row<E> = E extends Single ? Tensor : E extends readonly (infer U)[] ? Stacked<U>[] : StackedIn<E>

/** What becomes of what it gives; an array of plain numbers is a tensor too. */
export type Stacked<R> = R extends Single | readonly number[]
  ? Tensor
  : R extends readonly (infer U)[]
    ? Stacked<U>[]
    : StackedIn<R>

type StackedIn<R> = { [K in keyof R]: Stacked<R[K]> }

/** A structure's operands in order, with the way to put values in their places again. */
export interface Parts {
  readonly parts: readonly unknown[]
  /** The same for structures alike. */
  readonly outline: string
  readonly build: (values: readonly unknown[]) => unknown
}

/** A structure's outline and parts. `outer`: an array of plain values is a structure of them, no operand. */
export function partsOf(op: string, value: unknown, outer: boolean, depth = 0): Parts {
  const array = Array.isArray(value) && (outer || !isNumeric(value, depth))
  if (!array && !isRecord(value)) return { parts: [value], outline: '*', build: ([found]) => found }
  checkDepth(op, depth)
  const keys = array ? [...value.keys()] : Object.keys(value).sort()
  const inner = keys.map((key) => partsOf(op, (value as Record<string | number, unknown>)[key], false, depth + 1))
  const entries = inner.map((part, k) => `${JSON.stringify(keys[k])}:${part.outline}`)
  return {
    parts: inner.flatMap((part) => part.parts),
    outline: array ? `[${entries.join()}]` : `{${entries.join()}}`,
    build: (values) => {
      let from = 0
      const found = inner.map((part) => {
        from += part.parts.length
        return part.build(values.slice(from - part.parts.length, from))
      })
      return array ? found : Object.fromEntries(keys.map((key, k) => [key, found[k]]))
    },
  }
}

/** An object that is a structure: a plain one, no tensor's or number's description. */
const isRecord = (value: unknown): value is Record<string, unknown> => isNamed(value)

const checkDepth = (op: string, depth: number): void => {
  if (depth > MAX_RANK)
    throw rangeError(op, 'RANK', `a structure is nested deeper than ${MAX_RANK} levels, or contains itself`)
}

/** Whether nested arrays hold plain values only: then they are a tensor, else a structure. */
const isNumeric = (value: unknown, depth = 0): boolean =>
  Array.isArray(value)
    ? value.length > 0 && depth <= MAX_RANK && value.every((entry) => isNumeric(entry, depth + 1))
    : isScalarValue(value)

/** A loop's state as its functions get it: numbers pass through, arrays of numbers and typed arrays become tensors. */
export function stateOf(op: string, name: string, value: unknown, depth = 0): unknown {
  if (value instanceof Tensor || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return value
  const several = Array.isArray(value) && !isNumeric(value)
  if (!several && !isRecord(value)) return toTensor(op, name, value)
  checkDepth(op, depth)
  const of = (entry: unknown): unknown => stateOf(op, name, entry, depth + 1)
  if (several) return value.map(of)
  return Object.fromEntries(Object.entries(value as object).map(([key, entry]) => [key, of(entry)]))
}
