/** The way from arguments to a launch of the reductions' driver (native/reductions/reduce.h). */

import { emptyTensor, Tensor } from '../tensor'
import { type AnyFunction, define, flag, isNamed, label, type Op } from './arguments'
import { type Operand, toTensor, type WeakScalar } from './convert'
import type { Code } from './dtype'
import { begin, flatView, number, run, view } from './launch'
import { input, type Rule, Signatures } from './patterns'
import { MAX_RANK, normalizeAxes, rowShape, SCALAR, type Shape, shapeOf } from './shape'

/** One axis, several, or null: all of them. */
export type AxisArgument = number | readonly number[] | null

/** What a reduction leaves of a shape. */
export interface Folded {
  /** A bit for each folded axis. */
  readonly mask: number
  readonly shape: Shape
  /** The number of results. */
  readonly size: number
  /** The number of elements that each is made of. */
  readonly count: number
}

const POWERS = Array.from({ length: MAX_RANK }, (_, axis) => 2 ** axis)

/** What is left where the axes of `mask` are folded. */
function foldMask(shape: Shape, mask: number, keepdims: boolean): Folded {
  const rank = shape.length
  const sizes: number[] = []
  let count = 1
  let size = 1
  for (let k = 0; k < rank; k++) {
    const n = shape[k] as number
    if (((mask >>> k) & 1) !== 0) {
      count *= n
      if (keepdims) sizes.push(1)
    } else {
      size *= n
      sizes.push(n)
    }
  }
  const left = sizes.length
  return { mask, shape: left === 0 ? SCALAR : left === 1 ? rowShape(sizes[0] as number) : shapeOf(sizes), size, count }
}

/** Checks the axes and works out the result's shape. */
export function foldShape(op: string, x: Tensor, axis: AxisArgument, keepdims: boolean): Folded {
  const { shape } = x
  if (axis === null && !keepdims) return { mask: 2 ** shape.length - 1, shape: SCALAR, size: 1, count: x.size }
  let mask = 0
  if (axis === null) mask = 2 ** shape.length - 1
  else for (const k of normalizeAxes(op, axis, shape.length)) mask += POWERS[k] as number
  return foldMask(shape, mask, keepdims)
}

/** Folds the axes of `mask` in the computing dtype. */
export function fold(
  op: string,
  target: number,
  x: Tensor,
  folded: Folded,
  compute: Code,
  result: Code,
  initial?: Tensor | WeakScalar,
): Tensor {
  const out = emptyTensor(folded.shape, result, folded.size)
  begin(target)
  view(out)
  view(x)
  if (initial !== undefined) input(initial)
  number(folded.mask)
  number(compute)
  run(op)
  return out
}

/** Folds everything to one number: the short way. */
export function foldAll(op: string, target: number, x: Tensor, compute: Code, result: Code): Tensor {
  const out = emptyTensor(SCALAR, result, 1, SCALAR)
  begin(target)
  view(out)
  if (x.contiguous) {
    flatView(x, x.size)
    number(1)
  } else {
    view(x)
    number(2 ** x.shape.length - 1)
  }
  number(compute)
  run(op)
  return out
}

export type Reduction = Op<
  readonly ['x'],
  readonly ['axis', 'keepdims'],
  (x: Operand, axis?: AxisArgument, keepdims?: boolean) => Tensor
>

/** Throws where the op has no value for what is folded. */
export type Check = (op: string, x: Tensor, folded: Folded, axis: AxisArgument) => void

/** An axis, or null for all, as bits; undefined where that is not one of a shape's. */
export function maskOfAxis(axis: unknown, rank: number): number | undefined {
  if (axis === null || axis === undefined) return 2 ** rank - 1
  if (typeof axis !== 'number') return undefined
  const along = axis < 0 ? axis + rank : axis
  return along >= 0 && along < rank && Number.isInteger(along) ? POWERS[along] : undefined
}

/** The same for several axes too. */
export function maskOfAxes(axes: unknown, rank: number): number | undefined {
  if (!Array.isArray(axes)) return maskOfAxis(axes, rank)
  let mask = 0
  try {
    const n = axes.length
    for (let i = 0; i < n; i++) {
      const axis: unknown = axes[i]
      const bit = typeof axis === 'number' ? maskOfAxis(axis, rank) : undefined
      if (bit === undefined || (mask & bit) !== 0) return undefined
      mask += bit
    }
  } catch {
    // What cannot be read is told by the general way.
    return undefined
  }
  return mask
}

/**
 * The op with a short way for a tensor, axes that `maskOf` knows and keepdims (`folded` is undefined for everything to a
 * scalar); undefined from it sends a call the general way, as all other arguments do.
 */
export function withShortWay<
  F extends AnyFunction & {
    readonly parameters: { readonly required: readonly string[]; readonly optional: readonly string[] }
  },
>(
  general: F,
  maskOf: (axes: unknown, rank: number) => number | undefined,
  short: (x: Tensor, folded: Folded | undefined) => Tensor | undefined,
): F {
  const op = function (x: unknown, axis: unknown, keepdims: unknown): unknown {
    // biome-ignore lint/complexity/noArguments: counting without an array is what keeps a call cheap
    const given = arguments.length
    if (x instanceof Tensor && given <= 3) {
      let along = axis
      let kept = keepdims
      let plain = true
      if (given === 2 && typeof axis === 'object' && axis !== null && isNamed(axis)) {
        along = axis['axis']
        kept = axis['keepdims']
        for (const key in axis) plain &&= key === 'axis' || key === 'keepdims'
      }
      if (kept === undefined) kept = false
      let out: Tensor | undefined
      if (plain && (along === undefined || along === null) && kept === false) {
        out = short(x, undefined)
      } else if (plain && typeof kept === 'boolean') {
        const mask = maskOf(along, x.shape.length)
        if (mask !== undefined) out = short(x, foldMask(x.shape, mask, kept))
      }
      if (out !== undefined) return out
    }
    // biome-ignore lint/complexity/noArguments: as above
    return general(...arguments)
  }
  const { required, optional } = general.parameters
  return label(op, general.name, required, optional) as F
}

/** A reduction with no arguments but axis and keepdims. */
export function reduction(name: string, target: number, rule: Rule, check?: Check): Reduction {
  const general = define(
    name,
    ['x'],
    ['axis', 'keepdims'],
    (x: Operand, axis: AxisArgument = null, keepdims = false): Tensor => {
      const a = toTensor(name, 'x', x)
      const s = rule(a.code, name)
      const folded = foldShape(name, a, axis, flag(name, 'keepdims', keepdims))
      check?.(name, a, folded, axis)
      return fold(name, target, a, folded, s >> 4, s & 15)
    },
  )
  const signatures = new Signatures(name, rule)
  return withShortWay(general, maskOfAxes, (x: Tensor, folded: Folded | undefined): Tensor | undefined => {
    if (check !== undefined && x.size === 0) return undefined
    const s = signatures.of(x.code)
    return folded === undefined
      ? foldAll(name, target, x, s >> 4, s & 15)
      : fold(name, target, x, folded, s >> 4, s & 15)
  })
}
