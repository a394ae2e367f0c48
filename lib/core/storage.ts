/**
 * Memory of tensors on the JavaScript side: handles to native blocks. Small results share a slab, large ones have a
 * block each; both go back to the native pool by dispose or when nothing refers to them any more.
 */

import { setImmediate } from 'node:timers'
import { WORD, words } from './block'
import { plainError, rangeError, Status, statusError, typeError } from './errors'
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
/**
 * In a loop that never yields no finalizer runs, so blocks of dropped results cannot come back. Past this many bytes
 * taken in one turn of the event loop and not given back, results live in buffers of the engine's own, which its
 * collections do free there.
 */
const { memoryBudget } = addon.build()
const TURN_BYTES = Math.min(memoryBudget / 16, 2 ** 28)

const SLOTS = 2 ** 24

const registry = new FinalizationRegistry<number>((handle) => {
  free(handle % SLOTS, Math.floor(handle / SLOTS))
})

// At the end nothing is left to collect: Node 20's first releases hang where a registry still has something to tell, and
// the addon frees all blocks by itself.
const EVERY = {}
process.on('exit', () => registry.unregister(EVERY))

function free(slot: number, generation: number): void {
  words[0] = slot
  words[1] = generation
  addon.release()
}

function engineStorage(bytes: number, used: number): Storage {
  // More than there is would be given now and missed later.
  if (bytes > memoryBudget) throw statusError('allocate', Status.OutOfMemory, 0, 0, 0)
  let buffer: ArrayBuffer
  try {
    buffer = Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer
  } catch {
    throw statusError('allocate', Status.OutOfMemory, 0, 0, 0)
  }
  // The addon sees by itself when the buffer has been collected: the collector's young generation frees no object that
  // a FinalizationRegistry knows.
  addon.adopt(buffer)
  return made(bytes, used, buffer)
}

/** The storage that the addon has just made. */
function made(bytes: number, used: number, engine: ArrayBuffer | undefined): Storage {
  if (words[WORD.STATUS] !== 0) throw statusError('allocate', words[WORD.STATUS] as number, 0, 0, 0)
  return new Storage(words[WORD.LATE_SLOT] as number, words[WORD.LATE_GENERATION] as number, bytes, used, engine)
}

// Bytes of blocks taken in this turn of the event loop, less those given back in it.
let taken = 0
let turning = false

/** What a block takes: the smallest ones are mostly what is kept of them. */
const weight = (storage: Storage): number => Math.max(storage.bytes, 1024)

/** Counts the block as taken and lets the collector give it back. */
export function own(storage: Storage): Storage {
  registry.register(storage, storage.slot + storage.generation * SLOTS, EVERY)
  taken += weight(storage)
  if (!turning) {
    turning = true
    setImmediate(() => {
      turning = false
      taken = 0
    }).unref()
  }
  return storage
}

function nativeStorage(bytes: number): Storage {
  words[0] = bytes
  addon.allocate()
  return own(made(bytes, -1, undefined))
}

/** A block of ours, whatever it is for. */
export function allocateBlock(bytes: number): Storage {
  return nativeStorage(bytes)
}

/** The memory of a late output after a run: where there was room for it, or the block that the kernel has made. */
export function lateStorage(bytes: number): Storage {
  const slot = words[WORD.LATE_SLOT] as number
  if (slot < 0) return allocate(bytes)
  given = 0
  return own(new Storage(slot, words[WORD.LATE_GENERATION] as number, bytes, -1, undefined))
}

/** The block that a kernel has made, or a copy in the engine's memory where this turn has taken enough. */
export function bounded(storage: Storage): Storage {
  if (taken <= TURN_BYTES || storage.used >= 0) return storage
  const copy = engineStorage(Math.max(storage.bytes, 1), -1)
  const bytes = new Uint8Array(copy.engine as ArrayBuffer, 0, storage.bytes)
  if (!addon.copyOut(storage.slot, storage.generation, 0, bytes))
    throw plainError('allocate', 'INTERNAL', 'a late output is smaller than it says; please report this as a bug')
  drop(storage)
  return copy
}

let slab: Storage | undefined

function newSlab(): Storage {
  slab = engineStorage(SLAB_BYTES, 0)
  slab.used = slab.start = words[WORD.DETAIL] as number
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
let collecting: Storage[] | undefined

/** Has every block that is made from now on noted in the list, too; gives the list before. */
export function collectInto(list: Storage[] | undefined): Storage[] | undefined {
  const before = collecting
  collecting = list
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
  if (collecting === undefined) return taken > TURN_BYTES ? engineStorage(bytes, -1) : nativeStorage(bytes)
  // A job holds what it uses, so that the engine could free none of it: past what there is the call fails instead.
  const storage = nativeStorage(bytes)
  collecting.push(storage)
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
  if (storage.engine === undefined) taken -= weight(storage)
  free(storage.slot, storage.generation)
  storage.slot = DISPOSED.slot
}
