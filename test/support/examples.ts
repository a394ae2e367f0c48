/** The examples in the doc comments of ops: found in the sources, run, and compared with what they say. */

import { ndops } from './ndops'

export interface Example {
  readonly op: string
  /** The code, a line each; what a line gives may stand behind ` // `. */
  readonly lines: readonly string[]
}

/** The exported functions of a source file, each with its `@example` if it has one. */
export function examplesIn(source: string): Example[] {
  const documented = source.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^export (?:const|function) (\w+)/gm)
  return [...documented].map(([, comment = '', op = '']) => {
    const text = comment.replace(/^\s*\* ?/gm, '')
    const block = /@example\s+([\s\S]*?)(?=^@\w|$(?![\s\S]))/m.exec(text)?.[1] ?? ''
    return { op, lines: block.split('\n').filter((line) => line.trim() !== '') }
  })
}

const plain = (x: unknown): unknown => (x instanceof ndops.Tensor ? x.toArray() : Array.isArray(x) ? x.map(plain) : x)

/** Whether a result is what the example says, to the digits that float32 has. */
export function same(got: unknown, want: unknown): boolean {
  if (typeof got === 'number' && typeof want === 'number')
    return Object.is(got, want) || Math.abs(got - want) <= 1e-5 * Math.max(1, Math.abs(want))
  if (Array.isArray(got) && Array.isArray(want))
    return got.length === want.length && got.every((g, i) => same(g, want[i]))
  if (typeof got === 'object' && typeof want === 'object' && got !== null && want !== null) {
    const [a, b] = [got as { readonly [key: string]: unknown }, want as { readonly [key: string]: unknown }]
    return Object.keys(b).every((key) => same(a[key], b[key]))
  }
  return got === want
}

/** Runs an example; says what is wrong with it. */
export function runExample({ op, lines }: Example): string | undefined {
  if (lines.length === 0) return `${op} has no @example`
  const wrong: string[] = []
  const check = (line: string, got: unknown, want: () => unknown): void => {
    const value = plain(got)
    if (!same(value, want()))
      wrong.push(`${line} gives ${JSON.stringify(value, (_, x) => (typeof x === 'bigint' ? `${x}n` : x))}`)
  }
  const body = lines.map((line) => {
    const [, code = line, said] = /^(.*?)\s+\/\/ (.*)$/.exec(line) ?? []
    if (said === undefined || /^\s*(const|let|for|\})/.test(code)) return code
    return `check(${JSON.stringify(line)}, ${code.replace(/;$/, '')}, () => (${said}))`
  })
  // `var` is an op and a reserved word: no parameter can have its name.
  const entries = Object.entries(ndops).filter(([name]) => name !== 'var')
  const code = body.join('\n').replace(/(?<![\w.])var\(/g, 'ops.var(')
  try {
    new Function('ops', 'check', ...entries.map(([name]) => name), code)(
      ndops,
      check,
      ...entries.map(([, value]) => value),
    )
  } catch (error) {
    return `the example of ${op} fails: ${String(error)}`
  }
  return wrong.length === 0 ? undefined : wrong.join('; ')
}
