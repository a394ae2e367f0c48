/** What einsum launches for a text and operands of given shapes and strides: worked out once, without any tensor. */

import { type Pair, planPairs } from './contraction'
import { rangeError } from './errors'
import { contiguousStrides, isContiguous, MAX_RANK, type Shape, sameShape, shapeOf, sizeOf } from './shape'
import { type Labelled, labelAxes } from './subscripts'

const OP = 'einsum'
/** Dot products side by side that the product kernel takes together (native/linalg/operand.cc). */
const LANES = 16

/** The axes of an operand, or of an earlier step's result behind the operands, as one launch takes them. */
export interface Seen {
  readonly place: number
  readonly shape: Shape
  readonly strides: readonly number[]
}

/** One launch; its contiguous result takes the next place. */
export interface Step {
  readonly kind: 'sum' | 'multiply' | 'product'
  readonly operands: readonly Seen[]
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly size: number
  /** Whether the result has the dtype of the call's, not that of what is on the way. */
  readonly final: boolean
  /** sum: the mask of axes summed over. product: how many axes are rows, columns, summed over. */
  readonly numbers: readonly number[]
  /** Results on the way that are of no use any more. */
  readonly frees: readonly number[]
}

export interface Plan {
  readonly shapes: readonly Shape[]
  readonly strides: readonly (readonly number[])[]
  readonly lanes: boolean
  readonly steps: readonly Step[]
  /** The result, and whether it is all of its place's elements in C order. */
  readonly result: Seen
  readonly size: number
  readonly whole: boolean
}

/** Axes with labels, each once, none of size 1. */
interface Factor extends Seen {
  readonly labels: readonly number[]
  /** Elements of the memory behind it. */
  readonly size: number
}

/** The axes of an operand; a label that stands twice walks along the diagonal. */
function factorOf(place: number, labels: readonly number[], sizes: Shape, steps: readonly number[]): Factor {
  const own: number[] = []
  const shape: number[] = []
  const strides: number[] = []
  labels.forEach((one, axis) => {
    const n = sizes[axis] as number
    if (n === 1) return
    const at = own.indexOf(one)
    if (at >= 0) {
      strides[at] = (strides[at] as number) + (steps[axis] as number)
    } else {
      own.push(one)
      shape.push(n)
      strides.push(steps[axis] as number)
    }
  })
  return { place, labels: own, shape, strides, size: sizes.reduce((a, b) => a * b, 1) }
}

const sizeIn = (x: Factor, one: number): number => x.shape[x.labels.indexOf(one)] as number
const strideIn = (x: Factor, one: number): number => x.strides[x.labels.indexOf(one)] as number
const by = (x: Factor, labels: readonly number[]): Seen => ({
  place: x.place,
  shape: labels.map((one) => sizeIn(x, one)),
  strides: labels.map((one) => strideIn(x, one)),
})

/** Whether one stride walks through these axes, in this order. */
function merges(x: Factor, labels: readonly number[]): boolean {
  return labels.every((one, i) => i === 0 || strideIn(x, labels[i - 1] as number) === strideIn(x, one) * sizeIn(x, one))
}

const asItLies = (x: Factor, labels: readonly number[]): number[] =>
  [...labels].sort((one, other) => Math.abs(strideIn(x, other)) - Math.abs(strideIn(x, one)))

/** An order of a factor's own axes: as wanted, unless that takes a copy that the order in memory does without. */
function orderOf(x: Factor, wanted: readonly number[]): readonly number[] {
  if (merges(x, wanted)) return wanted
  const lying = asItLies(x, wanted)
  return merges(x, lying) ? lying : wanted
}

/** An order of the axes summed over that takes no copy of either, else none of the larger one. */
function orderOfSum(a: Factor, b: Factor, labels: readonly number[]): readonly number[] {
  const [first, second] = a.size >= b.size ? [a, b] : [b, a]
  const other = asItLies(second, labels)
  return merges(first, other) && merges(second, other) ? other : asItLies(first, labels)
}

class Steps {
  readonly steps: Step[] = []
  constructor(
    private readonly operands: number,
    private readonly lanes: boolean,
  ) {}

  private add(
    kind: Step['kind'],
    seen: readonly Seen[],
    labels: readonly number[],
    sizes: number[],
    final: boolean,
    numbers: readonly number[],
  ): Factor {
    if (sizes.length > MAX_RANK)
      throw rangeError(OP, 'RANK', `a result has ${sizes.length} axes; at most ${MAX_RANK} are supported`)
    const shape = shapeOf(sizes)
    const size = sizeOf(OP, shape)
    const strides = contiguousStrides(shape)
    const frees = seen.map((x) => x.place).filter((place) => place >= this.operands)
    this.steps.push({ kind, operands: seen, shape, strides, size, final, numbers, frees })
    return { place: this.operands + this.steps.length - 1, labels, shape, strides, size }
  }

  /** Sums over the labels that are not kept. */
  sum(x: Factor, kept: readonly number[], final: boolean): Factor {
    const gone = x.labels.filter((one) => !kept.includes(one))
    const mask = gone.reduce((bits, _, i) => bits + 2 ** (kept.length + i), 0)
    const sizes = kept.map((one) => sizeIn(x, one))
    return this.add('sum', [by(x, [...kept, ...gone])], kept, sizes, final, [mask])
  }

  /** Products without a sum: operands broadcast against each other. */
  multiply(a: Factor, b: Factor, labels: readonly number[], final: boolean): Factor {
    const sizes = labels.map((one) => sizeIn(a.labels.includes(one) ? a : b, one))
    const spread = (x: Factor): Seen => ({
      place: x.place,
      shape: sizes,
      strides: labels.map((one) => (x.labels.includes(one) ? strideIn(x, one) : 0)),
    })
    return this.add('multiply', [spread(a), spread(b)], labels, sizes, final, [])
  }

  /** Whether the product kernel sums products of whole rows: it does where rows of both lie together. */
  private sumsLanes(x: Factor, y: Factor, lane: number, summed: readonly number[]): boolean {
    const inner = orderOfSum(x, y, summed)
    const lies = (f: Factor): boolean => strideIn(f, lane) === 1 && merges(f, inner)
    return this.lanes && sizeIn(x, lane) >= LANES && lies(x) && lies(y)
  }

  /**
   * Contracts two factors to `kept`, in that order if it comes at no cost: by a batched product of matrices, by an
   * elementwise product where nothing is summed over, by that and a sum where vectors lie across one another.
   */
  contract(x: Factor, y: Factor, kept: readonly number[], final: boolean): Factor {
    const shared = x.labels.filter((one) => y.labels.includes(one))
    const summed = shared.filter((one) => !kept.includes(one))
    if (summed.length === 0) return this.multiply(x, y, kept, final)
    const batch = kept.filter((one) => shared.includes(one))
    const own = (f: Factor): number[] => kept.filter((one) => f.labels.includes(one) && !shared.includes(one))

    if (batch.length === kept.length && batch.length > 0) {
      // Dot products, one for each of the batch. Where neighbours in memory are of different ones, whole rows are
      // multiplied and added up.
      const step = (f: Factor, labels: readonly number[]): number =>
        Math.min(...labels.map((one) => Math.abs(strideIn(f, one))))
      const across = step(x, batch) < step(x, summed) && step(y, batch) < step(y, summed)
      if (across && !this.sumsLanes(x, y, kept[kept.length - 1] as number, summed))
        return this.sum(this.multiply(x, y, asItLies(x, shared), false), kept, final)
    }

    // Columns come last in the product: they are the factor's that the wanted order ends with.
    const last = kept[kept.length - 1]
    const [a, b] = last !== undefined && x.labels.includes(last) && !shared.includes(last) ? [y, x] : [x, y]
    const rows = orderOf(a, own(a))
    const columns = orderOf(b, own(b))
    const inner = orderOfSum(a, b, summed)
    const labels = [...batch, ...rows, ...columns]
    const sizes = labels.map((one) => sizeIn(a.labels.includes(one) ? a : b, one))
    const seen = [by(a, [...batch, ...rows, ...inner]), by(b, [...batch, ...inner, ...columns])]
    return this.add('product', seen, labels, sizes, final, [rows.length, columns.length, inner.length])
  }
}

/** The labels of each operand once those that it alone has are summed over. */
function reducedLabels({ inputs, output }: Labelled, shapes: readonly Shape[]): number[][] {
  // An axis of size 1 is none: it broadcasts.
  const own = inputs.map((labels, i) => [...new Set(labels.filter((_, axis) => shapes[i]?.[axis] !== 1))])
  return own.map((labels, i) =>
    labels.filter((one) => output.includes(one) || own.some((other, j) => j !== i && other.includes(one))),
  )
}

/** The labels of the operands that the pairs still ahead contract. */
const neededBy = (pairs: readonly Pair[], factors: readonly Factor[]): number[] =>
  pairs.flat().flatMap((place) => factors[place]?.labels ?? [])

function makePlan(
  text: string,
  shapes: readonly Shape[],
  strides: readonly (readonly number[])[],
  lanes: boolean,
): Plan {
  const labelled = labelAxes(text, shapes)
  const { inputs, output, sizes } = labelled
  const reduced = reducedLabels(labelled, shapes)
  const pairs = planPairs(labelled, reduced)
  const wanted = output.filter((one) => sizes.get(one) !== 1)
  const steps = new Steps(shapes.length, lanes)
  const factors = inputs.map((labels, i) => {
    const whole = factorOf(i, labels, shapes[i] as Shape, strides[i] as number[])
    const kept = reduced[i] as number[]
    if (kept.length === whole.labels.length) return whole
    return pairs.length === 0 ? steps.sum(whole, wanted, true) : steps.sum(whole, kept, false)
  })
  pairs.forEach(([i, j], at) => {
    const [a, b] = [factors[i] as Factor, factors[j] as Factor]
    const final = at === pairs.length - 1
    const needed = neededBy(pairs.slice(at + 1), factors)
    const both = new Set([...a.labels, ...b.labels])
    const kept = final ? wanted : [...both].filter((one) => wanted.includes(one) || needed.includes(one))
    factors.push(steps.contract(a, b, kept, final))
  })
  const last = factors[factors.length - 1] as Factor
  const shape = shapeOf(output.map((one) => sizes.get(one) as number))
  const result = {
    place: last.place,
    shape,
    strides: Object.freeze(output.map((one) => (last.labels.includes(one) ? strideIn(last, one) : 0))),
  }
  const whole = last.place >= shapes.length && isContiguous(shape, result.strides)
  return { shapes, strides, lanes, steps: steps.steps, result, size: sizeOf(OP, shape), whole }
}

const PLANS = 256
const LONGEST = 1000
/** Plans by text; all are dropped when there are too many. */
const plans = new Map<string, Plan[]>()
let count = 0

const fits = (known: readonly Shape[], given: readonly Shape[]): boolean =>
  known.length === given.length && known.every((shape, i) => sameShape(shape, given[i] as Shape))

/** The plan for a text and operands, made when first asked for; `lanes`: of numbers that are not complex. */
export function planOf(
  text: string,
  shapes: readonly Shape[],
  strides: readonly (readonly number[])[],
  lanes: boolean,
): Plan {
  const known = plans.get(text)
  if (known !== undefined)
    for (const plan of known)
      if (plan.lanes === lanes && fits(plan.shapes, shapes) && fits(plan.strides, strides)) return plan
  const plan = makePlan(text, shapes, strides, lanes)
  if (text.length > LONGEST) return plan
  if (count === PLANS) {
    plans.clear()
    count = 0
  }
  count++
  const kept = plans.get(text)
  if (kept === undefined) plans.set(text, [plan])
  else kept.push(plan)
  return plan
}
