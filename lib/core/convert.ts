/** From what the user gives to operands: tensors, or weak scalars where a bare number stands beside a tensor. */

import { emptyTensor, isTensorLike, Tensor } from '../tensor'
import { castTo, stackTensors } from './copy'
import {
  BOOL,
  COMPLEX128,
  type Code,
  codeOf,
  complexOf,
  FLOAT32,
  FLOAT64,
  floatxDtype,
  INT64,
  UINT64,
  type Weak,
} from './dtype'
import { kindOf, type NdopsError, rangeError, typeError } from './errors'
import { begin, kernel, run, type Scalar, view, scalar as viewScalar } from './launch'
import { MAX_RANK, SCALAR, shapeOf } from './shape'
import { copied, fromStructure, fromTyped, reinterpret, type Structure } from './typed'
import type { ComplexValue } from './values'

/** What an op takes as a tensor. */
export type Operand =
  | Tensor
  | number
  | bigint
  | boolean
  | ComplexValue
  | ArrayBufferView
  | Structure
  | readonly Operand[]

const FILL = kernel('fill')

/** What nested arrays are made of. */
interface Leaves {
  readonly shape: number[]
  readonly values: unknown[]
  /** Tensors and typed arrays among the leaves: those are stacked. */
  tensors: boolean
}

function ragged(op: string, name: string, depth: number, expected: number, found: unknown): NdopsError {
  const what = Array.isArray(found) ? `${found.length} entries` : kindOf(found)
  return rangeError(op, 'RAGGED', `${name} is ragged: at depth ${depth} expected ${expected} entries; received ${what}`)
}

function collect(op: string, name: string, value: unknown, depth: number, out: Leaves): void {
  if (Array.isArray(value)) {
    if (depth >= MAX_RANK)
      throw rangeError(op, 'RANK', `${name} is nested deeper than ${MAX_RANK} levels, or contains itself`)
    const n = value.length
    if (depth === out.shape.length) {
      if (out.values.length > 0) throw ragged(op, name, depth, 0, value)
      out.shape.push(n)
    } else if (out.shape[depth] !== n) throw ragged(op, name, depth, out.shape[depth] as number, value)
    for (let i = 0; i < n; i++) collect(op, name, value[i], depth + 1, out)
    return
  }
  if (depth !== out.shape.length) throw ragged(op, name, depth, out.shape[depth] as number, value)
  if (typeof value === 'object' && value !== null && !('re' in value)) out.tensors = true
  out.values.push(value)
}

const isComplexValue = (value: unknown): value is ComplexValue =>
  typeof value === 'object' && value !== null && 're' in value && typeof value.re === 'number'

const HIGHEST = 2n ** 64n
const LOWEST = -(2n ** 63n)

function fromNested(op: string, name: string, array: readonly unknown[], wanted: Code | undefined): Tensor {
  const leaves: Leaves = { shape: [], values: [], tensors: false }
  collect(op, name, array, 0, leaves)
  if (leaves.tensors) return stacked(op, name, leaves)
  const { values } = leaves
  const shape = shapeOf(leaves.shape)
  // A zero before the last axis ends the nesting early: then there are no leaves and no deeper axes to know of.
  const kinds = { number: false, boolean: false, bigint: false, complex: false }
  for (const value of values) {
    const kind = typeof value
    if (kind === 'number' || kind === 'boolean' || kind === 'bigint') kinds[kind] = true
    else if (isComplexValue(value)) kinds.complex = true
    else
      throw typeError(
        op,
        'ARGUMENT',
        `${name} contains ${kindOf(value)}; expected numbers, bigints, booleans or { re, im }`,
      )
  }
  if (kinds.bigint && (kinds.number || kinds.complex))
    throw typeError(op, 'ARGUMENT', `${name} mixes bigints and numbers; use one kind`)
  const n = values.length
  if (kinds.complex) {
    const data = new Float64Array(2 * n)
    values.forEach((value, i) => {
      data[2 * i] = isComplexValue(value) ? value.re : Number(value)
      data[2 * i + 1] = isComplexValue(value) ? Number(value.im) : 0
    })
    return castTo(op, copied(op, data, COMPLEX128, shape, n), wanted ?? complexOf(floatxDtype()))
  }
  if (kinds.bigint) {
    let code = INT64
    for (const value of values) {
      if (typeof value !== 'bigint') continue
      if (value >= 2n ** 63n) code = UINT64
      if (value >= HIGHEST || value < LOWEST) throw rangeError(op, 'VALUE', `${name} contains ${value}n, past 64 bits`)
    }
    if (code === UINT64 && wanted === undefined && values.some((value) => (value as bigint) < 0n))
      throw rangeError(op, 'VALUE', `${name} mixes negative bigints and ones past int64`)
    const data = code === INT64 ? new BigInt64Array(n) : new BigUint64Array(n)
    for (let i = 0; i < n; i++) data[i] = BigInt(values[i] as bigint | boolean)
    return castTo(op, copied(op, data, code, shape, n), wanted ?? code)
  }
  if (kinds.boolean && !kinds.number) {
    const data = Uint8Array.from(values as boolean[], Number)
    return castTo(op, copied(op, data, BOOL, shape, n), wanted ?? BOOL)
  }
  const code = wanted ?? floatxDtype()
  if (code === FLOAT32) return copied(op, Float32Array.from(values as number[], Number), FLOAT32, shape, n)
  return castTo(op, copied(op, Float64Array.from(values as number[], Number), FLOAT64, shape, n), code)
}

/** Leaves that are arrays themselves: a new first part of axes over theirs. */
function stacked(op: string, name: string, leaves: Leaves): Tensor {
  const parts = leaves.values.map((value) => toTensor(op, name, value))
  return stackTensors(op, parts, leaves.shape)
}

/** A bare number's kind and value. */
export interface WeakScalar extends Scalar {
  readonly weak: Weak
  /** A bigint, whose dtype standing alone is int64. */
  readonly wide: boolean
  /** The value, for checks and messages. */
  readonly value: number | bigint | boolean | ComplexValue
}

/** Whether the value is a bare number, and what to make of it. */
export function weakScalar(op: string, name: string, value: unknown): WeakScalar | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { weak: 'int', code: INT64, high: value, low: 0, wide: false, value }
        : { weak: 'float', code: FLOAT64, high: value, low: 0, wide: false, value }
    case 'boolean':
      return { weak: 'bool', code: BOOL, high: value ? 1 : 0, low: 0, wide: false, value }
    case 'bigint': {
      if (value < LOWEST || value >= HIGHEST) throw rangeError(op, 'VALUE', `${name} is ${value}n, past 64 bits`)
      const low = value & 0xffffffffn
      return {
        weak: 'int',
        code: value >= 2n ** 63n ? UINT64 : INT64,
        high: Number(value - low),
        low: Number(low),
        wide: true,
        value,
      }
    }
    default:
      if (isComplexValue(value) && !isTensorLike(value)) {
        const im = Number(value.im)
        return { weak: 'complex', code: COMPLEX128, high: value.re, low: im, wide: false, value }
      }
      return undefined
  }
}

/** Whether the value is a bare number: of any kind that stands for one element. */
export function isScalarValue(value: unknown): boolean {
  const kind = typeof value
  return kind === 'number' || kind === 'boolean' || kind === 'bigint' || (isComplexValue(value) && !isTensorLike(value))
}

/** A 0-d tensor of a bare number. */
export function scalarTensor(op: string, x: Scalar, code: Code): Tensor {
  const out = emptyTensor(SCALAR, code, 1)
  begin(FILL)
  view(out)
  viewScalar(x)
  run(op)
  return out
}

/**
 * Any operand as a tensor: the tensor itself, or a copy of the caller's memory. With `wanted`, the values are cast;
 * without, a typed array keeps its dtype, booleans become bool, bigints int64, other numbers floatx().
 */
export function toTensor(op: string, name: string, value: unknown, wanted?: Code): Tensor {
  if (value instanceof Tensor) return wanted === undefined ? value : castTo(op, value, wanted)
  const scalar = weakScalar(op, name, value)
  if (scalar !== undefined) {
    const alone = scalar.wide
      ? scalar.code
      : scalar.weak === 'bool'
        ? BOOL
        : scalar.weak === 'complex'
          ? complexOf(floatxDtype())
          : floatxDtype()
    return scalarTensor(op, scalar, wanted ?? alone)
  }
  const made = fromObject(op, name, value, wanted)
  return wanted === undefined ? made : castTo(op, made, wanted)
}

function fromObject(op: string, name: string, value: unknown, wanted: Code | undefined): Tensor {
  try {
    if (Array.isArray(value)) return fromNested(op, name, value, wanted)
    if (ArrayBuffer.isView(value)) return fromTyped(op, name, value)
    // A tensor of another copy of this package: its memory is not ours.
    if (isTensorLike(value)) return reinterpret(op, value.data, shapeOf([...value.shape]), codeOf(op, value.dtype))
    if (typeof value === 'object' && value !== null && 'data' in value && 'shape' in value)
      return fromStructure(op, name, value as Structure)
  } catch (error) {
    if (isCoded(error)) throw error
    throw Object.assign(typeError(op, 'ARGUMENT', `${name} could not be read: ${describe(error)}`), { cause: error })
  }
  throw typeError(
    op,
    'ARGUMENT',
    `${name} must be a tensor, a number, a typed array or nested arrays; received ${kindOf(value)}`,
  )
}

const isCoded = (error: unknown): boolean =>
  error instanceof Error && String((error as { code?: unknown }).code).startsWith('ERR_NDOPS_')

function describe(error: unknown): string {
  return error instanceof Error ? error.message : kindOf(error)
}

/** An operand beside others: a tensor, or a weak scalar. */
export function operand(op: string, name: string, value: unknown): Tensor | WeakScalar {
  if (value instanceof Tensor) return value
  return weakScalar(op, name, value) ?? toTensor(op, name, value)
}

/** Whether an operand became a tensor. */
export const isStrong = (x: Tensor | WeakScalar): x is Tensor => x instanceof Tensor

/**
 * Integers that select or count (indices, segment ids, repeats): plain numbers become int32, a fraction is a RangeError.
 */
export function toIntegers(op: string, name: string, value: unknown): Tensor {
  if (value instanceof Tensor || ArrayBuffer.isView(value)) return toTensor(op, name, value)
  const check = (x: unknown): void => {
    if (typeof x === 'number' && !Number.isInteger(x))
      throw rangeError(op, 'INDEX', `${name} must be integers; received ${x}`)
  }
  let wide = false
  const walk = (x: unknown, depth: number): boolean => {
    if (Array.isArray(x)) return depth < MAX_RANK && x.every((entry) => walk(entry, depth + 1))
    check(x)
    if (typeof x === 'number' && (x > 0x7fffffff || x < -0x80000000)) wide = true
    return typeof x === 'number'
  }
  return walk(value, 0) ? toTensor(op, name, value, wide ? INT64 : INT32_CODE) : toTensor(op, name, value)
}

const INT32_CODE: Code = 7

/** The dtype that an op's `dtype` argument names, if it names one. */
export function optionalCode(op: string, dtype: unknown): Code | undefined {
  return dtype === undefined || dtype === null ? undefined : codeOf(op, dtype)
}
