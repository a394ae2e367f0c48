// The ops that there are, each under one name, and the dtype that each is measured in.
import * as ops from 'ndops'
import { hasCase } from './cases'

const exported: { readonly [name: string]: unknown } = { ...ops }

/** An alias is the same function; the name whose record has a fixture stands for it. */
export const known: readonly string[] = (() => {
  const functions = new Map<unknown, string>()
  for (const [name, f] of Object.entries(exported))
    if (typeof f === 'function' && 'parameters' in f && !name.includes('_') && (!functions.has(f) || hasCase(name)))
      functions.set(f, name)
  return [...functions.values()]
})()

/** Ops of integers or bools alone say so by refusing a float. */
export const dtypeOf = (op: string): string =>
  ['float32', 'int32', 'bool'].find((dtype) => {
    try {
      const x = ops.ones([2], dtype as 'float32')
      const f = exported[op] as ((...args: unknown[]) => unknown) & typeof ops.add
      return f(...f.parameters.required.map(() => x)) !== undefined
    } catch {
      return false
    }
  }) ?? 'float32'
