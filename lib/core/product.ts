/** The way from checked operands to a launch of the product kernel (native/linalg/matmul.h). */

import { emptyTensor, type Tensor } from '../tensor'
import { BOOL, type Code, INT8, INT16, INT32, UINT8, UINT16, UINT32 } from './dtype'
import { rangeError } from './errors'
import { type Area, areaOf, begin, kernel, number, run, type Viewed, view } from './launch'
import { axesOf, MAX_RANK, shapeOf, sizeOf } from './shape'

const MATMUL = kernel('matmul')

/**
 * One launch of the product kernel: axes in the order batch, rows, summed, columns, and how many of them are rows of the
 * first operand, columns of the second, and summed over.
 */
export function multiplyOver(
  op: string,
  out: Tensor,
  a: Viewed,
  b: Viewed,
  rows: number,
  columns: number,
  summed: number,
  conjugate = 0,
): Tensor {
  begin(MATMUL)
  view(out)
  view(a)
  view(b)
  number(rows)
  number(columns)
  number(summed)
  number(conjugate)
  run(op)
  return out
}

/** A new tensor of these sizes; a RangeError for more axes than there may be. */
export function newTensor(op: string, sizes: number[], code: Code): Tensor {
  if (sizes.length > MAX_RANK)
    throw rangeError(op, 'RANK', `the result has ${sizes.length} axes; at most ${MAX_RANK} are supported`)
  const shape = shapeOf(sizes)
  return emptyTensor(shape, code, sizeOf(op, shape))
}

/** A view with its axes in another order, or some of them. */
export function arranged(x: Viewed, axes: readonly number[]): Area {
  const shape = [...axes]
  const strides = [...axes]
  for (let k = 0; k < axes.length; k++) {
    shape[k] = x.shape[axes[k] as number] as number
    strides[k] = x.strides[axes[k] as number] as number
  }
  return areaOf(x, x.offset, shape, strides)
}

/** The axes of a rank but for some. */
export function othersThan(rank: number, axes: readonly number[]): number[] {
  return axesOf(rank).filter((axis) => !axes.includes(axis))
}

/** The dtype that elements are summed in where the result is no narrower: narrow integers and bool become 32 bits wide. */
export function summing(code: Code): Code {
  if (code === BOOL || code === INT8 || code === INT16) return INT32
  return code === UINT8 || code === UINT16 ? UINT32 : code
}
