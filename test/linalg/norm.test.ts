import { ok, strictEqual } from 'node:assert'
import type { DType } from '../support/dtypes'
import { isCoded, ndops, promises, type Tensor } from '../support/ndops'
import { drawn, type Random, seeded, signedSmallAndLarge } from '../support/random'
import { record } from '../support/record'

const draw = (random: Random, dtype: DType, shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return ndops.fromData(drawn(signedSmallAndLarge, random, dtype, size), shape, dtype)
}

record('norm', { ulp: 4, large: (random, dtype) => [draw(random, dtype, [211, 1201])] })

/** A matrix with these singular values: between reflections at random. */
function withValues(random: Random, m: number, n: number, values: number[]): Tensor {
  const reflection = (size: number): Tensor => {
    const v = draw(random, 'float64', [size, 1])
    const squares = ndops.sum(ndops.multiply(v, v)).item() as number
    return ndops.subtract(
      ndops.eye(size, { dtype: 'float64' }),
      ndops.multiply(ndops.matmul(v, ndops.transpose(v)), 2 / squares),
    )
  }
  const middle = new Float64Array(m * n)
  values.forEach((x, i) => {
    middle[i * n + i] = x
  })
  return ndops.matmul(ndops.matmul(reflection(m), ndops.fromData(middle, [m, n])), reflection(n))
}

describe('linalg/norm @level', () => {
  it('adds squares of float32 exactly enough, in any layout', () => {
    const random = seeded('norm layouts')
    const x = draw(random, 'float32', [70, 130, 9])
    const values = x.data as Float32Array
    for (const axis of [0, 1, 2]) {
      const got = ndops.norm(x, null, axis)
      const [strides, sizes] = [
        [1170, 9, 1],
        [70, 130, 9],
      ]
      const others = [0, 1, 2].filter((k) => k !== axis) as [number, number]
      for (let i = 0; i < (sizes[others[0]] as number); i += 13)
        for (let j = 0; j < (sizes[others[1]] as number); j += 2) {
          let sum = 0
          for (let k = 0; k < (sizes[axis] as number); k++)
            sum +=
              (values[
                i * (strides[others[0]] as number) + j * (strides[others[1]] as number) + k * (strides[axis] as number)
              ] as number) ** 2
          const want = Math.sqrt(sum)
          const off = Math.abs((got.data[i * (sizes[others[1]] as number) + j] as number) - want)
          ok(off <= 2 ** -23 * want, `axis ${axis}, ${i}, ${j}: off by ${off}`)
        }
    }
  })

  it('does not overflow where the result does not, in float32 and narrower', () => {
    strictEqual(ndops.norm(ndops.fromData(Float32Array.of(3e30, -4e30), [2])).item(), Math.fround(5e30))
    strictEqual(ndops.norm(ndops.fromData(Float32Array.of(3e-30, -4e-30), [2])).item(), Math.fround(5e-30))
    strictEqual(ndops.norm(ndops.fromData(Float32Array.of(3e30, 4e30), [1], 'complex64')).dtype, 'complex64')
    strictEqual(ndops.norm(ndops.fromData(Float64Array.of(1e200), [1])).item(), Number.POSITIVE_INFINITY)
    strictEqual(ndops.norm(ndops.fromData(Int32Array.of(2 ** 31 - 1, 0), [2])).item(), 2 ** 31)
  })

  it('finds singular values of matrices of any shape', () => {
    const random = seeded('norm values')
    for (const [m, n] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [2, 5],
      [17, 17],
      [40, 3],
      [31, 64],
    ] as const) {
      const count = Math.min(m, n)
      const values = Array.from({ length: count }, (_, i) => 2 ** -i * (i % 3 === 2 ? 4 : 1)).map((x) =>
        Math.max(x, 1e-3),
      )
      const x = withValues(random, m, n, values)
      const near = (got: unknown, want: number): void =>
        ok(Math.abs((got as number) - want) <= 2 ** -52 * 4 * (m + n), `[${m}, ${n}]: ${got} instead of ${want}`)
      near(ndops.norm(x, 2).item(), Math.max(...values))
      near(ndops.norm(x, -2).item(), Math.min(...values))
      near((ndops.norm(x, 'nuc').item() as number) / count, values.reduce((a, b) => a + b) / count)
      near(ndops.norm(ndops.transpose(x), 2).item(), Math.max(...values))
      // A unitary factor changes nothing.
      const turned = ndops.multiply(x, { re: 0.6, im: -0.8 })
      strictEqual(turned.dtype, 'complex128')
      for (const order of [2, -2])
        near((ndops.norm(turned, order).item() as { re: number }).re, ndops.norm(x, order).item() as number)
      // Of any scale.
      for (const scale of [2 ** -1000, 2 ** 990])
        near((ndops.norm(ndops.multiply(x, scale), 2).item() as number) / scale, Math.max(...values))
    }
    // Without full rank, with equal values, and with none.
    strictEqual(ndops.norm(ndops.zeros([6, 4]), 2).item(), 0)
    ok(Math.abs((ndops.norm(ndops.ones([50, 30], 'float64'), 'nuc').item() as number) - Math.sqrt(1500)) < 1e-12)
    ok((ndops.norm(ndops.ones([50, 30], 'float64'), -2).item() as number) < 1e-13)
    strictEqual(ndops.norm(ndops.eye(20), 'nuc').item(), 20)
  })

  it('takes stacks of matrices across threads, and refuses to hang on NaN and infinity', () => {
    const random = seeded('norm stacks')
    const data = drawn(signedSmallAndLarge, random, 'float32', 300 * 240)
    data[5 * 240 + 17] = Number.NaN
    data[299 * 240] = Number.NEGATIVE_INFINITY
    const x = ndops.fromData(data, [300, 12, 20])
    const got = ndops.norm(x, 2, [1, 2])
    const alone = [...x].map((matrix) => ndops.norm(matrix, 2).item())
    alone.forEach((want, i) => {
      strictEqual(got.data[i], want)
    })
    ok(Number.isNaN(got.data[5]) && Number.isNaN(got.data[299]) && !Number.isNaN(got.data[6]))
  })

  it('says what is wrong', () => {
    const message = (...args: Parameters<typeof ndops.norm>): string => {
      try {
        ndops.norm(...args)
      } catch (error) {
        ok(isCoded(error), String(error))
        return `${error.code} ${error.message}`
      }
      return 'nothing'
    }
    const x = ndops.ones([2, 3, 4])
    strictEqual(
      message(x, 2),
      'ERR_NDOPS_AXIS ndops.norm: vectors have one axis and matrices two; received shape [2, 3, 4] without an axis',
    )
    strictEqual(
      message(x, null, [0, 1, 2]),
      'ERR_NDOPS_AXIS ndops.norm: vectors have one axis and matrices two; received 3 axes',
    )
    strictEqual(
      message(x, 3, [0, 1]),
      "ERR_NDOPS_VALUE ndops.norm: a matrix has no norm of this order; received 3; expected null, 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity",
    )
    strictEqual(
      message(x, 'fro', 1),
      'ERR_NDOPS_VALUE ndops.norm: a vector has no norm of this order; received "fro"; expected a number or null',
    )
    strictEqual(
      message(ndops.ones([0, 3]), -2),
      'ERR_NDOPS_SIZE ndops.norm: nothing has no smallest value; received shape [0, 3] with axis 0',
    )
  })

  it('stops between the steps of a large matrix', async () => {
    const x = draw(seeded('norm cancel'), 'float32', [700, 700])
    const controller = new AbortController()
    const began = performance.now()
    const job = promises.norm(x, 2, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    const name = await job.then(
      () => 'was not stopped',
      (error: Error) => error.name,
    )
    // On a fast machine it may have been done before.
    ok(name === 'AbortError' || performance.now() - began < 1000, name)
  })
})
