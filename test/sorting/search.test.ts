import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert'
import { ndops, op, promises, type Tensor } from '../support/ndops'
import { drawn, seeded, signedSmallAndLarge } from '../support/random'
import { record } from '../support/record'

record('bincount', {
  dtypes: ['int32', 'int64'],
  large: (random, dtype) => [
    ndops.cast(
      Int32Array.from({ length: 300_001 }, () => Math.floor(random() * 1000)),
      dtype,
    ),
    Float32Array.from({ length: 300_001 }, () => random() - 0.3),
  ],
})
record('digitize', {
  large: (random, dtype) => [
    ndops.fromData(drawn(signedSmallAndLarge, random, dtype, 300_001), [300_001], dtype),
    ndops.linspace(-100, 100, 77),
  ],
})

const call = (name: string, ...args: unknown[]): Tensor => op(name)(...args) as Tensor
const coded = (name: string, code: string, message: RegExp) => ({ name, code: `ERR_NDOPS_${code}`, message })

describe('bincount', () => {
  it('counts as a plain loop does, few bins and many @level', () => {
    const random = seeded('bincount')
    for (const bins of [1, 2, 40, 1000, 3000, 70_000])
      for (const n of [1, 3, 1000, 200_003]) {
        const x = Int32Array.from({ length: n }, () => Math.floor(random() * bins))
        x[0] = bins - 1
        const weights = Float64Array.from(x, (_, i) => (i % 17) - 8)
        const counts = new Int32Array(bins)
        const sums = new Float64Array(bins)
        x.forEach((bin, i) => {
          counts[bin] = (counts[bin] as number) + 1
          sums[bin] = (sums[bin] as number) + (weights[i] as number)
        })
        deepStrictEqual(call('bincount', x).data, counts)
        deepStrictEqual(call('bincount', x, weights).data, sums)
      }
  })

  it('names the first negative element, in promises too', async () => {
    const x = Int32Array.of(3, 1, -7, -9)
    const expected = coded('RangeError', 'VALUE', /^ndops\.bincount: .*-7 at position 2/)
    throws(() => call('bincount', x), expected)
    await rejects((promises as unknown as { bincount(x: unknown): Promise<unknown> }).bincount(x), expected)
  })

  it('refuses a length that cannot be', () => {
    throws(() => call('bincount', BigInt64Array.of(2n ** 62n)), { code: 'ERR_NDOPS_SIZE' })
    throws(() => call('bincount', [1], { minlength: 1.5 }), { code: 'ERR_NDOPS_ARGUMENT' })
    throws(() => call('bincount', [1.5]), { code: 'ERR_NDOPS_INDEX' })
    throws(() => call('bincount', [1], { sparse: true }), { code: 'ERR_NDOPS_OPTION' })
  })

  it('reads weights of any layout', () => {
    const x = [0, 1, 0]
    const w = ndops.transpose(
      ndops.array([
        [1, 2, 4],
        [8, 16, 32],
      ]),
    )
    deepStrictEqual(call('bincount', x, ndops.getItem(w, [':', 1])).toArray(), [40, 16])
  })
})

describe('digitize', () => {
  /** How many edges count for a value. */
  const count = (edges: readonly number[], falling: boolean, value: number): number =>
    edges.filter((edge) => (falling ? edge > value : edge <= value)).length

  it('agrees with a plain count, for every number of edges and every size of x @level', () => {
    const random = seeded('digitize')
    for (const dtype of ['float32', 'float64', 'int32', 'int64', 'uint64'] as const)
      for (const edgeCount of [0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 1000])
        for (const falling of [false, true]) {
          const edges = Array.from({ length: edgeCount }, () => Math.floor(random() * 2 * edgeCount))
          edges.sort((a, b) => (falling ? b - a : a - b))
          // Equal edges count as rising.
          const falls = falling && edges[0] !== edges.at(-1)
          const n = 1 + Math.floor(random() * 90)
          const values = Array.from({ length: n }, () => Math.floor(random() * (2 * edgeCount + 2)))
          deepStrictEqual(
            [...(call('digitize', ndops.array(values, dtype), ndops.array(edges, dtype)).data as Int32Array)],
            values.map((value) => count(edges, falls, value)),
            `${edgeCount} edges, ${dtype}${falling ? ', falling' : ''}`,
          )
        }
  })

  it('says which edge breaks the order', () => {
    throws(
      () => call('digitize', [1], [1, 2, 4, 3]),
      coded('RangeError', 'VALUE', /^ndops\.digitize: .*3 at position 3/),
    )
    throws(() => call('digitize', [1], [4, 5, 3]), { code: 'ERR_NDOPS_VALUE' })
    throws(() => call('digitize', [1], 3), { code: 'ERR_NDOPS_RANK' })
  })

  it('puts NaN behind every edge, on whatever lane it is', () => {
    for (let place = 0; place < 40; place++) {
      const x = new Float32Array(40)
      x[place] = Number.NaN
      const bins = call('digitize', x, [-1, 1, 2]).data as Int32Array
      ok(bins.every((bin, i) => bin === (i === place ? 3 : 1)))
    }
    strictEqual(call('digitize', Number.NaN, [Number.NaN, 2, 1]).item(), 0)
  })
})
