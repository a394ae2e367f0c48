/** Ops that fit a pattern: one line each in their family's file. */

import { emptyTensor, Tensor } from '../tensor'
import { type AnyFunction, checkCount, label, type Op } from './arguments'
import { isStrong, type Operand, operand, toTensor, type WeakScalar } from './convert'
import {
  BOOL,
  type Code,
  checkFits,
  computing,
  DTYPES,
  floatxDtype,
  floatxVersion,
  INT64,
  isComplex,
  isInexact,
  promote,
  promoteWeak,
  realPart,
  type Weak,
  weakAlone,
} from './dtype'
import { typeError } from './errors'
import { begin, flatView, kernel, number, run, scalar, view } from './launch'
import { PROMOTION } from './promotion'
import { broadcast, SCALAR, type Shape, sameShape } from './shape'

/**
 * What an op does with dtypes: from the dtype that its operands meet in, the one it computes in and the one it gives.
 * Throws a TypeError for a dtype that the op has no meaning for.
 */
export type Rule = (met: Code, op: string) => Signature

/** Two codes in one number: cheap to keep in tables. */
export type Signature = number

export const signature = (compute: Code, result: Code): Signature => compute * 16 + result

/** The dtype itself. */
export const same: Rule = (met) => signature(computing(met), met)

/** Integers and bool become floating: floatx(). */
export const toFloat: Rule = (met) => {
  const result = isInexact(met) ? met : floatxDtype()
  return signature(computing(result), result)
}

/** Comparisons and tests: computed in the dtype, the result is bool. */
export const toBool: Rule = (met) => signature(computing(met), BOOL)

/** Complex numbers give their parts' dtype. */
export const toReal: Rule = (met) => signature(computing(met), realPart(met))

/** A rule for all but complex numbers. */
export function realOnly(rule: Rule): Rule {
  return (met, op) => {
    if (isComplex(met)) throw typeError(op, 'DTYPE', `complex numbers are not supported; received ${DTYPES[met]}`)
    return rule(met, op)
  }
}

/** Bools become another dtype. */
export function boolTo(code: Code, rule: Rule): Rule {
  return (met, op) => rule(met === BOOL ? code : met, op)
}

/** The dtype of what is floating by nature, as a quotient: 64-bit integers give float64. */
export const toQuotient: Rule = (met, op) => same(promoteWeak(met, 'float'), op)

const UNKNOWN = -1

/** A rule's signatures by dtype, worked out when first asked for, and again when floatx() changed. */
export class Signatures {
  private readonly known = new Int16Array(16).fill(UNKNOWN)
  private version = floatxVersion
  constructor(
    private readonly op: string,
    private readonly rule: Rule,
  ) {}

  of(met: Code): Signature {
    if (this.version !== floatxVersion) {
      this.known.fill(UNKNOWN)
      this.version = floatxVersion
    }
    const found = this.known[met] as number
    return found !== UNKNOWN ? found : this.find(met)
  }

  private find(met: Code): Signature {
    const found = this.rule(met, this.op)
    this.known[met] = found
    return found
  }
}

export type Unary = Op<readonly ['x'], readonly [], (x: Operand) => Tensor>

/** An elementwise op of one operand. `name` is its kernel's name too, unless another is given. */
export function unary(name: string, rule: Rule, kernelName = name): Unary {
  const target = kernel(kernelName)
  const signatures = new Signatures(name, rule)
  const op = function (x: unknown): Tensor {
    // biome-ignore lint/complexity/noArguments: counting without an array is what keeps a call cheap
    if (arguments.length !== 1) checkCount(name, ['x'], 1, arguments.length)
    const a = x instanceof Tensor ? x : toTensor(name, 'x', x)
    const s = signatures.of(a.code)
    const out = emptyTensor(a.shape, s & 15, a.size, a.contiguous ? a.strides : undefined)
    begin(target)
    if (a.contiguous) {
      flatView(out, a.size)
      flatView(a, a.size)
    } else {
      view(out)
      view(a)
    }
    number(s >> 4)
    run(name)
    return out
  }
  return label(op as AnyFunction, name, ['x'], []) as Unary
}

export type Binary = Op<readonly ['x1', 'x2'], readonly [], (x1: Operand, x2: Operand) => Tensor>

export interface BinaryOptions {
  readonly kernelName?: string
  /** The dtype that two tensors meet in, by their codes; Keras's lattice unless given. */
  readonly table?: readonly (readonly Code[])[]
  /** The dtype that operands meet in of which one at least is a bare number; `meet` unless given. */
  readonly meet?: (op: string, a: Tensor | WeakScalar, b: Tensor | WeakScalar) => Code
  /** Called where the dtypes meet in APART, which only a `table` or `meet` of the op's own gives. */
  readonly apart?: (a: Tensor | WeakScalar, b: Tensor | WeakScalar) => Tensor
}

/** No dtype holds both operands. */
export const APART: Code = 15

/** The dtype that a tensor and a bare number meet in; checks that an integer one can hold the number. */
export function meetWeak(op: string, code: Code, x: WeakScalar): Code {
  const met = promoteWeak(code, x.weak)
  if (x.weak === 'int') checkFits(op, x.value as number | bigint, met)
  return met
}

const RANKS: readonly Weak[] = ['bool', 'int', 'float', 'complex']

/** The dtype that two operands meet in. */
export function meet(op: string, a: Tensor | WeakScalar, b: Tensor | WeakScalar): Code {
  if (isStrong(a)) return isStrong(b) ? promote(a.code, b.code) : meetWeak(op, a.code, b)
  if (isStrong(b)) return meetWeak(op, b.code, a)
  const weak = RANKS[Math.max(RANKS.indexOf(a.weak), RANKS.indexOf(b.weak))] as Weak
  if (weak !== 'int') return weakAlone(weak)
  // Two bare integers: int64 where one is a bigint or they need it.
  const code = a.wide || b.wide ? promote(a.wide ? a.code : INT64, b.wide ? b.code : INT64) : weakAlone('int')
  for (const x of [a, b]) if (x.weak === 'int') checkFits(op, x.value as number | bigint, code)
  return code
}

/** For toQuotient: the result is floating, so a bare integer need not fit the integer dtype beside it. */
export function meetInQuotient(op: string, a: Tensor | WeakScalar, b: Tensor | WeakScalar): Code {
  const strong = isStrong(a) ? a : isStrong(b) ? b : undefined
  const weak = isStrong(a) ? b : a
  if (strong === undefined || isStrong(weak)) return meet(op, a, b)
  return promoteWeak(strong.code, weak.weak === 'complex' ? 'complex' : 'float')
}

/** Adds an operand to the launch that is being written. */
export function input(x: Tensor | WeakScalar): void {
  if (isStrong(x)) view(x)
  else scalar(x)
}

/** Whether two shapes of one size are the same; rows need no look at their sizes. */
const alike = (a: Shape, b: Shape): boolean => a === b || (a.length === 1 && b.length === 1) || sameShape(a, b)

/** An elementwise op of two operands that broadcast. */
export function binary(name: string, rule: Rule, options: BinaryOptions = {}): Binary {
  const target = kernel(options.kernelName ?? name)
  const table = options.table ?? PROMOTION
  const meeting = options.meet ?? meet
  const apart = options.apart
  const signatures = new Signatures(name, rule)
  const names = ['x1', 'x2']

  const finish = (a: Tensor | WeakScalar, b: Tensor | WeakScalar, met: Code): Tensor => {
    if (apart !== undefined && met === APART) return apart(a, b)
    const s = signatures.of(met)
    const shapeA = isStrong(a) ? a.shape : SCALAR
    const shapeB = isStrong(b) ? b.shape : SCALAR
    const shape = broadcast(name, shapeA, shapeB)
    const out = emptyTensor(shape, s & 15, product(shape))
    begin(target)
    view(out)
    input(a)
    input(b)
    number(s >> 4)
    run(name)
    return out
  }

  const met = (a: Code, b: Code): Code => (table[a] as readonly Code[])[b] as Code

  const general = (x1: unknown, x2: unknown): Tensor => {
    const a = operand(name, 'x1', x1)
    const b = operand(name, 'x2', x2)
    return finish(a, b, isStrong(a) && isStrong(b) ? met(a.code, b.code) : meeting(name, a, b))
  }

  const op = function (x1: unknown, x2: unknown): Tensor {
    // biome-ignore lint/complexity/noArguments: counting without an array is what keeps a call cheap
    if (arguments.length !== 2) checkCount(name, names, 2, arguments.length)
    if (!(x1 instanceof Tensor) || !(x2 instanceof Tensor)) return general(x1, x2)
    const code = (table[x1.code] as readonly Code[])[x2.code] as Code
    if (apart !== undefined && code === APART) return apart(x1, x2)
    const s = signatures.of(code)
    const size = x1.size
    if (x1.contiguous && x2.contiguous && size === x2.size && alike(x1.shape, x2.shape)) {
      const out = emptyTensor(x1.shape, s & 15, size, x1.strides)
      begin(target)
      flatView(out, size)
      flatView(x1, size)
      flatView(x2, size)
      number(s >> 4)
      run(name)
      return out
    }
    const shape = broadcast(name, x1.shape, x2.shape)
    const out = emptyTensor(shape, s & 15, product(shape))
    begin(target)
    view(out)
    view(x1)
    view(x2)
    number(s >> 4)
    run(name)
    return out
  }
  return label(op as AnyFunction, name, names, []) as Binary
}

/** The size of a shape that broadcasting made: it cannot pass what memory holds by more than a double can say. */
function product(shape: readonly number[]): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis] as number
  return size
}
