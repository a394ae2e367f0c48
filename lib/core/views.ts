/** Views of a tensor's elements under another shape. */

import { Tensor, viewOf } from '../tensor'
import { toTensor } from './convert'
import { toContiguous } from './copy'
import { axesOf, contiguousStrides, inserted, type Shape, shapeOf, without } from './shape'

/** Makes a view of the operand `x`. A tensor made of the caller's arrays on the way lives on in that view alone. */
export function viewing(op: string, x: unknown, make: (a: Tensor) => Tensor, name = 'x'): Tensor {
  if (x instanceof Tensor) return make(x)
  const a = toTensor(op, name, x)
  try {
    return make(a)
  } finally {
    a.dispose()
  }
}

/** The tensor with its axes in another order. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const shape = [...order]
  const strides = [...order]
  for (let k = 0; k < order.length; k++) {
    const axis = order[k] as number
    shape[k] = x.shape[axis] as number
    strides[k] = x.strides[axis] as number
  }
  return viewOf(x, x.offset, shape, strides, x.size)
}

/** The tensor with its first axis moved to a place among the others. */
export function firstAxisAt(x: Tensor, place: number): Tensor {
  return permute(x, inserted(without(axesOf(x.shape.length), 0), place, 0))
}

/**
 * The strides that show the elements, in C order, under another shape of the same size, or undefined where no strides
 * do. Axes are matched in groups of one size; inside a group the old ones must follow on one another.
 */
function stridesFor(shape: Shape, strides: readonly number[], wanted: Shape): readonly number[] | undefined {
  const old = axesOf(shape.length).filter((axis) => shape[axis] !== 1)
  const found = new Array<number>(wanted.length).fill(0)
  let from = 0
  let to = 0
  while (from < old.length) {
    const [firstFrom, firstTo] = [from, to]
    let have = shape[old[from++] as number] as number
    let want = wanted[to++] as number
    while (have !== want) {
      if (have < want) have *= shape[old[from++] as number] as number
      else want *= wanted[to++] as number
    }
    for (let k = firstFrom; k < from - 1; k++) {
      const [outer, inner] = [old[k] as number, old[k + 1] as number]
      if (strides[outer] !== (shape[inner] as number) * (strides[inner] as number)) return undefined
    }
    let step = strides[old[from - 1] as number] as number
    for (let k = to - 1; k >= firstTo; k--) {
      found[k] = step
      step *= wanted[k] as number
    }
  }
  return found
}

/** The elements in C order under another shape of the same size: a view where there is one, else a copy. */
export function reshaped(op: string, x: Tensor, sizes: readonly number[]): Tensor {
  const shape = shapeOf(sizes)
  if (x.contiguous) return new Tensor(x.storage, x.offset, x.code, shape, contiguousStrides(shape), x.size, true)
  const strides = x.size === 0 ? contiguousStrides(shape) : stridesFor(x.shape, x.strides, shape)
  if (strides !== undefined) return viewOf(x, x.offset, shape, strides, x.size)
  const copy = toContiguous(op, x)
  const result = viewOf(copy, copy.offset, shape, contiguousStrides(shape), x.size)
  copy.dispose()
  return result
}
