import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { isCoded, ndops } from '../support/ndops'
import type { Random } from '../support/random'
import { record } from '../support/record'

const large = (random: Random): readonly unknown[] => [
  ndops.reshape(ndops.arange(1_000_000), [1000, 1000]),
  Math.floor(random() * 9) - 4,
]

record('diag')
record('diagonal')
record('tril', { large })
record('triu', { large })

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('diagonals', () => {
  it('are views', () => {
    const x = ndops.reshape(ndops.arange(90_000), [300, 300])
    const before = ndops.memory().live
    const views = [ndops.diag(x, 1), ndops.diagonal(x, -1), x.diagonal()]
    strictEqual(ndops.memory().live, before)
    deepStrictEqual(
      views.map((view) => view.shape),
      [[299], [299], [300]],
    )
    x.dispose()
    strictEqual((views[2] as typeof x).data[299], 299 * 301)
  })

  it('says what is wrong', () => {
    throws(() => ndops.diag(ndops.zeros([1, 2, 3])), coded('RANK', '[1, 2, 3]'))
    throws(() => ndops.diag([1], 2 ** 40), coded('SIZE'))
    throws(() => ndops.diagonal([1, 2]), coded('RANK', '[2]'))
    throws(() => ndops.diagonal([[1]], 0, 1, -1), coded('AXIS', '1 and -1'))
    throws(() => ndops.tril(3), coded('RANK', '0-d'))
    throws(() => ndops.triu([[1]], 'a' as never), coded('ARGUMENT', 'k'))
  })
})

describe('triangles', () => {
  it('of views are those of their elements', () => {
    const x = ndops.reshape(ndops.arange(2 * 300 * 200, { dtype: 'float32' }), [2, 300, 200])
    for (const view of [
      ndops.transpose(x, [0, 2, 1]),
      ndops.flip(x),
      ndops.getItem(x, ['...', '::3']),
      ndops.broadcastTo(ndops.getItem(x, ['...', ':1']), [2, 300, 50]),
    ])
      for (const k of [0, 7, -90]) {
        const plain = ndops.copy(view)
        deepStrictEqual(ndops.tril(view, k).data, ndops.tril(plain, k).data)
        deepStrictEqual(ndops.triu(view, k).data, ndops.triu(plain, k).data)
        // Both together have every element once.
        const sum = ndops.add(ndops.tril(view, k), ndops.triu(view, k + 1))
        deepStrictEqual(sum.data, plain.data)
      }
  })
})
