/** examples/electron without Electron: its computing process under plain Node, and the files that its page is made of. */

import { deepStrictEqual, match, ok, strictEqual } from 'node:assert'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Message, Request } from '../../examples/electron/types'
import { ndops, root } from '../support/ndops'

type Told = Exclude<Message, { type: 'ready' | 'gone' }>
const example = join(root(), 'examples/electron')

describe('env/electron', function () {
  this.timeout(120_000)
  let folder = ''
  let child: ChildProcess
  let messages: Message[] = []
  let arrived = (): void => {}

  before(() => {
    // As a user has it: a folder of its own that has ndops installed.
    folder = mkdtempSync(join(tmpdir(), 'ndops-electron-'))
    cpSync(example, folder, { recursive: true, filter: (from) => !relative(example, from).includes('node_modules') })
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root(), join(folder, 'node_modules/ndops'), 'junction')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  beforeEach(() => {
    messages = []
    child = fork(join(folder, 'compute.js'), { serialization: 'advanced' })
    child.on('message', (message: Message) => {
      messages.push(message)
      arrived()
    })
  })
  afterEach(async function () {
    if (this.currentTest?.isFailed()) {
      child.kill()
      return
    }
    // It ends by itself when nobody is there.
    child.disconnect()
    deepStrictEqual(await once(child, 'exit'), [0, null])
  })

  const send = (request: Request): unknown => child.send(request)
  async function until<T extends Message['type']>(type: T, id?: number): Promise<Extract<Message, { type: T }>> {
    const wanted = (message: Message): message is Extract<Message, { type: T }> =>
      message.type === type && (id === undefined || ('id' in message && message.id === id))
    for (;;) {
      const found = messages.find(wanted)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
  }
  const told = (id: number): Told[] =>
    messages.filter((message): message is Told => 'id' in message && message.id === id)

  it('says what it computes with', async () => {
    const { version, cpuLevel, threads } = await until('ready')
    const info = ndops.buildInfo()
    deepStrictEqual([version, cpuLevel, threads], [info.version, info.cpuLevel, info.threads])
  })

  for (const [job, size, said] of [
    ['sort', 20_000, /^10 times 20,000 numbers/],
    ['multiply', 96, /^orthogonal to \d\.\de-\d\d? after \d+ rounds/],
    ['pattern', 60, /^60 steps on/],
  ] as const)
    it(`tells how far "${job}" is, with pictures, and its end`, async () => {
      send({ type: 'start', id: 1, job, size })
      const { text, seconds } = await until('done', 1)
      match(text, said)
      ok(seconds > 0)
      const steps = told(1).slice(0, -1)
      ok(steps.length > 0)
      let before = 0
      for (const step of steps) {
        ok(step.type === 'progress')
        const { width, height, pixels } = step.picture
        strictEqual(pixels.length, width * height * 4)
        ok(pixels instanceof Uint8ClampedArray)
        ok(new Set(pixels).size > 3, 'a picture of one colour')
        for (let i = 3; i < pixels.length; i += 4) strictEqual(pixels[i], 255)
        ok(step.done / step.total >= before && step.done <= step.total)
        before = step.done / step.total
      }
    })

  it('stops within a job', async () => {
    send({ type: 'start', id: 1, job: 'pattern', size: 1e9 })
    await until('progress', 1)
    send({ type: 'stop' })
    match((await until('stopped', 1)).text, /^step /)
  })

  it('ends a job that another one follows', async () => {
    send({ type: 'start', id: 1, job: 'pattern', size: 1e9 })
    send({ type: 'start', id: 2, job: 'sort', size: 1000 })
    await until('done', 2)
    strictEqual(told(1).at(-1)?.type, 'stopped')
    deepStrictEqual(
      messages.slice(-told(2).length).map((message) => 'id' in message && message.id),
      told(2).map(() => 2),
    )
  })

  it('refuses what it does not know, and goes on', async () => {
    send({ type: 'start', id: 1, job: 'constructor' as 'sort' })
    match((await until('failed', 1)).text, /there is no job "constructor"/)
    send({ type: 'start', id: 2, job: 'multiply', size: -1 })
    await until('failed', 2)
    send({ type: 'start', id: 3, job: 'sort', size: 10 })
    await until('done', 3)
  })

  it('gives the page its files under a policy that lets nothing else in', async () => {
    const { respond, ORIGIN } = require(join(folder, 'content.js')) as {
      respond(url: string): Promise<Response>
      ORIGIN: string
    }
    for (const [place, type] of [
      ['/', 'text/html'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
    ]) {
      const { status, headers } = await respond(`${ORIGIN}${place}`)
      strictEqual(status, 200)
      ok(headers.get('content-type')?.startsWith(type as string))
      match(headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'; style-src 'self'/)
      ok(!/unsafe|\*|http/.test(headers.get('content-security-policy') ?? ''))
    }
    for (const url of ['/../main.js', '/%2e%2e/main.js', '/main.js', '/page', '/constructor', '/index.html/..%2f'])
      strictEqual((await respond(`${ORIGIN}${url}`)).status, 404, url)
    strictEqual((await respond('app://elsewhere/page.js')).status, 404)
  })

  it('has a page that needs no more than the policy grants', () => {
    const page = readFileSync(join(example, 'page/index.html'), 'utf8')
    ok(!/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:|https?:/i.test(page))
    const script = readFileSync(join(example, 'page/page.js'), 'utf8')
    for (const [, selector] of script.matchAll(/(?:find|drawing)\('#(\w+)'/g))
      ok(page.includes(`id="${selector}"`), `the page has no #${selector}`)
  })
})
