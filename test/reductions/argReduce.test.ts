import { deepStrictEqual, strictEqual, throws } from 'node:assert'
import { ndops } from '../support/ndops'
import { record } from '../support/record'

record('argmax')
record('argmin')

describe('argmax', () => {
  it('refuses nothing, and several axes', () => {
    throws(() => ndops.argmax(ndops.zeros([0, 3]), 0), { name: 'RangeError', code: 'ERR_NDOPS_SIZE' })
    throws(() => ndops.argmax(ndops.zeros([2, 3]), [0, 1] as unknown as number), {
      name: 'TypeError',
      code: 'ERR_NDOPS_AXIS',
    })
    deepStrictEqual(ndops.argmax(ndops.zeros([0, 3]), 1).shape, [0])
  })

  it('counts in C order, whatever the layout', () => {
    const x = ndops.array([
      [1, 2, 3],
      [6, 5, 4],
    ])
    strictEqual(ndops.argmax(ndops.transpose(x)).item(), 1)
    strictEqual(ndops.argmax(ndops.getItem(x, ['::-1'])).item(), 0)
  })
})
