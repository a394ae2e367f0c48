import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { DTYPES, type DType, isComplex } from '../support/dtypes'
import { ndops, op, promises, type Tensor } from '../support/ndops'
import { anything, drawn, seeded, signedSmallAndLarge } from '../support/random'
import { type RecordOptions, record } from '../support/record'

const ULP = 1

/** Past what one thread selects from, and no round number of anything. */
const long = (random: () => number, dtype: DType): Tensor =>
  ndops.fromData(drawn(signedSmallAndLarge, random, dtype, 140_001), [140_001], dtype)

const large =
  (...rest: unknown[]): NonNullable<RecordOptions['large']> =>
  (random, dtype) => [long(random, dtype), ...rest]

record('median', { ulp: ULP, large: large() })
record('quantile', { ulp: ULP, large: large([0.1, 0.5, 0.75]) })
record('topK', { large: large(50) })
record('inTopK', { large: (random, dtype) => [1, long(random, dtype), 40_000] })

const real = DTYPES.filter((dtype) => !isComplex(dtype))
const values = (x: unknown): unknown => (x as Tensor).toArray()

describe('median, quantile and topK', () => {
  it('agree with sort for every dtype, length and layout @level', () => {
    const random = seeded('select and sort')
    for (const dtype of real)
      for (const n of [1, 2, 63, 64, 65, 511, 512, 513, 1025, 5000, 70_001, 140_001]) {
        const x = ndops.fromData(drawn(signedSmallAndLarge, random, dtype, n), [n], dtype)
        const sorted = op('sort')(x) as Tensor
        const at = Math.floor(random() * n)
        const q = n === 1 ? 0 : at / (n - 1)
        const lower = op('quantile')(x, q, null, 'nearest') as Tensor
        const wanted = op('cast')(op('getItem')(sorted, Math.round((n - 1) * q)), lower.dtype) as Tensor
        deepStrictEqual(lower.toArray(), wanted.toArray(), `${dtype} ${n} ${q}`)
        const k = Math.min(n, 10)
        const [top] = op('topK')(x, k) as [Tensor, Tensor]
        const highest = op('getItem')(op('getItem')(sorted, [{ start: n - k }]), [{ step: -1 }]) as Tensor
        deepStrictEqual(top.toArray(), highest.toArray(), `${dtype} ${n}`)
      }
  })

  it('give the same along any axis, of views and of their copies', () => {
    const random = seeded('select axes')
    const x = ndops.fromData(drawn(anything, random, 'float32', 4 * 150 * 7), [4, 150, 7], 'float32')
    const views = [
      x,
      op('transpose')(x),
      op('getItem')(x, [':', { step: -1 }]),
      op('getItem')(x, ['...', { step: -2 }]),
    ] as Tensor[]
    for (const view of views) {
      const copy = ndops.fromData(Float32Array.from(view.data as Float32Array), [...view.shape], 'float32')
      for (const axis of [null, 0, 1, 2, [0, 1], [2, 0], [1, 2], [0, 1, 2]]) {
        for (const name of ['median', 'quantile']) {
          const rest = name === 'median' ? [axis] : [[0.2, 0.9], axis]
          deepStrictEqual(values(op(name)(view, ...rest)), values(op(name)(copy, ...rest)), `${name} ${axis}`)
        }
      }
    }
  })
})

describe('median', () => {
  it('is NaN where a NaN is, wherever it is', () => {
    for (const n of [1, 5, 64, 600, 140_000])
      for (const at of [0, n >> 1, n - 1])
        for (const sign of [1, -1]) {
          const x = Float32Array.from({ length: n }, (_, i) => i % 97)
          new Uint32Array(x.buffer)[at] = sign > 0 ? 0x7fc00001 : 0xffc00001
          ok(Number.isNaN((op('median')(x) as Tensor).item()), `${n} ${at}`)
        }
  })

  it('of nothing is NaN, whatever the dtype', () => {
    for (const dtype of real) ok(Number.isNaN((op('median')(ndops.zeros([0], dtype)) as Tensor).item()))
    deepStrictEqual((op('median')(ndops.zeros([0, 3]), 1) as Tensor).shape, [0])
  })

  it('does not touch what it is given', () => {
    const x = Float32Array.of(3, 1, 2)
    op('median')(x)
    deepStrictEqual([...x], [3, 1, 2])
  })
})

describe('quantile', () => {
  it('says which probability is wrong', () => {
    throws(() => op('quantile')([1, 2], 1.5), { code: 'ERR_NDOPS_VALUE', message: /between 0 and 1; received 1\.5/ })
    throws(() => op('quantile')([1, 2], [[0.5], [2]]), { code: 'ERR_NDOPS_VALUE' })
    throws(() => op('quantile')([1, 2], ndops.array([0.5, 3])), { code: 'ERR_NDOPS_VALUE', name: 'RangeError' })
    throws(() => op('quantile')([1, 2], { re: 0.5, im: 0 }), { code: 'ERR_NDOPS_DTYPE' })
    throws(() => op('quantile')([1, 2], 0.5, null, 'upper'), { code: 'ERR_NDOPS_ARGUMENT', message: /midpoint/ })
  })

  it('refuses a probability of a tensor as a promise too', async () => {
    const q = ndops.array([0.5, -1])
    await (promises.quantile as (...args: unknown[]) => Promise<unknown>)([1, 2], q).then(
      () => ok(false),
      (error: { code?: string }) => strictEqual(error.code, 'ERR_NDOPS_VALUE'),
    )
  })

  it('takes probabilities in any layout', () => {
    const q = op('transpose')(
      ndops.array([
        [0, 0.5],
        [0.25, 1],
      ]),
    ) as Tensor
    deepStrictEqual(values(op('quantile')([1, 2, 3, 4, 5], q)), [
      [1, 2],
      [3, 5],
    ])
  })
})

describe('topK', () => {
  it('keeps the bits of what it finds', () => {
    const x = new Float32Array(300)
    const bits = new Uint32Array(x.buffer)
    bits[7] = 0xffc00123
    bits[200] = 0x7f800001
    const [top, places] = op('topK')(x, 4) as [Tensor, Tensor]
    deepStrictEqual(places.toArray(), [7, 200, 0, 1])
    const found = top.data as Float32Array
    deepStrictEqual([...new Uint32Array(found.buffer, found.byteOffset, 2)], [0xffc00123, 0x7f800001])
  })

  it('gives one tensor for values and one for places as a promise', async () => {
    const result = await (promises.topK as (...args: unknown[]) => Promise<[Tensor, Tensor]>)([4, 9, 1], 2)
    deepStrictEqual(result.map(values), [
      [9, 4],
      [1, 0],
    ])
  })
})
