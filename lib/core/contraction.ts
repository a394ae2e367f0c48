/** In which order several operands are contracted: pair by pair, at the least cost. */

import type { Labelled } from './subscripts'

/** Two places in the growing list of operands; what they give is put behind it. */
export type Pair = readonly [number, number]

/** Up to so many operands the order is the best there is; beyond, the best next pair is taken. */
const EXACT = 6
/** Results on the way may be so many times as large as the largest operand or the result. */
const CAP = 4

/** Sets of labels as bits. */
type Labels = bigint

/** Labels and the sizes that they run over. */
class Space {
  private readonly bits = new Map<number, bigint>()
  private readonly extents: number[] = []
  constructor({ sizes }: Labelled) {
    for (const [label, size] of sizes) {
      // What has size 1 costs nothing.
      if (size === 1) continue
      this.bits.set(label, 1n << BigInt(this.extents.length))
      this.extents.push(size)
    }
  }
  setOf(labels: readonly number[]): Labels {
    return labels.reduce((set, label) => set | (this.bits.get(label) ?? 0n), 0n)
  }
  /** The elements of what has these labels; a double, so that nothing overflows. */
  size(labels: Labels): number {
    let size = 1
    for (let i = 0, rest = labels; rest !== 0n; i++, rest >>= 1n) if (rest & 1n) size *= this.extents[i] as number
    return size
  }
}

/** A way to contract some of the operands. */
interface Way {
  readonly cost: number
  readonly labels: Labels
  readonly parts: readonly [number, number] | undefined
}

/** The best order for few operands: the best way for every subset of them, from the smaller ones up. */
function exact(space: Space, operands: readonly Labels[], output: Labels, cap: number): Pair[] | undefined {
  const n = operands.length
  const all = (1 << n) - 1
  const ways = new Array<Way | undefined>(all + 1)
  const outside = (set: number): Labels =>
    operands.reduce((labels, own, i) => ((set >> i) & 1 ? labels : labels | own), output)
  for (let set = 1; set <= all; set++) {
    const labels = operands.reduce((union, own, i) => ((set >> i) & 1 ? union | own : union), 0n) & outside(set)
    if ((set & (set - 1)) === 0) {
      ways[set] = { cost: 0, labels, parts: undefined }
      continue
    }
    const size = space.size(labels)
    if (set !== all && size > cap) continue
    let best: Way | undefined
    const lowest = set & -set
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      const [a, b] = [ways[part], ways[set ^ part]]
      if ((part & lowest) === 0 || a === undefined || b === undefined) continue
      const cost = a.cost + b.cost + space.size(a.labels | b.labels) + size
      if (best === undefined || cost < best.cost) best = { cost, labels, parts: [part, set ^ part] }
    }
    ways[set] = best
  }
  if (ways[all] === undefined) return undefined
  const pairs: Pair[] = []
  const place = (set: number): number => {
    const parts = (ways[set] as Way).parts
    if (parts === undefined) return 31 - Math.clz32(set)
    const pair: Pair = [place(parts[0]), place(parts[1])]
    pairs.push(pair)
    return n + pairs.length - 1
  }
  place(all)
  return pairs
}

/** An order for many operands: always the pair whose result takes the least memory more than what it replaces. */
function greedy(space: Space, operands: readonly Labels[], output: Labels, cap: number): Pair[] {
  const left = operands.map((labels, place) => ({ labels, place, size: space.size(labels) }))
  const pairs: Pair[] = []
  while (left.length > 1) {
    // Labels that at least two, and at least three, of what is left have.
    let [once, twice, often] = [0n, 0n, 0n]
    for (const { labels } of left) {
      often |= twice & labels
      twice |= once & labels
      once |= labels
    }
    let best: { i: number; j: number; labels: Labels; rank: readonly [number, number, number] } | undefined
    for (let i = 0; i < left.length; i++)
      for (let j = i + 1; j < left.length; j++) {
        const [a, b] = [left[i] as (typeof left)[0], left[j] as (typeof left)[0]]
        const union = a.labels | b.labels
        const labels = union & (output | often | (twice & ~(a.labels & b.labels)))
        const size = space.size(labels)
        const rank = [left.length > 2 && size > cap ? 1 : 0, size - a.size - b.size, space.size(union)] as const
        const before = best?.rank
        const better =
          before === undefined ||
          rank[0] < before[0] ||
          (rank[0] === before[0] && (rank[1] < before[1] || (rank[1] === before[1] && rank[2] < before[2])))
        if (better) best = { i, j, labels, rank }
      }
    const { i, j, labels } = best as NonNullable<typeof best>
    pairs.push([(left[i] as (typeof left)[0]).place, (left[j] as (typeof left)[0]).place])
    left.splice(j, 1)
    left.splice(i, 1)
    left.push({ labels, place: operands.length + pairs.length - 1, size: space.size(labels) })
  }
  return pairs
}

/** The pairs to contract, in order; none for a single operand. */
export function planPairs(labelled: Labelled, inputs: readonly (readonly number[])[]): readonly Pair[] {
  const { output } = labelled
  const space = new Space(labelled)
  const result = space.setOf(output)
  const operands = inputs.map((labels) => space.setOf(labels))
  const cap = CAP * Math.max(space.size(result), ...operands.map((labels) => space.size(labels)))
  if (operands.length > EXACT) return greedy(space, operands, result, cap)
  return exact(space, operands, result, cap) ?? (exact(space, operands, result, Number.POSITIVE_INFINITY) as Pair[])
}
