import { deepStrictEqual, ok, throws } from 'node:assert'
import { isCoded, ndops, promises } from '../support/ndops'
import { record } from '../support/record'

record('pad', {
  ulp: 1,
  large: () => [
    ndops.reshape(ndops.arange(600_000), [600, 1000]),
    [
      [3, 700],
      [1, 2000],
    ],
    'reflect',
  ],
})

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('pad', () => {
  it('goes round as often as the borders need', () => {
    const x = ndops.array([1, 2, 3], 'int8')
    const at = (mode: 'reflect' | 'symmetric' | 'wrap', before: number, after: number): number[] =>
      ndops.pad(x, [before, after], mode).toArray() as number[]
    for (const before of [0, 1, 2, 5, 1000])
      for (const after of [0, 1, 2, 3, 4, 6, 9, 777]) {
        const places = Array.from({ length: before + 3 + after }, (_, i) => i - before)
        const round = (i: number, period: number): number => ((i % period) + period) % period
        deepStrictEqual(
          at('wrap', before, after),
          places.map((i) => round(i, 3) + 1),
        )
        deepStrictEqual(
          at('symmetric', before, after),
          places.map((i) => [1, 2, 3, 3, 2, 1][round(i, 6)]),
        )
        deepStrictEqual(
          at('reflect', before, after),
          places.map((i) => [1, 2, 3, 2][round(i, 4)]),
        )
      }
  })

  it('says what is wrong', () => {
    const x = ndops.zeros([2, 3])
    throws(() => ndops.pad(x, -1), coded('VALUE', '-1'))
    throws(
      () =>
        ndops.pad(x, [
          [1, 2],
          [1, 2],
          [1, 2],
        ]),
      coded('SHAPE_MISMATCH', '2 axes', '3 pairs'),
    )
    throws(() => ndops.pad(x, [1, 2, 3]), coded('SHAPE_MISMATCH', '3 entries'))
    throws(() => ndops.pad(x, 1, 'mirror' as never), coded('VALUE', '"mirror"', 'reflect'))
    throws(() => ndops.pad(x, 1, 'edge', 3), coded('OPTION', 'constant', '"edge"'))
    throws(() => ndops.pad(ndops.zeros([0, 2]), 1, 'edge'), coded('SIZE', 'axis 0'))
    throws(
      () =>
        ndops.pad(x, [
          [2 ** 52, 0],
          [0, 0],
        ]),
      coded('SIZE'),
    )
    throws(() => ndops.pad(ndops.array([1], 'uint8'), 1, { constantValues: -1 }), coded('VALUE', '-1', 'uint8'))
  })

  it('gives back what it made on the way', async () => {
    const x = ndops.reshape(ndops.arange(40_000, { dtype: 'float32' }), [200, 200])
    for (const mode of ['mean', 'median', 'linear_ramp', 'maximum', 'symmetric'] as const) {
      const before = ndops.memory().live
      const one = ndops.pad(x, 100, mode)
      // Blocks are rounded up, and what is small on the way may have begun a slab.
      const taken = ndops.memory().live - before
      ok(taken >= 640_000 && taken < 655_361 + 66_000, `${mode} keeps ${taken} bytes`)
      const later = await promises.pad(x, 100, mode)
      deepStrictEqual(later.data, one.data)
      one.dispose()
      later.dispose()
    }
  })
})
