/** Typed arrays and structures over them: memory of the user's, always copied. */

import { emptyTensor, Tensor, viewOf } from '../tensor'
import { castTo } from './copy'
import { BOOL, type Code, DTYPES, type DType, FLOAT16, ITEM_BYTES, isComplex, STORAGE } from './dtype'
import { kindOf, plainError, rangeError, show, typeError } from './errors'
import { addon } from './native'
import { contiguousStrides, integer, MAX_RANK, type Shape, shapeOf, sizeOf } from './shape'

/** The n-d array structure that the `ndarray` package makes; `stride` and `offset` in elements. */
export interface Structure {
  readonly data: ArrayBufferView
  readonly shape: readonly number[]
  readonly stride?: readonly number[]
  readonly offset?: number
  readonly dtype?: DType | string
}

const prototype = Object.getPrototypeOf(Uint8Array.prototype)
const getter = (name: string | symbol): ((this: unknown) => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown
const lengthOf = getter('length')
const kindNameOf = getter(Symbol.toStringTag)
const every: (this: unknown, test: () => boolean) => boolean = prototype.every

/** The dtype of a typed array, by what it is and not by what its properties say. */
const TYPED: ReadonlyMap<unknown, Code> = new Map<unknown, Code>([
  ['Uint8ClampedArray', 1],
  ['Float16Array', FLOAT16],
  ...(DTYPES.flatMap((name, code) => {
    const kind = (STORAGE[code] as { name?: string }).name
    // The plain kinds only: float16 and the like reinterpret.
    return kind !== undefined && kind.toLowerCase().replace('big', '') === `${name}array` ? [[kind, code]] : []
  }) as [string, Code][]),
])

interface Typed {
  readonly view: ArrayBufferView
  readonly code: Code
  readonly length: number
}

function typed(op: string, name: string, value: ArrayBufferView): Typed {
  const kind = value instanceof DataView ? 'DataView' : kindNameOf.call(value)
  const code = TYPED.get(kind)
  if (code === undefined)
    throw typeError(
      op,
      'BUFFER',
      `${name} is a ${String(kind)}; expected a typed array; use fromData() to reinterpret bytes`,
    )
  const length = lengthOf.call(value) as number
  if (length === 0) {
    try {
      // Only a method asks whether the buffer is still there and reaches as far as the view.
      every.call(value, () => true)
    } catch {
      throw typeError(op, 'BUFFER', `${name} is a typed array whose buffer was transferred, detached or made shorter`)
    }
  }
  return { view: value, code, length }
}

/** A contiguous tensor of the caller's bytes, copied. The view's length is `size` elements of the dtype. */
export function copied(op: string, data: ArrayBufferView, code: Code, shape: Shape, size: number): Tensor {
  const out = emptyTensor(shape, code, size)
  const { storage } = out
  if (size !== 0 && !addon.copyIn(storage.slot, storage.generation, out.offset * (ITEM_BYTES[code] as number), data))
    throw plainError(op, 'INTERNAL', 'a copy did not fit; please report this as a bug')
  return out
}

/** A tensor that copies a typed array and reinterprets its storage (float16 bits, 0/1 bytes, interleaved complex). */
export function reinterpret(op: string, data: unknown, shape: Shape | undefined, dtype: Code | undefined): Tensor {
  if (!ArrayBuffer.isView(data)) throw typeError(op, 'BUFFER', `data must be a typed array; received ${kindOf(data)}`)
  const source = typed(op, 'data', data)
  const code = dtype ?? source.code
  const wanted = STORAGE[code] as { name?: string }
  const kind = kindNameOf.call(data)
  const fits =
    kind === wanted.name || (code === FLOAT16 && kind === 'Float16Array') || (code <= 1 && kind === 'Uint8ClampedArray')
  if (!fits)
    throw typeError(
      op,
      'BUFFER',
      `${DTYPES[code]} is stored in a ${wanted.name}; received a ${String(kind)}; use array() to cast`,
    )
  const per = isComplex(code) ? 2 : 1
  const given = shape ?? shapeOf([Math.floor(source.length / per)])
  const size = sizeOf(op, given)
  if (size * per !== source.length)
    throw rangeError(
      op,
      'SIZE',
      `shape ${show(given)} of ${DTYPES[code]} takes ${size * per} numbers; received ${source.length}`,
    )
  const out = copied(op, data, code, given, size)
  if (code !== BOOL) return out
  // Any other byte than 0 or 1 would not be a bool: normalised by way of uint8.
  return castTo(op, new Tensor(out.storage, out.offset, 1, out.shape, out.strides, out.size, true), BOOL)
}

/** A copy of a typed array, in its own dtype. */
export function fromTyped(op: string, name: string, value: ArrayBufferView): Tensor {
  const source = typed(op, name, value)
  return copied(op, value, source.code, shapeOf([source.length]), source.length)
}

/** A view of a copy of the structure's data. */
export function fromStructure(op: string, name: string, value: Structure): Tensor {
  const { data, shape, stride, offset, dtype } = value
  if (!ArrayBuffer.isView(data))
    throw typeError(op, 'BUFFER', `${name}.data must be a typed array; received ${kindOf(data)}`)
  if (!Array.isArray(shape))
    throw typeError(op, 'ARGUMENT', `${name}.shape must be an array; received ${kindOf(shape)}`)
  const sizes = shapeOf(shape.map((n) => integer(op, `${name}.shape`, n)))
  if (sizes.length > MAX_RANK || sizes.some((n) => n < 0))
    throw rangeError(op, 'SIZE', `${name}.shape ${show(sizes)} is not a shape`)
  const size = sizeOf(op, sizes)
  const strides =
    stride === undefined
      ? contiguousStrides(sizes)
      : shapeOf(Array.from(stride, (n) => integer(op, `${name}.stride`, n)))
  if (strides.length !== sizes.length)
    throw rangeError(
      op,
      'SHAPE_MISMATCH',
      `${name}.stride ${show(strides)} must have as many entries as shape ${show(sizes)}`,
    )
  const start = offset === undefined ? 0 : integer(op, `${name}.offset`, offset)
  const code =
    dtype === undefined ? typed(op, name, data).code : (CODE_OF_NAME.get(dtype) ?? typed(op, name, data).code)
  const flat = CODE_OF_NAME.has(dtype) ? reinterpret(op, data, undefined, code) : fromTyped(op, name, data)
  let low = start
  let high = start
  for (let axis = 0; axis < sizes.length; axis++) {
    const reach = ((sizes[axis] as number) - 1) * (strides[axis] as number)
    if (reach < 0) low += reach
    else high += reach
  }
  if (size > 0 && (low < 0 || high >= flat.size))
    throw rangeError(op, 'INDEX', `${name} reaches elements ${low} to ${high} of data with ${flat.size}`)
  return viewOf(flat, size === 0 ? flat.offset : flat.offset + start, sizes, strides, size)
}

const CODE_OF_NAME: ReadonlyMap<unknown, Code> = new Map(DTYPES.map((name, code) => [name, code]))
