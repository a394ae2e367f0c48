/** Recorded launches as promises: submit, settle, abort. */

import { WORD, words } from './block'
import { abortError, kindOf, Status, statusError, typeError } from './errors'
import { lateStorage, Recording, record } from './launch'
import { addon } from './native'
import type { Storage } from './storage'

interface Pending {
  readonly recording: Recording
  readonly result: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly site: { stack?: string }
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

function unwatch(signal: AbortSignal, id: number): void {
  const known = watched.get(signal)
  if (known === undefined) return
  known.ids.delete(id)
  if (known.ids.size > 0) return
  watched.delete(signal)
  signal.removeEventListener('abort', known.listener)
}

/** The error as if it had been thrown at the call, so that an unhandled rejection says where it came from. */
function at(site: { stack?: string }, error: Error): Error {
  const frames = site.stack?.indexOf('\n    at ') ?? -1
  if (frames >= 0) error.stack = `${error.name}: ${error.message}${site.stack?.slice(frames)}`
  return error
}

function settle(id: number): void {
  const job = pending.get(id)
  if (job === undefined) return
  pending.delete(id)
  if (job.signal !== undefined) unwatch(job.signal, id)
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
  const finish = recording.finish
  if (finish === undefined) {
    recording.succeed(job.result)
    job.resolve(job.result)
    return
  }
  const rows = words[WORD.LATE_ROWS] as number
  const columns = words[WORD.LATE_COLUMNS] as number
  const storage = lateStorage(recording.lateBytes)
  recording.close()
  // What finishes the result may launch again: then that is the job's next part.
  begin(() => finish(storage, rows, columns), job, [...recording.made, storage])
}

type Settling = Pick<Pending, 'resolve' | 'reject' | 'signal' | 'site'>

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
  const status = addon.submit(id, recording.words, recording.count, recording.bytes)
  if (status !== Status.Ok) throw statusError(recording.ops[0] ?? 'promises', status, 0, 0, 0)
  const { resolve, reject, signal, site } = to
  if (signal !== undefined) watch(signal, id)
  pending.set(id, { recording, result, resolve, reject, signal, site })
}

/** Runs an op's launches off the event loop. Errors of arguments reject at once, those of values when they are met. */
export function promised<T>(op: string, make: () => T, signal: unknown, caller: () => unknown): Promise<T> {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, caller)
  return new Promise<T>((resolve, reject) => {
    if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) {
      reject(typeError(op, 'ARGUMENT', `signal must be an AbortSignal; received ${kindOf(signal)}`))
      return
    }
    if (signal?.aborted) {
      reject(at(site, abortError(op, signal.reason)))
      return
    }
    begin(make, { resolve: resolve as (value: unknown) => void, reject, signal: signal ?? undefined, site })
  })
}
