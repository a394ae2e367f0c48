/** The same functions, each returning a promise: the work leaves the event loop. `{ signal }` aborts it. */

import './methods'

export * from './config'
export type { DType } from './core/dtype'
export type { NdopsError } from './core/errors'
export type { ComplexValue, NestedArray, Value } from './core/values'
export type { Arrays, Savable } from './generated/io'
export * from './generated/promises'
export { Tensor } from './tensor'
