// npm run bench: every case. What it prints and stores are medians over rounds in which all sides take turns, so that each
// meets the same machine; ratios compare within a run and carry over to no other machine.
//   npm run bench -- [set or op ...] [--peers] [--levels] [--quick] [--against FOLDER]
// --levels: ndops at each lower CPU level is a side of its own, with OpenBLAS's kernels of such processors.
// The sets: goals (the cases that speed is judged by), sizes (every op from ten to sixteen million elements), small (every
// op over ten elements: what a call costs), curves (ten typical ops over sizes, for the pictures), growth (the cost of an
// element up to 1e8, dtype by dtype), scaling (what more threads bring; alone). Without words: goals and sizes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { buildInfo } from 'ndops'
import { type Case, curves, goals, growth, scaling, sizes } from './cases'
import { dtypeOf, known } from './known'
import { bandwidth } from './limits'
import { forget, withFiles } from './operands'
import { peers } from './peers'
import { best, levelName, type Measured, type Results, threadsName } from './results'
import { type Side, start } from './side'

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number

const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()

function commit(): string {
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}

const agrees = (a: readonly (number | null)[], b: readonly (number | null)[], tolerance: number): boolean =>
  a.every((x, i) => {
    const y = b[i]
    if (x === null || y === null || y === undefined) return x === (y ?? null)
    return Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x))
  })

async function measure(one: Case, sides: readonly Side[], rounds: number, seconds: number): Promise<Measured> {
  const call = withFiles(one)
  const taking: Side[] = []
  const apart: { [side: string]: string } = {}
  let ours: { dtype?: string; sample?: readonly number[] } = {}
  for (const side of sides) {
    const { no, dtype, sample } = await side.prepare(call)
    if (no !== undefined) {
      if (side === sides[0]) throw new Error(`${one.name}: ${no}`)
      if (process.env.NDOPS_BENCH_VERBOSE && side.name !== 'OpenBLAS') console.error(`${one.name}, ${side.name}: ${no}`)
      continue
    }
    if (side === sides[0]) ours = { ...(dtype && { dtype }), ...(sample && { sample }) }
    // Comparable are results of the same floating dtype and values; index dtypes differ by library.
    else if (ours.dtype?.includes('float') && dtype !== undefined && dtype !== ours.dtype)
      apart[side.name] = `gives ${dtype}`
    else if (ours.sample && sample && !agrees(ours.sample, sample, ours.dtype?.endsWith('16') ? 0.02 : 2e-3))
      apart[side.name] = `gives ${sample[1]} where ndops gives ${ours.sample[1]}`
    taking.push(side)
  }
  const times = new Map(taking.map((side) => [side.name, [] as number[]]))
  for (let round = 0; round < rounds; round++)
    for (const side of taking.filter(({ name }) => times.has(name)))
      try {
        ;(times.get(side.name) as number[]).push(await side.time(seconds))
      } catch (error) {
        // A peer may run out of memory where it could prepare the call: the others' figures stay.
        if (side === sides[0]) throw error
        console.log(`${one.name}: ${(error as Error).message}`)
        times.delete(side.name)
      }
  return {
    case: one,
    nanoseconds: Object.fromEntries([...times].map(([name, values]) => [name, median(values)])),
    apart,
  }
}

function line(one: Measured): string {
  const ours = one.nanoseconds.ndops as number
  const others = Object.entries(one.nanoseconds)
    .filter(([side]) => side !== 'ndops')
    .map(([side, time]) => `${side} ${(time / ours).toFixed(2)}${side in one.apart ? '*' : ''}`)
  const first = best(one)
  const goal =
    one.case.must === undefined || first === undefined
      ? ''
      : ` ${first.nanoseconds / ours >= one.case.must ? 'ok' : 'BEHIND'} (must ${one.case.must})`
  return `${one.case.name.padEnd(28)} ${(ours / 1e6).toFixed(5).padStart(11)} ms  ${others.join('  ')}${goal}`
}

async function main(): Promise<void> {
  const measuredCommit = commit()
  const args = process.argv.slice(2)
  const flags = new Set(args.filter((arg) => arg.startsWith('--')))
  const against = flags.has('--against') ? args[args.indexOf('--against') + 1] : undefined
  const words = args.filter((arg) => !arg.startsWith('--') && arg !== against)
  const sets: { readonly [word: string]: () => readonly Case[] } = {
    goals: () => goals,
    sizes: () => sizes(known, dtypeOf),
    small: () => sizes(known, dtypeOf).filter(({ n }) => n === 10),
    curves,
    growth,
    scaling,
  }
  const named = words.filter((word) => !(word in sets))
  for (const word of named) if (!known.includes(word)) throw new Error(`there is no set and no op ${word}`)
  const chosen = [
    ...(words.length > 0 ? words.filter((word) => word in sets) : ['goals', 'sizes']).flatMap(
      (word) => sets[word]?.() ?? [],
    ),
    ...(named.length > 0 ? [...goals, ...sizes(known, dtypeOf)].filter(({ op }) => named.includes(op)) : []),
  ]

  const command = (folder: string) => [process.execPath, 'bench/peers/ndops.mjs', folder]
  // Fewer threads than there are, each number a side of its own: halves, and one.
  const counts: number[] = []
  if (words.includes('scaling'))
    for (let n = Math.ceil(availableParallelism() / 2); !counts.includes(n); n = Math.ceil(n / 2)) counts.push(n)
  const fewer = await Promise.all(
    counts.map((n) => start(threadsName(n), command('.'), { NDOPS_NUM_THREADS: String(n) })),
  )
  const blasOf: { readonly [level: string]: string } = { v2: 'Nehalem', v3: 'Haswell' }
  const { cpuLevel, cpuLevels } = buildInfo()
  const lower = await Promise.all(
    (flags.has('--levels') ? cpuLevels.filter((level) => level !== cpuLevel).reverse() : []).map((level) =>
      start(levelName(level), command('.'), {
        NDOPS_CPU_LEVEL: level,
        ...(blasOf[level] && { OPENBLAS_CORETYPE: blasOf[level] }),
      }),
    ),
  )
  const started = [
    await start('ndops', command('.')),
    ...fewer,
    ...lower,
    ...(against ? [await start('ndops before', command(against))] : []),
    ...(flags.has('--peers') ? await peers() : []),
  ]
  const sides: Side[] = []
  for (const side of started) {
    if (typeof side === 'string') console.log(`missing: ${side}`)
    else sides.push(side)
  }
  if (sides[0]?.name !== 'ndops') throw new Error('ndops itself does not start: build it first')
  const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} processors`
  console.log(machine)
  for (const { name, about } of sides) console.log(`${name}: ${about}`)
  const speed = { copying: await bandwidth('copying'), reading: await bandwidth('reading') }
  const [copied, read] = [speed.copying, speed.reading].map((rate) => `${(rate / 1e9).toFixed(1)} GB/s`)
  console.log(`memory: ${copied} copied, ${read} read by ${availableParallelism()} workers`)
  const bandwidths: { [workers: string]: number } = {}
  for (const n of counts) bandwidths[n] = await bandwidth('copying', n)

  const measured: Measured[] = []
  const failed: string[] = []
  const [rounds, seconds] = flags.has('--quick') ? [3, 0.02] : [7, 0.1]
  for (const one of chosen) {
    try {
      const result = await measure(one, sides, rounds, seconds)
      measured.push(result)
      console.log(line(result))
    } catch (error) {
      failed.push((error as Error).message)
      console.log((error as Error).message)
    }
    forget()
  }
  for (const side of sides) side.stop()

  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    commit: measuredCommit,
    machine,
    sides: Object.fromEntries(sides.map(({ name, about }) => [name, about])),
    bandwidth: speed,
    ...(counts.length > 0 && { bandwidths }),
    measured,
  }
  mkdirSync('build/bench', { recursive: true })
  const file = join('build/bench', `${[...words, ...flags].join('-').replaceAll('--', '') || 'all'}.json`)
  writeFileSync(file, JSON.stringify(results, null, 1))
  const ratios = measured.flatMap((one) => {
    const numpy = one.nanoseconds.NumPy
    return one.case.must === undefined || numpy === undefined || 'NumPy' in one.apart
      ? []
      : [numpy / (one.nanoseconds.ndops as number)]
  })
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
    console.log(`geometric mean over ${ratios.length} goal cases that NumPy has: ${mean.toFixed(2)} times NumPy`)
  }
  console.log(`stored in ${file}${Object.keys(results.sides).length > 1 ? '; * marks another dtype or value' : ''}`)
  if (failed.length > 0) {
    console.log(`${failed.length} cases failed`)
    process.exitCode = 1
  }
}

main()
