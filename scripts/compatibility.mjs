// npm run docs: docs/compatibility.md, the table of Keras's functions, from what the tests check: the pages' list
// (test/surface), the dtypes of the fixtures, and docs/differences.md. `npm test` fails where they have parted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { isMain, root } from './support/run.mjs'

const DTYPES =
  'bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 bfloat16 float16 float32 float64 complex64 complex128'.split(
    ' ',
  )
const GROUPS = {
  bool: ['bool'],
  integers: DTYPES.filter((dtype) => dtype.includes('int')),
  'half floats': ['bfloat16', 'float16'],
  floats: ['float32', 'float64'],
  complex: ['complex64', 'complex128'],
}

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())

function fixtures() {
  const folder = path.join(root, 'test/fixtures')
  const found = new Map()
  for (const family of readdirSync(folder))
    for (const file of readdirSync(path.join(folder, family)))
      if (file.endsWith('.json')) {
        const fixture = JSON.parse(readFileSync(path.join(folder, family, file), 'utf8'))
        if (fixture.op) found.set(fixture.op, fixture)
      }
  return found
}

/** The dtypes of first operands that the fixture's rows give a result for; without rows, those that its cases deal in. */
export function accepted({ dtypes, cases }) {
  if (dtypes === undefined) {
    const text = JSON.stringify(cases.filter((one) => one.throws === undefined))
    const found = DTYPES.filter((dtype) => text.includes(`"${dtype}"`))
    // A few say nothing: the op does not look at dtypes.
    return found.length >= 8 ? found : undefined
  }
  const rows = dtypes.map((row) => row.split(' '))
  return DTYPES.filter((_, i) => (rows.length === 1 ? rows[0] : rows[i])[i] !== '!')
}

function marks(fixture) {
  const known = fixture && accepted(fixture)
  return Object.values(GROUPS).map((group) => {
    if (known === undefined) return ''
    const count = group.filter((dtype) => known.includes(dtype)).length
    return count === group.length
      ? 'yes'
      : count === 0
        ? 'no'
        : group.filter((dtype) => known.includes(dtype)).join(', ')
  })
}

/** The headings of docs/differences.md under which an op is named. */
export function mentions(differences, name) {
  const word = new RegExp(`(?<![\\w.])${name}(?![\\w])`)
  return differences
    .split(/^## /m)
    .slice(1)
    .filter((section) => [...section.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*/g)].some((match) => word.test(match[0])))
    .map((section) => section.slice(0, section.indexOf('\n')))
}

export function compatibility() {
  const ops = createRequire(import.meta.url)(path.join(root, 'dist/index.js'))
  const known = fixtures()
  // An alias is the same function: it has the fixture of the other name.
  const named = (name) =>
    known.get(name) ?? known.get(Object.keys(ops).find((other) => ops[other] === ops[name] && known.has(other)))
  const differences = readFileSync(path.join(root, 'docs/differences.md'), 'utf8')
  const rows = readFileSync(path.join(root, 'test/surface/pages.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const name = line.slice(0, line.indexOf('('))
      const own = camel(name)
      const see = mentions(differences, own).map((title) => `[${title}](differences.md#${title.toLowerCase()})`)
      return `| \`${line}\` | [\`${own}\`](reference.md#${own}) | ${[...marks(named(own)), see.join(', ')].join(' | ')} |`
    })
  return `<!-- Made by scripts/compatibility.mjs from the tests' fixtures; do not edit. -->

# Compatibility

The functions of Keras's two pages as the pages have them, ndops's name, and the dtypes of operands that each takes: "yes" is the
whole group, "no" a TypeError, blank where the question has no meaning; of what makes tensors, the dtypes that it makes. Beside it, where docs/differences.md names it. All ${rows.length}
also stand in \`ndops/promises\`, and under Keras's spelling.

| Keras | ndops | ${Object.keys(GROUPS).join(' | ')} | differences |
| --- | --- | ${Object.keys(GROUPS)
    .map(() => '---')
    .join(' | ')} | --- |
${rows.join('\n')}
`
}

const file = path.join(root, 'docs/compatibility.md')

/** Whether docs/compatibility.md is what the tests say. */
export const isCurrent = () => readFileSync(file, 'utf8') === compatibility()

if (isMain(import.meta.url)) writeFileSync(file, compatibility())
