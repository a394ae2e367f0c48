/** The 15 dtypes: names, codes, storage, promotion. */

import { kindOf, rangeError, typeError } from './errors'
import { COMPLEXX, FLOATX, PROMOTION, WEAK_COMPLEX, WEAK_FLOAT, WEAK_INT } from './promotion'

/** The dtypes in the order of their codes (native/core/dtype.h has the same order; a test compares). */
export const DTYPES = [
  'bool',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'complex64',
  'complex128',
] as const

export type DType = (typeof DTYPES)[number]

/** A dtype's number: what launches and tables use. */
export type Code = number

export const BOOL: Code = 0
export const UINT8: Code = 1
export const UINT16: Code = 2
export const UINT32: Code = 3
export const UINT64: Code = 4
export const INT8: Code = 5
export const INT16: Code = 6
export const INT32: Code = 7
export const INT64: Code = 8
export const FLOAT16: Code = 9
export const BFLOAT16: Code = 10
export const FLOAT32: Code = 11
export const FLOAT64: Code = 12
export const COMPLEX64: Code = 13
export const COMPLEX128: Code = 14

/** Bytes of an element, by code. */
export const ITEM_BYTES: readonly number[] = [1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16]

/** The typed arrays that hold elements on the JavaScript side. */
export type Data =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array

export interface DataConstructor {
  new (length: number): Data
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Data
  readonly BYTES_PER_ELEMENT: number
}

/** Storage by code: float16 and bfloat16 are bits, complex numbers interleaved. */
export const STORAGE: readonly DataConstructor[] = [
  Uint8Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Uint16Array,
  Uint16Array,
  Float32Array,
  Float64Array,
  Float32Array,
  Float64Array,
] as readonly DataConstructor[]

export const isUnsigned = (code: Code): boolean => code >= UINT8 && code <= UINT64
export const isInteger = (code: Code): boolean => code >= UINT8 && code <= INT64
export const isFloating = (code: Code): boolean => code >= FLOAT16 && code <= FLOAT64
export const isComplex = (code: Code): boolean => code >= COMPLEX64
/** Whether values of this dtype have a fraction: floating or complex. */
export const isInexact = (code: Code): boolean => code >= FLOAT16

/** The dtype that arithmetic on this one happens in: 16-bit floats compute in float32. */
export const computing = (code: Code): Code => (code === FLOAT16 || code === BFLOAT16 ? FLOAT32 : code)

/** The real dtype of a complex one's parts; others are themselves. */
export const realPart = (code: Code): Code => (isComplex(code) ? code - 2 : code)

const CODES: ReadonlyMap<unknown, Code> = new Map(DTYPES.map((name, code) => [name, code]))

/** The code of a dtype that the user named. */
export function codeOf(op: string, name: unknown): Code {
  const code = CODES.get(name)
  if (code === undefined)
    throw typeError(op, 'DTYPE', `unknown dtype; received ${kindOf(name)}; expected one of ${DTYPES.join(', ')}`)
  return code
}

let floatxCode: Code = FLOAT32

/** Counts changes of floatx(): tables that depend on it are made anew when it has moved on. */
export let floatxVersion = 0

/** The code of floatx(). */
export const floatxDtype = (): Code => floatxCode

/**
 * The dtype of plain JavaScript numbers where they become a tensor, and of floating results of integers. `'float32'`
 * until changed. `floatx()` gives `'float32'`.
 */
export function floatx(): DType {
  return DTYPES[floatxCode] as DType
}

/**
 * Sets {@link floatx} to `'float16'`, `'bfloat16'`, `'float32'` or `'float64'`, for calls that come later. Throws a
 * TypeError for another dtype.
 */
export function setFloatx(dtype: DType): void {
  const code = codeOf('setFloatx', dtype)
  if (!isFloating(code))
    throw typeError('setFloatx', 'DTYPE', `received '${dtype}'; expected float16, bfloat16, float32 or float64`)
  floatxCode = code
  floatxVersion++
}

/** What two dtypes meet in. */
export const promote = (a: Code, b: Code): Code => (PROMOTION[a] as readonly Code[])[b] as Code

/** What several dtypes meet in. What has a fraction comes first: uint64 and int8 beside float16 are float16, not float64. */
export function promoteAll(codes: readonly Code[]): Code {
  const ordered = [...codes.filter(isInexact), ...codes.filter((code) => !isInexact(code))]
  return ordered.reduce(promote)
}

/** A bare JavaScript number's kind: it takes the dtype of what stands beside it, as a Python number in Keras. */
export type Weak = 'bool' | 'int' | 'float' | 'complex'

/** The complex dtype of a real one's width. */
export const complexOf = (code: Code): Code => (code === FLOAT64 || code === COMPLEX128 ? COMPLEX128 : COMPLEX64)

/** What a dtype and a weak scalar meet in. */
export function promoteWeak(code: Code, weak: Weak): Code {
  const table =
    weak === 'int' ? WEAK_INT : weak === 'float' ? WEAK_FLOAT : weak === 'complex' ? WEAK_COMPLEX : undefined
  if (table === undefined) return code
  const met = table[code] as Code
  return met === FLOATX ? floatxCode : met === COMPLEXX ? complexOf(floatxCode) : met
}

/** The dtype of a weak scalar that stands alone. */
export function weakAlone(weak: Weak): Code {
  return weak === 'bool' ? BOOL : weak === 'int' ? INT32 : weak === 'float' ? floatxCode : complexOf(floatxCode)
}

const LOW = [0, 0, 0, 0, 0, -0x80, -0x8000, -0x80000000, -(2 ** 63)]
const HIGH = [1, 0xff, 0xffff, 0xffffffff, 2 ** 64, 0x7f, 0x7fff, 0x7fffffff, 2 ** 63]

/** Whether an integer dtype can hold a whole number; others always can. 2^63 and 2^64 themselves are past the end. */
export function fits(value: number | bigint, code: Code): boolean {
  if (!isInteger(code)) return true
  const wide = code === INT64 || code === UINT64
  const low = LOW[code] as number
  const high = HIGH[code] as number
  return value >= low && (wide ? value < high : value <= high)
}

/** Throws a RangeError where an integer dtype cannot hold a whole number. */
export function checkFits(op: string, value: number | bigint, code: Code): void {
  if (fits(value, code)) return
  throw rangeError(op, 'VALUE', `${value} does not fit into ${DTYPES[code]}; cast the tensor to a wider dtype first`)
}
