/** Every op's doc comment has an example, and it gives what it says. */

import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { opsAmong } from '../support/coverage'
import { examplesIn, runExample, same } from '../support/examples'
import { ndops, root } from '../support/ndops'

const FAMILIES = readdirSync(join(root(), 'test/fixtures'))
const files = FAMILIES.map((family) => join(root(), 'lib', family))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))

describe('examples in doc comments', () => {
  const names = opsAmong(ndops)
  for (const file of files)
    for (const example of examplesIn(readFileSync(file, 'utf8')))
      if (names.includes(example.op))
        it(example.op, () => {
          strictEqual(runExample(example), undefined)
        })

  it('are found and checked', () => {
    const source =
      '/** Not this. */\nconst a = 1\n\n/**\n * Adds.\n *\n * @example\n * const x = 1\n * x + 1 // 2\n * @see y\n */\nexport const plus = 1\nexport const bare = 2\n'
    deepStrictEqual(examplesIn(source), [
      { op: 'plus', lines: ['const x = 1', 'x + 1 // 2'] },
      { op: 'bare', lines: [] },
    ])
    deepStrictEqual(examplesIn('/** Short. @example f(1) // 2 */\nexport const f = 1')[0]?.lines, ['f(1) // 2 '])
    strictEqual(runExample({ op: 'x', lines: ['[1, [true, -0.5]] // [1, [true, -0.5]]'] }), undefined)
    ok(runExample({ op: 'x', lines: ['1 + 1 // 3'] })?.includes('gives 2'))
    ok(runExample({ op: 'x', lines: ['nowhere()'] })?.includes('fails'))
    ok(runExample({ op: 'x', lines: [] }))
    ok(same([Number.NaN, { re: 1, im: 0 }], [Number.NaN, { re: 1, im: 0 }]) && !same([1], [1, 2]) && !same(1n, 1))
  })
})
