/** Evenly spaced values. */

import { define } from '../core/arguments'
import { isStrong, operand, optionalCode, type WeakScalar, weakScalar } from '../core/convert'
import {
  BOOL,
  type Code,
  checkFits,
  DTYPES,
  type DType,
  floatxDtype,
  INT32,
  INT64,
  isComplex,
  isInteger,
  promote,
  UINT64,
} from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { begin, kernel, run, scalar, view } from '../core/launch'
import { meetWeak } from '../core/patterns'
import { shapeOf, sizeOf } from '../core/shape'
import { scalarValue } from '../core/values'
import { emptyTensor, type Tensor } from '../tensor'

const ARANGE = kernel('arange')

type Real = number | bigint

/** An end or step as it was given, and its value. */
interface Given {
  readonly operand: Tensor | WeakScalar
  readonly value: Real
}

function given(name: string, x: unknown): Given {
  const a = operand('arange', name, x)
  if (isStrong(a) && a.shape.length !== 0)
    throw rangeError('arange', 'SHAPE_MISMATCH', `${name} must be a single number; received shape ${show(a.shape)}`)
  const value = isStrong(a) ? scalarValue(a) : a.value
  if (typeof value === 'object') throw typeError('arange', 'DTYPE', `${name} must be real; received a complex number`)
  const real = typeof value === 'boolean' ? Number(value) : value
  if (typeof real === 'number' && !Number.isFinite(real))
    throw rangeError('arange', 'VALUE', `${name} must be finite; received ${real}`)
  return { operand: a, value: real }
}

const isWhole = (x: Real): boolean => typeof x === 'bigint' || Number.isSafeInteger(x)

/** How many values lie in [start, stop). */
function lengthOf(start: Real, stop: Real, step: Real): number {
  // bigint has no rounding: taken where a bigint is given and all are whole.
  if ([start, stop, step].some((x) => typeof x === 'bigint') && [start, stop, step].every(isWhole)) {
    const [distance, by] = [BigInt(stop) - BigInt(start), BigInt(step)]
    const whole = distance / by
    return Number(whole + (whole * by !== distance && distance < 0n === by < 0n ? 1n : 0n))
  }
  const distance = Number(stop) - Number(start)
  const steps = distance / Number(step)
  // A quotient too small for a number is not none.
  return steps === 0 && distance !== 0 ? (distance > 0 === Number(step) > 0 ? 1 : 0) : Math.ceil(steps)
}

/** start + k * step, without rounding where all is whole. */
function valueAt(start: Real, step: Real, k: number): Real {
  if (!isWhole(start) || !isWhole(step)) return Number(start) + k * Number(step)
  const exact = BigInt(start) + BigInt(k) * BigInt(step)
  return typeof start === 'number' && typeof step === 'number' ? Number(exact) : exact
}

/** Bare numbers take the dtype of the tensors among them; alone, whole ones are int32, or int64 where one is a bigint. */
function dtypeOf(parts: readonly (Tensor | WeakScalar)[]): Code {
  const tensors = parts.filter(isStrong)
  const bare = parts.filter((x): x is WeakScalar => !isStrong(x))
  if (tensors.length > 0) {
    const met = tensors.reduce((code, x) => promote(code, x.code), (tensors[0] as Tensor).code)
    return bare.reduce((code, x) => meetWeak('arange', code, x), met)
  }
  if (bare.some((x) => x.weak === 'float')) return floatxDtype()
  const wide = bare.filter((x) => x.wide)
  if (wide.length === 0) return INT32
  return wide.some((x) => x.code === UINT64) ? UINT64 : INT64
}

/**
 * The values from `start` up to, not including, `stop`, `step` apart. With one number, from 0 up to it.
 *
 * Each value comes from its own place, so no error adds up. Whole numbers give int32 (int64 where one is a bigint),
 * others `floatx()`; `dtype` says otherwise. Bool and complex are a TypeError; a step of 0, NaN and infinity are a
 * RangeError, and so are values that an integer dtype cannot hold.
 *
 * @example arange(1, 10, 3) // [1, 4, 7]
 * @see https://keras.io/api/ops/numpy/#arange-function
 */
export const arange = define(
  'arange',
  ['start'],
  ['stop', 'step', 'dtype'],
  (
    start: Real | boolean | Tensor,
    stop: Real | boolean | Tensor | null = null,
    step: Real | boolean | Tensor | null = null,
    dtype: DType | null = null,
  ): Tensor => {
    const asked = optionalCode('arange', dtype)
    const first = given(stop === null ? 'stop' : 'start', start)
    const parts = [first]
    const end = stop === null ? first : given('stop', stop)
    if (stop !== null) parts.push(end)
    const by = step === null ? undefined : given('step', step)
    if (by !== undefined) parts.push(by)
    const from = stop === null ? 0 : first.value
    const apart = by === undefined ? 1 : by.value
    // biome-ignore lint/suspicious/noDoubleEquals: 0n is 0 here
    if (apart == 0) throw rangeError('arange', 'VALUE', 'step must not be 0')
    const code = asked ?? dtypeOf(parts.map((part) => part.operand))
    if (code === BOOL || isComplex(code))
      throw typeError('arange', 'DTYPE', `a range has integers or floats; received dtype ${DTYPES[code]}`)
    const length = Math.max(0, lengthOf(from, end.value, apart))
    const shape = shapeOf([length])
    const size = sizeOf('arange', shape)
    if (isInteger(code) && size > 0)
      for (const value of [from, valueAt(from, apart, length - 1)])
        checkFits('arange', typeof value === 'bigint' ? value : Math.trunc(value), code)
    const out = emptyTensor(shape, code, size)
    begin(ARANGE)
    view(out)
    scalar(weakScalar('arange', 'start', from) as WeakScalar)
    scalar(weakScalar('arange', 'start', size > 1 ? valueAt(from, apart, 1) : from) as WeakScalar)
    run('arange')
    return out
  },
)
