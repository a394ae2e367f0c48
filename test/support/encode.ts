/** Results as the text of fixtures: what scripts/oracle/codec.py writes and reads. */

import { type DType, get, isComplex } from './dtypes'
import { ndops, type Tensor } from './ndops'

const numeral = (value: number | bigint): number | string => {
  if (typeof value === 'bigint') return String(value)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return Object.is(value, -0) ? '-0' : value
}

export function encodeTensor(x: Tensor): unknown {
  const dtype = x.dtype as DType
  const part: DType = isComplex(dtype) ? (dtype === 'complex64' ? 'float32' : 'float64') : dtype
  const data = Array.from({ length: x.data.length }, (_, place) => numeral(get(x.data, part, place)))
  return { dtype, shape: [...x.shape], data }
}

export function encodeResult(x: unknown): unknown {
  if (x instanceof ndops.Tensor) return encodeTensor(x)
  if (Array.isArray(x) && x.some((entry) => typeof entry === 'object')) return x.map(encodeResult)
  return { value: Array.isArray(x) ? [...x] : x }
}
