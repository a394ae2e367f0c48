/** `ndops doctor`: what this machine gives the package, and whether its arithmetic is right here. */

import { availableParallelism, cpus, totalmem } from 'node:os'
import type { BuildInfo } from './config'
import { NEEDS, platformName } from './core/platform'

type Ops = typeof import('./index')
type Later = typeof import('./promises')

/** One line of the report. `advice` is there where something is wrong. */
export interface Finding {
  readonly name: string
  readonly text: string
  readonly advice?: string
}

const GIB = 2 ** 30
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

/** A small whole number for each place: sums of their products are exact in every floating dtype. */
const entry = (row: number, column: number): number => ((row * 7 + column * 13) % 11) - 5

const grid = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => entry(row, column)))

function product(rows: number, inner: number, columns: number): number[] {
  const out: number[] = []
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < columns; ++j) {
      let sum = 0
      for (let k = 0; k < inner; ++k) sum += entry(i, k) * entry(k, j)
      out.push(sum)
    }
  return out
}

// The sizes reach the kernels' edges: their blocks are 4 to 48 wide.
const SIZES = [
  [1, 1, 1],
  [5, 3, 2],
  [17, 33, 9],
  [65, 40, 51],
  [129, 257, 97],
] as const
const DTYPES = ['float32', 'float64', 'complex64', 'complex128'] as const

/** How many elements differ; complex numbers are real here, stored in pairs. */
function differences(data: ArrayLike<number | bigint | boolean>, truth: readonly number[]): number {
  const step = data.length / truth.length
  let wrong = 0
  for (let i = 0; i < data.length; ++i) if (Number(data[i]) !== (i % step === 0 ? truth[i / step] : 0)) ++wrong
  return wrong
}

const report = (info: BuildInfo): string =>
  `please report this with all of the above (processor, ${info.blas}, kernels ${info.blasKernel})`

/** What to do about kernels of ours. */
function wrongKernels(info: BuildInfo): string {
  const [lowest] = info.cpuLevels
  const safe = lowest === info.cpuLevel ? '' : `NDOPS_CPU_LEVEL=${lowest} chooses safe ones; `
  return `the ${info.cpuLevel} kernels are wrong on this processor; ${safe}${report(info)}`
}

// More threads than the machine may have processors, and calls enough that they meet: kernels that share a buffer are
// found so.
const AT_ONCE = 8
const CALLS = 32

async function checkMatmul(ops: Ops, later: Later): Promise<Finding> {
  const threads = ops.numThreads()
  // As many jobs run at once as a call may have threads.
  ops.setNumThreads(Math.max(AT_ONCE, threads))
  try {
    return await multiplyAtOnce(ops, later)
  } finally {
    ops.setNumThreads(threads)
  }
}

async function multiplyAtOnce(ops: Ops, later: Later): Promise<Finding> {
  const info = ops.buildInfo()
  const faults: string[] = []
  for (const [m, k, n] of SIZES) {
    const truth = product(m, k, n)
    for (const dtype of DTYPES) {
      const [a, b] = [ops.array(grid(m, k), dtype), ops.array(grid(k, n), dtype)]
      const wrong = differences(ops.matmul(a, b).data, truth)
      if (wrong > 0) faults.push(`${wrong} of ${truth.length} elements of ${m}x${k} by ${k}x${n} in ${dtype}`)
      const all = await Promise.all(Array.from({ length: CALLS }, () => later.matmul(a, b)))
      if (all.some((c) => differences(c.data, truth) > 0)) faults.push(`eight at once of ${m}x${k}x${n} in ${dtype}`)
    }
  }
  if (faults.length === 0)
    return { name: 'matmul', text: `right: ${SIZES.length} sizes in ${DTYPES.length} dtypes, alone and eight at once` }
  const safe = process.arch === 'x64' ? 'Nehalem' : 'ARMV8'
  const advice = `the matrix products of OpenBLAS's ${info.blasKernel} kernels are wrong on this processor; OPENBLAS_CORETYPE=${safe} chooses safe ones; ${report(info)}`
  return { name: 'matmul', text: `wrong: ${faults.slice(0, 3).join('; ')}`, advice }
}

function checkSort(ops: Ops): Finding {
  const faults: string[] = []
  for (const n of [1, 7, 64, 1000, 100_003]) {
    let state = n
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state
    }
    const ints = Int32Array.from({ length: n }, () => next() | 0)
    const floats = Float32Array.from(ints, (x) => x / 65536)
    const doubles = Float64Array.from(ints, (x) => x / 3)
    for (const data of [ints, floats, doubles]) {
      const sorted = ops.sort(data).data
      const truth = data.slice().sort()
      if (truth.some((x, i) => x !== sorted[i])) faults.push(`${n} elements of ${data.constructor.name}`)
    }
  }
  if (faults.length === 0) return { name: 'sort', text: 'right: 5 sizes in 3 dtypes' }
  return {
    name: 'sort',
    text: `wrong: ${faults.join('; ')}`,
    advice: wrongKernels(ops.buildInfo()),
  }
}

function checkSums(ops: Ops): Finding {
  const n = 1_000_003
  const faults: string[] = []
  const expect = (what: string, got: number, truth: number): void => {
    if (got !== truth) faults.push(`${what} gave ${got} for ${truth}`)
  }
  const ramp = Float64Array.from({ length: n }, (_, i) => i)
  expect('sum of 0 to 1,000,002', Number(ops.sum(ramp).item()), (n * (n - 1)) / 2)
  expect('mean of 0 to 1,000,002', Number(ops.mean(ramp).item()), (n - 1) / 2)
  expect('sum of ones in float32', Number(ops.sum(new Float32Array(n).fill(1)).item()), n)
  expect('sum of int32', Number(ops.sum(Int32Array.from({ length: 1000 }, (_, i) => i - 400)).item()), 99_500)
  const columns = ops.sum(ops.array(grid(129, 65), 'float32'), { axis: 0 }).data
  for (let j = 0; j < 65; ++j) {
    let truth = 0
    for (let i = 0; i < 129; ++i) truth += entry(i, j)
    expect(`column ${j}`, Number(columns[j]), truth)
  }
  if (faults.length === 0) return { name: 'sums', text: 'right: sum and mean, whole and by columns' }
  return {
    name: 'sums',
    text: `wrong: ${faults.slice(0, 3).join('; ')}`,
    advice: wrongKernels(ops.buildInfo()),
  }
}

/** What the process was given: informs, and warns of what makes it slow or fail. */
function describe(info: BuildInfo): Finding[] {
  const { quota, processors, threads } = info
  const limit = quota > 0 ? `cgroup quota ${quota}` : 'no cgroup quota'
  const tooMany = threads > processors
  const share = info.memoryBudget < totalmem() * 0.99 ? `cgroup limit, of ${gib(totalmem())}` : 'physical memory'
  const scarce = info.memoryBudget < GIB / 4
  return [
    { name: 'binary', text: `${info.binary}, version ${info.version}` },
    {
      name: 'processor',
      text: `${cpus()[0]?.model.trim() || process.arch}, level ${info.cpuLevel} of ${info.cpuLevels.join(', ')}`,
    },
    { name: 'BLAS', text: `${info.blas}, kernels ${info.blasKernel}` },
    {
      name: 'threads',
      text: `${threads}, on ${processors} of ${cpus().length || availableParallelism()} processors, ${limit}`,
      ...(tooMany && { advice: `more threads than processors take turns: unset NDOPS_NUM_THREADS (${threads})` }),
    },
    {
      name: 'memory',
      text: `${gib(info.memoryBudget)} (${share})`,
      ...(scarce && { advice: 'less than 256 MiB: raise the limit of the container, or setMemoryLimit() low' }),
    },
  ]
}

/** Known answers, asked of the functions given; never throws for what it finds. */
export async function selfTest(ops: Ops, later: Later): Promise<Finding[]> {
  const found: Finding[] = []
  for (const check of [() => checkMatmul(ops, later), () => checkSort(ops), () => checkSums(ops)]) {
    try {
      found.push(await check())
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      found.push({ name: 'self-test', text: 'threw', advice: `${text}\n${report(ops.buildInfo())}` })
    }
  }
  return found
}

/** Looks at everything; never throws for what it finds. */
export async function examine(): Promise<Finding[]> {
  const found: Finding[] = [{ name: 'platform', text: platformName() }]
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [wanted = 0, least = 0] = NEEDS.node.split('.').map(Number)
  if (major < wanted || (major === wanted && minor < least))
    found.push({ name: 'Node', text: process.versions.node, advice: `update to Node ${NEEDS.node} or later` })
  let ops: Ops
  let later: Later
  try {
    ops = require('./index') as Ops
    later = require('./promises') as Later
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return [...found, { name: 'binary', text: 'does not load', advice: text }]
  }
  return [...found, ...describe(ops.buildInfo()), ...(await selfTest(ops, later))]
}

/** The report as it is printed. */
export function wording(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ name, text, advice }) => {
    const line = `${name.padEnd(10)} ${text}`
    return advice === undefined ? [line] : [line, `${' '.repeat(11)}-> ${advice.replace(/\n/g, `\n${' '.repeat(14)}`)}`]
  })
  const wrong = findings.filter(({ advice }) => advice !== undefined).length
  const sum = wrong === 0 ? 'ndops works here.' : `${wrong} ${wrong === 1 ? 'thing needs' : 'things need'} attention.`
  return [...lines, '', sum, ''].join('\n')
}
