// What a run of the benchmarks stores.
import type { Case } from './cases'
import type { Moving } from './limits'

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
  /** Bytes a second that all processors copy (reading and writing counted), and that they read. */
  readonly bandwidth: { readonly [moving in Moving]: number }
  /** What fewer workers copy, by their number, where the case is what threads bring. */
  readonly bandwidths?: { readonly [workers: string]: number }
  readonly measured: readonly Measured[]
}

/** The sides that are ndops otherwise: with so many threads, or at a level. */
export const threadsName = (n: number): string => `ndops, ${n} ${n === 1 ? 'thread' : 'threads'}`
export const levelName = (level: string): string => `ndops at ${level}`

/** Sides that are shown and not judged by: OpenBLAS alone is a limit, NumPy held back to AVX2 no way it is used. */
const BESIDE = ['OpenBLAS', 'NumPy AVX2']
const isPeer = (side: string): boolean => !side.startsWith('ndops') && !BESIDE.includes(side)

/** The best of the others that give the same result. */
export function best({ nanoseconds, apart }: Measured): { side: string; nanoseconds: number } | undefined {
  return Object.entries(nanoseconds)
    .filter(([side]) => isPeer(side) && !(side in apart))
    .map(([side, time]) => ({ side, nanoseconds: time }))
    .sort((a, b) => a.nanoseconds - b.nanoseconds)[0]
}
