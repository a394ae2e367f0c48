/** Files of NumPy's with bytes changed, cut out, doubled and swapped: a tensor or a coded error, and no memory lost. */

import { fail, ok } from 'node:assert'
import { join } from 'node:path'
import { isCoded, ndops, root } from '../support/ndops'
import { type Random, seeded } from '../support/random'
import { FILES } from './files'

const { directoryOf, localHeader } = require(join(root(), 'dist/io/zip.js')) as typeof import('../../lib/io/zip')
const { crc32 } = require(join(root(), 'dist/io/crc.js')) as typeof import('../../lib/io/crc')

/** Some thousands of cases by default; NDOPS_FUZZ says how many. */
const CASES = Number(process.env.NDOPS_FUZZ ?? 10_000)

const TOKENS = [
  '-1',
  '0',
  '9999999999',
  '18446744073709551616',
  '(',
  ')',
  ',',
  "'",
  '<',
  '>',
  'O',
  'True',
  '{',
  '\0',
  'L',
]
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff]

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let out = Buffer.from(bytes)
  const place = (n = out.length): number => Math.floor(random() * n)
  for (let changes = 1 + place(4); changes > 0; changes--) {
    const at = place()
    const kind = place(7)
    if (kind === 0) out[at] = place(256)
    else if (kind === 1) out.fill(NUMBERS[place(NUMBERS.length)] as number, at, Math.min(out.length, at + 1 + place(8)))
    else if (kind === 2) out = Buffer.from(out.subarray(0, at))
    else if (kind === 3) out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + place(20))])
    else if (kind === 4) out = Buffer.concat([out.subarray(0, at), out.subarray(place(), place()), out.subarray(at)])
    else if (kind === 5) {
      // A word of the header's language, over what is there.
      const token = Buffer.from(TOKENS[place(TOKENS.length)] as string)
      token.copy(out, place(Math.min(out.length, 140)))
    } else out.writeUInt8((out[at] ?? 0) ^ (1 << place(8)), Math.min(at, Math.max(0, out.length - 1)))
    if (out.length === 0) break
  }
  return out
}

/** An archive whose frame is right, whatever its entry is. */
function archived(bytes: Uint8Array): Uint8Array {
  const entry = { name: 'x.npy', method: 0, crc: crc32(bytes), packed: bytes.length, size: bytes.length, offset: 0 }
  const header = localHeader(entry)
  return Buffer.concat([header, bytes, directoryOf([entry], header.length + bytes.length)])
}

describe('io/fuzz @fuzz', () => {
  it(`meets ${CASES} damaged files`, function () {
    this.timeout(0)
    const seed = process.env.NDOPS_FUZZ_SEED ?? 'fuzz'
    const random = seeded(seed)
    const before = ndops.memory().live
    const buffers = process.memoryUsage().arrayBuffers
    let read = 0
    for (let i = 0; i < CASES; i++) {
      const source = FILES[Math.floor(random() * FILES.length)] as (typeof FILES)[number]
      const bytes = mutated(source.bytes, random)
      const zip = source.name.endsWith('.npz')
      try {
        const found = zip
          ? Object.values(ndops.loadNpz(bytes))
          : random() < 0.3
            ? Object.values(ndops.loadNpz(archived(bytes)))
            : [ndops.fromNpy(bytes)]
        for (const tensor of found) {
          ok(tensor.nbytes <= 1100 * bytes.length)
          tensor.toArray()
          tensor.dispose()
        }
        read++
      } catch (error) {
        if (!isCoded(error)) fail(`case ${i} of seed '${seed}' (${source.name}): ${String(error)}`)
      }
    }
    // Some changes do no harm; most do.
    ok(read > CASES / 50 && read < CASES / 2, `${read} of ${CASES} were read`)
    ok(ndops.memory().live - before < 4_000_000)
    ok(process.memoryUsage().arrayBuffers - buffers < 100_000_000)
  })
})
