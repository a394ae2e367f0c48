import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises, type Tensor } from '../support/ndops'
import { record } from '../support/record'

record('arange')
record('linspace')
record('logspace', { ulp: 1 })

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

describe('linspace', () => {
  it('says what is wrong', () => {
    throws(() => ndops.linspace(0, 1, -1), coded('SIZE'))
    throws(() => ndops.linspace(0, 1, 2 ** 60), coded('ARGUMENT'))
    throws(() => ndops.linspace(0, 1, 5, 1 as never), coded('ARGUMENT'))
    throws(() => ndops.linspace(0, 1, { axis: 1 }), coded('AXIS'))
    throws(() => ndops.linspace({ re: 0, im: 1 }, 1, { dtype: 'int8' }), coded('DTYPE'))
    throws(() => ndops.linspace([1, 2], [1, 2, 3]), coded('BROADCAST'))
    throws(() => ndops.linspace('0' as never, 1), coded('ARGUMENT'))
  })

  it('gives the distance too, as a promise as well', async () => {
    const [values, step] = ndops.linspace(0, 1, { num: 5, retstep: true })
    deepStrictEqual(values.toArray(), [0, 0.25, 0.5, 0.75, 1])
    deepStrictEqual([step.shape, step.dtype, step.item()], [[], 'float32', 0.25])
    strictEqual(ndops.linspace(0, 10, 3, true, true, 'int8')[1].dtype, 'float32')
    strictEqual(ndops.linspace(0, 10, 3, true, true, 'float64')[1].dtype, 'float64')
    const later = (await promises.linspace(0, 1, { num: 5, retstep: true } as never)) as unknown as [Tensor, Tensor]
    strictEqual(later[1].item(), 0.25)
  })

  it('ends with the stop, and is no sum of steps', () => {
    const far = ndops.linspace(0.1, 12345.6, 1_000_001, { dtype: 'float64' }).data as Float64Array
    strictEqual(far[1_000_000], 12345.6)
    const step = (12345.6 - 0.1) / 1_000_000
    strictEqual(
      far.slice(0, -1).every((value, i) => value === i * step + 0.1),
      true,
    )
  })
})

describe('logspace', () => {
  it('takes a base of any kind', () => {
    deepStrictEqual(ndops.logspace(0, 3, { num: 4, base: 2, dtype: 'int32' }).toArray(), [1, 2, 4, 8])
    deepStrictEqual(ndops.logspace(0, 2, { num: 3, base: [2, 3] }).toArray(), [
      [1, 1],
      [2, 3],
      [4, 9],
    ])
    throws(() => ndops.logspace(0, 1, { base: 'e' as never }), coded('ARGUMENT'))
    throws(() => ndops.logspace([0, 1], 1, { base: [1, 2, 3] }), coded('BROADCAST'))
  })
})
