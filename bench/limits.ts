// What bounds the work of moving memory: the rates at which all processors together copy and read.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

const SECONDS = 0.5

export type Moving = 'copying' | 'reading'

const MOVER = `
const { parentPort, workerData: { moving, seconds } } = require('node:worker_threads')
const n = 64 << 20
const from = new Uint8Array(n).fill(1), to = new Uint8Array(n).fill(1)
parentPort.postMessage('ready')
parentPort.once('message', () => {
  const begin = process.hrtime.bigint()
  let bytes = 0, took = 0
  while (took < seconds) {
    if (moving === 'copying') to.set(from)
    else if (Buffer.compare(to, from) !== 0) throw new Error('they are equal')
    bytes += 2 * n
    took = Number(process.hrtime.bigint() - begin) / 1e9
  }
  parentPort.postMessage(bytes / took)
})
`

/** Bytes a second, those read and those written, of so many workers with two arrays of 64 MiB each. */
export async function bandwidth(moving: Moving, count = availableParallelism()): Promise<number> {
  const workerData = { moving, seconds: SECONDS }
  const workers = Array.from({ length: count }, () => new Worker(MOVER, { eval: true, workerData }))
  const next = (worker: Worker) => new Promise((resolve) => worker.once('message', resolve))
  await Promise.all(workers.map(next))
  const rates = workers.map((worker) => {
    const rate = next(worker) as Promise<number>
    worker.postMessage('go')
    return rate
  })
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0)
}
