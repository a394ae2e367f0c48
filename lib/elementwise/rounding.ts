/** Values brought to whole numbers, into bounds, or out of infinity. */

import { define } from '../core/arguments'
import { isStrong, type Operand, operand, toTensor, type WeakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import {
  BFLOAT16,
  BOOL,
  type Code,
  codeOf,
  computing,
  type DType,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  fits,
  INT32,
  ITEM_BYTES,
  isInexact,
  isUnsigned,
  promote,
  promoteWeak,
  realPart,
} from '../core/dtype'
import { kindOf, typeError } from '../core/errors'
import { begin, kernel, number, run, view } from '../core/launch'
import { input, realOnly, toFloat, unary } from '../core/patterns'
import { broadcast, integer, SCALAR, sizeOf } from '../core/shape'
import { aliasOf, emptyTensor, type Tensor } from '../tensor'

/**
 * The smallest whole number not below `x`. Integers become `floatx()`; complex numbers are a TypeError.
 *
 * @example ceil([1.2, -1.2]) // [2, -1]
 * @see https://keras.io/api/ops/numpy/#ceil-function
 */
export const ceil = unary('ceil', realOnly(toFloat))

/**
 * The largest whole number not above `x`. Integers become `floatx()`; complex numbers are a TypeError.
 *
 * @example floor([1.2, -1.2]) // [1, -2]
 * @see https://keras.io/api/ops/numpy/#floor-function
 */
export const floor = unary('floor', realOnly(toFloat))

const ROUND = kernel('round')

/**
 * `x` to a number of decimals, halves to the even neighbour. Negative `decimals` round before the point. Integers stay
 * what they are, with negative `decimals` by way of float64.
 *
 * @example round([0.5, 1.5, 2.345], { decimals: 2 }) // [0.5, 1.5, 2.34]
 * @see https://keras.io/api/ops/numpy/#round-function
 */
export const round = define('round', ['x'], ['decimals'], (x: Operand, decimals: number = 0): Tensor => {
  const a = toTensor('round', 'x', x)
  const places = integer('round', 'decimals', decimals)
  const whole = !isInexact(a.code)
  if (a.code === BOOL || (whole && places >= 0)) return aliasOf(a)
  const out = emptyTensor(a.shape, a.code, a.size)
  begin(ROUND)
  view(out)
  view(a)
  number(whole ? FLOAT64 : computing(a.code))
  number(places)
  run('round')
  return out
})

const CLIP = kernel('clip')

/** A bound that the dtype cannot hold is as good as its nearest end: clipping compares by value. */
function bound(name: string, value: unknown, code: Code): Tensor | WeakScalar {
  const x = operand('clip', name, value)
  if (isStrong(x) || x.weak !== 'int' || fits(x.value as number | bigint, code)) return x
  const bits = BigInt(8 * (ITEM_BYTES[code] as number))
  const below = (x.value as number | bigint) < 0
  const nearest = isUnsigned(code)
    ? below
      ? 0n
      : 2n ** bits - 1n
    : below
      ? -(2n ** (bits - 1n))
      : 2n ** (bits - 1n) - 1n
  return operand('clip', name, nearest)
}

/** The dtype that a bound asks for: a fraction beside integers is compared in float64. */
function boundIn(code: Code, x: Tensor | WeakScalar): Code {
  if (isStrong(x)) return promote(code, x.code)
  if (x.weak === 'float' && !isInexact(code)) return FLOAT64
  return promoteWeak(code, x.weak)
}

/**
 * `x` with what is below `xMin` or above `xMax` brought to these bounds, which broadcast against it; where they cross,
 * `xMax` wins. The dtype is that of `x` (int32 for bools), the bounds are compared by value. NaN stays NaN.
 *
 * @example clip([-2, 0.5, 7], 0, 1) // [0, 0.5, 1]
 * @see https://keras.io/api/ops/numpy/#clip-function
 */
export const clip = define('clip', ['x', 'xMin', 'xMax'], [], (x: Operand, xMin: Operand, xMax: Operand): Tensor => {
  const a = toTensor('clip', 'x', x)
  const code = a.code === BOOL ? INT32 : a.code
  const low = bound('xMin', xMin, code)
  const high = bound('xMax', xMax, code)
  const compute = computing(boundIn(boundIn(code, low), high))
  const bounds = broadcast('clip', isStrong(low) ? low.shape : SCALAR, isStrong(high) ? high.shape : SCALAR)
  const shape = broadcast('clip', a.shape, bounds)
  const out = emptyTensor(shape, code, sizeOf('clip', shape))
  begin(CLIP)
  view(out)
  view(a)
  input(low)
  input(high)
  number(compute)
  run('clip')
  return out
})

const NAN_TO_NUM = kernel('nanToNum')

/** The largest finite number of each floating dtype. */
const LARGEST: Readonly<Record<number, number>> = {
  [FLOAT16]: 65504,
  [BFLOAT16]: 3.3895313892515355e38,
  [FLOAT32]: 3.4028234663852886e38,
  [FLOAT64]: Number.MAX_VALUE,
}

/**
 * `x` with NaN replaced by `nan`, infinity by `posinf` and -infinity by `neginf`; left out, these are 0 and the largest
 * and lowest finite numbers of the dtype. Complex numbers part by part; integers stay what they are.
 *
 * @example nanToNum([NaN, 1, Infinity], { posinf: 9 }) // [0, 1, 9]
 * @see https://keras.io/api/ops/numpy/#nan_to_num-function
 */
export const nanToNum = define(
  'nanToNum',
  ['x'],
  ['nan', 'posinf', 'neginf'],
  (x: Operand, nan: number = 0, posinf: number | null = null, neginf: number | null = null): Tensor => {
    const a = toTensor('nanToNum', 'x', x)
    const largest = LARGEST[realPart(a.code)] ?? 0
    const [forNan, forInfinity, forNegative] = [nan, posinf ?? largest, neginf ?? -largest].map((value) => {
      if (typeof value === 'number') return value
      throw typeError('nanToNum', 'ARGUMENT', `nan, posinf and neginf must be numbers; received ${kindOf(value)}`)
    }) as [number, number, number]
    if (!isInexact(a.code)) return aliasOf(a)
    const out = emptyTensor(a.shape, a.code, a.size)
    begin(NAN_TO_NUM)
    view(out)
    view(a)
    number(computing(a.code))
    number(forNan)
    number(forInfinity)
    number(forNegative)
    run('nanToNum')
    return out
  },
)

/**
 * The elements in another dtype. Floats to integers lose their fraction and saturate, NaN becomes 0; integers wrap around;
 * complex numbers lose their imaginary part; all but 0 becomes true. A TypeError for an unknown dtype.
 *
 * @example cast([1.7, -1.7, 300], 'uint8') // [1, 0, 255]
 * @see https://keras.io/api/ops/core/#cast-function
 */
export const cast = define('cast', ['x', 'dtype'], [], (x: Operand, dtype: DType): Tensor => {
  const a = toTensor('cast', 'x', x)
  const code = codeOf('cast', dtype)
  return code === a.code ? aliasOf(a) : castTo('cast', a, code)
})
