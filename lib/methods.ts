/** Hangs the ops on Tensor: every op whose first argument is the operand, but for creation and control. */

import type { AnyFunction } from './core/arguments'
import * as ops from './generated/methods'
import { Tensor } from './tensor'

type Ops = typeof ops

/** Ops of several operands in one argument have no method. */
type Several = 'xs' | 'subscripts'

type First<T> = T extends { readonly parameters: { readonly required: readonly [infer F, ...unknown[]] } } ? F : never

type Tail<A> = A extends readonly [unknown?, ...infer R] ? R : never

type Method<F> = F extends (...args: infer A) => infer R ? (...args: Tail<A>) => R : never

export type Methods = {
  [K in keyof Ops as First<Ops[K]> extends never ? never : First<Ops[K]> extends Several ? never : K]: Method<Ops[K]>
}

declare module './tensor' {
  interface Tensor extends Methods {}
}

const SEVERAL: readonly string[] = ['xs', 'subscripts'] satisfies Several[]

for (const [name, op] of Object.entries(ops) as [
  string,
  AnyFunction & { parameters?: { required: readonly string[] } },
][]) {
  const first = op.parameters?.required[0]
  // size, shape and ndim are the tensor's own.
  if (first === undefined || SEVERAL.includes(first) || name in Tensor.prototype) continue
  const method = function (this: Tensor, ...args: unknown[]): unknown {
    return op(this, ...args)
  }
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true })
}
