/** Distances between floating values in units in the last place, for the four floating dtypes and the complex ones. */

import { type DType, get, isComplex, isFloating, type Storage } from './dtypes'

const PRECISION: { readonly [key in DType]?: { readonly bits: number; readonly least: number } } = {
  float16: { bits: 10, least: -14 },
  bfloat16: { bits: 7, least: -126 },
  float32: { bits: 23, least: -126 },
  float64: { bits: 52, least: -1022 },
  complex64: { bits: 23, least: -126 },
  complex128: { bits: 52, least: -1022 },
}

/** The gap between a dtype's values around a magnitude. */
export function ulpOf(dtype: DType, magnitude: number): number {
  const precision = PRECISION[dtype]
  if (precision === undefined) throw new Error(`${dtype} has no units in the last place`)
  if (!Number.isFinite(magnitude)) return 1
  let exponent = magnitude === 0 ? precision.least : Math.floor(Math.log2(magnitude))
  if (magnitude !== 0 && 2 ** exponent > magnitude) exponent--
  return 2 ** (Math.max(exponent, precision.least) - precision.bits) || 2 ** -1074
}

/** How far two values are apart: 0 for equal ones and two NaNs, Infinity where one is NaN or only one is infinite. */
export function ulpDistance(dtype: DType, got: number, want: number, signOfZero = true): number {
  if (Number.isNaN(got) || Number.isNaN(want))
    return Number.isNaN(got) && Number.isNaN(want) ? 0 : Number.POSITIVE_INFINITY
  if (got === want) return signOfZero && !Object.is(got, want) ? Number.POSITIVE_INFINITY : 0
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Number.POSITIVE_INFINITY
  return Math.abs(got - want) / ulpOf(dtype, Math.abs(want))
}

const bytes = (data: Storage): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

const sameBytes = (a: Storage, b: Storage): boolean => bytes(a).equals(bytes(b))

export interface Tolerance {
  /** For floating and complex values; 0 means the same bits (NaN payloads aside). Integers are always exact. */
  readonly ulp: number
  /** For complex values, where it is another. */
  readonly complexUlp?: number | undefined
  readonly signOfZero?: boolean
}

/** The first element that differs by more, in words; undefined where none does. */
export function firstDifference(dtype: DType, got: Storage, want: Storage, tolerance: Tolerance): string | undefined {
  if (got.length !== want.length) return `${got.length} numbers instead of ${want.length}`
  if (sameBytes(got, want)) return undefined
  const { ulp, complexUlp = ulp, signOfZero = true } = tolerance
  if (isComplex(dtype)) return complexDifference(dtype, got, want, complexUlp)
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [get(got, dtype, i), get(want, dtype, i)]
    if (!isFloating(dtype)) {
      if (a !== b) return `element ${i} is ${a} instead of ${b}`
      continue
    }
    const distance = ulpDistance(dtype, Number(a), Number(b), signOfZero)
    if (distance > ulp)
      return `element ${i} is ${show(a)} instead of ${show(b)} (${distance.toPrecision(3)} ulp, allowed ${ulp})`
  }
  return undefined
}

/** Complex errors are measured against the modulus: a part may cancel to anything. */
function complexDifference(dtype: DType, got: Storage, want: Storage, ulp: number): string | undefined {
  for (let i = 0; i < want.length; i += 2) {
    const [ar, ai, br, bi] = [got[i], got[i + 1], want[i], want[i + 1]].map(Number) as [number, number, number, number]
    const unit = ulpOf(dtype, Math.hypot(br, bi))
    const apart = (a: number, b: number): number =>
      a === b || (Number.isNaN(a) && Number.isNaN(b))
        ? 0
        : Number.isFinite(a - b)
          ? Math.abs(a - b) / unit
          : Number.POSITIVE_INFINITY
    const distance = Math.max(apart(ar, br), apart(ai, bi))
    if (distance > ulp)
      return `element ${i / 2} is ${ar} + ${ai}i instead of ${br} + ${bi}i (${distance.toPrecision(3)} ulp, allowed ${ulp})`
  }
  return undefined
}

const show = (value: number | bigint): string => (Object.is(value, -0) ? '-0' : String(value))
