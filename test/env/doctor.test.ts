/** `ndops doctor` as it is run: what it says, and that it finds what is planted. */

import { deepStrictEqual, match, ok, strictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
    match(
      stdout,
      /^binary +does not load\n {11}-> .*did not load.*\n {14}found: .*\n {14}needed: .*\n(?: {14}.*\n)+ {14}to do: unset/m,
    )
  })

  /** Runs the doctor after `facts`, a preloaded script. */
  const pretending = (facts: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'ndops-doctor-'))
    try {
      writeFileSync(join(folder, 'pretend.cjs'), facts)
      return doctor(['doctor'], { NDOPS_NUM_THREADS: '1' }, ['--require', join(folder, 'pretend.cjs')])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it('tells of an old Node', () => {
    const { status, stdout } = pretending(
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.12.0' } })`,
    )
    strictEqual(status, 1, stdout)
    match(stdout, /^Node +18\.12\.0\n +-> update to Node 20\.9 or later$/m)
    match(stdout, /^1 thing needs attention\.$/m)
  })

  it('tells of little memory', () => {
    const { status, stdout } = pretending(`
      const { dlopen } = process
      process.dlopen = (module, ...rest) => {
        dlopen.call(process, module, ...rest)
        const { build } = module.exports
        module.exports.build = () => ({ ...build(), memoryBudget: 2 ** 27 })
      }`)
    strictEqual(status, 1, stdout)
    match(stdout, /^memory +0\.1 GiB \(cgroup limit, of .*\n +-> less than 256 MiB/m)
  })

  it('finds products that are wrong only at once', async () => {
    const later = { ...promises, matmul: async () => ndops.zeros([1, 1]) } as unknown as typeof promises
    const threads = ndops.numThreads()
    const [matmul, ...others] = await selfTest(ndops, later)
    match(matmul?.text ?? '', /^wrong: eight at once of 1x1x1 in float32; /)
    ok(others.every(({ advice }) => advice === undefined))
    strictEqual(ndops.numThreads(), threads)
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
    const { cpuLevel, cpuLevels } = ndops.buildInfo()
    for (const { advice } of found.slice(1))
      strictEqual(advice?.includes(`NDOPS_CPU_LEVEL=${cpuLevels[0]} chooses safe ones`), cpuLevel !== cpuLevels[0])
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
