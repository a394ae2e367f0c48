// The guards of the package and of its binaries, on listings as npm and readelf print them.
import assert from 'node:assert/strict'
import { binaryFaults, highest } from '../../scripts/checkBinary.mjs'
import { packageFaults } from '../../scripts/package/pack.mjs'

describe('scripts/checkBinary', () => {
  const clean = {
    header: '  Machine:   Advanced Micro Devices X86-64',
    dynamic:
      ' (NEEDED)  Shared library: [libc.so.6]\n (NEEDED)  Shared library: [libm.so.6]\n (FLAGS_1)  Flags: NOW NODELETE',
    versions: ' Name: GLIBC_2.14  Flags: none\n Name: GLIBC_2.2.5  Flags: none',
    segments: '  GNU_STACK  0x000000 0x0 0x0 0x000000 0x000000 RW  0',
    size: 6_000_000,
  }
  it('finds nothing in a clean binary', () => assert.deepEqual(binaryFaults('linux-x64', clean), []))
  it('finds the highest version by number', () => {
    assert.deepEqual(highest('GLIBC_2.4 GLIBC_2.28 GLIBC_2.3.4', 'GLIBC'), [2, 28])
    assert.equal(highest('GLIBCXX_3.4', 'GLIBC'), null)
  })
  const planted = {
    'another processor': { header: '  Machine:   AArch64' },
    'a newer C library': { versions: 'GLIBC_2.2.5 GLIBC_2.29' },
    "the system's C++ runtime": { versions: 'GLIBC_2.17 GLIBCXX_3.4.29' },
    'a foreign library': { dynamic: `${clean.dynamic}\n (NEEDED)  Shared library: [libopenblas.so.0]` },
    'a search path': { dynamic: `${clean.dynamic}\n (RUNPATH)  Library runpath: [/build]` },
    'code that relocates itself': { dynamic: `${clean.dynamic}\n (TEXTREL)  0x0` },
    'a binary that may be unloaded': { dynamic: clean.dynamic.replace('NODELETE', '') },
    'an executable stack': { segments: clean.segments.replace('RW ', 'RWE') },
    'a large file': { size: 11 * 2 ** 20 },
  }
  for (const [name, change] of Object.entries(planted))
    it(`finds ${name}`, () => assert.equal(binaryFaults('linux-x64', { ...clean, ...change }).length, 1))
  it('knows what musl has', () => {
    const dynamic = ' (NEEDED)  Shared library: [libc.so]\n (FLAGS_1)  Flags: NOW NODELETE'
    assert.deepEqual(binaryFaults('linuxmusl-x64', { ...clean, dynamic, versions: '' }), [])
    assert.equal(binaryFaults('linuxmusl-x64', { ...clean, versions: '' }).length, 2)
    assert.equal(binaryFaults('linuxmusl-x64', { ...clean, dynamic }).length, 1)
  })
})

describe('scripts/package', () => {
  const manifest = {
    main: 'dist/index.js',
    types: 'dist/index.d.ts',
    bin: { ndops: 'dist/cli.js' },
    exports: { '.': { import: './dist/index.mjs' } },
    gypfile: false,
    scripts: { test: 'x' },
  }
  const names =
    'LICENSE README.md THIRD_PARTY_NOTICES.md package.json dist/cli.js dist/index.js dist/index.d.ts dist/index.mjs'
  const listing = (...more) => ({
    files: [...names.split(' '), ...more].map((path) => ({ path })),
    size: 1,
    unpackedSize: 1,
  })

  it('finds nothing in a package as it should be', () =>
    assert.deepEqual(packageFaults(listing('prebuilds/linux-x64.node'), manifest), []))
  const planted = {
    'a recipe that npm would build': [listing('binding.gyp'), manifest],
    sources: [listing('native/core/cpu.cc'), manifest],
    'a missing entry': [listing(), { ...manifest, exports: { '.': './dist/gone.js' } }],
    'a missing gypfile': [listing(), { ...manifest, gypfile: undefined }],
    'an install script': [listing(), { ...manifest, scripts: { install: 'node-gyp rebuild' } }],
    'a dependency': [listing(), { ...manifest, dependencies: { left: '1' } }],
    'a heavy tarball': [{ ...listing(), size: 26 * 2 ** 20 }, manifest],
    'a heavy installation': [{ ...listing(), unpackedSize: 76 * 2 ** 20 }, manifest],
  }
  for (const [name, [files, made]] of Object.entries(planted))
    it(`finds ${name}`, () => assert.equal(packageFaults(files, made).length, 1))
})
