// The page: asks for work, shows what comes, and measures its own frames.
/** @typedef {import('../types').Message} Message */
/** @typedef {import('../types').JobName} JobName */
/** @typedef {import('../types').Picture} Picture */

/**
 * @template {typeof Element} T
 * @param {string} selector
 * @param {T} kind
 * @returns {InstanceType<T>}
 */
function find(selector, kind) {
  const found = document.querySelector(selector)
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`)
  return /** @type {InstanceType<T>} */ (found)
}

/** @param {string} selector */
function drawing(selector) {
  const canvas = find(selector, HTMLCanvasElement)
  return { canvas, context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')) }
}

const facts = find('#facts', HTMLElement)
const text = find('#text', HTMLOutputElement)
const progress = find('#progress', HTMLProgressElement)
const stop = find('#stop', HTMLButtonElement)
const picture = drawing('#picture')
const buttons = [...document.querySelectorAll('button')].filter(({ dataset }) => dataset.job !== undefined)

let current = 0

/** @param {JobName | undefined} job */
function show(job) {
  stop.disabled = job === undefined
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.job === job))
}

/** @param {Picture} received */
function draw({ width, height, pixels }) {
  Object.assign(picture.canvas, { width, height })
  picture.context.putImageData(new ImageData(pixels, width, height), 0, 0)
}

/** @param {number} seconds */
const inSeconds = (seconds) => `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`

/** @param {Message} message */
function receive(message) {
  if (message.type === 'ready') {
    const { version, cpuLevel, threads } = message
    facts.textContent = `${version} in a utility process: ${threads} ${threads === 1 ? 'thread' : 'threads'}, level ${cpuLevel}`
    return
  }
  if (message.type === 'gone') {
    facts.textContent = 'The computing process has ended: reload the page for another (Ctrl+R).'
    for (const button of buttons) button.disabled = true
    show(undefined)
    return
  }
  // What an older job still had to say.
  if (message.id !== current) return
  if (message.type === 'progress') {
    progress.value = message.done / message.total
    text.value = message.text
    draw(message.picture)
    return
  }
  show(undefined)
  if (message.type === 'done') {
    progress.value = 1
    text.value = `Done in ${inSeconds(message.seconds)}: ${message.text}`
  } else if (message.type === 'stopped') text.value = `Stopped after ${inSeconds(message.seconds)}. ${message.text}`
  else text.value = `It failed: ${message.text}`
}

for (const button of buttons) {
  button.addEventListener('click', () => {
    const job = /** @type {JobName} */ (button.dataset.job)
    current += 1
    progress.value = 0
    text.value = 'Starting'
    show(job)
    window.compute.send({ type: 'start', id: current, job })
  })
}
stop.addEventListener('click', () => window.compute.send({ type: 'stop' }))
window.compute.listen(receive)

// The animation: the milliseconds between frames, newest on the right. Were the page to wait for anything, it would show.
const meter = drawing('#meter')
const rate = find('#rate', HTMLElement)
const longest = find('#longest', HTMLElement)
const KEPT = 140
const SCALE = 66
/** @type {number[]} */
const waits = []

/** @param {number} now @param {number} before */
function frame(now, before) {
  // Hidden pages get no frames: that is no wait.
  if (!document.hidden && before > 0) waits.push(now - before)
  if (waits.length > KEPT) waits.shift()
  const { canvas, context } = meter
  const step = canvas.width / KEPT
  context.clearRect(0, 0, canvas.width, canvas.height)
  waits.forEach((wait, i) => {
    const height = Math.min(1, wait / SCALE) * canvas.height
    context.fillStyle = wait > 34 ? '#cf4b5c' : '#faa848'
    context.fillRect(canvas.width - (waits.length - i) * step, canvas.height - height, step - 0.6, height)
  })
  if (waits.length > 0 && Math.floor(now / 250) !== Math.floor(before / 250)) {
    const sum = waits.reduce((a, b) => a + b, 0)
    rate.textContent = String(Math.round((1000 * waits.length) / sum))
    longest.textContent = `${Math.max(...waits).toFixed(0)} ms`
  }
  requestAnimationFrame((next) => frame(next, now))
}
requestAnimationFrame((now) => frame(now, 0))
document.addEventListener('visibilitychange', () => {
  waits.length = 0
})
