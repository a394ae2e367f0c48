import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import type { DType } from '../support/dtypes'
import { isCoded, ndops, promises, type Tensor, viewOf } from '../support/ndops'
import { drawn, type Random, seeded, signedSmallAndLarge, smallIntegers } from '../support/random'
import { record } from '../support/record'

const draw = (random: Random, dtype: DType, shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return ndops.fromData(drawn(signedSmallAndLarge, random, dtype, size), shape, dtype)
}

record('einsum', {
  method: false,
  large: (random, dtype) => ['i,i->', draw(random, dtype, [300_007]), draw(random, dtype, [300_007])],
})

/** Small integers in memory whose axes lie in any order, some reversed. */
function scattered(random: Random, shape: readonly number[]): Tensor {
  const order = shape.map((_, axis) => axis).sort(() => random() - 0.5)
  const size = shape.reduce((a, b) => a * b, 1)
  const memory = ndops.fromData(drawn(smallIntegers, random, 'int32', size), [size])
  const strides = new Array<number>(shape.length)
  let step = 1
  let offset = memory.offset
  for (const axis of order) {
    const n = shape[axis] as number
    const back = random() < 0.3 && n > 0
    strides[axis] = back ? -step : step
    if (back) offset += (n - 1) * step
    step *= n
  }
  return viewOf(memory, offset, shape, strides, size)
}

/** The definition: a sum over all labels at once. `terms` are the labels of each operand. */
function plainly(terms: string[], output: string, sizes: Map<string, number>, operands: Tensor[]): number[] {
  const labels = [...output, ...[...sizes.keys()].filter((one) => !output.includes(one))]
  const kept = [...output].reduce((size, one) => size * (sizes.get(one) as number), 1)
  const all = labels.reduce((size, one) => size * (sizes.get(one) as number), 1)
  const sums = new Array<number>(kept).fill(0)
  const index = new Map<string, number>()
  const values = operands.map((x) => ndops.array(x).data as Int32Array)
  for (let i = 0; i < all; i++) {
    let rest = i
    for (const one of [...labels].reverse()) {
      index.set(one, rest % (sizes.get(one) as number))
      rest = Math.floor(rest / (sizes.get(one) as number))
    }
    let product = 1
    terms.forEach((term, k) => {
      const { shape } = operands[k] as Tensor
      let at = 0
      for (let axis = 0; axis < shape.length; axis++)
        at = at * (shape[axis] as number) + (shape[axis] === 1 ? 0 : (index.get(term.charAt(axis)) as number))
      product *= values[k]?.[at] as number
    })
    const place = Math.floor(i / (all / kept))
    sums[place] = (sums[place] as number) + product
  }
  return sums
}

describe('linalg/einsum @level', () => {
  it('gives what the definition gives, for any letters, shapes and strides', () => {
    const random = seeded('einsum')
    const below = (n: number): number => Math.floor(random() * n)
    for (let round = 0; round < 400; round++) {
      const letters = [...'abXYz'].slice(0, 1 + below(5))
      const sizes = new Map(letters.map((one) => [one, [1, 2, 3, 4, 5, 0][below(100) < 96 ? below(5) : 5] as number]))
      const terms = Array.from({ length: 1 + below(round % 8 === 0 ? 8 : 4) }, () =>
        Array.from({ length: below(5) }, () => letters[below(letters.length)] as string).join(''),
      )
      const used = letters.filter((one) => terms.some((term) => term.includes(one)))
      for (const one of letters) if (!used.includes(one)) sizes.delete(one)
      const operands = terms.map((term) => {
        const broadcast = new Map([...term].map((one) => [one, terms.length > 1 && below(6) === 0]))
        return scattered(
          random,
          [...term].map((one) => (broadcast.get(one) ? 1 : (sizes.get(one) as number))),
        )
      })
      // Where all operands broadcast a letter, its size is 1.
      for (const one of used)
        sizes.set(one, Math.max(...terms.map((term, k) => (operands[k] as Tensor).shape[term.indexOf(one)] ?? 1)))
      for (const one of used)
        if (terms.some((term, k) => (operands[k] as Tensor).shape[term.indexOf(one)] === 0)) sizes.set(one, 0)
      const output = used
        .filter(() => random() < 0.5)
        .sort(() => random() - 0.5)
        .join('')
      const text = `${terms.join(' , ')}->${output}`
      const got = ndops.einsum(text, ...operands)
      const shapes = operands.map((x) => `[${x.shape}]`).join(', ')
      deepStrictEqual(
        [...got.shape],
        [...output].map((one) => sizes.get(one)),
        `${text} of ${shapes}`,
      )
      const want = plainly(terms, output, sizes, operands)
      deepStrictEqual([...(got.data as Int32Array)], want, `${text} of ${shapes}`)
      if (round % 8 !== 0) continue
      // Lists say the same as the text.
      const number = (one: string): number => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(one)
      const [first, ...more] = operands.flatMap((x, k) => [x, [...(terms[k] as string)].map(number)])
      const listed = ndops.einsum(first as Tensor, ...more, [...output].map(number))
      deepStrictEqual(listed.data, got.data)
    }
  })

  it('is within the bound of a product of matrices, in every layout', () => {
    const random = seeded('einsum layouts')
    const memory = draw(random, 'float32', [2, 40, 3, 70])
    const other = draw(random, 'float32', [2, 50, 3, 70])
    const wanted = ndops.einsum('bqhd,bkhd->bhqk', ndops.cast(memory, 'float64'), ndops.cast(other, 'float64'))
    const magnitude = ndops.einsum('bqhd,bkhd->bhqk', ndops.absolute(memory), ndops.absolute(other))
    const check = (got: Tensor): void => {
      deepStrictEqual(got.shape, [2, 3, 40, 50])
      const off = ndops.subtract(ndops.cast(got, 'float64'), wanted).data as Float64Array
      off.forEach((x, i) => {
        ok(Math.abs(x) <= 72 * 2 ** -24 * ((magnitude.data[i] as number) * 1.001))
      })
    }
    check(ndops.einsum('bqhd,bkhd->bhqk', memory, other))
    // The same operands with their axes in other places.
    check(ndops.einsum('hqbd,dbkh->bhqk', permuted(memory, [2, 1, 0, 3]), permuted(other, [3, 0, 1, 2])))
    check(permuted(ndops.einsum('bqhd,bkhd->kqhb', memory, other), [3, 2, 1, 0]))
  })

  it('shows a single operand by a view', () => {
    const x = draw(seeded('einsum views'), 'float32', [4, 4, 3])
    for (const text of ['ijk->kij', 'iij->ji', 'i...->...i']) strictEqual(ndops.einsum(text, x).storage, x.storage)
    deepStrictEqual(
      ndops
        .einsum('ii->i', [
          [1, 2],
          [3, 4],
        ])
        .toArray(),
      [1, 4],
    )
    strictEqual(ndops.einsum('ij->ji', ndops.fromData(Int8Array.of(1, 2), [1, 2])).dtype, 'int32')
  })

  it('computes 16-bit floats in float32 on the way and rounds once', () => {
    // 300 * 300 overflows float16; (300 * 300) * 2^-8 does not.
    const big = ndops.array([300], 'float16')
    strictEqual(ndops.einsum('i,i,i->', big, big, ndops.array([2 ** -8], 'float16')).item(), 351.5)
    strictEqual(ndops.einsum('i->', ndops.array([2048, 1, 1], 'float16')).item(), 2050)
  })

  it('takes the cheapest order of pairs, whatever the order of operands', () => {
    const [column, row] = [ndops.ones([3000, 1]), ndops.ones([1, 3000])]
    // In the order given, what is on the way would take 36 MB.
    ndops.setMemoryLimit(ndops.memory().live + 2 ** 20)
    try {
      deepStrictEqual(ndops.einsum('ij,jk,kl->il', column, row, column).shape, [3000, 1])
      const many = ndops.einsum(
        'ab,bc,cd,de,ef,fg,gh,hi->ai',
        ...[column, row, column, row, column, row, column, row].slice(1),
        column,
      )
      strictEqual(many.item(), Math.fround(3000 ** 4))
    } finally {
      ndops.setMemoryLimit(0)
    }
  })

  const message = (...args: unknown[]): string => {
    try {
      ;(ndops.einsum as (...args: unknown[]) => Tensor)(...args)
    } catch (error) {
      ok(isCoded(error), String(error))
      return `${error.name} ${error.code} ${error.message.replace('ndops.einsum: ', '')}`
    }
    return 'nothing'
  }

  it('points at what is wrong in a text', () => {
    const x = ndops.ones([2, 3])
    const y = ndops.ones([4, 5])
    const said = (text: string, ...rest: unknown[]): string => message(text, ...rest)
    strictEqual(
      said('ij,j?', x, y),
      `RangeError ERR_NDOPS_ARGUMENT "?" is no letter, at position 4 of "ij,j?"; expected letters A to Z and a to z, '...', ',' and '->'`,
    )
    strictEqual(
      said('i..j', x),
      `RangeError ERR_NDOPS_ARGUMENT a '.' that is not one of three at position 1 of "i..j"; expected '...'`,
    )
    strictEqual(
      said('...i...', x),
      `RangeError ERR_NDOPS_ARGUMENT a second '...' at position 4 of "...i..."; expected one an operand`,
    )
    strictEqual(
      said('ij- >', x),
      `RangeError ERR_NDOPS_ARGUMENT a '-' that is not part of '->' at position 2 of "ij- >"; expected '->'`,
    )
    strictEqual(
      said('ij->i,', x),
      `RangeError ERR_NDOPS_ARGUMENT a ',' in the result at position 5 of "ij->i,"; expected letters and '...' behind '->'`,
    )
    strictEqual(
      said('ij->ii', x),
      `RangeError ERR_NDOPS_ARGUMENT the result has 'i' at position 5 of "ij->ii" twice; expected each letter once`,
    )
    strictEqual(
      said('ij->ik', x),
      `RangeError ERR_NDOPS_ARGUMENT no operand has 'k' at position 5 of "ij->ik", which the result has`,
    )
    strictEqual(said('ij,jk', x), `RangeError ERR_NDOPS_ARGUMENT "ij,jk" has 2 operands; received 1`)
    strictEqual(
      said('ijk', x),
      `RangeError ERR_NDOPS_RANK operand 0 must have 3 axes, as "ijk" names them without '...'; received shape [2, 3]`,
    )
    strictEqual(
      said('...ijk', x),
      `RangeError ERR_NDOPS_RANK operand 0 must have at least 3 axes, as "...ijk" names them; received shape [2, 3]`,
    )
    strictEqual(
      said('ij,jk', x, y),
      `RangeError ERR_NDOPS_SHAPE_MISMATCH letter 'j' of "ij,jk" has size 3 in operand 0 and 4 in operand 1; received shapes [2, 3] and [4, 5]`,
    )
    strictEqual(
      said('ii', x),
      `RangeError ERR_NDOPS_SHAPE_MISMATCH letter 'i' of "ii" has sizes 2 and 3 in operand 0; received shape [2, 3]`,
    )
    strictEqual(
      said('...,...', x, y),
      `RangeError ERR_NDOPS_SHAPE_MISMATCH axis -2 of '...' of "...,..." has size 2 in operand 0 and 4 in operand 1; received shapes [2, 3] and [4, 5]`,
    )
    strictEqual(
      said('...j->j', x),
      `RangeError ERR_NDOPS_ARGUMENT the result of "...j->j" must have '...' for the 1 axes that it stands for in the operands`,
    )
  })

  it('points at what is wrong in lists', () => {
    const x = ndops.ones([2, 3])
    strictEqual(
      message(x, [0, 52]),
      'RangeError ERR_NDOPS_ARGUMENT entry 1 of the list of operand 0 must be a label from 0 to 51; received 52',
    )
    strictEqual(
      message(x, [0, 'a']),
      `TypeError ERR_NDOPS_ARGUMENT entry 1 of the list of operand 0 must be an integer or '...'; received "a"`,
    )
    strictEqual(
      message(x, 3),
      'TypeError ERR_NDOPS_ARGUMENT the list of operand 0 must be an array of labels; received 3',
    )
    strictEqual(
      message('ij'),
      'TypeError ERR_NDOPS_ARGUMENT expected subscripts and operands, or operands each with its list of labels; received "ij" alone',
    )
    strictEqual(
      message(),
      'TypeError ERR_NDOPS_ARGUMENT expected subscripts and operands, or operands each with its list of labels; received nothing',
    )
    strictEqual(
      message(x, [0, 1], [1, 1]),
      `RangeError ERR_NDOPS_ARGUMENT the result has 'B' at position 5 of "AB->BB" twice; expected each letter once`,
    )
  })

  it('never takes anything but letters, however hostile the text', () => {
    const random = seeded('einsum hostile')
    const alphabet = [...'ijkAZ.,-> \u0000\t?é😀\ud800/', '...', '->', 'ij,jk']
    const operands = [ndops.ones([2, 3]), ndops.ones([3, 2]), ndops.ones([])]
    for (let round = 0; round < 3000; round++) {
      const length = Math.floor(random() * 12)
      const text = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
      message(text, ...operands.slice(0, Math.floor(random() * 4)))
    }
    ok(
      message('i'.repeat(100_000), operands[0]).startsWith(
        'RangeError ERR_NDOPS_RANK more than 32 letters at position 33',
      ),
    )
    ok(message(','.repeat(100_000), operands[0]).endsWith('has more than 64 operands'))
    ok(message(`${','.repeat(200)}`, ...new Array(201).fill(operands[2])).includes('at most 64'))
    const deep = ndops.ones(new Array<number>(32).fill(1))
    const all = [...'abcdefghijklmnopqrstuvwxyzABCDEF']
    strictEqual(ndops.einsum(`${all.join('')},${all.join('')}->`, deep, deep).item(), 1)
    strictEqual(
      message(
        `${all.slice(0, 20).join('')},${all.slice(12).join('')}`,
        ndops.ones(new Array<number>(20).fill(1)),
        ndops.ones(new Array<number>(20).fill(1)),
      ),
      'nothing',
    )
  })

  it('adds up products of whole rows where vectors lie across one another', async () => {
    const random = seeded('einsum columns')
    const cases: [string, number[], number[]][] = [
      ['ij,ij->j', [9001, 17], [0]],
      ['ij,ij->j', [3, 5000], [0]],
      ['ij,ij->j', [400, 15], [0]],
      ['ijk,ijk->ik', [3, 130, 40], [1]],
      ['ijk,ijk->k', [20, 30, 33], [0, 1]],
      ['ijk,ijk->ki', [7, 30, 33], [1]],
    ]
    for (const dtype of [
      'bool',
      'int16',
      'uint8',
      'int32',
      'float16',
      'bfloat16',
      'float32',
      'float64',
      'complex64',
    ] as const)
      for (const [text, shape, axis] of cases) {
        const exact = !/float|complex/.test(dtype)
        // Sums that float16 holds.
        const small = () => {
          const size = shape.reduce((x, y) => x * y, 1)
          return ndops.cast(
            ndops.fromData(
              Float64Array.from({ length: size }, () => 2 * random() - 1),
              shape,
            ),
            dtype,
          )
        }
        const [a, b] = exact ? [draw(random, dtype, shape), draw(random, dtype, shape)] : [small(), small()]
        const got = ndops.einsum(text, a, b)
        const wide = dtype.startsWith('complex') ? 'complex128' : exact ? dtype : 'float64'
        const products = ndops.multiply(ndops.cast(a, wide), ndops.cast(b, wide))
        const sums = dtype === 'bool' ? ndops.any(products, axis) : ndops.sum(products, axis)
        const want = text.endsWith('ki') ? ndops.transpose(sums) : sums
        strictEqual(got.dtype, dtype)
        deepStrictEqual(got.shape, want.shape)
        if (exact) {
          deepStrictEqual(ndops.array(got).data, ndops.array(ndops.cast(want, dtype)).data)
        } else {
          const unit = { float16: 2 ** -10, bfloat16: 2 ** -7, float64: 2 ** -42 }[dtype as string] ?? 2 ** -14
          const sizes = ndops.sum(ndops.absolute(products), axis)
          const bound = ndops.multiply(text.endsWith('ki') ? ndops.transpose(sizes) : sizes, unit)
          const off = ndops.absolute(ndops.subtract(ndops.cast(got, wide), want))
          ok(ndops.all(ndops.lessEqual(off, bound)).item(), `${text} ${dtype}`)
        }
        deepStrictEqual(ndops.array(await promises.einsum(text, a, b)).data, ndops.array(got).data)
        // One operand of another dtype, and one with its rows the other way round.
        if (dtype === 'float32') {
          const mixed = ndops.einsum(text, ndops.cast(a, 'float16'), b)
          const same = ndops.einsum(text, ndops.cast(ndops.cast(a, 'float16'), 'float32'), b)
          deepStrictEqual(ndops.array(mixed).data, ndops.array(same).data)
          const turned = ndops.einsum(text, ndops.flip(a, axis[0]), ndops.flip(b, axis[0]))
          ok(ndops.all(ndops.isclose(turned, got, { rtol: 1e-3, atol: 1e-3 })).item(), `${text} turned`)
        }
      }
  })

  it('gives promises the bits of calls made alone, and disposes of what is on the way', async () => {
    const random = seeded('einsum promises')
    const [a, b, c] = [
      draw(random, 'float32', [60, 50]),
      draw(random, 'float32', [50, 70]),
      draw(random, 'float32', [70]),
    ]
    const alone = ndops.einsum('ij,jk,k->i', a as Tensor, b as Tensor, c as Tensor)
    const before = ndops.memory().live
    const jobs = Array.from({ length: 50 }, () => promises.einsum('ij,jk,k->i', a as Tensor, b as Tensor, c as Tensor))
    for (const got of await Promise.all(jobs)) {
      deepStrictEqual(got.data, alone.data)
      got.dispose()
    }
    for (let i = 0; i < 100; i++) ndops.einsum('ij,jk,k->i', a as Tensor, b as Tensor, c as Tensor).dispose()
    // Small results share slabs of 64 KiB; all that stays is a slab or two that fill up next.
    ok(ndops.memory().live - before < 2 ** 18)
    const stopped = promises.einsum('ij->', a as Tensor, { signal: AbortSignal.abort() })
    await stopped.then(
      () => ok(false, 'was not stopped'),
      (error: unknown) => strictEqual((error as Error).name, 'AbortError'),
    )
  })
})

/** The tensor with its axes in another order. */
function permuted(x: Tensor, order: number[]): Tensor {
  return viewOf(
    x,
    x.offset,
    order.map((axis) => x.shape[axis] as number),
    order.map((axis) => x.strides[axis] as number),
    x.size,
  )
}
