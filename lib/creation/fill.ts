/** Tensors of one value, and of ones along or below a diagonal. */

import { define } from '../core/arguments'
import { isStrong, type Operand, operand, optionalCode, toTensor, type WeakScalar } from '../core/convert'
import { filled, zerosOf } from '../core/copy'
import { type Code, checkFits, type DType, floatxDtype } from '../core/dtype'
import { rangeError, show } from '../core/errors'
import { areaOf, begin, kernel, number, run, type Scalar, scalar, type Viewed, view } from '../core/launch'
import { input } from '../core/patterns'
import { broadcast, checkShape, integer, rowShape, type Shape, sameShape, shapeOf, sizeOf } from '../core/shape'
import { emptyTensor, type Tensor } from '../tensor'

const COPY = kernel('copy')
const FILL = kernel('fill')
const TRI = kernel('tri')

const ONE: Scalar = { code: 0, high: 1, low: 0 }

function fillWith(op: string, out: Viewed, value: Scalar): void {
  begin(FILL)
  view(out)
  scalar(value)
  run(op)
}

/** The value broadcast to a shape, in a dtype. */
function filledBy(op: string, shape: Shape, code: Code, value: Tensor | WeakScalar): Tensor {
  if (!isStrong(value)) {
    if (value.weak === 'int') checkFits(op, value.value as number | bigint, code)
    return filled(op, shape, code, value)
  }
  if (!sameShape(broadcast(op, shape, value.shape), shape))
    throw rangeError(op, 'BROADCAST', `fillValue of shape ${show(value.shape)} does not broadcast to ${show(shape)}`)
  const out = emptyTensor(shape, code, sizeOf(op, shape))
  begin(COPY)
  view(out)
  input(value)
  run(op)
  return out
}

/**
 * A tensor of zeros: the memory that is given out may have held other data.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for what is no shape.
 *
 * @example empty([2, 2]) // [[0, 0], [0, 0]]
 * @see https://keras.io/api/ops/numpy/#empty-function
 */
export const empty = define(
  'empty',
  ['shape'],
  ['dtype'],
  (shape: number | readonly number[], dtype: DType | null = null): Tensor =>
    zerosOf('empty', checkShape('empty', shape), optionalCode('empty', dtype) ?? floatxDtype()),
)

/**
 * A tensor of zeros.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for what is no shape.
 *
 * @example zeros([2, 3], 'int32') // [[0, 0, 0], [0, 0, 0]]
 * @see https://keras.io/api/ops/numpy/#zeros-function
 */
export const zeros = define(
  'zeros',
  ['shape'],
  ['dtype'],
  (shape: number | readonly number[], dtype: DType | null = null): Tensor =>
    zerosOf('zeros', checkShape('zeros', shape), optionalCode('zeros', dtype) ?? floatxDtype()),
)

/**
 * A tensor of ones.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for what is no shape.
 *
 * @example ones([2]) // [1, 1]
 * @see https://keras.io/api/ops/numpy/#ones-function
 */
export const ones = define(
  'ones',
  ['shape'],
  ['dtype'],
  (shape: number | readonly number[], dtype: DType | null = null): Tensor =>
    filled('ones', checkShape('ones', shape), optionalCode('ones', dtype) ?? floatxDtype(), ONE),
)

/**
 * A tensor of one value, or of an operand broadcast to the shape.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError where the value does not broadcast, or an integer does not fit
 * into the dtype.
 *
 * @example full([2, 2], 7) // [[7, 7], [7, 7]]
 * @see https://keras.io/api/ops/numpy/#full-function
 */
export const full = define(
  'full',
  ['shape', 'fillValue'],
  ['dtype'],
  (shape: number | readonly number[], fillValue: Operand, dtype: DType | null = null): Tensor => {
    const sizes = checkShape('full', shape)
    const code = optionalCode('full', dtype) ?? floatxDtype()
    return filledBy('full', sizes, code, operand('full', 'fillValue', fillValue))
  },
)

/**
 * A tensor of one value, or of an operand broadcast, in the shape of `x` and, unless `dtype` is given, in its dtype.
 *
 * Throws a RangeError where the value does not broadcast, or an integer does not fit into the dtype.
 *
 * @example fullLike([[1, 2], [3, 4]], 9) // [[9, 9], [9, 9]]
 * @see https://keras.io/api/ops/numpy/#fulllike-function
 */
export const fullLike = define(
  'fullLike',
  ['x', 'fillValue'],
  ['dtype'],
  (x: Operand, fillValue: Operand, dtype: DType | null = null): Tensor => {
    const a = toTensor('fullLike', 'x', x)
    const code = optionalCode('fullLike', dtype) ?? a.code
    return filledBy('fullLike', a.shape, code, operand('fullLike', 'fillValue', fillValue))
  },
)

/**
 * Zeros in the shape of `x` and, unless `dtype` is given, in its dtype.
 *
 * @example zerosLike([[1, 2]]) // [[0, 0]]
 * @see https://keras.io/api/ops/numpy/#zeroslike-function
 */
export const zerosLike = define('zerosLike', ['x'], ['dtype'], (x: Operand, dtype: DType | null = null): Tensor => {
  const a = toTensor('zerosLike', 'x', x)
  return zerosOf('zerosLike', a.shape, optionalCode('zerosLike', dtype) ?? a.code)
})

/**
 * Ones in the shape of `x` and, unless `dtype` is given, in its dtype.
 *
 * @example onesLike([[3, 4]]) // [[1, 1]]
 * @see https://keras.io/api/ops/numpy/#oneslike-function
 */
export const onesLike = define('onesLike', ['x'], ['dtype'], (x: Operand, dtype: DType | null = null): Tensor => {
  const a = toTensor('onesLike', 'x', x)
  return filled('onesLike', a.shape, optionalCode('onesLike', dtype) ?? a.code, ONE)
})

/** Rows or columns asked for. */
function count(op: string, name: string, value: unknown): number {
  const n = integer(op, name, value)
  if (n < 0) throw rangeError(op, 'SIZE', `${name} must not be negative; received ${n}`)
  return n
}

/** The shape of a matrix whose columns are as many as its rows unless they are given. */
function matrixShape(op: string, n: unknown, m: unknown): Shape {
  const rows = count(op, 'N', n)
  return shapeOf([rows, m === null || m === undefined ? rows : count(op, 'M', m)])
}

function eyeOf(op: string, shape: Shape, k: number, code: Code): Tensor {
  const out = zerosOf(op, shape, code)
  const [rows, columns] = shape as readonly [number, number]
  const length = Math.max(0, Math.min(rows + Math.min(k, 0), columns - Math.max(k, 0)))
  if (length === 0) return out
  const offset = out.offset + (k >= 0 ? k : -k * columns)
  fillWith(op, areaOf(out, offset, rowShape(length), [columns + 1]), ONE)
  return out
}

/**
 * A matrix of `N` rows and `M` columns with ones on the diagonal `k` (above the main one where positive, below it where
 * negative), zeros elsewhere.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for a negative size.
 *
 * @example eye(2) // [[1, 0], [0, 1]]
 * @see https://keras.io/api/ops/numpy/#eye-function
 */
export const eye = define(
  'eye',
  ['N'],
  ['M', 'k', 'dtype'],
  (N: number, M: number | null = null, k: number = 0, dtype: DType | null = null): Tensor =>
    eyeOf('eye', matrixShape('eye', N, M), integer('eye', 'k', k), optionalCode('eye', dtype) ?? floatxDtype()),
)

/**
 * The identity matrix of `n` rows.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for a negative size.
 *
 * @example identity(2) // [[1, 0], [0, 1]]
 * @see https://keras.io/api/ops/numpy/#identity-function
 */
export const identity = define('identity', ['n'], ['dtype'], (n: number, dtype: DType | null = null): Tensor => {
  const rows = count('identity', 'n', n)
  return eyeOf('identity', shapeOf([rows, rows]), 0, optionalCode('identity', dtype) ?? floatxDtype())
})

/**
 * A matrix of `N` rows and `M` columns with ones on and below the diagonal `k`, zeros above it.
 *
 * `dtype` is `floatx()` unless given. Throws a RangeError for a negative size.
 *
 * @example tri(3) // [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
 * @see https://keras.io/api/ops/numpy/#tri-function
 */
export const tri = define(
  'tri',
  ['N'],
  ['M', 'k', 'dtype'],
  (N: number, M: number | null = null, k: number = 0, dtype: DType | null = null): Tensor => {
    const shape = matrixShape('tri', N, M)
    const diagonal = integer('tri', 'k', k)
    const out = emptyTensor(shape, optionalCode('tri', dtype) ?? floatxDtype(), sizeOf('tri', shape))
    begin(TRI)
    view(out)
    number(diagonal)
    run('tri')
    return out
  },
)
