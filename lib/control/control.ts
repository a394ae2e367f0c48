/**
 * Control flow with JavaScript functions. Each op is a generator that yields what it needs from outside: a call of the
 * user's function, or work that launches. Run at once in `ndops`; in `ndops/promises` user functions may be asynchronous
 * and launches leave the event loop.
 */

import { define } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { stackTensors } from '../core/copy'
import { kindOf, rangeError, show, typeError } from '../core/errors'
import { promised } from '../core/jobs'
import { ASYNC, type Signal } from '../core/later'
import { integer, without } from '../core/shape'
import { type Parts, partsOf, type Row, type Stacked, type Structure, stateOf } from '../core/structure'
import { Tensor, viewOf } from '../tensor'

export type { Row, Stacked, Structure } from '../core/structure'

/** What a step asks for: the user's function, or work of ours that launches kernels. */
interface Step {
  readonly call: () => unknown
  readonly ours: boolean
}

type Steps = Generator<Step, unknown, unknown>

const user = (call: () => unknown): Step => ({ call, ours: false })
const work = (call: () => unknown): Step => ({ call, ours: true })

// What a step throws is thrown into the generator, so that it gives back what it holds.
function runNow(steps: Steps): unknown {
  let next = steps.next()
  while (next.done !== true) {
    let value: unknown
    try {
      value = next.value.call()
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(value)
  }
  return next.value
}

async function runLater(op: string, steps: Steps, signal: unknown, caller: () => unknown): Promise<unknown> {
  const look = () => promised(op, () => undefined, signal, caller)
  await look()
  let next = steps.next()
  while (next.done !== true) {
    const { call, ours } = next.value
    let value: unknown
    try {
      value = ours ? await promised(op, call, signal, caller) : await call()
      await look()
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(value)
  }
  return next.value
}

/** An op of both forms from one generator. */
function control<T>(
  name: string,
  required: readonly string[],
  optional: readonly string[],
  steps: (...args: never[]) => Steps,
): T {
  const run = steps as (...args: unknown[]) => Steps
  const now = define(name, required, optional, (...args: unknown[]) => runNow(run(...args)))
  const collect = define(name, required, optional, (...args: unknown[]) => args) as (...args: unknown[]) => unknown[]
  const later = async (signal: unknown, ...args: unknown[]): Promise<unknown> =>
    runLater(name, run(...collect(...args)), signal, later as () => unknown)
  return Object.defineProperty(now, ASYNC, { value: later }) as T
}

function checkFunction(op: string, name: string, f: unknown): void {
  if (typeof f !== 'function') throw typeError(op, 'ARGUMENT', `${name} must be a function; received ${kindOf(f)}`)
}

/** A condition's truth: of a boolean, a number, or a tensor of one element. NaN is not 0, so it is true, as in `any`. */
function truth(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0
  const x = toTensor(op, name, value)
  if (x.size !== 1)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `${name} must be a boolean or a tensor of one element; received shape ${show(x.shape)}`,
    )
  const found = x.item()
  return typeof found === 'object' ? found.re !== 0 || found.im !== 0 : Number(found) !== 0
}

interface Parameters<R extends readonly string[], O extends readonly string[]> {
  readonly parameters: { readonly required: R; readonly optional: O }
}

interface Cond extends Parameters<readonly ['pred', 'trueFn', 'falseFn'], readonly []> {
  <A, B>(pred: Operand, trueFn: () => A, falseFn: () => B): A | B
  readonly [ASYNC]: <A, B>(
    pred: Operand,
    trueFn: () => A,
    falseFn: () => B,
    named?: Signal,
  ) => Promise<Awaited<A> | Awaited<B>>
}

/**
 * Calls `trueFn` where `pred` is true, else `falseFn`, and gives what that one gives.
 *
 * `pred` is a boolean, a number or a tensor of one element; the functions take no arguments. Throws a TypeError where
 * they are no functions, a RangeError where `pred` has several elements. In `ndops/promises` they may be asynchronous.
 *
 * @example
 * cond(true, () => 1, () => 2) // 1
 * @see https://keras.io/api/ops/core/#cond-function
 */
export const cond = control<Cond>(
  'cond',
  ['pred', 'trueFn', 'falseFn'],
  [],
  function* (pred: unknown, trueFn: () => unknown, falseFn: () => unknown): Steps {
    checkFunction('cond', 'trueFn', trueFn)
    checkFunction('cond', 'falseFn', falseFn)
    const chosen = truth('cond', 'pred', pred) ? trueFn : falseFn
    return yield user(() => chosen())
  },
)

interface ForiLoop extends Parameters<readonly ['lower', 'upper', 'bodyFun', 'initVal'], readonly []> {
  <S>(lower: number, upper: number, bodyFun: (i: number, state: S) => S, initVal: S): S
  readonly [ASYNC]: <S>(
    lower: number,
    upper: number,
    bodyFun: (i: number, state: S) => S | Promise<S>,
    initVal: S,
    named?: Signal,
  ) => Promise<S>
}

/**
 * Calls `bodyFun(i, state)` for each integer i from `lower` up to, not including, `upper`; each call's result is the
 * next one's state. Gives the last state, or `initVal` where there is no i.
 *
 * The state is anything: what `bodyFun` returns is passed on as it is. Throws a RangeError for bounds that are no
 * integers, a TypeError where `bodyFun` is no function. In `ndops/promises` it may be asynchronous.
 *
 * @example
 * foriLoop(0, 10, (i, sum) => sum + i, 0) // 45
 * @see https://keras.io/api/ops/core/#fori_loop-function
 */
export const foriLoop = control<ForiLoop>(
  'foriLoop',
  ['lower', 'upper', 'bodyFun', 'initVal'],
  [],
  function* (lower: unknown, upper: unknown, bodyFun: (i: number, state: unknown) => unknown, initVal: unknown): Steps {
    checkFunction('foriLoop', 'bodyFun', bodyFun)
    const end = bound('upper', upper)
    let state = initVal
    for (let i = bound('lower', lower); i < end; i++) state = yield user(() => bodyFun(i, state))
    return state
  },
)

function bound(name: string, value: unknown): number {
  return integer('foriLoop', name, value instanceof Tensor ? value.item() : value)
}

interface StopGradient extends Parameters<readonly ['variable'], readonly []> {
  (variable: Operand): Tensor
  readonly [ASYNC]: (variable: Operand, named?: Signal) => Promise<Tensor>
}

/**
 * The operand as a tensor. There are no gradients here to stop: it exists so that Keras code carries over.
 *
 * @example
 * stopGradient([1, 2, 3])
 * @see https://keras.io/api/ops/core/#stop_gradient-function
 */
export const stopGradient = control<StopGradient>(
  'stopGradient',
  ['variable'],
  [],
  function* (variable: unknown): Steps {
    return yield work(() => toTensor('stopGradient', 'variable', variable))
  },
)

interface VectorizedMap extends Parameters<readonly ['f', 'elements'], readonly []> {
  <E extends Structure, R extends Structure>(f: (row: Row<E>) => R, elements: E): Stacked<R>
  readonly [ASYNC]: <E extends Structure, R extends Structure>(
    f: (row: Row<E>) => R | Promise<R>,
    elements: E,
    named?: Signal,
  ) => Promise<Stacked<R>>
}

function rowOf(x: Tensor, i: number): Tensor {
  const [shape, strides] = [without(x.shape, 0), without(x.strides, 0)]
  return viewOf(x, x.offset + i * (x.strides[0] as number), shape, strides, x.size / (x.shape[0] as number))
}

/**
 * Calls `f` for each row (each index of axis 0) and stacks what it gives along a new axis 0.
 *
 * `elements` is an operand, or operands of one length in arrays and objects, one in another: then `f` gets their rows in
 * the same structure. An array is a structure of its entries; within a structure, one of plain numbers is an operand.
 * Where `f` gives a structure of operands, each of them is stacked. Throws a RangeError for operands without rows, of
 * different lengths or with none at all, and where results have different shapes or structures. In `ndops/promises` `f` may
 * be asynchronous.
 *
 * @example
 * vectorizedMap((row) => row.multiply(2), array([[1, 2], [3, 4]])) // [[2, 4], [6, 8]]
 * @see https://keras.io/api/ops/core/#vectorized_map-function
 */
export const vectorizedMap = control<VectorizedMap>(
  'vectorizedMap',
  ['f', 'elements'],
  [],
  function* (f: (row: unknown) => unknown, elements: unknown): Steps {
    const op = 'vectorizedMap'
    checkFunction(op, 'f', f)
    const { parts, build } = partsOf(op, elements, true)
    const tensors = (yield work(() => parts.map((part) => toTensor(op, 'elements', part)))) as Tensor[]
    const n = rowsOf(tensors)
    const results: Parts[] = []
    for (let i = 0; i < n; i++) {
      const rows = build(tensors.map((x) => rowOf(x, i)))
      // An array of plain values is a row by itself; one with tensors in it is a structure.
      results.push(partsOf(op, yield user(() => f(rows)), false))
    }
    const first = results[0] as Parts
    if (results.some(({ outline }) => outline !== first.outline))
      throw rangeError(op, 'SHAPE_MISMATCH', 'f must give the same structure for each row')
    return yield work(() => first.build(first.parts.map((_, k) => stack(results.map(({ parts }) => parts[k])))))
  },
)

/** How many rows the operands have: each as many. */
function rowsOf(tensors: readonly Tensor[]): number {
  const op = 'vectorizedMap'
  const lengths = tensors.map((x) => {
    if (x.shape.length === 0) throw rangeError(op, 'RANK', 'elements must have a first axis; received a 0-d operand')
    return x.shape[0] as number
  })
  const n = lengths[0] ?? 0
  if (lengths.some((length) => length !== n))
    throw rangeError(op, 'SHAPE_MISMATCH', `elements must have the same number of rows; received ${lengths.join(', ')}`)
  if (n === 0) throw rangeError(op, 'SIZE', 'elements has no rows, so there is nothing to stack')
  return n
}

/** Operands of one shape along a new first axis. */
function stack(rows: readonly unknown[]): Tensor {
  const op = 'vectorizedMap'
  const tensors = rows.map((row) => toTensor(op, 'the result of f', row))
  try {
    return stackTensors(op, tensors, [rows.length])
  } finally {
    // Those that were made of plain values go back.
    for (const [i, x] of tensors.entries()) if (x !== rows[i]) x.dispose()
  }
}

interface WhileLoop extends Parameters<readonly ['cond', 'body', 'loopVars'], readonly ['maximumIterations']> {
  <A extends readonly unknown[] | []>(
    cond: (...vars: [...A]) => unknown,
    body: (...vars: [...A]) => readonly [...A] | A[0],
    loopVars: A,
    maximumIterations?: number | null | { maximumIterations?: number | null },
  ): [...A]
  <S>(
    cond: (vars: S) => unknown,
    body: (vars: S) => S,
    loopVars: S,
    maximumIterations?: number | null | { maximumIterations?: number | null },
  ): S
  readonly [ASYNC]: <S>(
    cond: (...vars: S extends readonly unknown[] ? [...S] : [S]) => unknown,
    body: (...vars: S extends readonly unknown[] ? [...S] : [S]) => unknown,
    loopVars: S,
    maximumIterations?: number | null | (Signal & { maximumIterations?: number | null }),
    named?: Signal,
  ) => Promise<S>
}

/**
 * Calls `body` as long as `cond` holds; what `body` gives are the next loop variables. Gives the last ones.
 *
 * An array of loop variables is spread over the arguments of both functions, and `body` gives an array of as many; a
 * tensor, typed array or object is one variable. Numbers pass through as numbers, nested arrays of numbers and typed
 * arrays become tensors. At most `maximumIterations` calls of `body`. Throws a TypeError where a function is none, a
 * RangeError where `body` gives another number of variables. In `ndops/promises` both may be asynchronous.
 *
 * @example
 * whileLoop((x, y) => x < 10, (x, y) => [x + 1, y + 1], [0, 1]) // [10, 11]
 * @see https://keras.io/api/ops/core/#while_loop-function
 */
export const whileLoop = control<WhileLoop>(
  'whileLoop',
  ['cond', 'body', 'loopVars'],
  ['maximumIterations'],
  function* (
    condition: (...vars: unknown[]) => unknown,
    body: (...vars: unknown[]) => unknown,
    loopVars: unknown,
    maximumIterations: unknown = null,
  ): Steps {
    const op = 'whileLoop'
    checkFunction(op, 'cond', condition)
    checkFunction(op, 'body', body)
    const most =
      maximumIterations === null ? Number.POSITIVE_INFINITY : integer(op, 'maximumIterations', maximumIterations)
    const several = Array.isArray(loopVars)
    const given: readonly unknown[] = several ? loopVars : [loopVars]
    let vars = (yield work(() => given.map((x) => stateOf(op, 'loopVars', x)))) as unknown[]
    for (let i = 0; i < most; i++) {
      const held = vars
      if (!truth(op, 'what cond gives', yield user(() => condition(...held)))) break
      const next = yield user(() => body(...held))
      vars = several && Array.isArray(next) ? next : [next]
      if (vars.length !== given.length)
        throw rangeError(op, 'SHAPE_MISMATCH', `body must give ${given.length} loop variables; received ${vars.length}`)
    }
    return several ? vars : vars[0]
  },
)
