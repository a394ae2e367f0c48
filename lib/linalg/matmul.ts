/** Products: of matrices, vectors, and tensors over chosen axes. */

import { define } from '../core/arguments'
import { isStrong, type Operand, operand, toTensor, type WeakScalar } from '../core/convert'
import { toContiguous } from '../core/copy'
import { BOOL, type Code, computing, INT8, INT32, promote } from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { areaOf, begin, kernel, number, run, type Viewed, view } from '../core/launch'
import { input, meet } from '../core/patterns'
import { arranged, multiplyOver, newTensor, othersThan, summing } from '../core/product'
import {
  axesOf,
  broadcast,
  integer,
  normalizeAxes,
  normalizeAxis,
  SCALAR,
  type Shape,
  sameShape,
  shapeOf,
  sizesBetween,
  without,
} from '../core/shape'
import { emptyTensor, type Tensor, viewOf } from '../tensor'

const MULTIPLY = kernel('multiply')
const CROSS = kernel('cross')
const SUM = kernel('sum')

/** The product of matrices and vectors, sizes checked. It shares the shape of an operand that has the same. */
function plainProduct(op: string, a: Tensor, b: Tensor, code: Code): Tensor {
  const rows = a.ndim - 1
  const columns = b.ndim - 1
  const m = a.shape[0] as number
  const n = b.shape[columns] as number
  let out: Tensor
  if (rows === 1 && columns === 1) {
    const like = n === a.shape[1] ? a : m === b.shape[0] ? b : undefined
    out = like?.contiguous ? emptyTensor(like.shape, code, like.size, like.strides) : newTensor(op, [m, n], code)
  } else if (rows === 0 && columns === 0) {
    out = emptyTensor(SCALAR, code, 1)
  } else {
    out = newTensor(op, [rows === 1 ? m : n], code)
  }
  return multiplyOver(op, out, a, b, rows, columns, 1)
}

/** As one row: a view where one stride walks through the elements, else a copy. */
function flattened(op: string, x: Tensor): Tensor {
  if (x.ndim === 1) return x
  const whole = toContiguous(op, x)
  return viewOf(whole, whole.offset, shapeOf([x.size]), shapeOf([1]), x.size)
}

function mismatch(op: string, a: Shape, b: Shape, what: string): Error {
  return rangeError(op, 'SHAPE_MISMATCH', `${what}; received shapes ${show(a)} and ${show(b)}`)
}

const rankOf = (x: Tensor | WeakScalar): number => (isStrong(x) ? x.ndim : 0)

/** Elementwise products of operands that broadcast to `sizes`. */
function scaled(op: string, a: Tensor | WeakScalar, b: Tensor | WeakScalar, sizes: number[], code: Code): Tensor {
  const out = newTensor(op, sizes, code)
  begin(MULTIPLY)
  view(out)
  input(a)
  input(b)
  number(computing(code))
  run(op)
  return out
}

/**
 * The matrix product. The last two axes are matrices, axes before them a batch that broadcasts; a 1-d `x1` is a row and
 * a 1-d `x2` a column, whose axis the result does not have. Two 1-d tensors give their inner product.
 *
 * The dtype is the one that both meet in; int8 with int8 gives int32. Integers wrap; float16 and bfloat16 are summed in
 * float32 and rounded once. Throws a RangeError for 0-d operands, and for shapes that do not fit.
 *
 * @example
 * matmul([[1, 2], [3, 4]], [[0, 1], [1, 0]]).toArray() // [[2, 1], [4, 3]]
 * @see https://keras.io/api/ops/numpy/#matmul-function
 */
export const matmul = define('matmul', ['x1', 'x2'], [], (x1: Operand, x2: Operand): Tensor => {
  const op = 'matmul'
  const a = toTensor(op, 'x1', x1)
  const b = toTensor(op, 'x2', x2)
  const code = a.code === INT8 && b.code === INT8 ? INT32 : promote(a.code, b.code)
  const rank = a.ndim
  const other = b.ndim
  if (rank === 0 || other === 0)
    throw mismatch(op, a.shape, b.shape, 'operands must have at least one axis; use multiply() for scalars')
  const columns = other === 1 ? 0 : 1
  const summed = a.shape[rank - 1] as number
  if (summed !== b.shape[other - 1 - columns])
    throw mismatch(
      op,
      a.shape,
      b.shape,
      `the last axis of x1 must have the size of the ${columns === 1 ? 'second last' : 'only'} axis of x2`,
    )
  if (rank <= 2 && other <= 2) return plainProduct(op, a, b, code)
  const rows = rank === 1 ? 0 : 1
  const sizes = [
    ...broadcast(op, sizesBetween(a.shape, 0, rank - 1 - rows), sizesBetween(b.shape, 0, other - 1 - columns)),
  ]
  if (rows === 1) sizes.push(a.shape[rank - 2] as number)
  if (columns === 1) sizes.push(b.shape[other - 1] as number)
  return multiplyOver(op, newTensor(op, sizes, code), a, b, rows, columns, 1)
})

/**
 * The dot product: sums over the last axis of `x1` and the second last of `x2` (its only one where it is 1-d), every
 * row of the one with every column of the other, so the result has the other axes of `x1` and then those of `x2`.
 * With a 0-d operand it is `x1 * x2`.
 *
 * The dtype is the one that both meet in. Throws a RangeError where the sizes of the summed axes differ.
 *
 * @example
 * dot([1, 2, 3], [4, 5, 6]).item() // 32
 * @see https://keras.io/api/ops/numpy/#dot-function
 */
export const dot = define('dot', ['x1', 'x2'], [], (x1: Operand, x2: Operand): Tensor => {
  const op = 'dot'
  const a = operand(op, 'x1', x1)
  const b = operand(op, 'x2', x2)
  const code = meet(op, a, b)
  if (!isStrong(a) || !isStrong(b) || a.ndim === 0 || b.ndim === 0) {
    const shape = rankOf(a) > 0 ? (a as Tensor).shape : rankOf(b) > 0 ? (b as Tensor).shape : SCALAR
    return scaled(op, a, b, [...shape], code)
  }
  const summed = Math.max(0, b.ndim - 2)
  if (a.shape[a.ndim - 1] !== b.shape[summed])
    throw mismatch(op, a.shape, b.shape, `the last axis of x1 must have the size of axis ${summed} of x2`)
  if (a.ndim <= 2 && b.ndim <= 2) return plainProduct(op, a, b, code)
  const others = othersThan(b.ndim, [summed])
  const out = newTensor(op, [...sizesBetween(a.shape, 0, -1), ...others.map((axis) => b.shape[axis] as number)], code)
  return multiplyOver(op, out, a, arranged(b, [summed, ...others]), a.ndim - 1, b.ndim - 1, 1)
})

/**
 * The inner product of all elements, those of a complex `x1` conjugated. Both are flattened and must have the same
 * number of elements, else a RangeError is thrown. Gives a 0-d tensor of the dtype that both meet in.
 *
 * The same shapes and strides give the same bits for any number of threads and on every CPU level.
 *
 * @example
 * vdot([{ re: 0, im: 1 }], [{ re: 0, im: 1 }]).item() // { re: 1, im: 0 }
 * @see https://keras.io/api/ops/numpy/#vdot-function
 */
export const vdot = define('vdot', ['x1', 'x2'], [], (x1: Operand, x2: Operand): Tensor => {
  const op = 'vdot'
  let a = toTensor(op, 'x1', x1)
  let b = toTensor(op, 'x2', x2)
  if (a.size !== b.size) throw mismatch(op, a.shape, b.shape, 'operands must have the same number of elements')
  if (!sameShape(a.shape, b.shape)) {
    a = flattened(op, a)
    b = flattened(op, b)
  }
  const out = newTensor(op, [], promote(a.code, b.code))
  return multiplyOver(op, out, a, b, 0, 0, a.ndim, 1)
})

/** The axes that tensordot sums over: of the first operand, of the second. */
function summedAxes(op: string, axes: unknown, a: Tensor, b: Tensor): [number[], number[]] {
  if (Array.isArray(axes)) {
    if (axes.length !== 2)
      throw rangeError(op, 'AXIS', `axes must have two entries, one for each operand; received ${axes.length}`)
    const found: [number[], number[]] = [
      normalizeAxes(op, axes[0], a.ndim, 'axes[0]'),
      normalizeAxes(op, axes[1], b.ndim, 'axes[1]'),
    ]
    if (found[0].length !== found[1].length)
      throw rangeError(
        op,
        'AXIS',
        `axes must name as many axes of x1 as of x2; received ${show(found[0])} and ${show(found[1])}`,
      )
    return found
  }
  const count = integer(op, 'axes', axes)
  if (count < 0 || count > Math.min(a.ndim, b.ndim))
    throw rangeError(
      op,
      'AXIS',
      `axes must be 0 to ${Math.min(a.ndim, b.ndim)}, the lower rank of the two; received ${count}`,
    )
  const each = axesOf(count)
  return [each.map((i) => a.ndim - count + i), each]
}

/**
 * Sums over chosen axes of both: the last `axes` ones of `x1` with the first ones of `x2` where `axes` is a number
 * (0 is the outer product), or those that a pair of axes, or of lists of axes, names. The result has the other axes of
 * `x1` and then those of `x2`.
 *
 * The dtype is the one that both meet in. Throws a RangeError for axes out of range or named twice, and where the sizes
 * of two axes summed together differ.
 *
 * @example
 * tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4]], [[0], [0]]).toArray() // [[10, 14], [14, 20]]
 * @see https://keras.io/api/ops/numpy/#tensordot-function
 */
export const tensordot = define(
  'tensordot',
  ['x1', 'x2'],
  ['axes'],
  (
    x1: Operand,
    x2: Operand,
    axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
  ): Tensor => {
    const op = 'tensordot'
    const a = toTensor(op, 'x1', x1)
    const b = toTensor(op, 'x2', x2)
    const [left, right] = summedAxes(op, axes, a, b)
    if (left.some((axis, i) => a.shape[axis] !== b.shape[right[i] as number]))
      throw mismatch(op, a.shape, b.shape, `axes ${show(left)} of x1 must have the sizes of axes ${show(right)} of x2`)
    const rows = othersThan(a.ndim, left)
    const columns = othersThan(b.ndim, right)
    const sizes = [...rows.map((axis) => a.shape[axis] as number), ...columns.map((axis) => b.shape[axis] as number)]
    const out = newTensor(op, sizes, promote(a.code, b.code))
    const [first, second] = [arranged(a, [...rows, ...left]), arranged(b, [...right, ...columns])]
    return multiplyOver(op, out, first, second, rows.length, columns.length, left.length)
  },
)

/**
 * The outer product: each element of `x1` times each of `x2`, both flattened; shape [size of x1, size of x2]. The dtype
 * is the one that both meet in.
 *
 * @example
 * outer([1, 2], [3, 4, 5]).toArray() // [[3, 4, 5], [6, 8, 10]]
 * @see https://keras.io/api/ops/numpy/#outer-function
 */
export const outer = define('outer', ['x1', 'x2'], [], (x1: Operand, x2: Operand): Tensor => {
  const op = 'outer'
  const a = operand(op, 'x1', x1)
  const b = operand(op, 'x2', x2)
  const code = meet(op, a, b)
  const row = isStrong(b) ? flattened(op, b) : b
  let column: Tensor | WeakScalar = a
  if (isStrong(a)) {
    const flat = flattened(op, a)
    column = viewOf(flat, flat.offset, shapeOf([flat.size, 1]), shapeOf([flat.strides[0] as number, 1]), flat.size)
  }
  return scaled(op, column, row, [isStrong(a) ? a.size : 1, isStrong(b) ? b.size : 1], code)
})

/** A view with its vectors' axis behind the others, as the kernel takes them. */
function vectorsLast(op: string, name: string, x: Tensor, axis: unknown, axisName: string): Viewed {
  if (x.ndim === 0) throw rangeError(op, 'RANK', `${name} must have at least one axis; received a 0-d tensor`)
  const at = normalizeAxis(op, axis, x.ndim, axisName)
  const size = x.shape[at]
  if (size !== 2 && size !== 3)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `vectors must have 2 or 3 components; received ${size} along axis ${at} of ${name} with shape ${show(x.shape)}`,
    )
  return arranged(x, [...othersThan(x.ndim, [at]), at])
}

/**
 * The cross product of vectors with 3 components, along axis `axisa` of `x1` and `axisb` of `x2`; the other axes
 * broadcast, and axis `axisc` of the result has the components. A vector with 2 components has 0 as its third; where
 * both have 2, the result is the third component alone, without an axis for it. `axis` stands for all three.
 *
 * The dtype is the one that both meet in. Throws a RangeError for vectors of another size, for axes out of range and
 * for shapes that do not broadcast, a TypeError where both are bool.
 *
 * @example
 * cross([1, 0, 0], [0, 1, 0]).toArray() // [0, 0, 1]
 * @see https://keras.io/api/ops/numpy/#cross-function
 */
export const cross = define(
  'cross',
  ['x1', 'x2'],
  ['axisa', 'axisb', 'axisc', 'axis'],
  (x1: Operand, x2: Operand, axisa = -1, axisb = -1, axisc = -1, axis: number | null = null): Tensor => {
    const op = 'cross'
    const a = toTensor(op, 'x1', x1)
    const b = toTensor(op, 'x2', x2)
    const code = promote(a.code, b.code)
    if (code === BOOL)
      throw typeError(op, 'DTYPE', 'bool has no subtraction; cast an operand to an integer dtype first')
    const left = vectorsLast(op, 'x1', a, axis ?? axisa, axis === null ? 'axisa' : 'axis')
    const right = vectorsLast(op, 'x2', b, axis ?? axisb, axis === null ? 'axisb' : 'axis')
    const sizes = [...broadcast(op, without(left.shape, a.ndim - 1), without(right.shape, b.ndim - 1))]
    const components = left.shape[a.ndim - 1] === 3 || right.shape[b.ndim - 1] === 3
    const at = components ? normalizeAxis(op, axis ?? axisc, sizes.length + 1, axis === null ? 'axisc' : 'axis') : 0
    if (components) sizes.splice(at, 0, 3)
    const out = newTensor(op, sizes, code)
    begin(CROSS)
    view(components ? arranged(out, [...othersThan(out.ndim, [at]), at]) : out)
    view(left)
    view(right)
    run(op)
    return out
  },
)

/**
 * The sum of a diagonal of the matrices in axes `axis1` and `axis2`: the elements [i, i + offset]. The result has the
 * other axes. A diagonal outside of the matrix is empty, its sum 0.
 *
 * bool, int8 and int16 give int32, uint8 and uint16 uint32, other dtypes themselves. Throws a RangeError for less than
 * two axes, for axes out of range, and for the same axis twice.
 *
 * @example
 * trace([[1, 2], [3, 4]]).item() // 5
 * @see https://keras.io/api/ops/numpy/#trace-function
 */
export const trace = define(
  'trace',
  ['x'],
  ['offset', 'axis1', 'axis2'],
  (x: Operand, offset = 0, axis1 = 0, axis2 = 1): Tensor => {
    const op = 'trace'
    const a = toTensor(op, 'x', x)
    const shift = integer(op, 'offset', offset)
    if (a.ndim < 2) throw rangeError(op, 'RANK', `x must have at least two axes; received shape ${show(a.shape)}`)
    const down = normalizeAxis(op, axis1, a.ndim, 'axis1')
    const across = normalizeAxis(op, axis2, a.ndim, 'axis2')
    if (down === across) throw rangeError(op, 'AXIS', `axis1 and axis2 must differ; received axis ${down} for both`)
    const shape: number[] = []
    const strides: number[] = []
    for (let axis = 0; axis < a.ndim; axis++) {
      if (axis === down || axis === across) continue
      shape.push(a.shape[axis] as number)
      strides.push(a.strides[axis] as number)
    }
    const kept = shape.length
    const out = newTensor(op, shape, summing(a.code))
    const rows = (a.shape[down] as number) - Math.max(0, -shift)
    const columns = (a.shape[across] as number) - Math.max(0, shift)
    const length = Math.max(0, Math.min(rows, columns))
    const [rowStride, columnStride] = [a.strides[down] as number, a.strides[across] as number]
    const start = length === 0 ? 0 : shift < 0 ? -shift * rowStride : shift * columnStride
    shape.push(length)
    strides.push(rowStride + columnStride)
    begin(SUM)
    view(out)
    view(areaOf(a, a.offset + start, shape, strides))
    number(2 ** kept)
    number(computing(out.code))
    run(op)
    return out
  },
)
