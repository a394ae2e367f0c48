import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { ndops, op, type Tensor } from '../support/ndops'
import { drawn, seeded, signedSmallAndLarge } from '../support/random'
import { type RecordOptions, record } from '../support/record'

const large: RecordOptions['large'] = (random, dtype) => [
  ndops.fromData(drawn(signedSmallAndLarge, random, dtype, 300_001), [300_001], dtype),
]

record('cumsum', { ulp: 1, large })
record('cumprod', { ulp: 1, large })

const call = (name: string, ...args: unknown[]): Tensor => op(name)(...args) as Tensor

describe('scans', () => {
  it('give the same bits for any threads, along every axis of every kind of shape', () => {
    const random = seeded('scans')
    const threads = ndops.numThreads()
    try {
      for (const name of ['cumsum', 'cumprod'])
        for (const dtype of ['float32', 'float64', 'bfloat16', 'int32', 'complex64'] as const)
          for (const [shape, axis] of [
            [[40_000, 5], 0],
            [[5, 40_000], 1],
            [[300, 700], 0],
            [[700, 300], 1],
            [[3, 50_000, 2], 1],
          ] as const) {
            const size = shape.reduce((a, b) => a * b, 1)
            const x = ndops.fromData(drawn(signedSmallAndLarge, random, dtype, size), [...shape], dtype)
            ndops.setNumThreads(1)
            const want = call(name, x, axis).data
            for (const count of [2, 3]) {
              ndops.setNumThreads(count)
              deepStrictEqual(call(name, x, axis).data, want, `${name} of ${dtype} [${shape}]`)
            }
          }
    } finally {
      ndops.setNumThreads(threads)
    }
  })

  it('end in the sum and the product', () => {
    const x = ndops.reshape(ndops.arange(1, 8, 1, 'int64'), [7])
    strictEqual(call('cumsum', x).toArray()[6 as never], 28n)
    strictEqual(call('cumprod', x).toArray()[6 as never], 5040n)
  })

  it('stay near the exact sum, however long', () => {
    const n = 1_000_003
    const data = Float32Array.from({ length: n }, (_, i) => Math.fround(((i * 2654435761) % 1000) / 1000 - 0.25))
    const sums = call('cumsum', data).data as Float32Array
    let exact = 0
    const wrong = sums.findIndex((sum, i) => {
      exact += data[i] as number
      return !(Math.abs(sum - exact) <= Math.abs(exact) * 2 ** -24 + 1e-9)
    })
    strictEqual(wrong, -1, `at ${wrong}: ${sums[wrong]} for ${exact}`)
  })

  it('multiply in order: what has gone to 0 stays 0', () => {
    const x = new Float64Array(4000).fill(1e-10, 0, 2000).fill(1e10, 2000)
    const products = call('cumprod', x).data
    strictEqual(products[1999], 0)
    strictEqual(products[3999], 0)
    const random = seeded('products')
    const factors = Float64Array.from({ length: 1000 }, () => 0.9 + random() / 5)
    let product = 1
    const want = factors.map((factor) => {
      product *= factor
      return product
    })
    deepStrictEqual(call('cumprod', factors).data, want)
  })

  it('cast to a 16-bit dtype first', () => {
    deepStrictEqual(call('cumsum', [2049, 1], { dtype: 'float16' }).toArray(), [2048, 2048])
  })

  it('refuse a wrong axis or dtype', () => {
    throws(() => call('cumsum', [1, 2], 1), { name: 'RangeError', code: 'ERR_NDOPS_AXIS' })
    throws(() => call('cumprod', [1, 2], 0, 'int7'), { name: 'TypeError', code: 'ERR_NDOPS_DTYPE' })
    throws(() => call('cumsum', [1, 2], [0]), { name: 'TypeError', code: 'ERR_NDOPS_AXIS' })
  })
})
