/** Results against the truth, results against one another, errors against what was announced. */

import type { Storage } from './dtypes'
import { type Case, elements, isTensorText } from './fixtures'
import { isCoded, ndops, type Tensor } from './ndops'
import { firstDifference, type Tolerance } from './ulp'

export const isTensor = (x: unknown): x is Tensor => x instanceof ndops.Tensor

/** What differs between a result and the fixture's; undefined where nothing does. */
export function mismatch(got: unknown, want: unknown, tolerance: Tolerance): string | undefined {
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return 'no array was given'
    if (got.length !== want.length) return `${got.length} results instead of ${want.length}`
    return want.map((w, i) => mismatch(got[i], w, tolerance)).find((difference) => difference !== undefined)
  }
  const parts = (want as { readonly structure?: { readonly [key: string]: unknown } }).structure
  if (parts !== undefined) return structureMismatch(got, parts, tolerance)
  if (!isTensorText(want)) {
    const { value } = want as { readonly value: unknown }
    const given = Array.isArray(value) && got !== null && typeof got === 'object' ? Array.from(got as number[]) : got
    return JSON.stringify(given) === JSON.stringify(value) ? undefined : `${String(given)} instead of ${String(value)}`
  }
  if (!isTensor(got)) return `${typeof got} instead of a tensor`
  if (got.dtype !== want.dtype) return `dtype ${got.dtype} instead of ${want.dtype}`
  if (got.shape.join() !== want.shape.join()) return `shape [${got.shape}] instead of [${want.shape}]`
  return firstDifference(want.dtype, got.data, elements(want), tolerance)
}

/** The same for an object: typed arrays are compared with the elements of a tensor, all else with values. */
function structureMismatch(
  got: unknown,
  parts: { readonly [key: string]: unknown },
  tolerance: Tolerance,
): string | undefined {
  if (typeof got !== 'object' || got === null) return `${typeof got} instead of an object`
  if (Object.keys(got).sort().join() !== Object.keys(parts).sort().join()) return `entries ${Object.keys(got)}`
  for (const [key, part] of Object.entries(parts)) {
    const given = (got as { readonly [key: string]: unknown })[key]
    const wrong = !isTensorText(part)
      ? mismatch(given, part, tolerance)
      : ArrayBuffer.isView(given)
        ? firstDifference(part.dtype, given as Storage, elements(part), tolerance)
        : 'no typed array'
    if (wrong !== undefined) return `${key}: ${wrong}`
  }
  return undefined
}

/** What differs between two results of the same op. */
export function difference(got: unknown, want: unknown, tolerance: Tolerance): string | undefined {
  if (Array.isArray(want) && Array.isArray(got)) {
    if (got.length !== want.length) return `${got.length} results instead of ${want.length}`
    return want.map((w: unknown, i) => difference(got[i], w, tolerance)).find((found) => found !== undefined)
  }
  if (!isTensor(got) || !isTensor(want)) return show(got) === show(want) ? undefined : 'another value'
  if (got.dtype !== want.dtype) return `dtype ${got.dtype} instead of ${want.dtype}`
  if (got.shape.join() !== want.shape.join()) return `shape [${got.shape}] instead of [${want.shape}]`
  return firstDifference(got.dtype, got.data, want.data, tolerance)
}

const show = (x: unknown): string => JSON.stringify(x, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

/** The same bits. */
export const BITS: Tolerance = { ulp: 0 }

/** What is wrong with what a call threw; undefined where nothing is. */
export function wrongError(call: () => unknown, kind: Case['throws']): string | undefined {
  try {
    call()
  } catch (error) {
    if (!isCoded(error)) return `threw an error without code or with gaps: ${String(error)}`
    return kind === undefined || kind === 'Error' || error.name === kind
      ? undefined
      : `threw a ${error.name} (${error.code}) instead of a ${kind}`
  }
  return `was not refused${kind === undefined ? '' : ` with a ${kind}`}`
}
