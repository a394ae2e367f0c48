import assert from 'node:assert/strict'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { record } from '../support/record'

record('cond')
record('foriLoop')
record('stopGradient')
record('vectorizedMap')
record('whileLoop')

describe('control/control @level', () => {
  const x = ops.fromData(Float32Array.from([1, 2, 3, 4]), [2, 2])

  it('takes tensors of one element as conditions, and no others', () => {
    assert.equal(
      ops.cond(
        ops.fromData(new Int32Array([1]), []),
        () => 1,
        () => 2,
      ),
      1,
    )
    assert.equal(
      ops.cond(
        ops.fromData(new Float32Array([0]), [1, 1]),
        () => 1,
        () => 2,
      ),
      2,
    )
    assert.throws(
      () =>
        ops.cond(
          x,
          () => 1,
          () => 2,
        ),
      { code: 'ERR_NDOPS_SHAPE_MISMATCH' },
    )
    assert.throws(() => ops.cond(true, 1 as unknown as () => 1, () => 2), { code: 'ERR_NDOPS_ARGUMENT' })
  })

  it('holds NaN for true, as any and a cast to bool do, and zeros of every kind for false', () => {
    const chosen = (pred: ops.Operand) =>
      ops.cond(
        pred,
        () => 'first',
        () => 'second',
      )
    for (const dtype of ['float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128'] as const) {
      assert.equal(chosen(ops.array(NaN, dtype)), 'first', dtype)
      assert.equal(chosen(ops.array([-0], dtype)), 'second', dtype)
    }
    assert.deepEqual([NaN, -0, 0n, 2n ** 80n].map(chosen), ['first', 'second', 'second', 'first'])
    assert.equal(
      ops
        .whileLoop(
          (x: ops.Tensor) => ops.isnan(x),
          () => [ops.array(1)],
          [ops.array(NaN)],
        )[0]
        .item(),
      1,
    )
  })

  it('calls only the function it chose, and passes on what that throws', () => {
    const boom = new Error('boom')
    const fails = () => {
      throw boom
    }
    assert.equal(
      ops.cond(true, () => 'kept', fails),
      'kept',
    )
    assert.throws(() => ops.cond(false, () => 1, fails), boom)
    assert.throws(() => ops.whileLoop(() => true, fails, 0), boom)
    assert.deepEqual(x.toArray(), [
      [1, 2],
      [3, 4],
    ])
  })

  it('spreads arrays of loop variables and passes numbers and structures through', () => {
    assert.deepEqual(
      ops.whileLoop(
        (i: number, n: number) => i < n,
        (i: number, n: number) => [i + 1, n] as [number, number],
        [0, 5],
      ),
      [5, 5],
    )
    const state = ops.whileLoop(
      (s: { i: number; x: ops.Tensor }) => s.i < 3,
      (s: { i: number; x: ops.Tensor }) => ({ i: s.i + 1, x: s.x.add(1) }),
      { i: 0, x },
    )
    assert.equal(state.i, 3)
    assert.deepEqual(state.x.toArray(), [
      [4, 5],
      [6, 7],
    ])
    assert.equal(
      ops.whileLoop(
        (i: number) => i < 10,
        (i: number) => i + 1,
        0,
        { maximumIterations: 4 },
      ),
      4,
    )
    assert.throws(() => ops.whileLoop(() => true, (() => [1]) as never, [0, 1]), { code: 'ERR_NDOPS_SHAPE_MISMATCH' })
  })

  it('gives foriLoop the last state, or the first where there is no step', () => {
    assert.equal(
      ops.foriLoop(0, 10, (i, s) => s + i, 0),
      45,
    )
    assert.equal(
      ops.foriLoop(3, 3, () => 1, 7),
      7,
    )
    assert.throws(() => ops.foriLoop(0.5, 3, (_, s) => s, 0), { code: 'ERR_NDOPS_ARGUMENT' })
  })

  it('maps over rows, and over structures of operands', () => {
    const doubled = ops.vectorizedMap((row) => row.add(row), x)
    assert.deepEqual(doubled.toArray(), [
      [2, 4],
      [6, 8],
    ])
    const sums = ops.vectorizedMap(([a, b]) => ops.add(a as ops.Tensor, b as ops.Tensor), [x, [10, 20]])
    assert.deepEqual(sums.toArray(), [
      [11, 12],
      [23, 24],
    ])
    const parts = promises.vectorizedMap(({ a }) => ({ twice: a.add(a), same: a }), { a: x })
    return parts.then(({ twice, same }) => {
      assert.deepEqual(twice.toArray(), [
        [2, 4],
        [6, 8],
      ])
      assert.deepEqual(same.toArray(), x.toArray())
    })
  })

  it('maps over structures in structures, and gives them', async () => {
    const elements = { pair: [x, { inner: [1, 10] }], z: ops.fromData(new Int32Array([5, 6])) }
    const f = ({ pair: [a, b], z }: { pair: never[]; z: ops.Tensor }) => ({
      z,
      list: [ops.multiply(a as never, (b as unknown as { inner: ops.Tensor }).inner), { plain: [1, 2] }],
    })
    const want = [
      [
        [
          [1, 2],
          [30, 40],
        ],
        [
          [1, 2],
          [1, 2],
        ],
      ],
      [5, 6],
    ]
    for (const found of [
      ops.vectorizedMap(f as never, elements as never),
      await promises.vectorizedMap(f as never, elements as never),
    ]) {
      const { list, z } = found as unknown as { list: [ops.Tensor, { plain: ops.Tensor }]; z: ops.Tensor }
      assert.deepEqual([[list[0].toArray(), list[1].plain.toArray()], z.toArray()], want)
    }
    let turn = 0
    const changing = () => (turn++ === 0 ? { a: 1, b: 2 } : ({ a: 1, c: 2 } as object)) as { a: number }
    assert.throws(() => ops.vectorizedMap(changing, x), { code: 'ERR_NDOPS_SHAPE_MISMATCH' })
    // Keys may come in any order.
    const shuffled = ops.vectorizedMap((row) => ((turn++ & 1) === 0 ? { a: row, b: 2 } : { b: 2, a: row }), x)
    assert.deepEqual([shuffled.a.toArray(), shuffled.b.toArray()], [x.toArray(), [2, 2]])
  })

  it('gives back what it made of plain results, and passes on what a function throws', async () => {
    const boom = new Error('boom')
    const before = ops.memory().live
    for (let round = 0; round < 3; round++) {
      ops.vectorizedMap(() => new Float32Array(40_000), x).dispose()
      const later = await promises.vectorizedMap(async () => new Float32Array(40_000), x)
      later.dispose()
    }
    assert.ok(ops.memory().live - before < 100_000)
    const fails = () => {
      throw boom
    }
    assert.throws(() => ops.vectorizedMap(fails, x), boom)
    await assert.rejects(
      promises.vectorizedMap(async () => fails(), x),
      boom,
    )
    await assert.rejects(promises.foriLoop(0, 3, fails, x), boom)
    await assert.rejects(promises.whileLoop(fails, fails, x), boom)
  })

  it('takes plain objects alone for structures', () => {
    for (const state of [new Map([['a', 1]]), new Date(0), Symbol('x'), 'text', null, undefined])
      assert.throws(
        () =>
          ops.whileLoop(
            () => false,
            (s: unknown) => s,
            state as never,
          ),
        { code: /ERR_NDOPS_ARGUMENT/ },
      )
    const cyclic: unknown[] = [x]
    cyclic.push(cyclic)
    const numbers: unknown[] = [1]
    numbers.push(numbers)
    for (const around of [cyclic, numbers, { cyclic }]) {
      assert.throws(() => ops.vectorizedMap((row) => row as never, around as never), { code: 'ERR_NDOPS_RANK' })
      assert.throws(
        () =>
          ops.whileLoop(
            () => false,
            (s: unknown) => s,
            { around } as never,
          ),
        { code: 'ERR_NDOPS_RANK' },
      )
    }
    const bare = Object.assign(Object.create(null), { a: 1 })
    assert.deepEqual(
      {
        ...(ops.whileLoop(
          () => false,
          (s: unknown) => s,
          bare,
        ) as object),
      },
      { a: 1 },
    )
  })

  it('refuses what has no rows, or rows of different number or result', () => {
    assert.throws(() => ops.vectorizedMap((row) => row, ops.fromData(new Float32Array(0), [0, 2])), {
      code: 'ERR_NDOPS_SIZE',
    })
    assert.throws(() => ops.vectorizedMap((row) => row, ops.fromData(new Float32Array(1), [])), {
      code: 'ERR_NDOPS_RANK',
    })
    assert.throws(
      () =>
        ops.vectorizedMap(
          () => 1,
          [
            [1, 2],
            [1, 2, 3],
          ],
        ),
      { code: 'ERR_NDOPS_SHAPE_MISMATCH' },
    )
    let calls = 0
    assert.throws(() => ops.vectorizedMap(() => ops.fromData(new Float32Array(++calls)), x), {
      code: 'ERR_NDOPS_SHAPE_MISMATCH',
    })
  })

  it('awaits asynchronous functions in ndops/promises, and stops when aborted', async () => {
    const grown = await promises.whileLoop(
      async (s: ops.Tensor) => ((await promises.add(s, 0)).item() as number) < 5,
      (s: ops.Tensor) => promises.add(s, 1),
      ops.stopGradient(0),
    )
    assert.equal(grown.item(), 5)
    assert.equal(
      await promises.cond(
        true,
        async () => 1,
        async () => 2,
      ),
      1,
    )
    const controller = new AbortController()
    let steps = 0
    const endless = promises.foriLoop(
      0,
      1e9,
      async (_, s) => {
        if (++steps === 5) controller.abort()
        return s
      },
      0,
      { signal: controller.signal },
    )
    await assert.rejects(endless, { name: 'AbortError', code: 'ERR_NDOPS_ABORTED' })
    assert.equal(steps, 5)
  })
})
