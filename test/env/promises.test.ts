import assert from 'node:assert/strict'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'

const filled = (n: number, value: number) => ops.fromData(new Float64Array(n).fill(value))

describe('env/promises @buffers', () => {
  it('gives what the synchronous call gives, for a thousand at once', async () => {
    const inputs = Array.from({ length: 1000 }, (_, i) => filled(1 + ((i * 37) % 5000), i))
    const results = await Promise.all(inputs.map((x, i) => promises.add(x, i)))
    results.forEach((result, i) => {
      assert.deepEqual(result.data, ops.add(inputs[i] as ops.Tensor, i).data)
    })
  })

  it('rejects with the coded error of the call, with the place of the call in its stack', async () => {
    const failing = promises.add(filled(2, 1), filled(3, 1))
    await assert.rejects(failing, { name: 'RangeError', code: 'ERR_NDOPS_BROADCAST' })
    const error = await promises.add('no' as unknown as number, 1).catch((e: Error) => e)
    assert.match((error as Error).stack ?? '', /promises\.test/)
  })

  it('aborts before, and not after', async () => {
    const reason = new Error('enough')
    await assert.rejects(promises.add([1], 2, { signal: AbortSignal.abort(reason) }), (error: Error) => {
      assert.equal(error.name, 'AbortError')
      assert.equal(error.cause, reason)
      return true
    })
    const controller = new AbortController()
    const done = await promises.add([1], 2, { signal: controller.signal })
    controller.abort()
    assert.deepEqual(done.toArray(), [3])
    await assert.rejects(promises.add([1], 2, { signal: 1 as unknown as AbortSignal }), { code: 'ERR_NDOPS_ARGUMENT' })
  })

  it('sees inputs as they were at the call', async () => {
    const data = new Float64Array(100_000).fill(1)
    const x = filled(100_000, 1)
    const shown = x.data as Float64Array
    const [fromArray, fromTensor] = [promises.add(data, 1), promises.add(x, 1)]
    data.fill(7)
    shown.fill(7)
    for (const result of [await fromArray, await fromTensor])
      assert.ok((result.data as Float64Array).every((v) => v === 2))
  })

  it('holds what is disposed, transferred or dropped while it works', async () => {
    for (let round = 0; round < 20; round++) {
      const x = filled(200_000, round)
      const y = filled(200_000, 1)
      const data = y.data
      const sum = promises.add(x, y)
      x.dispose()
      try {
        structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] })
      } catch (error) {
        assert.equal((error as Error).name, 'DataCloneError')
      }
      y.dispose()
      // Takes the freed memory, if it was freed too early.
      const other = filled(200_000, -1)
      assert.ok(((await sum).data as Float64Array).every((v) => v === round + 1))
      other.dispose()
    }
  })

  it('keeps small results apart from what is made and disposed meanwhile', async () => {
    const x = ops.fromData(new Float32Array([1, 2, 3]))
    const sum = promises.add(x, 1)
    x.dispose()
    for (let i = 0; i < 2000; i++) ops.add([9, 9, 9], i).dispose()
    assert.deepEqual((await sum).toArray(), [2, 3, 4])
  })

  it('refuses a disposed operand', async () => {
    const x = filled(10, 1)
    x.dispose()
    await assert.rejects(promises.add(x, 1), { code: 'ERR_NDOPS_DISPOSED' })
  })
})
