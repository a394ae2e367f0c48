/** Loads the addon. The only file that does. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What native/binding exports. `run`, `allocate` and `release` speak through the block given to `open`. */
export interface Addon {
  open(words: Float64Array): void
  run(): void
  allocate(): void
  release(): void
  copyIn(slot: number, generation: number, byteOffset: number, data: ArrayBufferView): boolean
  copyOut(slot: number, generation: number, byteOffset: number, data: ArrayBufferView): boolean
  expose(slot: number, generation: number): ArrayBuffer | undefined
  adopt(buffer: ArrayBuffer): void
  submit(id: number, words: Float64Array, count: number): boolean
  cancel(id: number): void
  onSettled(settle: (id: number) => void): void
  /** A token for a block, or 0. */
  share(slot: number, generation: number, description: Float64Array): number
  post(token: number, seconds: number): void
  receive(token: number, description: Float64Array): boolean
  unshare(token: number): boolean
  /** Milliseconds until the next posted token's time is over, or -1. */
  sweepShared(): number
  kernel(name: string): number
  build(): {
    cpuLevel: string
    blas: string
    blasKernel: string
    processors: number
    quota: number
    memoryBudget: number
    kernels: string[]
  }
  threads(): number
  setThreads(count: number): void
  memory(): { live: number; pooled: number; peak: number; limit: number }
  setMemoryLimit(bytes: number): void
  trimMemory(): void
  failAllocation(n: number): void
}

function load(): Addon {
  const built = join(__dirname, '../../build/Release/ndops.node')
  if (!existsSync(built)) {
    throw Object.assign(
      new Error(
        `ndops: no addon for ${process.platform}-${process.arch}, Node ${process.version}; tried ${built}. ` +
          'In a checkout, build it with: npm run build',
      ),
      { code: 'ERR_NDOPS_LOAD' },
    )
  }
  return require(built) as Addon
}

export const addon: Addon = load()
