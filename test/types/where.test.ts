import assert from 'node:assert/strict'
import * as ops from '../../lib/index'
import * as promises from '../../lib/promises'

// That this compiles is the test; a call with a wrong type must not (each @ts-expect-error fails the build otherwise).
describe('types of where', () => {
  const rows = (places: ops.Tensor[]): unknown[] => places.map((place) => place.toArray())

  it('gives an array of tensors for a condition alone, a tensor for three operands', () => {
    const places: ops.Tensor[] = ops.where([true, false, true])
    const chosen: ops.Tensor = ops.where([true, false], 1, 2)
    const named: ops.Tensor = ops.where([true, false], { x1: 1, x2: 2 })
    // @ts-expect-error three operands give one tensor
    const wrong: ops.Tensor[] = ops.where([true, false], 1, 2)
    assert.deepEqual(rows(places), [[0, 2]])
    for (const tensor of [chosen, named, wrong as unknown as ops.Tensor]) assert.deepEqual(tensor.toArray(), [1, 2])
  })

  it('gives promises of the same', async () => {
    const places: ops.Tensor[] = await promises.where([true, false, true])
    const aborted: ops.Tensor[] = await promises.where([true], { signal: new AbortController().signal })
    const chosen: ops.Tensor = await promises.where([true, false], 1, 2)
    const named: ops.Tensor = await promises.where([true, false], { x1: 1, x2: 2 })
    // @ts-expect-error a condition alone gives an array
    const wrong: ops.Tensor = await promises.where([true])
    assert.deepEqual(rows(places), [[0, 2]])
    assert.deepEqual(rows(aborted), [[0]])
    assert.deepEqual(rows(wrong as unknown as ops.Tensor[]), [[0]])
    for (const tensor of [chosen, named]) assert.deepEqual(tensor.toArray(), [1, 2])
  })
})
