// npm run test:full: what takes longer than npm test. Resumable: parts that passed at this commit are not run again, so
// it may be stopped at any time. Writes docs/test-results.md: what was run, at which commit, on which processor.
//   npm run test:full [-- name ...]   only the parts whose name contains one of these
// Parts on neon are there on an x64 Debian with g++-aarch64-linux-gnu and qemu-user.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build, buildNativeTests, buildNeonTests, buildPrograms, buildSanitized, sanitizedFolder } from './build.mjs'
import { setup } from './setup.mjs'
import {
  levels,
  mochaTests,
  nativeTests,
  neonTests,
  ownKernels,
  part,
  sanitizedTests,
  settle,
  total,
  wording,
} from './support/parts.mjs'
import { capture, commandOutput, root, say, stop } from './support/run.mjs'
import { canEmulate, crossCompiler, toolVersions } from './support/system.mjs'
import { readResults, writeResults } from './support/testResults.mjs'

await setup({ tests: true })
await build()
await buildPrograms()

const x64 = process.arch === 'x64'
const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
// OpenBLAS dies of a kernel that the processor lacks.
const coreTypes = Object.entries({
  Prescott: '',
  Nehalem: 'sse4_2',
  Sandybridge: 'avx',
  Haswell: 'avx2',
  Zen: 'avx2',
  SkylakeX: 'avx512vl',
  Cooperlake: 'avx512_bf16',
  NoSuchCore: '',
}).filter(([, flag]) => flag === '' || new RegExp(`\\b${flag}\\b`).test(flags))

// The lowest level and this processor's best.
const ends = [...new Set([levels()[0], levels().at(-1)])]
const minutes = (n) => n * 60_000
const sanitizer = async (env, options = {}) => {
  await buildSanitized(ends, { addon: true })
  const libasan = (await capture('c++', ['-print-file-name=libasan.so'])).output.trim()
  return mochaTests({
    ...options,
    env: {
      ...env,
      LD_PRELOAD: libasan,
      ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
      NODE_OPTIONS: '--require ./scripts/support/otherAddon.cjs',
      NDOPS_TEST_ADDON: path.join(root, sanitizedFolder, 'ndops.node'),
    },
    timeout: minutes(10),
  })
}

/** Parts of npm run test:package, on binaries that npm run prebuild made. */
const packageParts = async (words) => {
  const { code, output } = await capture(process.execPath, ['scripts/testPackage.mjs', ...words], { show: true })
  const [, passed, failed] = output.match(/^(\d+) passed, (\d+) failed\s*$/m) ?? []
  return settle(passed === undefined ? null : { passed: Number(passed), failed: Number(failed), skipped: 0 }, code)
}
const isPrebuilt = (key) => existsSync(path.join(root, `prebuilds/${key}.node`))

const made = (name) => path.join(root, `build/${name}.txt`)
const mathOptions = (env) => ({ args: ['-ns', '-tc=exhaustive*'], env, timeout: minutes(24 * 60) })
/** A pattern of so many, at the levels that are sampled. */
const sample = '251'

const storms = { specs: ['build/ts/test/env/storms.test.js', 'build/ts/test/env/memory.test.js'] }
const stormRounds = { NDOPS_STORM_ROUNDS: '500' }

const parts = {
  ...Object.fromEntries(
    levels().map((level) => [`whole suite at ${level}`, () => mochaTests({ env: { NDOPS_CPU_LEVEL: level } })]),
  ),
  ...Object.fromEntries(
    [1, 2, 5].map((n) => [`whole suite with ${n} threads`, () => mochaTests({ env: { NDOPS_NUM_THREADS: `${n}` } })]),
  ),
  'whole suite without external buffers': () => mochaTests({ env: { NDOPS_NO_EXTERNAL_BUFFERS: '1' } }),
  'damaged files, a million': () =>
    mochaTests({ grep: '@fuzz', env: { NDOPS_FUZZ: '1000000', NDOPS_FUZZ_SEED: 'full' }, timeout: minutes(60) }),
  'native tests at v2 under sanitizers': async () => {
    await buildSanitized(ends)
    return sanitizedTests({ env: { NDOPS_CPU_LEVEL: 'v2' } })
  },
  // All float32 patterns of the math: ten minutes a level. What is done stands in the file and is not done again.
  ...Object.fromEntries(
    levels()
      .filter((level) => level !== 'v2')
      .map((level) => [
        `exhaustive math at ${level}`,
        () => nativeTests(mathOptions({ NDOPS_CPU_LEVEL: level, NDOPS_EXHAUSTIVE: made(`exhaustive-${level}`) })),
      ]),
  ),
  'sampled math at v2': () =>
    nativeTests(mathOptions({ NDOPS_CPU_LEVEL: 'v2', NDOPS_SAMPLE: sample, NDOPS_EXHAUSTIVE: made('sampled-v2') })),
  ...(crossCompiler() === undefined
    ? {}
    : {
        'sampled math on neon under qemu': async () => {
          await buildNeonTests(crossCompiler())
          return neonTests(mathOptions({ NDOPS_SAMPLE: sample, NDOPS_EXHAUSTIVE: made('sampled-neon') }))
        },
      }),
  'storms, 500 rounds': () => mochaTests({ ...storms, env: stormRounds }),
  'ten minutes of mixed work': () =>
    mochaTests({ specs: ['build/ts/test/env/soak.test.js'], env: { NDOPS_SOAK_MINUTES: '10' } }),
  'storms, 500 rounds, under sanitizers': () => sanitizer(stormRounds, storms),
  'whole suite under sanitizers': () => sanitizer({}),
  'whole suite under sanitizers with 5 threads': () => sanitizer({ NDOPS_NUM_THREADS: '5' }),
  ...Object.fromEntries(
    coreTypes.map(([name]) => [
      `linalg with OpenBLAS for ${name}`,
      () => mochaTests({ grep: 'linalg|matmul', env: { ...ownKernels, OPENBLAS_CORETYPE: name } }),
    ]),
  ),
  ...Object.fromEntries(
    ['Nehalem', 'Haswell', 'max,-avx', 'max,-avx2', 'max,-fma', 'max,-f16c'].flatMap((cpu) => {
      const emulator = ['qemu-x86_64', '-cpu', cpu]
      return [
        [`native tests on an emulated ${cpu}`, () => nativeTests({ emulator })],
        [`whole suite on an emulated ${cpu}`, () => mochaTests({ emulator, timeout: minutes(30) })],
      ]
    }),
  ),
  // Together these are the whole of npm run test:package.
  ...(isPrebuilt('linux-x64')
    ? {
        'package, its files, installers, bundlers and hosts': () =>
          packageParts(['!whole', '!tagged', '!musl', '!arm64']),
        'package on Node 22, 24 and 26': () => packageParts(['tagged']),
        'package on Node 20': () => packageParts(['Node 20']),
      }
    : {}),
  ...(isPrebuilt('linuxmusl-x64') ? { 'package on musl': () => packageParts(['musl']) } : {}),
  ...(isPrebuilt('linux-x64') && isPrebuilt('linux-arm64')
    ? { 'package on arm64 (neon) under qemu': () => packageParts(['arm64']) }
    : {}),
}
const only = process.argv.slice(2)
const suits = (name) =>
  (only.length === 0 || only.some((word) => name.includes(word))) &&
  (x64 || !/v2|OpenBLAS for/.test(name)) &&
  (canEmulate() || !name.includes('emulated'))

const commit = commandOutput('git', ['rev-parse', '--short=12', 'HEAD']) ?? 'unknown'
const changed = Boolean(commandOutput('git', ['status', '--porcelain', '--', ':!docs/test-results.md']))
const machine = [
  `${os.cpus()[0]?.model.trim() ?? process.arch}, levels ${levels().join(', ')}, ${os.availableParallelism()} processors`,
  `${os.type()} ${process.arch}, Node ${process.versions.node}, ${toolVersions().compiler}`,
]
const page = path.join(root, 'docs/test-results.md')
const noted = () => (existsSync(page) ? readResults(readFileSync(page, 'utf8'), machine) : new Map())
let before = noted()

/** Notes a part's result beside the others', in the order of the parts. */
function save(name, result) {
  // Another run may have written meanwhile.
  before = noted().set(name, result)
  const known = Object.keys(parts).filter((part) => before.has(part))
  writeFileSync(page, writeResults(machine, new Map(known.map((part) => [part, before.get(part)]))))
}

const chosen = Object.entries(parts).filter(([name]) => suits(name))
if (chosen.length === 0) stop(`no part is called ${only.join(' or ')}; there are: ${Object.keys(parts).join('; ')}`)
if (chosen.some(([name]) => /native|exhaustive/.test(name))) await buildNativeTests()
for (const [name, work] of chosen) {
  const last = before.get(name)
  if (last !== undefined && last.counts.failed === 0 && last.commit === commit && !last.changed && !changed) {
    say(`--- ${name}: passed before at ${commit}`)
    continue
  }
  const { counts, seconds } = await part(name, work)
  save(name, { counts, minutes: (seconds / 60).toFixed(1), commit, changed })
}
const sum = total(chosen.map(([name]) => before.get(name).counts))
process.exitCode = sum.failed === 0 ? 0 : 1
process.stdout.write(`${wording(sum)}\n`)
