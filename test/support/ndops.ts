/** The built package as its users load it: tests and their support take it from here, wherever they were compiled to. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The checkout, from wherever the compiled tests lie in it. */
export function root(): string {
  let place = __dirname
  while (!existsSync(join(place, 'package.json'))) place = dirname(place)
  return place
}

export type { Tensor } from '../../lib/index'

const dist = (file: string): unknown => require(join(root(), 'dist', file))

export const ndops = dist('index.js') as typeof import('../../lib/index')
export const promises = dist('promises.js') as typeof import('../../lib/promises')
/** Strided views of any kind, which no op makes. */
export const { viewOf } = dist('tensor.js') as typeof import('../../lib/tensor')

export type Call = (...args: unknown[]) => unknown

/** An op by its name, or undefined. */
export function exported(name: string, from: object = ndops): Call | undefined {
  const found = (from as { readonly [key: string]: unknown })[name]
  return typeof found === 'function' ? (found as Call) : undefined
}

/** An op by its name. */
export function op(name: string): Call {
  const found = exported(name)
  if (found === undefined) throw new Error(`ndops does not export ${name}`)
  return found
}

/** Whether a value is an error as the API promises them: coded, and worded without gaps. */
export function isCoded(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error) || !('code' in error)) return false
  return /^ERR_NDOPS_[A-Z_]+$/.test(String(error.code)) && !error.message.includes('[object ')
}
