import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { isCoded, ndops } from '../support/ndops'
import { record } from '../support/record'

record('arange')

const coded = (code: string) => (error: unknown) => isCoded(error) && error.code === `ERR_NDOPS_${code}`

describe('arange', () => {
  it('takes its dtype from what it is given', () => {
    strictEqual(ndops.arange(3).dtype, 'int32')
    strictEqual(ndops.arange(3n).dtype, 'int64')
    strictEqual(ndops.arange(0, 3, 0.5).dtype, 'float32')
    strictEqual(ndops.arange(0, 3n, 0.5).dtype, 'float32')
    strictEqual(ndops.arange(ndops.array(3, 'uint8')).dtype, 'uint8')
    strictEqual(ndops.arange(0, ndops.array(3, 'int16'), 2).dtype, 'int16')
    strictEqual(ndops.arange(0, ndops.array(2.5, 'float64')).dtype, 'float64')
    strictEqual(ndops.arange(0, 3, { dtype: 'float16' }).dtype, 'float16')
  })

  it('is exact where numbers are not', () => {
    const start = 2n ** 62n + 1n
    deepStrictEqual(ndops.arange(start, start + 5n, 2).toArray(), [start, start + 2n, start + 4n])
    deepStrictEqual(ndops.arange(2n ** 64n - 3n, 2n ** 64n - 1n, 1n, 'uint64').toArray(), [
      2n ** 64n - 3n,
      2n ** 64n - 2n,
    ])
    deepStrictEqual(ndops.arange(5n, -5n, -4n).toArray(), [5n, 1n, -3n])
    deepStrictEqual(ndops.arange(5n, 9n, -4n).toArray(), [])
    const far = ndops.arange(0, 100_000, 0.1, 'float64')
    strictEqual(far.size, 1_000_000)
    strictEqual((far.data as Float64Array)[999_999], 999_999 * 0.1)
  })

  it('refuses what is no range', () => {
    throws(() => ndops.arange(0, 5, 0), coded('VALUE'))
    throws(() => ndops.arange(0n, 5n, 0n), coded('VALUE'))
    throws(() => ndops.arange(Number.NaN), coded('VALUE'))
    throws(() => ndops.arange(0, 5, Number.POSITIVE_INFINITY), coded('VALUE'))
    throws(() => ndops.arange(3, { dtype: 'bool' }), coded('DTYPE'))
    throws(() => ndops.arange(3, { dtype: 'complex64' }), coded('DTYPE'))
    throws(() => ndops.arange({ re: 1, im: 1 } as never, 3), coded('DTYPE'))
    throws(() => ndops.arange(300, { dtype: 'uint8' }), coded('VALUE'))
    throws(() => ndops.arange(3e9 - 1, 3e9), coded('VALUE'))
    throws(() => ndops.arange(2 ** 60, { dtype: 'float32' }), coded('SIZE'))
    throws(() => ndops.arange(ndops.zeros([2])), coded('SHAPE_MISMATCH'))
    throws(() => ndops.arange('3' as never), coded('ARGUMENT'))
  })
})
