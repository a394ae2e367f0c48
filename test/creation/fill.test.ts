import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, type Tensor } from '../support/ndops'
import { record } from '../support/record'

record('empty')
record('eye')
record('full')
record('fullLike')
record('identity')
record('ones')
record('onesLike')
record('tri')
record('zeros')
record('zerosLike')

const coded = (code: string) => (error: unknown) => isCoded(error) && error.code === `ERR_NDOPS_${code}`

const total = (x: Tensor): number => (x.data as Float32Array).reduce((sum, value) => sum + value, 0)

describe('creation', () => {
  it('follows floatx()', () => {
    ndops.setFloatx('float64')
    try {
      for (const x of [
        ndops.zeros([1]),
        ndops.ones([1]),
        ndops.eye(1),
        ndops.tri(1),
        ndops.full([1], 2),
        ndops.empty(1),
      ])
        strictEqual(x.dtype, 'float64')
    } finally {
      ndops.setFloatx('float32')
    }
  })

  it('gives zeros for empty memory that others used', () => {
    for (let round = 0; round < 10; round++) {
      ndops.full([1000], 7).dispose()
      ok((ndops.empty([1000]).data as Float32Array).every((x) => x === 0))
    }
  })

  it('refuses what does not fit, before anything is allocated', () => {
    const before = ndops.memory().peak
    throws(() => ndops.ones([2 ** 33, 2 ** 33]), coded('SIZE'))
    throws(
      () => ndops.ones([2 ** 45]),
      (error: unknown) => isCoded(error),
    )
    throws(() => ndops.full([2], 300, 'uint8'), coded('VALUE'))
    throws(() => ndops.fullLike(ndops.zeros([2], 'int8'), -200), coded('VALUE'))
    throws(() => ndops.eye(-1), coded('SIZE'))
    throws(() => ndops.zeros(Array(33).fill(1)), coded('RANK'))
    throws(() => ndops.zeros('2' as never), coded('ARGUMENT'))
    strictEqual(ndops.memory().peak, before)
  })

  it('takes large and wide diagonals', () => {
    deepStrictEqual(ndops.eye(2, 3, -1).toArray(), [
      [0, 0, 0],
      [1, 0, 0],
    ])
    strictEqual(total(ndops.tri(700, 600, 5)), 6 * 595 + (594 * 595) / 2 + 600 * 105)
    strictEqual(total(ndops.eye(3000)), 3000)
  })
})
