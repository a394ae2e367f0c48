// An HTTP server that answers nearest-word queries over 341,479 word vectors, off the event loop:
//
//   node build/ts/examples/search-server/server.js [port]     then  curl 'localhost:8787/nearest?word=tree&k=5'
//
// NDOPS_EXAMPLE_ON_LOOP=1 computes on the event loop instead, as load.ts does for comparison.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as ops from 'ndops'
import * as promises from 'ndops/promises'
import { loadWords, type Words } from './words'

const PORT = 8787
const MOST = 100
const onLoop = process.env.NDOPS_EXAMPLE_ON_LOOP === '1'

interface Found {
  readonly word: string
  readonly similarity: number
}

class Search {
  readonly #words: Words
  readonly #index: ReadonlyMap<string, number>

  constructor(words: Words) {
    this.#words = words
    this.#index = new Map(words.words.map((word, i) => [word, i]))
  }

  /** The `k` words nearest to this one by cosine, or undefined where it is not known. */
  async nearest(word: string, k: number, signal: AbortSignal): Promise<Found[] | undefined> {
    const row = this.#index.get(word)
    if (row === undefined) return undefined
    const { vectors } = this.#words
    const query = ops.getItem(vectors, [row])
    // The word itself comes first.
    const scores = onLoop ? ops.matmul(vectors, query) : await promises.matmul(vectors, query, { signal })
    const best = onLoop ? ops.topK(scores, k + 1) : await promises.topK(scores, k + 1, { signal })
    const [similarities, places] = best.map((x) => x.toArray() as number[]) as [number[], number[]]
    // Not needed, but without it the memory comes back only when the collector finds it.
    for (const x of [query, scores, ...best]) x.dispose()
    return places
      .map((place, i) => ({ word: this.#words.words[place] as string, similarity: similarities[i] as number }))
      .filter((found) => found.word !== word)
      .slice(0, k)
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

async function handle(search: Search, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/health') return answer(response, 200, { ok: true, ...ops.memory() })
  if (url.pathname !== '/nearest') return answer(response, 404, { error: 'try /nearest?word=tree&k=5' })
  const k = Number(url.searchParams.get('k') ?? 10)
  if (!Number.isInteger(k) || k < 1 || k > MOST)
    return answer(response, 400, { error: `k must be a whole number from 1 to ${MOST}` })
  // Who has hung up needs no answer: the work stops.
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const word = url.searchParams.get('word') ?? ''
  const found = await search.nearest(word, k, gone.signal)
  if (found === undefined) answer(response, 404, { error: `no vector for ${JSON.stringify(word)}` })
  else answer(response, 200, { word, nearest: found })
}

const search = new Search(loadWords())
const server = createServer((request, response) => {
  handle(search, request, response).catch((error: Error & { code?: string }) => {
    if (error.name === 'AbortError') response.destroy()
    // More than memory has room for wait already.
    else if (error.code === 'ERR_NDOPS_QUEUE_FULL') answer(response, 503, { error: 'too busy; try again later' })
    else answer(response, 500, { error: error.message })
  })
})

// Started by load.ts: it asks how late the event loop was.
if (process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  process.on('message', () => {
    const at = (percentile: number) => delay.percentile(percentile) / 1e6
    process.send?.({ delay: [at(50), at(99), delay.max / 1e6] })
    delay.reset()
    delay.enable()
  })
}
const port = process.argv[2] === undefined ? PORT : Number(process.argv[2])
server.listen(port, '127.0.0.1', () => {
  const bound = (server.address() as AddressInfo).port
  console.log(`http://127.0.0.1:${bound}/nearest?word=tree&k=5 (${onLoop ? 'on' : 'off'} the event loop)`)
  process.send?.({ port: bound })
})
