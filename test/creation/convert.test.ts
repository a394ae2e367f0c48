import { deepStrictEqual, notStrictEqual, strictEqual } from 'node:assert'
import { ndops, promises } from '../support/ndops'
import { record } from '../support/record'

record('array')
record('convertToNumpy')
record('convertToNumpy')
record('convertToTensor')
record('isTensor')
record('ndim')
record('shape')
record('size')

describe('convertToNumpy', () => {
  it('gives a copy with the structure of the ndarray package', async () => {
    const x = ndops.transpose(
      ndops.array([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
    const host = ndops.convertToNumpy(x)
    deepStrictEqual(host, {
      data: Float32Array.of(1, 4, 2, 5, 3, 6),
      shape: [3, 2],
      stride: [2, 1],
      offset: 0,
      dtype: 'float32',
    })
    host.data[0] = 9
    deepStrictEqual(x.toArray(), [
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    deepStrictEqual(ndops.convertToNumpy(ndops.array([1.5], 'float16')).data, Uint16Array.of(0x3e00))
    deepStrictEqual((await promises.convertToNumpy([[1, 2]])).data, Float32Array.of(1, 2))
    strictEqual(ndops.convert_to_numpy, ndops.convertToNumpy)
    // What it gives is an operand again.
    deepStrictEqual(ndops.array(host).toArray(), [
      [9, 4],
      [2, 5],
      [3, 6],
    ])
  })
})

describe('array', () => {
  it('gives a tensor of its own of a tensor', () => {
    const x = ndops.array([1, 2])
    const y = ndops.array(x)
    notStrictEqual(x, y)
    x.dispose()
    deepStrictEqual(y.toArray(), [1, 2])
  })

  it("copies the caller's memory", () => {
    const memory = Float32Array.of(1, 2)
    const x = ndops.array(memory)
    memory[0] = 9
    deepStrictEqual(x.toArray(), [1, 2])
  })
})
