import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const run = (code: string) => new Worker(code, { eval: true })

const WORK = `
  const { parentPort } = require('node:worker_threads')
  const ops = require('ndops')
  const x = ops.add(new Float64Array(50000).fill(1), 1)
  parentPort.postMessage(x.data[49999])
`

const ENDLESS = `
  const { parentPort } = require('node:worker_threads')
  const { add } = require('ndops/promises')
  let x = new Float64Array(500000)
  const again = () => Promise.all([add(x, 1), add(x, 2), add(x, 3)]).then(again)
  again()
  parentPort.postMessage('under way')
`

/** Runs JavaScript in a process of its own; gives its exit code and what it printed. */
function program(code: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, signal, stdout, stderr }
}

describe('env/workers', function () {
  this.timeout(120_000)

  it('loads in many workers at once, first in a worker and then in main', () => {
    const { status, stdout, stderr } = program(`
      const { Worker } = require('node:worker_threads')
      const code = ${JSON.stringify(WORK)}
      const workers = Array.from({ length: 16 }, () => new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true })
        worker.on('message', resolve)
        worker.on('error', reject)
      }))
      Promise.all(workers).then((values) => console.log(values.join(), require('ndops').add(1, 2).item()))
    `)
    assert.equal(status, 0, stderr)
    assert.equal(stdout.trim(), `${Array(16).fill(2).join()} 3`)
  })

  it('ends workers in the middle of their work', async () => {
    for (let round = 0; round < 20; round++) {
      const worker = run(ENDLESS)
      await once(worker, 'message')
      await worker.terminate()
    }
    const worker = run(WORK)
    const [value] = await once(worker, 'message')
    assert.equal(value, 2)
  })

  it('exits with work in flight, in every way', () => {
    const begin = `
      const { add } = require('ndops/promises')
      const x = new Float64Array(1e6)
      for (let i = 0; i < 20; i++) add(x, i)
    `
    for (let round = 0; round < 2; round++) {
      assert.equal(program(`${begin}; process.exit(3)`).status, 3)
      assert.equal(program(`${begin}; setTimeout(() => process.exit(4), 5)`).status, 4)
      assert.equal(program(`${begin}; process.kill(process.pid, 'SIGTERM')`).signal, 'SIGTERM')
      assert.equal(program(`${begin}; setTimeout(() => { throw new Error('x') }, 3)`).status, 1)
    }
    assert.equal(program(`${begin}; process.on('exit', () => add(x, 1))`).status, 0)
  })

  it('finishes what is pending when the program ends by itself', () => {
    const { status, stdout } = program(
      `require('ndops/promises').add(new Float64Array(1e6), 1).then((x) => console.log(x.data[9]))`,
    )
    assert.equal(status, 0)
    assert.equal(stdout.trim(), '1')
  })

  it('lets files be read while it works, with one thread in the pool of libuv', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '-e',
        `const { add } = require('ndops/promises')
         const { readFile } = require('node:fs/promises')
         const file = require.resolve('ndops/package.json')
         const x = new Float64Array(1e6)
         let reading = true
         const work = async () => { while (reading) await add(x, 1) }
         const read = async () => { for (let n = 0; n < 20; n++) await readFile(file); reading = false }
         Promise.all([work(), read()])`,
      ],
      { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' }, timeout: 60_000 },
    )
    assert.equal(status, 0, stderr)
  })
})
