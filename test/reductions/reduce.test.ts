import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert'
import { ndops } from '../support/ndops'
import { record } from '../support/record'

record('sum', { ulp: 1 })
record('prod', { ulp: 2 })
record('mean', { ulp: 1 })
record('var', { ulp: 2 })
record('std', { ulp: 2 })
record('max')
record('min')
record('amax')
record('amin')
record('any')
record('all')
record('countNonzero')
record('logsumexp', { ulp: 2 })
record('average', { ulp: 2 })

const coded = (name: string, code: string, message: RegExp) => ({ name, code: `ERR_NDOPS_${code}`, message })

describe('reductions', () => {
  it('take axes by place and by name, negative and several', () => {
    const x = ndops.reshape(ndops.arange(24), [2, 3, 4])
    deepStrictEqual(ndops.sum(x, [0, -1]).toArray(), [60, 92, 124])
    deepStrictEqual(ndops.sum(x, { axis: [-1, 0] }).toArray(), [60, 92, 124])
    deepStrictEqual(ndops.sum(x, { axis: 1, keepdims: true }).shape, [2, 1, 4])
    deepStrictEqual(ndops.max(x, null, true).shape, [1, 1, 1])
    deepStrictEqual(ndops.sum(x, []).toArray(), x.toArray())
    strictEqual(ndops.sum(7).item(), 7)
  })

  it('follow floatx() for integers', () => {
    const x = ndops.array([1, 2], 'int32')
    try {
      ndops.setFloatx('float64')
      for (const op of [ndops.mean, ndops.std, ndops.var, ndops.logsumexp, ndops.average])
        strictEqual(op(x).dtype, 'float64')
    } finally {
      ndops.setFloatx('float32')
    }
    strictEqual(ndops.mean(x).dtype, 'float32')
  })

  it('refuse the extreme of nothing, but not with initial', () => {
    const nothing = ndops.zeros([2, 0, 3])
    throws(
      () => ndops.max(nothing),
      coded('RangeError', 'SIZE', /^ndops\.max: nothing has no max; received shape \[2, 0, 3\]$/),
    )
    throws(() => ndops.amin(nothing, 1), coded('RangeError', 'SIZE', /over axis 1$/))
    deepStrictEqual(ndops.max(nothing, { axis: [0, 2] }).shape, [0])
    deepStrictEqual(ndops.min(nothing, { axis: 1, initial: 2 }).toArray(), [
      [2, 2, 2],
      [2, 2, 2],
    ])
  })

  it('take only an initial that the dtype holds', () => {
    const x = ndops.array([1, 2], 'uint8')
    strictEqual(ndops.max(x, { initial: 255 }).item(), 255)
    throws(() => ndops.max(x, { initial: 300 }), coded('RangeError', 'VALUE', /300/))
    throws(
      () => ndops.max(x, { initial: 1.5 }),
      coded('TypeError', 'DTYPE', /initial must be a number that uint8 can hold/),
    )
    throws(() => ndops.max(x, { initial: [1, 2] }), coded('RangeError', 'RANK', /initial must be one number/))
    strictEqual(ndops.max(ndops.array([1, 2], 'float16'), { initial: 4.5 }).item(), 4.5)
  })

  it('cast before they multiply', () => {
    const x = ndops.array([2, 200], 'int32')
    strictEqual(ndops.prod(x, { dtype: 'int8' }).item(), -112)
    strictEqual(ndops.prod(x, { dtype: 'float16' }).dtype, 'float16')
    strictEqual(ndops.prod(ndops.array([1.5, 300]), { dtype: 'uint8' }).item(), 255)
    strictEqual(ndops.prod(x, { dtype: 'bool' }).item(), true)
    throws(() => ndops.prod(x, { dtype: 'int7' }), coded('TypeError', 'DTYPE', /int7/))
  })

  it('keep the sign of a sum of -0 alone', () => {
    ok(Object.is(ndops.sum([-0, -0]).item(), -0))
    ok(Object.is(ndops.mean([-0, -0]).item(), -0))
    ok(Object.is(ndops.sum([]).item(), 0))
  })

  it('keep the digits of a variance beside a large mean', () => {
    const x = ndops.add(ndops.arange(1000, { dtype: 'float64' }), 1e8)
    strictEqual(ndops.var(x).item(), (1000 ** 2 - 1) / 12)
  })

  it('weigh along one axis, and say what does not fit', () => {
    const x = ndops.reshape(ndops.arange(6), [3, 2])
    const weights = [0.25, 0.75]
    deepStrictEqual(ndops.average(x, 1, weights).toArray(), [0.75, 2.75, 4.75])
    throws(
      () => ndops.average(x, { weights }),
      coded(
        'TypeError',
        'SHAPE_MISMATCH',
        /^ndops\.average: axis must be given where .*; received shapes \[3, 2\] and \[2\]$/,
      ),
    )
    throws(() => ndops.average(x, 0, weights), coded('RangeError', 'SHAPE_MISMATCH', /one entry for each along axis 0/))
    ok(Number.isNaN(ndops.average([1, 2], null, [0, 0]).item()))
  })
})
