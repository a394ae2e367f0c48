/** Tensors from one thread to another without a copy: a token goes by postMessage, the memory stays where it is. */

import { clearInterval, setInterval, setTimeout } from 'node:timers'
import { Tensor } from '../tensor'
import { WORD, words } from './block'
import { type Operand, toTensor } from './convert'
import { type Code, ITEM_BYTES } from './dtype'
import { kindOf, plainError, rangeError, typeError } from './errors'
import { begin, kernel, run, view, withoutRecording } from './launch'
import { addon } from './native'
import { contiguousStrides, isContiguous, MAX_RANK, shapeOf, sizeOf } from './shape'
import { allocateBlock, DISPOSED, LOOK_MILLISECONDS, made } from './storage'

const COPY = kernel('copy')
/** dtype, offset, rank, shape, strides: native/core/shared.h knows how many there can be. */
const DESCRIPTION = 3 + 2 * MAX_RANK
const SECONDS = 300
const MOST_MILLISECONDS = 2 ** 31 - 1

interface State {
  readonly id: number
  posted: boolean
}

// Tokens that may be collected without having been posted; looked at as storage is (core/storage.ts says why).
const unposted = new Map<State, WeakRef<SharedToken>>()
let looking: NodeJS.Timeout | undefined

function lookForDropped(): void {
  for (const [state, token] of unposted) {
    if (!state.posted && token.deref() === undefined) addon.unshare(state.id)
    else if (!state.posted) continue
    unposted.delete(state)
  }
  if (unposted.size > 0) return
  clearInterval(looking)
  looking = undefined
}

let timer: NodeJS.Timeout | undefined
let due = 0

/** Looks again when the first token's time may be over. */
function watch(milliseconds: number): void {
  const at = performance.now() + milliseconds
  if (timer !== undefined && at >= due) return
  clearTimeout(timer)
  due = at
  timer = setTimeout(
    () => {
      timer = undefined
      const next = addon.sweepShared()
      if (next >= 0) watch(next)
    },
    Math.min(milliseconds + 1, MOST_MILLISECONDS),
  ).unref()
}

/** What `share` gives and `postMessage` carries to the one thread that calls {@link receive}. */
export class SharedToken {
  /** @internal What structured clone copies: reading it says that the token is on its way. */
  declare readonly ndopsToken: number
  readonly #state: State

  /** @internal */
  constructor(id: number, seconds: number) {
    const state: State = { id, posted: false }
    this.#state = state
    Object.defineProperty(this, 'ndopsToken', {
      enumerable: true,
      get: () => {
        if (!state.posted) {
          state.posted = true
          addon.post(id, seconds)
          watch(seconds * 1000)
        }
        return id
      },
    })
    unposted.set(state, new WeakRef(this))
    looking ??= setInterval(lookForDropped, LOOK_MILLISECONDS).unref()
  }

  /** Lets go of the tensor, if nobody has received it yet. Whether that was so. */
  release(): boolean {
    this.#state.posted = true
    return addon.unshare(this.#state.id)
  }
}

/** A contiguous copy in a block of its own. */
function inBlock(x: Tensor): Tensor {
  const bytes = x.size * (ITEM_BYTES[x.code] as number)
  const out = new Tensor(allocateBlock(bytes), 0, x.code, x.shape, contiguousStrides(x.shape), x.size, true)
  withoutRecording(() => {
    begin(COPY)
    view(out)
    view(x)
    run('share')
  })
  return out
}

/**
 * A token for a tensor that another thread is to have: `worker.postMessage(share(x))` there, `receive(token)` here. The
 * memory is not copied; only results up to 16 KiB are. Both threads may then read the tensor, each disposes of its own.
 *
 * A token is received once, by whichever thread asks first. It holds the memory until then, at most: a token that was
 * never posted until it is collected or its thread ends, a posted one until `token.release()` or until `seconds` have gone
 * by (300 where nothing is said), also when its thread has ended.
 *
 * Throws a TypeError for what is no operand, an Error with code ERR_NDOPS_DISPOSED for a disposed tensor, a RangeError for
 * `seconds` that are no positive number.
 *
 * @example
 * receive(share(array([1, 2]))) // [1, 2]
 */
export function share(x: Operand, named: { readonly seconds?: number } = {}): SharedToken {
  const seconds = named.seconds ?? SECONDS
  if (typeof seconds !== 'number' || !(seconds > 0))
    throw rangeError('share', 'ARGUMENT', `seconds must be a positive number; received ${kindOf(seconds)}`)
  const tensor = toTensor('share', 'x', x)
  if (tensor.storage === DISPOSED) throw plainError('share', 'DISPOSED', 'a tensor was used after dispose()')
  const { used, engine } = tensor.storage
  const held = used < 0 && engine === undefined ? tensor : inBlock(tensor)
  const { storage, offset, code, shape, strides } = held
  const id = addon.share(
    storage.slot,
    storage.generation,
    Float64Array.of(code, offset, shape.length, ...shape, ...strides),
  )
  // The token has a hold of its own by now.
  if (held !== tensor) held.dispose()
  if (tensor !== x) tensor.dispose()
  if (id === 0) throw plainError('share', 'DISPOSED', 'a tensor was used after dispose()')
  return new SharedToken(id, seconds)
}

/**
 * The tensor of a token that another thread's `share` made and `postMessage` brought: over the same memory, without a copy.
 *
 * Throws a TypeError for what is no token, an Error with code ERR_NDOPS_TOKEN for one that was received before, released,
 * or that took longer than the sharing thread allowed for.
 *
 * @example
 * receive(share(array([1, 2]))) // [1, 2]
 */
export function receive(token: unknown): Tensor {
  const id = (token as { ndopsToken?: unknown } | null | undefined)?.ndopsToken
  if (typeof id !== 'number')
    throw typeError('receive', 'ARGUMENT', `token must come from share(); received ${kindOf(token)}`)
  const description = new Float64Array(DESCRIPTION)
  if (!addon.receive(id, description))
    throw plainError('receive', 'TOKEN', 'the token was received before, released, or its time is over')
  const storage = made(words[WORD.DETAIL] as number)
  const [code, offset, rank] = description as unknown as [Code, number, number]
  const shape = shapeOf(Array.from(description.subarray(3, 3 + rank)))
  const strides = shapeOf(Array.from(description.subarray(3 + rank, 3 + 2 * rank)))
  return new Tensor(storage, offset, code, shape, strides, sizeOf('receive', shape), isContiguous(shape, strides))
}
