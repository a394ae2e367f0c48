// npm run bench:report: docs/performance.md and its pictures from what `npm run bench -- goals --peers --levels`,
// `curves --peers`, `growth` and `scaling` have stored under build/bench.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { typical } from './cases'
import { bars, chart } from './chart'
import { best, type Measured, type Results, threadsName } from './results'

/** The newest results of a set, of a run with --quick too. */
function load(name: string): Results | undefined {
  const [newest] = [name, `${name}-quick`]
    .map((one) => join('build/bench', `${one}.json`))
    .filter((file) => existsSync(file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  return newest === undefined ? undefined : (JSON.parse(readFileSync(newest, 'utf8')) as Results)
}

const digits = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toPrecision(2))

const ms = (nanoseconds: number): string =>
  nanoseconds >= 1e5
    ? `${(nanoseconds / 1e6).toPrecision(3)} ms`
    : nanoseconds >= 1e3
      ? `${(nanoseconds / 1e3).toPrecision(3)} µs`
      : `${nanoseconds.toFixed(0)} ns`

/** A power of ten of nanoseconds. */
function decade(nanoseconds: number): string {
  const [unit, size] = (
    [
      ['s', 1e9],
      ['ms', 1e6],
      ['µs', 1e3],
      ['ns', 1],
    ] as const
  ).find(([, one]) => nanoseconds >= one) ?? ['ns', 1]
  return `${Math.round(nanoseconds / size)} ${unit}`
}

const gb = (rate: number): string => `${(rate / 1e9).toFixed(0)} GB/s`

function header(results: Results): string[] {
  return [
    `- ${results.machine}; ${results.date}, commit ${results.commit}`,
    ...Object.values(results.sides).map((about) => `- ${about}`),
    `- memory, a worker a processor: ${gb(results.bandwidth.copying)} copied (reads and writes counted), ${gb(results.bandwidth.reading)} read`,
  ]
}

function goalsTable(results: Results): string {
  const peers = Object.keys(results.sides).filter((side) => !side.startsWith('ndops'))
  const ratio = (one: Measured, side: string): string => {
    const time = one.nanoseconds[side]
    if (time === undefined) return ''
    return `${digits(time / (one.nanoseconds.ndops as number))}${side in one.apart ? '*' : ''}`
  }
  const rows = results.measured.map((one) => {
    const ours = one.nanoseconds.ndops as number
    const first = best(one)
    const reached = first === undefined ? undefined : first.nanoseconds / ours
    const { must = 0, aim = 0 } = one.case
    const verdict = reached === undefined ? '' : reached >= aim ? 'aim' : reached >= must ? 'must' : '**behind**'
    const rate = one.case.bytes === undefined ? '' : `${(one.case.bytes / ours).toFixed(0)} GB/s`
    return `| ${one.case.name} | ${ms(ours)} | ${peers.map((side) => ratio(one, side)).join(' | ')} | ${must} / ${aim} | ${verdict} | ${rate} |`
  })
  return [
    `| case | ndops | ${peers.join(' | ')} | must / aim | reached | traffic |`,
    `| --- | ---: | ${peers.map(() => '---:').join(' | ')} | --- | --- | ---: |`,
    ...rows,
  ].join('\n')
}

/** The same ratios at lower levels: the best peer's time to ours. */
function levelsTable(results: Results): string {
  const levels = Object.keys(results.sides).filter((side) => side.startsWith('ndops'))
  const rows = results.measured.flatMap((one) => {
    const first = best(one)
    if (first === undefined) return []
    const cells = levels.map((side) => digits(first.nanoseconds / (one.nanoseconds[side] as number)))
    return [`| ${one.case.name} | ${first.side} | ${cells.join(' | ')} |`]
  })
  return [
    `| times the best peer took | it is | ${levels.join(' | ')} |`,
    `| --- | --- | ${levels.map(() => '---:').join(' | ')} |`,
    ...rows,
  ].join('\n')
}

function mean(results: Results, side: string): string {
  const logs = results.measured
    .filter((one) => one.nanoseconds[side] !== undefined && !(side in one.apart))
    .map((one) => Math.log((one.nanoseconds[side] as number) / (one.nanoseconds.ndops as number)))
  return `${side} ${Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length).toFixed(2)} (${logs.length} cases)`
}

function pictures(results: Results): string[] {
  mkdirSync('docs/images', { recursive: true })
  return typical.flatMap((op) => {
    const points = results.measured.filter((one) => one.case.op === op)
    if (points.length === 0) return []
    const lines = Object.keys(results.sides)
      .map((side) => ({
        name: side,
        points: points
          .filter((one) => one.nanoseconds[side] !== undefined && !(side in one.apart))
          .map((one) => [one.case.n as number, one.nanoseconds[side] as number] as const),
      }))
      .filter((one) => one.points.length > 1)
      // Held back, NumPy is a line of its own only where that changes something.
      .filter(({ name, points: own }) => {
        const numpy = new Map(points.map((one) => [one.case.n, one.nanoseconds.NumPy]))
        return name !== 'NumPy AVX2' || own.some(([n, time]) => Math.abs(Math.log(time / (numpy.get(n) ?? time))) > 0.4)
      })
    // Where memory bounds it: what moving the operands and the result past the caches takes.
    const limit = points
      .filter((one) => one.case.bytes !== undefined && (one.case.n as number) >= 1e6)
      .map(
        (one) =>
          [
            one.case.n as number,
            ((one.case.bytes as number) / results.bandwidth[one.case.moving ?? 'copying']) * 1e9,
          ] as const,
      )
    const memory = limit.length > 1 ? [{ name: 'memory', points: limit, limit: true }] : []
    writeFileSync(
      `docs/images/bench-${op}.svg`,
      chart(`${op}, float32: time against elements`, [...lines, ...memory], decade),
    )
    return [`![${op}: time against size](images/bench-${op}.svg)`]
  })
}

function growthTable(results: Results): string {
  const dtypes = [...new Set(results.measured.map((one) => one.case.dtype))]
  const sizes = [...new Set(results.measured.map((one) => one.case.n as number))].sort((a, b) => a - b)
  const rows = typical.flatMap((op) =>
    dtypes.flatMap((dtype) => {
      const cells = sizes.map((n) => {
        const found = results.measured.find((one) => one.case.op === op && one.case.dtype === dtype && one.case.n === n)
        return found ? digits((found.nanoseconds.ndops as number) / n) : ''
      })
      return cells.every((cell) => cell === '') ? [] : [`| ${op} ${dtype} | ${cells.join(' | ')} |`]
    }),
  )
  const heads = sizes.map((n) => `1e${Math.round(Math.log10(n))}`)
  return [`| ns an element | ${heads.join(' | ')} |`, `| --- | ${heads.map(() => '---:').join(' | ')} |`, ...rows].join(
    '\n',
  )
}

/** How many times as fast as one thread more of them are; below, what memory gives them. */
function scalingPicture(results: Results): string {
  const all = Number(/(\d+) threads/.exec(results.sides.ndops ?? '')?.[1] ?? 1)
  const { bandwidths = {} } = results
  const fewer = Object.keys(bandwidths).map(Number)
  const counts = [...fewer, all].sort((a, b) => a - b)
  const speeds = (of: (threads: number) => number): (readonly [number, number])[] =>
    counts.map((threads) => [threads, of(threads) / of(1)])
  const rows = results.measured.map((one) => ({
    name: `${one.case.op} ${(one.case.n as number) / 1e6}M`,
    speeds: speeds((n) => 1 / (one.nanoseconds[n === all ? 'ndops' : threadsName(n)] as number)),
  }))
  const memory = { name: 'copying memory', speeds: speeds((n) => bandwidths[n] ?? results.bandwidth.copying) }
  mkdirSync('docs/images', { recursive: true })
  writeFileSync(
    'docs/images/bench-scaling.svg',
    bars('float32: times as fast as with one thread', [...rows, memory], 1),
  )
  return '![What more threads bring](images/bench-scaling.svg)'
}

/** What stands between two marks is made; the text around it is written by hand. */
function place(text: string, mark: string, made: string): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`]
  const at = text.indexOf(begin)
  const to = text.indexOf(end)
  if (at < 0 || to < at) throw new Error(`docs/performance.md has no place for ${mark}`)
  return `${text.slice(0, at)}${begin}\n\n${made}\n\n${text.slice(to)}`
}

const file = 'docs/performance.md'
let text = readFileSync(file, 'utf8')
const [levels, curves, growth, threads] = ['goals-peers-levels', 'curves-peers', 'growth', 'scaling'].map(load)
const compared = levels ?? load('goals-peers')
if (compared)
  text = place(
    text,
    'goals',
    [
      ...header(compared),
      '',
      `Geometric means: ${['NumPy', 'NumPy AVX2', 'Keras', 'JAX', 'numpy-ts', 'tfjs-wasm']
        .filter((side) => side in compared.sides)
        .map((side) => mean(compared, side))
        .join(', ')}.`,
      '',
      goalsTable(compared),
    ].join('\n'),
  )
if (levels) text = place(text, 'levels', [...header(levels), '', levelsTable(levels)].join('\n'))
if (curves) text = place(text, 'curves', [...header(curves), '', ...pictures(curves)].join('\n'))
if (growth) text = place(text, 'growth', [...header(growth), '', growthTable(growth)].join('\n'))
if (threads) text = place(text, 'scaling', [...header(threads), '', scalingPicture(threads)].join('\n'))
writeFileSync(file, text)
