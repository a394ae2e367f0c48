/** What Keras's pages print, read and compared: `array([[1 2] [3 4]], dtype=int32)`, lists, tuples and bare numbers. */

import { isCoded, ndops } from '../support/ndops'

export interface Statement {
  /** The function that it is an example of, as Keras spells it. */
  readonly name: string
  readonly code: string
  readonly prints: string | undefined
}

/** The statements of a list such as examples.txt, by page. */
export function statementsOf(list: string): Map<string, Statement[]> {
  const pages = new Map<string, Statement[]>()
  let page: Statement[] = []
  let name = ''
  for (const line of list.split('\n')) {
    const last = page.at(-1)
    if (line.startsWith('## ')) {
      page = []
      pages.set(line.slice(3), page)
    } else if (/^[a-z]\w*$/.test(line)) name = line
    else if (line.startsWith('>>> ')) page.push({ name, code: line.slice(4), prints: undefined })
    else if (line !== '' && !line.startsWith('#') && last !== undefined)
      page[page.length - 1] = { ...last, prints: line }
  }
  return pages
}

interface Shown {
  readonly dtype?: string | undefined
  readonly values: unknown
}

/** The results in a printed text: several where it is a list of arrays. */
function shownIn(text: string): Shown[] {
  const arrays = [...text.matchAll(/array\((.*?)(?:, shape=\([\d, ]*\))?(?:, dtype=(\w+))?\)(?=, array|\]|$)/g)]
  return arrays.length === 0
    ? [{ values: valuesOf(text) }]
    : arrays.map(([, values = '', dtype]) => ({ values: valuesOf(values), dtype }))
}

/** Numbers stay as printed: how many digits there are says how exact they are. */
function valuesOf(text: string): unknown {
  const list = text.replace(/^\((.*)\)$/, '[$1]').replace(/^([^[]*,.*)$/, '[$1]')
  const parts = list.replace(/[^\s,[\]]+/g, '"$&"').replace(/(["\]])[\s,]+(?=["[])/g, '$1,')
  return JSON.parse(parts)
}

/** To half a unit in the last place printed, which is at least the fifth. */
function agrees(got: unknown, printed: unknown): boolean {
  if (Array.isArray(printed))
    return Array.isArray(got) && got.length === printed.length && printed.every((p, i) => agrees(got[i], p))
  if (typeof got === 'boolean') return printed === (got ? 'True' : 'False')
  if (typeof got !== 'number' && typeof got !== 'bigint') return false
  const decimals = Math.max(5, (String(printed).split('.')[1] ?? '').length)
  return Math.abs(Number(got) - Number(printed)) <= 0.5 * 10 ** -decimals
}

function one(got: unknown, { values, dtype }: Shown): boolean {
  if (!(got instanceof ndops.Tensor)) return dtype === undefined && agrees(got, values)
  return (dtype === undefined || got.dtype === dtype) && agrees(got.toArray(), values)
}

const text = (got: unknown): string => {
  if (got instanceof ndops.Tensor)
    return `${JSON.stringify(got.toArray(), (_, x) => (typeof x === 'bigint' ? Number(x) : x))} ${got.dtype}`
  return got instanceof Error ? String(got) : Array.isArray(got) ? `[${got.map(text).join(', ')}]` : String(got)
}

/** What a result, or the error that came instead, has against the printed text; undefined where nothing. */
export function against(got: unknown, printed: string): string | undefined {
  if (/^\w+Error: /.test(printed)) return isCoded(got) ? undefined : `gives ${text(got)} where the page has ${printed}`
  const shown = shownIn(printed)
  const all = shown.length === 1 ? [got] : Array.isArray(got) ? got : []
  const holds = all.length === shown.length && shown.every((s, i) => one(all[i], s))
  return holds ? undefined : `gives ${text(got)} where the page has ${printed}`
}

type Ops = typeof ndops

/** An example in TypeScript. Functions with a page of their own among the arguments come from `ndops` itself. */
export interface Translation {
  readonly run: (k: Ops) => unknown
  /** What Keras 3.15 gives, where the page prints nothing; or what ndops gives, where it differs from the page. */
  readonly gives?: string
  /** It stands in docs/differences.md. */
  readonly differs?: true
}

/** By function, in the order of the page. */
export type Translations = { readonly [name: string]: readonly Translation[] }

export const as = (run: Translation['run']): Translation => ({ run })
export const giving = (gives: string, run: Translation['run']): Translation => ({ run, gives })
export const differing = (gives: string, run: Translation['run']): Translation => ({ run, gives, differs: true })

/** Python's lists of whole numbers. */
export const int = (x: unknown) => ndops.array(x as number[], 'int32')
