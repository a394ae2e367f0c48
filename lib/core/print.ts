/** Tensors as text, laid out as NumPy lays out arrays: aligned, elided past a threshold, with the dtype's name. */

import { BFLOAT16, COMPLEX64, type Code, DTYPES, FLOAT16, FLOAT32, isComplex, isFloating } from './dtype'
import { type Hosted, hostData } from './host'
import type { Shape } from './shape'
import { type ComplexValue, type Value, valueAt } from './values'

const THRESHOLD = 1000
const EDGE = 3
const LINE = 75
const PRECISION = 8

/** The digits of a positive finite number: the shortest that give back the value in its own dtype, at most 8 decimals. */
interface Digits {
  readonly whole: string
  readonly fraction: string
}

/** The shortest decimal that reads back as the same float of the dtype. */
function shortest(x: number, code: Code): string {
  const significant = code === FLOAT16 ? 5 : code === BFLOAT16 ? 4 : code === FLOAT32 || code === COMPLEX64 ? 9 : 17
  if (significant === 17) return String(x)
  const bits = code === FLOAT16 ? 11 : code === BFLOAT16 ? 8 : 24
  // Half a unit in the last place of the dtype: what is nearer than that reads back as the same value.
  const half = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), code === FLOAT16 ? -14 : -126) - bits)
  for (let digits = 1; digits < significant; digits++) {
    const text = x.toPrecision(digits)
    if (Math.abs(Number(text) - x) < half) return text
  }
  return x.toPrecision(significant)
}

function decimal(x: number, code: Code): Digits {
  let value = Math.abs(x)
  const rounded = Number(value.toFixed(PRECISION))
  value = Math.abs(Number(shortest(value, code)))
  // Numbers from 1e21 on print with an exponent in JavaScript; there the fraction is zero and the integer exact.
  const text =
    value >= 1e21 ? BigInt(value).toString() : rounded === value ? String(plain(value)) : value.toFixed(PRECISION)
  const [whole = '0', fraction = ''] = text.split('.')
  return { whole, fraction: fraction.replace(/0+$/, '') }
}

/** A number below 1e21 without an exponent. */
function plain(x: number): string {
  const text = String(x)
  return text.includes('e') ? x.toFixed(PRECISION).replace(/0+$/, '') : text
}

interface Scientific {
  readonly mantissa: Digits
  readonly exponent: number
}

function scientific(x: number, code: Code): Scientific {
  const short = Number(shortest(Math.abs(x), code))
  const [mantissa = '0', exponent = '0'] = short
    .toExponential(
      Math.min(PRECISION, Math.max(0, (short.toExponential().split('e')[0] as string).replace('.', '').length - 1)),
    )
    .split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { mantissa: { whole, fraction: fraction.replace(/0+$/, '') }, exponent: Number(exponent) }
}

/** Formats real numbers to one width; NaN and infinities align with the rest. */
function realFormat(values: readonly number[], code: Code, signed = false): (x: number) => string {
  const finite = values.filter((x) => Number.isFinite(x))
  const sizes = finite.filter((x) => x !== 0).map(Math.abs)
  const most = sizes.reduce((a, b) => Math.max(a, b), 0)
  const least = sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const exponential = sizes.length > 0 && (most >= 1e16 || least < 1e-4 || most / least > 1000)
  const sign = (x: number) => (x < 0 || Object.is(x, -0) ? '-' : signed ? '+' : '')
  let format: (x: number) => string
  if (exponential) {
    const fraction = Math.max(...finite.map((x) => (x === 0 ? 0 : scientific(x, code).mantissa.fraction.length)))
    const width = Math.max(2, ...sizes.map((x) => String(Math.abs(scientific(x, code).exponent)).length))
    format = (x) => {
      const { mantissa, exponent } =
        x === 0 ? { mantissa: { whole: '0', fraction: '' }, exponent: 0 } : scientific(x, code)
      const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(width, '0')}`
      return `${sign(x)}${mantissa.whole}.${mantissa.fraction.padEnd(fraction, '0')}e${power}`
    }
  } else {
    const fraction = Math.max(0, ...finite.map((x) => decimal(x, code).fraction.length))
    format = (x) => {
      const digits = decimal(x, code)
      const text = `${sign(x)}${digits.whole}.${digits.fraction}`
      return text + ' '.repeat(fraction - digits.fraction.length)
    }
  }
  const text = (x: number) => {
    if (Number.isNaN(x)) return signed ? '+nan' : 'nan'
    return Number.isFinite(x) ? format(x) : `${sign(x)}inf`
  }
  const width = Math.max(0, ...values.map((x) => text(x).length))
  return (x) => text(x).padStart(width)
}

function formatter(values: readonly Value[], code: Code): (x: Value) => string {
  if (isComplex(code)) {
    const parts = values as readonly ComplexValue[]
    const re = realFormat(
      parts.map((x) => x.re),
      code,
    )
    const im = realFormat(
      parts.map((x) => x.im),
      code,
      true,
    )
    return (x) => {
      const { re: a, im: b } = x as ComplexValue
      const imaginary = im(b)
      const spaces = /\s*$/.exec(imaginary)?.[0] ?? ''
      return `${re(a)}${imaginary.trimEnd()}j${spaces}`
    }
  }
  if (isFloating(code)) return realFormat(values as readonly number[], code) as (x: Value) => string
  const texts = values.map((x) => (x === true ? 'True' : x === false ? 'False' : String(x)))
  const width = Math.max(0, ...texts.map((text) => text.length))
  return (x) => (x === true ? 'True' : x === false ? 'False' : String(x)).padStart(width)
}

/** Which indices of an axis are shown; -1 stands for the gap. */
function shown(n: number, elided: boolean): number[] {
  if (!elided || n <= 2 * EDGE) return Array.from({ length: n }, (_, i) => i)
  return [0, 1, 2, -1, n - 3, n - 2, n - 1]
}

/** The tensor as `array([...], dtype=float32)`. */
export function print(x: Hosted & { shape: Shape }): string {
  const { shape, code } = x
  const name = DTYPES[code] as string
  if (x.size === 0) return `array([], shape=${showShape(shape)}, dtype=${name})`
  const elided = x.size > THRESHOLD
  // A large tensor shows few elements: they are fetched one by one.
  const data = x.size > 1e5 ? undefined : hostData(x)
  const at = (position: number, index: readonly number[]): Value =>
    data === undefined ? single(x, index) : valueAt(data, code, position)

  // First the values that are shown, for their common width; then the same walk again, for the text.
  const values: Value[] = []
  const collect = (axis: number, position: number, index: number[]): void => {
    if (axis === shape.length) {
      values.push(at(position, index))
      return
    }
    const n = shape[axis] as number
    for (const i of shown(n, elided)) if (i >= 0) collect(axis + 1, position * n + i, [...index, i])
  }
  collect(0, 0, [])
  const format = formatter(values, code)
  let next = 0
  const lay = (axis: number, indent: number): string => {
    if (axis === shape.length) return format(values[next++] as Value)
    const parts = shown(shape[axis] as number, elided).map((i) => (i < 0 ? '...' : lay(axis + 1, indent + 1)))
    const margin = ' '.repeat(indent + 1)
    if (axis < shape.length - 1) return `[${parts.join(`,${'\n'.repeat(shape.length - axis - 1)}${margin}`)}]`
    // Room for the brackets and the parenthesis that close the text.
    const room = LINE - shape.length - 1
    const lines: string[] = []
    let line = margin
    for (const part of parts) {
      if (line.length + part.length > room && line !== margin) {
        lines.push(line.trimEnd())
        line = margin
      }
      line += `${part}, `
    }
    lines.push(line.slice(0, -2))
    return `[${lines.join('\n').slice(indent + 1)}]`
  }
  const body = `array(${lay(0, 'array('.length)},`
  const extra = `${elided ? `shape=${showShape(shape)}, ` : ''}dtype=${name})`
  const lastLine = body.length - (body.lastIndexOf('\n') + 1)
  return `${body}${lastLine + extra.length + 1 > LINE ? '\n      ' : ' '}${extra}`
}

/** A shape as Python writes it: (3,). */
function showShape(shape: Shape): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
}

/** One element of a large tensor, without bringing over the rest. */
function single(x: Hosted, index: readonly number[]): Value {
  let offset = x.offset
  for (let axis = 0; axis < index.length; axis++) offset += (index[axis] as number) * (x.strides[axis] as number)
  const one = { storage: x.storage, offset, code: x.code, shape: [], strides: [], size: 1, contiguous: true }
  return valueAt(hostData(one), x.code, 0)
}
