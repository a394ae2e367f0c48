import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mismatch } from '../support/compare'
import { examplesIn, runExample } from '../support/examples'
import { toTensor } from '../support/fixtures'
import { isCoded, ndops, promises, root } from '../support/ndops'
import { FILES, inFolder } from './files'

const BITS = { ulp: 0, signOfZero: true }
const ARRAYS = FILES.filter((file) => file.name.endsWith('.npy'))

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

/** A file with a header of one's own. */
function file(header: string, data: Uint8Array | number = 0, version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, version === 3 ? 'utf8' : 'latin1')
  const length = Buffer.alloc(version === 1 ? 2 : 4)
  length.writeUIntLE(text.length, 0, length.length)
  const behind = typeof data === 'number' ? new Uint8Array(data) : data
  return Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([version, 0]), length, text, behind])
}

const of = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`

describe('io/npy @level', () => {
  it('reads what NumPy wrote', async () => {
    for (const { name, bytes, gives } of ARRAYS)
      if (gives !== undefined) {
        strictEqual(mismatch(ndops.fromNpy(bytes), gives, BITS), undefined, name)
        strictEqual(mismatch(await promises.fromNpy(Buffer.from(bytes)), gives, BITS), undefined, name)
      }
  })

  it('writes what NumPy writes, byte for byte', async () => {
    for (const { name, bytes, gives, exact } of ARRAYS)
      if (gives !== undefined && exact) {
        // What NumPy wrote in Fortran order is a transposed tensor here, too.
        const x = ndops.fromNpy(bytes)
        deepStrictEqual(new Uint8Array(ndops.toNpy(x)), bytes, name)
        deepStrictEqual(new Uint8Array(await promises.toNpy(x)), bytes, name)
        strictEqual(mismatch(ndops.fromNpy(ndops.toNpy(toTensor(gives))), gives, BITS), undefined, name)
      }
  })

  it('refuses what it has no dtype for', () => {
    for (const { name, bytes, throws: code } of ARRAYS)
      if (code !== undefined) throws(() => ndops.fromNpy(bytes), coded(code.slice('ERR_NDOPS_'.length)), name)
    throws(() => ndops.fromNpy(file(of("'|O'", '(1,)'), 8)), coded('DTYPE', 'pickled'))
    throws(() => ndops.fromNpy(file(of("[('a', '<i4')]", '(1,)'), 8)), coded('DTYPE', 'structured'))
    throws(() => ndops.fromNpy(file(of("'<f16'", '(1,)'), 16)), coded('DTYPE', 'float64'))
    throws(() => ndops.fromNpy(file(of("'float32'", '(1,)'), 16)), coded('DTYPE', 'float32'))
  })

  it('reads headers as others write them', () => {
    const data = Uint8Array.from([1, 0, 0, 0, 2, 0, 0, 0])
    for (const header of [
      of("'<i4'", '(2,)'),
      '{"shape":(2,),"descr":"<i4","fortran_order":False}',
      "  { 'descr' : '<i4' , 'fortran_order' : True , 'shape' : ( 2 , ) }   ",
      of("'=i4'", '(2L,)'),
      of("'|i4'", '(2,)'),
      of("'i4'", '(2,)'),
    ])
      for (const version of [1, 2, 3])
        deepStrictEqual(ndops.fromNpy(file(header, data, version)).toArray(), [1, 2], header)
    // A bool is true by any byte but 0.
    const bools = ndops.fromNpy(file(of("'|b1'", '(4,)'), Uint8Array.from([0, 1, 2, 255])))
    deepStrictEqual(bools.toArray(), [false, true, true, true])
    deepStrictEqual([...bools.data], [0, 1, 1, 1])
    deepStrictEqual(ndops.fromNpy(file(of("'<V2'", '(1,)'), Uint8Array.from([0x80, 0x3f]))).dtype, 'bfloat16')
    // Sizes without elements, however large, and data behind.
    deepStrictEqual(ndops.fromNpy(file(of("'<f8'", '(0, 4000000000000000)'))).shape, [0, 4_000_000_000_000_000])
    deepStrictEqual(ndops.fromNpy(file(of("'<i4'", '()'), data)).item(), 1)
  })

  it('takes bytes from anywhere in memory and leaves them as they are', () => {
    const bytes = ARRAYS.find(({ name }) => name === 'int32 big-endian.npy')?.bytes as Uint8Array
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    const want = ndops.fromNpy(bytes).toArray()
    deepStrictEqual(ndops.fromNpy(moved.subarray(3)).toArray(), want)
    deepStrictEqual(ndops.fromNpy(new DataView(moved.buffer, 3)).toArray(), want)
    deepStrictEqual(ndops.fromNpy(moved.buffer.slice(3)).toArray(), want)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    deepStrictEqual(ndops.fromNpy(shared.buffer).toArray(), want)
    deepStrictEqual(moved.subarray(3), bytes)
    const gone = bytes.slice()
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    throws(() => ndops.fromNpy(gone), coded('BUFFER', 'detached'))
    throws(() => ndops.fromNpy(gone.buffer), coded('BUFFER', 'detached'))
  })

  it('says what is malformed', () => {
    const bad = (bytes: Uint8Array, code: string, ...words: string[]) =>
      throws(() => ndops.fromNpy(bytes), coded(code, ...words))
    bad(Uint8Array.from([1, 2, 3]), 'FORMAT', 'truncated')
    bad(new Uint8Array(200), 'FORMAT', 'magic')
    for (const version of [0, 4, 255]) {
      const other = file(of("'<i4'", '(2,)'), 8)
      other[6] = version
      bad(other, 'FORMAT', `version ${version}.0`)
    }
    bad(file(of("'<i4'", '(2,)'), 7), 'FORMAT', 'truncated', '[2]', '8 bytes', '7')
    bad(file(of("'<i4'", '(4294967296, 4294967296)'), 8), 'SIZE', '2^53')
    bad(file(of("'<c16'", '(1000000000000000,)'), 8), 'SIZE')
    bad(file(of("'<i4'", '(9007199254740993,)'), 8), 'FORMAT', '9007199254740993')
    bad(file(of("'<i4'", '(-1,)'), 8), 'FORMAT', '-1')
    bad(file(of("'<i4'", '(3000000000,)'), 8), 'FORMAT', 'truncated')
    bad(file(of("'<i4'", `(${'1, '.repeat(33)})`), 8), 'RANK', '32')
    for (const shape of ['2', '(2)', '[2]', '(True,)', '(1.0,)', '(1_0,)', '(, )', '((2,),)', "('2',)", '(2'])
      bad(file(of("'<i4'", shape), 8), 'FORMAT')
    for (const order of ['0', 'None', 'false', "'True'", 'Truely']) bad(file(of("'<i4'", '(2,)', order), 8), 'FORMAT')
    for (const header of [
      '',
      '{}',
      '[]',
      "{'descr': '<i4'}",
      `${of("'<i4'", '(2,)')} 1`,
      of("'<i4'", '(2,)').replace('descr', 'extra'),
      of("'<i4'", '(2,)').replace('{', "{'more': 1, "),
      of("'<i4'", '(2,)').replace('{', "{'shape': (2,), "),
      of("'\\x3ci4'", '(2,)'),
      of("__import__('os').abort()", '(2,)'),
      '{'.repeat(5000),
      '('.repeat(9000),
      `${of("'<i4'", '(2,)')}\0`,
    ])
      bad(file(header, 8), 'FORMAT')
    bad(file(of("'<i4'", '(2,)') + ' '.repeat(20_000), 8), 'FORMAT', '10000')
    const lies = file(of("'<i4'", '(2,)'), 8, 2)
    new DataView(lies.buffer, lies.byteOffset).setUint32(8, 0xffffffff, true)
    bad(lies, 'FORMAT', '4294967295')
    const wide = file('', 0, 2)
    new DataView(wide.buffer, wide.byteOffset).setUint32(8, 9999, true)
    bad(wide, 'FORMAT', 'truncated')
  })

  it('refuses every truncation, and gives its memory back', () => {
    const before = ndops.memory().live
    const whole = ndops.toNpy(ndops.zeros([600, 3]))
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 97)
      throws(() => ndops.fromNpy(whole.subarray(0, length)), coded('FORMAT', 'truncated'))
    ok(ndops.memory().live - before < 200_000)
  })

  it('takes any operand and refuses what is none', async () => {
    deepStrictEqual(ndops.fromNpy(ndops.toNpy([[1n, 2n]])).toArray(), [[1n, 2n]])
    deepStrictEqual(ndops.fromNpy(ndops.toNpy(true)).item(), true)
    const stepped = ndops.getItem(ndops.arange(10, { dtype: 'int16' }), '::3')
    deepStrictEqual(ndops.fromNpy(await promises.toNpy(stepped)).toArray(), [0, 3, 6, 9])
    throws(() => ndops.toNpy('x' as never), coded('ARGUMENT'))
    throws(() => ndops.fromNpy('x.npy' as never), coded('BUFFER', '"x.npy"'))
    throws(() => (ndops.fromNpy as () => void)(), coded('ARGUMENT', 'data'))
    throws(() => ndops.fromNpy(new Uint8Array(0), { shape: 1 } as never), coded('OPTION', 'shape'))
    await rejects(promises.fromNpy(new Uint8Array(9)), coded('FORMAT'))
    const gone = ndops.ones([2])
    gone.dispose()
    throws(() => ndops.toNpy(gone), coded('DISPOSED'))
  })

  it('takes operands and bytes as they were when the call was made, and can be aborted', async () => {
    const bytes = Uint8Array.from(ndops.toNpy(new Float32Array(700_000).fill(3)))
    const read = promises.fromNpy(bytes)
    bytes.fill(0)
    const x = await read
    strictEqual(ndops.sum(x).item(), 2_100_000)
    const turned = ndops.getItem(ndops.reshape(x, [1000, 700]), [':', '::-1'])
    const written = promises.toNpy(turned)
    x.dispose()
    turned.dispose()
    strictEqual(ndops.sum(ndops.fromNpy(await written)).item(), 2_100_000)
    const controller = new AbortController()
    const aborted = promises.toNpy(ndops.zeros([900_000]), { signal: controller.signal })
    controller.abort()
    await rejects(aborted, coded('ABORTED'))
    await rejects(promises.toNpy([1], { signal: AbortSignal.abort() }), coded('ABORTED'))
    await rejects(promises.toNpy([1], { signal: 1 } as never), coded('ARGUMENT', 'signal'))
  })

  it('has examples that hold', async () => {
    for (const stem of ['npy', 'npz'])
      await inFolder((folder) => {
        const before = process.cwd()
        process.chdir(folder)
        try {
          ndops.saveNpz('weights.npz', { bias: [1] })
          const examples = examplesIn(readFileSync(join(root(), 'lib/io', `${stem}.ts`), 'utf8'))
          strictEqual(examples.length, 2)
          for (const example of examples) strictEqual(runExample(example), undefined)
        } finally {
          process.chdir(before)
        }
      })
  })
})
