/** The truth of an op that Keras does not have: a function of numbers, given with the record itself. */

import { DTYPES, type DType, get, put, storage } from './dtypes'
import type { Case, Fixture, TensorText } from './fixtures'
import { type Draw, drawn, seeded, signedSmallAndLarge } from './random'

/** What one element of each operand gives, in double precision. */
export type Reference = (...values: number[]) => number

const COUNT = 48

function text(dtype: DType, values: readonly (number | bigint)[], shape: readonly number[]): TensorText {
  const data = values.map((value) =>
    typeof value === 'bigint'
      ? String(value)
      : Number.isFinite(value)
        ? value
        : String(value).replace('inity', '').toLowerCase(),
  )
  return { dtype, shape, data: data.map((value, i) => (Object.is(values[i], -0) ? -0 : value)) }
}

/** The fixture of an elementwise op over real dtypes whose result has its operands' dtype. */
export function referenceFixture(
  op: string,
  family: string,
  reference: Reference,
  dtypes: readonly DType[],
  draw: Draw = signedSmallAndLarge,
): Fixture {
  const operands = reference.length
  const cases = dtypes.flatMap((dtype): Case[] => {
    const random = seeded(`${op} ${dtype}`)
    const columns = Array.from({ length: operands }, () => drawn(draw, random, dtype, COUNT))
    const result = storage(dtype, COUNT)
    for (let i = 0; i < COUNT; i++)
      put(result, dtype, i, whole(dtype, reference(...columns.map((data) => Number(get(data, dtype, i))))))
    const one = (data: typeof result, shape: number[]) =>
      text(
        dtype,
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => get(data, dtype, i)),
        shape,
      )
    return [[COUNT], [6, 8], [0], []].map((shape) => ({
      args: columns.map((data) => one(data, shape)),
      gives: one(result, shape),
    }))
  })
  const row = (i?: number): string =>
    DTYPES.map((dtype, j) => (dtypes.includes(dtype) && (i === undefined || i === j) ? dtype : '?')).join(' ')
  return {
    op,
    family,
    kind: operands === 1 ? 'unary' : 'binary',
    call: Array.from({ length: operands }, () => ({ operand: [1] })),
    dtypes: operands === 1 ? [row()] : DTYPES.map((_, i) => row(i)),
    cases,
  }
}

/** Integers wrap; those of 64 bits need a whole number to be written. */
const whole = (dtype: DType, value: number): number => (dtype.includes('int') ? Math.trunc(value) : value)
