// The guard itself is tested: each rule fails on a tree that breaks it, and on nothing else.
import assert from 'node:assert/strict'
import { layerFaults } from '../../scripts/checkLayers.mjs'

const faultsOf = (files) => layerFaults(new Map(Object.entries(files)))

const clean = {
  'lib/core/native.ts': "export const addon = require('../build/ndops.node')",
  'lib/core/launch.ts': "import { addon } from './native'\nimport { shape } from './shape'",
  'lib/core/shape.ts': '// the only file that may require a .node is ./native\nexport const shape = 1',
  'lib/tensor.ts': "import { shape } from './core/shape'",
  'lib/sorting/sort.ts': "import { shape } from '../core/shape'\nimport { take } from '../indexing/gather'",
  'lib/indexing/gather.ts': "import type { sort } from '../sorting/sort'",
  'lib/index.ts': "export { sort } from './sorting/sort'",
  'native/core/kernel.h': '#include <cstdint>',
  'native/core/parallel.cc': '#include <pthread.h>\nvoid f() { pthread_create(0, 0, 0, 0); }',
  'native/core/system.cc': '#include <thread>\nint n = std::thread::hardware_concurrency();',
  'native/simd/batch.h': '#include <xsimd/xsimd.hpp>\n#include "core/kernel.h"',
  'native/sorting/sort.simd.cc': '#include <immintrin.h>\n#include "simd/batch.h"\n#include <cmath>',
  'native/sorting/sort.cc': '#include <vector>\n#include "core/kernel.h"',
  'native/linalg/blas.h': '',
  'native/linalg/matmul.cc': '#include <cblas.h>\n#include <Eigen/Core>',
  'native/binding/addon.cc': '#include <napi.h>\n#include "linalg/blas.h"',
}

const planted = {
  'a second loader': ['lib/sorting/sort.ts', "const x = require('./ndops.node')"],
  'a call past the bridge': ['lib/core/shape.ts', "import { addon } from './native'"],
  'core that knows a family': ['lib/core/shape.ts', "import { sort } from '../sorting/sort'"],
  'a Tensor that knows an op': ['lib/tensor.ts', "import { sort } from './sorting/sort'"],
  'an import over several lines': ['lib/tensor.ts', "import {\n  sort,\n} from './sorting/sort'"],
  'a family that knows the index': ['lib/sorting/sort.ts', "import { add } from '../index'"],
  'a circle of imports': ['lib/indexing/gather.ts', "import { sort } from '../sorting/sort'"],
  'Node-API in a kernel': ['native/sorting/sort.cc', '#include <node_api.h>'],
  'BLAS outside linalg': ['native/sorting/sort.cc', '  #include <cblas.h>'],
  'Eigen outside linalg': ['native/core/kernel.h', '#include <Eigen/Dense>'],
  'intrinsics in a driver': ['native/sorting/sort.cc', '#include <emmintrin.h>'],
  'xsimd in core': ['native/core/kernel.h', '#include "xsimd/xsimd.hpp"'],
  'a thread of its own': ['native/sorting/sort.cc', 'void f() { std::thread t; }'],
  'core that includes a family': ['native/core/kernel.h', '#include "sorting/sort.h"', 'native/sorting/sort.h'],
  'a kernel that includes the binding': ['native/sorting/sort.cc', '#include "binding/env.h"', 'native/binding/env.h'],
  'a source that includes a source': ['native/sorting/sort.cc', '#include "linalg/matmul.cc"'],
  'a container in a level file': ['native/sorting/sort.simd.cc', '#include <vector>'],
  'an algorithm through a header': ['native/simd/batch.h', '#include <algorithm>'],
}

describe('scripts/checkLayers', () => {
  it('finds nothing in a clean tree', () => {
    assert.deepEqual(faultsOf(clean), [])
  })
  for (const [name, [file, text, ...others]] of Object.entries(planted)) {
    it(`finds ${name}`, () => {
      const empty = Object.fromEntries(others.map((other) => [other, '']))
      const faults = faultsOf({ ...clean, ...empty, [file]: text })
      assert.notEqual(faults.length, 0)
    })
  }
})
