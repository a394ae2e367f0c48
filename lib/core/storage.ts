/**
 * Memory of tensors on the JavaScript side: handles to native blocks. Small results share a slab, large ones have a
 * block each; both go back to the native pool by dispose or when nothing refers to them any more.
 */

import { setInterval } from 'node:timers'
import { WORD, words } from './block'
import { rangeError, Status, statusError, typeError } from './errors'
import { addon } from './native'

const UNCLONEABLE = Object.defineProperty({}, 'tensor', {
  enumerable: true,
  get(): never {
    throw typeError(
      'postMessage',
      'TENSOR_TRANSFER',
      'a Tensor cannot be cloned; send share(x) and call receive(token), or send x.data',
    )
  },
})

/** A handle to one native block. Tensors over it count themselves in `references`; 0 gives it back at once. */
export class Storage {
  slot: number
  generation: number
  readonly bytes: number
  references = 0
  /** Bytes handed out, where this is a slab; -1 for a block of one tensor's own. */
  used: number
  /** Where a slab's first aligned byte is. */
  start = 0
  /** Memory of the engine's own that the handle stands over: kept alive here, never handed out. */
  readonly engine: ArrayBuffer | undefined
  /** Structured clone meets it and is refused with a hint. */
  readonly posted = UNCLONEABLE
  /** The ArrayBuffer over this block that the user has seen. */
  exposed: ArrayBuffer | undefined = undefined

  constructor(slot: number, generation: number, bytes: number, used: number, engine: ArrayBuffer | undefined) {
    this.slot = slot
    this.generation = generation
    this.bytes = bytes
    this.used = used
    this.engine = engine
  }
}

/** What a disposed tensor points at: its handle names nothing, so every use is refused. */
export const DISPOSED = new Storage(-3, 0, 0, -1, undefined)

/**
 * Slabs are memory of the engine's own: its collections free them in a loop that never yields too, and what it allocates
 * next is then warm. A fresh page costs more than some hundred small results.
 */
const SLAB_BYTES = 64 * 1024 + 64 // which its first aligned byte may be in
/** Results up to this many bytes share a slab: keeping one of them keeps at most SLAB_BYTES. */
const SMALL_BYTES = 16384
const ALIGNMENT = 16
// The addon sees by itself which storages have been collected, and looks before it takes more memory. Where nobody asks
// for any, this looks. (A FinalizationRegistry would say so at once; but with one that has something to tell, Node 20's
// first releases never end, neither a process nor a worker that is terminated.)
export const LOOK_MILLISECONDS = 1000
let looking: NodeJS.Timeout | undefined

function free(slot: number, generation: number): void {
  words[0] = slot
  words[1] = generation
  addon.release()
}

/** Gives back what has been collected; V8 counts `bytes` more from now on. */
function sweep(bytes: number): void {
  words[0] = bytes
  addon.sweep()
}

const PRESSURE = 2 ** 42

/** Has the engine collect everything, as V8 does when it is told of much memory. The live bytes of the process after. */
function collect(): number {
  for (const bytes of [PRESSURE, -PRESSURE]) sweep(bytes)
  sweep(0)
  return words[WORD.DETAIL] as number
}

function checkStatus(): void {
  if (words[WORD.STATUS] !== 0) throw statusError('allocate', words[WORD.STATUS] as number, 0, 0, 0)
}

/** The storage of the slot that the addon has made last. */
export function made(bytes: number, used = -1, engine?: ArrayBuffer): Storage {
  if (looking === undefined) {
    looking = setInterval(sweep, LOOK_MILLISECONDS, 0)
    looking.unref()
  }
  const storage = new Storage(
    words[WORD.LATE_SLOT] as number,
    words[WORD.LATE_GENERATION] as number,
    bytes,
    used,
    engine,
  )
  addon.own(storage)
  checkStatus()
  return storage
}

function take(bytes: number, waits: boolean): number {
  words[0] = bytes
  words[1] = waits ? 1 : 0
  addon.allocate()
  return words[WORD.STATUS] as number
}

/**
 * The engine collects on threads of its own, which on a busy machine get no time while a loop goes on making garbage: past
 * half more than there was at the lowest, and this, it is made to.
 */
const SLACK_BYTES = 2 ** 28
let live = 0
let collectAt = SLACK_BYTES

function collectGarbage(): void {
  const before = live
  live = collect()
  // A collection that was under way spares what has been made since it began: again, as long as that finds more.
  for (let tries = 1, found = before; tries < 4 && live > before / 4 && found > before / 8; tries++) {
    const held = live
    live = collect()
    found = held - live
  }
  collectAt = 1.5 * live + SLACK_BYTES
}

/** A block of ours, whatever it is for; `waits` where it is for a call that will wait for others. */
export function allocateBlock(bytes: number, waits = false): Storage {
  if (live > collectAt) collectGarbage()
  const status = take(bytes, waits)
  if (status !== Status.Ok && status !== Status.QueueFull) {
    // What nobody holds any more may be counted still.
    collect()
    take(bytes, waits)
  }
  checkStatus()
  live = words[WORD.DETAIL] as number
  collectAt = Math.min(collectAt, 1.5 * live + SLACK_BYTES)
  return made(bytes)
}

/** The memory of a late output after a run: where there was room for it, or the block that the kernel has made. */
export function lateStorage(bytes: number): Storage {
  if ((words[WORD.LATE_SLOT] as number) < 0) return allocate(bytes)
  given = 0
  return made(bytes)
}

let slab: Storage | undefined

function newSlab(): Storage {
  let buffer: ArrayBuffer
  try {
    buffer = Buffer.allocUnsafeSlow(SLAB_BYTES).buffer as ArrayBuffer
  } catch {
    throw statusError('allocate', Status.OutOfMemory, 0, 0, 0)
  }
  addon.adopt(buffer)
  if (words[WORD.STATUS] !== 0) {
    collect()
    addon.adopt(buffer)
  }
  checkStatus()
  const start = words[WORD.DETAIL] as number
  slab = made(SLAB_BYTES, start, buffer)
  slab.start = start
  return slab
}

/** Says in the block where a small late output may go: behind the last result. */
export function offerRoom(): void {
  let current = slab
  if (current === undefined || current.used + SMALL_BYTES > SLAB_BYTES) current = newSlab()
  words[WORD.LATE_SLOT] = current.slot
  words[WORD.LATE_GENERATION] = current.generation
  words[WORD.LATE_ROWS] = current.used
  words[WORD.LATE_COLUMNS] = SMALL_BYTES
}

/** Where the blocks made for a job are noted. */
export interface Collecting {
  readonly made: Storage[]
  /** Whether it is a further part of a call, which is not refused for what others hold. */
  readonly goesOn: boolean
}

let collecting: Collecting | undefined

/** Has every block that is made from now on noted, too; gives what was asked for before. */
export function collectInto(job: Collecting | undefined): Collecting | undefined {
  const before = collecting
  collecting = job
  return before
}

let given = 0

/** Where the memory given last begins in its storage, in bytes. */
export function givenOffset(): number {
  return given
}

/** Memory for one result; `givenOffset` says where in the storage it begins. */
export function allocate(bytes: number): Storage {
  if (bytes <= SMALL_BYTES) {
    let current = slab
    if (current === undefined || current.used + bytes > SLAB_BYTES) current = newSlab()
    given = current.used
    current.used += (bytes + (ALIGNMENT - 1)) & -ALIGNMENT
    return current
  }
  if (bytes > Number.MAX_SAFE_INTEGER) throw rangeError('allocate', 'SIZE', `${bytes} bytes cannot be addressed`)
  given = 0
  if (collecting === undefined) return allocateBlock(bytes)
  const storage = allocateBlock(bytes, !collecting.goesOn)
  collecting.made.push(storage)
  return storage
}

export function retain(storage: Storage): void {
  storage.references++
}

/** Drops one tensor's hold. The last one gives a block back, and starts the current slab anew. */
export function release(storage: Storage): void {
  if (--storage.references > 0 || storage === DISPOSED) return
  if (storage === slab) {
    storage.used = storage.start
    return
  }
  drop(storage)
}

/** Gives the block back whoever holds it: their handle names nothing from now on. Twice is once. */
export function drop(storage: Storage): void {
  if (storage.slot < 0) return
  free(storage.slot, storage.generation)
  storage.slot = DISPOSED.slot
}
