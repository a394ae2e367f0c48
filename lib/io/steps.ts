/**
 * Reading and writing in both worlds from one source: a generator that yields what takes time. `ndops` does each step at
 * once, `ndops/promises` awaits it, so that files, inflating and launches leave the event loop.
 */

import { close, closeSync, fstat, fstatSync, open, openSync, read, readSync, write, writeSync } from 'node:fs'
import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import { createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import { define } from '../core/arguments'
import {
  abortError,
  kindOf,
  type NdopsError,
  plainError,
  rangeError,
  Status,
  statusError,
  typeError,
} from '../core/errors'
import { promised } from '../core/jobs'
import { ASYNC, type Signal } from '../core/later'

interface Step<T> {
  readonly now: () => T
  readonly later: (signal: unknown) => Promise<T>
  /** Done although the call was aborted: what gives something back. */
  readonly always: boolean
}

/** A computation that yields steps and gives T. */
export type Steps<T> = Generator<Step<unknown>, T, unknown>

function* step<T>(now: () => T, later: (signal: unknown) => Promise<T>, always = false): Steps<T> {
  return (yield { now, later, always }) as T
}

/** Bytes that are moved at a time: some tenths of a millisecond of work between looks at the event loop. */
export const PIECE = 2 ** 20

/** Lets the event loop turn. */
export function pause(): Steps<void> {
  return step(
    () => undefined,
    () => new Promise<void>((resolve) => setImmediate(resolve)),
  )
}

/** Work that launches kernels. */
export function launching<T>(op: string, make: () => T): Steps<T> {
  const later = (signal: unknown): Promise<T> => promised(op, make, signal, later as () => unknown)
  return step(make, later)
}

/** An error of the system's with a code of ours; its own stays as the cause. */
function fileError(op: string, error: unknown): NdopsError {
  const text = error instanceof Error ? error.message : kindOf(error)
  return Object.assign(plainError(op, 'FILE', text), { cause: error })
}

/** A step whose errors get `wrap`ped. */
function wrapping<T>(
  wrap: (error: unknown) => NdopsError,
  now: () => T,
  later: (signal: unknown) => Promise<T>,
): Steps<T> {
  return step(
    () => {
      try {
        return now()
      } catch (error) {
        throw wrap(error)
      }
    },
    async (signal) => {
      try {
        return await later(signal)
      } catch (error) {
        throw signal instanceof AbortSignal && signal.aborted ? error : wrap(error)
      }
    },
  )
}

/** An operation on files. */
export const fileStep = <T>(op: string, now: () => T, later: () => Promise<T>): Steps<T> =>
  wrapping((error) => fileError(op, error), now, later)

/** A path, as Node's own functions take one. */
export type Path = string | URL

export const isPath = (x: unknown): x is Path => typeof x === 'string' || x instanceof URL

const later = {
  open: promisify(open),
  close: promisify(close),
  fstat: promisify(fstat),
  read: promisify(read),
  write: promisify(write),
}

/** What goes through zlib at a time: some milliseconds of work on a thread of libuv's. */
const PACKING = { chunkSize: 2 ** 18 }

/** All that zlib makes of the data, up to `most` bytes. What is given in pieces ends after one of them. */
function through(
  op: string,
  stream: Transform,
  data: Uint8Array,
  piece: number,
  most: number,
  signal: unknown,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let length = 0
    const abort = (): void => {
      stream.destroy(abortError(op, (signal as AbortSignal).reason))
    }
    const watched = signal instanceof AbortSignal ? signal : undefined
    watched?.addEventListener('abort', abort, { once: true })
    stream.once('close', () => watched?.removeEventListener('abort', abort))
    stream.once('error', reject)
    stream.once('end', () => resolve(Buffer.concat(parts, length)))
    stream.on('data', (part: Uint8Array) => {
      length += part.length
      if (length > most) stream.destroy(new RangeError(`it becomes more than ${most} bytes`))
      else parts.push(part)
    })
    let given = 0
    const next = (): void => {
      if (stream.destroyed) return
      const begin = given
      given += piece
      if (given >= data.length) stream.end(data.subarray(begin))
      else stream.write(data.subarray(begin, given), next)
    }
    next()
  })
}

/** Calls `use` with an open file, and closes it whatever happens. */
export function* withFile<T>(op: string, path: Path, flags: 'r' | 'wx', use: (fd: number) => Steps<T>): Steps<T> {
  const fd = yield* fileStep(
    op,
    () => openSync(path, flags),
    () => later.open(path, flags),
  )
  try {
    return yield* use(fd)
  } finally {
    yield* step(
      () => closeSync(fd),
      () => later.close(fd),
      true,
    )
  }
}

/** The size of a regular file. */
function* sizeOfFile(op: string, fd: number): Steps<number> {
  const stat = yield* fileStep(
    op,
    () => fstatSync(fd),
    () => later.fstat(fd),
  )
  if (!stat.isFile()) throw plainError(op, 'FILE', 'is no regular file')
  return stat.size
}

/** Memory that nothing was written to yet. */
export function allocated(op: string, length: number): Uint8Array {
  try {
    return Buffer.allocUnsafeSlow(length)
  } catch {
    throw statusError(op, Status.OutOfMemory, 0, 0, 0)
  }
}

/** `length` bytes of a file from a position: fewer only where it has become shorter meanwhile, which is an error. */
function* readAt(op: string, fd: number, position: number, length: number): Steps<Uint8Array> {
  const bytes = allocated(op, length)
  for (let done = 0; done < length; ) {
    const [from, count, at] = [done, length - done, position + done]
    const got = yield* fileStep(
      op,
      () => readSync(fd, bytes, from, count, at),
      async () => (await later.read(fd, bytes, from, count, at)).bytesRead,
    )
    if (got === 0) throw rangeError(op, 'FORMAT', `the file ends at byte ${at}, before what it announces`)
    done += got
  }
  return bytes
}

/** Where bytes come from. */
export interface Source {
  readonly size: number
  /** Whether what is read may be written to. */
  readonly own: boolean
  /** Bytes that are there. */
  read(position: number, length: number): Steps<Uint8Array>
}

/** Bytes that are in memory. */
export function memorySource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    own: false,
    *read(position, length) {
      yield* pause()
      return bytes.subarray(position, position + length)
    },
  }
}

/** An open regular file. */
export function* fileSource(op: string, fd: number): Steps<Source> {
  const size = yield* sizeOfFile(op, fd)
  return { size, own: true, read: (position, length) => readAt(op, fd, position, length) }
}

export function* writeAt(op: string, fd: number, position: number, bytes: Uint8Array): Steps<void> {
  for (let done = 0; done < bytes.length; ) {
    const [from, count, at] = [done, bytes.length - done, position + done]
    done += yield* fileStep(
      op,
      () => writeSync(fd, bytes, from, count, at),
      async () => (await later.write(fd, bytes, from, count, at)).bytesWritten,
    )
  }
}

/** What raw deflate data becomes, `size` bytes. Memory grows with what comes out, never past the size. */
export function* inflated(op: string, data: Uint8Array, size: number): Steps<Uint8Array> {
  const most = Math.max(1, size)
  const bytes = yield* wrapping<Uint8Array>(
    (error) => {
      const text = error instanceof Error ? error.message : kindOf(error)
      return Object.assign(rangeError(op, 'FORMAT', `compressed data could not be read: ${text}`), { cause: error })
    },
    () => inflateRawSync(data, { maxOutputLength: most }),
    (signal) => through(op, createInflateRaw(PACKING), data, data.length, most, signal),
  )
  if (bytes.length !== size)
    throw rangeError(op, 'FORMAT', `compressed data has ${bytes.length} bytes instead of ${size}`)
  return bytes
}

export function deflated(op: string, data: Uint8Array): Steps<Uint8Array> {
  return step<Uint8Array>(
    () => deflateRawSync(data),
    (signal) => through(op, createDeflateRaw(PACKING), data, PACKING.chunkSize, Number.POSITIVE_INFINITY, signal),
  )
}

function runNow<T>(steps: Steps<T>): T {
  let next = steps.next()
  while (next.done !== true) {
    let value: unknown
    try {
      value = next.value.now()
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(value)
  }
  return next.value
}

async function runLater<T>(op: string, steps: Steps<T>, signal: unknown): Promise<T> {
  if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal))
    throw typeError(op, 'ARGUMENT', `signal must be an AbortSignal; received ${kindOf(signal)}`)
  if (signal?.aborted) throw abortError(op, signal.reason)
  let next = steps.next()
  while (next.done !== true) {
    let value: unknown
    try {
      // Looked at before a step, so that what a step gives (an open file) is never lost.
      if (signal?.aborted && !next.value.always) throw abortError(op, signal.reason)
      value = await next.value.later(signal)
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(value)
  }
  return next.value
}

/** A function of both worlds: its type now, and its arguments with `{ signal }` behind in `ndops/promises`. */
export interface Both<P extends readonly unknown[], N, T> {
  (...args: P | [...Shortest<P>, N]): T
  /** Its parameters' names, for the reference. */
  readonly takes: { readonly required: readonly string[]; readonly optional: readonly string[] }
  readonly [ASYNC]: (...args: P | [...Shortest<P>, [N] extends [never] ? Signal : N & Signal]) => Promise<T>
}

/** The required arguments alone. */
type Shortest<P extends readonly unknown[]> = P extends readonly [infer F, ...infer R] ? [F, ...Shortest<R>] : []

/** Makes such a function. `steps` gets whether it runs later, then the arguments by place. */
export function both<P extends readonly unknown[], N, T>(
  name: string,
  required: readonly string[],
  optional: readonly string[],
  steps: (later: boolean, args: readonly unknown[]) => Steps<T>,
): Both<P, N, T> {
  const collect = (more: readonly string[]): ((...args: readonly unknown[]) => unknown[]) =>
    define(name, required, [...optional, ...more], (...args: unknown[]) => args) as (...args: unknown[]) => unknown[]
  const [plain, signalled] = [collect([]), collect(['signal'])]
  const now = (...args: unknown[]): T => runNow(steps(false, plain(...args)))
  const deferred = async (...args: unknown[]): Promise<T> => {
    const given = signalled(...args)
    return runLater(name, steps(true, given), given[required.length + optional.length])
  }
  Object.defineProperty(deferred, 'name', { value: name })
  return Object.defineProperties(now, {
    name: { value: name },
    takes: { value: Object.freeze({ required, optional }) },
    [ASYNC]: { value: deferred },
  }) as unknown as Both<P, N, T>
}
