/** From what the user gives to operands: tensors, or weak scalars where a bare number stands beside a tensor. */

import { emptyTensor, isTensorLike, Tensor, viewOf } from '../tensor'
import {
  BOOL,
  COMPLEX128,
  type Code,
  codeOf,
  complexOf,
  DTYPES,
  type DType,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  floatxDtype,
  INT64,
  ITEM_BYTES,
  isComplex,
  promote,
  STORAGE,
  UINT64,
  type Weak,
} from './dtype'
import { kindOf, type NdopsError, plainError, rangeError, show, typeError } from './errors'
import { begin, kernel, run, type Scalar, view, scalar as viewScalar } from './launch'
import { addon } from './native'
import { contiguousStrides, integer, MAX_RANK, SCALAR, type Shape, sameShape, shapeOf, sizeOf } from './shape'
import type { ComplexValue } from './values'

/** The n-d array structure that the `ndarray` package makes; `stride` and `offset` in elements. */
export interface Structure {
  readonly data: ArrayBufferView
  readonly shape: readonly number[]
  readonly stride?: readonly number[]
  readonly offset?: number
  readonly dtype?: DType | string
}

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

const COPY = kernel('copy')
const FILL = kernel('fill')

/** The elements of a tensor in another dtype, or the tensor itself where it has that dtype. */
export function castTo(op: string, x: Tensor, code: Code): Tensor {
  if (x.code === code) return x
  const out = emptyTensor(x.shape, code, x.size)
  begin(COPY)
  view(out)
  view(x)
  run(op)
  return out
}

/** A contiguous tensor of the same elements: the tensor itself where it is one. */
export function toContiguous(op: string, x: Tensor): Tensor {
  if (x.contiguous) return x
  const out = emptyTensor(x.shape, x.code, x.size)
  begin(COPY)
  view(out)
  view(x)
  run(op)
  return out
}

const prototype = Object.getPrototypeOf(Uint8Array.prototype)
const getter = (name: string | symbol): ((this: unknown) => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown
const lengthOf = getter('length')
const bufferOf = getter('buffer')
const kindNameOf = getter(Symbol.toStringTag)

/** The dtype of a typed array, by what it is and not by what its properties say. */
const TYPED: ReadonlyMap<unknown, Code> = new Map<unknown, Code>([
  ['Uint8ClampedArray', 1],
  ['Float16Array', FLOAT16],
  ...(DTYPES.flatMap((name, code) => {
    const kind = (STORAGE[code] as { name?: string }).name
    // The plain kinds only: float16 and the like reinterpret.
    return kind !== undefined && kind.toLowerCase().replace('big', '') === `${name}array` ? [[kind, code]] : []
  }) as [string, Code][]),
])

interface Typed {
  readonly view: ArrayBufferView
  readonly code: Code
  readonly length: number
}

function typed(op: string, name: string, value: ArrayBufferView): Typed {
  const kind = value instanceof DataView ? 'DataView' : kindNameOf.call(value)
  const code = TYPED.get(kind)
  if (code === undefined)
    throw typeError(
      op,
      'BUFFER',
      `${name} is a ${String(kind)}; expected a typed array; use fromData() to reinterpret bytes`,
    )
  const length = lengthOf.call(value) as number
  if (length === 0) {
    try {
      // Only making a view asks whether the buffer is still there.
      new Uint8Array(bufferOf.call(value) as ArrayBuffer)
    } catch {
      throw typeError(op, 'BUFFER', `${name} is a typed array whose buffer was transferred or detached`)
    }
  }
  return { view: value, code, length }
}

/** A contiguous tensor of the caller's bytes, copied. The view's length is `size` elements of the dtype. */
function copied(op: string, data: ArrayBufferView, code: Code, shape: Shape, size: number): Tensor {
  const out = emptyTensor(shape, code, size)
  const { storage } = out
  if (size !== 0 && !addon.copyIn(storage.slot, storage.generation, out.offset * (ITEM_BYTES[code] as number), data))
    throw plainError(op, 'INTERNAL', 'a copy did not fit; please report this as a bug')
  return out
}

/** A tensor that copies a typed array and reinterprets its storage (float16 bits, 0/1 bytes, interleaved complex). */
export function reinterpret(op: string, data: unknown, shape: Shape | undefined, dtype: Code | undefined): Tensor {
  if (!ArrayBuffer.isView(data)) throw typeError(op, 'BUFFER', `data must be a typed array; received ${kindOf(data)}`)
  const source = typed(op, 'data', data)
  const code = dtype ?? source.code
  const wanted = STORAGE[code] as { name?: string }
  const kind = kindNameOf.call(data)
  const fits =
    kind === wanted.name || (code === FLOAT16 && kind === 'Float16Array') || (code <= 1 && kind === 'Uint8ClampedArray')
  if (!fits)
    throw typeError(
      op,
      'BUFFER',
      `${DTYPES[code]} is stored in a ${wanted.name}; received a ${String(kind)}; use array() to cast`,
    )
  const per = isComplex(code) ? 2 : 1
  const given = shape ?? shapeOf([Math.floor(source.length / per)])
  const size = sizeOf(op, given)
  if (size * per !== source.length)
    throw rangeError(
      op,
      'SIZE',
      `shape ${show(given)} of ${DTYPES[code]} takes ${size * per} numbers; received ${source.length}`,
    )
  const out = copied(op, data, code, given, size)
  if (code !== BOOL) return out
  // Any other byte than 0 or 1 would not be a bool: normalised by way of uint8.
  return castTo(op, new Tensor(out.storage, out.offset, 1, out.shape, out.strides, out.size, true), BOOL)
}

function fromTyped(op: string, name: string, value: ArrayBufferView): Tensor {
  const source = typed(op, name, value)
  return copied(op, value, source.code, shapeOf([source.length]), source.length)
}

function fromStructure(op: string, name: string, value: Structure): Tensor {
  const { data, shape, stride, offset, dtype } = value
  if (!ArrayBuffer.isView(data))
    throw typeError(op, 'BUFFER', `${name}.data must be a typed array; received ${kindOf(data)}`)
  if (!Array.isArray(shape))
    throw typeError(op, 'ARGUMENT', `${name}.shape must be an array; received ${kindOf(shape)}`)
  const sizes = shapeOf(shape.map((n) => integer(op, `${name}.shape`, n)))
  if (sizes.length > MAX_RANK || sizes.some((n) => n < 0))
    throw rangeError(op, 'SIZE', `${name}.shape ${show(sizes)} is not a shape`)
  const size = sizeOf(op, sizes)
  const strides =
    stride === undefined
      ? contiguousStrides(sizes)
      : shapeOf(Array.from(stride, (n) => integer(op, `${name}.stride`, n)))
  if (strides.length !== sizes.length)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `${name}.stride ${show(strides)} must have as many entries as shape ${show(sizes)}`,
    )
  const start = offset === undefined ? 0 : integer(op, `${name}.offset`, offset)
  const code =
    dtype === undefined ? typed(op, name, data).code : (CODE_OF_NAME.get(dtype) ?? typed(op, name, data).code)
  const flat = CODE_OF_NAME.has(dtype) ? reinterpret(op, data, undefined, code) : fromTyped(op, name, data)
  let low = start
  let high = start
  for (let axis = 0; axis < sizes.length; axis++) {
    const reach = ((sizes[axis] as number) - 1) * (strides[axis] as number)
    if (reach < 0) low += reach
    else high += reach
  }
  if (size > 0 && (low < 0 || high >= flat.size))
    throw rangeError(op, 'INDEX', `${name} reaches elements ${low} to ${high} of data with ${flat.size}`)
  return viewOf(flat, size === 0 ? flat.offset : flat.offset + start, sizes, strides, size)
}

const CODE_OF_NAME: ReadonlyMap<unknown, Code> = new Map(DTYPES.map((name, code) => [name, code]))

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

/** Tensors of one shape, one or more, copied behind one another under new first axes, in the dtype they meet in. */
export function stackTensors(op: string, parts: readonly Tensor[], leading: readonly number[]): Tensor {
  const first = parts[0] as Tensor
  let code = first.code
  for (const part of parts) {
    code = promote(code, part.code)
    if (!sameShape(part.shape, first.shape))
      throw rangeError(
        op,
        'SHAPE_MISMATCH',
        `what is stacked must have one shape; received ${show(first.shape)} and ${show(part.shape)}`,
      )
  }
  const shape = shapeOf([...leading, ...first.shape])
  const out = emptyTensor(shape, code, sizeOf(op, shape))
  const strides = contiguousStrides(first.shape)
  parts.forEach((part, i) => {
    begin(COPY)
    view({ storage: out.storage, offset: out.offset + i * first.size, code, shape: first.shape, strides })
    view(part)
    run(op)
  })
  return out
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
