/**
 * Every error that a user sees: a TypeError for a wrong kind, a RangeError for a wrong size, axis, index or value, each
 * with a stable `code` and one form: `ndops.<op>: what is wrong; received ...; expected ...`.
 */

/** The codes are part of the contract: tests compare them, users switch on them. */
export type ErrorCode =
  | 'ABORTED'
  | 'ARGUMENT'
  | 'AXIS'
  | 'BROADCAST'
  | 'BUFFER'
  | 'DISPOSED'
  | 'DTYPE'
  | 'FILE'
  | 'FORMAT'
  | 'INDEX'
  | 'INTERNAL'
  | 'LOAD'
  | 'MEMORY_LIMIT'
  | 'OPTION'
  | 'OUT_OF_MEMORY'
  | 'QUEUE_FULL'
  | 'RAGGED'
  | 'RANK'
  | 'SHAPE_MISMATCH'
  | 'SIZE'
  | 'TENSOR_TRANSFER'
  | 'TOKEN'
  | 'VALUE'

export interface NdopsError extends Error {
  readonly code: `ERR_NDOPS_${ErrorCode}`
}

function coded(error: Error, code: ErrorCode): NdopsError {
  return Object.assign(error, { code: `ERR_NDOPS_${code}` as const })
}

/** A wrong kind of argument. */
export function typeError(op: string, code: ErrorCode, message: string): NdopsError {
  return coded(new TypeError(`ndops.${op}: ${message}`), code)
}

/** A wrong size, axis, index or value. */
export function rangeError(op: string, code: ErrorCode, message: string): NdopsError {
  return coded(new RangeError(`ndops.${op}: ${message}`), code)
}

/** What is neither: memory, the machine, a fault of ours. */
export function plainError(op: string, code: ErrorCode, message: string): NdopsError {
  return coded(new Error(`ndops.${op}: ${message}`), code)
}

/** The error that an abort signal causes: named AbortError as in every web API, its reason kept as the cause. */
export function abortError(op: string, reason: unknown): NdopsError {
  const error = coded(new Error(`ndops.${op}: the operation was aborted`, { cause: reason }), 'ABORTED')
  error.name = 'AbortError'
  return error
}

/** A shape as messages show it: [2, 3]. */
export function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

/** What kind of thing a value is, for messages; never calls into the value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === 'object') return 'an object'
  return value === undefined ? 'undefined' : `a ${typeof value}`
}

/** How a launch ended, as native/core/kernel.h numbers it. */
export const Status = {
  Ok: 0,
  Cancelled: 1,
  OutOfMemory: 2,
  MemoryLimit: 3,
  Disposed: 4,
  Extent: 5,
  Unsupported: 6,
  Index: 7,
  NegativePower: 8,
  TooLarge: 9,
  Value: 10,
  /** No launch was made: native/core/jobs.h. */
  QueueFull: 100,
} as const

/** What ops expect of values that only a kernel sees. */
const EXPECTED: { readonly [op: string]: string } = {
  bincount: '; expected no negative integers',
  digitize: '; expected bins that rise, or bins that fall',
}

/** Words what a launch reported. `a`, `b`, `c` are the status's details. */
export function statusError(op: string, status: number, a: number, b: number, c: number): NdopsError {
  switch (status) {
    case Status.Cancelled:
      return abortError(op, undefined)
    case Status.OutOfMemory:
      return plainError(
        op,
        'OUT_OF_MEMORY',
        'out of memory; dispose tensors, work in smaller parts or call trimMemory()',
      )
    case Status.MemoryLimit:
      return plainError(op, 'MEMORY_LIMIT', 'the limit of setMemoryLimit() is reached; dispose tensors or raise it')
    case Status.Disposed:
      return plainError(op, 'DISPOSED', 'a tensor was used after dispose()')
    case Status.Index:
      return rangeError(op, 'INDEX', `index ${a} is out of bounds for axis ${c} with size ${b}`)
    case Status.NegativePower:
      return rangeError(
        op,
        'VALUE',
        'integers to negative integer powers are not allowed; cast the base to a float dtype first',
      )
    case Status.TooLarge:
      return rangeError(op, 'SIZE', 'the result would be larger than memory can be')
    case Status.Value:
      return rangeError(op, 'VALUE', `invalid value ${b} at position ${a}${EXPECTED[op] ?? ''}`)
    case Status.QueueFull:
      return plainError(
        op,
        'QUEUE_FULL',
        'calls that have not ended hold half of the memory; await some of them before you start more',
      )
    default:
      return plainError(op, 'INTERNAL', `a launch was refused (status ${status}); please report this as a bug`)
  }
}
