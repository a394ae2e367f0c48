/** Between JavaScript's values and tensors. */

import { define } from '../core/arguments'
import { type Operand, optionalCode, toTensor } from '../core/convert'
import { castTo } from '../core/copy'
import type { Data, DType } from '../core/dtype'
import { hostData } from '../core/host'
import { withoutRecording } from '../core/launch'
import { contiguousStrides, type Shape } from '../core/shape'
import { aliasOf, isTensorLike, Tensor } from '../tensor'

/** A tensor of its own for each call: one that the user made stays when this one is disposed of. */
function tensorOf(op: string, x: unknown, dtype: unknown): Tensor {
  const code = optionalCode(op, dtype)
  if (!(x instanceof Tensor)) return toTensor(op, 'x', x, code)
  const cast = code === undefined ? x : castTo(op, x, code)
  return cast === x ? aliasOf(x) : cast
}

/**
 * A tensor of `x`: numbers, booleans, bigints and arrays of them, nested or typed, a structure `{ data, shape }`, or
 * another tensor, whose memory is shared. What is not a tensor is copied. With `dtype` the values are cast.
 *
 * Numbers become `floatx()`, booleans bool, bigints int64, a typed array keeps its dtype. Throws a RangeError for ragged
 * arrays, a TypeError for what is no number.
 *
 * @example array([[1, 2], [3, 4]], 'int32') // [[1, 2], [3, 4]]
 * @see https://keras.io/api/ops/numpy/#array-function
 */
export const array = define(
  'array',
  ['x'],
  ['dtype'],
  (x: Operand, dtype: DType | null = null): Tensor => tensorOf('array', x, dtype),
)

/**
 * The same as {@link array}, under the name of the core page.
 *
 * @example convertToTensor([1, 2, 3]) // [1, 2, 3]
 * @see https://keras.io/api/ops/core/#converttotensor-function
 */
export const convertToTensor = define(
  'convertToTensor',
  ['x'],
  ['dtype'],
  (x: Operand, dtype: DType | null = null): Tensor => tensorOf('convertToTensor', x, dtype),
)

/** What {@link convertToNumpy} gives: the structure of the `ndarray` package, with the dtype. */
export interface HostArray {
  readonly data: Data
  readonly shape: number[]
  readonly stride: number[]
  readonly offset: number
  readonly dtype: DType
}

/** Calls `look` with the tensor of a value; what the value takes to become one is done at once, and given back. */
function withTensor<T>(op: string, x: unknown, look: (a: Tensor) => T): T {
  if (x instanceof Tensor) return look(x)
  let found: T | undefined
  withoutRecording(() => {
    const a = toTensor(op, 'x', x)
    found = look(a)
    a.dispose()
  })
  return found as T
}

/**
 * The elements of `x` in memory of the caller's own, C order: `ndarray(n.data, n.shape, n.stride, n.offset)` reads it.
 * float16 and bfloat16 come as bits, bool as 0 and 1, complex numbers interleaved.
 *
 * @example convertToNumpy([[1, 2], [3, 4]]).stride // [2, 1]
 * @see https://keras.io/api/ops/core/#converttonumpy-function
 */
export const convertToNumpy = define(
  'convertToNumpy',
  ['x'],
  [],
  (x: Operand): HostArray =>
    withTensor('convertToNumpy', x, (a) => ({
      data: hostData(a),
      shape: [...a.shape],
      stride: [...contiguousStrides(a.shape)],
      offset: 0,
      dtype: a.dtype,
    })),
)

/**
 * Whether `x` is a tensor.
 *
 * @example isTensor(ones([2])) // true
 * @see https://keras.io/api/ops/core/#istensor-function
 */
export const isTensor = define('isTensor', ['x'], [], (x: unknown): x is Tensor => isTensorLike(x))

/**
 * The number of axes of `x`.
 *
 * @example ndim([[1, 2], [3, 4]]) // 2
 * @see https://keras.io/api/ops/numpy/#ndim-function
 */
export const ndim = define('ndim', ['x'], [], (x: Operand): number => withTensor('ndim', x, (a) => a.shape.length))

/**
 * The sizes of the axes of `x`.
 *
 * @example shape([[1, 2, 3]]) // [1, 3]
 * @see https://keras.io/api/ops/core/#shape-function
 */
export const shape = define('shape', ['x'], [], (x: Operand): Shape => withTensor('shape', x, (a) => a.shape))

/**
 * The number of elements of `x`.
 *
 * @example size([[1, 2, 3]]) // 3
 * @see https://keras.io/api/ops/numpy/#size-function
 */
export const size = define('size', ['x'], [], (x: Operand): number => withTensor('size', x, (a) => a.size))
