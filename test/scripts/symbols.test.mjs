// The guard itself is tested: on listings as nm prints them, and on real objects with a planted fault.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { addonFaults, fusedFaults, libmFaults, objectFaults } from '../../scripts/checkSymbols.mjs'

const table = '_ZN5ndops2v34sortE D 0 10'

describe('scripts/checkSymbols', () => {
  it('finds nothing in a clean object', () => {
    const listing = [
      table,
      '_ZN8xsimd_v35batchIfE3addEv W 0 10',
      '_ZNK5ndops2v34Loop3runEv W 0 1',
      'memcpy U  ',
      'x t 0 1',
    ]
    assert.deepEqual(objectFaults('v3', listing.join('\n'), ''), [])
  })
  const planted = {
    'a weak symbol of the C++ library': [`${table}\n_ZSt3minIfERKT_S2_S2_ W 0 10`, ''],
    "another level's copy of xsimd": [`${table}\n_ZN8xsimd_v45batchIfE3addEv W 0 10`, ''],
    'a weak symbol in ndops itself': [`${table}\n_ZN5ndops8itemSizeEv W 0 10`, ''],
    'a second exported symbol': [`${table}\n_ZN5ndops2v35extraE R 0 10`, ''],
    'a table of the wrong level': ['_ZN5ndops2v44sortE D 0 10', ''],
    'no table': ['memcpy U  ', ''],
    'a container': [`${table}\n_Znwm U  `, ''],
    'a static constructor': [table, '  [ 8] .init_array INIT_ARRAY'],
  }
  for (const [name, [listing, sections]] of Object.entries(planted)) {
    it(`finds ${name}`, () => assert.equal(objectFaults('v3', listing, sections).length, 1))
  }

  it('finds what rounds as the platform likes', () => {
    const exact = ['floor', 'ceilf', 'fmod', 'frexp', 'ldexp', 'nearbyint', 'memcpy', '_ZN5ndops3expEv']
    assert.deepEqual(libmFaults(exact.map((name) => `${name} U  `).join('\n')), [])
    assert.deepEqual(libmFaults('exp T 0 1\nlog t 0 1'), [])
    for (const name of ['fma', 'exp', 'powf', 'log1p', 'sinh', 'atan2f', 'hypotl', 'lgamma', 'cos'])
      assert.equal(libmFaults(`${name} U  `).length, 1, name)
  })

  it('finds an addon that exports too much or too little, or needs V8 or libuv', () => {
    const both = 'napi_register_module_v1 T 0 1\nnode_api_module_get_api_version_v1 T 0 1'
    assert.deepEqual(addonFaults(both, 'napi_throw U  \nmemcpy@GLIBC_2.14 U  '), [])
    assert.equal(addonFaults(`${both}\ncblas_sgemm T 0 1`, '').length, 1)
    assert.equal(addonFaults('napi_register_module_v1 T 0 1', '').length, 1)
    assert.equal(addonFaults(both, 'uv_queue_work U  ').length, 1)
    assert.equal(addonFaults(both, '_ZN2v87Isolate10GetCurrentEv U  ').length, 1)
  })

  it('finds them in what the compiler really writes', function () {
    if (process.platform !== 'linux') this.skip()
    this.timeout(60_000)
    const folder = mkdtempSync(path.join(tmpdir(), 'ndops-symbols-'))
    try {
      const faultsOf = (code) => {
        const [source, object] = [path.join(folder, 'a.cc'), path.join(folder, 'a.o')]
        writeFileSync(source, code)
        execFileSync('c++', ['-std=c++17', '-O1', '-fPIC', '-c', source, '-o', object])
        const out = (command, ...args) => execFileSync(command, [...args, object], { encoding: 'utf8' })
        return objectFaults('v3', out('nm', '-P'), out('readelf', '-SW'))
      }
      const offer = 'namespace ndops::v3 { extern const int sort; const int sort = 1; }'
      assert.deepEqual(faultsOf(`namespace { int f() { return 1; } }\n${offer}`), [])
      assert.match(faultsOf(`int f(); namespace { int x = f(); }\n${offer}`).join(), /static constructor/)
      const weak = `template <class T> __attribute__((noinline)) T twice(T x) { return x + x; }\n${offer}`
      assert.match(
        faultsOf(`${weak}\nnamespace { int g(int x) { return twice(x); } auto* p __attribute__((used)) = g; }`).join(),
        /weak/,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('finds fused multiply-adds where the bits are promised', () => {
    const code = '   6677:\tvfmaddsub231pd (%r9),%xmm2,%xmm0\n'
    assert.equal(fusedFaults('reductions/reduce.simd.cc.o', code).length, 1)
    assert.equal(fusedFaults('linalg/matmul.simd.cc.o', '  10:\tfmla\tv0.4s, v1.4s, v2.4s\n').length, 1)
    assert.deepEqual(fusedFaults('elementwise/exponential.simd.cc.o', code), [])
    assert.deepEqual(fusedFaults('reductions/reduce.simd.cc.o', '  10:\tvmulpd %xmm0,%xmm1,%xmm2\n'), [])
  })
})
