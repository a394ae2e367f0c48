/** Seeded random numbers: the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Normally distributed, mean 0 and standard deviation 1. */
  normal(): number
  /** The integers below n in random order. */
  permutation(n: number): Int32Array
}

/** A small generator (a Weyl sequence, mixed): good enough to shuffle and to begin with, not for cryptography. */
export function randomGenerator(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        const kept = order[i] as number
        order[i] = order[j] as number
        order[j] = kept
      }
      return order
    },
  }
}
