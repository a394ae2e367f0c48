/** The part of the zip format that .npz files are made of: stored and deflated entries, zip64, CRC checked. */

import { kindOf, type NdopsError, rangeError } from '../core/errors'
import type { Source, Steps } from './steps'

/** An entry as the central directory names it. */
export interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  /** Bytes in the archive, and of the file itself. */
  readonly packed: number
  readonly size: number
  /** Where its local header begins. */
  readonly offset: number
}

export const STORED = 0
export const DEFLATED = 8

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const LONG = 0xffffffff
const SHORT = 0xffff
/** Python writes sizes and numbers past these in their zip64 fields. */
const MOST_32 = 2 ** 31 - 1
const END_BYTES = 22
const UTF8 = 0x800

const fault = (op: string, what: string): NdopsError => rangeError(op, 'FORMAT', `the .npz file is malformed: ${what}`)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** An eight-byte number that counts bytes of a file. */
function long(op: string, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(value)) throw fault(op, 'a number of 64 bits is larger than a file can be')
  return value
}

function* reading(op: string, source: Source, position: number, length: number): Steps<DataView> {
  if (position < 0 || length < 0 || position + length > source.size)
    throw fault(op, `bytes ${position} to ${position + length} are outside its ${source.size}`)
  return viewOf(yield* source.read(position, length))
}

interface Directory {
  readonly entries: number
  readonly offset: number
  readonly size: number
}

/** Finds the central directory by the record at the end. */
function* findDirectory(op: string, source: Source): Steps<Directory> {
  const length = Math.min(source.size, END_BYTES + SHORT)
  const tail = yield* reading(op, source, source.size - length, length)
  let at = length - END_BYTES
  while (at >= 0 && (tail.getUint32(at, true) !== END || tail.getUint16(at + 20, true) !== length - at - END_BYTES))
    at--
  if (at < 0) throw rangeError(op, 'FORMAT', 'this is no .npz file: it has no end record of a zip archive')
  const end = source.size - length + at
  const found: Directory = {
    entries: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  }
  const disks = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)]
  // Python writes and heeds the zip64 record also where the short fields would do.
  const locator = end >= 20 ? yield* reading(op, source, end - 20, 20) : undefined
  if (locator?.getUint32(0, true) !== LOCATOR_64) {
    if (disks.some((disk) => disk !== 0)) throw fault(op, 'archives in several parts are not read')
    return checkDirectory(op, found, end)
  }
  const place = long(op, locator, 8)
  const record = yield* reading(op, source, place, 56)
  if (record.getUint32(0, true) !== END_64) throw fault(op, 'its zip64 end record is missing')
  if (record.getUint32(16, true) !== 0 || record.getUint32(20, true) !== 0)
    throw fault(op, 'archives in several parts are not read')
  const large: Directory = { entries: long(op, record, 32), size: long(op, record, 40), offset: long(op, record, 48) }
  return checkDirectory(op, large, place)
}

function checkDirectory(op: string, directory: Directory, end: number): Directory {
  const { entries, offset, size } = directory
  if (offset + size > end || entries * 46 > size) throw fault(op, 'its directory does not fit into it')
  return directory
}

/** The zip64 field of an entry: the numbers that did not fit, in this order. */
function widen(op: string, extra: DataView, short: readonly number[]): number[] {
  if (!short.includes(LONG)) return [...short]
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const [id, length] = [extra.getUint16(at, true), extra.getUint16(at + 2, true)]
    at += 4
    if (at + length > extra.byteLength) break
    if (id === 1) {
      let next = at
      return short.map((n) => {
        if (n !== LONG) return n
        if (next + 8 > at + length) throw fault(op, 'an entry lacks its size')
        next += 8
        return long(op, extra, next - 8)
      })
    }
    at += length
  }
  throw fault(op, 'an entry lacks its size')
}

const decode = (bytes: Uint8Array, utf8: boolean): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(utf8 ? 'utf8' : 'latin1')

const part = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length)

/** The entries of an archive, each inside it and none over another: what shares bytes is a bomb. */
export function* readDirectory(op: string, source: Source): Steps<Entry[]> {
  const directory = yield* findDirectory(op, source)
  const view = yield* reading(op, source, directory.offset, directory.size)
  const entries: Entry[] = []
  let at = 0
  for (let i = 0; i < directory.entries; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw fault(op, 'its directory is broken')
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
    const lengths = [28, 30, 32].map((k) => view.getUint16(at + k, true)) as [number, number, number]
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2]
    if (next > view.byteLength) throw fault(op, 'its directory is broken')
    const name = decode(part(view, at + 46, lengths[0]), (flags & UTF8) !== 0)
    const short = [24, 20, 42].map((k) => view.getUint32(at + k, true))
    const extra = viewOf(part(view, at + 46 + lengths[0], lengths[1]))
    const [size, packed, offset] = widen(op, extra, short) as [number, number, number]
    if ((flags & 0x41) !== 0) throw fault(op, `entry ${kindOf(name)} is encrypted`)
    entries.push({ name, method, crc: view.getUint32(at + 16, true), packed, size, offset })
    at = next
  }
  const order = [...entries].sort((a, b) => a.offset - b.offset)
  order.forEach((entry, i) => {
    const limit = order[i + 1]?.offset ?? directory.offset
    if (entry.offset + 30 + entry.packed > limit) throw fault(op, `entry ${kindOf(entry.name)} runs into another`)
  })
  return entries
}

/** How far deflate can pack: what claims more is a lie. */
const MOST_PACKED = 1032

/** Where the bytes of an entry begin, its local header checked. */
export function* dataOf(op: string, source: Source, entry: Entry): Steps<number> {
  const { name, method, packed, size, offset } = entry
  const fixed = yield* reading(op, source, offset, 30)
  if (fixed.getUint32(0, true) !== LOCAL) throw fault(op, `entry ${kindOf(name)} is not where the directory says`)
  const [nameLength, extraLength] = [fixed.getUint16(26, true), fixed.getUint16(28, true)]
  const own = yield* reading(op, source, offset + 30, nameLength)
  const utf8 = (fixed.getUint16(6, true) & UTF8) !== 0
  if (decode(part(own, 0, nameLength), utf8) !== name || fixed.getUint16(8, true) !== method)
    throw fault(op, `entry ${kindOf(name)} and the directory differ`)
  const start = offset + 30 + nameLength + extraLength
  if (start + packed > source.size) throw fault(op, `entry ${kindOf(name)} is truncated`)
  if (method !== STORED && method !== DEFLATED)
    throw fault(op, `entry ${kindOf(name)} is compressed by method ${method}; stored and deflated ones are read`)
  if (method === STORED ? packed !== size : size > packed * MOST_PACKED + MOST_PACKED)
    throw fault(op, `entry ${kindOf(name)} of ${packed} bytes cannot hold ${size}`)
  return start
}

const longs = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(8 * values.length)
  values.forEach((value, i) => {
    bytes.writeBigUInt64LE(BigInt(value), 8 * i)
  })
  return bytes
}

/** Version needed, flags, method, the time that Python gives to what has none, CRC. */
function common(entry: Entry): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(45, 0)
  bytes.writeUInt16LE(/^[\0-\x7f]*$/.test(entry.name) ? 0 : UTF8, 2)
  bytes.writeUInt16LE(entry.method, 4)
  bytes.writeUInt16LE(0x21, 8)
  bytes.writeUInt32LE(entry.crc, 10)
  return bytes.subarray(0, 14)
}

/** A local header with its sizes in zip64 fields, as NumPy writes them all. Its length depends on the name alone. */
export function localHeader(entry: Entry): Uint8Array {
  const name = Buffer.from(entry.name, 'utf8')
  const rest = Buffer.alloc(16)
  rest.writeUInt32LE(LONG, 0)
  rest.writeUInt32LE(LONG, 4)
  rest.writeUInt16LE(name.length, 8)
  rest.writeUInt16LE(20, 10)
  return Buffer.concat([
    Buffer.from('PK\x03\x04', 'latin1'),
    common(entry),
    rest.subarray(0, 12),
    name,
    Buffer.from([1, 0, 16, 0]),
    longs(entry.size, entry.packed),
  ])
}

function centralHeader(entry: Entry): Uint8Array {
  const name = Buffer.from(entry.name, 'utf8')
  const wide = entry.size > MOST_32 || entry.packed > MOST_32
  const far = entry.offset > MOST_32
  const extra = longs(...(wide ? [entry.size, entry.packed] : []), ...(far ? [entry.offset] : []))
  const rest = Buffer.alloc(26)
  rest.writeUInt32LE(wide ? LONG : entry.packed, 0)
  rest.writeUInt32LE(wide ? LONG : entry.size, 4)
  rest.writeUInt16LE(name.length, 8)
  rest.writeUInt16LE(extra.length === 0 ? 0 : extra.length + 4, 10)
  // rw-------, as Python gives it to what is written from memory.
  rest.writeUInt32LE(0o600 * 2 ** 16, 18)
  rest.writeUInt32LE(far ? LONG : entry.offset, 22)
  const field = Buffer.from(extra.length === 0 ? [] : [1, 0, extra.length, 0])
  // Made by version 4.5 on Unix.
  return Buffer.concat([Buffer.from('PK\x01\x02\x2d\x03', 'latin1'), common(entry), rest, name, field, extra])
}

/** What follows the entries. */
export function directoryOf(entries: readonly Entry[], offset: number): Uint8Array {
  const headers = entries.map(centralHeader)
  const size = headers.reduce((sum, header) => sum + header.length, 0)
  const n = entries.length
  const wide = n > SHORT || offset > MOST_32 || size > MOST_32
  const records = Buffer.alloc(wide ? 76 : 0)
  if (wide) {
    records.writeUInt32LE(END_64, 0)
    records.writeBigUInt64LE(44n, 4)
    records.writeUInt16LE(45, 12)
    records.writeUInt16LE(45, 14)
    records.set(longs(n, n, size, offset), 24)
    records.writeUInt32LE(LOCATOR_64, 56)
    records.set(longs(offset + size), 64)
    records.writeUInt32LE(1, 72)
  }
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(Math.min(n, SHORT), 8)
  end.writeUInt16LE(Math.min(n, SHORT), 10)
  end.writeUInt32LE(Math.min(size, LONG), 12)
  end.writeUInt32LE(Math.min(offset, LONG), 16)
  return Buffer.concat([...headers, records, end])
}
