/** Keras's ops for Node.js: every function at once. `ndops/promises` has the same ones off the event loop. */

import './methods'

export * from './config'
export type { DType } from './core/dtype'
export type { NdopsError } from './core/errors'
export type { ComplexValue, NestedArray, Value } from './core/values'
export * from './generated/io'
export * from './generated/kerasNames'
export * from './generated/ops'
export { Tensor } from './tensor'
