/** The dtypes as records name them. */

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

export const INTEGER: readonly DType[] = DTYPES.slice(1, 9)
export const FLOATING: readonly DType[] = DTYPES.slice(9, 13)
export const COMPLEX: readonly DType[] = DTYPES.slice(13)
export const REAL: readonly DType[] = DTYPES.slice(0, 13)

export const isFloating = (dtype: DType): boolean => FLOATING.includes(dtype)
export const isComplex = (dtype: DType): boolean => COMPLEX.includes(dtype)

export type Storage =
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

/** A zeroed typed array that stores `count` elements of a dtype: bits for 16-bit floats, pairs for complex numbers. */
export function storage(dtype: DType, count: number): Storage {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(count)
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(count)
    case 'uint32':
      return new Uint32Array(count)
    case 'uint64':
      return new BigUint64Array(count)
    case 'int8':
      return new Int8Array(count)
    case 'int16':
      return new Int16Array(count)
    case 'int32':
      return new Int32Array(count)
    case 'int64':
      return new BigInt64Array(count)
    case 'float32':
      return new Float32Array(count)
    case 'float64':
      return new Float64Array(count)
    case 'complex64':
      return new Float32Array(2 * count)
    case 'complex128':
      return new Float64Array(2 * count)
  }
}

/** A float16's or bfloat16's bits: `fraction` bits behind `exponent` bits of the given bias, rounded to even. */
function pack(value: number, exponentBits: number, fractionBits: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 1 << (exponentBits + fractionBits) : 0
  const top = (1 << exponentBits) - 1
  const bias = top >> 1
  if (Number.isNaN(value)) return (top << fractionBits) | (1 << (fractionBits - 1))
  const magnitude = Math.abs(value)
  if (magnitude === 0) return sign
  if (magnitude === Number.POSITIVE_INFINITY) return sign | (top << fractionBits)
  let exponent = Math.max(Math.floor(Math.log2(magnitude)), 1 - bias)
  if (2 ** (exponent + 1) <= magnitude) exponent++
  if (exponent > 1 - bias && 2 ** exponent > magnitude) exponent--
  const scaled = magnitude / 2 ** (exponent - fractionBits)
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  const units = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  // A normal number's units carry the hidden bit, which adds one to the exponent field by itself.
  const bits = (exponent + bias - 1) * 2 ** fractionBits + units
  return sign | Math.min(bits, top << fractionBits)
}

function unpack(bits: number, exponentBits: number, fractionBits: number): number {
  const top = (1 << exponentBits) - 1
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1
  const exponent = (bits >> fractionBits) & top
  const fraction = bits & ((1 << fractionBits) - 1)
  if (exponent === top) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  const scale = 2 ** (Math.max(exponent, 1) - (top >> 1) - fractionBits)
  return sign * (exponent === 0 ? fraction : fraction + (1 << fractionBits)) * scale
}

export const toHalf = (value: number): number => pack(value, 5, 10)
export const fromHalf = (bits: number): number => unpack(bits, 5, 10)
export const toBrain = (value: number): number => pack(value, 8, 7)
export const fromBrain = (bits: number): number => unpack(bits, 8, 7)

/** Writes a value (for complex: one part) into storage. */
export function put(data: Storage, dtype: DType, place: number, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[place] = BigInt(value)
  else if (dtype === 'float16') data[place] = toHalf(Number(value))
  else if (dtype === 'bfloat16') data[place] = toBrain(Number(value))
  else data[place] = Number(value)
}

/** Reads a value (for complex: one part) from storage. */
export function get(data: Storage, dtype: DType, place: number): number | bigint {
  const stored = data[place] as number | bigint
  if (dtype === 'float16') return fromHalf(Number(stored))
  if (dtype === 'bfloat16') return fromBrain(Number(stored))
  return stored
}
