import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { DTYPES, type DType } from '../support/dtypes'
import { ndops, op, type Tensor } from '../support/ndops'
import { drawn, seeded, signedSmallAndLarge } from '../support/random'
import { type RecordOptions, record } from '../support/record'

const large: RecordOptions['large'] = (random, dtype) => [
  ndops.fromData(drawn(signedSmallAndLarge, random, dtype, 3 * 140_000), [140_000, 3], dtype),
  0,
]

record('sort', { large })
record('argsort', { large })

/** What argsort gives, as plain numbers. */
const orderOf = (x: unknown, ...rest: unknown[]): unknown => (op('argsort')(x, ...rest) as Tensor).toArray()

describe('sort and argsort', () => {
  it('agree: the elements at the order are the sorted ones to the bit, for every dtype and any axis @level', () => {
    const random = seeded('sort and argsort')
    for (const dtype of DTYPES)
      for (const [shape, axis] of [
        [[1000], 0],
        [[70_000], 0],
        [[40, 300], 0],
        [[300, 40], 1],
        [[5, 60, 7], 1],
      ] as const) {
        const size = shape.reduce((a, b) => a * b, 1)
        const x = ndops.fromData(drawn(signedSmallAndLarge, random, dtype as DType, size), [...shape], dtype)
        const order = op('argsort')(x, axis) as Tensor
        const taken = op('takeAlongAxis')(x, order, axis) as Tensor
        const sorted = op('sort')(x, axis) as Tensor
        strictEqual(order.dtype, 'int32')
        deepStrictEqual(taken.data, sorted.data)
      }
  })

  it('keep ties in the order of their places', () => {
    deepStrictEqual(orderOf([0, -0, 0, -0]), [0, 1, 2, 3])
    deepStrictEqual(orderOf([Number.NaN, 1, -Number.NaN, 0, Number.NaN]), [3, 1, 0, 2, 4])
    const ties = Int32Array.from({ length: 100_000 }, (_, i) => i % 3)
    const order = (op('argsort')(ties) as Tensor).data as Int32Array
    ok(
      order.every(
        (place, i) => i === 0 || ties[place] !== ties[order[i - 1] as number] || place > (order[i - 1] as number),
      ),
    )
  })

  it('do not touch what they are given', () => {
    const x = Float32Array.of(3, 1, 2)
    op('sort')(x)
    deepStrictEqual([...x], [3, 1, 2])
  })

  it('take a 0-d tensor as Keras does', () => {
    deepStrictEqual((op('sort')(5, null) as Tensor).toArray(), [5])
    deepStrictEqual(orderOf(5), [0])
    deepStrictEqual(orderOf(5, null), [0])
    throws(() => op('sort')(5), { code: 'ERR_NDOPS_AXIS', name: 'RangeError' })
    throws(() => op('argsort')(5, 1), { code: 'ERR_NDOPS_AXIS', name: 'RangeError' })
  })
})
