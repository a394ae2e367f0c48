/**
 * Storms: whatever is transferred, resized, disposed of, collected, terminated or ended while jobs run, nothing crashes
 * and what comes back is right. NDOPS_STORM_ROUNDS says how often; `npm run test:full` runs 500, also under sanitizers.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { collect } from '../support/collect'
import { type Random, seeded } from '../support/random'

const ROUNDS = Number(process.env.NDOPS_STORM_ROUNDS ?? 20)

type Resizable = ArrayBuffer & { resize(bytes: number): void }
type Growable = SharedArrayBuffer & { grow(bytes: number): void }

/** What may be done to memory of the user's while a job that was given it runs. */
const harm: readonly ((data: Float64Array) => void)[] = [
  (data) => data.fill(-1),
  ({ buffer }) => {
    if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] })
  },
  ({ buffer }) => {
    if ((buffer as unknown as { resizable?: boolean }).resizable) (buffer as unknown as Resizable).resize(8)
    else if ((buffer as unknown as { growable?: boolean }).growable)
      (buffer as unknown as Growable).grow(2 * buffer.byteLength)
  },
  ({ buffer }) => (buffer as { transfer?: () => void }).transfer?.(),
  () => collect(),
]

/** Memory of each kind that a typed array can stand over. */
const buffers: readonly ((bytes: number) => ArrayBufferLike)[] = [
  (bytes) => new ArrayBuffer(bytes),
  (bytes) => new SharedArrayBuffer(bytes),
  (bytes) => Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 2 * bytes }]) as ArrayBuffer,
  (bytes) => Reflect.construct(SharedArrayBuffer, [bytes, { maxByteLength: 2 * bytes }]) as SharedArrayBuffer,
]

/** A whole number from 0 to `most`. */
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1))

/** Does it, whatever the host makes of it. */
function tried(act: () => void): void {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof TypeError || error instanceof RangeError || error instanceof DOMException, String(error))
  }
}

describe('env/storms', function () {
  this.timeout(60_000 + ROUNDS * 10_000)

  it('of transfer, resize, writes, dispose and collection', async () => {
    const random = seeded(8)
    const pick = <T>(list: readonly T[]): T => list[upTo(random, list.length - 1)] as T
    for (let round = 0; round < ROUNDS; round++) {
      const running: Promise<void>[] = []
      for (let i = 0; i < 12; i++) {
        const n = pick([1, 700, 5000, 60_000])
        const value = round + i
        const data = new Float64Array(pick(buffers)(8 * n)).fill(value)
        const x = ops.fromData(data)
        const shown = x.data as Float64Array
        const controller = new AbortController()
        const calls = [promises.add(data, 1), promises.add(x, 1, { signal: controller.signal }), promises.sort(x)]
        const [added, aborted, sorted] = calls as [Promise<ops.Tensor>, Promise<ops.Tensor>, Promise<ops.Tensor>]
        tried(() => pick(harm)(data))
        tried(() => pick(harm)(shown))
        if (upTo(random, 1) === 1) x.dispose()
        if (upTo(random, 3) === 0) controller.abort()
        ops.add(new Float64Array(n).fill(-9), 0)
        const every = (tensor: ops.Tensor, expected: number): void => {
          assert.equal(tensor.size, n)
          assert.ok((tensor.data as Float64Array).every((v) => v === expected))
          if (upTo(random, 1) === 1) tensor.dispose()
        }
        running.push(
          added.then((tensor) => every(tensor, value + 1)),
          sorted.then((tensor) => every(tensor, value)),
          aborted.then(
            (tensor) => every(tensor, value + 1),
            (error) => assert.equal(error.name, 'AbortError'),
          ),
        )
        if (upTo(random, 5) === 0) await turn()
      }
      await Promise.all(running)
    }
    collect()
    await turn()
  })

  it('of workers that end in the middle of their work, memory of theirs in other hands', async () => {
    const random = seeded(9)
    const code = `
      const { parentPort } = require('node:worker_threads')
      const ops = require('ndops')
      const { add, sort, matmul } = require('ndops/promises')
      const data = new Float64Array(300000).fill(3)
      const square = ops.ones([300, 300])
      const again = () => Promise.all([add(data, 1), sort(data), matmul(square, square)]).then(send).then(again)
      let sent = 0
      async function send([sum]) {
        if (sent++ > 5) return
        parentPort.postMessage({ token: ops.share(sum) })
        const shown = sum.data
        const { buffer } = shown
        // Moved, so that it can be given away, where the host does that.
        const moved = buffer.transfer === undefined ? buffer : (() => { try { return buffer.transfer() } catch { return buffer } })()
        const given = new Float64Array(moved)
        try { parentPort.postMessage({ given }, [given.buffer]) } catch { parentPort.postMessage({ given }) }
      }
      again()
      parentPort.postMessage({})
    `
    for (let round = 0; round < ROUNDS; round++) {
      const kept: Float64Array[] = []
      const tokens: unknown[] = []
      const workers = [0, 1].map(() => new Worker(code, { eval: true }))
      for (const worker of workers) {
        worker.on('message', ({ token, given }) => {
          if (token !== undefined) tokens.push(token)
          if (given !== undefined) kept.push(given)
        })
      }
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      await sleep(upTo(random, 15))
      await Promise.all(workers.map((worker) => worker.terminate()))
      // Takes the memory that the ended workers gave back.
      for (let i = 0; i < 4; i++) ops.add(new Float64Array(300_000).fill(-7), 0).dispose()
      for (const given of kept) assert.ok(given.every((value) => value === 4))
      for (const token of tokens) {
        const sum = ops.receive(token)
        assert.ok((sum.data as Float64Array).every((value) => value === 4))
        sum.dispose()
      }
    }
  })

  it('of workers of which the last one goes while the pool is busy', async () => {
    // Only workers load the addon here: with the last one it is unloaded by Node, and must stay.
    const code = `
      const { matmul } = require('ndops/promises')
      const x = require('ndops').ones([700, 700])
      for (let i = 0; i < 8; i++) matmul(x, x)
      require('node:worker_threads').parentPort.postMessage('busy')
    `
    const child = spawn(process.execPath, [
      '-e',
      `
      const { Worker } = require('node:worker_threads')
      const { once } = require('node:events')
      ;(async () => {
        for (let round = 0; round < ${ROUNDS}; round++) {
          const workers = [1, 2].map(() => new Worker(${JSON.stringify(code)}, { eval: true }))
          await Promise.all(workers.map((worker) => once(worker, 'message')))
          await new Promise((resolve) => setTimeout(resolve, round % 7))
          await Promise.all(workers.map((worker) => worker.terminate()))
        }
        console.log('all gone')
      })()
      `,
    ])
    let said = ''
    child.stdout.on('data', (text) => (said += text))
    child.stderr.on('data', (text) => (said += text))
    const [status, signal] = await once(child, 'close')
    assert.equal(status, 0, `${signal} ${said}`)
    assert.equal(said.trim(), 'all gone')
  })

  it('of processes that end with work in flight', async () => {
    const begin = `
      const { add, sort, matmul } = require('ndops/promises')
      const ops = require('ndops')
      const x = new Float64Array(1e6)
      const square = ops.ones([600, 600])
      for (let i = 0; i < 6; i++) { add(x, i); sort(x); matmul(square, square) }
    `
    const ways: [string, number | null, string | null][] = [
      ['process.exit(3)', 3, null],
      ['setTimeout(() => process.exit(4), DELAY)', 4, null],
      [`setTimeout(() => process.kill(process.pid, 'SIGTERM'), DELAY)`, null, 'SIGTERM'],
      [
        // The timer holds the process: a signal's handler does not.
        `process.on('SIGINT', () => process.exit(5)); setTimeout(() => {}, 60_000)
         setTimeout(() => process.kill(process.pid, 'SIGINT'), DELAY)`,
        5,
        null,
      ],
      [`setTimeout(() => { throw new Error('in flight') }, DELAY)`, 1, null],
      [`process.on('exit', () => { add(x, 1); ops.add(x, 1) })`, 0, null],
      [
        `const { Worker } = require('node:worker_threads')
         new Worker('const { sort } = require("ndops/promises"); for (;;) sort(new Float64Array(1e5))', { eval: true })
         setTimeout(() => process.exit(6), 100 + DELAY)`,
        6,
        null,
      ],
    ]
    for (let round = 0; round < Math.ceil(ROUNDS / 10); round++) {
      for (const [way, status, signal] of ways) {
        const child = spawn(process.execPath, ['-e', `${begin}; ${way.replace('DELAY', String(round % 9))}`], {
          stdio: 'ignore',
        })
        assert.deepEqual(await once(child, 'close'), [status, signal], way)
      }
    }
  })
})
