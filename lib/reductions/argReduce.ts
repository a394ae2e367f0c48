/** The places of extremes. */

import { define, flag } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { type Code, computing, INT32, INT64 } from '../core/dtype'
import { rangeError, show } from '../core/errors'
import { kernel } from '../core/launch'
import { type Folded, fold, foldAll, foldShape, maskOfAxis, withShortWay } from '../core/reduction'
import { normalizeAxis } from '../core/shape'
import type { Tensor } from '../tensor'

function place(name: 'argmax' | 'argmin', target: number) {
  const indexCode = (count: number): Code => (count <= 2 ** 31 ? INT32 : INT64)
  const general = define(
    name,
    ['x'],
    ['axis', 'keepdims'],
    (x: Operand, axis: number | null = null, keepdims = false): Tensor => {
      const a = toTensor(name, 'x', x)
      const along = axis === null ? null : normalizeAxis(name, axis, a.shape.length)
      const folded = foldShape(name, a, along, flag(name, 'keepdims', keepdims))
      if (folded.count === 0)
        throw rangeError(
          name,
          'SIZE',
          `nothing has no ${name}; received shape ${show(a.shape)}${axis === null ? '' : ` along axis ${axis}`}`,
        )
      return fold(name, target, a, folded, computing(a.code), indexCode(folded.count))
    },
  )
  return withShortWay(general, maskOfAxis, (x: Tensor, folded: Folded | undefined): Tensor | undefined => {
    if (x.size === 0) return undefined
    return folded === undefined
      ? foldAll(name, target, x, computing(x.code), indexCode(x.size))
      : fold(name, target, x, folded, computing(x.code), indexCode(folded.count))
  })
}

/**
 * The place of the largest element along an axis, or in the flattened `x`: the first NaN, else the first of the largest.
 * -0 equals 0; complex numbers are ordered by real part, then imaginary part. int32, or int64 where an index may not fit.
 * A RangeError where there are no elements.
 *
 * @example argmax([[1, 5, 2], [7, 0, 7]], 1) // [1, 0]
 * @see https://keras.io/api/ops/numpy/#argmax-function
 */
export const argmax = place('argmax', kernel('argmax'))

/**
 * The place of the smallest element along an axis, or in the flattened `x`: the first NaN, else the first of the
 * smallest. Otherwise as {@link argmax}.
 *
 * @example argmin([[1, 5, 2], [7, 0, 7]], 1) // [0, 1]
 * @see https://keras.io/api/ops/numpy/#argmin-function
 */
export const argmin = place('argmin', kernel('argmin'))
