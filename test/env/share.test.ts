import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as ops from '../../lib/index'
import { collectAll, collectUntil } from '../support/collect'

const KB = 1024

/** Doubles what it is sent and sends it back; ends when told to. */
const DOUBLE = `
  const { parentPort } = require('node:worker_threads')
  const { receive, share, multiply } = require('ndops')
  parentPort.on('message', (token) => {
    if (token === 'end') return process.exit()
    const x = receive(token)
    parentPort.postMessage(share(multiply(x, 2)))
    x.dispose()
  })
`

const workers: Worker[] = []

function worker(code: string): Worker {
  const made = new Worker(code, { eval: true })
  workers.push(made)
  return made
}

describe('env/share', function () {
  this.timeout(60_000)
  after(() => Promise.all(workers.map((one) => one.terminate())))

  it('carries tensors of every kind there and back', async () => {
    const other = worker(DOUBLE)
    const base = ops.reshape(ops.arange(0, 24_000, 1, 'float32'), [20, 30, 40])
    const cases = [
      base,
      ops.transpose(base, [2, 0, 1]),
      ops.slice(ops.swapaxes(base, 0, 1), [1, 2, 3], [20, 10, 30]),
      ops.slice(base, [3, 4, 5], [10, 1, 7]),
      ops.broadcastTo(ops.array([1, 2, 3]), [5, 3]),
      ops.array(7),
      ops.zeros([0, 3]),
      ops.cast(base, 'bfloat16'),
      ops.cast(base, 'complex64'),
      ops.cast(base, 'int64'),
    ]
    for (const x of cases) {
      other.postMessage(ops.share(x))
      const [token] = await once(other, 'message')
      const doubled = ops.receive(token)
      assert.equal(doubled.dtype, x.dtype)
      assert.deepEqual(doubled.toArray(), ops.multiply(x, 2).toArray())
    }
  })

  it('copies nothing, and both sides keep theirs', () => {
    const x = ops.fromData(new Float64Array(1e6).fill(3))
    const live = ops.memory().live
    const y = ops.receive(ops.share(x))
    assert.equal(ops.memory().live, live)
    x.dispose()
    assert.equal(ops.memory().live, live)
    assert.equal(ops.sum(y).item(), 3e6)
    y.dispose()
  })

  it('gives each token once, and only to what it knows', () => {
    const token = ops.share([1, 2, 3])
    assert.deepEqual(ops.receive(structuredClone(token)).toArray(), [1, 2, 3])
    assert.throws(() => ops.receive(token), { code: 'ERR_NDOPS_TOKEN' })
    assert.equal(token.release(), false)
    const released = ops.share([1])
    assert.equal(released.release(), true)
    assert.throws(() => ops.receive(released), { code: 'ERR_NDOPS_TOKEN' })
    for (const wrong of [undefined, null, 1, {}, { ndopsToken: '1' }])
      assert.throws(() => ops.receive(wrong), { name: 'TypeError', code: 'ERR_NDOPS_ARGUMENT' })
    for (const unknown of [-1, 0, Number.NaN, 1e300])
      assert.throws(() => ops.receive({ ndopsToken: unknown }), { code: 'ERR_NDOPS_TOKEN' })
    const gone = ops.zeros([10_000])
    gone.dispose()
    assert.throws(() => ops.share(gone), { code: 'ERR_NDOPS_DISPOSED' })
    assert.throws(() => ops.share([1], { seconds: 0 }), { code: 'ERR_NDOPS_ARGUMENT' })
  })

  it('brings what a worker made before it ended', async () => {
    const other = worker(DOUBLE)
    other.postMessage(ops.share(ops.ones([100_000])))
    const [token] = await once(other, 'message')
    other.postMessage('end')
    await once(other, 'exit')
    assert.equal(ops.sum(ops.receive(token)).item(), 200_000)
  })

  it('leaks nothing that never arrives', async () => {
    const bytes = 512 * KB
    const made = () => ops.zeros([bytes / 4])
    const shared = (seconds?: number) => {
      const x = made()
      const token = ops.share(x, seconds === undefined ? {} : { seconds })
      x.dispose()
      return token
    }
    await collectAll()
    const live = ops.memory().live
    const back = () => ops.memory().live <= live
    // Never posted, and collected.
    shared()
    assert.ok(!back())
    assert.ok(await collectUntil(back))
    // Posted to nobody, its time over.
    const lost = structuredClone(shared(0.03))
    assert.ok(await collectUntil(back))
    assert.throws(() => ops.receive(lost), { code: 'ERR_NDOPS_TOKEN' })
    // Posted to a worker that ends without having looked, its time not over.
    const other = worker(`require('node:worker_threads').parentPort.once('message', () => process.exit())`)
    const token = shared()
    other.postMessage(token)
    await once(other, 'exit')
    assert.ok(!back())
    assert.equal(token.release(), true)
    assert.ok(back())
    // Made by a worker, and never posted.
    const holder = worker(`
      const { share, zeros } = require('ndops')
      globalThis.kept = share(zeros([100000]))
      require('node:worker_threads').parentPort.postMessage('shared')
    `)
    // Both may be told in one turn: whoever asks for the end after the message misses it.
    await Promise.all([once(holder, 'message'), once(holder, 'exit')])
    assert.ok(await collectUntil(back))
  })
})
