/** Elements on the JavaScript side: host copies, and the typed array over native memory that `data` gives. */

import { isMainThread } from 'node:worker_threads'
import { type Code, type Data, type DataConstructor, ITEM_BYTES, isComplex, STORAGE } from './dtype'
import { plainError } from './errors'
import { Area, begin, kernel, run, type Viewed, view, withoutRecording } from './launch'
import { addon } from './native'
import { contiguousStrides } from './shape'
import { allocate, DISPOSED, givenOffset, release, retain, type Storage } from './storage'

/** What host access needs of a tensor. */
export interface Hosted extends Viewed {
  readonly size: number
  readonly contiguous: boolean
}

const COPY = kernel('copy')

/** How many numbers store one element: complex numbers take two. */
const numbersOf = (code: Code): number => (isComplex(code) ? 2 : 1)

function checkLive(x: Viewed): void {
  if (x.storage === DISPOSED) throw plainError('data', 'DISPOSED', 'a tensor was used after dispose()')
}

function copyOut(storage: Storage, byteOffset: number, data: Data): void {
  if (!addon.copyOut(storage.slot, storage.generation, byteOffset, data))
    throw plainError('data', 'INTERNAL', 'a view reaches outside its storage; please report this as a bug')
}

/** Copies bytes of a contiguous tensor's memory out, from `byteOffset` behind its first element. */
export function copyBytesOut(x: Hosted, byteOffset: number, into: Uint8Array): void {
  checkLive(x)
  if (into.length > 0) copyOut(x.storage, x.offset * (ITEM_BYTES[x.code] as number) + byteOffset, into)
}

/** Copies bytes into a contiguous tensor that nobody has seen yet. */
export function copyBytesIn(x: Hosted, byteOffset: number, from: Uint8Array): void {
  const { slot, generation } = x.storage
  const at = x.offset * (ITEM_BYTES[x.code] as number) + byteOffset
  if (from.length > 0 && !addon.copyIn(slot, generation, at, from))
    throw plainError('data', 'INTERNAL', 'a copy did not fit; please report this as a bug')
}

/** The elements in C order, in memory of the caller's own. */
export function hostData(x: Hosted): Data {
  checkLive(x)
  const make = STORAGE[x.code] as DataConstructor
  const bytes = ITEM_BYTES[x.code] as number
  const data = new make(x.size * numbersOf(x.code))
  if (x.size === 0) return data
  if (x.contiguous) {
    copyOut(x.storage, x.offset * bytes, data)
    return data
  }
  const storage = allocate(x.size * bytes)
  const offset = givenOffset()
  retain(storage)
  try {
    withoutRecording(() => {
      begin(COPY)
      view(new Area(storage, offset / bytes, x.code, x.shape, contiguousStrides(x.shape)))
      view(x)
      run('data')
    })
    copyOut(storage, offset, data)
  } finally {
    release(storage)
  }
  return data
}

const kept = new WeakMap<Hosted, Data>()
let external = process.env.NDOPS_NO_EXTERNAL_BUFFERS !== '1'
let outlivable = !isMainThread

/**
 * Whether the host lets a block's buffer be moved (Node 22 and later, until it locks them): a worker's end frees its
 * blocks' buffers, wherever they have gone by then.
 */
function movable(buffer: ArrayBuffer): boolean {
  const { transfer } = buffer as { transfer?: () => ArrayBuffer }
  if (transfer === undefined) return false
  try {
    transfer.call(buffer)
    return true
  } catch {
    return false
  }
}

/** The block's memory as the user sees it, or undefined where it cannot be shown. */
function exposed(storage: Storage): ArrayBuffer | undefined {
  if (!external || storage.used >= 0 || storage.engine !== undefined) return undefined
  if (storage.exposed === undefined) {
    storage.exposed = addon.expose(storage.slot, storage.generation)
    // The host said no: Electron's memory cage. It will not change its mind.
    if (storage.exposed === undefined) external = false
    else if (outlivable) {
      // Asked once, with this buffer, which nobody has seen yet.
      outlivable = false
      external = !movable(storage.exposed)
      if (!external) storage.exposed = undefined
    }
  }
  // A buffer that was transferred belongs to somebody else now.
  return storage.exposed?.byteLength === 0 ? undefined : storage.exposed
}

/** The kept typed array of a tensor: over its memory where possible, else a copy. */
export function hostView(x: Hosted): Data {
  checkLive(x)
  const before = kept.get(x)
  if (before !== undefined && (before.length > 0 || x.size === 0)) return before
  const buffer = x.size > 0 && x.contiguous ? exposed(x.storage) : undefined
  const make = STORAGE[x.code] as DataConstructor
  const bytes = ITEM_BYTES[x.code] as number
  const data = buffer === undefined ? hostData(x) : new make(buffer, x.offset * bytes, x.size * numbersOf(x.code))
  kept.set(x, data)
  return data
}
