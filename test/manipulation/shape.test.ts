import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, type Tensor } from '../support/ndops'
import { record } from '../support/record'

record('broadcastTo')
record('expandDims')
record('moveaxis')
record('ravel')
record('reshape')
record('squeeze')
record('swapaxes')
record('transpose')

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

/** Live bytes that a call takes: views take none. */
function taken(call: () => Tensor): number {
  const before = ndops.memory().live
  const result = call()
  const bytes = ndops.memory().live - before
  result.dispose()
  return bytes
}

describe('views', () => {
  const x = ndops.reshape(ndops.arange(60_000), [200, 300])

  it('copy nothing', () => {
    for (const call of [
      () => ndops.broadcastTo(x, [1000, 200, 300]),
      () => ndops.expandDims(x, [0, -1]),
      () => ndops.moveaxis(x, 0, 1),
      () => ndops.ravel(x),
      () => ndops.reshape(x, [-1, 10]),
      () => ndops.squeeze(x),
      () => ndops.swapaxes(x, 0, 1),
      () => ndops.transpose(x),
      // Not contiguous, and still no copy: each group of axes follows on one another.
      () => ndops.reshape(ndops.transpose(x), [30, 10, 2, 100]),
      () => ndops.ravel(ndops.getItem(x, [':', 0])),
    ])
      strictEqual(taken(call), 0)
    ok(taken(() => ndops.ravel(ndops.transpose(x))) >= 240_000)
  })

  it('are tensors of their own', () => {
    const y = ndops.array([1, 2, 3])
    for (const view of [
      ndops.squeeze(y),
      ndops.reshape(y, [3]),
      ndops.ravel(y),
      ndops.transpose(y),
      ndops.broadcastTo(y, [3]),
    ]) {
      notStrictEqual(view, y)
      view.dispose()
      deepStrictEqual(y.toArray(), [1, 2, 3])
    }
    const view = ndops.reshape(y, [3, 1])
    y.dispose()
    deepStrictEqual(view.toArray(), [[1], [2], [3]])
  })
})

describe('reshape', () => {
  it('keeps C order, whatever the strides', () => {
    const x = ndops.reshape(ndops.arange(24), [2, 3, 4])
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ])
      for (const shape of [[24], [4, 6], [6, 4], [2, 12], [12, 2], [1, 24, 1], [3, 2, 2, 2], [2, 3, 4], [8, 3]])
        for (const step of ['::1', '::-1']) {
          const view = ndops.getItem(ndops.transpose(x, order), [step, '...', step])
          const got = ndops.reshape(view, shape)
          deepStrictEqual(got.shape, shape)
          deepStrictEqual(Array.from(got.data as Int32Array), Array.from(view.data as Int32Array), `${order} ${shape}`)
        }
  })

  it('says what is wrong', () => {
    const x = ndops.zeros([2, 3])
    throws(() => ndops.reshape(x, [4, 2]), coded('SIZE', '[2, 3]', '[4, 2]', '6'))
    throws(() => ndops.reshape(x, [-1, -1]), coded('SIZE', '-1'))
    throws(() => ndops.reshape(x, [-2, 3]), coded('SIZE', '-2'))
    throws(() => ndops.reshape(ndops.zeros([0]), [-1, 0]), coded('SIZE', '-1'))
    throws(() => ndops.reshape(x, [2 ** 32, 2 ** 32]), coded('SIZE'))
    throws(() => ndops.reshape(x, ['a'] as never), coded('ARGUMENT', '"a"'))
  })
})

describe('axes', () => {
  const x = ndops.zeros([2, 3])
  it('out of range, doubled, of another kind', () => {
    throws(() => ndops.transpose(x, [0]), coded('AXIS', '2 axes'))
    throws(() => ndops.transpose(x, [0, -2]), coded('AXIS', 'twice'))
    throws(() => ndops.transpose(x, [0, 2]), coded('AXIS', 'axes 2'))
    throws(() => ndops.transpose(x, 1 as never), coded('ARGUMENT', 'axes'))
    throws(() => ndops.squeeze(x, 0), coded('AXIS', 'axis 0', '[2, 3]'))
    throws(() => ndops.moveaxis(x, 0, 2), coded('AXIS', 'destination'))
    throws(() => ndops.swapaxes(x, 0, '1' as never), coded('AXIS', 'axis2', '"1"'))
    throws(() => ndops.expandDims(x, Number.NaN), coded('AXIS', 'NaN'))
    throws(
      () =>
        ndops.expandDims(
          x,
          Array.from({ length: 31 }, (_, i) => i),
        ),
      coded('RANK', '33'),
    )
    throws(() => ndops.broadcastTo(x, [3, 3]), coded('BROADCAST', '[2, 3]', '[3, 3]'))
    throws(() => ndops.broadcastTo(x, [2 ** 30, 2 ** 30, 2, 3]), coded('SIZE'))
  })
})
