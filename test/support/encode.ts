/** Results as the text of fixtures: what scripts/oracle/codec.py writes and reads. */

import { type DType, get, isComplex, type Storage } from './dtypes'
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

type HostArray = ReturnType<typeof ndops.convertToNumpy>

function encodeStructure({ data, shape, stride, offset, dtype }: HostArray): unknown {
  const flat = ndops.fromData(data as Storage, null, dtype as DType)
  const values = (list: readonly number[]) => list.map((value) => ({ value }))
  const parts = { shape: values(shape), stride: values(stride), offset: { value: offset }, dtype: { value: dtype } }
  return { structure: { data: encodeTensor(flat), ...parts } }
}

export function encodeResult(x: unknown): unknown {
  if (x instanceof ndops.Tensor) return encodeTensor(x)
  if (typeof x === 'object' && x !== null && 'data' in x) return encodeStructure(x as HostArray)
  if (Array.isArray(x) && x.some((entry) => typeof entry === 'object')) return x.map(encodeResult)
  return { value: Array.isArray(x) ? [...x] : x }
}
