/** Sums and products of all elements so far, along an axis. */

import { define } from '../core/arguments'
import { type Operand, optionalCode, toTensor } from '../core/convert'
import { castTo } from '../core/copy'
import { BOOL, computing, INT32 } from '../core/dtype'
import { begin, flatView, kernel, number, run, view } from '../core/launch'
import { normalizeAxis, shapeOf } from '../core/shape'
import { emptyTensor, type Tensor } from '../tensor'

/** The axis that stands for all elements in C order. */
const FLAT = -1

function scan(name: 'cumsum' | 'cumprod', target: number) {
  return define(
    name,
    ['x'],
    ['axis', 'dtype'],
    (x: Operand, axis: number | null = null, dtype: string | null = null): Tensor => {
      const a = toTensor(name, 'x', x)
      const rank = a.shape.length
      const along = axis === null ? FLAT : normalizeAxis(name, axis, Math.max(rank, 1))
      const wanted = optionalCode(name, dtype) ?? a.code
      const code = wanted === BOOL ? INT32 : wanted
      const compute = computing(code)
      // Elements become 16-bit floats first, as they become every other dtype.
      const from = compute === code ? a : castTo(name, a, code)
      const flat = along === FLAT || rank < 2
      const out = emptyTensor(flat ? shapeOf([a.size]) : a.shape, code, a.size)
      begin(target)
      view(out)
      if (flat && from.contiguous) flatView(from, from.size)
      else view(from)
      number(flat ? FLAT : along)
      number(compute)
      run(name)
      if (from !== a) from.dispose()
      return out
    },
  )
}

/**
 * The sum of the elements up to each one, along an axis, or, with `axis` null, in the flattened `x`.
 *
 * The dtype is that of `x`, int32 for bool, or `dtype`, to which elements are cast first. Integers wrap around. Floats are
 * added in float64, each result rounded to its dtype; float64 ones are off by at most 11 * 2^-52 of the sum of the magnitudes
 * so far, however many there are. The same bits for any number of threads. A 0-d `x` counts as a row of one. Throws a
 * RangeError for an axis that `x` does not have.
 *
 * @example
 * cumsum([[1, 2], [3, 4]]) // [1, 3, 6, 10]
 * cumsum([[1, 2], [3, 4]], 0) // [[1, 2], [4, 6]]
 * @see https://keras.io/api/ops/numpy/#cumsum-function
 */
export const cumsum = scan('cumsum', kernel('cumsum'))

/**
 * The product of the elements up to each one, along an axis, or, with `axis` null, in the flattened `x`.
 *
 * The dtype is that of `x`, int32 for bool, or `dtype`, to which elements are cast first. Integers wrap around. Elements are
 * multiplied in their order, float16, bfloat16 and float32 in wider floats. A 0-d `x` counts as a row of one. Throws a
 * RangeError for an axis that `x` does not have.
 *
 * @example
 * cumprod([1, 2, 3, 4]) // [1, 2, 6, 24]
 * cumprod([[1, 2], [3, 4]], 0) // [[1, 2], [3, 8]]
 * @see https://keras.io/api/ops/numpy/#cumprod-function
 */
export const cumprod = scan('cumprod', kernel('cumprod'))
