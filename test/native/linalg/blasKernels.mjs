// Runs the native tests of products once with every kernel of OpenBLAS that this processor has, each in a process of
// its own: node test/native/linalg/blasKernels.mjs build/native/ndops_tests
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const program = process.argv[2]
if (program === undefined) {
  console.error('usage: node test/native/linalg/blasKernels.mjs <ndops_tests>')
  process.exit(2)
}

// What a kernel needs of an x64 processor; a kernel named in vain dies of an illegal instruction.
const KERNELS = {
  Prescott: ['pni'],
  Core2: ['ssse3'],
  Nehalem: ['sse4_2'],
  Barcelona: ['sse4a'],
  Sandybridge: ['avx'],
  Haswell: ['avx2', 'fma'],
  Zen: ['avx2', 'fma'],
  SkylakeX: ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'],
  Cooperlake: ['avx512f', 'avx512_bf16'],
}

const has = (() => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return () => false
  const flags = new Set(/^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '))
  return (flag) => flags.has(flag)
})()

const used = (env) =>
  /kernels for (\w+)/.exec(execFileSync(program, ['-tc=blas*', '-s'], { env, encoding: 'utf8' }))?.[1] ?? 'unknown'

const names = [undefined, 'NoSuchKernel', ...Object.keys(KERNELS).filter((name) => KERNELS[name].every(has))]
let failed = 0
for (const name of names) {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '64', OMP_NUM_THREADS: '64' }
  delete env.OPENBLAS_CORETYPE
  if (name !== undefined) env.OPENBLAS_CORETYPE = name
  const { status, signal, stdout } = spawnSync(program, ['-tc=matmul*,blas*'], { env, encoding: 'utf8' })
  const good = status === 0
  if (!good) failed++
  const counts = /assertions:.*/.exec(stdout)?.[0] ?? ''
  console.log(
    `${good ? 'ok  ' : 'FAIL'} ${name ?? '(its own choice)'}: ${signal ?? `kernels for ${used(env)}`}; ${counts}`,
  )
  if (!good) console.log(stdout)
}
console.log(`${names.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
