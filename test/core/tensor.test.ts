import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import * as ops from '../../lib/index'
import { viewOf } from '../../lib/tensor'

const grid = () =>
  ops.fromData(
    Float32Array.from({ length: 6 }, (_, i) => i),
    [2, 3],
  )
const text = (x: ops.Tensor) => String(x)

describe('core/tensor @level', () => {
  it('says what it is', () => {
    const x = grid()
    assert.deepEqual([x.shape, x.strides, x.ndim, x.size, x.nbytes, x.dtype], [[2, 3], [3, 1], 2, 6, 24, 'float32'])
    assert.ok(Object.isFrozen(x.shape) && Object.isFrozen(x.strides))
    assert.equal(Object.prototype.toString.call(x), '[object Tensor]')
  })

  it('gives arrays, values and iterates over the first axis', () => {
    const x = grid()
    assert.deepEqual(x.toArray(), [
      [0, 1, 2],
      [3, 4, 5],
    ])
    assert.deepEqual(
      [...x].map((row) => row.toArray()),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    )
    assert.equal([...x][1]?.item === undefined, false)
    assert.equal(ops.fromData(new BigInt64Array([-5n])).item(), -5n)
    assert.equal(ops.fromData(new Uint8Array([1]), [], 'bool').item(), true)
    assert.deepEqual(ops.fromData(new Float64Array([1, 2]), [], 'complex128').item(), { re: 1, im: 2 })
    assert.throws(() => x.item(), { code: 'ERR_NDOPS_SIZE' })
    assert.throws(() => [...ops.fromData(new Float32Array(1), [])], { code: 'ERR_NDOPS_RANK' })
    assert.equal(JSON.stringify({ x }), '{"x":[[0,1,2],[3,4,5]]}')
  })

  it('reads strided views in C order', () => {
    const x = grid()
    const transposed = viewOf(x, x.offset, [3, 2], [1, 3], 6)
    assert.deepEqual(transposed.toArray(), [
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    assert.deepEqual([...transposed.data], [0, 3, 1, 4, 2, 5])
    assert.deepEqual(viewOf(x, x.offset + 5, [6], [-1], 6).toArray(), [5, 4, 3, 2, 1, 0])
    assert.deepEqual(viewOf(x, x.offset + 1, [2, 2], [0, 0], 4).toArray(), [
      [1, 1],
      [1, 1],
    ])
    assert.deepEqual(viewOf(x, x.offset, [0, 2], [2, 1], 0).toArray(), [])
  })

  it('keeps one data array a tensor @buffers', () => {
    const large = ops.fromData(new Float32Array(5000).fill(3))
    assert.equal(large.data, large.data)
    assert.ok(large.data instanceof Float32Array)
    assert.equal(large.data.length, 5000)
    const small = grid()
    assert.equal(small.data, small.data)
    // A slab is never shown: its buffer would show the neighbours.
    assert.equal(small.data.buffer.byteLength, 24)
  })

  it('makes data anew after it was transferred @buffers', () => {
    const x = ops.fromData(new Float64Array(5000).fill(2))
    const before = x.data
    // Hosts differ: the buffer is detached, copied, or the transfer refused.
    try {
      structuredClone(before.buffer, { transfer: [before.buffer as ArrayBuffer] })
    } catch (error) {
      assert.equal((error as Error).name, 'DataCloneError')
    }
    assert.equal(x.data.length, 5000)
    assert.equal(x.data[4999], 2)
    assert.equal(x.add(1).data[0], 3)
  })

  it('refuses every use after dispose, twice is once', () => {
    const x = grid()
    const row = [...x][0] as ops.Tensor
    x.dispose()
    x.dispose()
    for (const use of [() => x.add(1), () => x.toArray(), () => x.data, () => x.item()])
      assert.throws(use, /ERR_NDOPS_DISPOSED|after dispose|one element/)
    assert.throws(() => ops.add(1, x), { code: 'ERR_NDOPS_DISPOSED' })
    // A view holds the memory.
    assert.deepEqual(row.toArray(), [0, 1, 2])
    assert.match(inspect(x), /disposed/)
    if (typeof Symbol.dispose === 'symbol') grid()[Symbol.dispose as unknown as 'dispose']()
  })

  it('is a number where it is one, and never joins strings', () => {
    const x = ops.fromData(new Float32Array([2.5]), [])
    assert.equal(+(x as unknown as number), 2.5)
    assert.equal((x as unknown as number) * 2, 5)
    assert.throws(() => (grid() as unknown as number) + 1, { code: 'ERR_NDOPS_RANK' })
    const joined = (x: unknown, y: unknown): string => (x as string) + (y as string)
    assert.throws(() => joined(grid(), 'a'), { code: 'ERR_NDOPS_RANK' })
    assert.equal(`${x}`, 'array(2.5, dtype=float32)')
  })

  it('cannot be cloned, and says what to do', () => {
    assert.throws(() => structuredClone(grid()), { code: 'ERR_NDOPS_TENSOR_TRANSFER', message: /share\(x\)/ })
  })

  it('knows tensors of another copy by their brand', () => {
    const other = { [Symbol.for('ndops.Tensor')]: true, data: new Float32Array([1, 2]), shape: [2], dtype: 'float32' }
    assert.deepEqual(ops.add(other as unknown as ops.Tensor, 1).toArray(), [2, 3])
  })
})

describe('core/print @level', () => {
  it('aligns numbers as NumPy does', () => {
    assert.equal(text(grid()), 'array([[0., 1., 2.],\n       [3., 4., 5.]], dtype=float32)')
    assert.equal(text(ops.fromData(new Float64Array([1.5, -2.25, 10]))), 'array([ 1.5 , -2.25, 10.  ], dtype=float64)')
    assert.equal(text(ops.fromData(new Float32Array([0.1]))), 'array([0.1], dtype=float32)')
    assert.equal(text(ops.fromData(new Float64Array([1e-10, 1]))), 'array([1.e-10, 1.e+00], dtype=float64)')
    assert.equal(text(ops.fromData(new Float64Array([1e300, -1]))), 'array([ 1.e+300, -1.e+000], dtype=float64)')
    assert.equal(
      text(ops.fromData(new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, -1]))),
      'array([nan, inf, -1.], dtype=float32)',
    )
    assert.equal(text(ops.fromData(new Float64Array([1 / 3]))), 'array([0.33333333], dtype=float64)')
    assert.equal(text(ops.fromData(new Int32Array([1, -20, 300]))), 'array([  1, -20, 300], dtype=int32)')
    assert.equal(text(ops.fromData(new Uint8Array([1, 0]), [2], 'bool')), 'array([ True, False], dtype=bool)')
    assert.equal(
      text(ops.fromData(new Float32Array([1, 2, -1.5, -0.25]), [2], 'complex64')),
      'array([ 1. +2.j  , -1.5-0.25j], dtype=complex64)',
    )
    assert.equal(text(ops.fromData(new Uint16Array([0x3555]), [1], 'float16')), 'array([0.3333], dtype=float16)')
  })

  it('prints scalars, empty and deep tensors', () => {
    assert.equal(text(ops.fromData(new Float32Array([7]), [])), 'array(7., dtype=float32)')
    assert.equal(text(ops.fromData(new Float32Array(0), [0, 3])), 'array([], shape=(0, 3), dtype=float32)')
    assert.equal(text(ops.fromData(new Int8Array(4), [2, 1, 2])), 'array([[[0, 0]],\n\n       [[0, 0]]], dtype=int8)')
  })

  it('elides past a thousand elements', () => {
    const long = text(ops.fromData(Int32Array.from({ length: 2000 }, (_, i) => i)))
    assert.equal(long, 'array([   0,    1,    2, ..., 1997, 1998, 1999],\n      shape=(2000,), dtype=int32)')
    const wide = ops.fromData(new Float32Array(40 * 40), [40, 40])
    assert.equal(text(wide).split('\n').length, 7)
    assert.equal(inspect({ x: grid() }).includes('dtype=float32'), true)
  })

  it('breaks long lines', () => {
    const lines = text(ops.fromData(Int32Array.from({ length: 40 }, (_, i) => 1000 + i))).split('\n')
    assert.ok(lines.length > 1 && lines.every((line) => line.length <= 75), lines.join('\n'))
  })
})
