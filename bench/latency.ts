// What the event loop feels of work in flight, and how long it takes to abort it, to exit and to end workers.
// `npm run check:latency`. Prints percentiles in milliseconds; asserts nothing: a busy machine shows in the rows where
// nothing runs, and what its scheduler allows at best in the one beside foreign work.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import * as ops from 'ndops'
import * as promises from 'ndops/promises'

const SECONDS = 4
const random = (n: number) => ops.fromData(Float32Array.from({ length: n }, Math.random))

function report(name: string, times: number[]): void {
  const sorted = times.slice().sort((a, b) => a - b)
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1)
  const cells = [at(0.5), at(0.99), at(0.999), at(1)].map((text) => text.padStart(8))
  console.log(`${name.padEnd(46)}${cells.join('')}${String(sorted.length).padStart(8)}`)
}

function heading(name: string): void {
  console.log(`\n${name.padEnd(46)}${['p50', 'p99', 'p99.9', 'max', 'count'].map((text) => text.padStart(8)).join('')}`)
}

/** How late a 1 ms interval timer comes while `work` runs over and over. */
async function loopDelay(name: string, work: () => Promise<unknown>, seconds = SECONDS): Promise<void> {
  await work()
  const late: number[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    late.push(Math.max(0, now - last - 1))
    last = now
  }, 1)
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end) await work()
  clearInterval(timer)
  report(name, late)
}

/**
 * The same timer while processes that have nothing to do with us keep every processor busy: what the system's scheduler
 * makes of any computing, whoever does it.
 */
async function control(): Promise<void> {
  const others = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  try {
    await sleep(500)
    await loopDelay('nothing, foreign loops on every processor', () => sleep(100))
  } finally {
    for (const other of others) other.kill()
  }
}

/** Long work, again and again until the promise given back is called. */
function busy(start: () => Promise<{ dispose(): void }>): () => Promise<void> {
  let on = true
  const running = (async () => {
    while (on) (await start()).dispose()
  })()
  return () => {
    on = false
    return running
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}

const square = ops.reshape(random(2048 * 2048), [2048, 2048])
const row = random(10_000_000)
const small = random(10)
const matmul = () => promises.matmul(square, square)

async function loopDelays(): Promise<void> {
  heading('delay of a 1 ms timer during')
  await loopDelay('nothing', () => sleep(100))
  await control()
  await loopDelay('matmul 2048 x 2048', async () => (await matmul()).dispose())
  await loopDelay('sort of 10 million', async () => (await promises.sort(row)).dispose())
  await loopDelay('add of 10 million', async () => (await promises.add(row, 1)).dispose())
  await loopDelay('4 matmuls and 4 sorts at once', async () => {
    for (const one of await Promise.all(Array.from({ length: 8 }, (_, i) => (i & 1 ? matmul() : promises.sort(row)))))
      one.dispose()
  })
  await loopDelay('a thousand small calls at once', async () => {
    for (const one of await Promise.all(Array.from({ length: 1000 }, () => promises.add(small, 1)))) one.dispose()
  })
  const stop = busy(matmul)
  const calls: number[] = []
  await loopDelay('matmul 2048, spawn every 10 ms', async () => {
    const began = performance.now()
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    calls.push(performance.now() - began)
    await Promise.race([once(child, 'close'), sleep(10)])
  })
  await stop()
  report('  the calls of spawn themselves', calls)
  await loopDelay('nothing, again', () => sleep(100))
}

async function beside(): Promise<void> {
  heading('a short call, add of 10 elements')
  const shortCalls = async (name: string) => {
    const times: number[] = []
    for (let i = 0; i < 200; i++) {
      times.push(await timed(async () => (await promises.add(small, 1)).dispose()))
      await sleep(2)
    }
    report(name, times)
  }
  await shortCalls('alone')
  const stops = [busy(matmul), busy(matmul), busy(() => promises.sort(row)), busy(() => promises.sort(row))]
  await shortCalls('beside 4 long ones')
  await Promise.all(stops.map((stop) => stop()))
}

async function aborts(): Promise<void> {
  heading('from abort() to the rejection')
  const cases: [string, (signal: AbortSignal) => Promise<ops.Tensor>][] = [
    ['matmul 2048 x 2048', (signal) => promises.matmul(square, square, { signal })],
    ['sort of 10 million', (signal) => promises.sort(row, { signal })],
    ['argsort of 10 million', (signal) => promises.argsort(row, { signal })],
    ['cumsum of 10 million', (signal) => promises.cumsum(row, { signal })],
  ]
  for (const [name, start] of cases) {
    const whole = await timed(async () => (await start(new AbortController().signal)).dispose())
    const times: number[] = []
    for (let i = 0; i < 40; i++) {
      const controller = new AbortController()
      const running = start(controller.signal).then((x) => x.dispose())
      await sleep(Math.random() * whole * 0.7)
      const began = performance.now()
      controller.abort()
      await running.then(
        () => undefined,
        () => times.push(performance.now() - began),
      )
    }
    report(name, times)
  }
}

const IN_FLIGHT = `
  const { matmul, sort } = require('ndops/promises')
  const x = require('ndops').ones([2000, 2000])
  for (let i = 0; i < 4; i++) { matmul(x, x); sort(x) }
`

async function ends(): Promise<void> {
  heading('from the call to the end')
  const exit = async (name: string, begin: string) => {
    const times: number[] = []
    for (let i = 0; i < 12; i++) {
      const code = `${begin}; setTimeout(() => { process.send(0, () => process.exit()) }, ${20 + 7 * i})`
      const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      await once(child, 'message')
      times.push(await timed(() => once(child, 'exit')))
    }
    report(name, times)
  }
  await exit('process.exit(), nothing in flight', `require('ndops').ones([2000, 2000])`)
  await exit('process.exit(), matmuls and sorts in flight', IN_FLIGHT)
  const times: number[] = []
  for (let i = 0; i < 12; i++) {
    const worker = new Worker(`${IN_FLIGHT}; require('node:worker_threads').parentPort.postMessage(0)`, { eval: true })
    await once(worker, 'message')
    await sleep(7 * i)
    times.push(await timed(() => worker.terminate()))
  }
  report('worker.terminate(), the same in flight', times)
}

/** In a process whose libuv has one thread: file reads while jobs are under way. */
async function reads(): Promise<void> {
  const read = async (name: string) => {
    const times: number[] = []
    for (let i = 0; i < 100; i++) times.push(await timed(() => readFile(__filename)))
    report(name, times)
  }
  await read('nothing in flight')
  const stop = busy(matmul)
  await read('matmul 2048 x 2048')
  await stop()
}

async function main(): Promise<void> {
  if (process.argv[2] === 'reads') return reads()
  const { version, cpuLevel, threads, processors } = ops.buildInfo()
  console.log(`ndops ${version} (${cpuLevel}), ${threads} threads on ${processors} processors, Node ${process.version}`)
  console.log(`load average before: ${loadavg()[0]?.toFixed(1)}`)
  await loopDelays()
  await beside()
  await aborts()
  heading('readFile with UV_THREADPOOL_SIZE=1 during')
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  spawnSync(process.execPath, [__filename, 'reads'], { env, stdio: 'inherit' })
  await ends()
}

main()
