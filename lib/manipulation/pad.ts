/** Borders around a tensor: one axis after the other, each from what the ones before it made. */

import { define } from '../core/arguments'
import { isStrong, type Operand, operand, toTensor, type WeakScalar } from '../core/convert'
import { castTo, copyInto } from '../core/copy'
import { COMPLEX128, type Code, checkFits, FLOAT64, isComplex, isInexact, isInteger } from '../core/dtype'
import { kindOf, rangeError, show, typeError } from '../core/errors'
import { areaOf, begin, kernel, number, run, scalar, type Viewed, view } from '../core/launch'
import { plain } from '../core/lists'
import { input } from '../core/patterns'
import { integer, type Shape, shapeOf, sizeOf, without, withSize } from '../core/shape'
import { firstAxisAt } from '../core/views'
import { isnan, where } from '../elementwise/logical'
import { round } from '../elementwise/rounding'
import { max, mean, min } from '../reductions/reduce'
import { sort } from '../sorting/sort'
import { emptyTensor, type Tensor, viewOf } from '../tensor'

const FILL = kernel('fill')
const LINSPACE = kernel('linspace')

/** What {@link pad} can fill the borders with. */
export type PadMode =
  | 'constant'
  | 'edge'
  | 'linear_ramp'
  | 'maximum'
  | 'mean'
  | 'median'
  | 'minimum'
  | 'reflect'
  | 'symmetric'
  | 'wrap'
  | 'empty'
  | 'circular'

type Width = readonly [before: number, after: number]

/** A width from the user. */
function width(value: unknown): number {
  const n = integer('pad', 'padWidth', value)
  if (n < 0) throw rangeError('pad', 'VALUE', `padWidth must not be negative; received ${n}`)
  return n
}

function pair(entry: unknown): Width {
  const entries: unknown[] = Array.isArray(entry) ? entry : [entry]
  if (entries.length !== 1 && entries.length !== 2)
    throw rangeError(
      'pad',
      'SHAPE_MISMATCH',
      `padWidth has ${entries.length} entries for one axis; expected [before, after]`,
    )
  const before = width(entries[0])
  return [before, entries.length === 1 ? before : width(entries[1])]
}

/** A number, a pair for all axes, or a pair an axis. */
function widthsOf(given: unknown, shape: Shape): Width[] {
  const value = plain('pad', 'padWidth', given)
  const pairs = Array.isArray(value) && value.some(Array.isArray) ? value.map(pair) : [pair(value)]
  if (pairs.length === 1) return shape.map(() => pairs[0] as Width)
  if (pairs.length !== shape.length)
    throw rangeError(
      'pad',
      'SHAPE_MISMATCH',
      `padWidth must be a number, a pair, or a pair for each of ${shape.length} axes; received ${pairs.length} pairs`,
    )
  return pairs
}

/** Elements [start, start + n) along an axis of an area. */
function part(area: Viewed, axis: number, start: number, n: number): Viewed {
  const offset = area.offset + start * (area.strides[axis] as number)
  return areaOf(area, offset, withSize(area.shape, axis, n), area.strides)
}

/** The area with an axis in reverse order. */
function reversed(area: Viewed, axis: number): Viewed {
  const step = area.strides[axis] as number
  const offset = area.offset + ((area.shape[axis] as number) - 1) * step
  return areaOf(area, offset, area.shape, withSize(area.strides, axis, -step))
}

/** A tensor over an area, for ops to read. */
function tensorOf(out: Tensor, area: Viewed): Tensor {
  return viewOf(out, area.offset, area.shape, area.strides, sizeOf('pad', area.shape))
}

function fillArea(area: Viewed, value: Tensor | WeakScalar): void {
  if (area.shape.includes(0)) return
  begin(FILL)
  view(area)
  input(value)
  run('pad')
}

/** What fills the borders of one axis, from the elements between them. */
type Border = (out: Tensor, area: Viewed, axis: number, [before, after]: Width) => void

/** The first and the last element, over and over. */
const edge: Border = (_, area, axis, [before, after]) => {
  const n = (area.shape[axis] as number) - before - after
  if (before > 0) copyInto('pad', part(area, axis, 0, before), part(area, axis, before, 1))
  if (after > 0) copyInto('pad', part(area, axis, before + n, after), part(area, axis, before + n - 1, 1))
}

/**
 * Repeats a period: elements [from, from + period) along the axis are continued up to `end`, which lies behind them.
 * Read from behind, the area's axis is reversed.
 */
function continued(area: Viewed, axis: number, from: number, period: number, end: number): void {
  const missing = end - (from + period)
  const times = Math.floor(missing / period)
  const step = area.strides[axis] as number
  const source = part(area, axis, from, period)
  if (times > 0)
    copyInto(
      'pad',
      areaOf(area, source.offset + period * step, [times, ...source.shape], [period * step, ...area.strides]),
      source,
    )
  const rest = missing - times * period
  if (rest > 0) copyInto('pad', part(area, axis, end - rest, rest), part(area, axis, from, rest))
}

/** Mirrored at the ends, which are repeated or not, or begun anew: any number of times. */
const periodic =
  (mirrored: boolean, repeatsEnds: boolean): Border =>
  (out, area, axis, [before, after]) => {
    const n = (area.shape[axis] as number) - before - after
    if (n === 1) {
      edge(out, area, axis, [before, after])
      return
    }
    // One border after the other, each read away from the middle.
    const sides: [Viewed, number, number][] = [
      [area, before, after],
      [reversed(area, axis), after, before],
    ]
    for (const [side, start, missing] of sides) {
      if (missing === 0) continue
      const end = start + n + missing
      if (!mirrored) {
        continued(side, axis, start, n, end)
        continue
      }
      // What lies behind the end is the axis backwards; with it the period is complete.
      const backwards = repeatsEnds ? n : n - 1
      const first = Math.min(missing, backwards)
      const mirror = reversed(part(side, axis, start + backwards - first, first), axis)
      copyInto('pad', part(side, axis, start + n, first), mirror)
      if (missing > first) {
        const period = 2 * backwards
        continued(side, axis, start + n + backwards - period, period, end)
      }
    }
  }

/** From 0 at the outer end up to the element beside the border. */
const ramp: Border = (_, area, axis, [before, after]) => {
  const n = (area.shape[axis] as number) - before - after
  const code = isComplex(area.code) ? COMPLEX128 : FLOAT64
  const sides: [Viewed, number, number][] = [
    [area, before, before],
    [reversed(area, axis), after, after],
  ]
  for (const [side, count, at] of sides) {
    if (count === 0 || n === 0) continue
    const beside = part(side, axis, at, 1)
    const inner = without(beside.shape, axis)
    const shape = shapeOf([count, ...inner])
    const values = emptyTensor(shape, area.code, sizeOf('pad', shape))
    begin(LINSPACE)
    view(values)
    scalar({ code: FLOAT64, high: 0, low: 0 })
    view(areaOf(beside, beside.offset, inner, without(beside.strides, axis)))
    number(0)
    number(code)
    run('pad')
    const moved = firstAxisAt(values, axis)
    copyInto('pad', part(side, axis, 0, count), moved)
    moved.dispose()
    values.dispose()
  }
}

/** One number for both borders: made of all the elements between them. */
const statistic =
  (of: (x: Tensor, axis: number) => Tensor): Border =>
  (out, area, axis, [before, after]) => {
    if (before + after === 0) return
    const n = (area.shape[axis] as number) - before - after
    const between = tensorOf(out, part(area, axis, before, n))
    const found = of(between, axis)
    between.dispose()
    if (before > 0) copyInto('pad', part(area, axis, 0, before), found)
    if (after > 0) copyInto('pad', part(area, axis, before + n, after), found)
    found.dispose()
  }

/** Integers and bools as float64: where means of them are made. */
const inexact = (code: Code): Code => (isInexact(code) ? code : FLOAT64)

/** Rounded to even where the output has integers. */
function roundedFor(code: Code, x: Tensor): Tensor {
  if (!isInteger(code)) return x
  const whole = round(x)
  x.dispose()
  return whole
}

function meanOf(x: Tensor, axis: number): Tensor {
  const wide = castTo('pad', x, inexact(x.code))
  const found = mean(wide, axis, true)
  if (wide !== x) wide.dispose()
  return roundedFor(x.code, found)
}

/** The mean of the two in the middle, or the one; NaN where there is one, which a sort puts last. */
function medianOf(x: Tensor, axis: number): Tensor {
  const sorted = sort(x, axis)
  const n = x.shape[axis] as number
  const low = Math.floor((n - 1) / 2)
  const middle = tensorOf(sorted, part(sorted, axis, low, n % 2 === 0 ? 2 : 1))
  const last = tensorOf(sorted, part(sorted, axis, n - 1, 1))
  const wide = castTo('pad', middle, inexact(x.code))
  const found = mean(wide, axis, true)
  const nan = isnan(last)
  const result = where(nan, last, found)
  for (const tensor of [sorted, middle, last, nan, found]) tensor.dispose()
  if (wide !== middle) wide.dispose()
  return roundedFor(x.code, result)
}

const BORDERS: { readonly [mode: string]: Border } = {
  edge,
  linear_ramp: ramp,
  maximum: statistic((x, axis) => max(x, axis, true)),
  mean: statistic(meanOf),
  median: statistic(medianOf),
  minimum: statistic((x, axis) => min(x, axis, true)),
  reflect: periodic(true, false),
  symmetric: periodic(true, true),
  wrap: periodic(false, false),
  circular: periodic(false, false),
}

const ZERO: WeakScalar = { weak: 'int', code: 0, high: 0, low: 0, wide: false, value: 0 }

/** The value of the borders, checked against the dtype. */
function constantOf(given: unknown, mode: string, code: Code): Tensor | WeakScalar {
  if (given === null) return ZERO
  if (mode !== 'constant')
    throw rangeError('pad', 'OPTION', `constantValues is for mode 'constant' alone; received mode ${kindOf(mode)}`)
  const value = operand('pad', 'constantValues', given)
  if (isStrong(value)) {
    if (value.shape.length !== 0)
      throw rangeError('pad', 'SHAPE_MISMATCH', `constantValues must be one value; received shape ${show(value.shape)}`)
    return value
  }
  if (value.weak === 'int') checkFits('pad', value.value as number | bigint, code)
  return value
}

/**
 * `x` with borders: `padWidth` is a number, `[before, after]` for every axis, or a pair an axis. `mode` says what is in
 * them:
 *
 * - `'constant'`: `constantValues`, 0 unless given; `'empty'`: zeros;
 * - `'edge'`: the outermost element; `'linear_ramp'`: from it down to 0;
 * - `'reflect'`, `'symmetric'`: the axis mirrored, without or with its ends; `'wrap'`, `'circular'`: the axis anew;
 * - `'maximum'`, `'minimum'`, `'mean'`, `'median'` of the axis; for integers rounded to even.
 *
 * Any dtype, which stays. Throws a RangeError for a negative width, widths for another number of axes, an unknown
 * mode, a constant beside another mode or one that does not fit, and an empty axis in a mode that needs elements.
 *
 * @example pad([1, 2, 3], 1) // [0, 1, 2, 3, 0]
 * @example pad([1, 2, 3], [2, 1], 'reflect') // [3, 2, 1, 2, 3, 2]
 * @see https://keras.io/api/ops/numpy/#pad-function
 */
export const pad = define(
  'pad',
  ['x', 'padWidth'],
  ['mode', 'constantValues'],
  (
    x: Operand,
    padWidth: number | readonly (number | readonly number[])[] | Tensor,
    mode: PadMode = 'constant',
    constantValues: Operand | null = null,
  ): Tensor => {
    const a = toTensor('pad', 'x', x)
    const temporaries: Tensor[] = a === x ? [] : [a]
    try {
      if (typeof mode !== 'string')
        throw typeError('pad', 'ARGUMENT', `mode must be a string; received ${kindOf(mode)}`)
      const border = Object.hasOwn(BORDERS, mode) ? BORDERS[mode] : undefined
      if (border === undefined && mode !== 'constant' && mode !== 'empty')
        throw rangeError(
          'pad',
          'VALUE',
          `unknown mode ${kindOf(mode)}; expected constant, empty, ${Object.keys(BORDERS).join(', ')}`,
        )
      const widths = widthsOf(padWidth, a.shape)
      const value = constantOf(constantValues, mode, a.code)
      if (isStrong(value) && value !== constantValues) temporaries.push(value)
      if (border !== undefined)
        a.shape.forEach((n, axis) => {
          const [before, after] = widths[axis] as Width
          if (n === 0 && before + after > 0)
            throw rangeError('pad', 'SIZE', `mode '${mode}' cannot fill borders of axis ${axis}, which is empty`)
        })
      const sizes = [...a.shape]
      widths.forEach(([before, after], axis) => {
        sizes[axis] = (sizes[axis] as number) + before + after
      })
      const shape = shapeOf(sizes)
      return padded(a, emptyTensor(shape, a.code, sizeOf('pad', shape)), widths, border ?? value)
    } finally {
      for (const tensor of temporaries) tensor.dispose()
    }
  },
)

const constant =
  (value: Tensor | WeakScalar): Border =>
  (_, area, axis, [before, after]) => {
    fillArea(part(area, axis, 0, before), value)
    fillArea(part(area, axis, (area.shape[axis] as number) - after, after), value)
  }

/** Up to so many elements are filled as a whole, not border by border: launches cost more than what is filled twice. */
const FEW = 4096

function padded(x: Tensor, out: Tensor, widths: readonly Width[], border: Border | Tensor | WeakScalar): Tensor {
  if (out.size === 0) return out
  // Axes behind the current one have no borders yet.
  const inside = (axis: number): Viewed => {
    const { shape, strides } = out
    const sizes = [...shape]
    let offset = out.offset
    for (let k = axis; k < sizes.length; k++) {
      sizes[k] = x.shape[k] as number
      offset += (widths[k] as Width)[0] * (strides[k] as number)
    }
    return areaOf(out, offset, sizes, strides)
  }
  const several = typeof border === 'function'
  if (!several && out.size <= FEW) {
    fillArea(out, border)
    if (x.size > 0) copyInto('pad', inside(0), x)
    return out
  }
  if (x.size > 0) copyInto('pad', inside(0), x)
  const fill = several ? border : constant(border)
  for (let axis = 0; axis < x.shape.length; axis++) {
    const area = inside(axis + 1)
    if (!area.shape.includes(0)) fill(out, area, axis, widths[axis] as Width)
  }
  return out
}
