// The operands of the cases as files of raw elements, the same for all sides.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as ops from 'ndops'
import type { Call, Operand } from './cases'

/** An operand as the adapters get it. */
export interface OperandFile extends Operand {
  readonly file: string
}

const folder = join(tmpdir(), `ndops-bench-${process.pid}`)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A seeded sequence in [0, 1), of 32 bits (xorshift). */
function fill(out: Float64Array | Float32Array, seed: number, low: number, high: number): void {
  let state = seed | 1
  const scale = (high - low) / 2 ** 32
  for (let i = 0; i < out.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    out[i] = low + (state >>> 0) * scale
  }
}

function elements({ dtype, shape, values }: Operand, seed: number): ArrayBufferView {
  const size = shape.reduce((a, b) => a * b, 1)
  // Integers are drawn in float64: float32 would round some up to the bound.
  const wide = dtype === 'float64' || typeof values === 'object'
  const drawn = wide ? new Float64Array(size) : new Float32Array(size)
  if (typeof values === 'object') fill(drawn, seed, 0, values.below)
  else fill(drawn, seed, values === 'signed' ? -1 : 0.05, values === 'mask' ? 2 : 1)
  if (values === 'sorted') drawn.sort()
  if (typeof values === 'object' || values === 'mask')
    for (let i = 0; i < size; i++) drawn[i] = Math.floor(drawn[i] as number)
  return ops.cast(ops.fromData(drawn), dtype as 'float32').data as ArrayBufferView
}

function written(operand: Operand, place: number): OperandFile {
  const key = createHash('sha256')
    .update(JSON.stringify([operand, place]))
    .digest('hex')
    .slice(0, 16)
  const file = join(folder, key)
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    const data = elements(operand, 77_777 + place)
    writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return { ...operand, file }
}

/** The call with files in the operands' places. Operands alike in several places differ in their values. */
export function withFiles(call: Call): Call {
  let place = 0
  const visit = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(visit)
    if (typeof x !== 'object' || x === null) return x
    if ('dtype' in x) return written(x as Operand, place++)
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, visit(value)]))
  }
  const named = call.named && (visit(call.named) as { [name: string]: unknown })
  return { op: call.op, args: call.args.map(visit), ...(named && { named }) }
}

/** Frees the files' space: large cases have none in common. */
export function forget(): void {
  rmSync(folder, { recursive: true, force: true })
}
