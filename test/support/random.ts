/** Seeded randomness and the values that records draw from it. */

import { type DType, isComplex, isFloating, put, type Storage, storage } from './dtypes'

/** A number in [0, 1) at each call, the same sequence for the same seed. */
export type Random = () => number

/** mulberry32: 32 bits of state are enough to choose test values. */
export function seeded(seed: number | string): Random {
  let state =
    typeof seed === 'number' ? seed : [...seed].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 0x01000193), 0x811c9dc5)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One value (for complex: one part) of a dtype. */
export type Draw = (random: Random, dtype: DType) => number | bigint

const WIDTH: { readonly [key in DType]?: number } = { uint8: 8, int8: 8, uint16: 16, int16: 16, uint32: 32, int32: 32 }

function anyInteger(random: Random, dtype: DType): number | bigint {
  if (dtype === 'bool') return random() < 0.5 ? 0 : 1
  const words = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32))
  if (dtype === 'uint64') return words
  if (dtype === 'int64') return BigInt.asIntN(64, words)
  const bits = Math.floor(random() * 2 ** (WIDTH[dtype] as number))
  return dtype.startsWith('u') ? bits : bits - 2 ** ((WIDTH[dtype] as number) - 1)
}

const SPECIAL = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]

/** Any integer; floats of both signs from tiny to large, now and then a special one. */
export const anything: Draw = (random, dtype) => {
  if (!isFloating(dtype) && !isComplex(dtype)) return anyInteger(random, dtype)
  if (isFloating(dtype) && random() < 0.05) return SPECIAL[Math.floor(random() * SPECIAL.length)] as number
  return signedSmallAndLarge(random, dtype)
}

/** Finite values of both signs with exponents from -8 to 8. Integers from -100 to 100. */
export const signedSmallAndLarge: Draw = (random, dtype) => {
  const sign = random() < 0.5 ? -1 : 1
  if (dtype === 'bool') return sign > 0 ? 1 : 0
  if (isFloating(dtype) || isComplex(dtype)) return sign * (1 + random()) * 2 ** Math.floor(random() * 17 - 8)
  const value = Math.floor(random() * 101)
  return dtype.startsWith('u') ? value : sign * value
}

/** Values in (0, 16), integers from 1 to 16. */
export const positive: Draw = (random, dtype) =>
  dtype === 'bool' ? 1 : isFloating(dtype) || isComplex(dtype) ? 16 * (1 - random()) : 1 + Math.floor(random() * 16)

/** Small integers of both signs (in every dtype): sums and products of some hundred are exact. */
export const smallIntegers: Draw = (random, dtype) => {
  const value = Math.floor(random() * 9)
  return dtype === 'bool' ? value & 1 : dtype.startsWith('u') ? value : value - 4
}

const DRAWN = 8191

/** `count` drawn elements, as storage. Past some thousands they repeat: drawing is slow beside what it serves. */
export function drawn(draw: Draw, random: Random, dtype: DType, count: number): Storage {
  const data = storage(dtype, count)
  const fresh = Math.min(DRAWN, data.length)
  for (let i = 0; i < fresh; i++) put(data, dtype, i, draw(random, dtype))
  for (let i = fresh; i < data.length; i *= 2) data.copyWithin(i, 0, data.length - i)
  return data
}
