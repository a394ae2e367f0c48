/** Prints the CPU level and a digest of results that are promised to have the same bits on every level. */

import { createHash } from 'node:crypto'
import { DTYPES, type DType } from './dtypes'
import { exported, isCoded, ndops, type Tensor } from './ndops'
import { drawn, seeded, signedSmallAndLarge } from './random'

/** Reductions, scans and exactly rounded arithmetic; elementwise math is promised per level only. */
const PROMISED = [
  'add',
  'vdot',
  'multiply',
  'divide',
  'sqrt',
  'sum',
  'prod',
  'mean',
  'var',
  'std',
  'average',
  'logsumexp',
  'max',
  'min',
  'argmax',
  'argmin',
  'any',
  'countNonzero',
  'cumsum',
  'cumprod',
  'norm',
  'segmentSum',
  'segmentMax',
]
const BINARY = ['add', 'vdot', 'multiply', 'divide']
const SHAPES = [[1], [7], [1000], [3, 257], [129, 67], [2, 3, 500], [140_001]]

/** A NaN is a NaN, whatever its sign and payload: that of sqrt(-1) is negative on x64 and positive on arm64. */
function oneNaN(bits: Tensor['data'], dtype: string): void {
  const infinity = dtype === 'float16' ? 0x7c00 : dtype === 'bfloat16' ? 0x7f80 : undefined
  bits.forEach((x, i) => {
    if (Number.isNaN(x)) bits[i] = Number.NaN
    if (infinity !== undefined && (Number(x) & 0x7fff) > infinity) bits[i] = 0x7fff
  })
}

const hash = createHash('sha256')
const random = seeded('levels')
for (const dtype of DTYPES)
  for (const shape of SHAPES) {
    const size = shape.reduce((a, b) => a * b, 1)
    const x = ndops.fromData(drawn(signedSmallAndLarge, random, dtype as DType, size), shape, dtype)
    const ids = Int32Array.from({ length: shape[0] as number }, (_, i) => (i * 7919) % 1013)
    for (const name of PROMISED) {
      const call = exported(name)
      // Complex roots are rounded more than once.
      if (call === undefined || (name === 'sqrt' && dtype.startsWith('complex'))) continue
      for (const args of BINARY.includes(name)
        ? [[x, x]]
        : ['sqrt', 'norm'].includes(name)
          ? [[x]]
          : name.startsWith('segment')
            ? [
                [x, ids],
                [x, ids, Math.ceil((5000 * (shape[0] as number)) / size)],
              ]
            : [[x], [x, 0], [x, -1]]) {
        try {
          const { data, dtype: made } = call(...args) as Tensor
          const bits = data.slice()
          oneNaN(bits, made)
          hash.update(new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength))
        } catch (error) {
          if (!isCoded(error)) throw error
        }
      }
    }
  }
const bincount = exported('bincount')
if (bincount !== undefined) {
  const x = Int32Array.from({ length: 300_001 }, () => Math.floor(random() * 500))
  const weights = Float64Array.from(x, () => random() - 0.3)
  hash.update((bincount(x, weights) as Tensor).data as Float64Array)
}
process.stdout.write(`${ndops.buildInfo().cpuLevel} ${hash.digest('hex')}\n`)
