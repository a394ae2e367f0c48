/** An n-dimensional array: a typed, strided view of native memory. Knows no op; index.ts hangs the methods on it. */

import { inspect } from 'node:util'
import { type Code, type Data, DTYPES, type DType, ITEM_BYTES } from './core/dtype'
import { typeError } from './core/errors'
import { hostData, hostView } from './core/host'
import { type Late, recording } from './core/launch'
import { print } from './core/print'
import { contiguousStrides, isContiguous, type Shape, shapeOf, without } from './core/shape'
import { allocate, DISPOSED, givenOffset, release, retain, type Storage } from './core/storage'
import { type NestedArray, nested, scalarValue, type Value } from './core/values'

/** The brand that tells a tensor, whichever copy of this module made it. */
export const BRAND: unique symbol = Symbol.for('ndops.Tensor')

/**
 * An n-dimensional array of one of the 15 dtypes. Made by ops, never by `new`. Immutable in shape and dtype and, by
 * contract, in content. Every op whose first argument is the operand is a method too: `x.add(y).sum(1)`.
 */
export class Tensor {
  /** @internal */
  storage: Storage
  /** @internal Elements from the storage's beginning. */
  readonly offset: number
  /** @internal */
  readonly code: Code
  /** Sizes by axis, frozen. */
  readonly shape: Shape
  /** Steps by axis, in elements; 0 and negative ones occur in views. Frozen. */
  readonly strides: readonly number[]
  /** The number of elements. */
  readonly size: number
  /** @internal Whether the elements lie in C order without gaps. */
  readonly contiguous: boolean

  /** @internal */
  constructor(
    storage: Storage,
    offset: number,
    code: Code,
    shape: Shape,
    strides: readonly number[],
    size: number,
    contiguous: boolean,
  ) {
    this.storage = storage
    this.offset = offset
    this.code = code
    this.shape = shape
    this.strides = strides
    this.size = size
    this.contiguous = contiguous
    retain(storage)
  }

  get dtype(): DType {
    return DTYPES[this.code] as DType
  }

  get ndim(): number {
    return this.shape.length
  }

  /** Bytes of the elements, were they contiguous. */
  get nbytes(): number {
    return this.size * (ITEM_BYTES[this.code] as number)
  }

  /**
   * The elements in C order as one typed array: float16 and bfloat16 as bits, bool as 0 and 1, complex interleaved.
   * Made when first asked for and kept; without a copy for a contiguous tensor with memory of its own. Read-only by
   * contract. Throws ERR_NDOPS_DISPOSED after dispose().
   */
  get data(): Data {
    return hostView(this)
  }

  /** Nested JavaScript arrays; int64 as bigint, bool as boolean, complex as `{ re, im }`; a 0-d tensor gives its value. */
  toArray(): NestedArray {
    return nested(hostData(this), this.code, this.shape)
  }

  /** The value of a tensor of one element. Throws a RangeError for any other size. */
  item(): Value {
    return scalarValue(this)
  }

  /** The sub-tensors along the first axis: views, nothing is copied. */
  *[Symbol.iterator](): Iterator<Tensor> {
    const { shape, strides } = this
    if (shape.length === 0) throw typeError('iterate', 'RANK', 'a 0-d tensor has no first axis; use item()')
    const innerShape = without(shape, 0)
    const innerStrides = without(strides, 0)
    const [n, step] = [shape[0] as number, strides[0] as number]
    const size = n === 0 ? 0 : this.size / n
    for (let i = 0; i < n; i++) yield viewOf(this, this.offset + i * step, innerShape, innerStrides, size)
  }

  /** Gives the memory back as soon as no other tensor views it. Optional: collection does the same, later. */
  dispose(): void {
    const storage = this.storage
    if (storage === DISPOSED) return
    this.storage = DISPOSED
    // A recorded launch may still write or read it: then the recording lets go of it when the job has ended.
    const into = recording()
    if (into === undefined) release(storage)
    else into.holds.push(storage)
  }

  toString(): string {
    return print(this)
  }

  get [BRAND](): true {
    return true
  }

  get [Symbol.toStringTag](): string {
    return 'Tensor'
  }

  [inspect.custom](): string {
    return this.storage === DISPOSED
      ? `Tensor(disposed, shape=[${this.shape.join(', ')}], dtype=${this.dtype})`
      : print(this)
  }

  [Symbol.toPrimitive](hint: string): number | bigint | boolean | string {
    if (hint === 'string') return this.toString()
    if (this.shape.length !== 0)
      throw typeError(
        'toPrimitive',
        'RANK',
        `a tensor of shape [${this.shape.join(', ')}] is no number; use add(a, b) and such, or item()`,
      )
    const value = scalarValue(this)
    if (typeof value === 'object')
      throw typeError('toPrimitive', 'DTYPE', 'a complex tensor is no real number; use real(x) or item()')
    return value
  }

  toJSON(): NestedArray {
    return this.toArray()
  }
}

// `using x = ...`, where the host knows it.
if (typeof Symbol.dispose === 'symbol')
  Object.defineProperty(Tensor.prototype, Symbol.dispose, {
    value: Tensor.prototype.dispose,
    configurable: true,
    writable: true,
  })

/** Whether the value is a tensor, of this copy of the module or another. */
export function isTensorLike(value: unknown): value is Tensor {
  return (
    value instanceof Tensor ||
    (typeof value === 'object' && value !== null && (value as { [BRAND]?: true })[BRAND] === true)
  )
}

/** A new contiguous tensor, its content for a kernel to write. `strides` where they are known. */
export function emptyTensor(shape: Shape, code: Code, size: number, strides?: readonly number[]): Tensor {
  const bytes = ITEM_BYTES[code] as number
  const storage = allocate(size * bytes)
  return new Tensor(storage, givenOffset() / bytes, code, shape, strides ?? contiguousStrides(shape), size, true)
}

/** A tensor of a late output. */
export function lateTensor({ storage, offset, rows, columns }: Late, code: Code, shape: Shape): Tensor {
  return new Tensor(storage, offset, code, shape, contiguousStrides(shape), rows * columns, true)
}

/** The same elements as a tensor of its own, which may be disposed of by itself. */
export function aliasOf(x: Tensor): Tensor {
  return new Tensor(x.storage, x.offset, x.code, x.shape, x.strides, x.size, x.contiguous)
}

/** A view of a tensor's memory: nothing is copied. `offset` is from the storage's beginning. */
export function viewOf(x: Tensor, offset: number, shape: Shape, strides: readonly number[], size: number): Tensor {
  const contiguous = isContiguous(shape, strides)
  return new Tensor(x.storage, offset, x.code, shapeOf(shape), shapeOf(strides), size, contiguous)
}
