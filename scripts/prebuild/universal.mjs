// A universal Mach-O file, as `lipo -create` makes it: a header in big-endian order, then the files for each processor.
import { readFileSync, writeFileSync } from 'node:fs'

const MACHO = 0xfeedfacf
const FAT = 0xcafebabe
// Apple's pages: 16 KiB on arm64.
const ALIGN = 14

/** Joins thin Mach-O files, given as buffers. */
export function universal(thin) {
  const page = 1 << ALIGN
  const up = (at) => Math.ceil(at / page) * page
  const header = Buffer.alloc(8 + 20 * thin.length)
  header.writeUInt32BE(FAT, 0)
  header.writeUInt32BE(thin.length, 4)
  let end = header.length
  const places = thin.map((file, i) => {
    if (file.readUInt32LE(0) !== MACHO) throw new TypeError('a 64-bit Mach-O file is needed')
    const at = up(end)
    end = at + file.length
    const entry = [file.readUInt32LE(4), file.readUInt32LE(8), at, file.length, ALIGN]
    for (const [k, value] of entry.entries()) header.writeUInt32BE(value, 8 + 20 * i + 4 * k)
    return at
  })
  const out = Buffer.alloc(end)
  header.copy(out)
  for (const [i, at] of places.entries()) thin[i].copy(out, at)
  return out
}

export const joinFiles = (from, to) =>
  writeFileSync(to, universal(from.map((file) => readFileSync(file))), { mode: 0o755 })
