// The guards of the package and of its binaries, on listings as npm and readelf print them.
import assert from 'node:assert/strict'
import { binaryFaults, highest, imageFaults } from '../../scripts/checkBinary.mjs'
import { missing } from '../../scripts/package/complete.mjs'
import { packageFaults } from '../../scripts/package/pack.mjs'
import { hostApi, names } from '../../scripts/prebuild/hostApi.mjs'
import { missingKernels } from '../../scripts/prebuild/traps.mjs'
import { universal } from '../../scripts/prebuild/universal.mjs'
import { machO, slices } from '../../scripts/support/images.mjs'

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

describe('scripts/checkBinary, of macOS and Windows', () => {
  const entries = ['napi_register_module_v1', 'node_api_module_get_api_version_v1']
  const thin = (arch) => ({
    arch,
    libraries: ['/usr/lib/libSystem.B.dylib'],
    paths: [],
    least: [12, 0],
    exported: ['_mh_dylib_header', ...entries],
    undefined: ['napi_create_object', 'malloc'],
  })
  const pair = (change = {}) => [{ ...thin('x64'), ...change }, thin('arm64')]
  const forWindows = { arch: 'x64', libraries: ['KERNEL32.dll', 'api-ms-win-crt-heap-l1-1-0.dll'], exported: entries }

  it('finds nothing in clean binaries', () => {
    assert.deepEqual(imageFaults('darwin-universal', pair(), 1), [])
    assert.deepEqual(imageFaults('win32-x64', [forWindows], 1), [])
  })
  const planted = {
    'half of a universal binary': ['darwin-universal', [thin('x64')]],
    'a foreign library': ['darwin-universal', pair({ libraries: ['/opt/homebrew/lib/libopenblas.dylib'] })],
    'a search path': ['darwin-universal', pair({ paths: ['@loader_path'] })],
    'a newer system': ['darwin-universal', pair({ least: [13, 0] })],
    'a surplus export': ['darwin-universal', pair({ exported: [...entries, 'cblas_sgemm'] })],
    'a kernel that is not there': ['darwin-universal', pair({ undefined: ['saxpy_k_HASWELL'] })],
    'a function of its own that is not there': ['darwin-universal', pair({ undefined: ['_ZN5ndops10stayLoadedEv'] })],
    'a C++ runtime': ['win32-x64', [{ ...forWindows, libraries: ['libc++.dll'] }]],
    'a host by its name': ['win32-x64', [{ ...forWindows, libraries: ['node.exe'] }]],
    'another processor': ['win32-arm64', [forWindows]],
    'a large file': ['win32-x64', [forWindows], 11 * 2 ** 20],
  }
  for (const [name, [key, images, size = 1]] of Object.entries(planted))
    it(`finds ${name}`, () => assert.equal(imageFaults(key, images, size).length, 1))
})

describe('scripts/prebuild', () => {
  it('knows the kernels that the tables of OpenBLAS name and nothing defines', () => {
    const listing = `l.a[setparam_ZEN.o]: sgemm_kernel_ZEN U\nl.a[setparam_ZEN.o]: saxpy_k_ZEN U
l.a[setparam_ZEN.o]: gotoblas_ZEN D\nl.a[setparam_ZEN.o]: getenv U\nl.a[sgemm_kernel_ZEN.o]: sgemm_kernel_ZEN T 0 1
l.a[memory.o]: sdot_k_ZEN U`
    assert.deepEqual(missingKernels(listing), ['saxpy_k_ZEN'])
  })
  it('joins Mach-O files', () => {
    const thin = (processor, size) => {
      const file = Buffer.alloc(size, 7)
      for (const [at, value] of [0xfeedfacf, processor, 0, 6, 0].entries()) file.writeUInt32LE(value, 4 * at)
      return file
    }
    const files = [thin(0x01000007, 20_000), thin(0x0100000c, 333)]
    const joined = universal(files)
    assert.deepEqual(slices(joined), files)
    assert.deepEqual(
      slices(joined).map((file) => machO(file).arch),
      ['x64', 'arm64'],
    )
    assert.equal(joined.readUInt32BE(16) % 2 ** 14, 0)
    assert.throws(() => universal([Buffer.alloc(64)]), TypeError)
  })
  it('looks up every function of Node-API in the program on Windows', () => {
    const all = names(9)
    assert.ok(all.includes('napi_create_external_arraybuffer') && all.includes('napi_module_register'))
    for (const arch of ['x64', 'arm64']) {
      const source = hostApi(arch, all)
      for (const name of all)
        assert.ok(source.includes(`{&ndops_at_${name}, "${name}"}`) && source.includes(`${name}: `))
    }
  })
})

describe('scripts/package', () => {
  it('knows which binaries are not there', () =>
    assert.deepEqual(
      missing(['linux-x64', 'win32-x64'], (file) => file.endsWith('linux-x64.node')),
      ['win32-x64'],
    ))

  const manifest = {
    private: true,
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
    'a checkout that npm would publish': [listing(), { ...manifest, private: undefined }],
    'an install script': [listing(), { ...manifest, scripts: { install: 'node-gyp rebuild' } }],
    'a dependency': [listing(), { ...manifest, dependencies: { left: '1' } }],
    'a heavy tarball': [{ ...listing(), size: 26 * 2 ** 20 }, manifest],
    'a heavy installation': [{ ...listing(), unpackedSize: 76 * 2 ** 20 }, manifest],
  }
  for (const [name, [files, made]] of Object.entries(planted))
    it(`finds ${name}`, () => assert.equal(packageFaults(files, made).length, 1))
})
