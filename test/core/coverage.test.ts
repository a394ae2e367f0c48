/** The guard: every op has a record and a fixture, and every alias says so. No list is kept by hand. */

import { deepStrictEqual } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixturePath } from '../support/fixtures'
import { ndops, root } from '../support/ndops'
import { kerasName } from '../support/record'

/** The ops among exports: functions that carry their Keras parameters, by their own spelling. */
export function opsAmong(exports: object): string[] {
  const spelled = new Set<string>()
  const names = Object.entries(exports).flatMap(([name, value]) =>
    typeof value === 'function' && 'parameters' in value ? [name] : [],
  )
  for (const name of names) if (kerasName(name) !== name) spelled.add(kerasName(name))
  return names.filter((name) => !spelled.has(name))
}

/** The ops that no source file of tests has a record (or an alias) of. */
export function withoutRecord(ops: readonly string[], sources: readonly string[]): string[] {
  const recorded = new Set(
    sources.flatMap((text) => [...text.matchAll(/\b(?:record|alias)\('(\w+)'/g)].map((match) => match[1])),
  )
  return ops.filter((name) => !recorded.has(name))
}

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
    const recorded = texts.flatMap((text) =>
      [...text.matchAll(/\brecord\('(\w+)'/g)].map((match) => match[1] as string),
    )
    deepStrictEqual(
      recorded.filter((name) => fixturePath(name) === undefined),
      [],
    )
  })

  it('sees an op without a record', () => {
    const op = Object.assign(() => 0, { parameters: { required: [], optional: [] } })
    deepStrictEqual(opsAmong({ expandDims: op, expand_dims: op, floatx: () => 0, abs: op, memory: 1 }), [
      'expandDims',
      'abs',
    ])
    deepStrictEqual(
      withoutRecord(['sum', 'abs', 'absolute'], ["record('abs', {})\nalias('absolute', 'abs')\nrecorded('sum')"]),
      ['sum'],
    )
  })
})
