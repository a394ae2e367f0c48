// Writes the tables of measured errors in docs/numerics.md from what the exhaustive and the sampled checks left behind, a
// file a level:
//   node scripts/errorTable.mjs <commit> build/exhaustive-v3.txt build/exhaustive-v4.txt
//   node scripts/errorTable.mjs --sampled <commit> build/sampled-v2.txt build/sampled-neon.txt
// Lines are `<level> <function> <dtype>: <ulp> at <argument>` (test/native/exhaustive/math.cc). Functions that were not
// run yet are left out.
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isMain, root, stop } from './support/run.mjs'

const LINE = /^(\w+) (\w+) (float32|float64): ([\d.e+]+) at /

/** The table's Markdown, from the files' text. */
export function errorTable(texts, commit, processor) {
  const errors = new Map()
  const columns = new Set()
  for (const line of texts.join('\n').split('\n')) {
    const [, level, name, dtype, ulp] = LINE.exec(line) ?? []
    if (ulp === undefined) continue
    const column = `${dtype} ${level}`
    columns.add(column)
    if (!errors.has(name)) errors.set(name, new Map())
    errors.get(name).set(column, (Math.ceil(Number(ulp) * 1000) / 1000).toFixed(3))
  }
  const order = [...columns].sort()
  const row = (cells) => `| ${cells.join(' | ')} |`
  return [
    `Measured at commit ${commit} on ${processor}.`,
    '',
    row(['op', ...order]),
    row(['---', ...order.map(() => '---:')]),
    ...[...errors].map(([name, found]) => row([`\`${name}\``, ...order.map((column) => found.get(column) ?? '')])),
  ].join('\n')
}

/** The marks around a table in the page. */
const marks = (kind) => [`<!-- ${kind} errors: scripts/errorTable.mjs -->`, `<!-- end of ${kind} errors -->`]

if (isMain(import.meta.url)) {
  const sampled = process.argv[2] === '--sampled'
  const [commit, ...files] = process.argv.slice(sampled ? 3 : 2)
  if (files.length === 0) stop('usage: node scripts/errorTable.mjs [--sampled] <commit> <results> ...')
  const [first, last] = marks(sampled ? 'sampled' : 'measured')
  const page = path.join(root, 'docs/numerics.md')
  const text = readFileSync(page, 'utf8')
  const [begin, end] = [text.indexOf(first), text.indexOf(last)]
  if (begin < 0 || end < begin) stop(`docs/numerics.md has lost the marks around its table: ${first} and ${last}`)
  const processor = os.cpus()[0]?.model.trim() ?? process.arch
  const table = errorTable(
    files.map((file) => readFileSync(file, 'utf8')),
    commit,
    processor,
  )
  writeFileSync(page, `${text.slice(0, begin + first.length)}\n${table}\n${text.slice(end)}`)
}
