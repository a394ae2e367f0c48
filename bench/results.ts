// What a run of the benchmarks stores.
import type { Case } from './cases'

/** One case's medians in nanoseconds, by side; a side without such a call is missing. */
export interface Measured {
  readonly case: Case
  readonly nanoseconds: { readonly [side: string]: number }
  /** Sides whose result is of another dtype or value, and why. */
  readonly apart: { readonly [side: string]: string }
}

export interface Results {
  readonly date: string
  /** What was measured; `+` marks changes that were not committed. */
  readonly commit: string
  readonly machine: string
  readonly sides: { readonly [side: string]: string }
  /** Bytes a second that all processors copy, reading and writing counted. */
  readonly bandwidth: number
  /** The same for fewer workers, by their number, where the case is what threads bring. */
  readonly bandwidths?: { readonly [workers: string]: number }
  readonly measured: readonly Measured[]
}

/** Sides that are shown and not judged by: OpenBLAS alone is a limit, NumPy held back to AVX2 no way it is used. */
const BESIDE: readonly string[] = ['OpenBLAS', 'NumPy AVX2']

/** The best of the others that give the same result. */
export function best({ nanoseconds, apart }: Measured): { side: string; nanoseconds: number } | undefined {
  return Object.entries(nanoseconds)
    .filter(([side]) => side !== 'ndops' && !BESIDE.includes(side) && !(side in apart))
    .map(([side, time]) => ({ side, nanoseconds: time }))
    .sort((a, b) => a.nanoseconds - b.nanoseconds)[0]
}

/** The side that is ndops with so many threads. */
export const threadsName = (n: number): string => `${n} ${n === 1 ? 'thread' : 'threads'}`
