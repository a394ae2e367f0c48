/** A user's TypeScript: compiled against the packed package under each kind of resolution. */

import * as ops from 'ndops'
import { type BuildInfo, type DType, type NdopsError, Tensor } from 'ndops'
import * as later from 'ndops/promises'

const x: Tensor = ops.array(
  [
    [1, 2],
    [3, 4],
  ],
  'float32',
)
const dtype: DType = x.dtype
const sum: Tensor = ops.sum(x, { axis: 0 })
const pending: Promise<Tensor> = later.matmul(x, x)
const info: BuildInfo = ops.buildInfo()
const isTensor: boolean = x instanceof Tensor
const codeOf = (error: NdopsError): string => error.code
// @ts-expect-error: there is no such dtype
const wrong: DType = 'float31'
// @ts-expect-error: a tensor is no number
const number: number = ops.sum(x)

export { codeOf, dtype, info, isTensor, number, pending, sum, wrong }
