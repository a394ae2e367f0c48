// Load on the search server, off the event loop and on it, over loopback and for seconds only:
//
//   node build/ts/examples/search-server/load.js [seconds] [connections]
//
// Prints throughput, the latency of queries and of a request that computes nothing, and how late the event loop was.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const WORDS = [
  'tree',
  'king',
  'paris',
  'water',
  'music',
  'doctor',
  'yellow',
  'run',
  'winter',
  'computer',
  'bread',
  'law',
]
const seconds = Math.min(60, Math.max(1, Number(process.argv[2] ?? 10) || 10))
const connections = Math.min(64, Math.max(1, Math.floor(Number(process.argv[3] ?? 8)) || 8))

const agent = new Agent({ keepAlive: true, maxSockets: connections + 1 })

/** One request; its milliseconds. */
function request(port: number, url: string): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: url, agent }, (response) => {
      response.resume()
      response.once('error', reject)
      response.once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - began)
        else reject(new Error(`${url} gave ${response.statusCode}`))
      })
    }).once('error', reject)
  })
}

const show = (times: number[]): string => times.map((time) => time.toFixed(1).padStart(8)).join('')

function percentiles(times: number[]): string {
  const sorted = times.sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
  return show([at(0.5), at(0.99), at(1)])
}

async function ask(server: ChildProcess): Promise<[number, number, number]> {
  server.send('delay')
  const [{ delay }] = (await once(server, 'message')) as [{ delay: [number, number, number] }]
  return delay
}

async function load(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const server = fork(path.join(__dirname, 'server.js'), ['0'], { env: { ...process.env, ...env }, silent: true })
  server.stderr?.pipe(process.stderr)
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }]
    for (const word of WORDS) await request(port, `/nearest?word=${word}`)
    await ask(server)
    const queries: number[] = []
    const health: number[] = []
    const end = performance.now() + 1000 * seconds
    const began = performance.now()
    const user = async (first: number) => {
      for (let i = first; performance.now() < end; i++)
        queries.push(await request(port, `/nearest?word=${WORDS[i % WORDS.length]}&k=10`))
    }
    const probe = async () => {
      for (; performance.now() < end; await sleep(20)) health.push(await request(port, '/health'))
    }
    await Promise.all([...Array.from({ length: connections }, (_, i) => user(i)), probe()])
    const rate = (1000 * queries.length) / (performance.now() - began)
    console.log(`\n${name}: ${rate.toFixed(0)} queries a second, ${queries.length} in all`)
    console.log(`  ${'milliseconds'.padEnd(28)}     p50     p99     max`)
    console.log(`  ${'a query'.padEnd(28)}${percentiles(queries)}`)
    console.log(`  ${'a request without work'.padEnd(28)}${percentiles(health)}`)
    console.log(`  ${'delay of the event loop'.padEnd(28)}${show(await ask(server))}`)
  } finally {
    server.kill()
  }
}

async function main(): Promise<void> {
  console.log(`${connections} connections, ${seconds} seconds each`)
  await load('off the event loop (ndops/promises)', { NDOPS_EXAMPLE_ON_LOOP: '0' })
  await load('on the event loop (ndops)', { NDOPS_EXAMPLE_ON_LOOP: '1' })
  agent.destroy()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
