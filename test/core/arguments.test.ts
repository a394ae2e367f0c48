import assert from 'node:assert/strict'
import { define } from '../../lib/core/arguments'
import * as ops from '../../lib/index'

const echo = define('echo', ['x'], ['axis', 'keepdims'], (x: number, axis: number | null = -1, keepdims = false) => [
  x,
  axis,
  keepdims,
])

/** The error of a call that the types forbid. */
function refused(call: () => unknown): { name: string; code: string; message: string } {
  try {
    call()
  } catch (error) {
    return error as { name: string; code: string; message: string }
  }
  throw new Error('nothing was thrown')
}

const loose = echo as unknown as (...args: unknown[]) => unknown

describe('core/arguments @level', () => {
  it('takes arguments by place, by name, and both', () => {
    assert.deepEqual(echo(5), [5, -1, false])
    assert.deepEqual(echo(5, 1), [5, 1, false])
    assert.deepEqual(echo(5, 1, true), [5, 1, true])
    assert.deepEqual(echo(5, { keepdims: true }), [5, -1, true])
    assert.deepEqual(echo(5, 0, { keepdims: true }), [5, 0, true])
    assert.deepEqual(echo(5, { axis: null, keepdims: true }), [5, null, true])
    assert.deepEqual(echo(5, {}), [5, -1, false])
  })

  it('has undefined as the default and null as None', () => {
    assert.deepEqual(echo(5, undefined, true), [5, -1, true])
    assert.deepEqual(echo(5, null), [5, null, false])
    assert.deepEqual(echo(5, { axis: undefined }), [5, -1, false])
    assert.deepEqual(echo(5, undefined, { axis: 2 }), [5, 2, false])
  })

  it('refuses unknown names and names the nearest', () => {
    const error = refused(() => loose(5, { keepDims: true }))
    assert.equal(error.name, 'TypeError')
    assert.equal(error.code, 'ERR_NDOPS_OPTION')
    assert.equal(
      error.message,
      "ndops.echo: unknown argument 'keepDims'; did you mean keepdims?; expected axis, keepdims",
    )
    assert.match(refused(() => loose(5, { x: 1 })).message, /unknown argument 'x'/)
  })

  it('refuses what is given twice, too few and too many', () => {
    assert.match(refused(() => loose(5, 1, { axis: 1 })).message, /argument 'axis' is given twice/)
    assert.match(refused(() => loose()).message, /argument 'x' is missing/)
    assert.match(
      refused(() => loose(5, 1, true, 7)).message,
      /takes at most 3 arguments \(x, axis, keepdims\); received 4/,
    )
    const add = ops.add as unknown as (...args: unknown[]) => unknown
    for (const args of [[], [1], [1, 2, 3]]) assert.equal(refused(() => add(...args)).code, 'ERR_NDOPS_ARGUMENT')
  })

  it('does not take operands for names', () => {
    const x = ops.add({ data: new Float32Array([1, 2]), shape: [2] }, { re: 1, im: 2 })
    assert.equal(x.dtype, 'complex64')
  })

  it('does not look up names on the prototype', () => {
    assert.match(refused(() => loose(5, { constructor: 1 })).message, /unknown argument 'constructor'/)
    assert.deepEqual(loose(5, Object.create(null)), [5, -1, false])
  })
})
