import { deepStrictEqual } from 'node:assert'
import { ndops, op, type Tensor } from '../support/ndops'

const FUNCTIONS =
  'exp expm1 log log1p log2 log10 erf erfinv sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh sqrt rsqrt reciprocal'

// float32 results are within 2 units of theirs: rounded once they are within 1 of the correctly rounded 16-bit result.
describe('math of every float16 and bfloat16 value is that of float32, rounded once @level', () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i)
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const x = ndops.fromData(patterns, [65536], dtype)
    const wide = ndops.cast(x, 'float32')
    for (const name of FUNCTIONS.split(' '))
      it(`${name} of ${dtype}`, () => {
        const got = (op(name)(x) as Tensor).data
        const want = ndops.cast(op(name)(wide) as Tensor, dtype).data
        deepStrictEqual(got, want)
      })
  }
})
