/** Tensors behind or beside one another: joined by one copy of each, taken apart as views. */

import { define } from '../core/arguments'
import { isStrong, type Operand, operand, toTensor, type WeakScalar } from '../core/convert'
import { copyInto, copyOf, copyRun } from '../core/copy'
import { type Code, checkFits, INT64, promoteAll, UINT64, weakAlone } from '../core/dtype'
import { kindOf, rangeError, show } from '../core/errors'
import { areaOf, begin, kernel, run, scalar, view } from '../core/launch'
import { isList, listOf } from '../core/lists'
import { input, meetWeak } from '../core/patterns'
import {
  inserted,
  integer,
  MAX_RANK,
  normalizeAxis,
  SCALAR,
  type Shape,
  sameShape,
  shapeOf,
  sizeOf,
  without,
  withSize,
} from '../core/shape'
import { firstAxisAt, reshaped } from '../core/views'
import { emptyTensor, Tensor, viewOf } from '../tensor'

const COPY = kernel('copy')

/** One of the operands that are joined. */
type Part = Tensor | WeakScalar

const shapeOfPart = (part: Part): Shape => (isStrong(part) ? part.shape : SCALAR)

/** The dtype that all parts meet in: numbers take that of the tensors beside them. */
function meetAll(op: string, parts: readonly Part[]): Code {
  const { code: first } = parts[0] as Part
  if (parts.every((part) => isStrong(part) && part.code === first)) return first
  const tensors = parts.filter(isStrong)
  const bare = parts.filter((part): part is WeakScalar => !isStrong(part))
  if (tensors.length > 0) {
    const met = promoteAll(tensors.map((x) => x.code))
    return bare.reduce((code, x) => meetWeak(op, code, x), met)
  }
  const weak = (['complex', 'float', 'int'] as const).find((kind) => bare.some((x) => x.weak === kind)) ?? 'bool'
  if (weak !== 'int') return weakAlone(weak)
  const wide = bare.filter((x) => x.wide)
  const code = wide.length === 0 ? weakAlone('int') : wide.some((x) => x.code === UINT64) ? UINT64 : INT64
  for (const x of bare) if (x.weak === 'int') checkFits(op, x.value as number | bigint, code)
  return code
}

/** Calls `make` with what the user's list holds, or with the one tensor whose first axis is to be taken apart. */
function joining(op: string, xs: unknown, make: (parts: readonly Part[], whole: Tensor | undefined) => Tensor): Tensor {
  const listed = Array.isArray(xs)
  const parts: Part[] = []
  const made: Tensor[] = []
  const take = (part: Part, x: unknown): Part => {
    if (isStrong(part) && part !== x) made.push(part)
    return part
  }
  try {
    if (listed) {
      for (const x of [...xs]) parts.push(x instanceof Tensor ? x : take(operand(op, `operand ${parts.length}`, x), x))
      if (parts.length === 0) throw rangeError(op, 'SIZE', 'there is nothing to join; expected one operand at least')
      return make(parts, undefined)
    }
    const whole = take(toTensor(op, 'the operand', xs), xs) as Tensor
    if (whole.shape.length === 0)
      throw rangeError(op, 'RANK', 'a 0-d tensor cannot be taken apart; expected an array of operands')
    if (whole.shape[0] === 0) throw rangeError(op, 'SIZE', `there is nothing to join in shape ${show(whole.shape)}`)
    return make(parts, whole)
  } finally {
    for (const tensor of made) tensor.dispose()
  }
}

/** The sizes, or strides, with the same number before them up to a rank. */
function padded(sizes: readonly number[], rank: number, by: number): readonly number[] {
  let found = sizes
  while (found.length < rank) found = inserted(found, 0, by)
  return found
}

/** Joins along an axis that all have; shapes of fewer axes than `least` get some in front. `axisOf` has the rank. */
function join(
  op: string,
  parts: readonly Part[],
  whole: Tensor | undefined,
  least: number,
  axisOf: (rank: number) => number,
): Tensor {
  if (whole !== undefined) return joinRows(op, whole, least, axisOf)
  const first = padded(shapeOfPart(parts[0] as Part), least, 1)
  const rank = first.length
  const axis = axisOf(rank)
  const shapes: Shape[] = []
  let total = 0
  for (const part of parts) {
    const shape = padded(shapeOfPart(part), least, 1)
    let fits = shape.length === rank
    for (let k = 0; k < rank; k++) fits &&= k === axis || shape[k] === first[k]
    if (!fits)
      throw rangeError(
        op,
        'SHAPE_MISMATCH',
        `inputs must agree on every axis but ${axis}; received shapes ${show(first)} and ${show(shape)}`,
      )
    total += shape[axis] as number
    shapes.push(shape)
  }
  const sizes = shapeOf(withSize(first, axis, total))
  const out = emptyTensor(sizes, meetAll(op, parts), sizeOf(op, sizes))
  if (out.size === 0) return out
  const { strides } = out
  let offset = out.offset
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Part
    const shape = shapes[i] as Shape
    const n = shape[axis] as number
    if (n === 0) continue
    if (isStrong(part)) {
      // Along the first axis the parts lie behind one another.
      if (axis === 0 && part.contiguous) copyRun(op, out, offset, part)
      else
        copyInto(
          op,
          areaOf(out, offset, shape, strides),
          areaOf(part, part.offset, shape, padded(part.strides, least, 0)),
        )
    } else {
      begin(COPY)
      view(areaOf(out, offset, shape, strides))
      scalar(part)
      run(op)
    }
    offset += n * (strides[axis] as number)
  }
  return out
}

/** Joins the parts along the first axis of one tensor: one copy, that axis beside the one that they are joined along. */
function joinRows(op: string, whole: Tensor, least: number, axisOf: (rank: number) => number): Tensor {
  const shape = padded(without(whole.shape, 0), least, 1)
  const axis = axisOf(shape.length)
  const count = whole.shape[0] as number
  const sizes = shapeOf(withSize(shape, axis, (shape[axis] as number) * count))
  const out = emptyTensor(sizes, whole.code, sizeOf(op, sizes))
  const step = (shape[axis] as number) * (out.strides[axis] as number)
  const both = [count, ...shape]
  copyInto(
    op,
    areaOf(out, out.offset, both, [step, ...out.strides]),
    areaOf(whole, whole.offset, both, [whole.strides[0] as number, ...padded(without(whole.strides, 0), least, 0)]),
  )
  return out
}

/** Both flattened, one behind the other; what had to be copied for it goes back. */
function joinFlat(op: string, parts: readonly Part[]): Tensor {
  const flat = parts.map((part) => (isStrong(part) ? reshaped(op, part, [part.size]) : part))
  try {
    return join(op, flat, undefined, 1, () => 0)
  } finally {
    for (const part of flat) if (isStrong(part)) part.dispose()
  }
}

/** What {@link concatenate} and its like take: an array of operands, or one whose first axis is taken apart. */
export type Operands = readonly Operand[] | Operand

/**
 * `x2` behind `x1` along an axis that both have, or, with `axis` null, both flattened.
 *
 * Any dtypes: the result has the one that they meet in. Throws a RangeError where the axis is out of range or the
 * shapes differ on another one.
 *
 * @example append([1, 2], [[3, 4]]) // [1, 2, 3, 4]
 * @see https://keras.io/api/ops/numpy/#append-function
 */
export const append = define(
  'append',
  ['x1', 'x2'],
  ['axis'],
  (x1: Operand, x2: Operand, axis: number | null = null): Tensor =>
    joining('append', [x1, x2], (parts) =>
      axis === null
        ? joinFlat('append', parts)
        : join('append', parts, undefined, 0, (rank) => normalizeAxis('append', axis, rank)),
    ),
)

/**
 * The operands `xs` behind one another along an axis that all have; with `axis` null, all flattened. One tensor in
 * place of an array is taken apart along its first axis.
 *
 * Any dtypes: the result has the one that they meet in. Throws a RangeError where there is none, the axis is out of
 * range or the shapes differ on another one.
 *
 * @example concatenate([[[1, 2]], [[3, 4]]], 1) // [[1, 2, 3, 4]]
 * @see https://keras.io/api/ops/numpy/#concatenate-function
 */
export const concatenate = define(
  'concatenate',
  ['xs'],
  ['axis'],
  (xs: Operands, axis: number | null = 0): Tensor =>
    joining('concatenate', xs, (parts, whole) => {
      if (axis !== null) return join('concatenate', parts, whole, 0, (rank) => normalizeAxis('concatenate', axis, rank))
      return joinFlat('concatenate', whole === undefined ? parts : [whole])
    }),
)

/**
 * The operands `xs` beside one another: along the first axis where they have one, along the second where they have
 * more. Numbers count as one element. One tensor in place of an array is taken apart along its first axis.
 *
 * Any dtypes: the result has the one that they meet in. Throws a RangeError where there is none, or the shapes differ
 * on another axis.
 *
 * @example hstack([[1, 2], [3]]) // [1, 2, 3]
 * @see https://keras.io/api/ops/numpy/#hstack-function
 */
export const hstack = define(
  'hstack',
  ['xs'],
  [],
  (xs: Operands): Tensor =>
    joining('hstack', xs, (parts, whole) => join('hstack', parts, whole, 1, (rank) => (rank === 1 ? 0 : 1))),
)

/**
 * The operands `xs` below one another: along the first axis, one-dimensional ones as rows. One tensor in place of an
 * array is taken apart along its first axis.
 *
 * Any dtypes: the result has the one that they meet in. Throws a RangeError where there is none, or the shapes differ
 * on another axis.
 *
 * @example vstack([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 * @see https://keras.io/api/ops/numpy/#vstack-function
 */
export const vstack = define(
  'vstack',
  ['xs'],
  [],
  (xs: Operands): Tensor => joining('vstack', xs, (parts, whole) => join('vstack', parts, whole, 2, () => 0)),
)

/**
 * The operands `x`, which have one shape, along a new axis at the place `axis` of the result. One tensor in place of an
 * array is taken apart along its first axis.
 *
 * Any dtypes: the result has the one that they meet in. Throws a RangeError where there is none, the axis is out of
 * range or the shapes differ.
 *
 * @example stack([[1, 2], [3, 4]], 1) // [[1, 3], [2, 4]]
 * @see https://keras.io/api/ops/numpy/#stack-function
 */
export const stack = define(
  'stack',
  ['x'],
  ['axis'],
  (x: Operands, axis: number = 0): Tensor =>
    joining('stack', x, (parts, whole) => {
      if (whole !== undefined) {
        const moved = firstAxisAt(whole, normalizeAxis('stack', axis, whole.shape.length))
        const out = copyOf('stack', moved)
        moved.dispose()
        return out
      }
      const first = shapeOfPart(parts[0] as Part)
      if (first.length >= MAX_RANK)
        throw rangeError('stack', 'RANK', `the result would have ${first.length + 1} axes; at most ${MAX_RANK}`)
      const place = normalizeAxis('stack', axis, first.length + 1)
      for (const part of parts)
        if (!sameShape(shapeOfPart(part), first))
          throw rangeError(
            'stack',
            'SHAPE_MISMATCH',
            `inputs must have one shape; received ${show(first)} and ${show(shapeOfPart(part))}`,
          )
      const code = meetAll('stack', parts)
      const sizes = shapeOf(inserted(first, place, parts.length))
      const out = emptyTensor(sizes, code, sizeOf('stack', sizes))
      if (out.size === 0) return out
      const step = out.strides[place] as number
      const strides = without(out.strides, place)
      let offset = out.offset
      for (const part of parts) {
        if (place === 0 && isStrong(part) && part.contiguous) {
          copyRun('stack', out, offset, part)
        } else {
          begin(COPY)
          view(areaOf(out, offset, first, strides))
          input(part)
          run('stack')
        }
        offset += step
      }
      return out
    }),
)

/** Calls `make` with the operand; what was made of the caller's arrays lives on in its views alone. */
function takingApart(op: string, x: unknown, make: (a: Tensor) => Tensor[]): Tensor[] {
  const a = toTensor(op, 'x', x)
  try {
    return make(a)
  } finally {
    if (a !== x) a.dispose()
  }
}

/** Elements [start, stop) along an axis. */
function section(x: Tensor, axis: number, start: number, stop: number): Tensor {
  const shape = withSize(x.shape, axis, stop - start)
  const size = x.size === 0 ? 0 : (x.size / (x.shape[axis] as number)) * (stop - start)
  return viewOf(x, size === 0 ? x.offset : x.offset + start * (x.strides[axis] as number), shape, x.strides, size)
}

/**
 * `x` taken apart along an axis: into that many equal sections, or, by a list of places, into what lies between them.
 * Views: nothing is copied.
 *
 * Any dtype. Places count from the end where negative and stop at the axis's ends, as slices do. Throws a RangeError
 * where the axis is out of range or cannot be divided into equal sections, a TypeError for what are no integers.
 *
 * @example split([1, 2, 3, 4], 2) // [[1, 2], [3, 4]]
 * @example split([1, 2, 3, 4], [1, 3]) // [[1], [2, 3], [4]]
 * @see https://keras.io/api/ops/numpy/#split-function
 */
export const split = define(
  'split',
  ['x', 'indicesOrSections'],
  ['axis'],
  (x: Operand, indicesOrSections: number | readonly number[] | Tensor, axis: number = 0): Tensor[] =>
    takingApart('split', x, (a) => {
      const along = normalizeAxis('split', axis, a.shape.length)
      const n = a.shape[along] as number
      if (!isList(indicesOrSections)) {
        const sections = integer('split', 'indicesOrSections', numberOf(indicesOrSections))
        if (sections <= 0)
          throw rangeError('split', 'VALUE', `the number of sections must be positive; received ${sections}`)
        if (n % sections !== 0)
          throw rangeError(
            'split',
            'SIZE',
            `axis ${along} of shape ${show(a.shape)} cannot be divided into ${sections} equal sections; give a list of places`,
          )
        const each = n / sections
        const found: Tensor[] = []
        for (let i = 0; i < sections; i++) found.push(section(a, along, i * each, (i + 1) * each))
        return found
      }
      const places = listOf('split', 'indicesOrSections', indicesOrSections).map((place) =>
        place < 0 ? Math.max(0, place + n) : Math.min(place, n),
      )
      return [0, ...places].map((start, i) =>
        section(a, along, start, Math.max(start, i < places.length ? (places[i] as number) : n)),
      )
    }),
)

/** A 0-d tensor's value, where a number is meant. */
const numberOf = (x: unknown): unknown => (x instanceof Tensor && x.shape.length === 0 ? x.item() : x)

/**
 * The parts of `x` along an axis, without it. Views: nothing is copied.
 *
 * Any dtype. Throws a RangeError where the axis is out of range, or `num` is given and not its size.
 *
 * @example unstack([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 * @see https://keras.io/api/ops/core/#unstack-function
 */
export const unstack = define(
  'unstack',
  ['x'],
  ['num', 'axis'],
  (x: Operand, num: number | null = null, axis: number = 0): Tensor[] =>
    takingApart('unstack', x, (a) => {
      const along = normalizeAxis('unstack', axis, a.shape.length)
      const n = a.shape[along] as number
      if (num !== null && integer('unstack', 'num', num) !== n)
        throw rangeError(
          'unstack',
          'SIZE',
          `num must be the size of axis ${along} of shape ${show(a.shape)}; received ${kindOf(num)}`,
        )
      const shape = without(a.shape, along)
      const strides = without(a.strides, along)
      const size = n === 0 ? 0 : a.size / n
      const step = size === 0 ? 0 : (a.strides[along] as number)
      const found: Tensor[] = []
      for (let i = 0; i < n; i++) found.push(viewOf(a, a.offset + i * step, shape, strides, size))
      return found
    }),
)
