/** Operands of einsum with labelled axes, and the kernels that contract them. */

import { type Tensor, viewOf } from '../tensor'
import { BOOL, type Code, computing } from './dtype'
import { begin, kernel, number, run, type Viewed, view } from './launch'
import { arranged, multiplyOver, newTensor, summing } from './product'
import type { Labelled } from './subscripts'

const OP = 'einsum'
const SUM = kernel('sum')
const ANY = kernel('any')
const MULTIPLY = kernel('multiply')

/** A tensor's memory with axes that are labelled, each label once and none of size 1. */
export interface Factor extends Viewed {
  readonly tensor: Tensor
  readonly labels: readonly number[]
}

/** The axes of an operand; a label that stands twice walks along the diagonal. */
export function factorOf(tensor: Tensor, labels: readonly number[]): Factor {
  const own: number[] = []
  const shape: number[] = []
  const strides: number[] = []
  labels.forEach((one, axis) => {
    const n = tensor.shape[axis] as number
    if (n === 1) return
    const stride = tensor.strides[axis] as number
    const at = own.indexOf(one)
    if (at >= 0) {
      strides[at] = (strides[at] as number) + stride
    } else {
      own.push(one)
      shape.push(n)
      strides.push(stride)
    }
  })
  const { storage, offset, code } = tensor
  return { tensor, labels: own, storage, offset, code, shape, strides }
}

const strideOf = (x: Factor, one: number): number => Math.abs(x.strides[x.labels.indexOf(one)] as number)
const sizeOf = (x: Factor, one: number): number => x.shape[x.labels.indexOf(one)] as number
const by = (x: Factor, labels: readonly number[]): Viewed =>
  arranged(
    x,
    labels.map((one) => x.labels.indexOf(one)),
  )

const made = (tensor: Tensor, labels: readonly number[]): Factor => {
  const { storage, offset, code, shape, strides } = tensor
  return { tensor, labels, storage, offset, code, shape, strides }
}

/** Sums over the labels that are not kept. */
export function summed(x: Factor, kept: readonly number[], code: Code): Factor {
  const gone = x.labels.filter((one) => !kept.includes(one))
  const out = newTensor(
    OP,
    kept.map((one) => sizeOf(x, one)),
    code,
  )
  begin(code === BOOL ? ANY : SUM)
  view(out)
  view(by(x, [...kept, ...gone]))
  number(gone.reduce((mask, _, i) => mask + 2 ** (kept.length + i), 0))
  number(code === BOOL ? BOOL : computing(summing(code)))
  run(OP)
  return made(out, kept)
}

/** Products without a sum: operands broadcast against each other. */
function multiplied(a: Factor, b: Factor, labels: readonly number[], code: Code): Factor {
  const sizes = labels.map((one) => sizeOf(a.labels.includes(one) ? a : b, one))
  const spread = (x: Factor): Viewed => ({
    storage: x.storage,
    offset: x.offset,
    code: x.code,
    shape: sizes,
    strides: labels.map((one) => (x.labels.includes(one) ? (x.strides[x.labels.indexOf(one)] as number) : 0)),
  })
  const out = newTensor(OP, sizes, code)
  begin(MULTIPLY)
  view(out)
  view(spread(a))
  view(spread(b))
  number(computing(code))
  run(OP)
  return made(out, labels)
}

/** Whether one stride walks through these axes, in this order. */
function merges(x: Factor, labels: readonly number[]): boolean {
  const view = by(x, labels)
  return view.strides.every((stride, i) => i === 0 || view.strides[i - 1] === stride * (view.shape[i] as number))
}

const asItLies = (x: Factor, labels: readonly number[]): number[] =>
  [...labels].sort((one, other) => strideOf(x, other) - strideOf(x, one))

/** An order of a factor's own axes: as wanted, unless that takes a copy that the order in memory does without. */
function orderOf(x: Factor, wanted: readonly number[]): readonly number[] {
  if (merges(x, wanted)) return wanted
  const lying = asItLies(x, wanted)
  return merges(x, lying) ? lying : wanted
}

/** An order of the axes summed over that takes no copy of either, else none of the larger one. */
function orderOfSum(a: Factor, b: Factor, labels: readonly number[]): readonly number[] {
  const [first, second] = a.tensor.size >= b.tensor.size ? [a, b] : [b, a]
  const orders = [asItLies(first, labels), asItLies(second, labels)] as const
  return merges(first, orders[1]) && merges(second, orders[1]) ? orders[1] : orders[0]
}

/**
 * Contracts two factors to `kept`, in that order if it comes at no cost: by a batched product of matrices, by an
 * elementwise product where nothing is summed over, by that and a sum where vectors lie across one another.
 */
export function contracted(x: Factor, y: Factor, kept: readonly number[], code: Code): Factor {
  const shared = x.labels.filter((one) => y.labels.includes(one))
  const contract = shared.filter((one) => !kept.includes(one))
  if (contract.length === 0) return multiplied(x, y, kept, code)
  const batch = kept.filter((one) => shared.includes(one))
  const own = (f: Factor): number[] => kept.filter((one) => f.labels.includes(one) && !shared.includes(one))

  if (batch.length === kept.length && batch.length > 0) {
    // Dot products, one for each of the batch. Where neighbours in memory are of different ones, whole rows are
    // multiplied and added up.
    const across = (f: Factor): boolean =>
      Math.min(...batch.map((one) => strideOf(f, one))) < Math.min(...contract.map((one) => strideOf(f, one)))
    if (across(x) && across(y)) {
      const work = code === BOOL ? BOOL : computing(code)
      const product = multiplied(x, y, asItLies(x, shared), work)
      try {
        return summed(product, kept, code)
      } finally {
        product.tensor.dispose()
      }
    }
  }

  // Columns come last in the product: they are the factor's that the wanted order ends with.
  const last = kept[kept.length - 1]
  const [a, b] = last !== undefined && x.labels.includes(last) && !shared.includes(last) ? [y, x] : [x, y]
  const rows = orderOf(a, own(a))
  const columns = orderOf(b, own(b))
  const sums = orderOfSum(a, b, contract)
  const labels = [...batch, ...rows, ...columns]
  const out = newTensor(
    OP,
    labels.map((one) => sizeOf(a.labels.includes(one) ? a : b, one)),
    code,
  )
  const left = by(a, [...batch, ...rows, ...sums])
  const right = by(b, [...batch, ...sums, ...columns])
  return made(multiplyOver(OP, out, left, right, rows.length, columns.length, sums.length), labels)
}

/** The factor's elements as the result: a view with the axes in the order wanted, those of size 1 among them. */
export function finished({ tensor, labels, offset, strides }: Factor, { output, sizes }: Labelled): Tensor {
  const shape = output.map((one) => sizes.get(one) as number)
  const steps = output.map((one) => (labels.includes(one) ? (strides[labels.indexOf(one)] as number) : 0))
  return viewOf(
    tensor,
    offset,
    shape,
    steps,
    shape.reduce((size, n) => size * n, 1),
  )
}
