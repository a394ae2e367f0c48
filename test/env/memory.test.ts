import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { addon } from '../../lib/core/native'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { collectAll } from '../support/collect'
import { opsAmong } from '../support/coverage'

const MB = 2 ** 20
const ROUNDS = Number(process.env.NDOPS_STORM_ROUNDS ?? 20)

describe('env/memory', () => {
  afterEach(() => {
    ops.setMemoryLimit(0)
    addon.failAllocation(-1)
  })

  it('gives memory back on dispose and uses it again', () => {
    const x = ops.fromData(new Float64Array(MB / 8))
    const before = ops.memory().live
    const first = ops.add(x, 1)
    const place = first.data.byteOffset
    assert.ok(ops.memory().live >= before + MB)
    first.dispose()
    assert.equal(typeof place, 'number')
    for (let i = 0; i < 100; i++) ops.add(x, 1).dispose()
    assert.ok(ops.memory().live <= before + 4 * MB)
    ops.trimMemory()
    assert.equal(ops.memory().pooled, 0)
  })

  it('makes live bytes past the limit a coded error, and goes on', async () => {
    await collectAll()
    const x = ops.fromData(new Float64Array(MB / 8))
    ops.setMemoryLimit(ops.memory().live + MB / 2)
    assert.throws(() => ops.add(x, 1), { code: 'ERR_NDOPS_MEMORY_LIMIT' })
    ops.setMemoryLimit(0)
    assert.equal(ops.add(x, 1).size, MB / 8)
    assert.throws(() => ops.setMemoryLimit(-1), { code: 'ERR_NDOPS_ARGUMENT' })
  })

  it('survives the failure of any allocation', () => {
    const x = ops.fromData(new Float64Array(10_000))
    for (let n = 0; n < 6; n++) {
      const live = ops.memory().live
      addon.failAllocation(n)
      let failed = false
      try {
        ops.add(x, 1).dispose()
        ops.add([[1, 2]], x.size === 0 ? 1 : 2).dispose()
      } catch (error) {
        failed = true
        assert.equal((error as { code: string }).code, 'ERR_NDOPS_OUT_OF_MEMORY')
      }
      addon.failAllocation(-1)
      if (n === 0) assert.ok(failed)
      assert.ok(!failed || ops.memory().live <= live + 64 * 1024)
    }
    assert.equal(ops.add(x, 1).size, 10_000)
  })

  it('survives the failure of any allocation, in every op', async () => {
    const x = ops.reshape(ops.arange(1, 4357, 1, 'float32'), [66, 66])
    const mask = ops.greater(x, 2000)
    const places = ops.cast(ops.mod(x, 66), 'int32')
    const forms: readonly unknown[][] = [
      [x],
      [x, x],
      [places, places],
      [x, 1],
      [x, places],
      [mask, x, x],
      [[x, x]],
      [x, [4356]],
      [x, [200, 200]],
      ['ij,jk->ik', x, x],
      [ops.reshape(places, [-1, 1]), ops.reshape(x, [-1]), [66]],
      [[120, 120]],
      [120],
    ]
    const flat = (result: unknown): ops.Tensor[] => [result].flat(2).filter((one) => ops.isTensor(one)) as ops.Tensor[]
    const bits = (result: unknown, form: readonly unknown[]) =>
      flat(result).map((one) => {
        const data = one.data.slice()
        if (!form.includes(one)) one.dispose()
        return data
      })
    await collectAll()
    const live = ops.memory().live
    let failures = 0
    let covered = 0
    for (const name of opsAmong(ops)) {
      const call = (ops as unknown as { readonly [name: string]: (...args: unknown[]) => unknown })[name]
      if (call === undefined) continue
      let fits = false
      for (const form of forms) {
        let expected: unknown[]
        try {
          const result = call(...form)
          if (flat(result).length === 0) continue
          expected = bits(result, form)
        } catch {
          continue
        }
        fits = true
        for (let n = 0, failed = true; failed && n < 40; n++) {
          failed = false
          addon.failAllocation(n)
          try {
            for (const one of flat(call(...form))) if (!form.includes(one)) one.dispose()
          } catch (error) {
            failed = true
            failures++
            assert.equal((error as { code: string }).code, 'ERR_NDOPS_OUT_OF_MEMORY', name)
          } finally {
            addon.failAllocation(-1)
          }
        }
        assert.deepEqual(bits(call(...form), form), expected, name)
        break
      }
      if (fits) covered++
    }
    assert.ok(covered > 120 && failures > 80, `${covered} ops, ${failures} failures`)
    await collectAll()
    assert.ok(ops.memory().live <= live + MB, `keeps ${ops.memory().live - live}`)
  }).timeout(120_000)

  it('refuses what memory cannot hold before it touches any', async () => {
    await collectAll()
    const live = ops.memory().live
    const refused = (code: string, shape: number[]) =>
      assert.throws(() => ops.zeros(shape), { code: `ERR_NDOPS_${code}` }, shape.join())
    refused('OUT_OF_MEMORY', [2 ** 40])
    refused('OUT_OF_MEMORY', [2 ** 25, 2 ** 25])
    refused('SIZE', [2 ** 27, 2 ** 27])
    refused('ARGUMENT', [2 ** 53])
    assert.equal(ops.zeros([2 ** 40, 0]).size, 0)
    assert.equal(ops.memory().live, live)
  })

  it('stays bounded in a loop that never yields', () => {
    const loops = {
      'of 1 MiB': `for (let i = 0; i < ${250 * ROUNDS}; i++) ops.add(x, i)`,
      // As on a machine so busy that the collector's threads get no time.
      'of 1 MiB, collected by one thread': 'for (let i = 0; i < 2000; i++) ops.add(x, i)',
      'of sizes that values decide': `
        const y = ops.greater(x, 0)
        for (let i = 0; i < 3000; i++) ops.nonzero(y)
        const z = ops.array([1, 0, 1])
        for (let i = 0; i < 600000; i++) ops.nonzero(z)`,
      'of 64 KiB': `const y = x.getItem([':8192']); for (let i = 0; i < 30000; i++) ops.add(y, i)`,
      'of 4 KiB': `const y = x.getItem([':512']); for (let i = 0; i < 300000; i++) ops.add(y, i)`,
    }
    for (const [name, loop] of Object.entries(loops)) {
      const code = `
        const ops = require('ndops')
        const x = ops.fromData(new Float64Array(2 ** 17).fill(1))
        ${loop}
        console.log(JSON.stringify([ops.memory().live, process.resourceUsage().maxRSS * 1024]))
      `
      const options = name.endsWith('one thread') ? ['--single-threaded-gc'] : []
      const { status, stdout, stderr } = spawnSync(process.execPath, [...options, '-e', code], { encoding: 'utf8' })
      assert.equal(status, 0, stderr)
      const [live, resident] = JSON.parse(stdout) as [number, number]
      assert.ok(live < 500 * MB, `${name}: ${live}`)
      // The sanitizers keep what is freed.
      assert.ok(resident < 600 * MB || process.env.ASAN_OPTIONS !== undefined, `${name}: ${resident}`)
    }
  }).timeout(60_000 + 2000 * ROUNDS)

  it('stays bounded in a loop that awaits', async () => {
    const x = ops.fromData(new Float64Array(MB / 8).fill(1))
    let most = 0
    for (let i = 0; i < 1500; i++) {
      await promises.add(x, i)
      if (i % 50 === 0) most = Math.max(most, ops.memory().live)
    }
    assert.ok(most < 700 * MB, `${most}`)
  }).timeout(60_000)

  it('holds little for every thousandth of many small results', async () => {
    await collectAll()
    const before = ops.memory().live
    const kept: ops.Tensor[] = []
    for (const n of [10, 1000]) {
      const x = ops.ones([n], 'float64')
      for (let i = 0; i < 200_000; i++) {
        const result = ops.add(x, i)
        if (i % 1000 === 0) kept.push(result)
      }
    }
    await collectAll()
    assert.equal(kept.length, 400)
    assert.ok(ops.memory().live - before < 400 * 65 * 1024, `${ops.memory().live - before}`)
    assert.equal(kept[7]?.data[5], 7001)
  })

  it('keeps to the limit however large the heap, and counts nothing that is garbage', () => {
    const x = ops.fromData(new Float64Array((4 * MB) / 8))
    const kept: ops.Tensor[] = []
    ops.setMemoryLimit(ops.memory().live + 600 * MB)
    assert.throws(
      () => {
        for (let i = 0; i < 400; i++) kept.push(ops.add(x, i))
      },
      { code: 'ERR_NDOPS_MEMORY_LIMIT' },
    )
    assert.ok(kept.length > 100 && kept.length < 200, `${kept.length}`)
    for (const one of kept) one.dispose()
    for (let i = 0; i < 400; i++) ops.add(x, i)
    assert.equal(ops.add(x, 1).size, x.size)
  })

  it('sets threads, and says what it runs on', () => {
    const before = ops.numThreads()
    ops.setNumThreads(3)
    assert.equal(ops.numThreads(), 3)
    ops.setNumThreads(before)
    for (const bad of [0, -1, 1.5, 257, Number.NaN])
      assert.throws(() => ops.setNumThreads(bad), { code: 'ERR_NDOPS_ARGUMENT' })
    const info = ops.buildInfo()
    assert.match(info.version, /^\d+\.\d+\.\d+/)
    assert.ok(info.blas.length > 0 && info.blasKernel.length > 0 && info.processors >= 1)
  })
})
