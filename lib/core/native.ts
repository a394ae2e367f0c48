/** Loads the addon. The only file that does. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cutShort } from './binaryFile'
import { type Attempt, loadError } from './loadError'
import { platformKey } from './platform'

/** What became of a job that was handed over. */
export enum Submitted {
  /** A handle in it names no storage. */
  Refused,
  Started,
  Done,
  /** Calls that have not ended hold too much. */
  Full,
}

/** What native/binding exports. `run`, `allocate`, `release` and `own` speak through the block given to `open`. */
export interface Addon {
  open(words: Float64Array): void
  run(): void
  allocate(): void
  release(): void
  own(owner: object): void
  sweep(): void
  copyIn(slot: number, generation: number, byteOffset: number, data: ArrayBufferView): boolean
  copyOut(slot: number, generation: number, byteOffset: number, data: ArrayBufferView): boolean
  expose(slot: number, generation: number): ArrayBuffer | undefined
  adopt(buffer: ArrayBuffer): void
  /**
   * A tiny job is done before the call returns, its outcome in the block. `bytes` were taken for it, -1 where it goes on
   * with a call that has begun.
   */
  submit(id: number, words: Float64Array, count: number, bytes: number): Submitted
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
    cpuLevels: string[]
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

// An ES module that was bundled has no __dirname, and no package around it.
const folder = typeof __dirname === 'string' ? join(__dirname, '../..') : '(bundle)'

function refuseDamaged(file: string): void {
  const fault = process.platform === 'linux' ? cutShort(file) : undefined
  if (fault !== undefined) throw new Error(fault)
}

/**
 * The binary that the package carries. The paths are literal and in a try, so that bundlers and tracers find each file
 * that is there and none that is not.
 */
function requirePrebuilt(key: string): unknown {
  try {
    refuseDamaged(join(folder, 'prebuilds', `${key}.node`))
    switch (key) {
      case 'linux-x64':
        return require('../../prebuilds/linux-x64.node')
      case 'linux-arm64':
        return require('../../prebuilds/linux-arm64.node')
      case 'linuxmusl-x64':
        return require('../../prebuilds/linuxmusl-x64.node')
      case 'linuxmusl-arm64':
        return require('../../prebuilds/linuxmusl-arm64.node')
      case 'darwin-universal':
        return require('../../prebuilds/darwin-universal.node')
      case 'win32-x64':
        return require('../../prebuilds/win32-x64.node')
      case 'win32-arm64':
        return require('../../prebuilds/win32-arm64.node')
      default:
        return undefined
    }
  } catch (error) {
    attempts.push({ file: join(folder, 'prebuilds', `${key}.node`), error })
    return undefined
  }
}

/** The binary of `npm run build`. Not by require: bundlers need not know of it. */
function openBuilt(): unknown {
  const file = join(folder, 'build/Release/ndops.node')
  const holder = { exports: {} }
  try {
    if (!existsSync(file)) throw new Error('no such file')
    refuseDamaged(file)
    process.dlopen(holder, file)
    return holder.exports
  } catch (error) {
    attempts.push({ file, error })
    return undefined
  }
}

const attempts: Attempt[] = []

function load(): { addon: Addon; from: string } {
  const key = platformKey()
  const prebuilt = { from: `prebuilds/${key}.node`, open: () => requirePrebuilt(key) }
  const built = { from: 'build/Release/ndops.node', open: openBuilt }
  // A checkout's own build is of its own sources; the published package has no binding.gyp.
  const ways = existsSync(join(folder, 'binding.gyp')) ? [built, prebuilt] : [prebuilt, built]
  for (const { from, open } of ways) {
    const found = open()
    if (found !== undefined) return { addon: found as Addon, from }
  }
  throw loadError(key, folder, attempts)
}

/** The addon, and the file that it came from, relative to the package. */
export const { addon, from: addonFile } = load()
