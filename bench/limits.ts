// What bounds the work of moving memory: the rate at which all processors together copy.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

const SECONDS = 0.5

const COPIER = `
const { parentPort, workerData } = require('node:worker_threads')
const n = 8 << 20
const from = new Float64Array(n).fill(1), to = new Float64Array(n).fill(2)
parentPort.postMessage('ready')
parentPort.once('message', () => {
  const begin = process.hrtime.bigint()
  let bytes = 0, took = 0
  while (took < workerData) {
    to.set(from)
    bytes += 16 * n
    took = Number(process.hrtime.bigint() - begin) / 1e9
  }
  parentPort.postMessage(bytes / took)
})
`

/** Bytes a second, read and written, with so many workers copying 64 MiB arrays. */
export async function bandwidth(count = availableParallelism()): Promise<number> {
  const workers = Array.from({ length: count }, () => new Worker(COPIER, { eval: true, workerData: SECONDS }))
  const next = (worker: Worker) => new Promise((resolve) => worker.once('message', resolve))
  await Promise.all(workers.map(next))
  const rates = workers.map((worker) => {
    const rate = next(worker) as Promise<number>
    worker.postMessage('go')
    return rate
  })
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0)
}
