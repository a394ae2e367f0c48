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

/** The names in calls by name, `record('abs'`, and in loops, `for (const name of 'a b'.split(' ')) record(name`. */
function named(call: string, source: string): string[] {
  const each = source.matchAll(new RegExp(`\\b${call}\\('(\\w+)'`, 'g'))
  const loops = source.matchAll(new RegExp(`for \\(const name of '([\\w ]+)'\\.split\\(' '\\)\\) ${call}\\(name`, 'g'))
  return [...[...each].map(([, name = '']) => name), ...[...loops].flatMap(([, names = '']) => names.split(' '))]
}

/** The ops that have a record. Those that bring a reference of their own have no fixture. */
export const recorded = (sources: readonly string[]): string[] => sources.flatMap((text) => named('record', text))
const REFERENCE = /\brecord\('(\w+)', \{\s*reference:/g
export const withReference = (sources: readonly string[]): string[] =>
  sources.flatMap((text) => [...text.matchAll(REFERENCE)].map(([, name = '']) => name))

/** The ops that no source file of tests has a record (or an alias) of. */
export function withoutRecord(ops: readonly string[], sources: readonly string[]): string[] {
  const aliases = sources.flatMap((text) => named('alias', text))
  const known = new Set([...recorded(sources), ...aliases])
  return ops.filter((name) => !known.has(name))
}
