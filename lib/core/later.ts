/** An op as a promise: the same source, its launches recorded and run on another thread. */

import {
  type AnyFunction,
  type Arguments,
  type Calls,
  type DropFirst,
  type FORM,
  isNamed,
  label,
  type Named,
  type Op,
  type Take,
} from './arguments'
import { promised } from './jobs'

/** An op that awaits functions of the user's brings its asynchronous form itself. */
export const ASYNC: unique symbol = Symbol('async')

export interface Signal {
  /** Aborts the work: the promise rejects with an AbortError and the memory goes back. */
  readonly signal?: AbortSignal | undefined
}

type WithSignal<R extends readonly string[], O extends readonly string[], P extends readonly unknown[]> =
  | Arguments<R, O, P>
  | Calls<Take<P, R>, DropFirst<P, R>, Named<O, DropFirst<P, R>> & Signal>

/** The asynchronous form of an op's type. */
export type Later<T> = LaterForm<T> & LaterCall<T>

/** That of its second form of call, where it has one. */
type LaterForm<T> = T extends { readonly [FORM]?: infer G }
  ? Exclude<G, undefined> extends (...args: infer A) => infer X
    ? (...args: [...A, Signal?]) => Promise<Awaited<X>>
    : unknown
  : unknown

type LaterCall<T> = T extends { readonly [ASYNC]: infer A }
  ? A
  : T extends Op<infer R, infer O, infer F>
    ? (...args: WithSignal<R, O, Parameters<F>>) => Promise<Awaited<ReturnType<F>>>
    : T extends (...args: infer A) => infer X
      ? (...args: A) => Promise<Awaited<X>>
      : never

/** What every op carries. */
interface Parametrized {
  readonly name: string
  readonly parameters: { readonly required: readonly string[]; readonly optional: readonly string[] }
  readonly [ASYNC]?: (...args: unknown[]) => Promise<unknown>
}

/** The op's asynchronous form. Takes `{ signal }` by name besides the op's own arguments. */
export function later<T extends AnyFunction>(op: T): Later<T> {
  const { name, parameters, [ASYNC]: own } = op as unknown as Parametrized
  const call = op as (...args: unknown[]) => unknown
  const least = parameters.required.length
  const most = least + parameters.optional.length
  const wrapper = (...args: unknown[]): Promise<unknown> => {
    let signal: unknown
    let given = args
    const last = args[args.length - 1]
    if (args.length > least && (last === undefined ? args.length > most : isNamed(last))) {
      // `{}` and undefined stand for no options, for ops too that have none but the signal.
      const { signal: named, ...rest } = (last ?? {}) as Record<string, unknown>
      signal = named
      given = args.slice(0, -1)
      if (Object.keys(rest).length > 0) given.push(rest)
    }
    if (own !== undefined) return own(signal, ...given)
    return promised(name, () => call(...given), signal, wrapper)
  }
  return label(wrapper as AnyFunction, name, parameters.required, [...parameters.optional, 'signal']) as Later<T>
}
