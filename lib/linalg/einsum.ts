/** Einstein summation: products and sums over axes that letters name. */

import { label, type Op } from '../core/arguments'
import { isStrong, type Operand, operand, scalarTensor, type WeakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import {
  BOOL,
  type Code,
  checkFits,
  computing,
  INT8,
  INT32,
  isComplex,
  promote,
  promoteWeak,
  weakAlone,
} from '../core/dtype'
import { planOf, type Step } from '../core/einsumPlan'
import { areaOf, begin, kernel, number, run, view } from '../core/launch'
import { summing } from '../core/product'
import { sameShape } from '../core/shape'
import { type Labels, readCall } from '../core/subscripts'
import { emptyTensor, type Tensor, viewOf } from '../tensor'

const OP = 'einsum'
const MATMUL = kernel('matmul')
const MULTIPLY = kernel('multiply')
const SUM = kernel('sum')
const ANY = kernel('any')

/** The dtype of the result: the one that all meet in; int8 alone gives int32. Bare numbers are weak. */
function resultCode(operands: readonly (Tensor | WeakScalar)[]): Code {
  const strong = operands.filter(isStrong)
  const weak = operands.filter((x): x is WeakScalar => !isStrong(x))
  let code = strong.length > 0 ? strong.map((x) => x.code).reduce(promote) : undefined
  for (const { weak: kind } of weak) code = code === undefined ? weakAlone(kind) : promoteWeak(code, kind)
  for (const { weak: kind, value } of weak) if (kind === 'int') checkFits(OP, value as number | bigint, code as Code)
  return strong.length > 0 && strong.every((x) => x.code === INT8) && code === INT8 ? INT32 : (code as Code)
}

/** The launch of one step. */
function launched(step: Step, places: readonly Tensor[], code: Code): Tensor {
  const out = emptyTensor(step.shape, code, step.size, step.strides)
  const compute = code === BOOL ? BOOL : computing(code)
  begin(step.kind === 'product' ? MATMUL : step.kind === 'multiply' ? MULTIPLY : code === BOOL ? ANY : SUM)
  view(out)
  for (const { place, shape, strides } of step.operands) {
    const x = places[place] as Tensor
    view(areaOf(x, x.offset, shape, strides))
  }
  for (const one of step.numbers) number(one)
  if (step.kind === 'product') number(0)
  else number(step.kind === 'sum' && code !== BOOL ? computing(summing(code)) : compute)
  run(OP)
  return out
}

/** Runs the plan; what is on the way is given back as soon as it was used. */
function computed(text: string, tensors: readonly Tensor[], code: Code): Tensor {
  const plan = planOf(
    text,
    tensors.map((x) => x.shape),
    tensors.map((x) => x.strides),
    !isComplex(code),
  )
  const work = code === BOOL ? BOOL : computing(code)
  const places = [...tensors]
  try {
    for (const step of plan.steps) {
      places.push(launched(step, places, step.final ? code : work))
      for (const place of step.frees) (places[place] as Tensor).dispose()
    }
    const { place, shape, strides } = plan.result
    const last = places[place] as Tensor
    if (plan.whole && sameShape(shape, last.shape) && last.code === code) return places.pop() as Tensor
    const shown = viewOf(last, last.offset, shape, strides, plan.size)
    if (shown.code === code) return shown
    places.push(shown)
    return castTo(OP, shown, code)
  } finally {
    for (let i = tensors.length; i < places.length; i++) (places[i] as Tensor).dispose()
  }
}

type Einsum = Op<
  readonly ['subscripts'],
  readonly [],
  (subscripts: string | Operand, ...operands: readonly (Operand | Labels)[]) => Tensor
>

/**
 * Einstein summation. `subscripts` names the axes of the operands by letters A to Z and a to z: an operand's letters stand
 * for its axes, a ',' is between operands, `'...'` stands for any number of axes that broadcast, spaces do not count. Axes
 * of one letter run together; behind `'->'` are the letters of the result, and what is not among them is summed over.
 * Without `'->'` the result has the axes of `'...'` and then the letters that occur once, in alphabetical order. Instead
 * of a text, each operand may be followed by an array of labels (0 to 51, or `'...'`), and all by that of the result.
 *
 * A letter's axes must have one size; an axis of size 1 broadcasts against another operand's. The dtype is the one that
 * all operands meet in; int8 alone gives int32. Integers wrap, bools are combined by "and" and "or"; float16 and bfloat16 are
 * computed in float32 and rounded once. Several operands are contracted in pairs, in the cheapest order. The error is that
 * of {@link matmul}, once a pair. A result that only shows axes of one operand differently is a view of it.
 *
 * Throws a RangeError that points at the place for a text that cannot be read, for operands of another number or with
 * another number of axes, and for sizes that differ; a TypeError for a label that is no number.
 *
 * @example
 * einsum('ij,jk->ik', [[1, 2], [3, 4]], [[0, 1], [1, 0]]).toArray() // [[2, 1], [4, 3]]
 * einsum([[1, 2], [3, 4]], [0, 0]).item() // 5
 * @see https://keras.io/api/ops/numpy/#einsum-function
 */
export const einsum = label(
  (...args: readonly unknown[]): Tensor => {
    const { text, operands } = readCall(args)
    const made: Tensor[] = []
    try {
      const given = operands.map((value, i) => {
        const x = operand(OP, `operand ${i}`, value)
        if (isStrong(x) && x !== value) made.push(x)
        return x
      })
      const code = resultCode(given)
      const tensors = given.map((x) => {
        if (isStrong(x)) return x
        const scalar = scalarTensor(OP, x, code)
        made.push(scalar)
        return scalar
      })
      return computed(text, tensors, code)
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  },
  OP,
  ['subscripts'],
  [],
) as Einsum
