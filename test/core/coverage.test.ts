/** The guard: every op has a record and a fixture, and every alias says so. No list is kept by hand. */

import { deepStrictEqual } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { opsAmong, recorded, withoutRecord, withReference } from '../support/coverage'
import { fixturePath } from '../support/fixtures'
import { ndops, root } from '../support/ndops'

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.test.ts') && entry.name !== 'coverage.test.ts' ? [readFileSync(path, 'utf8')] : []
  })
}

describe('coverage', () => {
  const texts = sources(join(root(), 'test'))
  const names = opsAmong(ndops)

  it('every op has a record', () => {
    deepStrictEqual(withoutRecord(names, texts), [])
  })

  it('every record that is no alias has a fixture', () => {
    deepStrictEqual(
      recorded(texts).filter((name) => fixturePath(name) === undefined),
      withReference(texts),
    )
  })

  it('sees an op without a record', () => {
    const op = Object.assign(() => 0, { parameters: { required: [], optional: [] } })
    deepStrictEqual(opsAmong({ expandDims: op, expand_dims: op, floatx: () => 0, abs: op, memory: 1 }), [
      'expandDims',
      'abs',
    ])
    const sources = [
      "record('abs', {})\nalias('absolute', 'abs')\nrecorded('sum')",
      "for (const name of 'any all'.split(' ')) record(name)",
    ]
    deepStrictEqual(withoutRecord(['sum', 'abs', 'absolute', 'any', 'all'], sources), ['sum'])
  })
})
