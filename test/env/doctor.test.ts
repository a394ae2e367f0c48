/** `ndops doctor` as it is run: what it says, and that it finds what is planted. */

import { deepStrictEqual, match, strictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { selfTest } from '../../lib/doctor'
import { ndops, promises, root } from '../support/ndops'

function doctor(args: string[], env: NodeJS.ProcessEnv = {}, node: string[] = []) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...node, join(root(), 'dist/cli.js'), ...args],
    options,
  )
  return { status, stdout, stderr }
}

describe('env/doctor', function () {
  this.timeout(60_000)

  it('finds nothing wrong here', () => {
    const { status, stdout } = doctor(['doctor'], { NDOPS_NUM_THREADS: '1' })
    strictEqual(status, 0, stdout)
    for (const name of ['platform', 'binary', 'processor', 'BLAS', 'threads', 'memory', 'matmul', 'sort', 'sums'])
      match(stdout, new RegExp(`^${name} +\\S`, 'm'))
    match(stdout, new RegExp(`level ${ndops.buildInfo().cpuLevel}`))
  })

  it('warns of more threads than processors', () => {
    const { status, stdout } = doctor(['doctor'], { NDOPS_NUM_THREADS: '250' })
    strictEqual(status, 1)
    match(stdout, /^threads +250.*\n +-> .*unset NDOPS_NUM_THREADS/m)
  })

  it('tells of an addon that does not load', () => {
    const { status, stdout } = doctor(['doctor'], { NDOPS_CPU_LEVEL: 'v9' })
    strictEqual(status, 1)
    match(stdout, /^binary +does not load\n +-> .*did not load/m)
  })

  it('finds wrong products, orders and sums', async () => {
    const wrong = {
      ...ndops,
      sort: (x: Parameters<typeof ndops.sort>[0]) => ndops.array(x),
      sum: () => ndops.array(1),
    } as unknown as typeof ndops
    const overlapping = { ...promises, matmul: async () => ndops.zeros([1, 1]) } as unknown as typeof promises
    const found = await selfTest(wrong, overlapping)
    deepStrictEqual(
      found.map(({ name, text, advice }) => [name, text.split(':')[0], advice !== undefined]),
      [
        ['matmul', 'wrong', true],
        ['sort', 'wrong', true],
        ['sums', 'wrong', true],
      ],
    )
    match(found[0]?.advice ?? '', /OPENBLAS_CORETYPE/)
  })

  it('reports what throws', async () => {
    const broken = {
      ...ndops,
      matmul: () => {
        throw new Error('planted')
      },
    } as unknown as typeof ndops
    const [first] = await selfTest(broken, promises)
    match(first?.advice ?? '', /planted/)
  })

  it('tells usage from misuse', () => {
    deepStrictEqual([doctor(['--help']).status, doctor([]).status, doctor(['nurse']).status], [0, 2, 2])
    match(doctor(['--help']).stdout, /usage: ndops doctor/)
  })
})
