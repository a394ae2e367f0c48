/**
 * One line an op makes its tests. In test/<family>/<stem>.test.ts:
 *
 *     record('add')
 *     record('exp', { ulp: 2, draw: signedSmallAndLarge })
 *     record('matmul', { ulp: 4, threads: false, large: (random) => [...] })
 *     record('cube', { reference: (x) => x ** 3, dtypes: ['int32', 'float64'], ulp: 1 })   // beyond Keras: no fixture
 *     alias('absolute', 'abs')
 *
 * The truth is test/fixtures/<family>/<op>.json, made from Keras by scripts/oracle (an entry there, then generate.py).
 * A record tests:
 *
 * - every case of the fixture: values within `ulp`, shapes, dtypes; errors by class and code;
 * - result dtypes for every dtype, pair and weak scalar; dtypes that the op has no meaning for are refused with a code;
 * - layouts: transposed, reversed, stepped, offset and broadcast views give what contiguous tensors give;
 * - every size around the lanes of a vector register (unary and binary): tails give the bits that long arrays give;
 * - `ndops/promises` and the method give the same bits; 1, 2, 3, 8 and 64 threads give the same bits; the Keras spelling exists.
 *
 * What else an op needs is written beside its record with plain mocha. `op('name')` and `ndops` come from './ndops'.
 */

import { fail, ok, strictEqual } from 'node:assert'
import { BITS, difference, isTensor, mismatch, wrongError } from './compare'
import { DTYPES, type DType, isComplex, storage } from './dtypes'
import { argument, argumentsOf, type Case, type Fixture, fixture, isTensorText, type TensorText } from './fixtures'
import { LAYOUTS, presented, repeated } from './layouts'
import { kerasName } from './names'
import { type Call, exported, isCoded, ndops, op, promises, type Tensor } from './ndops'
import { type Draw, drawn, type Random, seeded, signedSmallAndLarge } from './random'
import { type Reference, referenceFixture } from './reference'
import { firstDifference, type Tolerance } from './ulp'

export interface RecordOptions {
  /** The error allowed for floating and complex results, in units in the last place. 0, the default: the same bits. */
  readonly ulp?: number
  /** The same for complex results, where it is another: against the modulus. */
  readonly complexUlp?: number
  /** The values of drawn operands. */
  readonly draw?: Draw
  /** The dtypes of drawn operands; by default those that the fixture's dtype row accepts. */
  readonly dtypes?: readonly DType[]
  /** Arguments large enough for several threads; unary, binary and reduce ops have them by themselves. */
  readonly large?: (random: Random, dtype: DType) => readonly unknown[]
  /** The truth of an elementwise op that Keras does not have, instead of a fixture; goes with `dtypes`. */
  readonly reference?: Reference
  /** False where the bits may depend on the number of threads (matrix products). */
  readonly threads?: boolean
  /** False for an op without a method. By default, ops of creation and control have none. */
  readonly method?: boolean
}

/** Every record made so far, for the guard. */
export const records = new Set<string>()

function describeArgument(x: unknown): string {
  if (isTensorText(x)) return `${x.dtype}[${x.shape}]`
  if (Array.isArray(x)) return `[${x.map(describeArgument).join(', ')}]`
  return JSON.stringify(x)
}

const describeCase = (name: string, { args, named }: Case): string =>
  `${name}(${[...args.map(describeArgument), ...Object.entries(named ?? {}).map(([key, x]) => `${key}: ${describeArgument(x)}`)].join(', ')})`

/** Fails with the first few of what was found, and their number. */
function report(found: readonly string[], outOf: number): void {
  if (found.length > 0) fail(`${found.length} of ${outOf} cases:\n  ${found.slice(0, 8).join('\n  ')}`)
}

const attempt = (call: () => string | undefined): string | undefined => {
  try {
    return call()
  } catch (error) {
    return `threw ${error instanceof Error && isCoded(error) ? `${error.code}: ${error.message}` : String(error)}`
  }
}

export function record(name: string, options: RecordOptions = {}): void {
  records.add(name)
  describe(name, () => {
    const truth =
      options.reference === undefined
        ? fixture(name)
        : referenceFixture(name, 'elementwise', options.reference, options.dtypes ?? [], options.draw)
    const tolerance: Tolerance = {
      ulp: options.ulp ?? 0,
      complexUlp: options.complexUlp,
      signOfZero: truth.zeroSign !== false,
    }
    const good = truth.cases.filter((one) => one.throws === undefined)
    const call: Call = (...args) => op(name)(...args)
    /** Runs a check on cases and reports those that it finds wrong. */
    const over = (cases: readonly Case[], check: (one: Case) => string | undefined): void => {
      const found = cases.flatMap((one) => {
        const wrong = attempt(() => check(one))
        return wrong === undefined ? [] : [`${describeCase(name, one)}: ${wrong}`]
      })
      report(found, cases.length)
    }

    it('gives the values, shapes and dtypes of Keras @level', () => {
      over(good, (one) => mismatch(call(...argumentsOf(one)), one.gives, tolerance))
    })

    const bad = truth.cases.filter((one) => one.throws !== undefined)
    if (bad.length > 0)
      it('refuses bad arguments with a code', () =>
        over(bad, (one) => wrongError(() => call(...argumentsOf(one)), one.throws)))
    if (truth.dtypes !== undefined)
      it('promotes every dtype, and refuses those without a meaning', () => checkDtypes(name, truth))
    if (truth.weak !== undefined) it('promotes weak scalars', () => checkWeak(name, truth))

    it('gives the same for every layout @level', () => {
      over(good.filter(hasTensor), (one) => {
        const want = call(...argumentsOf(one))
        for (const layout of LAYOUTS) {
          const wrong = difference(call(...argumentsOf(one, presented(layout))), want, tolerance)
          if (wrong !== undefined) return `${layout}: ${wrong}`
        }
        return broadcastDifference(call, one, tolerance)
      })
    })

    if (truth.kind === 'unary' || truth.kind === 'binary')
      it('gives the same bits in tails as in long arrays @level', () => {
        for (const dtype of accepted(truth, options)) checkTails(call, truth, dtype, options)
      })

    it('gives the same bits as a promise', async () => {
      const later = exported(name, promises)
      ok(later, `ndops/promises does not export ${name}`)
      const found: string[] = []
      for (const one of good) {
        const wrong = difference(await later(...argumentsOf(one)), call(...argumentsOf(one)), BITS)
        if (wrong !== undefined) found.push(`${describeCase(name, one)}: ${wrong}`)
      }
      report(found, good.length)
      for (const one of bad.slice(0, 3)) {
        const error = await (later(...argumentsOf(one)) as Promise<unknown>).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        ok(isCoded(error), `${describeCase(name, one)} was not refused as a promise`)
      }
    })

    if (options.threads !== false && (options.large !== undefined || truth.kind !== 'calls'))
      it('gives the same bits with 1, 2, 3, 8 and 64 threads', function () {
        this.timeout(30_000)
        checkThreads(call, truth, options)
      })

    it('has its Keras spelling', () => {
      strictEqual(exported(kerasName(name)), op(name))
    })

    if (options.method ?? !['creation', 'control'].includes(truth.family))
      it('is a method', () => {
        const one = good.find(hasFirstTensor)
        ok(one, 'the fixture has no case whose first argument is a tensor')
        const [first, ...rest] = argumentsOf(one)
        const method = (first as { readonly [key: string]: unknown })[name]
        ok(typeof method === 'function', `Tensor.prototype has no ${name}`)
        strictEqual(difference((method as Call).apply(first, rest), call(...argumentsOf(one)), BITS), undefined)
      })
  })
}

/** A second name for an op: the same function under a spelling of its own. */
export function alias(name: string, of: string): void {
  records.add(name)
  describe(name, () => {
    it(`is ${of}`, () => {
      strictEqual(op(name), op(of))
    })
    it('has its Keras spelling', () => {
      strictEqual(exported(kerasName(name)), op(of))
    })
  })
}

const hasTensor = (one: Case): boolean => [...one.args, ...Object.values(one.named ?? {})].some(isTensorText)
const hasFirstTensor = (one: Case): boolean => isTensorText(one.args[0])

/** The call with repeated rows, once copied and once with stride 0. */
function broadcastDifference(call: Call, one: Case, tolerance: Tolerance): string | undefined {
  const index = one.args.findIndex((x) => isTensorText(x) && repeated(x) !== undefined)
  const rows = index < 0 ? undefined : repeated(one.args[index] as TensorText)
  if (rows === undefined) return undefined
  const withFirst = (x: unknown): unknown[] => argumentsOf(one).map((given, i) => (i === index ? x : given))
  let want: unknown
  try {
    want = call(...withFirst(argument(rows.copied)))
  } catch (error) {
    // Repeated rows can be bad indices or powers; then they must stay so.
    return isCoded(error) ? wrongError(() => call(...withFirst(rows.broadcast())), undefined) : String(error)
  }
  const wrong = difference(call(...withFirst(rows.broadcast())), want, tolerance)
  return wrong === undefined ? undefined : `broadcast: ${wrong}`
}

/** Ones of a dtype. */
function ones(dtype: DType, shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  const text: TensorText = {
    dtype,
    shape,
    data: Array.from({ length: size * (isComplex(dtype) ? 2 : 1) }, (_, i) => (isComplex(dtype) && i % 2 ? 0 : 1)),
  }
  return argument(text) as Tensor
}

/** The fixture's call with operands of these dtypes, or these values, in its slots. */
function slotted(truth: Fixture, fill: readonly unknown[]): unknown[] {
  let slot = 0
  return (truth.call ?? []).map((x) => {
    if (typeof x !== 'object' || x === null || !('operand' in x)) return argument(x)
    const given = fill[slot++]
    return DTYPES.includes(given as DType) ? ones(given as DType, (x as { operand: number[] }).operand) : given
  })
}

function resultDtype(call: () => unknown): string {
  try {
    const result = call()
    const first = Array.isArray(result) ? result[0] : result
    return isTensor(first) ? first.dtype : typeof first
  } catch (error) {
    return isCoded(error) ? '!' : `an error without a code: ${String(error)}`
  }
}

function checkDtypes(name: string, truth: Fixture): void {
  const rows = (truth.dtypes ?? []).map((row) => row.split(' '))
  const found: string[] = []
  rows.forEach((row, i) => {
    row.forEach((want, j) => {
      const fill = rows.length === 1 ? [DTYPES[j]] : [DTYPES[i], DTYPES[j]]
      const got = resultDtype(() => op(name)(...slotted(truth, fill)))
      const same = want === '?' ? !got.startsWith('an error') : got === want
      if (!same) found.push(`${name}(${fill.join(', ')}) gives ${got} instead of ${want}`)
    })
  })
  report(found, rows.length * DTYPES.length)
}

const WEAK: { readonly [kind: string]: unknown } = { bool: true, int: 1, float: 0.5, complex: { re: 0, im: 1 } }

function checkWeak(name: string, truth: Fixture): void {
  const found: string[] = []
  for (const [kind, row] of Object.entries(truth.weak ?? {}))
    row.split(' ').forEach((want, i) => {
      const scalars = kind === 'int' ? [1, 1n] : [WEAK[kind]]
      for (const scalar of scalars) {
        const got = resultDtype(() => op(name)(...slotted(truth, [DTYPES[i], scalar])))
        if (got !== want)
          found.push(`${name}(${DTYPES[i]}, a weak ${kind} ${String(scalar)}) gives ${got} instead of ${want}`)
      }
    })
  report(found, 5 * DTYPES.length)
}

/** The dtypes that drawn operands may have. */
function accepted(truth: Fixture, options: RecordOptions): readonly DType[] {
  if (options.dtypes !== undefined) return options.dtypes
  const rows = (truth.dtypes ?? []).map((row) => row.split(' '))
  return DTYPES.filter((_, i) => !['!', '?', undefined].includes((rows.length === 1 ? rows[0] : rows[i])?.[i]))
}

function drawTensor(options: RecordOptions, random: Random, dtype: DType, shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  return ndops.fromData(drawn(options.draw ?? signedSmallAndLarge, random, dtype, size), [...shape], dtype)
}

/** Sizes from 0 past four registers of the widest level, at aligned and odd places. */
function checkTails(call: Call, truth: Fixture, dtype: DType, options: RecordOptions): void {
  const random = seeded(`${truth.op} ${dtype}`)
  const count = truth.kind === 'unary' ? 1 : 2
  const long = 300
  const wholes = Array.from({ length: count }, () => drawTensor(options, random, dtype, [long]))
  const want = call(...wholes) as Tensor
  const per = isComplex(want.dtype as DType) ? 2 : 1
  const sizes = [...Array(36).keys(), 63, 64, 65, 127, 128, 129, 257]
  for (const size of sizes)
    for (const start of [0, 3]) {
      const parts = wholes.map((whole) => {
        const unit = isComplex(dtype) ? 2 : 1
        const part = storage(dtype, size)
        part.set(whole.data.subarray(start * unit, (start + size) * unit) as never)
        return ndops.fromData(part, [size], dtype)
      })
      const got = call(...parts) as Tensor
      const expected = want.data.subarray(start * per, (start + size) * per)
      const wrong = firstDifference(want.dtype as DType, got.data, expected as typeof want.data, BITS)
      if (wrong !== undefined) fail(`${truth.op} of ${size} ${dtype} elements from ${start}: ${wrong}`)
    }
}

/** More elements than one thread takes on, and no round number of anything. */
const LARGE = [211, 1201]

function largeArguments(truth: Fixture, options: RecordOptions, random: Random, dtype: DType): (readonly unknown[])[] {
  if (options.large !== undefined) return [options.large(random, dtype)]
  const x = drawTensor(options, random, dtype, LARGE)
  if (truth.kind === 'unary') return [[x]]
  if (truth.kind === 'binary') return [[x, drawTensor(options, random, dtype, [LARGE[1] as number])]]
  return [[x], [x, 0], [x, 1]]
}

function checkThreads(call: Call, truth: Fixture, options: RecordOptions): void {
  const random = seeded(`${truth.op} threads`)
  const candidates = accepted(truth, options)
  const dtypes = candidates.filter((dtype) => ['float32', 'float64', 'int32', 'bfloat16'].includes(dtype))
  const threads = ndops.numThreads()
  try {
    for (const dtype of dtypes.length > 0 ? dtypes : candidates.slice(0, 2))
      for (const args of largeArguments(truth, options, random, dtype)) {
        ndops.setNumThreads(1)
        const want = call(...args)
        for (const count of [2, 3, 8, 64]) {
          ndops.setNumThreads(count)
          const wrong = difference(call(...args), want, BITS)
          strictEqual(wrong, undefined, `${truth.op} of ${dtype} with ${count} threads: ${wrong}`)
        }
      }
  } finally {
    ndops.setNumThreads(threads)
  }
}
