/** Copies of a tensor's elements: in another dtype, in C order, behind one another. */

import { emptyTensor, type Tensor } from '../tensor'
import { type Code, promoteAll } from './dtype'
import { rangeError, show } from './errors'
import { areaOf, begin, flatView, kernel, run, type Scalar, scalar, type Viewed, view } from './launch'
import { contiguousStrides, type Shape, sameShape, shapeOf, sizeOf } from './shape'

const COPY = kernel('copy')
const FILL = kernel('fill')

/** Copies elements to where a view says, converted to its dtype; what is copied broadcasts. The two never overlap. */
export function copyInto(op: string, to: Viewed, from: Viewed): void {
  begin(COPY)
  view(to)
  view(from)
  run(op)
}

/** The elements of a tensor in another dtype, or the tensor itself where it has that dtype. */
export function castTo(op: string, x: Tensor, code: Code): Tensor {
  if (x.code === code) return x
  return copyAs(op, x, code)
}

/** A contiguous tensor of the same elements in a dtype, in memory of its own. */
function copyAs(op: string, x: Tensor, code: Code): Tensor {
  const { size } = x
  const out = emptyTensor(x.shape, code, size, x.contiguous ? x.strides : undefined)
  if (x.contiguous) copyRun(op, out, out.offset, x)
  else copyInto(op, out, x)
  return out
}

/** Copies the elements of a contiguous tensor into another one, from `offset` on, converted to its dtype. */
export function copyRun(op: string, to: Tensor, offset: number, from: Tensor): void {
  begin(COPY)
  flatView(to, from.size, offset)
  flatView(from, from.size)
  run(op)
}

/** A new tensor of one value. */
export function filled(op: string, shape: Shape, code: Code, value: Scalar): Tensor {
  const out = emptyTensor(shape, code, sizeOf(op, shape))
  begin(FILL)
  flatView(out, out.size)
  scalar(value)
  run(op)
  return out
}

const ZERO: Scalar = { code: 0, high: 0, low: 0 }

/** A new tensor of zeros. */
export function zerosOf(op: string, shape: Shape, code: Code): Tensor {
  return filled(op, shape, code, ZERO)
}

/** A contiguous tensor of the same elements, in memory of its own. */
export function copyOf(op: string, x: Tensor): Tensor {
  return copyAs(op, x, x.code)
}

/** A contiguous tensor of the same elements: the tensor itself where it is one. */
export function toContiguous(op: string, x: Tensor): Tensor {
  return x.contiguous ? x : copyOf(op, x)
}

/** Tensors of one shape, one or more, copied behind one another under new first axes, in the dtype they meet in. */
export function stackTensors(op: string, parts: readonly Tensor[], leading: readonly number[]): Tensor {
  const first = parts[0] as Tensor
  const code = promoteAll(parts.map((part) => part.code))
  for (const part of parts)
    if (!sameShape(part.shape, first.shape))
      throw rangeError(
        op,
        'SHAPE_MISMATCH',
        `what is stacked must have one shape; received ${show(first.shape)} and ${show(part.shape)}`,
      )
  const shape = shapeOf([...leading, ...first.shape])
  const out = emptyTensor(shape, code, sizeOf(op, shape))
  const strides = contiguousStrides(first.shape)
  parts.forEach((part, i) => {
    copyInto(op, areaOf(out, out.offset + i * first.size, first.shape, strides), part)
  })
  return out
}
