import { deepStrictEqual } from 'node:assert'
import { ndops, op } from '../support/ndops'
import { record } from '../support/record'

record('equal')
record('notEqual')
record('greater')
record('greaterEqual')
record('less')
record('lessEqual')
record('isclose')

describe('comparisons of uint64 with negative numbers', () => {
  const signed = [-1n, 0n, 2n ** 63n - 1n, -(2n ** 63n), 5n]
  const unsigned = [2n ** 64n - 1n, 0n, 2n ** 63n - 1n, 2n ** 63n, 4n]
  const answers: { readonly [name: string]: (a: bigint, b: bigint) => boolean } = {
    equal: (a, b) => a === b,
    notEqual: (a, b) => a !== b,
    greater: (a, b) => a > b,
    greaterEqual: (a, b) => a >= b,
    less: (a, b) => a < b,
    lessEqual: (a, b) => a <= b,
  }
  const { fromData } = ndops as unknown as { fromData(data: ArrayBufferView, shape: number[], dtype: string): unknown }
  const row = fromData(BigInt64Array.from(signed), [5], 'int64')
  const column = fromData(BigUint64Array.from(unsigned), [5, 1], 'uint64')
  for (const [name, answer] of Object.entries(answers))
    it(`${name} is exact, whichever comes first`, () => {
      const values = (x: unknown): unknown => (x as { toArray(): unknown }).toArray()
      deepStrictEqual(
        values(op(name)(row, column)),
        unsigned.map((b) => signed.map((a) => answer(a, b))),
      )
      deepStrictEqual(
        values(op(name)(column, row)),
        unsigned.map((b) => signed.map((a) => answer(b, a))),
      )
      deepStrictEqual(
        values(op(name)(row, 2n ** 63n)),
        signed.map((a) => answer(a, 2n ** 63n)),
      )
      deepStrictEqual(
        values(op(name)(-1, column)),
        unsigned.map((b) => [answer(-1n, b)]),
      )
    })
})
