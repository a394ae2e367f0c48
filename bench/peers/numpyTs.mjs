// numpy-ts: NumPy's names, positional arguments, arrays in WebAssembly's memory.
import { readFileSync } from 'node:fs'
import { elements, sampled, serve } from './serve.mjs'

const np = await import('numpy-ts')
// As much memory as its 32-bit offsets hold, so that no case falls back to slower arrays.
np.configureWasm({ maxMemory: 2 ** 31 - 65536 })
const { version } = JSON.parse(readFileSync(new URL('node_modules/numpy-ts/package.json', import.meta.url), 'utf8'))

const snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
const isArray = (x) => typeof x === 'object' && x !== null && 'storage' in x
const own = {
  cast: (x, dtype) => x.astype(dtype),
  norm: np.linalg.norm,
  // In C's order, as ours.
  copy: (x) => np.ascontiguousarray(x),
}

await serve({
  about: `numpy-ts ${version} (Node ${process.versions.node})`,
  tensor: (operand) => {
    if (operand.dtype === 'bfloat16' || (operand.dtype === 'float16' && !np.hasFloat16))
      throw new Error(`no ${operand.dtype}`)
    const data = elements(operand)
    const flat = np.frombuffer(data.buffer, operand.dtype)
    const x = np.ascontiguousarray(np.reshape(flat, operand.shape))
    return operand.transposed ? np.transpose(x) : x
  },
  bind: ({ op }, args, named = {}) => {
    const f = own[op] ?? np[snake(op)]
    if (typeof f !== 'function') return 'no such function'
    const { axis, axes, ...others } = named
    if (Object.keys(others).length > 0) return `no argument ${Object.keys(others)}`
    const given = [...args, ...(axis === undefined ? [] : [axis]), ...(axes === undefined ? [] : [axes])]
    return () => f(...given)
  },
  release: (result) => {
    for (const x of Array.isArray(result) ? result : [result]) if (isArray(x)) x.dispose()
  },
  drop: (x) => x.dispose(),
  look: (result) => {
    const first = Array.isArray(result) ? result[0] : result
    if (!isArray(first)) return typeof first === 'number' ? { sample: sampled([first]) } : {}
    const seen = { dtype: first.dtype }
    if (first.dtype.startsWith('float')) seen.sample = sampled(np.ravel(first).astype('float64').data)
    first.dispose()
    return seen
  },
})
