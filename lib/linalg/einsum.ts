/** Einstein summation: products and sums over axes that letters name. */

import { label, type Op } from '../core/arguments'
import { type Pair, planPairs } from '../core/contraction'
import { isStrong, type Operand, operand, scalarTensor, type WeakScalar } from '../core/convert'
import { castTo } from '../core/copy'
import { BOOL, type Code, checkFits, computing, INT8, INT32, promote, promoteWeak, weakAlone } from '../core/dtype'
import { contracted, type Factor, factorOf, finished, summed } from '../core/factor'
import { type Labelled, type Labels, labelAxes, readCall } from '../core/subscripts'
import type { Tensor } from '../tensor'

const OP = 'einsum'

/** What a call does, worked out once for its text and shapes. */
interface Plan {
  readonly labelled: Labelled
  /** The labels of each operand once those that it alone has are summed over. */
  readonly reduced: readonly (readonly number[])[]
  readonly pairs: readonly Pair[]
}

const PLANS = 256
const LONGEST_KEY = 1000
const plans = new Map<string, Plan>()

function planOf(text: string, tensors: readonly Tensor[]): Plan {
  const key = `${text}|${tensors.map((x) => x.shape.join(' ')).join('|')}`
  const known = plans.get(key)
  if (known !== undefined) return known
  const labelled = labelAxes(
    text,
    tensors.map((x) => x.shape),
  )
  // An axis of size 1 is none: it broadcasts.
  const own = labelled.inputs.map((labels, i) => [
    ...new Set(labels.filter((_, axis) => (tensors[i] as Tensor).shape[axis] !== 1)),
  ])
  const reduced = own.map((labels, i) =>
    labels.filter((l) => labelled.output.includes(l) || own.some((other, j) => j !== i && other.includes(l))),
  )
  const plan = { labelled, reduced, pairs: planPairs(labelled, reduced) }
  if (key.length <= LONGEST_KEY) {
    if (plans.size >= PLANS) plans.delete(plans.keys().next().value as string)
    plans.set(key, plan)
  }
  return plan
}

/** The dtype of the result: the one that all meet in; int8 alone gives int32. Bare numbers are weak. */
function resultCode(operands: readonly (Tensor | WeakScalar)[]): Code {
  const strong = operands.filter(isStrong)
  const weak = operands.filter((x): x is WeakScalar => !isStrong(x))
  let code = strong.length > 0 ? strong.map((x) => x.code).reduce(promote) : undefined
  for (const { weak: kind } of weak) code = code === undefined ? weakAlone(kind) : promoteWeak(code, kind)
  for (const { weak: kind, value } of weak) if (kind === 'int') checkFits(OP, value as number | bigint, code as Code)
  return strong.length > 0 && strong.every((x) => x.code === INT8) && code === INT8 ? INT32 : (code as Code)
}

/** Sums each operand's own labels, contracts pairs as planned, and shows what is left as the result. */
function computed(text: string, tensors: readonly Tensor[], code: Code): Tensor {
  const { labelled, reduced, pairs } = planOf(text, tensors)
  const work = code === BOOL ? BOOL : computing(code)
  const made: Tensor[] = []
  const keep = (x: Factor): Factor => {
    made.push(x.tensor)
    return x
  }
  try {
    // Sizes of 1 are no axes on the way.
    const wanted = labelled.output.filter((one) => labelled.sizes.get(one) !== 1)
    const factors = tensors.map((x, i) => {
      const whole = factorOf(x, labelled.inputs[i] as number[])
      const kept = reduced[i] as number[]
      if (kept.length === whole.labels.length) return whole
      return keep(pairs.length === 0 ? summed(whole, wanted, code) : summed(whole, kept, work))
    })
    pairs.forEach(([i, j], step) => {
      const [a, b] = [factors[i] as Factor, factors[j] as Factor]
      const final = step === pairs.length - 1
      const later = pairs.slice(step + 1).flat()
      const needed = later.flatMap((k) => factors[k]?.labels ?? [])
      const kept = final
        ? wanted
        : [...new Set([...a.labels, ...b.labels])].filter((one) => wanted.includes(one) || needed.includes(one))
      factors.push(keep(contracted(a, b, kept, final ? code : work)))
      for (const part of [a, b]) if (made.includes(part.tensor)) part.tensor.dispose()
    })
    const result = finished(factors[factors.length - 1] as Factor, labelled)
    if (result.code === code) return result
    made.push(result)
    return castTo(OP, result, code)
  } finally {
    for (const tensor of made) tensor.dispose()
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
