/** The fixtures that scripts/oracle makes: loading, and from their text to tensors and arguments. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DType, isComplex, put, type Storage, storage } from './dtypes'
import { FUNCTIONS } from './functions'
import { ndops, root, type Tensor } from './ndops'

export interface TensorText {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
}

export interface Case {
  readonly args: readonly unknown[]
  readonly named?: { readonly [key: string]: unknown }
  /** What it gives: a tensor, `{ value }`, or an array of such. */
  readonly gives?: unknown
  /** The error's class; `Error` is either. */
  readonly throws?: 'Error' | 'RangeError' | 'TypeError'
}

export interface Fixture {
  readonly op: string
  readonly family: string
  readonly kind: 'unary' | 'binary' | 'reduce' | 'calls'
  readonly zeroSign?: boolean
  /** The call that shows result dtypes; `{ operand: shape }` stands for ones of the dtype in question. */
  readonly call?: readonly unknown[]
  readonly dtypes?: readonly string[]
  readonly weak?: { readonly [kind: string]: string }
  readonly cases: readonly Case[]
}

export function fixturePath(op: string): string | undefined {
  const folder = join(root(), 'test/fixtures')
  return readdirSync(folder)
    .map((family) => join(folder, family, `${op}.json`))
    .find((path) => existsSync(path))
}

export function fixture(op: string): Fixture {
  const path = fixturePath(op)
  if (path === undefined)
    throw new Error(`no fixture for ${op}: add an entry in scripts/oracle/ops and run generate.py`)
  return { family: dirname(path).split(/[\\/]/).pop(), ...JSON.parse(readFileSync(path, 'utf8')) } as Fixture
}

export const isTensorText = (x: unknown): x is TensorText => typeof x === 'object' && x !== null && 'dtype' in x

const parse = (text: number | string): number | bigint =>
  typeof text === 'number'
    ? text
    : text === 'nan'
      ? Number.NaN
      : text.endsWith('inf')
        ? Number(`${text}inity`.replace('i', 'I'))
        : BigInt(text)

/** The elements of a fixture's tensor, as storage. */
export function elements(text: TensorText): Storage {
  const per = isComplex(text.dtype) ? 2 : 1
  const data = storage(text.dtype, text.data.length / per)
  text.data.forEach((value, place) => {
    put(data, text.dtype, place, parse(value))
  })
  return data
}

export function toTensor(text: TensorText): Tensor {
  return ndops.fromData(elements(text), [...text.shape], text.dtype)
}

/** An argument; `present` says how its tensors are laid out. */
export function argument(x: unknown, present: (text: TensorText) => unknown = toTensor): unknown {
  if (Array.isArray(x)) return x.map((entry) => argument(entry, present))
  if (typeof x !== 'object' || x === null) return x
  if (isTensorText(x)) return present(x)
  const text = x as { [key: string]: unknown }
  if ('number' in text) return Number(parse(text.number as string))
  if ('bigint' in text) return BigInt(text.bigint as string)
  if ('function' in text) return FUNCTIONS[text.function as string]
  if ('typed' in text) {
    const data = text.data as (number | string)[]
    return elements({ dtype: text.typed as DType, shape: [data.length], data })
  }
  if ('slice' in text) {
    const [start, stop, step] = text.slice as (number | null)[]
    return { start, stop, step }
  }
  return x
}

/** The call's arguments, the named ones last. */
export function argumentsOf(call: Case, present?: (text: TensorText) => unknown): unknown[] {
  const args = call.args.map((x) => argument(x, present))
  if (call.named !== undefined)
    args.push(Object.fromEntries(Object.entries(call.named).map(([key, x]) => [key, argument(x, present)])))
  return args
}
