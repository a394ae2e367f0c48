/** Recorded launches as promises: submit, settle, abort. */

import { setImmediate } from 'node:timers'
import { WORD, words } from './block'
import { abortError, kindOf, Status, statusError, typeError } from './errors'
import { lateOutput, Recording, record } from './launch'
import { addon, Submitted } from './native'
import type { Storage } from './storage'

interface Pending {
  readonly recording: Recording
  readonly result: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly site: Site
}

/** Where a call was made. */
interface Site {
  stack?: string
}

const pending = new Map<number, Pending>()
// 0 is no job.
let lastId = 0
let listening = false

/** The jobs that a signal stops, and what it calls: one listener, since Node warns of more than ten. */
interface Watched {
  readonly ids: Set<number>
  readonly listener: () => void
}

const watched = new WeakMap<AbortSignal, Watched>()

function watch(signal: AbortSignal, id: number): void {
  const known = watched.get(signal)
  if (known !== undefined) {
    known.ids.add(id)
    return
  }
  const ids = new Set([id])
  const listener = () => {
    for (const one of ids) addon.cancel(one)
  }
  watched.set(signal, { ids, listener })
  signal.addEventListener('abort', listener, { once: true })
}

// Signals that were left without a job in this turn. A chain of calls takes the same one again at once, and a listener
// costs more than a small job.
let left: AbortSignal[] = []

function unwatch(signal: AbortSignal, id: number): void {
  const known = watched.get(signal)
  if (known === undefined) return
  known.ids.delete(id)
  if (known.ids.size === 0 && left.push(signal) === 1) setImmediate(forget)
}

/** Nothing of ours stays with a signal that no job waits for: Node keeps some that are listened to. */
function forget(): void {
  for (const signal of left) {
    const known = watched.get(signal)
    if (known === undefined || known.ids.size > 0) continue
    watched.delete(signal)
    signal.removeEventListener('abort', known.listener)
  }
  left = []
}

/** The error as if it had been thrown at the call, so that an unhandled rejection says where it came from. */
function at(site: Site, error: Error): Error {
  const frames = site.stack?.indexOf('\n    at ') ?? -1
  if (frames >= 0) error.stack = `${error.name}: ${error.message}${site.stack?.slice(frames)}`
  return error
}

function settle(id: number): void {
  const job = pending.get(id)
  if (job === undefined) return
  pending.delete(id)
  if (job.signal !== undefined) unwatch(job.signal, id)
  finish(job)
}

/** Settles a job's promise by the outcome in the block. */
function finish(job: Pending): void {
  const status = words[WORD.STATUS] as number
  const recording = job.recording
  if (status !== Status.Ok) {
    const op = recording.ops[words[WORD.KERNEL] as number] ?? 'promises'
    const [a, b, c] = [words[WORD.DETAIL] as number, words[WORD.DETAIL + 1] as number, words[WORD.DETAIL + 2] as number]
    recording.fail()
    const aborted = status === Status.Cancelled && job.signal?.aborted === true
    job.reject(at(job.site, aborted ? abortError(op, job.signal?.reason) : statusError(op, status, a, b, c)))
    return
  }
  const make = recording.finish
  if (make === undefined) {
    recording.succeed(job.result)
    job.resolve(job.result)
    return
  }
  const late = lateOutput(recording.lateBytes)
  recording.close()
  // What finishes the result may launch again: then that is the job's next part.
  const { resolve, reject, signal, site } = job
  const to = { resolve, reject, signal, site, caller: undefined }
  begin(() => make(late), to, [...recording.made, late.storage])
}

/** `site` may not be known yet: then the call is still under way, and `caller` is its function. */
interface Settling extends Pick<Pending, 'resolve' | 'reject' | 'signal'> {
  readonly site: Site | undefined
  readonly caller: (() => unknown) | undefined
}

/** `made` is what earlier parts made for the same result. */
function begin(make: () => unknown, to: Settling, made?: Storage[]): void {
  const recording = new Recording(made, made !== undefined)
  let result: unknown
  try {
    result = record(recording, make)
    if (recording.count === 0) {
      recording.succeed(result)
      to.resolve(result)
      return
    }
    submit(recording, result, to)
  } catch (error) {
    recording.fail()
    to.reject(error)
  }
}

function submit(recording: Recording, result: unknown, to: Settling): void {
  const id = ++lastId
  if (!listening) {
    addon.onSettled(settle)
    listening = true
  }
  const { resolve, reject, signal } = to
  const outcome = addon.submit(id, recording.words, recording.count, recording.bytes)
  if (outcome === Submitted.Refused || outcome === Submitted.Full) {
    const status = outcome === Submitted.Full ? Status.QueueFull : Status.Disposed
    throw statusError(recording.ops[0] ?? 'promises', status, 0, 0, 0)
  }
  recording.submitted()
  const tiny = outcome === Submitted.Done
  const failed = tiny && words[WORD.STATUS] !== Status.Ok
  // Taking the stack costs more than a small job: one that went well, and that nothing can stop, needs none; for the
  // others it is taken where it is short.
  const site = to.site ?? (failed ? siteOf(to.caller) : {})
  if (to.site === undefined && !failed && !(tiny && signal === undefined)) begun = site
  const job = { recording, result, resolve, reject, signal, site }
  if (failed) finish(job)
  else if (tiny) finishTiny(job)
  if (tiny) return
  if (signal !== undefined) watch(signal, id)
  pending.set(id, job)
}

// A chain of awaits over tiny jobs never leaves the microtasks: the promises of so many settle in one turn of the event
// loop, the others in the next, so that timers and I/O come through.
const A_TURN = 128
let settled = 0
let waiting: Pending[] = []

/** Settles what was done when it was submitted: not before the caller could have aborted it. */
function finishTiny(job: Pending): void {
  if (settled++ === 0) setImmediate(nextTurn)
  if (settled > A_TURN) waiting.push(job)
  else if (job.signal === undefined) succeed(job)
  else queueMicrotask(() => succeed(job))
}

function nextTurn(): void {
  const jobs = waiting
  waiting = []
  settled = 0
  for (const job of jobs) succeed(job)
}

function succeed({ recording, result, resolve, reject, signal, site }: Pending): void {
  if (signal?.aborted) {
    recording.fail()
    reject(at(site, abortError(recording.ops[0] ?? 'promises', signal.reason)))
    return
  }
  recording.succeed(result)
  resolve(result)
}

/** Where the call that has been handed over was made: to be taken when it returns. */
let begun: Site | undefined

function siteOf(caller: (() => unknown) | undefined): Site {
  const site: Site = {}
  Error.captureStackTrace(site, caller)
  return site
}

/** Runs an op's launches off the event loop. Errors of arguments reject at once, those of values when they are met. */
export function promised<T>(op: string, make: () => T, signal: unknown, caller: () => unknown): Promise<T> {
  const promise = new Promise<T>((resolve, reject) => {
    if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) {
      reject(typeError(op, 'ARGUMENT', `signal must be an AbortSignal; received ${kindOf(signal)}`))
      return
    }
    if (signal?.aborted) {
      reject(at(siteOf(caller), abortError(op, signal.reason)))
      return
    }
    begin(make, {
      resolve: resolve as (value: unknown) => void,
      reject,
      signal: signal ?? undefined,
      site: undefined,
      caller,
    })
  })
  if (begun !== undefined) {
    Error.captureStackTrace(begun, caller)
    begun = undefined
  }
  return promise
}
