import assert from 'node:assert/strict'
import { toTensor } from '../../lib/core/convert'
import { castTo } from '../../lib/core/copy'
import { codeOf, DTYPES } from '../../lib/core/dtype'
import * as ops from '../../lib/index'

const of = (value: unknown, dtype?: ops.DType) => toTensor('test', 'x', value, dtype && codeOf('test', dtype))
const described = (value: unknown, dtype?: ops.DType) => {
  const x = of(value, dtype)
  return [x.dtype, x.shape.join(), x.toArray()]
}

function code(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    const { name, code } = error as { name: string; code: string }
    return `${name} ${code}`
  }
  return 'nothing thrown'
}

describe('core/convert @level', () => {
  it('gives numbers floatx, booleans bool, bigints int64', () => {
    assert.deepEqual(described(3), ['float32', '', 3])
    assert.deepEqual(described([[1, 2.5]]), ['float32', '1,2', [[1, 2.5]]])
    assert.deepEqual(described([true, false]), ['bool', '2', [true, false]])
    assert.deepEqual(described([1n, -(2n ** 63n)]), ['int64', '2', [1n, -(2n ** 63n)]])
    assert.deepEqual(described([2n ** 64n - 1n]), ['uint64', '1', [2n ** 64n - 1n]])
    assert.deepEqual(described([1, true]), ['float32', '2', [1, 1]])
    assert.deepEqual(described({ re: 1, im: -2 }), ['complex64', '', { re: 1, im: -2 }])
    assert.deepEqual(described([{ re: 1, im: -2 }, 3]), [
      'complex64',
      '2',
      [
        { re: 1, im: -2 },
        { re: 3, im: 0 },
      ],
    ])
    assert.deepEqual(described([]), ['float32', '0', []])
    assert.deepEqual(described([[], []]), ['float32', '2,0', [[], []]])
  })

  it('follows floatx', () => {
    ops.setFloatx('float64')
    try {
      assert.deepEqual(described([0.1]), ['float64', '1', [0.1]])
      assert.equal(of({ re: 1, im: 0 }).dtype, 'complex128')
    } finally {
      ops.setFloatx('float32')
    }
    assert.deepEqual(described([0.1]), ['float32', '1', [Math.fround(0.1)]])
    assert.equal(
      code(() => ops.setFloatx('int32')),
      'TypeError ERR_NDOPS_DTYPE',
    )
  })

  it('keeps the dtype of typed arrays, whatever their properties say', () => {
    for (const name of ['Uint8', 'Uint16', 'Uint32', 'Int8', 'Int16', 'Int32', 'Float32', 'Float64'] as const) {
      const make = globalThis[`${name}Array`]
      assert.deepEqual(described(make.from([1, 2])), [name.toLowerCase(), '2', [1, 2]])
    }
    assert.deepEqual(described(new BigUint64Array([5n])), ['uint64', '1', [5n]])
    assert.deepEqual(described(new Uint8ClampedArray([300])), ['uint8', '1', [255]])
    assert.deepEqual(described(Buffer.from('abc').subarray(1)), ['uint8', '2', [98, 99]])
    class Liar extends Float32Array {
      override get length() {
        return 1e9
      }
      override get buffer() {
        return new ArrayBuffer(1)
      }
    }
    assert.deepEqual(described(new Liar([1, 2])), ['float32', '2', [1, 2]])
    assert.equal(
      code(() => of(new DataView(new ArrayBuffer(8)))),
      'TypeError ERR_NDOPS_BUFFER',
    )
  })

  it('copies: later writes are not seen', () => {
    const data = new Float32Array([1, 2])
    const x = of(data)
    data[0] = 9
    assert.deepEqual(x.toArray(), [1, 2])
  })

  it('copies in shared and resizable memory, refuses transferred', () => {
    const shared = new Int32Array(new SharedArrayBuffer(8))
    shared[1] = 7
    assert.deepEqual(described(shared), ['int32', '2', [0, 7]])
    const resizable = new (ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer)(16, {
      maxByteLength: 64,
    })
    const tracking = new Float32Array(resizable)
    ;(resizable as unknown as { resize(n: number): void }).resize(8)
    assert.deepEqual(described(tracking), ['float32', '2', [0, 0]])
    const gone = new Float32Array(4)
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    assert.equal(
      code(() => of(gone)),
      'TypeError ERR_NDOPS_BUFFER',
    )
  })

  it('reads n-d array structures with strides and offset', () => {
    const data = Float64Array.from({ length: 6 }, (_, i) => i)
    assert.deepEqual(described({ data, shape: [2, 3], stride: [1, 2], offset: 0 }), [
      'float64',
      '2,3',
      [
        [0, 2, 4],
        [1, 3, 5],
      ],
    ])
    assert.deepEqual(described({ data, shape: [3], stride: [-2], offset: 5 }), ['float64', '3', [5, 3, 1]])
    assert.deepEqual(described({ data, shape: [6] }), ['float64', '6', [0, 1, 2, 3, 4, 5]])
    assert.equal(
      code(() => of({ data, shape: [4], stride: [2], offset: 0 })),
      'RangeError ERR_NDOPS_INDEX',
    )
    assert.equal(
      code(() => of({ data, shape: [2], stride: [1], offset: -1 })),
      'RangeError ERR_NDOPS_INDEX',
    )
    assert.equal(
      code(() => of({ data, shape: [2, 2], stride: [1] })),
      'RangeError ERR_NDOPS_SHAPE_MISMATCH',
    )
    assert.equal(
      code(() => of({ data: [1], shape: [1] })),
      'TypeError ERR_NDOPS_BUFFER',
    )
    assert.equal(
      code(() => of({ data, shape: [-1] })),
      'RangeError ERR_NDOPS_SIZE',
    )
  })

  it('stacks tensors and typed arrays inside arrays', () => {
    const x = of([1, 2])
    assert.deepEqual(described([x, new Float64Array([3, 4])]), [
      'float64',
      '2,2',
      [
        [1, 2],
        [3, 4],
      ],
    ])
    assert.equal(
      code(() => of([x, of([1, 2, 3])])),
      'RangeError ERR_NDOPS_SHAPE_MISMATCH',
    )
  })

  it('refuses ragged, cyclic, mixed and senseless input', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1)
    for (const bad of [
      [[1, 2], [3]],
      [[1], 2],
      [1, [2]],
      [[], [1]],
    ])
      assert.equal(
        code(() => of(bad)),
        'RangeError ERR_NDOPS_RAGGED',
        JSON.stringify(bad),
      )
    assert.equal(
      code(() => of(cyclic)),
      'RangeError ERR_NDOPS_RANK',
    )
    assert.equal(
      code(() => of(deep)),
      'RangeError ERR_NDOPS_RANK',
    )
    for (const bad of [
      '1',
      undefined,
      Symbol('s'),
      () => 1,
      ['a'],
      [1, 2n],
      [undefined],
      new Array(1).concat(1),
      {},
      new Date(),
      /x/,
      null,
    ])
      assert.equal(
        code(() => of(bad)),
        'TypeError ERR_NDOPS_ARGUMENT',
      )
    assert.equal(
      code(() => of([2n ** 64n])),
      'RangeError ERR_NDOPS_VALUE',
    )
  })

  it('turns what throws while it is read into a coded error with the cause', () => {
    const hostile = Object.defineProperty({ data: new Float32Array(1) }, 'shape', {
      enumerable: true,
      get() {
        throw new Error('boo')
      },
    })
    assert.throws(() => of(hostile), { code: 'ERR_NDOPS_ARGUMENT', message: /could not be read: boo/ })
    const proxy = new Proxy([1, 2], {
      get() {
        throw new Error('boo')
      },
    })
    assert.equal(
      code(() => of(proxy)),
      'TypeError ERR_NDOPS_ARGUMENT',
    )
  })

  it('casts values, in one rounding', () => {
    assert.deepEqual(described([1.9, -1.9, 300, Number.NaN], 'uint8'), ['uint8', '4', [1, 0, 255, 0]])
    assert.deepEqual(described([0.1], 'float64'), ['float64', '1', [0.1]])
    assert.deepEqual(described([0, 2, Number.NaN], 'bool'), ['bool', '3', [false, true, true]])
    // Just above the middle of two float16 values, yet float32 would round it onto the middle.
    assert.deepEqual(described([1 + 2 ** -11 + 2 ** -40], 'float16'), ['float16', '1', [1 + 2 ** -10]])
    assert.deepEqual(described([1 + 2 ** -8 + 2 ** -40], 'bfloat16'), ['bfloat16', '1', [1 + 2 ** -7]])
    for (const from of DTYPES)
      for (const to of DTYPES) {
        const x = castTo('test', of([0, 1, 2, 100], from), codeOf('test', to))
        assert.deepEqual(
          x.toArray(),
          of(from === 'bool' ? [0, 1, 1, 1] : [0, 1, 2, 100], to).toArray(),
          `${from} to ${to}`,
        )
      }
  })

  it('reinterprets with fromData', () => {
    assert.deepEqual(ops.fromData(new Uint16Array([0x3c00, 0x7e00]), [2], 'float16').toArray(), [1, Number.NaN])
    assert.deepEqual(ops.fromData(new Uint16Array([0x3f80]), [1], 'bfloat16').toArray(), [1])
    assert.deepEqual(ops.fromData(new Uint8Array([0, 1, 255]), [3], 'bool').toArray(), [false, true, true])
    assert.deepEqual(ops.fromData(new Float32Array([1, 2]), [], 'complex64').toArray(), { re: 1, im: 2 })
    assert.deepEqual(ops.fromData(new Int8Array(6), [2, 3]).shape, [2, 3])
    const loose = ops.fromData as unknown as (...args: unknown[]) => unknown
    assert.equal(
      code(() => loose(new Float32Array(4), [2], 'float64')),
      'TypeError ERR_NDOPS_BUFFER',
    )
    assert.equal(
      code(() => loose(new Float32Array(4), [5])),
      'RangeError ERR_NDOPS_SIZE',
    )
    assert.equal(
      code(() => loose(new Float32Array(3), null, 'complex64')),
      'RangeError ERR_NDOPS_SIZE',
    )
    assert.equal(
      code(() => loose([1, 2], [2])),
      'TypeError ERR_NDOPS_BUFFER',
    )
    assert.equal(
      code(() => loose(new Float32Array(4), [4], 'float')),
      'TypeError ERR_NDOPS_DTYPE',
    )
    for (const shape of [[-4], [1.5], ['4'], [Number.NaN], [2 ** 53, 2]])
      assert.match(
        code(() => loose(new Float32Array(4), shape)),
        /ERR_NDOPS_(SIZE|ARGUMENT)/,
      )
  })
})
