/** Sums, extremes, averages and their like along any axes. */

import { define, flag } from '../core/arguments'
import { castTo, isStrong, type Operand, operand, toTensor, type WeakScalar } from '../core/convert'
import {
  BOOL,
  type Code,
  computing,
  DTYPES,
  FLOAT64,
  floatxDtype,
  INT16,
  INT32,
  INT64,
  INT8,
  isComplex,
  isInexact,
  isInteger,
  isUnsigned,
  optionalDtype,
  promote,
  realPart,
  UINT16,
  UINT32,
  UINT8,
} from '../core/dtype'
import { rangeError, show, typeError } from '../core/errors'
import { begin, flatView, kernel, number, run, view } from '../core/launch'
import { input, meet, realOnly, type Rule, same, signature, toFloat } from '../core/patterns'
import { contiguousStrides, normalizeAxes, sameShape, SCALAR, type Shape, shapeOf } from '../core/shape'
import { divide, multiply } from '../elementwise/arithmetic'
import { emptyTensor, type Tensor, viewOf } from '../tensor'
