import { deepStrictEqual, notStrictEqual, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises, type Tensor } from '../support/ndops'
import { record } from '../support/record'

const large = (): readonly unknown[] => [
  [ndops.reshape(ndops.arange(240_000), [400, 600]), ndops.reshape(ndops.arange(120_000), [400, 300])],
  1,
]

record('append')
record('concatenate', { method: false, large })
record('hstack', { method: false })
record('split')
record('stack')
record('unstack')
record('vstack', { method: false })

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('join', () => {
  it('says what does not fit', () => {
    const [x, y] = [ndops.zeros([2, 3]), ndops.zeros([2, 4])]
    throws(() => ndops.concatenate([x, y]), coded('SHAPE_MISMATCH', 'every axis but 0', '[2, 3]', '[2, 4]'))
    throws(() => ndops.stack([x, y]), coded('SHAPE_MISMATCH', '[2, 3]', '[2, 4]'))
    throws(() => ndops.concatenate([x, x], 2), coded('AXIS', '2'))
    throws(() => ndops.hstack([]), coded('SIZE', 'nothing'))
    throws(() => ndops.vstack(3), coded('RANK', '0-d'))
    throws(() => ndops.stack(['a'] as never), coded('ARGUMENT', 'operand 0'))
  })

  it('takes numbers as weak scalars', () => {
    strictEqual(ndops.stack([1, 2]).dtype, 'int32')
    strictEqual(ndops.stack([1n, 2]).dtype, 'int64')
    strictEqual(ndops.stack([1, 0.5]).dtype, 'float32')
    strictEqual(ndops.stack([true, false]).dtype, 'bool')
    strictEqual(ndops.stack([1, { re: 0, im: 1 }]).dtype, 'complex64')
    strictEqual(ndops.hstack([ndops.array([1, 2], 'uint8'), 3]).dtype, 'uint8')
    throws(() => ndops.hstack([ndops.array([1, 2], 'uint8'), 300]), coded('VALUE', '300', 'uint8'))
  })

  it('joins what a view shows, and gives memory of its own', () => {
    const x = ndops.transpose(ndops.reshape(ndops.arange(6), [2, 3]))
    const both = ndops.concatenate([x, ndops.flip(x, 0)], 1)
    deepStrictEqual(both.toArray(), [
      [0, 3, 2, 5],
      [1, 4, 1, 4],
      [2, 5, 0, 3],
    ])
    const one = ndops.concatenate([x])
    x.dispose()
    deepStrictEqual(one.shape, [3, 2])
    strictEqual(one.toArray().toString(), '0,3,1,4,2,5')
  })

  it('joins large parts and many', () => {
    const x = ndops.reshape(ndops.arange(3_000_000, { dtype: 'float32' }), [3000, 1000])
    const parts = ndops.split(x, [1, 300, 301, 999], 1)
    const again = ndops.concatenate(parts, -1)
    strictEqual(
      (again.data as Float32Array).every((value, i) => value === i),
      true,
    )
    const rows = ndops.unstack(x)
    strictEqual(rows.length, 3000)
    strictEqual(
      (ndops.stack(rows).data as Float32Array).every((value, i) => value === i),
      true,
    )
  })
})

describe('split and unstack', () => {
  it('move no element', () => {
    const x = ndops.reshape(ndops.arange(60_000), [200, 300])
    const before = ndops.memory().live
    const parts = [
      ...ndops.split(x, 4),
      ...ndops.split(x, [10, 20], 1),
      ...ndops.unstack(x),
      ...ndops.unstack(x, null, 1),
    ]
    strictEqual(ndops.memory().live, before)
    for (const part of parts) notStrictEqual(part, x)
    x.dispose()
    deepStrictEqual((parts[6] as Tensor).shape, [200, 280])
  })

  it('works as promises, on arrays too', async () => {
    const [a, b] = (await promises.split([1, 2, 3, 4], 2)) as [Tensor, Tensor]
    deepStrictEqual(
      [a.toArray(), b.toArray()],
      [
        [1, 2],
        [3, 4],
      ],
    )
    deepStrictEqual((await promises.concatenate([[1], [2, 3]])).toArray(), [1, 2, 3])
  })

  it('say what does not fit', () => {
    const x = ndops.zeros([4, 3])
    throws(() => ndops.split(x, 3), coded('SIZE', 'axis 0', '[4, 3]', '3 equal'))
    throws(() => ndops.split(x, 0), coded('VALUE', '0'))
    throws(() => ndops.split(x, ['a'] as never), coded('ARGUMENT', 'indicesOrSections'))
    throws(() => ndops.unstack(x, 3), coded('SIZE', 'num', '[4, 3]'))
    throws(() => ndops.unstack(ndops.array(1)), coded('AXIS'))
  })
})
