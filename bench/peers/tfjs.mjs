// TensorFlow.js on its WebAssembly backend, with SIMD and threads.
import '@tensorflow/tfjs-backend-wasm'
import os from 'node:os'
import * as wasm from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { elements, sampled, serve } from './serve.mjs'

wasm.setThreadsCount(os.availableParallelism())
await tf.setBackend('wasm')
await tf.ready()

const own = {
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  divide: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  power: tf.pow,
  negative: tf.neg,
  abs: tf.abs,
  square: tf.square,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  exp: tf.exp,
  log: tf.log,
  sin: tf.sin,
  cos: tf.cos,
  tan: tf.tan,
  tanh: tf.tanh,
  erf: tf.erf,
  floor: tf.floor,
  ceil: tf.ceil,
  where: tf.where,
  equal: tf.equal,
  less: tf.less,
  greater: tf.greater,
  sum: (x, { axis } = {}) => tf.sum(x, axis),
  mean: (x, { axis } = {}) => tf.mean(x, axis),
  prod: (x, { axis } = {}) => tf.prod(x, axis),
  max: (x, { axis } = {}) => tf.max(x, axis),
  min: (x, { axis } = {}) => tf.min(x, axis),
  argmax: (x, { axis } = {}) => tf.argMax(axis === undefined ? tf.reshape(x, [-1]) : x, axis ?? 0),
  logsumexp: (x, { axis } = {}) => tf.logSumExp(x, axis),
  norm: (x) => tf.norm(x),
  cumsum: (x) => tf.cumsum(x),
  topK: (x, k) => Object.values(tf.topk(x, k)),
  bincount: (x) => tf.bincount(x, tf.tensor1d([]), 1000),
  segmentSum: (x, ids, { numSegments }) => tf.unsortedSegmentSum(x, ids, numSegments),
  take: (x, indices) => tf.gather(x, indices),
  concatenate: (xs, { axis } = {}) => tf.concat(xs, axis),
  matmul: tf.matMul,
  einsum: tf.einsum,
}

const TYPES = { float32: 'float32', int32: 'int32', bool: 'bool' }

await serve({
  about: `tfjs-wasm ${tf.version_core} (${wasm.getThreadsCount()} threads)`,
  tensor: (operand) => {
    const dtype = TYPES[operand.dtype]
    if (dtype === undefined) throw new Error(`no ${operand.dtype}`)
    return { base: tf.tensor(elements(operand), operand.shape, dtype), transposed: operand.transposed === true }
  },
  bind: ({ op }, args, named) => {
    if (op === 'copy') return args[0].transposed ? () => tf.transpose(args[0].base) : 'copies share memory'
    const f = own[op]
    if (f === undefined) return 'no such function'
    // It has no strided views: swapping axes is part of the call.
    const bare = (x) => (Array.isArray(x) ? x.map(bare) : x?.base ? (x.transposed ? tf.transpose(x.base) : x.base) : x)
    return () => tf.tidy(() => f(...args.map(bare), ...(named ? [named] : [])))
  },
  release: (result) => tf.dispose(result),
  drop: (x) => x.base.dispose(),
  look: (result) => {
    const first = Array.isArray(result) ? result[0] : result
    const seen = { dtype: first.dtype }
    if (first.dtype === 'float32') seen.sample = sampled(first.dataSync())
    tf.dispose(result)
    return seen
  },
})
