import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as ops from '../../lib/index'

/** Runs JavaScript in a fresh process of this package; gives what it printed. */
function runs(code: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  assert.equal(status, 0, stderr)
  return stdout.trim()
}

describe('env/package', () => {
  it('is one state for ES modules and CommonJS', () => {
    const code = `import('ndops').then((esm) => {
      const cjs = require('ndops')
      esm.setFloatx('float64')
      console.log(cjs.floatx(), cjs.add === esm.add, cjs.Tensor === esm.Tensor)
    })`
    assert.equal(runs(code), 'float64 true true')
  })

  it('has the same functions in ndops/promises', () => {
    assert.equal(runs(`require('ndops/promises').add([1], 2).then((x) => console.log(x.toArray()[0]))`), '3')
  })

  it('runs at the level that NDOPS_CPU_LEVEL names @level', () => {
    const asked = process.env.NDOPS_CPU_LEVEL
    if (asked !== undefined) assert.equal(ops.buildInfo().cpuLevel, asked)
    assert.match(ops.buildInfo().cpuLevel, /^(v2|v3|v4|neon)$/)
  })

  it('does not load at a level that it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, ['-e', `require('ndops')`], {
      encoding: 'utf8',
      env: { ...process.env, NDOPS_CPU_LEVEL: 'v9' },
    })
    assert.equal(status, 1)
    assert.match(stderr, /NDOPS_CPU_LEVEL names a level that this processor does not run/)
  })

  it('gives data with and without external buffers @buffers', () => {
    const x = ops.add(new Float32Array(1000).fill(1), 1)
    assert.deepEqual([...x.data.slice(0, 2)], [2, 2])
    assert.equal(x.data, x.data)
  })
})
