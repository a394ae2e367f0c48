import assert from 'node:assert/strict'
import { addon } from '../../lib/core/native'
import * as ops from '../../lib/index'

const MB = 2 ** 20

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

  it('makes live bytes past the limit a coded error, and goes on', () => {
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
      assert.ok(!failed || ops.memory().live <= live + 64 * 1024)
    }
    assert.equal(ops.add(x, 1).size, 10_000)
  })

  it('refuses what memory cannot hold before it touches any', () => {
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
    const x = ops.fromData(new Float64Array(MB / 8).fill(1))
    for (let i = 0; i < 4000; i++) ops.add(x, i)
    // 4 GB went by: at most the soft cap of 1 GiB stays with us, the engine frees the rest.
    assert.ok(ops.memory().live < 1300 * MB, `${ops.memory().live}`)
    assert.ok(process.memoryUsage.rss() < 3000 * MB, `${process.memoryUsage.rss()}`)
  }).timeout(60_000)

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
