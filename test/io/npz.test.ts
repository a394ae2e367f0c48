import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { crc32 as nodeCrc } from 'node:zlib'
import { mismatch } from '../support/compare'
import { isCoded, ndops, promises, root } from '../support/ndops'
import { DIRECTORIES, FILES, inFolder } from './files'

const { directoryOf } = require(join(root(), 'dist/io/zip.js')) as typeof import('../../lib/io/zip')
const { crc32, crcByTable } = require(join(root(), 'dist/io/crc.js')) as typeof import('../../lib/io/crc')

const BITS = { ulp: 0, signOfZero: true }
const ARCHIVES = FILES.filter((file) => file.name.endsWith('.npz'))

const coded =
  (code: string, ...words: string[]) =>
  (error: unknown): boolean =>
    isCoded(error) && error.code === `ERR_NDOPS_${code}` && words.every((word) => error.message.includes(word))

const named = (name: string): Buffer => Buffer.from(ARCHIVES.find((one) => one.name === name)?.bytes as Uint8Array)

/** The bytes with some changed: `[place, value]`, places counted from a signature's last place in them. */
function changed(bytes: Buffer, signature: string, ...changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes)
  const at = copy.lastIndexOf(Buffer.from(signature, 'latin1'))
  ok(at >= 0)
  for (const [place, value] of changes) copy[at + place] = value
  return copy
}

const [LOCAL, CENTRAL, END] = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06']

describe('io/npz @level', () => {
  it('reads what NumPy wrote, from files and from memory', () =>
    inFolder(async (folder) => {
      for (const { name, bytes, arrays } of ARCHIVES) {
        if (arrays === undefined) continue
        const path = join(folder, name)
        writeFileSync(path, bytes)
        for (const found of [
          ndops.loadNpz(path),
          ndops.loadNpz(bytes),
          await promises.loadNpz(pathToFileURL(path)),
          await promises.loadNpz(bytes),
        ]) {
          deepStrictEqual(Object.keys(found), Object.keys(arrays), name)
          for (const [key, want] of Object.entries(arrays))
            strictEqual(mismatch(found[key], want, BITS), undefined, `${name}: ${key}`)
        }
      }
    }))

  it('writes what NumPy writes, byte for byte', () =>
    inFolder(async (folder) => {
      for (const { name, bytes, exact } of ARCHIVES) {
        if (!exact) continue
        const path = join(folder, name)
        const arrays = ndops.loadNpz(bytes)
        ndops.saveNpz(path, arrays)
        deepStrictEqual(new Uint8Array(readFileSync(path)), bytes, name)
        await promises.saveNpz(pathToFileURL(path), arrays)
        deepStrictEqual(new Uint8Array(readFileSync(path)), bytes, name)
        ndops.saveNpz(path, arrays, true)
        await promises.saveNpz(`${path}2`, arrays, { compressed: true })
        deepStrictEqual(readFileSync(path), readFileSync(`${path}2`))
        const again = ndops.loadNpz(path)
        for (const [key, x] of Object.entries(arrays))
          deepStrictEqual(ndops.toNpy(again[key] as never), ndops.toNpy(x), `${name}: ${key}`)
      }
      // No draft stays behind.
      ok(readdirSync(folder).every((name) => !name.endsWith('.tmp')))
    }))

  it('writes the directory of archives past 2 and 4 GiB as Python does', () => {
    for (const { entries, offset, bytes } of DIRECTORIES)
      deepStrictEqual(new Uint8Array(directoryOf(entries as never, offset)), bytes)
  })

  it('names arrays by place, and loads only those asked for', () =>
    inFolder((folder) => {
      const path = join(folder, 'x.npz')
      ndops.saveNpz(path, [ndops.ones([2]), 3])
      deepStrictEqual(
        Object.entries(ndops.loadNpz(path)).map(([name, x]) => [name, x.toArray()]),
        [
          ['arr_0', [1, 1]],
          ['arr_1', 3],
        ],
      )
      deepStrictEqual(Object.keys(ndops.loadNpz(path, ['arr_1'])), ['arr_1'])
      deepStrictEqual(Object.keys(ndops.loadNpz(path, { names: [] })), [])
      throws(() => ndops.loadNpz(path, ['other']), coded('ARGUMENT', '"other"'))
      throws(() => ndops.loadNpz(path, 'arr_0' as never), coded('ARGUMENT', 'names'))
    }))

  it('tells of files that cannot be read or written, and leaves what was there', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'x.npz')
      const missing = (error: unknown) =>
        coded('FILE', 'ENOENT')(error) && (error as { cause: { code: string } }).cause.code === 'ENOENT'
      throws(() => ndops.loadNpz(path), missing)
      await rejects(promises.loadNpz(path), missing)
      throws(() => ndops.loadNpz(folder), coded('FILE'))
      throws(() => ndops.saveNpz(join(folder, 'no/x.npz'), []), missing)
      ndops.saveNpz(path, { a: [1] })
      const gone = ndops.ones([2])
      gone.dispose()
      throws(() => ndops.saveNpz(path, { a: [2], gone }), coded('DISPOSED'))
      const files = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0)
      const opened = files()
      // Aborted at any step, nothing stays open or behind.
      for (let turn = 0; turn < 12; turn++)
        for (const call of [
          (signal: AbortSignal) => promises.saveNpz(path, { a: [1] }, { signal }),
          (signal: AbortSignal) => promises.loadNpz(path, { signal }),
        ]) {
          const controller = new AbortController()
          const done = call(controller.signal)
          for (let i = 0; i < turn; i++) await new Promise((resolve) => setImmediate(resolve))
          controller.abort()
          await (done as Promise<unknown>).catch((error: unknown) => ok(coded('ABORTED')(error), String(error)))
        }
      strictEqual(files(), opened)
      const controller = new AbortController()
      const aborted = promises.saveNpz(path, { a: ndops.zeros([500_000]) }, { signal: controller.signal })
      controller.abort()
      await rejects(aborted, coded('ABORTED'))
      deepStrictEqual(ndops.loadNpz(path).a?.toArray(), [1])
      deepStrictEqual(readdirSync(folder), ['x.npz'])
      throws(() => ndops.saveNpz(3 as never, []), coded('ARGUMENT', 'path'))
      throws(() => ndops.saveNpz(path, 3 as never), coded('ARGUMENT', '3'))
      throws(() => ndops.saveNpz(path, { 'a\0b': [1] }), coded('ARGUMENT'))
      throws(() => ndops.saveNpz(path, { '\ud800': [1] }), coded('ARGUMENT'))
      throws(() => ndops.saveNpz(path, {}, { compress: true } as never), coded('OPTION', 'compressed'))
      throws(() => ndops.saveNpz(path, {}, 1 as never), coded('ARGUMENT', 'compressed'))
      throws(() => ndops.loadNpz(3 as never), coded('ARGUMENT', '3'))
    }))

  it('says what is wrong with an archive', async () => {
    const plain = named('several.npz')
    const packed = named('several compressed.npz')
    const bad = async (bytes: Uint8Array, ...words: string[]) => {
      throws(() => ndops.loadNpz(bytes), coded('FORMAT', ...words))
      await rejects(promises.loadNpz(bytes), coded('FORMAT', ...words))
    }
    await bad(new Uint8Array(0), 'end record')
    await bad(new Uint8Array(70_000), 'end record')
    await bad(plain.subarray(0, plain.length - 1), 'end record')
    await bad(Buffer.concat([plain, Buffer.from('x')]), 'end record')
    await bad(changed(plain, END, [10, 200]), 'directory')
    await bad(changed(plain, END, [10, 5]), 'directory')
    await bad(changed(plain, END, [4, 1]), 'several parts')
    await bad(changed(plain, END, [15, 200]), 'directory')
    await bad(changed(plain, END, [19, 200]), 'directory')
    await bad(changed(plain, CENTRAL, [0, 0]), 'directory')
    await bad(changed(plain, CENTRAL, [8, 1]), 'encrypted')
    await bad(changed(plain, CENTRAL, [10, 12]), 'differ')
    await bad(changed(changed(plain, CENTRAL, [10, 12]), LOCAL, [8, 12]), 'method 12')
    await bad(changed(plain, CENTRAL, [20, 1]), 'cannot hold')
    await bad(changed(plain, CENTRAL, [45, 100]), 'runs into')
    await bad(changed(plain, CENTRAL, [46, 0x78]), 'differ')
    await bad(changed(plain, CENTRAL, [24, 255], [25, 255], [26, 255], [27, 255]), 'lacks its size')
    await bad(changed(plain, LOCAL, [0, 0]), 'not where')
    await bad(changed(plain, LOCAL, [29, 255]), 'truncated')
    await bad(changed(plain, CENTRAL, [16, 1]), 'CRC', '(array "turned")')
    await bad(changed(packed, CENTRAL, [16, 1]), 'CRC', '(array "turned")')
    await bad(changed(packed, CENTRAL, [26, 200]), 'cannot hold')
    await bad(changed(packed, CENTRAL, [25, 2]), 'instead of')
    await bad(changed(packed, CENTRAL, [24, 1], [25, 0]), 'compressed data')
    await bad(changed(packed, CENTRAL, [20, 1], [21, 0]), 'compressed data')
    await bad(changed(plain, 'NUMPY', [0, 0x6e]), 'magic', '(array "turned")')
    const wide = named('zip64 throughout.npz')
    await bad(changed(wide, 'PK\x06\x06', [0, 0]), 'zip64')
    await bad(changed(wide, 'PK\x06\x07', [15, 255]), 'larger than a file')
    await bad(changed(wide, 'PK\x06\x06', [16, 1]), 'several parts')
    await bad(changed(wide, 'PK\x06\x06', [36, 255]), 'directory')
    for (const { name, bytes, throws: code } of ARCHIVES)
      if (code !== undefined) throws(() => ndops.loadNpz(bytes), coded(code.slice('ERR_NDOPS_'.length)), name)
  })

  it('refuses entries over one another and of one name', () => {
    const one = named('zeros.npz')
    const start = one.lastIndexOf(Buffer.from(CENTRAL, 'latin1'))
    const end = one.lastIndexOf(Buffer.from(END, 'latin1'))
    const twice = Buffer.concat([one.subarray(0, end), one.subarray(start, end), one.subarray(end)])
    const length = end - start
    const bomb = changed(twice, END, [8, 2], [10, 2], [12, (2 * length) & 255], [13, (2 * length) >> 8])
    throws(() => ndops.loadNpz(bomb), coded('FORMAT', 'runs into'))
    // The same bytes once more in front, so that nothing is shared.
    const entry = one.subarray(0, start)
    const second = changed(one.subarray(start, end), CENTRAL, [42, entry.length & 255], [43, entry.length >> 8])
    const record = changed(
      bomb.subarray(2 * length + start),
      END,
      [16, (2 * entry.length) & 255],
      [17, (2 * entry.length) >> 8],
    )
    const both = Buffer.concat([entry, entry, one.subarray(start, end), second, record])
    throws(() => ndops.loadNpz(both), coded('FORMAT', 'two arrays named "x"'))
  })

  it('inflates no more than an entry says, nor than the memory limit allows', () => {
    const zeros = ndops.zeros([4_000_000])
    return inFolder(async (folder) => {
      const path = join(folder, 'zeros.npz')
      await promises.saveNpz(path, { zeros }, { compressed: true })
      zeros.dispose()
      const bytes = readFileSync(path)
      ok(bytes.length < 20_000)
      ndops.setMemoryLimit(8_000_000)
      try {
        throws(() => ndops.loadNpz(path), coded('MEMORY_LIMIT'))
      } finally {
        ndops.setMemoryLimit(0)
      }
      throws(() => ndops.loadNpz(changed(bytes, CENTRAL, [26, 0])), coded('FORMAT', 'compressed data'))
      const before = ndops.memory().live
      ndops.loadNpz(path).zeros?.dispose()
      ok(ndops.memory().live <= before)
    })
  })

  it('gives back the arrays that it had read where a later one is bad', () =>
    inFolder((folder) => {
      const path = join(folder, 'x.npz')
      ndops.saveNpz(path, { a: ndops.zeros([100_000]), b: ndops.zeros([10]) })
      const before = ndops.memory().live
      const bad = changed(readFileSync(path), CENTRAL, [16, 1])
      for (let round = 0; round < 3; round++) throws(() => ndops.loadNpz(bad), coded('FORMAT', 'CRC', '"b"'))
      ok(ndops.memory().live - before < 100_000)
    }))

  it('leaves the event loop to others', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'x.npz')
      const x = ndops.reshape(ndops.arange(3_000_000), [1000, 3000])
      for (const compressed of [false, true]) {
        let turns = 0
        const timer = setInterval(() => turns++, 1)
        try {
          const saved = promises.saveNpz(path, { x, y: ndops.getItem(x, [':', '::-2']) }, { compressed })
          await saved
          ok(turns > 0, `no turn while ${compressed ? 'compressing' : 'writing'}`)
          const loaded = await promises.loadNpz(path)
          strictEqual(ndops.all(ndops.equal(loaded.x as never, x)).item(), true)
          deepStrictEqual(loaded.y?.shape, [1000, 1500])
        } finally {
          clearInterval(timer)
        }
      }
    }))

  it('has one CRC with and without the host', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3)
    strictEqual(crcByTable(Buffer.from('123456789')), 0xcbf43926)
    strictEqual(crc32(bytes.subarray(1000), crcByTable(bytes.subarray(0, 1000))), crcByTable(bytes))
    if (nodeCrc !== undefined) strictEqual(nodeCrc(bytes), crcByTable(bytes))
  })
})
