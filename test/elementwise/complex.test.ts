import { deepStrictEqual, strictEqual } from 'node:assert'
import { ndops, promises, type Tensor } from '../support/ndops'
import { alias, record } from '../support/record'

record('real')
record('imag')
record('conjugate')
alias('conj', 'conjugate')

describe('parts of complex tensors are views', () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i)
  const make = (): Tensor => ndops.fromData(data, [2, 3], 'complex64')

  it('shares memory, whatever the layout', () => {
    const x = ndops.transpose(make())
    deepStrictEqual(ndops.real(x).toArray(), [
      [0, 6],
      [2, 8],
      [4, 10],
    ])
    deepStrictEqual(ndops.imag(x).toArray(), [
      [1, 7],
      [3, 9],
      [5, 11],
    ])
    const kept = ndops.memory().live
    const views = [ndops.real(x), ndops.imag(x)]
    strictEqual(ndops.memory().live, kept)
    for (const view of views) view.dispose()
  })

  it('outlives its base and feeds other ops', async () => {
    const x = make()
    const [re, im] = [ndops.real(x), ndops.imag(x)]
    x.dispose()
    deepStrictEqual(ndops.add(re, im).toArray(), [
      [1, 5, 9],
      [13, 17, 21],
    ])
    deepStrictEqual((await promises.sum(im)).item(), 36)
    deepStrictEqual(ndops.imag(im).toArray(), ndops.zerosLike(im).toArray())
  })

  it('is contiguous where there is one element', () => {
    strictEqual(ndops.real({ re: 3, im: 4 }).item(), 3)
    strictEqual(ndops.imag(ndops.fromData(new Float64Array([1, 2]), [1], 'complex128')).data[0], 2)
  })
})
