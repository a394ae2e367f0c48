/** Evenly spaced values. */

import { define, flag, type Op } from '../core/arguments'
import { isStrong, type Operand, operand, optionalCode, type WeakScalar, weakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import {
  BOOL,
  COMPLEX64,
  COMPLEX128,
  type Code,
  checkFits,
  DTYPES,
  type DType,
  FLOAT32,
  FLOAT64,
  floatxDtype,
  INT32,
  INT64,
  isComplex,
  isInexact,
  isInteger,
  promote,
  promoteWeak,
  UINT32,
  UINT64,
} from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { begin, kernel, number, run, scalar, view } from '../core/launch'
import { input, meetWeak } from '../core/patterns'
import {
  broadcast,
  integer,
  MAX_RANK,
  normalizeAxis,
  rowShape,
  SCALAR,
  type Shape,
  shapeOf,
  sizeOf,
} from '../core/shape'
import { scalarValue } from '../core/values'
import { firstAxisAt } from '../core/views'
import { power } from '../elementwise/arithmetic'
import { emptyTensor, type Tensor } from '../tensor'

const ARANGE = kernel('arange')
const LINSPACE = kernel('linspace')

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
  const wide = typeof start === 'bigint' || typeof stop === 'bigint' || typeof step === 'bigint'
  if (wide && isWhole(start) && isWhole(stop) && isWhole(step)) {
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
  if (typeof start === 'number' && typeof step === 'number') {
    const [way, end] = [k * step, start + k * step]
    if (Number.isSafeInteger(way) && Number.isSafeInteger(end)) return end
  }
  const exact = BigInt(start) + BigInt(k) * BigInt(step)
  return typeof start === 'number' && typeof step === 'number' ? Number(exact) : exact
}

/** An integer dtype must hold what is left of a value without its fraction. */
function checkWhole(value: Real, code: Code): void {
  checkFits('arange', typeof value === 'bigint' ? value : Math.trunc(value), code)
}

/** Bare numbers take the dtype of the tensors among them; alone, whole ones are int32, or int64 where one is a bigint. */
function dtypeOf(parts: readonly (Tensor | WeakScalar)[]): Code {
  if (parts.every((x) => !isStrong(x) && x.weak === 'int' && !x.wide)) return INT32
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
 * Each value is computed from its own place in the dtype, so no error adds up. Whole numbers give int32 (int64 where
 * one is a bigint), others `floatx()`; `dtype` says otherwise. Bool and complex are a TypeError; a step of 0, NaN and
 * infinity are a RangeError, and so are values that an integer dtype cannot hold.
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
    const shape = rowShape(length)
    const size = sizeOf('arange', shape)
    if (isInteger(code) && size > 0) {
      checkWhole(from, code)
      checkWhole(valueAt(from, apart, length - 1), code)
    }
    const out = emptyTensor(shape, code, size)
    begin(ARANGE)
    view(out)
    scalar(weakScalar('arange', 'start', from) as WeakScalar)
    scalar(weakScalar('arange', 'start', size > 1 ? valueAt(from, apart, 1) : from) as WeakScalar)
    run('arange')
    return out
  },
)

/** Whether float32, or a complex number of it, holds every value of a dtype. */
const WIDE: readonly Code[] = [UINT32, UINT64, INT32, INT64, FLOAT64, COMPLEX128]
const isNarrow = (code: Code): boolean => !WIDE.includes(code)

/** A bare number that is no bigint and not complex. */
const isRealNumber = (x: Tensor | WeakScalar): boolean => !isStrong(x) && !x.wide && x.weak !== 'complex'

/** The dtype that samples are computed in, as NumPy has it: 64 bits but where a narrower one is given and all fits. */
function computingFor(parts: readonly (Tensor | WeakScalar)[]): Code {
  if (parts.every(isRealNumber)) return FLOAT64
  const tensors = parts.filter(isStrong)
  const narrow = tensors.some((x) => isInexact(x.code)) && tensors.every((x) => isNarrow(x.code))
  const complex = parts.some((x) => (isStrong(x) ? isComplex(x.code) : x.weak === 'complex'))
  return complex ? (narrow ? COMPLEX64 : COMPLEX128) : narrow ? FLOAT32 : FLOAT64
}

/** What the ends and a float meet in. */
function floatingFor(parts: readonly (Tensor | WeakScalar)[]): Code {
  if (parts.every(isRealNumber)) return floatxDtype()
  const tensors = parts.filter(isStrong)
  const bare = parts.filter((x): x is WeakScalar => !isStrong(x))
  let code = tensors.length > 0 ? (tensors[0] as Tensor).code : bare.some((x) => x.wide) ? INT64 : INT32
  for (const x of tensors) code = promote(code, x.code)
  for (const x of bare) code = promoteWeak(code, x.weak)
  return promoteWeak(code, 'float')
}

/** What linspace and logspace are given. */
interface Ends {
  readonly start: Tensor | WeakScalar
  readonly stop: Tensor | WeakScalar
  /** How many samples. */
  readonly num: number
  readonly endpoint: boolean
}

/** Calls `make` with the ends; what was made of the caller's arrays goes back. */
function withEnds<T>(
  op: string,
  start: unknown,
  stop: unknown,
  num: unknown,
  endpoint: unknown,
  make: (ends: Ends) => T,
): T {
  const made: Tensor[] = []
  const end = (name: string, x: unknown): Tensor | WeakScalar => {
    const part = operand(op, name, x)
    if (isStrong(part) && part !== x) made.push(part)
    return part
  }
  try {
    const from = end('start', start)
    const to = end('stop', stop)
    const count = integer(op, 'num', num)
    if (count < 0) throw rangeError(op, 'SIZE', `num must not be negative; received ${count}`)
    return make({ start: from, stop: to, num: count, endpoint: flag(op, 'endpoint', endpoint) })
  } finally {
    for (const tensor of made) tensor.dispose()
  }
}

const shapeOfEnd = (x: Tensor | WeakScalar): Shape => (isStrong(x) ? x.shape : SCALAR)

/** The samples of both ends broadcast to `shape`, on a first axis; their distance where `step` is to hold it. */
function samplesOf(op: string, ends: Ends, shape: Shape, code: Code, compute: Code, step?: Tensor): Tensor {
  if (shape.length >= MAX_RANK)
    throw rangeError(op, 'RANK', `the result would have ${shape.length + 1} axes; at most ${MAX_RANK} are supported`)
  const all = shape.length === 0 ? rowShape(ends.num) : shapeOf([ends.num, ...shape])
  const out = emptyTensor(all, code, sizeOf(op, all))
  begin(LINSPACE)
  view(out)
  if (step !== undefined) view(step)
  input(ends.start)
  input(ends.stop)
  number(ends.endpoint ? 1 : 0)
  number(compute)
  run(op)
  return out
}

/** The tensor with its first axis moved, as a view in its place. */
function withFirstAxisAt(x: Tensor, axis: number): Tensor {
  if (axis === 0) return x
  const moved = firstAxisAt(x, axis)
  x.dispose()
  return moved
}

type Linspace<R, T> = (
  start: Operand,
  stop: Operand,
  num: number | undefined,
  endpoint: boolean | undefined,
  retstep: R,
  dtype?: DType | null,
  axis?: number,
) => T

/** The named arguments of {@link linspace} with `retstep`. */
export interface LinspaceOptions<R> {
  readonly num?: number
  readonly endpoint?: boolean
  readonly retstep: R
  readonly dtype?: DType | null
  readonly axis?: number
}

/**
 * `num` values from `start` to `stop`, evenly spaced, `stop` among them unless `endpoint` is false; ends of any shape
 * broadcast, and the values lie along the axis `axis` of the result. With `retstep` an array of the values and their
 * distance.
 *
 * Each value is computed from its own place: in 64 bits, or in 32 where an end is a tensor of that width, as in
 * NumPy. The result has the dtype that the ends and a float meet in (`floatx()` for numbers), unless `dtype` is
 * given; integers are rounded down. Throws a RangeError for a negative `num`, an axis out of range and ends that do
 * not broadcast, a TypeError for complex ends and an integer dtype.
 *
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 * @example linspace(0, 10, { num: 5, endpoint: false, dtype: 'int32' }) // [0, 2, 4, 6, 8]
 * @see https://keras.io/api/ops/numpy/#linspace-function
 */
export const linspace = define(
  'linspace',
  ['start', 'stop'],
  ['num', 'endpoint', 'retstep', 'dtype', 'axis'],
  (
    start: Operand,
    stop: Operand,
    num: number = 50,
    endpoint: boolean = true,
    retstep: false = false,
    dtype: DType | null = null,
    axis: number = 0,
  ): Tensor =>
    withEnds('linspace', start, stop, num, endpoint, (ends): Tensor | [Tensor, Tensor] => {
      const asked = optionalCode('linspace', dtype)
      const wantsStep = flag('linspace', 'retstep', retstep)
      const parts = [ends.start, ends.stop]
      const floating = floatingFor(parts)
      const code = asked ?? floating
      const compute = computingFor(parts)
      if (isComplex(compute) && isInteger(code))
        throw typeError('linspace', 'DTYPE', `complex ends have no values in ${DTYPES[code]}`)
      const shape = broadcast('linspace', shapeOfEnd(ends.start), shapeOfEnd(ends.stop))
      const place = normalizeAxis('linspace', axis, shape.length + 1)
      const step = wantsStep
        ? emptyTensor(shape, isInexact(code) ? code : floating, sizeOf('linspace', shape))
        : undefined
      const samples = withFirstAxisAt(samplesOf('linspace', ends, shape, code, compute, step), place)
      return step === undefined ? samples : [samples, step]
    }) as Tensor,
) as Op<
  readonly ['start', 'stop'],
  readonly ['num', 'endpoint', 'retstep', 'dtype', 'axis'],
  (
    start: Operand,
    stop: Operand,
    num?: number,
    endpoint?: boolean,
    retstep?: false,
    dtype?: DType | null,
    axis?: number,
  ) => Tensor
> &
  Linspace<true, [Tensor, Tensor]> &
  ((start: Operand, stop: Operand, options: LinspaceOptions<true>) => [Tensor, Tensor])

/**
 * `base` to the powers of `num` exponents from `start` to `stop`, evenly spaced, `stop` among them unless `endpoint`
 * is false; ends and base of any shape broadcast, and the values lie along the axis `axis` of the result.
 *
 * Computed in 64 bits, or in 32 where an operand is a tensor of that width. The result has the dtype that the ends
 * and a float meet in (`floatx()` for numbers), unless `dtype` is given; integers are cut off. Throws a RangeError
 * for a negative `num`, an axis out of range and operands that do not broadcast.
 *
 * @example logspace(0, 3, 4) // [1, 10, 100, 1000]
 * @example logspace(0, 4, 3, { base: 2 }) // [1, 4, 16]
 * @see https://keras.io/api/ops/numpy/#logspace-function
 */
export const logspace = define(
  'logspace',
  ['start', 'stop'],
  ['num', 'endpoint', 'base', 'dtype', 'axis'],
  (
    start: Operand,
    stop: Operand,
    num: number = 50,
    endpoint: boolean = true,
    base: Operand = 10,
    dtype: DType | null = null,
    axis: number = 0,
  ): Tensor =>
    withEnds('logspace', start, stop, num, endpoint, (ends) => {
      const code = optionalCode('logspace', dtype) ?? floatingFor([ends.start, ends.stop])
      const from = operand('logspace', 'base', base)
      try {
        const shape = broadcast('logspace', shapeOfEnd(ends.start), shapeOfEnd(ends.stop))
        // The samples' axis stands in front of the base's axes too.
        const missing = Math.max(0, shapeOfEnd(from).length - shape.length)
        const whole = shapeOf([...new Array<number>(missing).fill(1), ...shape])
        const place = normalizeAxis('logspace', axis, whole.length + 1)
        broadcast('logspace', whole, shapeOfEnd(from))
        const compute = computingFor([ends.start, ends.stop])
        const exponents = samplesOf('logspace', ends, whole, compute, compute)
        const powers = power(isStrong(from) ? from : base, exponents)
        exponents.dispose()
        const result = castTo('logspace', powers, code)
        if (result !== powers) powers.dispose()
        return withFirstAxisAt(result, place)
      } finally {
        if (isStrong(from) && from !== base) from.dispose()
      }
    }),
)
