/** Every example of Keras's two pages gives what the page prints, or stands in docs/differences.md with what it gives here. */

import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ndops, promises, root } from '../support/ndops'
import { CORE } from './corePage'
import { NUMPY } from './numpyPage'
import { against, type Statement, statementsOf, type Translations } from './printed'

const PAGES: { readonly [address: string]: Translations } = {
  'https://keras.io/api/ops/core/': CORE,
  'https://keras.io/api/ops/numpy/': NUMPY,
}
/** What the pages show, counted when the list was made from them. */
const STATEMENTS = 120
const FUNCTIONS = 50

const read = (file: string): string => readFileSync(join(root(), file), 'utf8')
/** The rows of the table: the page's statement, and what it gives here. */
const section =
  read('docs/differences.md')
    .split(/^## /m)
    .find((part) => part.startsWith("The pages' examples")) ?? ''
const differences = [...section.matchAll(/^\| `([^`]+)` \| .* \| `([^`]+)` \| .+ \|$/gm)].map(
  ([, code, gives]) => `${code}: ${gives}`,
)

async function resultOf(run: () => unknown): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    return error
  }
}

describe("the pages' examples", () => {
  const pages = statementsOf(read('test/surface/examples.txt'))
  const all = [...pages.values()].flat()

  it('are listed, all of them, and translated one by one', () => {
    deepStrictEqual([...pages.keys()], Object.keys(PAGES))
    strictEqual(all.length, STATEMENTS)
    strictEqual(new Set(all.map(({ name }) => name)).size, FUNCTIONS)
    for (const [address, statements] of pages) {
      const counted: { [name: string]: number } = {}
      for (const { name } of statements) counted[name] = (counted[name] ?? 0) + 1
      const given = Object.entries(PAGES[address] ?? {}).map(([name, { length }]) => [name, length])
      deepStrictEqual(Object.fromEntries(given), counted)
    }
  })

  const differing: string[] = []
  for (const [address, statements] of pages) {
    const left = new Map(Object.entries(PAGES[address] ?? {}).map(([name, list]) => [name, [...list]]))
    for (const statement of statements) {
      const { name, code, prints } = statement
      const translation = left.get(name)?.shift()
      if (translation === undefined) continue
      const { run, gives, differs } = translation
      if (differs) differing.push(`${code}: ${gives}`)
      it(`${name}: ${code}`, async () => {
        for (const k of [ndops, promises as unknown as typeof ndops]) {
          const got = await resultOf(() => run(k))
          if (prints !== undefined)
            strictEqual(against(got, prints) !== undefined, differs === true, against(got, prints))
          if (gives !== undefined || prints === undefined) strictEqual(against(got, gives ?? 'nothing'), undefined)
        }
      })
    }
  }

  it('that differ are those of docs/differences.md', () => {
    deepStrictEqual(differences.sort(), differing.sort())
  })

  it('are read and compared as printed', () => {
    const matrix = ndops.array([[1, 2]], 'int32')
    strictEqual(against(matrix, 'array([[ 1  2]], shape=(1, 2), dtype=int32)'), undefined)
    strictEqual(against(matrix, 'array([[1,\t2]])'), undefined)
    for (const wrong of ['array([[1, 2]], dtype=int64)', 'array([1, 2])', 'array([[1, 3]])', 'array([[1]])', 'E', '1'])
      ok(against(matrix, wrong) !== undefined, wrong)
    strictEqual(against(ndops.array(0.12345), '0.12345'), undefined)
    ok(against(ndops.array(0.12346), 'array(0.12345, dtype=float32)') !== undefined)
    ok(against(ndops.array(1.2), '1.') !== undefined && against(true, 'False') !== undefined)
    strictEqual(against([matrix, matrix], '[array([[1, 2]]), array([[1, 2]])]'), undefined)
    ok(against([matrix], '[array([[1, 2]]), array([[1, 2]])]') !== undefined)
    strictEqual(against([8, 12], '(8, 12)'), undefined)
    ok(against(matrix, 'ValueError: no') !== undefined && against(new Error('uncoded'), 'ValueError: no') !== undefined)
    const [[, [first]]] = [...statementsOf('## page\nf\n>>> f(1)\n2\n>>> f(2)\n')] as [[string, Statement[]]]
    deepStrictEqual(first, { name: 'f', code: 'f(1)', prints: '2' })
  })
})
