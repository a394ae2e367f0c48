/** The notation of einsum: a letter an axis, '...' for the axes without one, ',' between operands, '->' before the result. */

import { kindOf, type NdopsError, rangeError, show, typeError } from './errors'
import { MAX_RANK, type Shape } from './shape'

// Letters are numbered as NumPy numbers them in lists, which is their order in an implicit result.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ELLIPSIS = -1
const MAX_OPERANDS = 64

/** The letters of an operand or of the result, by number; ELLIPSIS where '...' stands. */
interface Term {
  readonly letters: readonly number[]
  /** Where each stands in the text. */
  readonly places: readonly number[]
}

interface Subscripts {
  readonly text: string
  readonly inputs: readonly Term[]
  readonly output: Term | undefined
}

/** Every axis by the label that it runs over: a letter's number, or past them, counted from the last, an axis of '...'. */
export interface Labelled {
  /** The labels of each operand's axes. */
  readonly inputs: readonly (readonly number[])[]
  /** The labels of the result's axes, none twice. */
  readonly output: readonly number[]
  /** The size of what a label runs over; an axis of size 1 broadcasts to it. */
  readonly sizes: ReadonlyMap<number, number>
}

/** What is taken for '...' and letters in an operand's list. */
export type Labels = readonly (number | '...')[]

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text)

function malformed(text: string, what: string, place: number, expected: string): NdopsError {
  return rangeError('einsum', 'ARGUMENT', `${what} at position ${place} of ${quoted(text)}; expected ${expected}`)
}

const nameOf = (letter: number): string => `'${LETTERS[letter]}'`
const placed = (text: string, term: Term, at: number): string =>
  `${nameOf(term.letters[at] as number)} at position ${term.places[at]} of ${quoted(text)}`

/** The letters from `start` on, up to a ',' or '->' or the end, and where that is. */
function termAt(text: string, start: number): [Term, number] {
  const letters: number[] = []
  const places: number[] = []
  let at = start
  for (; at < text.length; at++) {
    const letter = text.charAt(at)
    if (letter === ',' || letter === '-') break
    if (letter === ' ') continue
    if (letter === '.') {
      if (!text.startsWith('...', at)) throw malformed(text, "a '.' that is not one of three", at, "'...'")
      if (letters.includes(ELLIPSIS)) throw malformed(text, "a second '...'", at, 'one an operand')
      letters.push(ELLIPSIS)
      places.push(at)
      at += 2
      continue
    }
    const number = LETTERS.indexOf(letter)
    if (number < 0) {
      const found = JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number))
      throw malformed(text, `${found} is no letter,`, at, "letters A to Z and a to z, '...', ',' and '->'")
    }
    letters.push(number)
    places.push(at)
    if (letters.length > MAX_RANK + 1)
      throw rangeError(
        'einsum',
        'RANK',
        `more than ${MAX_RANK} letters at position ${at} of ${quoted(text)}; at most ${MAX_RANK} axes are supported`,
      )
  }
  return [{ letters, places }, at]
}

/** Reads the notation. A RangeError points at what is wrong in it. */
function parse(text: string): Subscripts {
  const inputs: Term[] = []
  let at = -1
  let term: Term
  do {
    ;[term, at] = termAt(text, at + 1)
    inputs.push(term)
    if (inputs.length > MAX_OPERANDS)
      throw rangeError('einsum', 'ARGUMENT', `${quoted(text)} has more than ${MAX_OPERANDS} operands`)
  } while (text[at] === ',')
  if (at === text.length) return { text, inputs, output: undefined }
  if (text[at + 1] !== '>') throw malformed(text, "a '-' that is not part of '->'", at, "'->'")
  const [output, end] = termAt(text, at + 2)
  if (text[end] === ',') throw malformed(text, "a ',' in the result", end, "letters and '...' behind '->'")
  if (text[end] === '-') throw malformed(text, "a '-' in the result", end, "letters and '...' behind '->'")
  output.letters.forEach((letter, i) => {
    if (letter === ELLIPSIS) return
    if (output.letters.indexOf(letter) < i)
      throw rangeError(
        'einsum',
        'ARGUMENT',
        `the result has ${placed(text, output, i)} twice; expected each letter once`,
      )
    if (!inputs.some((input) => input.letters.includes(letter)))
      throw rangeError('einsum', 'ARGUMENT', `no operand has ${placed(text, output, i)}, which the result has`)
  })
  return { text, inputs, output }
}

/** The list of an operand, or of the result, in letters. */
function spelled(list: unknown, name: string): string {
  if (!Array.isArray(list))
    throw typeError('einsum', 'ARGUMENT', `${name} must be an array of labels; received ${kindOf(list)}`)
  if (list.length > MAX_RANK + 1)
    throw rangeError('einsum', 'RANK', `${name} has ${list.length} entries; at most ${MAX_RANK} axes are supported`)
  return Array.from(list, (entry: unknown, i) => {
    if (entry === '...') return entry
    if (typeof entry !== 'number')
      throw typeError(
        'einsum',
        'ARGUMENT',
        `entry ${i} of ${name} must be an integer or '...'; received ${kindOf(entry)}`,
      )
    const letter = LETTERS[entry]
    if (letter === undefined)
      throw rangeError('einsum', 'ARGUMENT', `entry ${i} of ${name} must be a label from 0 to 51; received ${entry}`)
    return letter
  }).join('')
}

/** A call's notation and operands, from either form: a text and operands, or operands and lists in turn. */
export function readCall(args: readonly unknown[]): { readonly text: string; readonly operands: readonly unknown[] } {
  const [first] = args
  let text: string
  let operands: readonly unknown[]
  if (typeof first === 'string') {
    text = first
    operands = args.slice(1)
  } else {
    const pairs = args.length >> 1
    const lists = Array.from({ length: pairs }, (_, i) => spelled(args[2 * i + 1], `the list of operand ${i}`))
    text =
      lists.join(',') +
      (args.length % 2 === 1 && pairs > 0 ? `->${spelled(args[2 * pairs], 'the list of the result')}` : '')
    operands = Array.from({ length: pairs }, (_, i) => args[2 * i])
  }
  if (operands.length === 0)
    throw typeError(
      'einsum',
      'ARGUMENT',
      `expected subscripts and operands, or operands each with its list of labels; received ${
        args.length === 0 ? 'nothing' : `${kindOf(first)} alone`
      }`,
    )
  if (operands.length > MAX_OPERANDS)
    throw rangeError(
      'einsum',
      'ARGUMENT',
      `at most ${MAX_OPERANDS} operands are supported; received ${operands.length}`,
    )
  return { text, operands }
}

/** The labels of an operand's axes: the term with '...' replaced by as many axes as there are besides the letters. */
function labelsOf({ text, inputs }: Subscripts, i: number, shape: Shape): number[] {
  const { letters } = inputs[i] as Term
  const named = letters.filter((letter) => letter !== ELLIPSIS).length
  const open = letters.includes(ELLIPSIS)
  const others = shape.length - named
  if (others < 0 || (others > 0 && !open))
    throw rangeError(
      'einsum',
      'RANK',
      `operand ${i} must have ${open ? 'at least ' : ''}${named} axes, as ${quoted(text)} names them${
        open ? '' : " without '...'"
      }; received shape ${show(shape)}`,
    )
  return letters.flatMap((letter) =>
    letter === ELLIPSIS ? Array.from({ length: others }, (_, k) => LETTERS.length + others - 1 - k) : [letter],
  )
}

/** What labels run over. Axes of size 1 broadcast between operands, as in NumPy, not within one. */
function sizesOf({ text }: Subscripts, inputs: readonly number[][], shapes: readonly Shape[]): Map<number, number> {
  const sizes = new Map<number, number>()
  const owner = new Map<number, number>()
  const describe = (label: number): string =>
    label < LETTERS.length ? `letter ${nameOf(label)}` : `axis ${LETTERS.length - 1 - label} of '...'`
  inputs.forEach((labels, i) => {
    const own = new Map<number, number>()
    labels.forEach((label, axis) => {
      const n = (shapes[i] as Shape)[axis] as number
      const before = own.get(label)
      if (before !== undefined && before !== n)
        throw rangeError(
          'einsum',
          'SHAPE_MISMATCH',
          `${describe(label)} of ${quoted(text)} has sizes ${before} and ${n} in operand ${i}; received shape ${show(shapes[i] as Shape)}`,
        )
      own.set(label, n)
    })
    for (const [label, n] of own) {
      const known = sizes.get(label)
      if (known !== undefined && known !== 1 && n !== 1 && known !== n)
        throw rangeError(
          'einsum',
          'SHAPE_MISMATCH',
          `${describe(label)} of ${quoted(text)} has size ${known} in operand ${owner.get(label)} and ${n} in operand ${i}; received shapes ${shapes.map(show).join(' and ')}`,
        )
      if (known === undefined || known === 1) {
        sizes.set(label, n)
        owner.set(label, i)
      }
    }
  })
  return sizes
}

/** Puts a call's notation and shapes together: every axis gets its label, every label its size. */
export function labelAxes(text: string, shapes: readonly Shape[]): Labelled {
  const subscripts = parse(text)
  if (subscripts.inputs.length !== shapes.length)
    throw rangeError(
      'einsum',
      'ARGUMENT',
      `${quoted(text)} has ${subscripts.inputs.length} operands; received ${shapes.length}`,
    )
  const inputs = shapes.map((shape, i) => labelsOf(subscripts, i, shape))
  const sizes = sizesOf(subscripts, inputs, shapes)
  const all = inputs.flat()
  const unnamed = [...sizes.keys()].filter((label) => label >= LETTERS.length).sort((a, b) => b - a)
  const { output } = subscripts
  if (output === undefined) {
    const once = all.filter((label) => label < LETTERS.length && all.indexOf(label) === all.lastIndexOf(label))
    return { inputs, sizes, output: [...unnamed, ...once.sort((a, b) => a - b)] }
  }
  if (unnamed.length > 0 && !output.letters.includes(ELLIPSIS))
    throw rangeError(
      'einsum',
      'ARGUMENT',
      `the result of ${quoted(text)} must have '...' for the ${unnamed.length} axes that it stands for in the operands`,
    )
  return { inputs, sizes, output: output.letters.flatMap((letter) => (letter === ELLIPSIS ? unnamed : [letter])) }
}
