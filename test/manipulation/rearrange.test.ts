import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises, type Tensor } from '../support/ndops'
import type { Random } from '../support/random'
import { record } from '../support/record'

const matrix = (): Tensor => ndops.reshape(ndops.arange(250_000), [500, 500])
const counts = (random: Random, n: number): Tensor =>
  ndops.fromData(Int32Array.from({ length: n }, () => Math.floor(random() * 5)))

record('copy', { large: () => [ndops.transpose(matrix())] })
record('diff', { large: () => [matrix(), 2, 0] })
record('extractSequences')
record('flip')
record('repeat', { large: (random) => [matrix(), counts(random, 250_000)] })
record('roll', { large: () => [matrix(), [3, -7], [0, 1]] })
record('tile', { large: () => [matrix(), [2, 3]] })

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('views', () => {
  it('copy nothing', () => {
    const x = matrix()
    const before = ndops.memory().live
    const views = [ndops.flip(x), ndops.flip(x, 1), ndops.extractSequences(x, 100, 3), ndops.diff(x, 0)]
    strictEqual(ndops.memory().live, before)
    for (const view of views) notStrictEqual(view, x)
    x.dispose()
    strictEqual((views[0] as Tensor).data[0], 249_999)
    deepStrictEqual((views[2] as Tensor).shape, [500, 134, 100])
  })

  it('are not given where a copy is meant', () => {
    const x = ndops.ones([500, 500])
    for (const call of [
      ndops.copy,
      (y: Tensor) => ndops.tile(y, 1),
      (y: Tensor) => ndops.repeat(y, 1, 0),
      (y: Tensor) => ndops.roll(y, 0),
    ]) {
      const before = ndops.memory().live
      const result = call(x)
      ok(ndops.memory().live - before >= 1_000_000)
      result.dispose()
    }
  })
})

describe('repeat', () => {
  it('sizes its result by the counts, at once and later', async () => {
    const x = ndops.arange(100_000)
    const each = Int32Array.from({ length: 100_000 }, (_, i) => (i % 1000 === 7 ? 300 : i % 3))
    const want = Array.from(each).flatMap((count, i) => new Array<number>(count).fill(i))
    const now = ndops.repeat(x, ndops.fromData(each))
    deepStrictEqual(Array.from(now.data as Int32Array), want)
    const later = await promises.repeat(x, each)
    deepStrictEqual(later.data, now.data)
    deepStrictEqual((await promises.repeat([[1, 2]], [2, 0], 1)).toArray(), [[1, 1]])
  })

  it('of rows, of columns and of views', () => {
    const x = ndops.reshape(ndops.arange(600), [20, 30])
    for (const view of [x, ndops.transpose(x), ndops.flip(x), ndops.getItem(x, ['::2', '::-3'])])
      for (const axis of [0, 1]) {
        const n = view.shape[axis] as number
        const each = Array.from({ length: n }, (_, i) => (i * 7) % 4)
        const places = each.flatMap((count, i) => new Array<number>(count).fill(i))
        deepStrictEqual(ndops.repeat(view, each, axis).toArray(), ndops.take(view, places, axis).toArray())
      }
  })

  it('says what is wrong', () => {
    const x = ndops.arange(4)
    throws(() => ndops.repeat(x, [1, 2]), coded('SHAPE_MISMATCH', '4', '[2]'))
    throws(() => ndops.repeat(x, [1, 2, -3, 0]), coded('VALUE', '-3', 'position 2'))
    throws(() => ndops.repeat(x, -1), coded('VALUE', '-1'))
    throws(() => ndops.repeat(x, [0.5, 1, 1, 1]), coded('INDEX', '0.5'))
    throws(() => ndops.repeat(x, ndops.ones([4])), coded('DTYPE', 'float32'))
    throws(() => ndops.repeat(x, 2 ** 52), coded('SIZE'))
    const most = ndops.fromData(BigInt64Array.of(2n ** 62n, 2n ** 62n, 2n ** 62n, 1n))
    throws(() => ndops.repeat(x, most), coded('SIZE'))
    throws(() => ndops.repeat(x, [1, 1, 1, 1], 1), coded('AXIS'))
  })
})

describe('the rest', () => {
  it('says what is wrong', () => {
    const x = ndops.zeros([2, 3])
    throws(() => ndops.diff(x, -1), coded('VALUE', '-1'))
    throws(() => ndops.flip(x, [0, 0]), coded('AXIS', 'twice'))
    throws(() => ndops.roll(x, [1, 2], [0, 1, 0]), coded('SHAPE_MISMATCH', '2 and 3'))
    throws(() => ndops.tile(x, [1, -2]), coded('VALUE', '-2'))
    throws(() => ndops.tile(x, [2 ** 30, 2 ** 30]), coded('SIZE'))
    throws(() => ndops.extractSequences(x, 4, 1), coded('SIZE', '4', '[2, 3]'))
    throws(() => ndops.extractSequences(x, 2, 0), coded('VALUE'))
  })

  it('repeats and tiles tensors of the most axes', () => {
    const x = ndops.reshape([1, 2], [...new Array<number>(31).fill(1), 2])
    deepStrictEqual(ndops.ravel(ndops.repeat(x, 2, -1)).toArray(), [1, 1, 2, 2])
    deepStrictEqual(ndops.ravel(ndops.repeat(x, 2, 0)).toArray(), [1, 2, 1, 2])
    deepStrictEqual(ndops.ravel(ndops.tile(x, 2)).toArray(), [1, 2, 1, 2])
    deepStrictEqual(ndops.ravel(ndops.flip(x)).toArray(), [2, 1])
  })

  it('rolls along many axes', () => {
    const x = ndops.reshape(ndops.arange(2 ** 9), new Array<number>(9).fill(2))
    const all = ndops.roll(x, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8])
    deepStrictEqual(all.data, ndops.flip(x).data)
  })
})
