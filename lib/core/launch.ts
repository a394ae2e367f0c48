/**
 * The one way from TypeScript into a kernel: begin, views (outputs first), numbers, run. It runs at once, or, while a
 * recording is on, becomes a part of a job that runs later on another thread: the same op source serves both.
 */

import { BLOCK_WORDS, WORD, words } from './block'
import type { Code } from './dtype'
import { plainError, statusError } from './errors'
import { addon } from './native'
import {
  allocateBlock,
  type Collecting,
  collectInto,
  DISPOSED,
  drop,
  givenOffset,
  lateStorage,
  offerRoom,
  release,
  retain,
  Storage,
} from './storage'

/** What a launch needs to know of a tensor. */
export interface Viewed {
  readonly storage: Storage
  readonly offset: number
  readonly code: Code
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** Part of a storage that is no tensor. All are of one class: V8 reads fields of objects that are made alike faster. */
export class Area implements Viewed {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly code: Code,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** The same memory seen under another shape. */
export function areaOf(x: Viewed, offset: number, shape: readonly number[], strides: readonly number[]): Area {
  return new Area(x.storage, offset, x.code, shape, strides)
}

/** A number that goes into a launch as it is: a rank-0 operand of a wide dtype. */
export interface Scalar {
  /** bool, int64, uint64, float64 or complex128 */
  readonly code: Code
  readonly high: number
  readonly low: number
}

/** A value-dependent result: [rows, columns] elements from `offset` on. */
export interface Late {
  readonly storage: Storage
  readonly offset: number
  readonly rows: number
  readonly columns: number
}

/** What makes a result of it. */
export type Finish<T> = (late: Late) => T

// Recordings are written one after the other, so that most find the last one's memory free.
const NO_WORDS = new Float64Array(0)
let spare: Float64Array | undefined = new Float64Array(256)

/** Launches of one asynchronous call, until they are submitted. */
export class Recording implements Collecting {
  words = spare ?? new Float64Array(256)
  count = 0
  /** The op of each launch, for messages. */
  readonly ops: string[] = []
  /** Storages that must not be given back before the job has ended. */
  readonly holds: Storage[] = []
  /** What to make of a late output, where the last launch has one. */
  finish: Finish<unknown> | undefined = undefined
  /** Bytes of one element of that late output. */
  lateBytes = 0
  private snapshots: Map<Storage, Storage> | undefined = undefined

  /** `made` are blocks made for it, which only its result shows to anybody: by earlier parts of the call, where it goes on. */
  constructor(
    readonly made: Storage[] = [],
    readonly goesOn = false,
  ) {
    spare = undefined
  }

  /** The addon has its copy of the words: the next recording may have their memory. */
  submitted(): void {
    spare = this.words
    this.words = NO_WORDS
  }

  /** Bytes made for it, or -1 where it goes on with a call. */
  get bytes(): number {
    if (this.goesOn) return -1
    let bytes = 0
    for (const storage of this.made) bytes += storage.bytes
    return bytes
  }

  append(length: number, op: string): void {
    if (this.finish !== undefined) throw plainError(op, 'INTERNAL', 'a launch follows one whose result has no size yet')
    if (this.count + length > this.words.length) {
      const larger = new Float64Array(Math.max(2 * this.words.length, this.count + length))
      larger.set(this.words)
      this.words = larger
    }
    this.words.set(words.subarray(0, length), this.count)
    this.count += length
    this.ops.push(op)
  }

  /** The storage to use in its place: what the user can write to or transfer is copied as it is now. */
  hold(storage: Storage): Storage {
    if (storage.exposed === undefined) {
      retain(storage)
      this.holds.push(storage)
      return storage
    }
    this.snapshots ??= new Map()
    let copy = this.snapshots.get(storage)
    if (copy === undefined) {
      // A block of its own: parts of slabs have offsets.
      copy = allocateBlock(storage.bytes)
      const bytes = new Uint8Array(storage.exposed.byteLength > 0 ? storage.exposed : expose(storage))
      if (!addon.copyIn(copy.slot, copy.generation, 0, bytes))
        throw plainError('promises', 'INTERNAL', 'a snapshot did not fit')
      this.snapshots.set(storage, copy)
      retain(copy)
      this.holds.push(copy)
    }
    return copy
  }

  /** Lets go of everything held. */
  close(): void {
    for (const storage of this.holds) release(storage)
    this.holds.length = 0
  }

  /** Gives back what was made on the way to the result: copies of typed arrays, say. */
  succeed(result: unknown): void {
    this.close()
    const shown = Array.isArray(result) ? result : [result]
    const kept = new Set<unknown>()
    for (const one of shown) {
      const storage = (one as Partial<Viewed> | null | undefined)?.storage
      // Of what is no tensor nobody knows here what it shows: that is left to the collector.
      if (!(storage instanceof Storage)) return
      kept.add(storage)
    }
    for (const storage of this.made) if (!kept.has(storage)) drop(storage)
    this.made.length = 0
  }

  /** Gives back what was made for a result that nobody will see. */
  fail(): void {
    this.close()
    for (const storage of this.made) drop(storage)
    this.made.length = 0
  }
}

function expose(storage: Storage): ArrayBuffer {
  return addon.expose(storage.slot, storage.generation) ?? new ArrayBuffer(0)
}

// Locals: an exported variable or an import would be a property load each time.
const block = words
let current: Recording | undefined

/** The recording that launches go to, if one is on. */
export function recording(): Recording | undefined {
  return current
}

/** Runs `make` with its launches recorded. */
export function record<T>(into: Recording, make: () => T): T {
  const before = current
  const collectedBefore = collectInto(into)
  current = into
  try {
    return make()
  } finally {
    current = before
    collectInto(collectedBefore)
  }
}

/** A kernel's number, looked up once at load. */
export function kernel(name: string): number {
  const number = addon.kernel(name)
  if (number < 0)
    throw plainError(name, 'LOAD', 'the addon has no such kernel: lib and addon are of different versions')
  return number
}

let target = 0
let views = 0
let numbers = 0
let cursor: number = WORD.FIRST

export function begin(number: number): void {
  target = number
  views = 0
  numbers = 0
  cursor = WORD.FIRST
}

/** Adds a view: of an output, or of an operand. */
export function view(x: Viewed): void {
  const storage = current === undefined ? x.storage : current.hold(x.storage)
  const shape = x.shape
  const strides = x.strides
  const rank = shape.length
  let at = cursor
  block[at] = storage.slot
  block[at + 1] = storage.generation
  block[at + 2] = x.code
  block[at + 3] = x.offset
  block[at + 4] = rank
  at += 5
  for (let axis = 0; axis < rank; axis++) {
    block[at + axis] = shape[axis] as number
    block[at + rank + axis] = strides[axis] as number
  }
  cursor = at + 2 * rank
  views++
}

/**
 * Adds a view of a contiguous tensor, or of some elements of it from `offset` on, as one row: for kernels that need no
 * shape. Cheaper than `view`.
 */
export function flatView(x: Viewed, size: number, offset = x.offset): void {
  const storage = current === undefined ? x.storage : current.hold(x.storage)
  const at = cursor
  block[at] = storage.slot
  block[at + 1] = storage.generation
  block[at + 2] = x.code
  block[at + 3] = offset
  block[at + 4] = -1
  block[at + 5] = size
  cursor = at + 6
  views++
}

/** Adds a number as an operand. */
export function scalar(x: Scalar): void {
  const at = cursor
  block[at] = -1
  block[at + 1] = x.low
  block[at + 2] = x.code
  block[at + 3] = x.high
  block[at + 4] = 0
  cursor = at + 5
  views++
}

/** Adds an output that the kernel allocates: its size depends on values. Ends with `runLate`. */
export function late(code: Code): void {
  const at = cursor
  block[at] = -2
  block[at + 1] = 0
  block[at + 2] = code
  block[at + 3] = 0
  block[at + 4] = 0
  cursor = at + 5
  views++
}

/** Adds a number for the kernel itself; after all views. */
export function number(value: number): void {
  if (cursor >= BLOCK_WORDS) throw plainError('launch', 'INTERNAL', 'too many numbers in one launch')
  block[cursor++] = value
  numbers++
}

function seal(): void {
  block[WORD.KERNEL] = target
  block[WORD.VIEWS] = views
  block[WORD.NUMBERS] = numbers
  block[WORD.WORDS] = cursor
}

function refuse(op: string): never {
  const at = WORD.DETAIL
  throw statusError(
    op,
    block[WORD.STATUS] as number,
    block[at] as number,
    block[at + 1] as number,
    block[at + 2] as number,
  )
}

/** Runs the launch, or records it. */
export function run(op: string): void {
  seal()
  if (current !== undefined) {
    current.append(cursor, op)
    return
  }
  addon.run()
  if (block[WORD.STATUS] !== 0) refuse(op)
}

/** The late output that the block tells of after a run. */
export function lateOutput(itemBytes: number): Late {
  const rows = block[WORD.LATE_ROWS] as number
  const columns = block[WORD.LATE_COLUMNS] as number
  const storage = lateStorage(rows * columns * itemBytes)
  return { storage, offset: givenOffset() / itemBytes, rows, columns }
}

/**
 * Runs a launch with a late output and makes the result of it. Only in tail position: while recording, the value is not
 * there yet and what is returned stands for it.
 */
export function runLate<T>(op: string, itemBytes: number, finish: Finish<T>): T {
  seal()
  if (current !== undefined) {
    current.append(cursor, op)
    current.finish = finish
    current.lateBytes = itemBytes
    return DISPOSED as unknown as T
  }
  offerRoom()
  addon.run()
  if (block[WORD.STATUS] !== 0) refuse(op)
  return finish(lateOutput(itemBytes))
}

/** Runs `now` at once, whatever is being recorded: for reading values that are already there. */
export function withoutRecording(now: () => void): void {
  const before = current
  const collectedBefore = collectInto(undefined)
  current = undefined
  try {
    now()
  } finally {
    current = before
    collectInto(collectedBefore)
  }
}
