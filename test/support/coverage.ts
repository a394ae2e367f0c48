/** What the guard in test/core/coverage.test.ts looks at. */

import { kerasName } from './names'

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
