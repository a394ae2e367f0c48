/** What the process is and uses: memory, threads, the build. Shared by all threads of the process but for floatx(). */

import type { Operand } from './core/convert'
import { codeOf, type DType } from './core/dtype'
import { kindOf, rangeError, typeError } from './core/errors'
import { addon, addonFile } from './core/native'
import { checkShape } from './core/shape'
import { reinterpret } from './core/typed'
import { VERSION } from './generated/version'
import type { Tensor } from './tensor'

export { floatx, setFloatx } from './core/dtype'
export { receive, type SharedToken, share } from './core/share'

/** Bytes of tensors, of the whole process. */
export interface MemoryInfo {
  /** In tensors that are alive. */
  readonly live: number
  /** Kept warm for reuse. */
  readonly pooled: number
  /** The most that live and pooled have been together. */
  readonly peak: number
  /** What {@link setMemoryLimit} set; 0 for none. */
  readonly limit: number
}

/** How many bytes tensors take. */
export function memory(): MemoryInfo {
  return addon.memory()
}

/**
 * Makes live bytes past this an error (code ERR_NDOPS_MEMORY_LIMIT); 0 takes the limit away. Throws a RangeError for
 * anything but a whole number of bytes.
 */
export function setMemoryLimit(bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw rangeError('setMemoryLimit', 'ARGUMENT', `bytes must be a whole number, 0 or more; received ${kindOf(bytes)}`)
  addon.setMemoryLimit(bytes)
}

/** Gives the pooled memory back to the system. */
export function trimMemory(): void {
  addon.trimMemory()
}

/**
 * Sets how many threads a call may use, 1 to 256; calls that are under way keep theirs. The default respects affinity
 * and cgroup quota; NDOPS_NUM_THREADS sets it from outside.
 */
export function setNumThreads(count: number): void {
  if (typeof count !== 'number')
    throw typeError('setNumThreads', 'ARGUMENT', `count must be a number; received ${kindOf(count)}`)
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw rangeError('setNumThreads', 'ARGUMENT', `count must be a whole number from 1 to 256; received ${count}`)
  addon.setThreads(count)
}

/** How many threads a call may use. */
export function numThreads(): number {
  return addon.threads()
}

export interface BuildInfo {
  readonly version: string
  /** The instruction set in use: v2 (SSE4.2), v3 (AVX2), v4 (AVX-512), neon. NDOPS_CPU_LEVEL forces a lower one. */
  readonly cpuLevel: string
  /** The levels that this build has and this processor runs, lowest first: what NDOPS_CPU_LEVEL may name. */
  readonly cpuLevels: readonly string[]
  /** The BLAS library, and the kernel that it chose for this processor. */
  readonly blas: string
  readonly blasKernel: string
  readonly threads: number
  /** Processors by affinity and cgroup quota. */
  readonly processors: number
  /** The cgroup's quota in processors, 0 for none. */
  readonly quota: number
  /** Bytes that this process may use: physical memory, or the cgroup's limit where that is lower. */
  readonly memoryBudget: number
  /** The binary in use, relative to the package. */
  readonly binary: string
}

/** What this build is and what it runs on. */
export function buildInfo(): BuildInfo {
  const { kernels: _, ...build } = addon.build()
  return { version: VERSION, ...build, threads: addon.threads(), binary: addonFile }
}

/**
 * A tensor of a copy of a typed array, its storage **reinterpreted**: Uint16Array bits as float16 or bfloat16, bytes as
 * bool (any but 0 is true), interleaved floats as complex. The shape defaults to one axis. To cast values use `array`.
 *
 * Throws a TypeError for a typed array that does not store the dtype, a RangeError where shape and length disagree.
 *
 * @example
 * fromData(new Float32Array([1, 0, 0, 1]), [2], 'complex64')
 */
export function fromData(data: ArrayBufferView, shape?: number | readonly number[] | null, dtype?: DType): Tensor {
  const given = shape === undefined || shape === null ? undefined : checkShape('fromData', shape)
  const code = dtype === undefined ? undefined : codeOf('fromData', dtype)
  return reinterpret('fromData', data, given, code)
}

export type { Operand }
