/** The same bits whatever the processor: reductions, scans and exactly rounded arithmetic on every level that runs here. */

import { ok, strictEqual } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { ndops } from '../support/ndops'

describe('levels', function () {
  this.timeout(120_000)

  it('give the same bits for what is promised', () => {
    const script = join(__dirname, '../support/digest.js')
    const { cpuLevel, cpuLevels: known } = ndops.buildInfo()
    ok(known.includes(cpuLevel), `${cpuLevel} is not one of ${known.join(', ')}`)
    const digests = known.map((level) => {
      const env = { ...process.env, NDOPS_CPU_LEVEL: level }
      const [used, digest] = execFileSync(process.execPath, [script], { env, encoding: 'utf8' }).trim().split(' ')
      strictEqual(used, level)
      return digest
    })
    strictEqual(new Set(digests).size, 1, `${known.join(', ')}: ${digests.join(', ')}`)
  })
})
