/** The same values laid out in memory in every way that a view can have. */

import { type DType, isComplex, type Storage, storage } from './dtypes'
import { elements, type TensorText } from './fixtures'
import { ndops, type Tensor, viewOf } from './ndops'

export const LAYOUTS = ['transposed', 'reversed', 'stepped', 'offset'] as const
export type Layout = (typeof LAYOUTS)[number]

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** Strides, in elements, for a memory order of the axes. */
function stridesFor(shape: readonly number[], order: readonly number[], innermost: number): number[] {
  const strides = new Array<number>(shape.length)
  let step = innermost
  for (const axis of [...order].reverse()) {
    strides[axis] = step
    step *= Math.max(1, shape[axis] as number)
  }
  return strides
}

interface Plan {
  readonly strides: number[]
  readonly offset: number
  readonly count: number
}

function plan(shape: readonly number[], layout: Layout): Plan {
  const axes = shape.map((_, axis) => axis)
  const size = product(shape)
  switch (layout) {
    case 'transposed':
      return { strides: stridesFor(shape, axes.reverse(), 1), offset: 0, count: size }
    case 'reversed':
      return { strides: stridesFor(shape, axes, 1).map((step) => -step), offset: Math.max(0, size - 1), count: size }
    case 'stepped':
      return { strides: stridesFor(shape, axes, 3), offset: 2, count: 3 * size + 2 }
    case 'offset':
      return { strides: stridesFor(shape, axes, 1), offset: 5, count: size + 9 }
  }
}

/** Gaps between the elements hold this byte: a kernel that reads one gives itself away. */
const POISON = 0x7b

/** A tensor of these elements (in C order) with this layout. */
export function laidOut(data: Storage, dtype: DType, shape: readonly number[], layout: Layout): Tensor {
  const per = isComplex(dtype) ? 2 : 1
  const { strides, offset, count } = plan(shape, layout)
  const memory = storage(dtype, count)
  new Uint8Array(memory.buffer).fill(dtype === 'bool' ? 1 : POISON)
  const size = product(shape)
  const index = new Array<number>(shape.length).fill(0)
  for (let i = 0; i < size; i++) {
    const place = index.reduce((sum, at, axis) => sum + at * (strides[axis] as number), offset)
    for (let k = 0; k < per; k++) memory[place * per + k] = data[i * per + k] as never
    for (let axis = shape.length - 1; axis >= 0 && ++(index[axis] as number) === shape[axis]; axis--) index[axis] = 0
  }
  const whole = ndops.fromData(memory, [count], dtype)
  return viewOf(whole, whole.offset + offset, Object.freeze([...shape]), Object.freeze(strides), size)
}

/** How an argument of a fixture is presented with a layout. */
export const presented =
  (layout: Layout) =>
  (text: TensorText): Tensor =>
    laidOut(elements(text), text.dtype, text.shape, layout)

/** The tensor's first row along the first axis of more than one, repeated: as memory, and with stride 0. */
export function repeated(
  text: TensorText,
): { readonly copied: TensorText; readonly broadcast: () => Tensor } | undefined {
  const axis = text.shape.findIndex((n) => n > 1)
  if (axis < 0 || product(text.shape) === 0) return undefined
  const per = isComplex(text.dtype) ? 2 : 1
  const inner = product(text.shape.slice(axis + 1)) * per
  const block = inner * (text.shape[axis] as number)
  const data = text.data.map(
    (_, place) => text.data[Math.floor(place / block) * block + (place % inner)] as number | string,
  )
  const copied = { ...text, data }
  return {
    copied,
    broadcast: () => {
      const whole = ndops.fromData(elements(copied), [...text.shape], text.dtype)
      const strides = text.shape.map((_, k) => (k === axis ? 0 : (whole.strides[k] as number)))
      return viewOf(whole, whole.offset, whole.shape, Object.freeze(strides), whole.size)
    },
  }
}
