import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert'
import type { DType } from '../support/dtypes'
import { isCoded, ndops, promises, type Tensor, viewOf } from '../support/ndops'
import { drawn, type Random, seeded, signedSmallAndLarge } from '../support/random'
import { record } from '../support/record'

const draw = (random: Random, dtype: DType, shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return ndops.fromData(drawn(signedSmallAndLarge, random, dtype, size), shape, dtype)
}
const twoVectors = (random: Random, dtype: DType): Tensor[] => [
  draw(random, dtype, [300_007]),
  draw(random, dtype, [300_007]),
]

// The fixtures' products are exact in every dtype. Products of vectors have the same bits for any number of threads.
record('matmul', { large: (random, dtype) => [draw(random, dtype, [611, 997]), draw(random, dtype, [997])] })
record('dot', { large: twoVectors })
record('vdot', { large: twoVectors })
record('tensordot', { large: (random, dtype) => [...twoVectors(random, dtype), 1] })
record('outer', { large: (random, dtype) => [draw(random, dtype, [301]), draw(random, dtype, [1009])] })
record('cross', {
  dtypes: ['int32', 'float32', 'float64', 'bfloat16'],
  large: (random, dtype) => [draw(random, dtype, [50_021, 3]), draw(random, dtype, [50_021, 3])],
})
record('trace', { large: (random, dtype) => [draw(random, dtype, [37, 41, 500]), 1, 0, 1] })

/** A float32 product by plain sums in float64; the bound is that of float32 sums in any order. */
function checkProduct(a: Tensor, b: Tensor): void {
  const [m, k, n] = [a.shape[0] as number, a.shape[1] as number, b.shape[1] as number]
  const [x, y, z] = [a.data as Float32Array, b.data as Float32Array, ndops.matmul(a, b).data as Float32Array]
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0
      let magnitude = 0
      for (let p = 0; p < k; p++) {
        const term = (x[i * k + p] as number) * (y[p * n + j] as number)
        sum += term
        magnitude += Math.abs(term)
      }
      const off = Math.abs((z[i * n + j] as number) - sum)
      ok(off <= (k + 2) * 2 ** -24 * magnitude, `[${m}, ${k}] by [${k}, ${n}]: element ${i}, ${j} is off by ${off}`)
    }
}

/** The same values with the two axes exchanged in memory. */
function turned(x: Tensor): Tensor {
  const copy = ndops.fromData(new Float32Array(x.size), [x.shape[1] as number, x.shape[0] as number])
  for (let i = 0; i < x.size; i++) {
    const row = Math.floor(i / (x.shape[1] as number))
    ;(copy.data as Float32Array)[(i % (x.shape[1] as number)) * (x.shape[0] as number) + row] = x.data[i] as number
  }
  return viewOf(copy, copy.offset, x.shape, [1, x.shape[0] as number], x.size)
}

describe('linalg/matmul @level', () => {
  it('multiplies matrices around the borders of its ways, as they lie', () => {
    const random = seeded('matmul sizes')
    for (const [m, k, n] of [
      [1, 1, 1],
      [2, 3, 2],
      [16, 16, 16],
      [17, 16, 16],
      [16, 17, 15],
      [33, 65, 47],
      [1, 129, 70],
      [70, 129, 1],
      [131, 70, 129],
    ] as const) {
      const a = draw(random, 'float32', [m, k])
      const b = draw(random, 'float32', [k, n])
      checkProduct(a, b)
      // Transposed operands go to BLAS as they are: the same sums, maybe in another order.
      checkProduct(turned(a), b)
      checkProduct(a, turned(b))
      checkProduct(turned(a), turned(b))
    }
  })

  it('adds up the steps that a large product is made in', () => {
    const random = seeded(12)
    // Whole numbers small enough that every sum is exact.
    const whole = (rows: number, columns: number) =>
      ndops.reshape(
        Int32Array.from({ length: rows * columns }, () => Math.floor(random() * 15) - 7),
        [rows, columns],
      )
    const [a, b] = [whole(400, 1600), whole(1600, 500)]
    const expected = ndops.matmul(a, b)
    for (const dtype of ['bfloat16', 'float32', 'float64', 'complex64', 'complex128'] as DType[]) {
      const [x, y] = [ndops.cast(a, dtype), ndops.cast(b, dtype)]
      const turned = ndops.transpose(ndops.add(ndops.transpose(y), 0))
      for (const factor of [y, turned]) {
        const product = ndops.matmul(x, factor)
        ok(ndops.all(ndops.equal(product, ndops.cast(expected, dtype))).item(), dtype)
      }
    }
  })

  it('sums nothing to zeros, and nothing else', () => {
    const none = ndops.fromData(new Float32Array(0), [3, 0])
    deepStrictEqual(ndops.matmul(none, ndops.fromData(new Float32Array(0), [0, 2])).toArray(), [
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    strictEqual(ndops.dot([], []).item(), 0)
    strictEqual(ndops.vdot([], []).item(), 0)
    deepStrictEqual(ndops.trace(none).item(), 0)
  })

  it('keeps 64-bit dtypes, widens int8 by int8, wraps the others', () => {
    const of = (data: Int8Array | Uint8Array | Int32Array | BigInt64Array | Float64Array) =>
      ndops.fromData(data, [data.length])
    strictEqual(ndops.matmul(of(Int8Array.of(100, 100)), of(Int8Array.of(100, 100))).item(), 20_000)
    strictEqual(ndops.dot(of(Int8Array.of(100, 100)), of(Int8Array.of(100, 100))).item(), 32)
    strictEqual(ndops.matmul(of(Uint8Array.of(16, 1)), of(Uint8Array.of(16, 1))).item(), 1)
    strictEqual(ndops.matmul(of(Int32Array.of(2 ** 30)), of(Int32Array.of(4))).item(), 0)
    strictEqual(ndops.matmul(of(BigInt64Array.of(3n)), of(Int8Array.of(5))).item(), 15n)
    strictEqual(ndops.matmul(of(Float64Array.of(0.1)), of(Int8Array.of(3))).item(), 0.1 * 3)
    strictEqual(ndops.trace(ndops.fromData(Int8Array.of(127, 0, 0, 127), [2, 2])).item(), 254)
  })

  it('rounds float16 and bfloat16 once, after sums in float32', () => {
    // 2048 + 1 + 1: in float16 each 1 alone would be lost.
    const half = (...bits: number[]) => ndops.fromData(Uint16Array.from(bits), [bits.length], 'float16')
    const brain = (...bits: number[]) => ndops.fromData(Uint16Array.from(bits), [bits.length], 'bfloat16')
    strictEqual(ndops.matmul(half(0x6800, 0x3c00, 0x3c00), half(0x3c00, 0x3c00, 0x3c00)).item(), 2050)
    strictEqual(ndops.vdot(brain(0x4380, 0x3f80, 0x3f80), brain(0x3f80, 0x3f80, 0x3f80)).item(), 258)
  })

  it('conjugates the first operand of vdot alone', () => {
    const x = [{ re: 1, im: 2 }]
    const y = [{ re: 3, im: 4 }]
    deepStrictEqual(ndops.vdot(x, y).item(), { re: 11, im: -2 })
    deepStrictEqual(ndops.dot(x, y).toArray(), { re: -5, im: 10 })
    deepStrictEqual(ndops.vdot(y, x).item(), { re: 11, im: 2 })
  })

  it('shares a matrix among a batch, and a batch among matrices', () => {
    const random = seeded('matmul batches')
    const batch = draw(random, 'float64', [4, 3, 20, 18])
    const one = draw(random, 'float64', [18, 30])
    const product = ndops.matmul(batch, one)
    deepStrictEqual(product.shape, [4, 3, 20, 30])
    const parts = [...batch].flatMap((rows) => [...rows])
    const whole = [...product].flatMap((rows) => [...rows])
    parts.forEach((part, i) => {
      const want = ndops.matmul(part, one).data as Float64Array
      const got = (whole[i] as Tensor).data as Float64Array
      ok(want.every((x, at) => Math.abs(x - (got[at] as number)) <= 20 * 2 ** -53 * 18 * 2 ** 18))
    })
  })

  it('says what does not fit', () => {
    const x = ndops.fromData(new Float32Array(6), [2, 3])
    const message = (call: () => unknown): string => {
      try {
        call()
      } catch (error) {
        ok(isCoded(error))
        return `${error.code} ${error.message}`
      }
      return 'nothing'
    }
    strictEqual(
      message(() => ndops.matmul(x, x)),
      'ERR_NDOPS_SHAPE_MISMATCH ndops.matmul: the last axis of x1 must have the size of the second last axis of x2; ' +
        'received shapes [2, 3] and [2, 3]',
    )
    strictEqual(
      message(() => ndops.tensordot(x, x, 3)),
      'ERR_NDOPS_AXIS ndops.tensordot: axes must be 0 to 2, the lower rank of the two; received 3',
    )
    throws(() => ndops.cross(x, ndops.fromData(new Float32Array(4), [4])), { code: 'ERR_NDOPS_SHAPE_MISMATCH' })
    throws(() => ndops.cross([true, true, true], [true, true, true]), { name: 'TypeError', code: 'ERR_NDOPS_DTYPE' })
    throws(() => ndops.dot(Uint8Array.of(1), 300), { name: 'RangeError', code: 'ERR_NDOPS_VALUE' })
    const deep = ndops.fromData(new Float32Array(1), new Array(20).fill(1))
    throws(() => ndops.tensordot(deep, deep, 0), { name: 'RangeError', code: 'ERR_NDOPS_RANK' })
    throws(() => ndops.trace(x, 0.5), { name: 'RangeError' })
  })

  it('gives many concurrent promises the bits of calls made alone', async () => {
    const random = seeded('matmul promises')
    const pairs = [
      [40, 50, 60],
      [150, 130, 140],
      [1, 300, 200],
      [12, 10, 14],
    ].map(([m, k, n]) => [
      draw(random, 'float32', [m as number, k as number]),
      draw(random, 'float32', [k as number, n as number]),
    ])
    const alone = pairs.map(([a, b]) => ndops.matmul(a as Tensor, b as Tensor).data)
    const jobs = Array.from({ length: 120 }, (_, i) => {
      const [a, b] = pairs[i % pairs.length] as Tensor[]
      return promises.matmul(a as Tensor, b as Tensor)
    })
    for (const [i, product] of (await Promise.all(jobs)).entries())
      deepStrictEqual(product.data, alone[i % pairs.length])
  })
})
