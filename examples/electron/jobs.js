// What is computed. Long calls go through `ndops/promises` with a signal, so that they can be stopped half-way; the
// short steps of the pattern are plain calls, with a look at the messages between them.
const ops = require('ndops')
const later = require('ndops/promises')

/** @typedef {import('./types').Work} Work */
/** @typedef {import('./types').Picture} Picture */
/** @typedef {(size: number, work: Work) => Promise<string>} Job */

/** Colours from low to high: night, violet, orange, light. */
const STOPS = [
  [11, 13, 23],
  [72, 35, 116],
  [207, 75, 92],
  [250, 168, 72],
  [252, 246, 214],
]

const PALETTE = (() => {
  const shades = new Uint8Array(256 * 4)
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (STOPS.length - 1)
    const low = Math.min(Math.floor(place), STOPS.length - 2)
    const [from, to] = /** @type {[number[], number[]]} */ ([STOPS[low], STOPS[low + 1]])
    for (let c = 0; c < 3; c++) shades[4 * i + c] = Number(from[c]) + (Number(to[c]) - Number(from[c])) * (place - low)
    shades[4 * i + 3] = 255
  }
  return ops.fromData(shades, [256, 4])
})()

/**
 * A picture of a matrix, whose values from `low` to `high` take the colours.
 * @param {ops.Tensor} x
 * @param {number} low
 * @param {number} high
 * @returns {Picture}
 */
function heatmap(x, low, high) {
  const [height, width] = /** @type {[number, number]} */ (x.shape)
  const shade = x
    .subtract(low)
    .multiply(255 / (high - low))
    .clip(0, 255)
    .cast('int32')
  const pixels = new Uint8ClampedArray(/** @type {Uint8Array} */ (ops.take(PALETTE, shade, 0).data))
  return { width, height, pixels }
}

/** @param {number} seed */
function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Values as dots, before and after they were sorted.
 * @param {Float32Array} before
 * @param {Float32Array} after
 * @returns {Picture}
 */
function scatter(before, after) {
  const [width, height] = [480, 300]
  const pixels = new Uint8ClampedArray(width * height * 4)
  const shades = /** @type {Uint8Array} */ (PALETTE.data)
  /** @type {(x: number, value: number, shade: number) => void} */
  const dot = (x, value, shade) => {
    const y = Math.round((height - 12) * (0.5 - value / 8)) + 6
    if (y < 1 || y >= height - 1) return
    for (const row of [y - 1, y]) pixels.set(shades.subarray(4 * shade, 4 * shade + 4), 4 * (row * width + x))
  }
  for (let i = 0; i < 9 * width; i++) dot(i % width, Number(before[Math.floor((i * before.length) / (9 * width))]), 84)
  for (let i = 0; i < 4 * width; i++) {
    const value = Number(after[Math.floor((i * after.length) / (4 * width))])
    dot(Math.floor(i / 4), value, Math.max(120, Math.min(255, Math.round(188 + value * 22))))
  }
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i] === 0) pixels.set(shades.subarray(0, 4), i)
  return { width, height, pixels }
}

const ROUNDS = 10
const SLICE = 500_000

/**
 * Random numbers, nearly normally distributed.
 * @param {number} size
 * @param {() => number} random
 * @param {Work['turn']} turn
 */
async function drawn(size, random, turn) {
  const values = new Float32Array(size)
  for (let begin = 0; begin < size; begin += SLICE) {
    const end = Math.min(size, begin + SLICE)
    for (let i = begin; i < end; i++) values[i] = (random() + random() + random() - 1.5) * 2
    await turn()
  }
  return values
}

/** Sorts `size` numbers, ten times. @type {Job} */
async function sort(size, { report, turn, signal }) {
  const random = generator(1)
  let spent = 0
  for (let round = 0; round < ROUNDS; round++) {
    const values = await drawn(size, random, turn)
    const began = performance.now()
    const sorted = await later.sort(values, { signal })
    spent += performance.now() - began
    const milliseconds = Math.round(spent / (round + 1)).toLocaleString('en')
    const text = `${size.toLocaleString('en')} numbers in ${milliseconds} ms`
    await report(round + 1, ROUNDS, text, () => scatter(values, /** @type {Float32Array} */ (sorted.data)))
    // Not needed, but without it 40 MB wait for the collector.
    sorted.dispose()
  }
  return `${ROUNDS} times ${size.toLocaleString('en')} numbers, ${Math.round(spent / ROUNDS).toLocaleString('en')} ms each`
}

// What a picture shows of a matrix: 8 by 5, as all pictures here.
const SHOWN = [200, 320]
const MOST = 60
const EXACT = 1e-5

/**
 * Turns a random matrix of side `size` into the orthogonal one that is nearest, by products alone (Newton and Schulz):
 * what it makes of its own transpose becomes the identity. @type {Job}
 */
async function multiply(size, { report, signal }) {
  const random = generator(2)
  const start = ops.fromData(
    Float32Array.from({ length: size * size }, () => random() - 0.5),
    [size, size],
  )
  // Below the square root of three, every singular value goes to one: the largest is about √(size / 3).
  let x = ops.divide(start, Math.sqrt(size / 3) * 1.05)
  const shown = SHOWN.map((side) => Math.min(side, size))
  let error = Number.POSITIVE_INFINITY
  let rate = 0
  let round = 0
  for (; round < MOST && error > EXACT; round++) {
    const began = performance.now()
    const gram = await later.matmul(x.transpose(), x, { signal })
    const third = await later.matmul(x, gram, { signal })
    rate = (4 * size ** 3) / (performance.now() - began) / 1e6
    error = Number(ops.max(ops.abs(gram.subtract(ops.eye(size)))).item())
    const next = ops.subtract(ops.multiply(x, 1.5), ops.multiply(third, 0.5))
    const corner = ops.slice(gram, [0, 0], shown)
    // The error falls within the last rounds alone: the progress is that of the mean singular value, squared.
    const arrived = Number(gram.trace().item()) / size
    const text = `round ${round + 1}: ${error.toExponential(1)} from orthogonal, ${Math.round(rate)} GFLOP/s`
    await report(Math.min(arrived, 0.99), 1, text, () => heatmap(ops.sqrt(ops.abs(corner)), 0, 1))
    for (const used of [x, gram, third]) used.dispose()
    x = next
  }
  return `orthogonal to ${error.toExponential(1)} after ${round} rounds of two ${size} × ${size} products`
}

const ROWS = 200
const COLUMNS = 320
const STEPS_A_PICTURE = 10

/**
 * What its neighbours have more than each cell, by the sum around it. The grid has no edge.
 * @param {ops.Tensor} x
 */
function spread(x) {
  const up = ops.roll(x, 1, 0)
  const down = ops.roll(x, -1, 0)
  const column = up.add(down)
  const sides = ops.roll(x, 1, 1).add(ops.roll(x, -1, 1))
  const corners = ops.roll(column, 1, 1).add(ops.roll(column, -1, 1))
  return column.add(sides).multiply(0.2).add(corners.multiply(0.05)).subtract(x)
}

/** Two substances that feed on each other (Gray and Scott), for `size` steps. @type {Job} */
async function pattern(size, { report }) {
  const random = generator(3)
  const seeds = new Float32Array(ROWS * COLUMNS)
  for (let seed = 0; seed < 24; seed++) {
    const [row, column] = [Math.floor(random() * (ROWS - 8)), Math.floor(random() * (COLUMNS - 8))]
    for (let i = 0; i < 64; i++) seeds[(row + (i >> 3)) * COLUMNS + column + (i & 7)] = 0.5
  }
  const [feed, kill] = [0.0545, 0.062]
  let v = ops.fromData(seeds, [ROWS, COLUMNS])
  let u = ops.subtract(1, v)
  const began = performance.now()
  for (let step = 0; step < size; step++) {
    const eaten = u.multiply(v).multiply(v)
    const nextU = u.add(spread(u)).subtract(eaten).add(ops.subtract(1, u).multiply(feed))
    const nextV = v
      .add(spread(v).multiply(0.5))
      .add(eaten)
      .subtract(v.multiply(feed + kill))
    ;[u, v] = [nextU, nextV]
    if (step % STEPS_A_PICTURE !== 0 && step !== size - 1) continue
    const rate = Math.round((step + 1) / ((performance.now() - began) / 1000))
    const text = `step ${(step + 1).toLocaleString('en')}, ${rate.toLocaleString('en')} a second`
    await report(step + 1, size, text, () => heatmap(v, 0.02, 0.36))
  }
  return `${size.toLocaleString('en')} steps on ${COLUMNS} × ${ROWS} cells`
}

/** @type {{ readonly [name: string]: { readonly run: Job, readonly size: number } }} */
exports.jobs = {
  sort: { run: sort, size: 10_000_000 },
  multiply: { run: multiply, size: 1500 },
  pattern: { run: pattern, size: 12_000 },
}
