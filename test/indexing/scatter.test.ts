import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert'
import { isCoded, ndops, promises } from '../support/ndops'
import { type Random, seeded } from '../support/random'
import { record } from '../support/record'

const drawnIds = (random: Random, n: number, size: number) =>
  ndops.fromData(Int32Array.from({ length: n }, () => Math.floor(random() * size)))

const drawnData = (random: Random, n: number, dtype: string) =>
  ndops.array(
    Float64Array.from({ length: n }, () => random() * 200 - 100),
    dtype as 'float32',
  )

record('scatter', {
  large: (random, dtype) => [
    ndops.reshape(drawnIds(random, 200_000, 90_000), [-1, 1]),
    drawnData(random, 200_000, dtype),
    90_000,
  ],
})
record('scatterUpdate', {
  large: (random, dtype) => [
    ndops.zeros([300, 400], dtype),
    ndops.reshape(drawnIds(random, 200_000, 300), [-1, 2]),
    drawnData(random, 100_000, dtype),
    'mul',
  ],
})
const largeSegments = (random: Random, dtype: string) => [
  drawnData(random, 300_000, dtype),
  drawnIds(random, 300_000, 1001),
  1000,
]
record('segmentSum', { large: largeSegments })
record('segmentMax', { large: largeSegments })
record('sliceUpdate', { threads: false })

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

describe('scatter and its like', () => {
  /** Shapes on each way that a scatter is cut: tables and in order, few and many columns, ids of many rows. */
  const SHAPES = [
    [70_000, 1000, 1],
    [70_000, 20_000, 1],
    [9000, 50, 37],
    [9000, 500, 37],
    [40, 7, 5000],
    [3, 2, 200_000],
  ] as const

  it('gives the same bits for any number of threads, and sums no worse than one by one', () => {
    const random = seeded('scatter shapes')
    const threads = ndops.numThreads()
    try {
      for (const [n, rows, width] of SHAPES) {
        const data = Float32Array.from({ length: n * width }, () => random() * 2 - 1)
        const ids = Int32Array.from({ length: n }, () => Math.floor(random() * (rows + 2)) - 1)
        const exact = new Float64Array(rows * width)
        const single = new Float32Array(rows * width)
        const most = new Float32Array(rows * width).fill(Number.NEGATIVE_INFINITY)
        const last = new Float32Array(rows * width)
        for (let i = 0; i < n; i++) {
          const row = ids[i] as number
          if (row < 0 || row >= rows) continue
          for (let j = 0; j < width; j++) {
            const x = data[i * width + j] as number
            const at = row * width + j
            exact[at] = (exact[at] as number) + x
            single[at] = (single[at] as number) + x
            most[at] = Math.max(most[at] as number, x)
            last[at] = x
          }
        }
        const x = ndops.fromData(data, [n, width])
        const kept = ids.map((id) => (id < 0 || id >= rows ? 0 : id))
        const inside = ndops.fromData(kept, [n, 1])
        let sums: unknown
        for (const count of [1, 2, 3, 8]) {
          ndops.setNumThreads(count)
          const sum = ndops.segmentSum(x, ids, rows).data as Float32Array
          sums ??= sum
          deepStrictEqual(sum, sums)
          const error = (of: Float32Array) => of.reduce((e, s, i) => Math.max(e, Math.abs(s - (exact[i] as number))), 0)
          ok(error(sum) <= error(single) + 1e-7, `${error(sum)} and ${error(single)}`)
          deepStrictEqual(ndops.segmentMax(x, ids, rows).data, most)
          const updated = ndops.scatterUpdate(ndops.zeros([rows, width]), inside, x).data
          const wanted = new Float32Array(rows * width)
          kept.forEach((row, i) => {
            wanted.set(data.subarray(i * width, (i + 1) * width), row * width)
          })
          deepStrictEqual(updated, wanted)
        }
      }
    } finally {
      ndops.setNumThreads(threads)
    }
  }).timeout(60_000)

  it('keeps integer sums exact and 64-bit ids whole', () => {
    const big = 2n ** 62n
    deepStrictEqual(ndops.segmentSum([big, big - 1n, 5n], [1, 1, 0]).toArray(), [5n, 2n * big - 1n])
    const wild = new BigInt64Array([0n, 2n ** 40n, -(2n ** 63n), 2n ** 63n - 1n])
    deepStrictEqual(ndops.segmentSum([1, 2, 3, 4], wild, 2).toArray(), [1, 0])
    deepStrictEqual(
      ndops.segmentMax(new Float32Array(4), new BigUint64Array([0n, 2n ** 64n - 1n, 1n, 1n]), 1).toArray(),
      [0],
    )
    throws(() => ndops.segmentSum([1], new BigUint64Array([2n ** 64n - 1n])), coded('SIZE'))
  })

  it('never shares memory with its inputs', () => {
    const x = ndops.array(new Float32Array([1, 2, 3]))
    const none = new Int32Array(0)
    for (const same of [
      ndops.scatterUpdate(x, ndops.fromData(none, [0, 1]), new Float32Array(0)),
      ndops.sliceUpdate(x, [0], new Float32Array(0)),
    ]) {
      notStrictEqual(same, x)
      ndops.scatterUpdate(same, [[0]], 9)
      deepStrictEqual(same.toArray(), [1, 2, 3])
      ok(same.storage !== x.storage || same.offset !== x.offset)
    }
    deepStrictEqual(x.toArray(), [1, 2, 3])
  })

  it('gives the memory back that it took on the way', () => {
    const x = ndops.zeros([300, 200], 'float16')
    const ids = ndops.fromData(new Int32Array(300))
    const before = ndops.memory().live
    for (let round = 0; round < 3; round++) {
      ndops.segmentSum(x, ids).dispose()
      ndops.segmentMax(ndops.transpose(x), new Int32Array(200), 5).dispose()
      ndops.scatterUpdate(x, [[1], [2]], 3, 'add').dispose()
      ndops.scatter([[1], [2]], ndops.transpose(ndops.slice(x, [0, 0], [300, 2])), [3, 300]).dispose()
      ndops.sliceUpdate(x, [3, 3], [[1, 2]]).dispose()
    }
    ok(ndops.memory().live - before < 1_000_000)
  })

  it('finds the number of segments off the event loop, whatever happens to the operands meanwhile', async () => {
    const data = ndops.array(new Float32Array([1, 2, 4]), 'bfloat16')
    const ids = ndops.fromData(new Int32Array([3, 0, 3]))
    const sums = promises.segmentSum(data, ids)
    const most = promises.segmentMax(data, ids, { sorted: false })
    data.dispose()
    ids.dispose()
    const found = await sums
    strictEqual(found.dtype, 'bfloat16')
    deepStrictEqual(found.toArray(), [2, 0, 0, 5])
    deepStrictEqual((await most).toArray(), [2, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 4])
  })

  it('says what is wrong', async () => {
    const x = ndops.zeros([4, 3])
    throws(() => ndops.scatter([[0, 3]], [1], [4, 3]), coded('INDEX', 'index 3', 'axis 1', 'size 3'))
    throws(() => ndops.scatterUpdate(x, [[-5, 0]], [1]), coded('INDEX', 'index -5', 'axis 0', 'size 4'))
    await rejects(promises.scatterUpdate(x, [[4]], 1), coded('INDEX', 'index 4', 'axis 0'))
    throws(() => ndops.scatter([[0, 5]], new Float32Array(0), [1, 0]), coded('SHAPE_MISMATCH'))
    throws(() => ndops.scatter([[5]], new Float32Array(0), [1, 0]), coded('INDEX', 'index 5'))
    throws(() => ndops.scatterUpdate(x, [[0, 0, 0]], [1]), coded('SHAPE_MISMATCH', '[1, 3]', '[4, 3]'))
    throws(() => ndops.scatterUpdate(x, [[0], [1]], [1, 2]), coded('SHAPE_MISMATCH', '[2, 3]', '[2]'))
    throws(() => ndops.scatterUpdate(x, [[0]], 1, 'mean' as never), coded('ARGUMENT', "'mul'", '"mean"'))
    throws(() => ndops.scatterUpdate(x, [[0]], 1, 3 as never), coded('ARGUMENT', '3'))
    throws(() => ndops.scatterUpdate(ndops.cast(x, 'uint8'), [[0]], 300), coded('VALUE', '300', 'uint8'))
    throws(() => ndops.segmentSum(x, [0, 1]), coded('SHAPE_MISMATCH', '[2]', '[4, 3]'))
    throws(() => ndops.segmentSum(x, [0, 1, 2, 3], -1), coded('SIZE', '-1'))
    throws(() => ndops.segmentSum(x, [0, 1, 2, 3], 2 ** 45), coded('OUT_OF_MEMORY'))
    throws(() => ndops.segmentSum(x, [0, 1, 2, 3], 2, 1 as never), coded('ARGUMENT', 'sorted'))
    throws(() => ndops.sliceUpdate(x, [3, 2], ndops.ones([2, 1])), coded('INDEX', 'axis 0', 'size 4'))
    throws(() => ndops.sliceUpdate(x, [3], ndops.ones([2, 1])), coded('SHAPE_MISMATCH', '[3]', '[2, 1]'))
  })
})
