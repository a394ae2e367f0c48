// What is measured: the goals, case by case, and every op over sizes. Calls are plain data in Keras's terms, so that each
// peer's adapter can make the same call of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Moving } from './limits'

/** How the elements of an operand are drawn. */
export type Values = 'signed' | 'positive' | 'sorted' | 'mask' | { readonly below: number }

export interface Operand {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly values: Values
  /** Seen through swapped axes: the shape given is that of the memory. */
  readonly transposed?: true
}

export interface Call {
  readonly op: string
  readonly args: readonly unknown[]
  readonly named?: { readonly [name: string]: unknown }
}

export interface Case extends Call {
  readonly name: string
  /** The op's size and dtype, where the case is one of a series. */
  readonly n?: number
  readonly dtype?: string
  /** How many times as fast as the best peer: what must be, and what is aimed at. */
  readonly must?: number
  readonly aim?: number
  /** The whole traffic in bytes, where memory bounds it, and what it is. */
  readonly bytes?: number
  readonly moving?: Moving
}

const operand = (dtype: string, shape: readonly number[], values: Values = 'signed'): Operand => ({
  dtype,
  shape,
  values,
})
const f32 = (...shape: number[]): Operand => operand('float32', shape)
const positive = (...shape: number[]): Operand => operand('float32', shape, 'positive')
const indices = (below: number, ...shape: number[]): Operand => operand('int32', shape, { below })

const M = 1_000_000
const M16 = 16_000_000

type Named = { readonly [name: string]: unknown }

function goal(name: string, must: number, aim: number, op: string, args: readonly unknown[], named?: Named): Case {
  return { name, must, aim, op, args, ...(named && { named }) }
}

const bound = (bytes: number, one: Case): Case => ({ ...one, bytes })

/** The cases that speed is judged by. */
export const goals: readonly Case[] = [
  goal('add f32 10', 2, 4, 'add', [f32(10), f32(10)]),
  goal('sum f32 10', 1.2, 2, 'sum', [f32(10)]),
  bound(12 * M, goal('add f32 1M', 1.2, 1.7, 'add', [f32(M), f32(M)])),
  bound(12 * M16, goal('add f32 16M', 1.1, 1.5, 'add', [f32(M16), f32(M16)])),
  bound(8 * M16, goal('add 4k x 4k + row', 1.2, 1.6, 'add', [f32(4000, 4000), f32(4000)])),
  goal('a + b.T 4k', 2, 4, 'add', [f32(4000, 4000), { ...f32(4000, 4000), transposed: true }]),
  goal('exp f32 1M', 1.1, 1.5, 'exp', [f32(M)]),
  goal('log f32 1M', 1.1, 1.6, 'log', [positive(M)]),
  goal('sin f64 1M', 4, 7, 'sin', [operand('float64', [M])]),
  goal('tanh f32 1M', 1.2, 1.5, 'tanh', [f32(M)]),
  goal('power f32 1M', 1.5, 2.3, 'power', [positive(M), f32(M)]),
  goal('erf f32 1M', 1.1, 1.5, 'erf', [f32(M)]),
  goal('where f32 1M', 1, 1.5, 'where', [operand('bool', [M], 'mask'), f32(M), f32(M)]),
  bound(4 * M16, goal('sum f32 16M', 0.9, 1, 'sum', [f32(M16)])),
  bound(4 * M16, goal('sum axis 0 4k', 1.2, 1.6, 'sum', [f32(4000, 4000)], { axis: 0 })),
  bound(4 * M16, goal('sum axis 1 4k', 0.9, 1, 'sum', [f32(4000, 4000)], { axis: 1 })),
  bound(4 * M16, goal('max f32 16M', 1, 1.2, 'max', [f32(M16)])),
  bound(4 * M16, goal('argmax axis 1 4k', 1.4, 1.8, 'argmax', [f32(4000, 4000)], { axis: 1 })),
  bound(4 * M16, goal('std axis 0 4k', 1.5, 3, 'std', [f32(4000, 4000)], { axis: 0 })),
  goal('cumsum f32 1M', 3, 8, 'cumsum', [f32(M)]),
  goal('logsumexp 4k axis 1', 1.2, 1.7, 'logsumexp', [f32(4000, 4000)], { axis: 1 }),
  bound(4 * M16, goal('norm f32 16M', 0.95, 1.05, 'norm', [f32(M16)])),
  goal('sort f32 1M', 1.2, 1.7, 'sort', [f32(M)]),
  goal('sort f64 1M', 1.2, 1.6, 'sort', [operand('float64', [M])]),
  goal('sort i64 1M', 1.2, 1.6, 'sort', [operand('int64', [M], { below: 1e9 })]),
  goal('sort 1k x 1k axis 1', 1.3, 1.8, 'sort', [f32(1000, 1000)], { axis: 1 }),
  goal('sort 1k x 1k axis 0', 8, 12, 'sort', [f32(1000, 1000)], { axis: 0 }),
  goal('argsort f32 1M', 2.5, 4, 'argsort', [f32(M)]),
  goal('median f32 1M', 5, 8, 'median', [f32(M)]),
  goal('quantile 1k x 1k axis 1', 6, 10, 'quantile', [f32(1000, 1000), 0.3], { axis: 1 }),
  goal('topK f32 1M k=10', 4, 8, 'topK', [f32(M), 10]),
  goal('bincount i32 1M', 1.1, 1.5, 'bincount', [indices(1000, M)]),
  goal('digitize f32 1M / 100', 5, 8, 'digitize', [positive(M), operand('float32', [100], 'sorted')]),
  goal('segmentSum f32 1M / 1000', 3, 6, 'segmentSum', [f32(M), indices(1000, M)], { numSegments: 1000 }),
  goal('take f32 1M', 1, 1.5, 'take', [f32(M), indices(M, M)]),
  bound(8 * M16, goal('transpose copy 4k', 2.5, 4, 'copy', [{ ...f32(4000, 4000), transposed: true }])),
  bound(
    16 * M16,
    goal('concatenate 4k axis 1', 1.2, 1.6, 'concatenate', [[f32(4000, 4000), f32(4000, 4000)]], { axis: 1 }),
  ),
  goal('matmul f32 1024', 0.9, 1, 'matmul', [f32(1024, 1024), f32(1024, 1024)]),
  goal('matmul f64 1024', 0.8, 0.95, 'matmul', [operand('float64', [1024, 1024]), operand('float64', [1024, 1024])]),
  goal('matmul f32 64', 0.9, 1, 'matmul', [f32(64, 64), f32(64, 64)]),
  goal('matmul f32 64 x 128 x 128', 1.2, 1.4, 'matmul', [f32(64, 128, 128), f32(64, 128, 128)]),
  goal('matmul i32 256', 0.8, 1.3, 'matmul', [indices(100, 256, 256), indices(100, 256, 256)]),
  goal('einsum bhqk f32', 0.75, 1, 'einsum', ['bqhd,bkhd->bhqk', f32(4, 64, 8, 64), f32(4, 64, 8, 64)]),
  goal('tensordot 3-d f32', 0.9, 1.05, 'tensordot', [f32(64, 64, 128), f32(128, 64, 64)], {
    axes: [
      [1, 2],
      [1, 0],
    ],
  }),
  goal('add f16 1M', 3, 8, 'add', [operand('float16', [M]), operand('float16', [M])]),
  goal('add bf16 1M', 3, 8, 'add', [operand('bfloat16', [M]), operand('bfloat16', [M])]),
  goal('exp f16 1M', 1.1, 1.5, 'exp', [operand('float16', [M])]),
  goal('cast f32 to f16 1M', 3, 8, 'cast', [f32(M), 'float16']),
  goal('cast f32 to bf16 1M', 3, 8, 'cast', [f32(M), 'bfloat16']),
  goal('cast f16 to f32 1M', 3, 8, 'cast', [operand('float16', [M]), 'float32']),
]

const root = (n: number): number => Math.max(1, Math.round(Math.sqrt(n)))
const square = (n: number): Operand => f32(root(n), root(n))

/** Ops that fit no pattern, as a call of about n elements. */
const own: { readonly [op: string]: (n: number) => Omit<Call, 'op'> } = {
  cond: () => ({ args: [true, { function: 'constant' }, { function: 'constant' }] }),
  foriLoop: (n) => ({ args: [0, 4, { function: 'accumulate' }, f32(n)] }),
  whileLoop: (n) => ({ args: [{ function: 'belowFour' }, { function: 'step' }, [0, f32(n)]] }),
  vectorizedMap: (n) => ({ args: [{ function: 'double' }, f32(4, Math.ceil(n / 4))] }),
  stopGradient: (n) => ({ args: [f32(n)] }),
  arange: (n) => ({ args: [n] }),
  linspace: (n) => ({ args: [0, 1, n] }),
  logspace: (n) => ({ args: [0, 1, n] }),
  meshgrid: (n) => ({ args: [f32(root(n)), f32(root(n))] }),
  array: (n) => ({ args: [f32(n)] }),
  convertToTensor: (n) => ({ args: [f32(n)] }),
  convertToNumpy: (n) => ({ args: [f32(n)] }),
  isTensor: (n) => ({ args: [f32(n)] }),
  ndim: (n) => ({ args: [f32(n)] }),
  shape: (n) => ({ args: [f32(n)] }),
  size: (n) => ({ args: [f32(n)] }),
  empty: (n) => ({ args: [[n]] }),
  ones: (n) => ({ args: [[n]] }),
  zeros: (n) => ({ args: [[n]] }),
  full: (n) => ({ args: [[n], 2.5] }),
  fullLike: (n) => ({ args: [f32(n), 2.5] }),
  onesLike: (n) => ({ args: [f32(n)] }),
  zerosLike: (n) => ({ args: [f32(n)] }),
  eye: (n) => ({ args: [root(n)] }),
  identity: (n) => ({ args: [root(n)] }),
  tri: (n) => ({ args: [root(n)] }),
  cast: (n) => ({ args: [f32(n), 'int32'] }),
  clip: (n) => ({ args: [f32(n), -0.5, 0.5] }),
  nanToNum: (n) => ({ args: [f32(n)] }),
  round: (n) => ({ args: [f32(n), 2] }),
  where: (n) => ({ args: [operand('bool', [n], 'mask'), f32(n), f32(n)] }),
  getItem: (n) => ({ args: [f32(n), indices(n, n)] }),
  nonzero: (n) => ({ args: [operand('int32', [n], { below: 2 })] }),
  slice: (n) => ({ args: [f32(n), [0], [Math.ceil(n / 2)]] }),
  sliceUpdate: (n) => ({ args: [f32(n), [0], f32(Math.ceil(n / 2))] }),
  take: (n) => ({ args: [f32(n), indices(n, n)] }),
  takeAlongAxis: (n) => ({ args: [square(n), indices(root(n), root(n), root(n)), 1] }),
  scatter: (n) => ({ args: [indices(n, n, 1), f32(n), [n]] }),
  scatterUpdate: (n) => ({ args: [f32(n), indices(n, n, 1), f32(n)] }),
  segmentSum: (n) => ({ args: [f32(n), indices(root(n), n)], named: { numSegments: root(n) } }),
  segmentMax: (n) => ({ args: [f32(n), indices(root(n), n)], named: { numSegments: root(n) } }),
  cross: (n) => ({ args: [f32(Math.ceil(n / 3), 3), f32(Math.ceil(n / 3), 3)] }),
  dot: (n) => ({ args: [f32(n), f32(n)] }),
  vdot: (n) => ({ args: [f32(n), f32(n)] }),
  matmul: (n) => ({ args: [square(n), square(n)] }),
  outer: (n) => ({ args: [f32(root(n)), f32(root(n))] }),
  tensordot: (n) => ({ args: [square(n), square(n)], named: { axes: 1 } }),
  einsum: (n) => ({ args: ['ij,jk->ik', square(n), square(n)] }),
  trace: (n) => ({ args: [square(n)] }),
  norm: (n) => ({ args: [f32(n)] }),
  average: (n) => ({ args: [f32(n)], named: { weights: positive(n) } }),
  broadcastTo: (n) => ({ args: [f32(root(n)), [root(n), root(n)]] }),
  expandDims: (n) => ({ args: [f32(n), 0] }),
  moveaxis: (n) => ({ args: [square(n), 0, 1] }),
  swapaxes: (n) => ({ args: [square(n), 0, 1] }),
  transpose: (n) => ({ args: [square(n)] }),
  ravel: (n) => ({ args: [square(n)] }),
  reshape: (n) => ({ args: [f32(2 * Math.ceil(n / 2)), [2, -1]] }),
  squeeze: (n) => ({ args: [f32(1, n)] }),
  append: (n) => ({ args: [f32(n), f32(n)] }),
  concatenate: (n) => ({ args: [[f32(n), f32(n)]] }),
  stack: (n) => ({ args: [[f32(n), f32(n)]] }),
  hstack: (n) => ({ args: [[f32(n), f32(n)]] }),
  vstack: (n) => ({ args: [[f32(n), f32(n)]] }),
  split: (n) => ({ args: [f32(2 * Math.ceil(n / 2)), 2] }),
  unstack: (n) => ({ args: [f32(2, Math.ceil(n / 2))] }),
  copy: (n) => ({ args: [f32(n)] }),
  diff: (n) => ({ args: [f32(n)] }),
  flip: (n) => ({ args: [f32(n)] }),
  pad: (n) => ({ args: [square(n), 1] }),
  repeat: (n) => ({ args: [f32(Math.ceil(n / 2)), 2] }),
  roll: (n) => ({ args: [f32(n), 3] }),
  tile: (n) => ({ args: [f32(Math.ceil(n / 2)), 2] }),
  extractSequences: (n) => ({ args: [f32(Math.max(8, Math.ceil(n / 2))), 4, 2] }),
  diag: (n) => ({ args: [f32(root(n))] }),
  diagonal: (n) => ({ args: [square(n)] }),
  tril: (n) => ({ args: [square(n)] }),
  triu: (n) => ({ args: [square(n)] }),
  sort: (n) => ({ args: [f32(n)] }),
  argsort: (n) => ({ args: [f32(n)] }),
  median: (n) => ({ args: [f32(n)] }),
  quantile: (n) => ({ args: [f32(n), 0.3] }),
  topK: (n) => ({ args: [f32(n), Math.min(n, 10)] }),
  inTopK: (n) => ({ args: [indices(10, Math.ceil(n / 10)), f32(Math.ceil(n / 10), 10), 3] }),
  bincount: (n) => ({ args: [indices(1000, n)] }),
  digitize: (n) => ({ args: [positive(n), operand('float32', [100], 'sorted')] }),
  cumsum: (n) => ({ args: [f32(n)] }),
  cumprod: (n) => ({ args: [f32(n)] }),
}

/** The patterns' calls: the record's fixture says which pattern an op is of. */
const patterns: { readonly [kind: string]: (dtype: string, n: number) => Omit<Call, 'op'> } = {
  unary: (dtype, n) => ({ args: [operand(dtype, [n], 'positive')] }),
  binary: (dtype, n) => ({ args: [operand(dtype, [n], 'positive'), operand(dtype, [n], 'positive')] }),
  reduce: (dtype, n) => ({ args: [operand(dtype, [n])] }),
}

/** The kind of each op's fixture. */
const kinds: ReadonlyMap<string, string> = (() => {
  const folder = join(process.cwd(), 'test/fixtures')
  return new Map(
    readdirSync(folder).flatMap((family) =>
      readdirSync(join(folder, family))
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const { op, kind } = JSON.parse(readFileSync(join(folder, family, file), 'utf8')) as {
            op: string
            kind: string
          }
          return [op, kind] as const
        }),
    ),
  )
})()

export const hasCase = (op: string): boolean => op in own || (kinds.get(op) ?? '') in patterns

/** The call with another dtype in its float32 operands' place. */
function retyped(x: unknown, dtype: string): unknown {
  if (Array.isArray(x)) return x.map((entry) => retyped(entry, dtype))
  if (typeof x !== 'object' || x === null || !('dtype' in x)) return x
  if (x.dtype !== 'float32') return x
  // Fractions would all become 0.
  return dtype.includes('int') ? { ...x, dtype, values: { below: 1e6 } } : { ...x, dtype }
}

/** The call of an op with about n elements; an op without one is an error. */
function callOf(op: string, n: number, dtype: string): Call {
  const made = own[op]?.(n) ?? patterns[kinds.get(op) ?? '']?.(dtype, n)
  if (made === undefined) throw new Error(`no benchmark of ${op}: add a line in bench/cases.ts`)
  return { op, ...made, args: made.args.map((x) => retyped(x, dtype)) }
}

const series = (op: string, n: number, dtype: string): Case => ({
  ...callOf(op, n, dtype),
  name: `${op} ${n} ${dtype}`,
  n,
  dtype,
})

/** Every op, over sizes; `dtypeOf` says in which dtype. */
export const sizes = (ops: readonly string[], dtypeOf: (op: string) => string): Case[] =>
  ops.flatMap((op) => [10, 1000, 100_000, 1_000_000, 16_000_000].map((n) => series(op, n, dtypeOf(op))))

/** Ops that stand for their families, in the pictures and where the cost is followed as the work grows. */
export const typical = ['add', 'exp', 'where', 'sum', 'std', 'cumsum', 'sort', 'argsort', 'take', 'matmul']

/** Bytes an element that a typical op moves, where memory bounds it at last. */
const traffic: { readonly [op: string]: readonly [bytes: number, moving: Moving] } = {
  add: [12, 'copying'],
  exp: [8, 'copying'],
  where: [13, 'copying'],
  sum: [4, 'reading'],
  std: [4, 'reading'],
  cumsum: [8, 'copying'],
}

/** The pictures: time against size, every peer. */
export const curves = (): Case[] =>
  typical.flatMap((op) =>
    [10, 100, 1000, 10_000, 100_000, 1_000_000, ...(op === 'matmul' ? [4_000_000] : [10_000_000])].map((n) => {
      const [bytes, moving] = traffic[op] ?? []
      return { ...series(op, n, 'float32'), ...(bytes && moving && { bytes: bytes * n, moving }) }
    }),
  )

/** What more threads bring, in the caches and past them. */
export const scaling = (): Case[] =>
  typical.flatMap((op) =>
    (op === 'matmul' ? [1_000_000] : [1_000_000, 16_000_000]).map((n) => series(op, n, 'float32')),
  )

/** The cost of an element from ten to a hundred million. */
export const growth = (): Case[] =>
  typical
    .filter((op) => op !== 'matmul')
    .flatMap((op) =>
      ['float32', 'float64', 'int32', 'int64', 'float16'].flatMap((dtype) =>
        [1, 2, 3, 4, 5, 6, 7, 8].map((digits) => series(op, 10 ** digits, dtype)),
      ),
    )
