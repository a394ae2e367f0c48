// The parts of a test run: each is a program with its way of counting. Shared by test.mjs and testFull.mjs.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { addon, addonFolder, neonFolder, sanitizedFolder } from '../build.mjs'
import { capture, root, run, say, tool } from './run.mjs'
import { ARM64_LIBRARIES } from './system.mjs'

export const nothing = { passed: 0, failed: 0, skipped: 0 }

/** Sums counts. */
export const total = (counts) =>
  counts.reduce(
    (sum, c) => ({
      passed: sum.passed + c.passed,
      failed: sum.failed + c.failed,
      skipped: sum.skipped + c.skipped,
    }),
    nothing,
  )

export const wording = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

/** Counts of a program that ended well or not: whatever dies without a count, or dies after it, is one failure. */
export function settle(counts, code) {
  if (counts === null) return { ...nothing, failed: 1 }
  if (counts.passed + counts.failed === 0) return { ...counts, failed: 1 }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** The counts in doctest's summary, or null. */
export function doctestCounts(output) {
  const found = output.match(/test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/)
  if (found === null) return null
  return { passed: Number(found[2]), failed: Number(found[3]), skipped: 0 }
}

// Settings of the caller must not leak into the parts, but for what a machine says of the BLAS kernels that it can run.
const ours = Object.keys(process.env).filter((name) => /^(NDOPS_|OMP_|MOCHA_|NODE_OPTIONS$)/.test(name))
export function environment(settings = {}) {
  const env = { ...process.env, ...settings }
  for (const name of ours) if (!(name in settings)) delete env[name]
  for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name]
  return env
}

/** BLAS chooses its kernels by itself: on an emulated processor, whose kernels the machine's settings may not be. */
export const ownKernels = { OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined }

const settingsOf = (env, emulator) => environment(emulator.length > 0 ? { ...ownKernels, ...env } : env)

export const nehalem = { emulator: ['qemu-x86_64', '-cpu', 'Nehalem'] }

async function doctest(folder, { env = {}, emulator = [], args = [], timeout = 1_800_000 } = {}) {
  const command = [...emulator, path.join(root, folder, 'ndops_tests'), ...args]
  const { code, signal, output } = await capture(command[0], command.slice(1), {
    env: settingsOf(env, emulator),
    timeout,
  })
  const counts = doctestCounts(output)
  if (code !== 0 || counts === null) process.stdout.write(`${output}\n${signal ? `killed by ${signal}\n` : ''}`)
  return settle(counts, code)
}

export const nativeTests = (options) => doctest(addonFolder, options)

/** Those of buildNeonTests, under qemu. */
export const neonTests = (options) =>
  doctest(neonFolder, { emulator: ['qemu-aarch64', '-L', ARM64_LIBRARIES], ...options })

export const sanitizedTests = (options = {}) =>
  doctest(sanitizedFolder, {
    ...options,
    env: {
      ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1:strict_string_checks=1:detect_stack_use_after_return=1',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
      ...options.env,
    },
  })

/** The TypeScript tests, compiled. `grep` chooses by title. */
export async function mochaTests({
  env = {},
  emulator = [],
  grep,
  node = [],
  specs = ['build/ts/test/**/*.test.js'],
  timeout,
} = {}) {
  const counts = path.join(root, 'build/test-counts.json')
  mkdirSync(path.dirname(counts), { recursive: true })
  rmSync(counts, { force: true })
  const options = ['--reporter', 'scripts/support/reporter.cjs', ...(grep ? ['--grep', grep] : [])]
  if (timeout !== undefined) options.push('--timeout', String(timeout))
  const command = [...emulator, process.execPath, ...node, tool('mocha/bin/mocha.js'), ...options, ...specs]
  const code = await run(command[0], command.slice(1), {
    env: settingsOf({ ...env, NDOPS_TEST_COUNTS: counts }, emulator),
    timeout: 3_600_000,
  })
  return settle(existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : null, code)
}

/** One program that has to end with 0: one test. */
export async function program(command, env = {}) {
  const code = await run(command[0], command.slice(1), { env: environment(env), timeout: 600_000 })
  return code === 0 ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 }
}

/** The CPU levels that this processor runs, lowest first: the addon refuses to load at any other. */
export function levels() {
  const load = `process.dlopen({ exports: {} }, ${JSON.stringify(path.join(root, addon))})`
  const loads = (level) => {
    const env = environment({ NDOPS_CPU_LEVEL: level })
    return spawnSync(process.execPath, ['-e', load], { env, stdio: 'ignore' }).status === 0
  }
  return ['v2', 'v3', 'v4', 'neon'].filter(loads)
}

/** Runs a part, tells what it was and how long it took. */
export async function part(name, work) {
  say(`--- ${name}`)
  const began = Date.now()
  const counts = await work()
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  say(`--- ${name}: ${wording(counts)} in ${seconds} s`)
  return { name, counts, seconds: Number(seconds) }
}
