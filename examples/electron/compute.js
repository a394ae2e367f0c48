// The computing process: an Electron utility process that gets a port to each page. Started by plain Node's fork(), with
// { serialization: 'advanced' }, it speaks the same through the channel to its parent.
const { buildInfo } = require('ndops')
const { jobs } = require('./jobs')

/** @typedef {import('./types').Message} Message */
/** @typedef {import('./types').Request} Request */

const PICTURE_MILLISECONDS = 33

/**
 * Answers one page: gives the function that takes its requests. One job at a time; a new one ends the old one.
 * @param {(message: Message) => void} post
 * @returns {(request: Request) => Promise<void>}
 */
function serve(post) {
  /** @type {AbortController | undefined} */
  let current
  let last = Promise.resolve()

  /** @type {(request: Request & { type: 'start' }, controller: AbortController) => Promise<void>} */
  async function work({ id, job: name, size }, controller) {
    const { signal } = controller
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    let text = ''
    let shown = Number.NEGATIVE_INFINITY
    const turn = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
    }
    /** @type {import('./types').Work['report']} */
    const report = async (done, total, said, picture) => {
      text = said
      if (performance.now() - shown >= PICTURE_MILLISECONDS || done === total) {
        shown = performance.now()
        post({ type: 'progress', id, done, total, text, picture: picture() })
      }
      await turn()
    }
    try {
      if (!Object.hasOwn(jobs, name)) throw new Error(`there is no job ${JSON.stringify(name)}`)
      const job = /** @type {(typeof jobs)[string]} */ (jobs[name])
      signal.throwIfAborted()
      text = await job.run(size ?? job.size, { signal, turn, report })
      post({ type: 'done', id, seconds: seconds(), text })
    } catch (error) {
      if (signal.aborted) post({ type: 'stopped', id, seconds: seconds(), text })
      else post({ type: 'failed', id, text: error instanceof Error ? error.message : String(error) })
    }
  }

  const { version, cpuLevel, threads } = buildInfo()
  post({ type: 'ready', version, cpuLevel, threads })
  return (request) => {
    current?.abort()
    if (request.type === 'start') {
      const controller = new AbortController()
      current = controller
      last = last.then(() => work(request, controller))
    }
    return last
  }
}

if (process.parentPort !== undefined) {
  process.parentPort.on('message', ({ ports: [port] }) => {
    if (port === undefined) return
    const receive = serve((message) => port.postMessage(message))
    port.on('message', ({ data }) => receive(data))
    port.on('close', () => receive({ type: 'stop' }))
    port.start()
  })
} else if (process.send !== undefined) {
  const receive = serve((message) => {
    // What cannot be sent any more needs no error: "disconnect" follows.
    if (process.connected) process.send?.(message, undefined, {}, () => {})
  })
  process.on('message', (/** @type {Request} */ request) => receive(request))
  process.on('disconnect', () => receive({ type: 'stop' }))
}
