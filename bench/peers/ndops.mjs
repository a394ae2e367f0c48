// ndops itself; the argument is the folder of the build.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { elements, sampled, serve } from './serve.mjs'

const folder = path.resolve(process.argv[2] ?? '.')
const ops = createRequire(import.meta.url)(path.join(folder, 'dist/index.js'))
const { version, cpuLevel, blas, threads } = ops.buildInfo()

const functions = {
  constant: () => 1,
  double: (x) => ops.add(x, x),
  accumulate: (_, x) => ops.add(x, 1),
  belowFour: (i) => i < 4,
  step: (i, x) => [i + 1, ops.add(x, 1)],
}

const release = (result) => {
  if (Array.isArray(result)) for (const x of result) release(x)
  else if (result instanceof ops.Tensor) result.dispose()
  else if (typeof result === 'object' && result !== null) for (const x of Object.values(result)) release(x)
}

const status = (field) =>
  1024 * Number(new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1])

await serve({
  about: `ndops ${version} (${cpuLevel}, ${threads ?? ops.numThreads()} threads, ${typeof blas === 'string' ? blas : JSON.stringify(blas)})`,
  tensor: (operand) => {
    const t = ops.fromData(elements(operand), operand.shape, operand.dtype)
    return operand.transposed ? ops.transpose(t) : t
  },
  bind: ({ op }, args, named) => {
    const f = ops[op]
    if (f === undefined) return 'no such op'
    const given = args.map((x) => (x !== null && typeof x === 'object' && 'function' in x ? functions[x.function] : x))
    if (named) given.push(named)
    // Small numbers of arguments are called as a user writes them.
    const [a, b, c] = given
    if (given.length === 1) return () => f(a)
    if (given.length === 2) return () => f(a, b)
    if (given.length === 3) return () => f(a, b, c)
    return () => f(...given)
  },
  release,
  drop: release,
  /** How far the process grew at the peak of one call, and how much of that its result is. */
  memory: (run) => {
    // What the operands were read from is no part of it.
    globalThis.gc?.()
    ops.trimMemory()
    // From here on the kernel counts the peak anew.
    writeFileSync('/proc/self/clear_refs', '5')
    const [resident, live] = [status('VmRSS'), ops.memory().live]
    const result = run()
    const reply = { grown: status('VmHWM') - resident, result: ops.memory().live - live }
    release(result)
    return reply
  },
  look: (result) => {
    const first = Array.isArray(result) ? result[0] : result
    if (!(first instanceof ops.Tensor)) return {}
    const seen = { dtype: first.dtype }
    if (first.dtype.startsWith('float')) seen.sample = sampled(ops.cast(first, 'float32').data)
    release(result)
    return seen
  },
})
