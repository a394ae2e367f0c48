/** The parts of complex numbers. */

import { define } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { castTo, zerosOf } from '../core/copy'
import { BOOL, INT8, isComplex, realPart } from '../core/dtype'
import { begin, kernel, number, run, view } from '../core/launch'
import { shapeOf } from '../core/shape'
import { viewing } from '../core/views'
import { aliasOf, emptyTensor, Tensor } from '../tensor'

/** One part of each complex element, where they lie: `part` is 0 for the real one, 1 for the imaginary one. */
function partOf(x: Tensor, part: 0 | 1): Tensor {
  const strides = shapeOf(x.strides.map((step) => 2 * step))
  return new Tensor(x.storage, 2 * x.offset + part, realPart(x.code), x.shape, strides, x.size, false)
}

/**
 * The real part of each element, in the dtype of the parts: a view. Of a real tensor the tensor itself, as another view.
 *
 * @example real({ re: 1, im: 2 }) // 1
 * @see https://keras.io/api/ops/numpy/#real-function
 */
export const real = define(
  'real',
  ['x'],
  [],
  (x: Operand): Tensor => viewing('real', x, (a) => (isComplex(a.code) ? partOf(a, 0) : aliasOf(a))),
)

/**
 * The imaginary part of each element, in the dtype of the parts: a view. Of a real tensor zeros of its dtype.
 *
 * @example imag({ re: 1, im: 2 }) // 2
 * @see https://keras.io/api/ops/numpy/#imag-function
 */
export const imag = define(
  'imag',
  ['x'],
  [],
  (x: Operand): Tensor =>
    viewing('imag', x, (a) => (isComplex(a.code) ? partOf(a, 1) : zerosOf('imag', a.shape, a.code))),
)

const CONJUGATE = kernel('conjugate')

/**
 * The complex conjugate: the imaginary part with its sign changed. Real tensors are themselves, as another view; bools
 * become int8.
 *
 * @example conjugate({ re: 1, im: 2 }) // { re: 1, im: -2 }
 * @see https://keras.io/api/ops/numpy/#conjugate-function
 */
export const conjugate = define('conjugate', ['x'], [], (x: Operand): Tensor => {
  const a = toTensor('conjugate', 'x', x)
  if (a.code === BOOL) return castTo('conjugate', a, INT8)
  if (!isComplex(a.code)) return aliasOf(a)
  const out = emptyTensor(a.shape, a.code, a.size)
  begin(CONJUGATE)
  view(out)
  view(a)
  number(a.code)
  run('conjugate')
  return out
})

export { conjugate as conj }
