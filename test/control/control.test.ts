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
