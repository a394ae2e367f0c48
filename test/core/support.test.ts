/** The helpers that every other test leans on. */

import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { difference, mismatch, wrongError } from '../support/compare'
import { fromBrain, fromHalf, toBrain, toHalf } from '../support/dtypes'
import { elements } from '../support/fixtures'
import { kerasName } from '../support/names'
import { ndops } from '../support/ndops'
import { seeded } from '../support/random'
import { ulpDistance, ulpOf } from '../support/ulp'

describe('test support', () => {
  it('packs 16-bit floats so that every bit pattern survives', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const [half, brain] = [fromHalf(bits), fromBrain(bits)]
      if (!Number.isNaN(half)) strictEqual(toHalf(half), bits)
      if (!Number.isNaN(brain)) strictEqual(toBrain(brain), bits)
    }
    ok(Number.isNaN(fromHalf(toHalf(Number.NaN))) && Number.isNaN(fromBrain(toBrain(Number.NaN))))
  })

  it('rounds to the nearest 16-bit float, ties to even, past the largest to infinity', () => {
    strictEqual(fromHalf(toHalf(2049)), 2048)
    strictEqual(fromHalf(toHalf(2051)), 2052)
    strictEqual(fromHalf(toHalf(65519)), 65504)
    strictEqual(fromHalf(toHalf(-65520)), Number.NEGATIVE_INFINITY)
    strictEqual(fromHalf(toHalf(2 ** -25)), 0)
    strictEqual(fromHalf(toHalf(1.5 * 2 ** -25)), 2 ** -24)
    strictEqual(fromBrain(toBrain(1 + 2 ** -8)), 1)
    strictEqual(fromBrain(toBrain(1 + 3 * 2 ** -8)), 1 + 2 ** -6)
    strictEqual(fromBrain(toBrain(3.4e38)), Number.POSITIVE_INFINITY)
  })

  it('measures in units in the last place', () => {
    strictEqual(ulpOf('float32', 1), 2 ** -23)
    strictEqual(ulpOf('float64', 0), 2 ** -1074)
    strictEqual(ulpOf('float16', 1.99), 2 ** -10)
    strictEqual(ulpOf('float64', 0.9999999999999999), 2 ** -53)
    strictEqual(ulpDistance('float32', 1 + 2 ** -22, 1), 2)
    strictEqual(ulpDistance('float32', Number.NaN, Number.NaN), 0)
    strictEqual(ulpDistance('float32', -0, 0), Number.POSITIVE_INFINITY)
    strictEqual(ulpDistance('float32', -0, 0, false), 0)
    strictEqual(ulpDistance('float32', 3e38, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY)
  })

  it('sees a wrong value, shape, dtype and kind', () => {
    const want = { dtype: 'float32', shape: [2], data: [1, 2] } as const
    const made = (values: number[], shape: number[]) => ndops.fromData(new Float32Array(values), shape)
    strictEqual(mismatch(made([1, 2], [2]), want, { ulp: 0 }), undefined)
    ok(mismatch(made([1, 3], [2]), want, { ulp: 9 })?.startsWith('element 1'))
    ok(mismatch(made([1, 2], [1, 2]), want, { ulp: 0 })?.startsWith('shape'))
    ok(mismatch(ndops.fromData(new Float64Array([1, 2])), want, { ulp: 0 })?.startsWith('dtype'))
    ok(mismatch(3, want, { ulp: 0 })?.includes('instead of a tensor'))
    ok(mismatch([], [want], { ulp: 0 })?.startsWith('0 results'))
    strictEqual(difference(made([1], [1]), made([1], [1]), { ulp: 0 }), undefined)
    ok(difference(made([-0], [1]), made([0], [1]), { ulp: 0 }))
  })

  it('sees an error without a code, of the wrong class, and a missing one', () => {
    const coded = Object.assign(new RangeError('ndops.add: no'), { code: 'ERR_NDOPS_AXIS' })
    const thrower = (error: unknown) => () => {
      throw error
    }
    strictEqual(wrongError(thrower(coded), 'RangeError'), undefined)
    ok(wrongError(thrower(coded), 'TypeError'))
    ok(wrongError(thrower(new RangeError('no')), 'RangeError'))
    ok(wrongError(() => 1, undefined))
  })

  it('reads exact values', () => {
    const data = elements({ dtype: 'float64', shape: [4], data: ['nan', '-inf', -0, 0.1] })
    ok(Number.isNaN(data[0]) && data[1] === Number.NEGATIVE_INFINITY && Object.is(data[2], -0) && data[3] === 0.1)
    deepStrictEqual(
      elements({ dtype: 'uint64', shape: [1], data: ['18446744073709551615'] }),
      new BigUint64Array([2n ** 64n - 1n]),
    )
  })

  it('draws the same numbers for the same seed', () => {
    const [a, b, c] = [seeded('x'), seeded('x'), seeded('y')]
    const first = [a(), a(), a()]
    deepStrictEqual([b(), b(), b()], first)
    ok(c() !== first[0])
  })

  it('spells names as Keras does', () => {
    deepStrictEqual(['countNonzero', 'log10', 'takeAlongAxis', 'add'].map(kerasName), [
      'count_nonzero',
      'log10',
      'take_along_axis',
      'add',
    ])
  })
})
