/** Comparisons, an element at a time. They compare values: operands of two dtypes meet where both are exact, or apart. */

import { define, flag } from '../core/arguments'
import { isStrong, type Operand, operand, type WeakScalar } from '../core/convert'
import {
  BOOL,
  COMPLEX128,
  type Code,
  computing,
  DTYPES,
  FLOAT64,
  fits,
  INT32,
  INT64,
  isComplex,
  isInexact,
  isInteger,
  isUnsigned,
  promote,
  promoteWeak,
  UINT32,
  UINT64,
} from '../core/dtype'
import { kindOf, typeError } from '../core/errors'
import { begin, kernel, number, run, type Scalar, scalar, view } from '../core/launch'
import { APART, type Binary, binary, input, meet, toBool } from '../core/patterns'
import { broadcast, SCALAR, type Shape, sizeOf } from '../core/shape'
import { emptyTensor, type Tensor } from '../tensor'

type Either = Tensor | WeakScalar

/** Where NumPy compares: wide integers and floats in float64; no dtype holds both uint64 and a negative number. */
function comparedIn(a: Code, b: Code): Code {
  const signed = (code: Code): boolean => isInteger(code) && !isUnsigned(code)
  const wide = (code: Code): boolean => code === UINT32 || code === UINT64 || code === INT32 || code === INT64
  const met = promote(a, b)
  if (isInexact(a) || isInexact(b)) return !wide(a) && !wide(b) ? met : isComplex(met) ? COMPLEX128 : FLOAT64
  if (a === UINT64 || b === UINT64) return signed(a) || signed(b) ? APART : UINT64
  return (a === UINT32 && signed(b)) || (signed(a) && b === UINT32) ? INT64 : met
}

const table: readonly (readonly Code[])[] = DTYPES.map((_, a) => DTYPES.map((__, b) => comparedIn(a, b)))

/** A bare number beside integers is compared by value, whatever their dtype can hold. */
function meetByValue(op: string, a: Either, b: Either): Code {
  const strong = isStrong(a) ? a : isStrong(b) ? b : undefined
  const weak = isStrong(a) ? b : a
  if (strong === undefined || isStrong(weak)) return meet(op, a, b)
  const { code } = strong
  if (isInexact(code) || weak.weak === 'bool') return promoteWeak(code, weak.weak)
  if (weak.weak !== 'int') return weak.weak === 'float' ? FLOAT64 : COMPLEX128
  if (code !== BOOL && fits(weak.value as number | bigint, code)) return code
  return code === UINT64 || weak.code === UINT64 ? APART : INT64
}

const NEGATIVE = kernel('less')
const NOT_NEGATIVE = kernel('greaterEqual')
const AND = kernel('logicalAnd')
const OR = kernel('logicalOr')
const ZERO: Scalar = { code: INT64, high: 0, low: 0 }

const shapeOf = (x: Either): Shape => (isStrong(x) ? x.shape : SCALAR)

/** One launch of a comparison, or of a join of two: a bool tensor. */
function compared(op: string, target: number, compute: Code, shape: Shape, add: () => void): Tensor {
  const out = emptyTensor(shape, BOOL, sizeOf(op, shape))
  begin(target)
  view(out)
  add()
  number(compute)
  run(op)
  return out
}

/**
 * A comparison. `below` and `above` say what it is where x1, or x2, is a negative integer and the other one is uint64:
 * such pairs are compared as unsigned numbers, and where an operand is negative that decides instead.
 */
function comparison(name: string, below: boolean, above: boolean): Binary {
  const target = kernel(name)
  const apart = (a: Either, b: Either): Tensor => {
    const shape = broadcast(name, shapeOf(a), shapeOf(b))
    const first = a.code !== UINT64
    const signed = first ? a : b
    const decides = first ? below : above
    const unsigned = compared(name, target, UINT64, shape, () => {
      input(a)
      input(b)
    })
    const sign = compared(name, decides ? NEGATIVE : NOT_NEGATIVE, INT64, shapeOf(signed), () => {
      input(signed)
      scalar(ZERO)
    })
    const out = compared(name, decides ? OR : AND, BOOL, shape, () => {
      view(unsigned)
      view(sign)
    })
    unsigned.dispose()
    sign.dispose()
    return out
  }
  return binary(name, toBool, { table, meet: meetByValue, apart })
}

/**
 * Where `x1 == x2`, by value whatever the dtypes; NaN equals nothing.
 *
 * @example equal([1, 2, 3], [1, 5, 3]) // [true, false, true]
 * @see https://keras.io/api/ops/numpy/#equal-function
 */
export const equal = comparison('equal', false, false)

/**
 * Where `x1 != x2`, by value whatever the dtypes; NaN is unequal to everything.
 *
 * @example notEqual([1, 2, 3], [1, 5, 3]) // [false, true, false]
 * @see https://keras.io/api/ops/numpy/#not_equal-function
 */
export const notEqual = comparison('notEqual', true, true)

/**
 * Where `x1 > x2`, by value; complex numbers are ordered by real, then imaginary part.
 *
 * @example greater([1, 2, 3], 2) // [false, false, true]
 * @see https://keras.io/api/ops/numpy/#greater-function
 */
export const greater = comparison('greater', false, true)

/**
 * Where `x1 >= x2`, by value; complex numbers are ordered by real, then imaginary part.
 *
 * @example greaterEqual([1, 2, 3], 2) // [false, true, true]
 * @see https://keras.io/api/ops/numpy/#greater_equal-function
 */
export const greaterEqual = comparison('greaterEqual', false, true)

/**
 * Where `x1 < x2`, by value; complex numbers are ordered by real, then imaginary part.
 *
 * @example less([1, 2, 3], 2) // [true, false, false]
 * @see https://keras.io/api/ops/numpy/#less-function
 */
export const less = comparison('less', true, false)

/**
 * Where `x1 <= x2`, by value; complex numbers are ordered by real, then imaginary part.
 *
 * @example lessEqual([1, 2, 3], 2) // [true, true, false]
 * @see https://keras.io/api/ops/numpy/#less_equal-function
 */
export const lessEqual = comparison('lessEqual', true, false)

const ISCLOSE = kernel('isclose')

/** The dtype that a difference is taken in: floating, float64 for integers. */
function differenceIn(a: Either, b: Either): Code {
  const code = isStrong(a) && isStrong(b) ? comparedIn(a.code, b.code) : meetByValue('isclose', a, b)
  return code === APART || !isInexact(code) ? FLOAT64 : computing(code)
}

const tolerance = (name: string, value: unknown): number => {
  if (typeof value !== 'number')
    throw typeError('isclose', 'ARGUMENT', `${name} must be a number; received ${kindOf(value)}`)
  return value
}

/**
 * Where `abs(x1 - x2) <= atol + rtol * abs(x2)`, or both are the same infinity, or both are NaN and `equalNan` is true.
 *
 * @example isclose([1, 2], [1.000001, 2.1]) // [true, false]
 * @see https://keras.io/api/ops/numpy/#isclose-function
 */
export const isclose = define(
  'isclose',
  ['x1', 'x2'],
  ['rtol', 'atol', 'equalNan'],
  (x1: Operand, x2: Operand, rtol: number = 1e-5, atol: number = 1e-8, equalNan: boolean = false): Tensor => {
    const a = operand('isclose', 'x1', x1)
    const b = operand('isclose', 'x2', x2)
    const tolerances = [tolerance('rtol', rtol), tolerance('atol', atol), flag('isclose', 'equalNan', equalNan) ? 1 : 0]
    const shape = broadcast('isclose', shapeOf(a), shapeOf(b))
    const out = emptyTensor(shape, BOOL, sizeOf('isclose', shape))
    begin(ISCLOSE)
    view(out)
    input(a)
    input(b)
    number(differenceIn(a, b))
    for (const x of tolerances) number(x)
    run('isclose')
    return out
  },
)
