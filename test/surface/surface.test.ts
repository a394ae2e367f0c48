/** The 164 functions of Keras's two pages are there, with the pages' parameters in the pages' order. */

import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kerasName } from '../support/names'
import { exported, ndops, promises, root } from '../support/ndops'

interface Page {
  readonly name: string
  /** Without `*operands`, which take no name. */
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Arguments of the pages that ndops has not: docs/differences.md. */
const LEFT_OUT = ['sparse']

function read(line: string): Page {
  const [, name = '', list = ''] = line.match(/^(\w+)\((.*)\)$/) ?? []
  const parameters = list.split(', ').filter((parameter) => parameter !== '' && !parameter.startsWith('*'))
  const wanted = parameters
    .map((parameter) => parameter.split('='))
    .filter(([key]) => !LEFT_OUT.includes(key as string))
  return {
    name,
    required: wanted.filter((parts) => parts.length === 1).map(([key]) => camel(key as string)),
    optional: wanted.filter((parts) => parts.length === 2).map(([key]) => camel(key as string)),
  }
}

interface Op {
  readonly parameters: { readonly required: readonly string[]; readonly optional: readonly string[] }
}

describe('surface', () => {
  const pages = readFileSync(join(root(), 'test/surface/pages.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(read)

  it('is 164 functions', () => {
    strictEqual(new Set(pages.map(({ name }) => name)).size, 164)
  })

  for (const entry of [
    ['ndops', ndops],
    ['ndops/promises', promises],
  ] as const)
    it(`stands whole in ${entry[0]}, in both spellings`, () => {
      const missing = pages
        .flatMap(({ name }) => [name, camel(name)])
        .filter((name) => typeof exported(name, entry[1]) !== 'function')
      deepStrictEqual(missing, [])
    })

  it("has the pages' parameters, in their order; newer ones come after them", () => {
    for (const { name, required, optional } of pages) {
      const op = exported(camel(name)) as unknown as Op
      ok(op?.parameters, name)
      // Only those with a default are ever named in a call.
      strictEqual(op.parameters.required.length, required.length, name)
      deepStrictEqual(op.parameters.optional.slice(0, optional.length), optional, name)
    }
  })

  it('has no op that Keras has not', () => {
    const known = new Set(pages.map(({ name }) => name))
    const more = Object.entries(ndops).filter(
      ([name, f]) => typeof f === 'function' && 'parameters' in f && !known.has(kerasName(name)),
    )
    deepStrictEqual(
      more.map(([name]) => name).filter((name) => !name.includes('_')),
      [],
    )
  })
})
