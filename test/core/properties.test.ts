/** Any op with any arguments gives a sound result or a coded error, and the process lives on. */

import { ok, strictEqual } from 'node:assert'
import fc from 'fast-check'
import { opsAmong } from '../support/coverage'
import { DTYPES, type DType, storage } from '../support/dtypes'
import { exported, isCoded, ndops, op, promises, type Tensor } from '../support/ndops'
import { anything, drawn, seeded } from '../support/random'

const OURS = 'thrown by the test'

/** Kinds of garbage; each is made anew for every call, as some of it breaks what it touches. */
const HOSTILE: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => '',
  () => 'float32',
  () => '...',
  () => '1:-1:0',
  () => Symbol('x'),
  () => ({}),
  () => ({ axis: 0 }),
  () => ({ keepdims: 1 }),
  () => ({ dtype: 'int8' }),
  () => ({ unknownOption: 1 }),
  () => ({ re: 1, im: 2 }),
  () => ({ re: 'x' }),
  () => ({ data: 3 }),
  () => ({ data: new Float32Array(2), shape: [5], stride: [1], offset: 0 }),
  () => ({ data: new Float32Array(4), shape: [2, 2], stride: [-1, 7], offset: 3 }),
  () => ({ start: 0, stop: 9, step: 0 }),
  () => ({
    get data() {
      throw new Error(OURS)
    },
  }),
  () => ({
    get shape() {
      throw new Error(OURS)
    },
    data: new Float32Array(1),
  }),
  () => ({ length: 2 ** 53 }),
  () => ({ [Symbol.toPrimitive]: () => 3 }),
  () => new Proxy([], {}),
  () =>
    new Proxy([1, 2], {
      get() {
        throw new Error(OURS)
      },
    }),
  () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    return cyclic
  },
  () => [[1, 2], [3]],
  () => [1, [2]],
  () => [undefined],
  () => new Array(3),
  () => [null, 'a'],
  () => [1n, 2],
  () => [0.5, -0],
  () => new Date(0),
  () => new Map(),
  () => new ArrayBuffer(8),
  () => new DataView(new ArrayBuffer(8)),
  () => new Uint8ClampedArray(3),
  () => Buffer.from('abc'),
  () => new Float64Array(new SharedArrayBuffer(16)),
  () => {
    const data = new Float32Array(4)
    structuredClone(data.buffer, { transfer: [data.buffer] })
    return data
  },
  () => {
    const x = ndops.fromData(new Float32Array(3))
    x.dispose()
    return x
  },
  () => () => {
    throw new Error(OURS)
  },
]

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  0.5,
  -2.5,
  31,
  33,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 64,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
]

const tensors = fc
  .record({
    dtype: fc.constantFrom(...DTYPES),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
    seed: fc.integer(),
  })
  .map(({ dtype, shape, seed }) => {
    const data = drawn(
      anything,
      seeded(seed),
      dtype,
      shape.reduce((a, b) => a * b, 1),
    )
    return (): unknown => ndops.fromData(data, shape, dtype)
  })

const scalars = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.integer({ min: -5, max: 5 }),
  fc.boolean(),
  fc.constantFrom(0n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 70n)),
)

const axes = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 4 })

const argument: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 4, arbitrary: tensors },
  { weight: 2, arbitrary: scalars.map((x) => () => x) },
  { weight: 1, arbitrary: axes.map((x) => () => x) },
  { weight: 1, arbitrary: fc.constantFrom(...DTYPES).map((x) => () => x) },
  { weight: 1, arbitrary: fc.array(tensors, { maxLength: 3 }).map((makers) => () => makers.map((make) => make())) },
  {
    weight: 1,
    arbitrary: fc
      .dictionary(fc.constantFrom('axis', 'keepdims', 'dtype', 'k', 'initial'), scalars, { maxKeys: 2 })
      .map((x) => () => x),
  },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
)

/** What is wrong with a result; undefined where it is sound. */
function unsound(result: unknown): string | undefined {
  if (Array.isArray(result)) return result.map(unsound).find((wrong) => wrong !== undefined)
  if (!(result instanceof ndops.Tensor)) return undefined
  const x = result as Tensor
  const size = x.shape.reduce((a, b) => a * b, 1)
  if (x.size !== size) return `size ${x.size} of shape [${x.shape}]`
  if (!DTYPES.includes(x.dtype as DType)) return `dtype ${x.dtype}`
  if (size > 1e6) return undefined
  const want = storage(x.dtype as DType, size)
  try {
    const { data } = x
    return data.length === want.length && data.constructor === want.constructor ? undefined : `data of ${data.length}`
  } catch (error) {
    // A view of a disposed tensor is disposed too.
    return isCoded(error) && error.code === 'ERR_NDOPS_DISPOSED' ? undefined : String(error)
  }
}

const isExpected = (error: unknown): boolean => isCoded(error) || (error instanceof Error && error.message === OURS)

describe('properties', function () {
  this.timeout(120_000)
  const names = opsAmong(ndops)
  const runs = Number(process.env.NDOPS_FUZZ_RUNS ?? 4000)
  const calls = fc.record({ name: fc.constantFrom(...names), args: fc.array(argument, { maxLength: 4 }) })

  before(() => ndops.setMemoryLimit(2 ** 26))
  after(() => ndops.setMemoryLimit(0))

  it('any arguments give a sound result or a coded error', () => {
    fc.assert(
      fc.property(calls, ({ name, args }) => {
        let result: unknown
        try {
          result = op(name)(...args.map((make) => make()))
        } catch (error) {
          ok(isExpected(error), `${name} threw ${String(error)}`)
          return
        }
        strictEqual(unsound(result), undefined)
      }),
      { seed: 20240329, numRuns: runs },
    )
  })

  it('the same holds for promises', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async ({ name, args }) => {
        const later = exported(name, promises)
        ok(later, `ndops/promises has no ${name}`)
        let result: unknown
        try {
          result = await later(...args.map((make) => make()))
        } catch (error) {
          ok(isExpected(error), `${name} rejected with ${String(error)}`)
          return
        }
        strictEqual(unsound(result), undefined)
      }),
      { seed: 20240330, numRuns: Math.ceil(runs / 4) },
    )
  })

  it('adding still adds', () => {
    const sum = op('add')(ndops.fromData(new Float32Array([1, 2])), 1) as Tensor
    strictEqual([...sum.data].join(), '2,3')
  })
})
