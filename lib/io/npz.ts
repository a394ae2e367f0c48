/** NumPy's .npz format: several .npy files in a zip archive. */

import { constants } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { rename, renameSync, unlink, unlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { memory } from '../config'
import { flag, isNamed } from '../core/arguments'
import type { Operand } from '../core/convert'
import { kindOf, rangeError, Status, statusError, typeError } from '../core/errors'
import type { Tensor } from '../tensor'
import { bytesOf, pieces, Reader, readArray, type Stored, storedOf, viewBytes } from './array'
import { crc32, crcOf } from './crc'
import {
  type Both,
  both,
  deflated,
  fileSource,
  fileStep,
  inflated,
  isPath,
  launching,
  memorySource,
  type Path,
  type Source,
  type Steps,
  withFile,
  writeAt,
} from './steps'
import { DEFLATED, dataOf, directoryOf, type Entry, localHeader, readDirectory, STORED } from './zip'

const ENDING = '.npy'

/** The bytes of a deflated entry, checked. */
function* unpacked(op: string, source: Source, entry: Entry, start: number): Steps<Uint8Array> {
  const { packed, size } = entry
  const { limit } = memory()
  if (limit > 0 && size > limit) throw statusError(op, Status.MemoryLimit, 0, 0, 0)
  if (Math.max(packed, size) > constants.MAX_LENGTH)
    throw rangeError(op, 'SIZE', `${size} bytes are too many to inflate; save without compression`)
  const bytes = yield* inflated(op, yield* source.read(start, packed), size)
  if ((yield* crcOf(bytes)) !== entry.crc) throw rangeError(op, 'FORMAT', 'the CRC is wrong: the file is damaged')
  return bytes
}

/** The tensor of one entry. */
function* readEntry(op: string, source: Source, entry: Entry): Steps<Tensor> {
  const start = yield* dataOf(op, source, entry)
  if (entry.method === DEFLATED) {
    const bytes = yield* unpacked(op, source, entry, start)
    return yield* readArray(op, new Reader(memorySource(bytes), 0, bytes.length))
  }
  const reader = new Reader(source, start, entry.size, true)
  const found = yield* readArray(op, reader)
  try {
    while (reader.left > 0) yield* reader.take(Math.min(reader.left, 2 ** 20))
    if (reader.crc !== entry.crc) throw rangeError(op, 'FORMAT', 'the CRC is wrong: the file is damaged')
  } catch (error) {
    found.dispose()
    throw error
  }
  return found
}

/** Tensors by name. Has no prototype: any name is just a name. */
export interface Arrays {
  [name: string]: Tensor
}

function* readArchive(op: string, source: Source, names: readonly string[] | undefined): Steps<Arrays> {
  const entries = (yield* readDirectory(op, source)).filter((entry) => entry.name.endsWith(ENDING))
  const found: Arrays = Object.create(null)
  const nameOf = (entry: Entry): string => entry.name.slice(0, -ENDING.length)
  const missing = names?.find((name) => !entries.some((entry) => nameOf(entry) === name))
  if (missing !== undefined) throw rangeError(op, 'ARGUMENT', `the file has no array named ${kindOf(missing)}`)
  try {
    for (const entry of entries) {
      const name = nameOf(entry)
      if (names !== undefined && !names.includes(name)) continue
      if (name in found) throw rangeError(op, 'FORMAT', `the file has two arrays named ${kindOf(name)}`)
      try {
        found[name] = yield* readEntry(op, source, entry)
      } catch (error) {
        if (error instanceof Error) error.message += ` (array ${kindOf(name)})`
        throw error
      }
    }
  } catch (error) {
    for (const tensor of Object.values(found)) tensor.dispose()
    throw error
  }
  return found
}

function checkNames(op: string, names: unknown): readonly string[] | undefined {
  if (names === null || names === undefined) return undefined
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))
    throw typeError(op, 'ARGUMENT', `names must be an array of strings; received ${kindOf(names)}`)
  return names as string[]
}

/**
 * The arrays of a .npz file by name, as `numpy.savez` and `numpy.savez_compressed` write them: `file` is its path, or its
 * bytes. With `names`, only those.
 *
 * Stored and deflated entries, zip64; every entry's CRC is checked. Entries that are no .npy files are left out. What
 * {@link fromNpy} says of dtypes holds here; where one array cannot be read the whole call throws. In `ndops/promises`
 * files are read and data is inflated off the event loop.
 *
 * Throws an Error (ERR_NDOPS_FILE, its cause the system's) where the file cannot be read, a RangeError (ERR_NDOPS_FORMAT)
 * for one that is damaged or no .npz file. Nothing is allocated on the word of a header alone; compressed data may
 * become a thousand times larger, so that `setMemoryLimit` is of use for files of others.
 *
 * @example loadNpz('weights.npz', ['bias']).bias
 */
export const loadNpz: Both<
  [file: Path | ArrayBufferView | ArrayBufferLike, names?: readonly string[] | null],
  { readonly names?: readonly string[] | null },
  Arrays
> = both('loadNpz', ['file'], ['names'], function* (later, [file, names]) {
  const op = 'loadNpz'
  const wanted = checkNames(op, names)
  if (isPath(file))
    return yield* withFile(op, file, 'r', function* (fd) {
      return yield* readArchive(op, yield* fileSource(op, fd), wanted)
    })
  const bytes = viewBytes(op, 'file', file)
  if (bytes === undefined)
    throw typeError(op, 'ARGUMENT', `file must be a path, a URL or the bytes of a file; received ${kindOf(file)}`)
  return yield* readArchive(op, memorySource(later ? new Uint8Array(bytes) : bytes), wanted)
})

/** What saveNpz takes: operands by name, or in an array, whose names are arr_0, arr_1, … */
export type Savable = { readonly [name: string]: Operand } | readonly Operand[]

function namedOperands(op: string, arrays: unknown): [string, Operand][] {
  const found: [string, Operand][] = Array.isArray(arrays)
    ? arrays.map((x, i) => [`arr_${i}`, x])
    : isNamed(arrays)
      ? (Object.entries(arrays) as [string, Operand][])
      : []
  if (!Array.isArray(arrays) && !isNamed(arrays))
    throw typeError(op, 'ARGUMENT', `arrays must be an object or an array of operands; received ${kindOf(arrays)}`)
  for (const [name] of found)
    if (/[\0\p{Surrogate}]/u.test(name) || Buffer.byteLength(name) > 65_000)
      throw rangeError(op, 'ARGUMENT', `${kindOf(name)} cannot be the name of an array in a file`)
  return found
}

/** Writes one entry from `offset` on. */
function* writeEntry(op: string, fd: number, name: string, stored: Stored, compressed: boolean, offset: number) {
  const size = stored.bytes
  const draft: Entry = {
    name: name + ENDING,
    method: compressed ? DEFLATED : STORED,
    crc: 0,
    packed: size,
    size,
    offset,
  }
  const start = offset + localHeader(draft).length
  let entry: Entry
  if (compressed) {
    const bytes = yield* bytesOf(op, stored)
    const crc = yield* crcOf(bytes)
    const packed = yield* deflated(op, bytes)
    yield* writeAt(op, fd, start, packed)
    entry = { ...draft, crc, packed: packed.length }
  } else {
    let crc = 0
    let at = start
    for (const piece of pieces(stored)) {
      crc = crc32(piece, crc)
      yield* writeAt(op, fd, at, piece)
      at += piece.length
    }
    entry = { ...draft, crc }
  }
  yield* writeAt(op, fd, offset, localHeader(entry))
  return { entry, end: start + entry.packed }
}

const later = { rename: promisify(rename), unlink: promisify(unlink) }

/** Calls `write` with a new file beside the path, which then takes its place: nobody sees a half-written one. */
function* replacing(op: string, path: string, write: (fd: number) => Steps<void>): Steps<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    yield* withFile(op, draft, 'wx', write)
    yield* fileStep(
      op,
      () => renameSync(draft, path),
      () => later.rename(draft, path),
    )
  } catch (error) {
    try {
      unlinkSync(draft)
    } catch {
      // It was never made.
    }
    throw error
  }
}

/**
 * Writes arrays to a .npz file, as `numpy.savez` does (`numpy.savez_compressed` with `compressed`): `numpy.load` reads it.
 *
 * `arrays` are operands by name, or an array of them, named arr_0, arr_1 and so on; {@link toNpy} says how each is
 * written. The file takes the place of one of that name when it is complete. In `ndops/promises` data is compressed and
 * files are written off the event loop.
 *
 * Throws an Error (ERR_NDOPS_FILE, its cause the system's) where the file cannot be written.
 *
 * @example saveNpz('weights.npz', { kernel: ones([2, 3]), bias: zeros([3]) }, { compressed: true })
 */
export const saveNpz: Both<
  [file: Path, arrays: Savable, compressed?: boolean],
  { readonly compressed?: boolean },
  void
> = both('saveNpz', ['file', 'arrays'], ['compressed'], function* (_, [file, arrays, compressed = false]) {
  const op = 'saveNpz'
  if (!isPath(file)) throw typeError(op, 'ARGUMENT', `file must be a path or a URL; received ${kindOf(file)}`)
  const packs = flag(op, 'compressed', compressed)
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  const given = namedOperands(op, arrays)
  const stored: Stored[] = []
  try {
    // All at once: operands are as they were when the call was made.
    yield* launching(op, () => {
      for (const [name, x] of given) stored.push(storedOf(op, name, x))
    })
    yield* replacing(op, path, function* (fd) {
      const entries: Entry[] = []
      let offset = 0
      for (const [i, [name]] of given.entries()) {
        const { entry, end } = yield* writeEntry(op, fd, name, stored[i] as Stored, packs, offset)
        entries.push(entry)
        offset = end
      }
      yield* writeAt(op, fd, offset, directoryOf(entries, offset))
    })
  } finally {
    for (const { tensor } of stored) tensor.dispose()
  }
})
