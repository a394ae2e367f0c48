/** The bytes of a .npy file: read piece by piece into a tensor, and written from one. */

import { type Operand, toTensor } from '../core/convert'
import { castTo, toContiguous } from '../core/copy'
import { BOOL, ITEM_BYTES, isComplex, UINT8 } from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { copyBytesIn, copyBytesOut } from '../core/host'
import { isContiguous, shapeOf, sizeOf } from '../core/shape'
import { permute } from '../core/views'
import { emptyTensor, type Tensor, viewOf } from '../tensor'
import { crc32 } from './crc'
import { formatHeader, lengthBytes, MOST_HEADER, PREFIX, parseHeader } from './header'
import { launching, PIECE, pause, type Source, type Steps } from './steps'

/** Bytes of a source in order. */
export class Reader {
  /** CRC-32 of what has been taken, where it was asked for. */
  crc = 0
  constructor(
    private readonly source: Source,
    private position: number,
    /** Bytes that may still be taken. */
    public left: number,
    private readonly checked = false,
  ) {}

  get own(): boolean {
    return this.source.own
  }

  /** The next bytes, no more than are left. */
  *take(length: number): Steps<Uint8Array> {
    const bytes = yield* this.source.read(this.position, length)
    this.position += length
    this.left -= length
    if (this.checked) this.crc = crc32(bytes, this.crc)
    return bytes
  }
}

function* take(op: string, from: Reader, length: number, what: string): Steps<Uint8Array> {
  if (length > from.left)
    throw rangeError(op, 'FORMAT', `the .npy data is truncated: ${what} takes ${length} bytes; there are ${from.left}`)
  return yield* from.take(length)
}

/** Turns each number of so many bytes round. */
function swap(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else buffer.swap64()
}

/** Reads a .npy file. Nothing is allocated before as many bytes are seen to be there; what is behind them is left. */
export function* readArray(op: string, from: Reader): Steps<Tensor> {
  const prefix = yield* take(op, from, PREFIX, 'its beginning')
  const width = lengthBytes(op, prefix)
  const length = yield* take(op, from, width, 'its beginning')
  const header = Buffer.from(length).readUIntLE(0, width)
  if (header > MOST_HEADER)
    throw rangeError(op, 'FORMAT', `the .npy header has ${header} bytes; at most ${MOST_HEADER} are read`)
  const text = yield* take(op, from, header, 'the header')
  const { code, swapped, fortran, shape } = parseHeader(op, text, prefix[6] === 3)
  const item = ITEM_BYTES[code] as number
  const size = sizeOf(op, shape)
  if (size * item > from.left)
    throw rangeError(
      op,
      'FORMAT',
      `the .npy data is truncated: shape ${show(shape)} takes ${size * item} bytes; there are ${from.left}`,
    )
  const stored = emptyTensor(fortran ? shapeOf([...shape].reverse()) : shape, code === BOOL ? UINT8 : code, size)
  try {
    for (let done = 0; done < size * item; ) {
      const bytes = yield* from.take(Math.min(PIECE, size * item - done))
      const turned = swapped && !from.own ? Uint8Array.from(bytes) : bytes
      if (swapped) swap(turned, isComplex(code) ? item / 2 : item)
      copyBytesIn(stored, done, turned)
      done += bytes.length
    }
    // Any byte but 0 is true; ours are 0 and 1.
    const found = code === BOOL ? yield* launching(op, () => castTo(op, stored, BOOL)) : stored
    if (!fortran) return found === stored ? viewOf(stored, stored.offset, shape, stored.strides, size) : found
    const turned = permute(found, Array.from(shape.keys()).reverse())
    if (found !== stored) found.dispose()
    return turned
  } finally {
    stored.dispose()
  }
}

/** Elements that lie in memory as they will in a file. */
export interface Stored {
  /** Contiguous; of the reversed axes where `fortran`. */
  readonly tensor: Tensor
  readonly fortran: boolean
  readonly header: Uint8Array
  /** Bytes of header and elements. */
  readonly bytes: number
}

/** Of an operand, as it is now. In Fortran order where the elements lie so, as NumPy does. To be disposed of. */
export function storedOf(op: string, name: string, x: Operand): Stored {
  const a = toTensor(op, name, x)
  const reversed = a.contiguous ? a : permute(a, Array.from(a.shape.keys()).reverse())
  const fortran = !a.contiguous && isContiguous(reversed.shape, reversed.strides)
  const source = fortran ? reversed : a
  const copy = toContiguous(op, source)
  const tensor = viewOf(copy, copy.offset, copy.shape, copy.strides, copy.size)
  if (copy !== source) copy.dispose()
  if (reversed !== a) reversed.dispose()
  if (a !== x) a.dispose()
  const header = formatHeader(tensor.code, fortran, a.shape)
  return { tensor, fortran, header, bytes: header.length + tensor.nbytes }
}

/** The bytes of a .npy file in pieces. A piece is good until the next one is asked for. */
export function* pieces(stored: Stored): Generator<Uint8Array, void, void> {
  yield stored.header
  const { tensor } = stored
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, tensor.nbytes))
  for (let done = 0; done < tensor.nbytes; done += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, tensor.nbytes - done))
    copyBytesOut(tensor, done, piece)
    yield piece
  }
}

/** All of them. */
export function* bytesOf(stored: Stored): Steps<Uint8Array> {
  const bytes = new Uint8Array(stored.bytes)
  bytes.set(stored.header)
  const { tensor } = stored
  for (let done = 0; done < tensor.nbytes; done += PIECE) {
    yield* pause()
    copyBytesOut(tensor, done, bytes.subarray(stored.header.length + done, stored.header.length + done + PIECE))
  }
  return bytes
}

/** Bytes of the user's: a view of them, or undefined for what has none. */
export function viewBytes(op: string, name: string, x: unknown): Uint8Array | undefined {
  if (!ArrayBuffer.isView(x) && !(x instanceof ArrayBuffer || x instanceof SharedArrayBuffer)) return undefined
  try {
    return ArrayBuffer.isView(x) ? new Uint8Array(x.buffer, x.byteOffset, x.byteLength) : new Uint8Array(x)
  } catch {
    throw typeError(op, 'BUFFER', `${name} is memory that was transferred or detached`)
  }
}
