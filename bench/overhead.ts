// What one call costs: small operands, where the arithmetic is nothing. `npm run bench:overhead`
//
// NumPy runs the same cases in a process of its own, in turns with ours, so that both meet the same machine: python3 with
// numpy, or the interpreter that NDOPS_PYTHON names. Prints medians over the rounds, in nanoseconds a call, and ratios; and
// what a promise of a call costs the event loop and all threads together: one of ten elements is computed when it is
// submitted, with a signal too; one of ten thousand is handed to another thread.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import * as ops from 'ndops'
import * as promises from 'ndops/promises'

const ROUNDS = 15
const SECONDS = 0.1

interface Case {
  name: string
  run: (n: number) => void
  /** The statement for NumPy, over x and y as ours. */
  numpy: string
}

const x = ops.fromData(Float32Array.from({ length: 10 }, (_, i) => i + 0.5))
const y = ops.fromData(Float32Array.from({ length: 10 }, (_, i) => 10 - i))

// Each case keeps its last result, so that none is optimised away.
let kept: unknown
const cases: Case[] = [
  {
    name: 'add(x, y), float32 [10]',
    run: (n) => {
      for (let i = 0; i < n; i++) kept = ops.add(x, y)
    },
    numpy: 'np.add(x, y)',
  },
  {
    name: 'the same, result disposed',
    run: (n) => {
      for (let i = 0; i < n; i++) ops.add(x, y).dispose()
    },
    numpy: 'np.add(x, y)',
  },
  {
    name: 'x.add(2.5), a weak scalar',
    run: (n) => {
      for (let i = 0; i < n; i++) kept = x.add(2.5)
    },
    numpy: 'x + 2.5',
  },
  {
    name: 'sum(x)',
    run: (n) => {
      for (let i = 0; i < n; i++) kept = ops.sum(x)
    },
    numpy: 'np.sum(x)',
  },
  {
    name: 'sum(x, { axis: 0 })',
    run: (n) => {
      for (let i = 0; i < n; i++) kept = ops.sum(x, { axis: 0 })
    },
    numpy: 'np.sum(x, axis=0)',
  },
]

const PYTHON = `
import sys, time, json
import numpy as np
x = np.arange(10, dtype=np.float32) + np.float32(0.5)
y = 10 - np.arange(10, dtype=np.float32)
print(json.dumps(np.__version__), flush=True)
for line in sys.stdin:
    statement, seconds = json.loads(line)
    scope = {'np': np, 'x': x, 'y': y}
    exec('def run(r):\\n for _ in r:\\n  %s' % statement, scope)
    run, n = scope['run'], 1000
    while True:
        begin = time.perf_counter()
        run(range(n))
        took = time.perf_counter() - begin
        if took > seconds / 4: break
        n *= 4
    print(json.dumps(took / n * 1e9), flush=True)
`

function ours(run: (n: number) => void): number {
  for (let n = 1000; ; n *= 4) {
    const begin = process.hrtime.bigint()
    run(n)
    const took = Number(process.hrtime.bigint() - begin)
    if (took > (SECONDS / 4) * 1e9) return took / n
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number

/** NumPy's side, or undefined where there is no Python with it. */
async function startNumpy() {
  const python = process.env.NDOPS_PYTHON ?? 'python3'
  if (spawnSync(python, ['-c', 'import numpy'], { stdio: 'ignore' }).status !== 0) return undefined
  const child = spawn(python, ['-c', PYTHON], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string)
  const version = (await read()) as string
  return {
    version,
    time: (statement: string): Promise<number> => {
      child.stdin.write(`${JSON.stringify([statement, SECONDS])}\n`)
      return read() as Promise<number>
    },
    stop: () => child.stdin.end(),
  }
}

/** Microseconds a call: of the event loop, and of processor time in all threads. */
async function promised(start: () => Promise<ops.Tensor>, atOnce: number): Promise<readonly [number, number]> {
  const [loop, processor]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    const [active, used] = [performance.eventLoopUtilization().active, process.cpuUsage()]
    let calls = 0
    for (const end = performance.now() + 1000 * SECONDS; performance.now() < end; calls += atOnce)
      for (const one of await Promise.all(Array.from({ length: atOnce }, start))) one.dispose()
    const { user, system } = process.cpuUsage(used)
    // The first round warms up.
    if (round === 0) continue
    loop.push((1000 * (performance.eventLoopUtilization().active - active)) / calls)
    processor.push((user + system) / calls)
  }
  return [median(loop), median(processor)]
}

async function promiseCosts(): Promise<void> {
  const wide = ops.ones([10_000])
  const { signal } = new AbortController()
  const kinds: [string, () => Promise<ops.Tensor>][] = [
    ['[10]', () => promises.add(x, y)],
    ['[10], a signal', () => promises.add(x, y, { signal })],
    ['[10000]', () => promises.add(wide, wide)],
  ]
  for (const [name, start] of kinds)
    for (const atOnce of [1, 100]) {
      const [loop, processor] = await promised(start, atOnce)
      console.log(
        `await promises.add(x, y), ${name}, ${atOnce} at once`.padEnd(58) +
          `event loop ${loop.toFixed(1).padStart(5)} µs   processors ${processor.toFixed(1).padStart(5)} µs`,
      )
    }
}

async function main(): Promise<void> {
  const numpy = await startNumpy()
  const { cpuLevel } = ops.buildInfo()
  console.log(
    `ndops ${ops.buildInfo().version} (${cpuLevel}), Node ${process.version}, ${numpy ? `NumPy ${numpy.version}` : 'no NumPy found'}`,
  )
  for (const { run } of cases) run(100_000)
  for (const { name, run, numpy: statement } of cases) {
    const [mine, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      mine.push(ours(run))
      if (numpy !== undefined) theirs.push(await numpy.time(statement))
      // Results of the last round are collected before the next.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const [a, b] = [median(mine), median(theirs)]
    const ratio = numpy === undefined ? '' : `   NumPy ${b.toFixed(0).padStart(6)} ns   x ${(b / a).toFixed(1)}`
    console.log(`${name.padEnd(30)} ${a.toFixed(0).padStart(6)} ns${ratio}`)
  }
  numpy?.stop()
  await promiseCosts()
  if (kept === undefined) process.exitCode = 1
}

main()
