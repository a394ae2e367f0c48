/** The header of a .npy file: NumPy's dtypes by name, and the dictionary that a Python literal writes. */

import { BFLOAT16, type Code, DTYPES, ITEM_BYTES } from '../core/dtype'
import { kindOf, type NdopsError, rangeError, show, typeError } from '../core/errors'
import { MAX_RANK, type Shape, shapeOf, sizeOf } from '../core/shape'

/** What a header says of the bytes behind it. */
export interface Header {
  readonly code: Code
  /** Bytes of each number are in big-endian order. */
  readonly swapped: boolean
  readonly fortran: boolean
  readonly shape: Shape
}

/** NumPy's kind and size of each dtype; bfloat16 as ml_dtypes writes it, which calls it no name. */
const KINDS: readonly string[] = 'b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 V2 f4 f8 c8 c16'.split(' ')

/** The dtype's name in a header. */
export function descrOf(code: Code): string {
  const kind = KINDS[code] as string
  return `${ITEM_BYTES[code] === 1 ? '|' : '<'}${kind}`
}

/** NumPy reads no longer ones either: what is longer is no array of numbers. */
export const MOST_HEADER = 10_000

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** Magic and version, as long as the shortest header's beginning. */
export const PREFIX = 8
const ALIGN = 64
/** Room for the digits of a growing axis, as NumPy leaves it. */
const GROWTH = 21

/** Magic, version 1.0 and dictionary, padded as NumPy pads them. */
export function formatHeader(code: Code, fortran: boolean, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const growing = shape.length === 0 ? '' : String(shape[fortran ? shape.length - 1 : 0])
  const room = shape.length === 0 ? '' : ' '.repeat(GROWTH - growing.length)
  const text = `{'descr': '${descrOf(code)}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }${room}`
  const start = PREFIX + 2
  const padding = ALIGN - ((start + text.length + 1) % ALIGN)
  const bytes = Buffer.alloc(start + text.length + padding + 1, 0x20)
  bytes.set([...MAGIC, 1, 0])
  bytes.writeUInt16LE(text.length + padding + 1, PREFIX)
  bytes.write(text, start, 'latin1')
  bytes[bytes.length - 1] = 0x0a
  return bytes
}

const malformed = (op: string, what: string): NdopsError => rangeError(op, 'FORMAT', `the .npy header ${what}`)

/** How many bytes of length follow magic and version. */
export function lengthBytes(op: string, prefix: Uint8Array): 2 | 4 {
  if (MAGIC.some((byte, i) => prefix[i] !== byte))
    throw rangeError(op, 'FORMAT', 'this is no .npy data: it does not begin with the magic bytes \\x93NUMPY')
  const [major, minor] = [prefix[6] as number, prefix[7] as number]
  if (major < 1 || major > 3 || minor !== 0)
    throw malformed(op, `has version ${major}.${minor}; versions 1.0, 2.0 and 3.0 are read`)
  return major === 1 ? 2 : 4
}

/** The dictionary's text read from left to right. */
class Literal {
  private at = 0
  constructor(
    private readonly op: string,
    private readonly text: string,
  ) {}

  /** Steps over white space, and over `token` if it comes next. */
  takes(token: string): boolean {
    while (' \t\n\r\f'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++
    if (!this.text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  expect(token: string): void {
    if (!this.takes(token)) throw this.fault(`'${token}'`)
  }

  fault(wanted: string): NdopsError {
    const found = this.text.slice(this.at, this.at + 20)
    return malformed(this.op, `is malformed at character ${this.at}: expected ${wanted}, found ${kindOf(found)}`)
  }

  /** A match at this place, without white space before it. */
  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found
  }

  string(): string {
    this.takes('')
    const found = this.match(/'[^'\\\n]*'|"[^"\\\n]*"/y)
    if (found === undefined) throw this.fault('a string')
    return found.slice(1, -1)
  }

  truth(): boolean {
    if (this.takes('True')) return true
    if (this.takes('False')) return false
    throw this.fault('True or False')
  }

  /** Python 2 wrote some sizes as 3L. */
  size(): number {
    this.takes('')
    const found = this.match(/-?\d+L?/y)
    if (found === undefined) throw this.fault('a size')
    const size = Number(found.replace('L', ''))
    if (!Number.isSafeInteger(size) || size < 0) throw malformed(this.op, `has a size that is none: ${kindOf(found)}`)
    return size
  }

  tuple(): number[] {
    this.expect('(')
    const sizes: number[] = []
    while (!this.takes(')')) {
      if (sizes.length === MAX_RANK)
        throw rangeError(this.op, 'RANK', `the .npy header has a shape of more than ${MAX_RANK} axes`)
      sizes.push(this.size())
      if (this.takes(',')) continue
      // (3) is a number in parentheses, no tuple.
      if (sizes.length === 1) throw this.fault("','")
      this.expect(')')
      break
    }
    return sizes
  }

  /** The name of a dtype; lists and tuples of fields begin otherwise. */
  descr(): string {
    if (this.takes('[') || this.takes('('))
      throw typeError(this.op, 'DTYPE', 'structured dtypes are not supported; save each field as an array of its own')
    return this.string()
  }

  end(): void {
    this.takes('')
    if (this.at < this.text.length) throw this.fault('the end')
  }
}

/** What becomes of dtypes that have no like here. */
const REFUSED: { readonly [kind: string]: string } = {
  O: 'Python objects are pickled code and are never loaded',
  S: 'strings are not supported',
  U: 'strings are not supported',
  V: 'raw bytes are not supported (but for two of them, which are bfloat16)',
  M: 'dates are not supported; save them as int64',
  m: 'time spans are not supported; save them as int64',
  f: 'cast to float64 before saving',
  c: 'cast to complex128 before saving',
}

function dtypeOf(op: string, descr: string): { readonly code: Code; readonly swapped: boolean } {
  const [, order = '', name = ''] = /^([<>|=]?)([a-zA-Z]\d+)$/.exec(descr) ?? []
  const code = KINDS.indexOf(name)
  if (code < 0) {
    const reason = REFUSED[/^[<>|=]?([a-zA-Z])/.exec(descr)?.[1] ?? '']
    throw typeError(op, 'DTYPE', `dtype ${kindOf(descr)} is not supported${reason === undefined ? '' : `: ${reason}`}`)
  }
  // Raw bytes have no order that NumPy would swap.
  return { code, swapped: order === '>' && (ITEM_BYTES[code] as number) > 1 && code !== BFLOAT16 }
}

/** Reads the dictionary's bytes, checked: at most MOST_HEADER of them. `utf8` from version 3 on. */
export function parseHeader(op: string, bytes: Uint8Array, utf8: boolean): Header {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(utf8 ? 'utf8' : 'latin1')
  const literal = new Literal(op, text)
  let descr: string | undefined
  let fortran: boolean | undefined
  let shape: Shape | undefined
  literal.expect('{')
  while (!literal.takes('}')) {
    const key = literal.string()
    literal.expect(':')
    if (key === 'descr' && descr === undefined) descr = literal.descr()
    else if (key === 'fortran_order' && fortran === undefined) fortran = literal.truth()
    else if (key === 'shape' && shape === undefined) shape = shapeOf(literal.tuple())
    else throw malformed(op, `has a key too many: ${kindOf(key)}`)
    if (literal.takes(',')) continue
    literal.expect('}')
    break
  }
  literal.end()
  if (descr === undefined || fortran === undefined || shape === undefined)
    throw malformed(op, 'lacks one of the keys descr, fortran_order and shape')
  const { code, swapped } = dtypeOf(op, descr)
  const size = sizeOf(op, shape)
  if (size * (ITEM_BYTES[code] as number) > Number.MAX_SAFE_INTEGER)
    throw rangeError(op, 'SIZE', `shape ${show(shape)} of ${DTYPES[code]} is larger than memory can be`)
  return { code, swapped, fortran, shape }
}
