/** Grids of coordinates. */

import { isNamed, label, merge } from '../core/arguments'
import { type Operand, toTensor } from '../core/convert'
import { kindOf, rangeError } from '../core/errors'
import { MAX_RANK, rowShape, shapeOf, sizeOf } from '../core/shape'
import { reshaped } from '../core/views'
import { type Tensor, viewOf } from '../tensor'

/** Which axes of a grid the first two operands walk. */
export type Indexing = 'xy' | 'ij'

/**
 * The coordinates of a grid: for each operand, whose elements lie along an axis of the grid, a tensor of the grid's
 * shape. With `indexing` `'xy'` the first operand walks the second axis and the second the first, with `'ij'` each
 * its own. Views: nothing is copied.
 *
 * Any dtypes, each stays. Throws a RangeError for another `indexing`.
 *
 * @example meshgrid([1, 2], [3, 4]) // [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
 * @see https://keras.io/api/ops/numpy/#meshgrid-function
 */
export const meshgrid = label(
  (...args: unknown[]): Tensor[] => {
    const last = args[args.length - 1]
    const options = isNamed(last) ? last : {}
    const operands = isNamed(last) ? args.slice(0, -1) : args
    const [indexing = 'xy'] = merge('meshgrid', ['indexing'], 0, [], options)
    if (indexing !== 'xy' && indexing !== 'ij')
      throw rangeError('meshgrid', 'VALUE', `indexing must be 'xy' or 'ij'; received ${kindOf(indexing)}`)
    const rank = operands.length
    if (rank > MAX_RANK)
      throw rangeError('meshgrid', 'RANK', `the grid would have ${rank} axes; at most ${MAX_RANK} are supported`)
    const made: Tensor[] = []
    try {
      const lines = operands.map((x, k) => {
        const a = toTensor('meshgrid', `xs[${k}]`, x)
        if (a !== x) made.push(a)
        const line = reshaped('meshgrid', a, rowShape(a.size))
        made.push(line)
        return line
      })
      const axisOf = (k: number): number => (indexing === 'xy' && k < 2 && rank > 1 ? 1 - k : k)
      const sizes = new Array<number>(rank)
      lines.forEach((line, k) => {
        sizes[axisOf(k)] = line.size
      })
      const shape = shapeOf(sizes)
      const size = sizeOf('meshgrid', shape)
      return lines.map((line, k) => {
        const strides = sizes.map((_, axis) => (axis === axisOf(k) ? (line.strides[0] as number) : 0))
        return viewOf(line, line.offset, shape, strides, size)
      })
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  },
  'meshgrid',
  [],
  ['indexing'],
) as (...args: [...Operand[], { readonly indexing?: Indexing }] | Operand[]) => Tensor[]
