/**
 * Python's argument rule for JavaScript: arguments come in Keras's order; those with a default may be left out, or given
 * by name in one trailing plain object, or both. `undefined` is the default, `null` is Python's None.
 */

import { isTensorLike } from '../tensor'
import { kindOf, typeError } from './errors'

// biome-ignore lint/suspicious/noExplicitAny: the constraint of a function type; nothing is read through it
export type AnyFunction = (...args: any[]) => unknown

export type DropFirst<T extends readonly unknown[], N extends readonly unknown[]> = N extends readonly [
  unknown,
  ...infer M,
]
  ? T extends readonly [unknown?, ...infer R]
    ? DropFirst<R, M>
    : []
  : T

/** The arguments that may be given by name, from their names and the function's parameters. */
export type Named<O extends readonly string[], P extends readonly unknown[]> = O extends readonly [
  infer K extends string,
  ...infer Rest extends readonly string[],
]
  ? P extends readonly [(infer V)?, ...infer More]
    ? { readonly [key in K]?: V | undefined } & Named<Rest, More>
    : unknown
  : unknown

/** The parameters' beginnings, each followed by the named ones. */
export type Calls<Head extends readonly unknown[], Tail extends readonly unknown[], N> =
  | [...Head, N]
  | (number extends Tail['length']
      ? [...Head, ...Tail, N]
      : Tail extends readonly []
        ? never
        : Tail extends readonly [(infer V)?, ...infer More]
          ? Calls<[...Head, V], More, N>
          : never)

type Flat<T> = { [K in keyof T]: T[K] }

/** The types of a call: the parameters as they are, or shorter with a named object behind. */
export type Arguments<R extends readonly string[], O extends readonly string[], P extends readonly unknown[]> =
  | P
  | (O extends readonly [] ? never : Calls<Take<P, R>, DropFirst<P, R>, Flat<Named<O, DropFirst<P, R>>>>)

export type Take<T extends readonly unknown[], N extends readonly unknown[]> = N extends readonly [unknown, ...infer M]
  ? T extends readonly [(infer F)?, ...infer Rest]
    ? [F, ...Take<Rest, M>]
    : []
  : []

/** An op: a function with its Keras parameter names. */
export interface Op<R extends readonly string[], O extends readonly string[], F extends AnyFunction> {
  (...args: Arguments<R, O, Parameters<F>>): ReturnType<F>
  readonly parameters: { readonly required: R; readonly optional: O }
}

/** Where a type says that its op has a second form of call; no value carries it. */
export declare const FORM: unique symbol

/** An op with a second form of call besides. */
export type WithForm<G extends AnyFunction, T> = ((...args: Parameters<G>) => ReturnType<G>) &
  T & { readonly [FORM]?: G }

/** Whether an argument is the trailing named object: a plain one without `data` or `re`. */
export function isNamed(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || isPlain(value, prototype)) && !('data' in value) && !('re' in value)
}

/** Plain in another realm, made by a literal there, or without a prototype. */
function isPlain(value: object, prototype: unknown): boolean {
  if (Array.isArray(value) || isTensorLike(value)) return false
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Edits between two words, for the hint: insertions, deletions, substitutions. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitute))
    }
    row = next
  }
  return row[b.length] as number
}

function nearest(key: string, names: readonly string[]): string {
  const ranked = names
    .map((name) => ({ name, d: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.d - b.d)
  const best = ranked[0]
  return best !== undefined && best.d <= Math.max(2, key.length / 2) ? `; did you mean ${best.name}?` : ''
}

/** Puts a named object's entries in their places behind the positional arguments. */
export function merge(
  op: string,
  names: readonly string[],
  required: number,
  positional: readonly unknown[],
  named: Record<string, unknown>,
): unknown[] {
  const all = [...positional]
  for (const key of Object.keys(named)) {
    const place = names.indexOf(key, required)
    if (place < 0) {
      const optional = names.slice(required)
      throw typeError(
        op,
        'OPTION',
        optional.length === 0
          ? `takes no named arguments; received ${key}`
          : `unknown argument '${key}'${nearest(key, optional)}; expected ${optional.join(', ')}`,
      )
    }
    if (place < positional.length && positional[place] !== undefined)
      throw typeError(op, 'OPTION', `argument '${key}' is given twice, in its place and by name`)
    // Without holes, which are slow to pass on.
    while (all.length <= place) all.push(undefined)
    all[place] = named[key]
  }
  return all
}

/** Throws where there are too few or too many arguments. */
export function checkCount(op: string, names: readonly string[], required: number, given: number): void {
  if (given > names.length)
    throw typeError(op, 'ARGUMENT', `takes at most ${names.length} arguments (${names.join(', ')}); received ${given}`)
  if (given < required) throw typeError(op, 'ARGUMENT', `argument '${names[given]}' is missing`)
}

/**
 * Makes an op of a function: its name, the names of its required and of its optional parameters in Keras's order.
 * The function gets its arguments by place.
 */
export function define<const R extends readonly string[], const O extends readonly string[], F extends AnyFunction>(
  name: string,
  required: R,
  optional: O,
  f: F,
): Op<R, O, F> {
  const names: readonly string[] = [...required, ...optional]
  const least = required.length
  const most = names.length
  const byName = (args: unknown[]): unknown => {
    const named = args.pop() as Record<string, unknown>
    checkCount(name, names, least, args.length)
    const all = merge(name, names, least, args, named)
    return all.length > 4 ? f(...all) : f(all[0], all[1], all[2], all[3])
  }
  // Without an array of arguments, which would cost as much as a small op.
  const wrapper = function (a: unknown, b: unknown, c: unknown, d: unknown): unknown {
    // biome-ignore-start lint/complexity/noArguments: see above
    const n = arguments.length
    if (n > least && isNamed(arguments[n - 1])) return byName(n > 4 ? [...arguments] : [a, b, c, d].slice(0, n))
    if (n > most || n < least) checkCount(name, names, least, n)
    return n > 4 ? f(...arguments) : f(a, b, c, d)
    // biome-ignore-end lint/complexity/noArguments: see above
  }
  return label(wrapper, name, required, optional) as Op<R, O, F>
}

/** Gives a function its op's name and parameter names. */
export function label(
  f: AnyFunction,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): AnyFunction {
  return Object.defineProperties(f, {
    name: { value: name },
    parameters: { value: Object.freeze({ required, optional }) },
  })
}

/** A yes or no from the user. */
export function flag(op: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw typeError(op, 'ARGUMENT', `${name} must be true or false; received ${kindOf(value)}`)
  return value
}
