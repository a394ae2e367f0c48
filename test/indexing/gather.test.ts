import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises } from '../support/ndops'
import { seeded } from '../support/random'
import { record } from '../support/record'

record('getItem')
record('nonzero')
record('slice')
record('take', {
  large: (random, dtype) => [
    ndops.array(
      Array.from({ length: 5000 }, (_, i) => i % 100),
      dtype,
    ),
    ndops.array(
      Array.from({ length: 100_000 }, () => Math.floor(random() * 10_000) - 5000),
      'int32',
    ),
  ],
})
record('takeAlongAxis')

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('getItem', () => {
  it('gives views for numbers, slices and new axes', () => {
    const x = ndops.reshape(ndops.arange(24), [2, 3, 4])
    const before = ndops.memory().live
    const view = ndops.getItem(x, [1, '::-1', null, { start: 1, stop: null, step: 2 }])
    deepStrictEqual(view.shape, [3, 1, 2])
    deepStrictEqual(view.toArray(), [[[21, 23]], [[17, 19]], [[13, 15]]])
    strictEqual(ndops.memory().live, before)
    x.dispose()
    deepStrictEqual(ndops.getItem(view, [0, 0]).toArray(), [21, 23])
  })

  it('slices as Python does, whatever the ends', () => {
    const ends = [null, -7, -6, -5, -2, -1, 0, 1, 3, 5, 6, 9]
    const values = [0, 1, 2, 3, 4, 5]
    const x = ndops.array(values, 'int32')
    for (const start of ends)
      for (const stop of ends)
        for (const step of [null, -3, -1, 1, 2, 7]) {
          const by = step ?? 1
          const want: number[] = []
          const from = (end: number | null, otherwise: number): number => {
            const at = end === null ? otherwise : end < 0 ? end + 6 : end
            return by > 0 ? Math.max(0, Math.min(6, at)) : Math.max(-1, Math.min(5, at))
          }
          const last = stop === null && by < 0 ? -1 : from(stop, 6)
          for (let i = from(start, by > 0 ? 0 : 5); by > 0 ? i < last : i > last; i += by) want.push(i)
          deepStrictEqual(ndops.getItem(x, { start, stop, step }).toArray(), want, `${start}:${stop}:${step}`)
        }
  })

  it('joins masks, arrays and numbers as NumPy does', () => {
    const x = ndops.reshape(ndops.arange(60), [3, 4, 5])
    const mask = ndops.array([true, false, true])
    const wide = ndops.array([
      [true, false, false, true],
      [false, false, false, false],
      [false, true, true, false],
    ])
    deepStrictEqual(ndops.getItem(x, [mask, [0, 3], 1]).toArray(), [1, 56])
    deepStrictEqual(ndops.getItem(x, [mask, 1, '::4']).toArray(), [
      [5, 9],
      [45, 49],
    ])
    deepStrictEqual(ndops.getItem(x, [wide, [4]]).toArray(), [4, 19, 49, 54])
    deepStrictEqual(ndops.getItem(x, [0, ':', [true, false, true, false, false]]).shape, [2, 4])
    deepStrictEqual(ndops.getItem(x, [':', 0, [true, false, true, false, false]]).shape, [3, 2])
    deepStrictEqual(ndops.getItem(x, [true]).shape, [1, 3, 4, 5])
    deepStrictEqual(ndops.getItem(x, [false, 1]).shape, [0, 4, 5])
    deepStrictEqual(ndops.getItem(x, [':', true, 0]).shape, [3, 1, 5])
    deepStrictEqual(ndops.getItem(x, [null, [0, 1], '...', [0, 1]]).shape, [2, 1, 4])
  })

  it('takes an index array for each of 32 axes', async () => {
    const x = ndops.reshape(ndops.arange(2 ** 16), [...Array(16).fill(2), ...Array(16).fill(1)])
    const random = seeded('many arrays')
    const rows = Array.from({ length: 5 }, () => Array.from({ length: 16 }, () => Math.floor(random() * 2)))
    const key = Array.from({ length: 32 }, (_, axis) => (axis < 16 ? rows.map((row) => row[axis] as number) : [0]))
    const want = rows.map((row) => row.reduce((at, bit) => 2 * at + bit, 0))
    deepStrictEqual(ndops.getItem(x, key).toArray(), want)
    deepStrictEqual((await promises.getItem(x, key)).toArray(), want)
    // The widest launch there is: as many arrays, each of as many axes.
    const deep = key.map((indices) => ndops.reshape(ndops.array(indices, 'int32'), [...Array(31).fill(1), -1]))
    deepStrictEqual(ndops.ravel(ndops.getItem(x, deep)).toArray(), want)
    key[7] = [2]
    throws(() => ndops.getItem(x, key), coded('INDEX', 'index 2', 'axis 7', 'size 2'))
    throws(() => ndops.getItem(x, [...key, [0]]), coded('RANK', 'too many indices'))
  })

  it('runs masks as promises, whatever happens to the operands meanwhile', async () => {
    const x = ndops.reshape(ndops.arange(60), [3, 4, 5])
    const mask = ndops.array([true, false, true])
    const both = promises.getItem(x, [mask, [0, 3], 1])
    const alone = promises.getItem(x, mask)
    const places = promises.nonzero(mask)
    x.dispose()
    mask.dispose()
    deepStrictEqual((await both).toArray(), [1, 56])
    deepStrictEqual((await alone).shape, [2, 4, 5])
    deepStrictEqual(
      (await places).map((place) => place.toArray()),
      [[0, 2]],
    )
  })

  it('gives the memory back that it took on the way', () => {
    const x = ndops.zeros([200, 300])
    const mask = ndops.greater(ndops.ones([200]), 0)
    const before = ndops.memory().live
    for (const key of [mask, [mask, [1]], [[1, 2], '::2'], ['::2', [3, 4]]])
      for (let round = 0; round < 3; round++) ndops.getItem(x, key as never).dispose()
    ok(ndops.memory().live - before < 100_000)
    x.dispose()
    ok(ndops.memory().live < before)
  })

  it('says what is wrong with a key', async () => {
    const x = ndops.zeros([4, 3])
    const of = (key: unknown) => () => ndops.getItem(x, key as never)
    throws(of([0, 3]), coded('INDEX', 'index 3', 'axis 1', 'size 3'))
    throws(of([0, 0, 0]), coded('RANK', 'too many indices', '[4, 3]'))
    throws(of('1'), coded('ARGUMENT', "'1:-1:2'", '"1"'))
    throws(of({ begin: 1 }), coded('OPTION', '"begin"'))
    throws(of({}), coded('OPTION'))
    throws(of({ step: 0 }), coded('VALUE', 'step'))
    throws(of({ start: 0.5 }), coded('ARGUMENT', 'slice start', '0.5'))
    throws(of([undefined]), coded('ARGUMENT', 'undefined'))
    throws(of([[0.5]]), coded('INDEX', '0.5'))
    throws(of(new Float32Array(2)), coded('DTYPE', 'float32'))
    throws(of([[true, false]]), coded('SHAPE_MISMATCH', '[2]', '[4, 3]'))
    throws(
      of([
        [0, 1],
        [0, 1, 2],
      ]),
      coded('BROADCAST', '[2]', '[3]'),
    )
    throws(of([[0, 9]]), coded('INDEX', 'index 9', 'axis 0', 'size 4'))
    // Known only when the mask has been counted.
    const parted = [
      [true, false, true, false],
      [0, 1, 2],
    ]
    throws(of(parted), coded('BROADCAST', '[2]', '[3]'))
    await rejects(promises.getItem(x, parted as never), coded('BROADCAST', '[2]', '[3]'))
    throws(of(Symbol('x')), coded('ARGUMENT'))
    const deep = ndops.zeros(Array(31).fill(1))
    throws(() => ndops.getItem(deep, [[[[0]]]] as never), coded('RANK', '33'))
    throws(() => ndops.getItem(deep, [null, null]), coded('RANK', '33'))
    throws(() => ndops.take(deep, [[[0]]], 3), coded('RANK', '33'))
    // Errors name the axis of x, whatever stands before it in the key.
    throws(of([0, [0, 3]]), coded('INDEX', 'index 3', 'axis 1', 'size 3'))
    throws(of([null, [4]]), coded('INDEX', 'index 4', 'axis 0', 'size 4'))
    throws(
      of([
        [true, true, true, true],
        [0, 5, 1, 1],
      ]),
      coded('INDEX', 'index 5', 'axis 1', 'size 3'),
    )
  })
})

describe('take', () => {
  it('checks indices where nothing is taken', () => {
    throws(() => ndops.take(ndops.zeros([0, 3]), [3], 1), coded('INDEX', 'index 3', 'axis 1', 'size 3'))
    deepStrictEqual(ndops.take(ndops.zeros([0, 3]), [2], 1).shape, [0, 1])
  })

  it('says what is wrong', async () => {
    const x = ndops.zeros([4, 3])
    throws(() => ndops.take(x, [true, false]), coded('DTYPE', 'bool', 'getItem'))
    throws(() => ndops.take(x, [1.5]), coded('INDEX', '1.5'))
    throws(() => ndops.take(x, [0], 2), coded('AXIS', 'axis 2', 'rank 2'))
    throws(() => ndops.take(x, [0], 0.5), coded('AXIS', '0.5'))
    throws(() => ndops.take(x, [-5], 0), coded('INDEX', 'index -5'))
    await rejects(promises.take(x, [7], 0), coded('INDEX', 'index 7', 'axis 0', 'size 4'))
  })

  it('takes from the flattened tensor, however it lies', () => {
    const x = ndops.transpose(ndops.reshape(ndops.arange(6), [2, 3]))
    const before = ndops.memory().live
    deepStrictEqual(ndops.take(x, [0, 1, -1]).toArray(), [0, 3, 5])
    ok(ndops.memory().live - before < 100_000)
  })
})

describe('nonzero', () => {
  it('finds every density and size', () => {
    const random = seeded('nonzero')
    for (const n of [0, 1, 63, 64, 65, 1000, 70_001])
      for (const density of [0, 0.1, 0.5, 1]) {
        const values = Float64Array.from({ length: n }, () => (random() < density ? 1 : 0))
        const want = Array.from(values.keys()).filter((i) => values[i] !== 0)
        const [places] = ndops.nonzero(values)
        deepStrictEqual(places?.toArray(), want)
      }
  })

  it('refuses a 0-d tensor', () => {
    throws(() => ndops.nonzero(3), coded('RANK', '0-d'))
  })
})

describe('slice', () => {
  it('is a view, its start a tensor or numbers, counted from the end where negative', async () => {
    const x = ndops.reshape(ndops.arange(12), [3, 4])
    const before = ndops.memory().live
    deepStrictEqual(ndops.slice(x, [-2, 1], [2, -1]).toArray(), [
      [5, 6, 7],
      [9, 10, 11],
    ])
    strictEqual(ndops.memory().live, before)
    deepStrictEqual((await promises.slice(x, ndops.array([1, 2], 'int32'), [1, 1])).toArray(), [[6]])
  })

  it('says what reaches outside', () => {
    const x = ndops.zeros([3, 4])
    throws(() => ndops.slice(x, [2, 0], [2, 1]), coded('INDEX', 'axis 0', 'size 3'))
    throws(() => ndops.slice(x, [0, 0], [1, -2]), coded('INDEX', 'axis 1'))
    throws(() => ndops.slice(x, [0], [1]), coded('SHAPE_MISMATCH', '[3, 4]'))
  })
})
