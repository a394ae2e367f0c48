// The protocol's JavaScript side: lines of JSON in, lines of JSON out.
//   {prepare: call} -> {dtype, sample} | {no: reason}      {time: seconds} -> {nanoseconds}
//   {memory: true} -> {grown, result}, bytes: of a side that can tell
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const TYPED = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bfloat16: Uint16Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
}

/** The elements of an operand's file. */
export function elements({ file, dtype }) {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  return new TYPED[dtype](buffer.slice(byteOffset, byteOffset + byteLength))
}

/**
 * Serves an adapter: about, `tensor(operand)`, `bind(call, args, named)` giving a function without arguments or a string that
 * says why there is none, `release(result)`, `look(result)` giving { dtype, sample }, `drop(args)`; and, where it can tell,
 * `memory(run)`.
 */
export async function serve({ about, tensor, bind, release, look, drop, memory }) {
  const say = (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`)
  let run
  let made = []
  const visit = (x) => {
    if (Array.isArray(x)) return x.map(visit)
    if (typeof x !== 'object' || x === null) return x
    if ('file' in x) {
      const t = tensor(x)
      made.push(t)
      return t
    }
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, visit(value)]))
  }
  const prepare = (call) => {
    for (const t of made) drop(t)
    made = []
    run = undefined
    try {
      const bound = bind(call, call.args.map(visit), call.named && visit(call.named))
      if (typeof bound === 'string') return { no: bound }
      const seen = look(bound())
      run = bound
      time(0.02)
      return seen
    } catch (error) {
      return { no: `${error.message}`.slice(0, 200) }
    }
  }
  const time = (seconds) => {
    for (let n = 1; ; n *= 4) {
      const begin = process.hrtime.bigint()
      for (let i = 0; i < n; i++) release(run())
      const took = Number(process.hrtime.bigint() - begin)
      if (took > (seconds / 4) * 1e9) return took / n
    }
  }
  say({ about })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    if (request.prepare) say(prepare(request.prepare))
    else if (request.memory) say(memory(run))
    else
      try {
        say({ nanoseconds: time(request.time) })
      } catch (error) {
        say({ error: `${error.message}` })
      }
    // Finalizers run between requests.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Some elements of a floating result: the same places on every side. */
export function sampled(data) {
  const last = data.length - 1
  return data.length === 0 ? [] : [0, 0.31, 0.5, 0.83, 1].map((part) => Number(data[Math.floor(part * last)]))
}
