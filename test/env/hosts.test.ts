/** However the host was started, whoever else is in the process, and whatever the system refuses. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'
import { root } from '../support/ndops'

interface Way {
  readonly options?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Put before Node in a shell of its own. */
  readonly limit?: string
}

/** Runs JavaScript in a process of its own; gives what it printed. */
function printed(code: string, { options = [], env = {}, limit }: Way = {}): string {
  const args = [...options, '-e', code]
  const settings = { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 60_000, cwd: root() } as const
  const { status, signal, stdout, stderr } =
    limit === undefined
      ? spawnSync(process.execPath, args, settings)
      : spawnSync('sh', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, ...args], settings)
  assert.equal(status, 0, `${signal} ${stdout} ${stderr}`)
  return stdout.trim()
}

const MIXED = `
  const ops = require('ndops')
  const promises = require('ndops/promises')
  const x = ops.reshape(ops.arange(0, 90000, 1, 'float32'), [300, 300])
  Promise.all([promises.sort(x), promises.sum(x), promises.nonzero(ops.greater(x, 89990)), promises.matmul(x, x)]).then(
    ([sorted, sum, [rows], product]) => {
      for (let i = 0; i < 2000; i++) ops.add(x, i).sum(0)
      console.log(sorted.shape.join(), sum.item(), rows.size, product.dtype, ops.receive(ops.share(x)).size)
    },
  )
`
const EXPECTED = '300,300 4049955072 9 float32 90000'

const sanitized = process.env['ASAN_OPTIONS'] !== undefined
const onLinux = process.platform === 'linux' ? it : it.skip

describe('env/hosts', function () {
  this.timeout(120_000)

  for (const options of [
    ['--jitless'],
    ['--max-old-space-size=64'],
    ['--frozen-intrinsics'],
    ['--gc-interval=100'],
    ['--stress-compaction'],
    ['--single-threaded'],
  ])
    it(`works with ${options.join(' ')}`, () => assert.equal(printed(MIXED, { options }), EXPECTED))

  for (const size of ['1', '128'])
    it(`works with UV_THREADPOOL_SIZE=${size}`, () =>
      assert.equal(printed(MIXED, { env: { UV_THREADPOOL_SIZE: size } }), EXPECTED))

  it('works in a cluster', () => {
    const code = `
      const cluster = require('node:cluster')
      if (cluster.isPrimary) for (let i = 0; i < 4; i++) cluster.fork().on('exit', (status) => console.log(status))
      else require('ndops/promises').sort(new Float64Array(1e5)).then(() => process.exit(7))
    `
    // The workers run the program's file.
    const folder = mkdtempSync(path.join(root(), 'build/cluster-'))
    try {
      const program = path.join(folder, 'main.js')
      writeFileSync(program, code)
      const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 })
      assert.equal(status, 0, stderr)
      assert.equal(stdout, '7\n'.repeat(4))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is one module for require and import, and takes arrays of other contexts', () => {
    const said = printed(`
      const ops = require('ndops')
      const context = require('node:vm').createContext({ ops })
      const sum = require('node:vm').runInContext('ops.add(new Float64Array([1, 2]), [3, 4]).toArray().join()', context)
      import('ndops').then((again) => console.log(sum, again.add(ops.array([1, 2]), 1) instanceof ops.Tensor))
    `)
    assert.equal(said, '4,6 true')
  })

  it('works twice in a process, and takes the other copy’s tensors', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ndops-copy-'))
    try {
      cpSync(path.join(root(), 'dist'), path.join(folder, 'dist'), { recursive: true })
      copyFileSync(path.join(root(), 'package.json'), path.join(folder, 'package.json'))
      const { binary } = ops.buildInfo()
      mkdirSync(path.join(folder, path.dirname(binary)), { recursive: true })
      copyFileSync(path.join(root(), binary), path.join(folder, binary))
      const said = printed(`
        const [a, b] = [require('ndops'), require(${JSON.stringify(folder)})]
        const x = a.transpose(a.reshape(a.arange(0, 60000, 1, 'float32'), [200, 300]))
        const y = b.add(x, 1)
        const product = [a.matmul(x, a.transpose(x)), b.matmul(x, b.transpose(x))]
        console.log(a !== b, y instanceof b.Tensor, b.sum(b.subtract(y, x)).item(), a.all(a.equal(...product)).item())
      `)
      assert.equal(said, 'true true 60000 true')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  // The sanitizers map terabytes.
  const limited = sanitized ? it.skip : onLinux
  limited('says so where the system gives no more memory, and goes on', () => {
    const code = `
      const ops = require('ndops')
      const kept = []
      let code = ''
      while (kept.length < 1000)
        try { kept.push(ops.zeros([2 ** 24], 'float64')) } catch (error) { code = error.code; break }
      for (const one of kept) one.dispose()
      console.log(code, kept.length > 3, ops.sum(ops.ones([2 ** 22])).item())
    `
    assert.equal(printed(code, { limit: 'ulimit -v 2000000' }), 'ERR_NDOPS_OUT_OF_MEMORY true 4194304')
  })

  it('outlives a heap snapshot and an inspector with work in flight', () => {
    const said = printed(`
      const ops = require('ndops')
      const { Session } = require('node:inspector')
      const session = new Session()
      session.connect()
      session.post('HeapProfiler.enable')
      const calls = [1, 2, 3, 4].map((i) => require('ndops/promises').sort(new Float64Array(500000).fill(i)))
      let chunks = 0
      session.on('HeapProfiler.addHeapSnapshotChunk', () => chunks++)
      session.post('HeapProfiler.takeHeapSnapshot', () =>
        Promise.all(calls).then((all) => console.log(chunks > 0, all.map((x) => x.data[9]).join())))
    `)
    assert.equal(said, 'true 1,2,3,4')
  })

  onLinux('leaves abort() to the system, with work in flight', () => {
    const code = `require('ndops/promises').sort(new Float64Array(1e6)); process.abort()`
    const { signal } = spawnSync('sh', ['-c', 'ulimit -c 0; exec "$0" "$@"', process.execPath, '-e', code])
    assert.equal(signal, 'SIGABRT')
  })

  it('lets workers be ended in synchronous work', async () => {
    const code = `
      const ops = require('ndops')
      const x = ops.ones([400, 400])
      require('node:worker_threads').parentPort.postMessage('under way')
      for (;;) ops.sort(ops.matmul(x, x))
    `
    for (let round = 0; round < 5; round++) {
      const worker = new Worker(code, { eval: true })
      await once(worker, 'message')
      await worker.terminate()
    }
    assert.equal(ops.sum(ops.ones([10])).item(), 10)
  })
})

describe('env/hosts: memory that others change @buffers', () => {
  it('checks the indices that it uses, whatever another thread makes of them meanwhile', async () => {
    const n = 20_000
    const shared = new Int32Array(new SharedArrayBuffer(4 * n))
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(
      `
      const { shared, stop } = require('node:worker_threads').workerData
      const wrong = [0, 2 ** 30, 5, -(2 ** 30), 7]
      for (let i = 0; Atomics.load(stop, 0) === 0; i++) shared.fill(wrong[i % wrong.length], i % 19000, (i % 19000) + 1000)
      `,
      { eval: true, workerData: { shared, stop } },
    )
    await once(worker, 'online')
    const x = ops.arange(0, 100, 1, 'float32')
    const values = ops.ones([n])
    const kinds: readonly (() => ops.Tensor)[] = [
      () => ops.take(x, shared),
      () => ops.scatter(ops.reshape(shared, [-1, 1]), values, [100]),
      () => ops.segmentSum(values, shared, 100),
      () => ops.takeAlongAxis(values, shared),
      () => ops.bincount(shared, null, 100),
    ]
    try {
      for (let round = 0; round < 100; round++)
        for (const kind of kinds)
          try {
            kind().dispose()
          } catch (error) {
            assert.match((error as { code: string }).code, /^ERR_NDOPS_(INDEX|VALUE|TOO_LARGE|SIZE|OUT_OF_MEMORY)$/)
          }
    } finally {
      Atomics.store(stop, 0, 1)
      await worker.terminate()
    }
  }).timeout(60_000)

  it('has its copy of a WebAssembly memory that grows meanwhile', async () => {
    // Node's types leave it out.
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: { Memory: new (size: { initial: number }) => { buffer: ArrayBuffer; grow(pages: number): void } }
    }
    const memory = new WebAssembly.Memory({ initial: 16 })
    const view = new Float64Array(memory.buffer).fill(2)
    const sum = promises.add(view, 1)
    memory.grow(1)
    assert.equal(view.length, 0)
    assert.ok(((await sum).data as Float64Array).every((value) => value === 3))
    assert.throws(() => ops.add(view, 1), { code: 'ERR_NDOPS_BUFFER' })
  })

  it('keeps views of a tensor whose data was moved away', () => {
    const x = ops.reshape(ops.arange(0, 40_000, 1, 'float64'), [200, 200])
    const turned = ops.transpose(x)
    try {
      structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] })
    } catch (error) {
      assert.equal((error as Error).name, 'DataCloneError')
    }
    ops.zeros([40_000], 'float64').dispose()
    assert.equal(turned.getItem([3, 7]).item(), 7 * 200 + 3)
    assert.equal(x.data[1], 1)
  })
})
