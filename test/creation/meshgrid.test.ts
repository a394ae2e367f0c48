import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises, type Tensor } from '../support/ndops'
import { record } from '../support/record'

record('meshgrid')

const coded = (code: string) => (error: unknown) => isCoded(error) && error.code === `ERR_NDOPS_${code}`

describe('meshgrid', () => {
  it('copies nothing', async () => {
    const [x, y] = [ndops.arange(1000), ndops.arange(2000)]
    const before = ndops.memory().live
    const [gx, gy] = ndops.meshgrid(x, y, { indexing: 'ij' }) as [Tensor, Tensor]
    strictEqual(ndops.memory().live, before)
    deepStrictEqual(
      [gx.shape, gy.shape],
      [
        [1000, 2000],
        [1000, 2000],
      ],
    )
    x.dispose()
    deepStrictEqual(ndops.getItem(gx, [3, ':2']).toArray(), [3, 3])
    const later = (await promises.meshgrid([1, 2], [3, 4])) as Tensor[]
    deepStrictEqual(
      later.map((grid) => grid.toArray()),
      [
        [
          [1, 2],
          [1, 2],
        ],
        [
          [3, 3],
          [4, 4],
        ],
      ],
    )
  })

  it('says what is wrong', () => {
    throws(() => ndops.meshgrid([1], { indexing: 'yx' as never }), coded('VALUE'))
    throws(() => ndops.meshgrid([1], { index: 'xy' } as never), coded('OPTION'))
    throws(() => ndops.meshgrid(...new Array(33).fill(1)), coded('RANK'))
    throws(() => ndops.meshgrid(ndops.broadcastTo(1, [2 ** 30]), ndops.broadcastTo(1, [2 ** 30])), coded('SIZE'))
  })
})
