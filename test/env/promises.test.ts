import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { collectAll } from '../support/collect'
import { seeded } from '../support/random'

const filled = (n: number, value: number) => ops.fromData(new Float64Array(n).fill(value))

describe('env/promises @buffers', () => {
  it('gives the bits of the serial run for a thousand mixed calls at once', async () => {
    const random = seeded(75)
    const drawn = (...shape: number[]) =>
      ops.reshape(ops.fromData(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random)), shape)
    const kinds: readonly ((n: number) => readonly [string, ...unknown[]])[] = [
      (n) => ['add', drawn(n), drawn(n)],
      (n) => ['exp', drawn(n, 3)],
      (n) => ['sum', drawn(n, 5), 0],
      (n) => ['var', ops.transpose(drawn(n, 7))],
      (n) => ['cumsum', drawn(n)],
      (n) => ['matmul', drawn(1 + (n % 90), 64), drawn(64, 1 + (n % 70))],
      (n) => ['einsum', 'ij,kj->ik', drawn(1 + (n % 50), 20), drawn(30, 20)],
      (n) => ['norm', drawn(n)],
      (n) => ['sort', drawn(n)],
      (n) => ['argsort', drawn(3, n), 1],
      (n) => ['take', drawn(n, 4), new Int32Array([0, n - 1]), 0],
      (n) => ['where', ops.greater(drawn(n), 0.5), 1, drawn(n)],
      (n) => ['nonzero', ops.greater(drawn(n), 0.9)],
      (n) => ['bincount', ops.cast(ops.multiply(drawn(n), 100), 'int32')],
      (n) => ['concatenate', [drawn(n), drawn(9)]],
      (n) => ['mean', ops.cast(drawn(n), 'bfloat16')],
    ]
    type Calls = { readonly [name: string]: (...args: unknown[]) => unknown }
    const [now, later] = [ops, promises] as unknown as [Calls, Calls]
    const calls = Array.from({ length: 1000 }, (_, i) => kinds[i % kinds.length]?.(1 + ((i * 977) % 6000)) ?? ['add'])
    const results = await Promise.all(calls.map(([name, ...args]) => later[name]?.(...args)))
    const bits = (result: unknown): unknown =>
      Array.isArray(result) ? result.map(bits) : [(result as ops.Tensor).shape, (result as ops.Tensor).data]
    calls.forEach(([name, ...args], i) => {
      assert.deepEqual(bits(results[i]), bits(now[name]?.(...args)), name)
    })
  }).timeout(60_000)

  it('gives memory back when a call is aborted on its way', async () => {
    const x = filled(4_000_000, 1)
    await collectAll()
    const live = ops.memory().live
    let aborted = 0
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController()
      const { signal } = controller
      // More than there are threads, so that some wait.
      const calls = Array.from({ length: 6 }, () => promises.sort(x, { signal }))
      setTimeout(() => controller.abort(), 3 * round)
      for (const { status, ...outcome } of await Promise.allSettled(calls)) {
        if (status === 'fulfilled') (outcome as { value: ops.Tensor }).value.dispose()
        else {
          assert.equal((outcome as { reason: Error }).reason.name, 'AbortError')
          aborted++
        }
      }
      assert.equal(ops.memory().live, live)
    }
    assert.ok(aborted > 0)
  }).timeout(60_000)

  it('stops calls of every kind on their way, and gives their memory back', async () => {
    const random = seeded(79)
    const n = 1_000_000
    const x = ops.fromData(Float32Array.from({ length: n }, random))
    const square = ops.reshape(x, [1000, 1000])
    const whole = ops.cast(ops.multiply(x, n - 1), 'int32')
    const grid = ops.reshape(whole, [1000, 1000])
    const mask = ops.greater(x, 0.5)
    const at = ops.reshape(whole, [-1, 1])
    const folder = await mkdtemp(path.join(tmpdir(), 'ndops-'))
    const file = path.join(folder, 'x.npz')
    await promises.saveNpz(file, { x }, { compressed: true })
    type Result = ops.Tensor | readonly ops.Tensor[] | Record<string, ops.Tensor> | undefined
    const kinds: { readonly [name: string]: (options: { signal: AbortSignal }) => Promise<unknown> } = {
      argsort: (options) => promises.argsort(x, options),
      'sort of columns': (options) => promises.sort(square, 0, options),
      'matmul of integers': (options) => promises.matmul(grid, grid, options),
      matmul: (options) => promises.matmul(square, square, options),
      einsum: (options) => promises.einsum('ij,kj,kl->il', square, square, square, options),
      cumsum: (options) => promises.cumsum(x, options),
      cast: (options) => promises.cast(x, 'complex128', options),
      quantile: (options) => promises.quantile(x, [0.1, 0.5], options),
      nonzero: (options) => promises.nonzero(mask, options),
      bincount: (options) => promises.bincount(whole, options),
      repeat: (options) => promises.repeat(x, 20, options),
      pad: (options) =>
        promises.pad(
          square,
          [
            [900, 900],
            [900, 900],
          ],
          'reflect',
          options,
        ),
      tile: (options) => promises.tile(square, [4, 4], options),
      take: (options) => promises.take(x, whole, options),
      scatter: (options) => promises.scatter(at, x, [n], options),
      erfinv: (options) => promises.erfinv(x, options),
      norm: (options) => promises.norm(ops.getItem(square, [':150', ':150']), 'nuc', options),
      copies: (options) => promises.add(new Float64Array(n), new Float64Array(n), options),
      toNpy: (options) => promises.toNpy(x, options),
      loadNpz: (options) => promises.loadNpz(file, options),
      saveNpz: (options) => promises.saveNpz(path.join(folder, 'y.npz'), { x }, { compressed: true, ...options }),
    }
    const dispose = (result: Result): void => {
      if (ops.isTensor(result)) (result as ops.Tensor).dispose()
      else for (const one of Object.values(result ?? {})) if (ops.isTensor(one)) (one as ops.Tensor).dispose()
    }
    let stopped = 0
    for (const [name, start] of Object.entries(kinds)) {
      const began = performance.now()
      dispose((await start({ signal: new AbortController().signal })) as Result)
      const took = performance.now() - began
      await collectAll()
      const live = ops.memory().live
      for (let round = 0; round < 3; round++) {
        const controller = new AbortController()
        const call = start({ signal: controller.signal })
        setTimeout(() => controller.abort(), 0.7 * took * random())
        await call.then(
          (result) => dispose(result as Result),
          (error) => {
            assert.equal(error.code, 'ERR_NDOPS_ABORTED', name)
            stopped++
          },
        )
      }
      // But for a slab of small results.
      assert.ok(ops.memory().live <= live + 2 ** 17, `${name} ${ops.memory().live - live}`)
    }
    assert.ok(stopped > 0)
    assert.deepEqual(
      (await readdir(folder)).filter((found) => found.endsWith('.tmp')),
      [],
    )
    await rm(folder, { recursive: true })
  }).timeout(120_000)

  it('keeps its bits while the number of threads changes', async () => {
    const x = ops.fromData(Float32Array.from({ length: 500_000 }, seeded(5)))
    const before = ops.numThreads()
    const kinds = [(at: typeof promises | typeof ops) => at.sum(x), (at: typeof promises | typeof ops) => at.cumsum(x)]
    const expected = kinds.map((kind) => (kind(ops) as ops.Tensor).toArray())
    const calls = Array.from({ length: 40 }, (_, i) => {
      ops.setNumThreads(1 + (i % 7))
      return kinds[i % 2]?.(promises)
    })
    const results = await Promise.all(calls)
    ops.setNumThreads(before)
    for (const [i, result] of results.entries()) assert.deepEqual((result as ops.Tensor).toArray(), expected[i % 2])
  })

  it('refuses arrays whose memory went away before the call', async () => {
    const gone = new Float64Array(8)
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    const buffer = Reflect.construct(ArrayBuffer, [80, { maxByteLength: 160 }]) as ArrayBuffer & {
      resize(bytes: number): void
    }
    const short = new Float64Array(buffer, 40, 5)
    buffer.resize(48)
    for (const array of [gone, short]) {
      await assert.rejects(promises.add(array, 1), { code: 'ERR_NDOPS_BUFFER' })
      assert.throws(() => ops.add(array, 1), { code: 'ERR_NDOPS_BUFFER' })
    }
    assert.equal((await promises.add(new Float64Array(0), 1)).size, 0)
  })

  it('lets one signal stop many calls, without a warning', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const controller = new AbortController()
    const { signal } = controller
    const x = filled(1_000_000, 1)
    await promises.add([1], 2, { signal })
    // All runners are busy, so that calls wait however late this thread is.
    const square = ops.ones([1000, 1000], 'float64')
    const busy = Array.from({ length: 2 * Math.max(2, ops.numThreads()) }, () => promises.matmul(square, square))
    const calls = Array.from({ length: 40 }, () => promises.sort(x, { signal }))
    controller.abort()
    const ended = await Promise.allSettled(calls)
    await Promise.all(busy)
    process.off('warning', note)
    assert.ok(ended.some(({ status }) => status === 'rejected'))
    assert.deepEqual(warnings, [])
    await assert.rejects(promises.add([1], 2, { signal }), { name: 'AbortError' })
  })

  it('gives back what it took on the way to a result', async () => {
    const data = new Float64Array(1_000_000).fill(2)
    const x = ops.fromData(data)
    await collectAll()
    const live = ops.memory().live
    const calls: readonly (() => Promise<ops.Tensor | ops.Tensor[]>)[] = [
      () => promises.add(data, data),
      () => promises.std(x),
      () => promises.quantile(data, 0.3),
      () => promises.topK(data, 3),
      () => promises.nonzero(data),
      () => promises.split(data, 4),
      () => promises.matmul(data, x),
      () => promises.einsum('i,i,i->', data, x, data),
    ]
    for (const call of calls) {
      for (const one of [await call()].flat()) one.dispose()
      // But for a slab of small results.
      assert.ok(ops.memory().live <= live + 2 ** 17, `${call} ${ops.memory().live - live}`)
    }
  })

  it('gives memory back when values make a call fail', async () => {
    const x = ops.ones([100_000], 'int32')
    await collectAll()
    const live = ops.memory().live
    await assert.rejects(promises.power(x, ops.full([100_000], -1, 'int32')), { code: 'ERR_NDOPS_VALUE' })
    await assert.rejects(promises.take(x, [5, 100_000]), { code: 'ERR_NDOPS_INDEX' })
    assert.ok(ops.memory().live <= live + 500_000)
  })

  it('refuses calls that would wait with more than half of the memory, and goes on', async () => {
    const MB = 2 ** 20
    const data = new Float64Array(MB)
    const x = ops.fromData(data)
    const row = ops.getItem(x, [':1000'])
    await collectAll()
    const live = ops.memory().live
    const made = live + 150 * MB
    ops.setMemoryLimit(2 * made)
    try {
      // Of tensors 8 MiB each, of typed arrays twice as much, of small results next to nothing.
      for (const [start, bytes] of [
        [() => promises.add(x, 1), 8 * MB],
        [() => promises.add(data, 1), 16 * MB],
        [() => promises.cumsum(row), 8192],
      ] as const) {
        const all = Math.floor((1.2 * made) / bytes)
        const ended = await Promise.allSettled(Array.from({ length: all }, async () => (await start()).dispose()))
        const codes = new Set(ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'done')))
        assert.deepEqual([...codes], ['done', 'ERR_NDOPS_QUEUE_FULL'])
        const done = ended.filter(({ status }) => status === 'fulfilled').length
        assert.ok(done * bytes > 0.85 * made && done * bytes <= made, `${done} of ${all}`)
        // Small results are memory of the engine's, which comes back by collection.
        if (bytes > MB) assert.ok(ops.memory().live <= live + MB)
        ;(await start()).dispose()
      }
      // One alone may have it all.
      assert.equal((await promises.zeros([Math.ceil((1.2 * made) / 8)], 'float64')).ndim, 1)
    } finally {
      ops.setMemoryLimit(0)
    }
  }).timeout(60_000)

  it('takes no options, an empty object and undefined alike', async () => {
    const { signal } = new AbortController()
    for (const options of [{}, { signal: undefined }, { signal }, undefined as unknown as object]) {
      assert.deepEqual((await promises.negative([1], options)).toArray(), [-1])
      assert.deepEqual((await promises.add([1], 2, options)).toArray(), [3])
      assert.deepEqual((await promises.sort([2, 1], -1, options)).toArray(), [1, 2])
      assert.deepEqual((await promises.einsum('i,i->', [1, 2], [3, 4], options)).toArray(), 11)
    }
    await assert.rejects(promises.add([1], {} as unknown as number), { code: 'ERR_NDOPS_ARGUMENT' })
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

  it('can be aborted in the turn of the call, also where it was done at once', async () => {
    const x = ops.ones([7])
    const controller = new AbortController()
    const { signal } = controller
    // More than settle in one turn of the event loop.
    const calls = Array.from({ length: 300 }, () => promises.add(x, 1, { signal }))
    const reason = new Error('not needed any more')
    controller.abort(reason)
    for (const outcome of await Promise.allSettled(calls)) {
      assert.equal(outcome.status, 'rejected')
      const error = (outcome as PromiseRejectedResult).reason
      assert.equal(error.code, 'ERR_NDOPS_ABORTED')
      assert.equal(error.cause, reason)
      assert.match(error.stack, /promises\.test/)
    }
  })

  it('leaves no listener with a signal that nothing waits for', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 3; i++) (await promises.sort(filled(5000, i), { signal })).dispose()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(getEventListeners(signal, 'abort').length, 0)
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

  it('copies what small results of unknown size show', async () => {
    const around = Array.from({ length: 40 }, (_, i) => ops.full([100], i))
    const [places] = (await promises.nonzero(new Int32Array([1, 0, 1, 1]))) as [ops.Tensor]
    assert.deepEqual([...places.data], [0, 2, 3])
    assert.deepEqual((await promises.add(places, 1)).toArray(), [1, 3, 4])
    around.forEach((x, i) => {
      assert.deepEqual([ops.max(x).item(), ops.min(x).item()], [i, i])
    })
  })
  it('lets timers through a chain of tiny calls', async () => {
    const x = ops.ones([4])
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    for (let i = 0; i < 20_000 && ticks === 0; i++) (await promises.add(x, i)).dispose()
    clearInterval(timer)
    assert.ok(ticks > 0)
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
