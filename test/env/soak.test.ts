/**
 * Mixed work for a while: memory does not grow. NDOPS_SOAK_MINUTES says how long; `npm run test:full` takes ten minutes.
 */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { collectAll } from '../support/collect'
import { type Random, seeded } from '../support/random'

const MINUTES = Number(process.env.NDOPS_SOAK_MINUTES ?? 0.05)

const kinds: readonly ((x: ops.Tensor, random: Random) => unknown)[] = [
  (x) => ops.add(x, 1),
  (x) => promises.multiply(x, x),
  (x) => ops.sum(x).item(),
  (x) => promises.sort(x),
  (x) => promises.nonzero(ops.greater(x, 0.5)),
  (x) => ops.exp(x).data,
  (x) => ops.transpose(ops.reshape(x, [-1, 1])).toArray(),
  (x) => promises.matmul(ops.reshape(x, [1, -1]), ops.reshape(x, [-1, 1])),
  (x) => ops.concatenate([x, x]).dispose(),
  (x) => ops.receive(ops.share(x)),
  async (x, random) => {
    const controller = new AbortController()
    const call = promises.argsort(x, { signal: controller.signal })
    if (random() < 0.5) controller.abort()
    await call.catch((error) => assert.equal(error.name, 'AbortError'))
  },
  (x) => assert.throws(() => ops.reshape(x, [3, -1, -1])),
]

describe('env/soak', () => {
  it('does not grow', async () => {
    const random = seeded(61)
    const sizes = [1, 100, 3000, 20_000, 300_000]
    /** Works for so many milliseconds; the median of what was resident in the last half. */
    const work = async (milliseconds: number): Promise<number> => {
      const resident: number[] = []
      const end = performance.now() + milliseconds
      for (let i = 0; performance.now() < end; i++) {
        const n = sizes[Math.floor(random() * sizes.length)] as number
        const x = ops.fromData(new Float32Array(n).fill(random()))
        await Promise.all(kinds.map((kind) => kind(x, random)))
        if (i % 3 === 0) x.dispose()
        if (i % 10 === 0) resident.push(process.memoryUsage.rss())
        await turn()
      }
      const half = resident.slice(resident.length >> 1).sort((a, b) => a - b)
      return half[half.length >> 1] as number
    }
    const minute = 60_000 * MINUTES
    const before = await work(minute / 3)
    await collectAll()
    const live = ops.memory().live
    const after = await work((2 * minute) / 3)
    await collectAll()
    // The first seconds say nothing of growth: V8 itself is still settling then.
    if (MINUTES >= 5) assert.ok(after < 1.05 * before, `${before} ${after}`)
    assert.ok(ops.memory().live <= live + 2 ** 20, `${live} ${ops.memory().live}`)
  }).timeout(60_000 + 120_000 * MINUTES)
})
