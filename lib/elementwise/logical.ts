/** Truth, an element at a time: 0 is false, everything else, NaN too, is true. And the choice between two tensors. */

import { define, type Op, type WithForm } from '../core/arguments'
import { isStrong, type Operand, operand, toTensor } from '../core/convert'
import { BOOL, type Code, computing, promote } from '../core/dtype'
import { typeError } from '../core/errors'
import { begin, kernel, number, run, view } from '../core/launch'
import { binary, input, meet, type Rule, signature, unary } from '../core/patterns'
import { broadcast, SCALAR, sizeOf } from '../core/shape'
import { nonzero } from '../indexing/gather'
import { emptyTensor, type Tensor } from '../tensor'

const inBools: Rule = () => signature(BOOL, BOOL)
const bools = { meet: (): Code => BOOL }

/**
 * Where both operands are true.
 *
 * @example logicalAnd([true, false], true) // [true, false]
 * @see https://keras.io/api/ops/numpy/#logical_and-function
 */
export const logicalAnd = binary('logicalAnd', inBools, bools)

/**
 * Where an operand is true.
 *
 * @example logicalOr([true, false], false) // [true, false]
 * @see https://keras.io/api/ops/numpy/#logical_or-function
 */
export const logicalOr = binary('logicalOr', inBools, bools)

/**
 * Where one operand alone is true.
 *
 * @example logicalXor([true, false], true) // [false, true]
 * @see https://keras.io/api/ops/numpy/#logical_xor-function
 */
export const logicalXor = binary('logicalXor', inBools, bools)

/**
 * Where the operand is false.
 *
 * @example logicalNot([1, 0]) // [false, true]
 * @see https://keras.io/api/ops/numpy/#logical_not-function
 */
export const logicalNot = unary('logicalNot', inBools)

const inOwn: Rule = (met) => signature(computing(met), BOOL)

/**
 * Where the operand is neither infinite nor NaN; of a complex number both parts.
 *
 * @example isfinite([1, Infinity, NaN]) // [true, false, false]
 * @see https://keras.io/api/ops/numpy/#isfinite-function
 */
export const isfinite = unary('isfinite', inOwn)

/**
 * Where the operand is infinite; of a complex number either part.
 *
 * @example isinf([1, -Infinity, NaN]) // [false, true, false]
 * @see https://keras.io/api/ops/numpy/#isinf-function
 */
export const isinf = unary('isinf', inOwn)

/**
 * Where the operand is NaN; of a complex number either part.
 *
 * @example isnan([1, Infinity, NaN]) // [false, false, true]
 * @see https://keras.io/api/ops/numpy/#isnan-function
 */
export const isnan = unary('isnan', inOwn)

const WHERE = kernel('where')

function choose(condition: Operand, x1: Operand, x2: Operand): Tensor {
  const c = toTensor('where', 'condition', condition)
  const a = operand('where', 'x1', x1)
  const b = operand('where', 'x2', x2)
  const code = isStrong(a) && isStrong(b) ? promote(a.code, b.code) : meet('where', a, b)
  const chosen = broadcast('where', isStrong(a) ? a.shape : SCALAR, isStrong(b) ? b.shape : SCALAR)
  const shape = broadcast('where', c.shape, chosen)
  const out = emptyTensor(shape, code, sizeOf('where', shape))
  begin(WHERE)
  view(out)
  view(c)
  input(a)
  input(b)
  number(code)
  run('where')
  return out
}

type Choose = Op<
  readonly ['condition'],
  readonly ['x1', 'x2'],
  (condition: Operand, x1: Operand, x2: Operand) => Tensor
>

/**
 * Elements of `x1` where the condition is true, of `x2` elsewhere; all three broadcast. With the condition alone, the
 * places where it is true: an array of one tensor an axis, as `nonzero` gives them.
 *
 * @example where([true, false], [1, 2], 0) // [1, 0]
 * @see https://keras.io/api/ops/numpy/#where-function
 */
export const where = define(
  'where',
  ['condition'],
  ['x1', 'x2'],
  (condition: Operand, x1: Operand | null = null, x2: Operand | null = null): Tensor | Tensor[] => {
    if (x1 !== null && x2 !== null) return choose(condition, x1, x2)
    if (x1 === null && x2 === null) return nonzero(condition)
    throw typeError('where', 'ARGUMENT', `x1 and x2 go together; ${x1 === null ? 'x1' : 'x2'} is missing`)
  },
) as unknown as WithForm<(condition: Operand) => Tensor[], Choose>
