import assert from 'node:assert'
import { accepted, isCurrent, mentions } from '../../scripts/compatibility.mjs'

describe('scripts/compatibility', () => {
  it('finds docs/compatibility.md as the tests say', () => {
    assert.ok(isCurrent(), 'docs/compatibility.md is out of date: npm run docs')
  })

  it('reads the dtypes off the rows of one operand and of pairs', () => {
    const all = Array(15).fill('float32')
    assert.deepStrictEqual(accepted({ dtypes: [['!', ...all.slice(1)].join(' ')] }).includes('bool'), false)
    const pairs = all.map((_, i) => all.map((x, j) => (i === 1 && j === 1 ? '!' : x)).join(' '))
    assert.strictEqual(accepted({ dtypes: pairs }).includes('uint8'), false)
    assert.strictEqual(accepted({ dtypes: pairs }).length, 14)
    assert.strictEqual(accepted({ cases: [] }), undefined)
    const named = 'bool uint8 uint16 uint32 uint64 int8 int16 int32'.split(' ')
    const cases = named.map((dtype) => ({ args: [dtype] }))
    assert.deepStrictEqual(accepted({ cases: [...cases, { args: ['int64'], throws: 'TypeError' }] }), named)
  })

  it('finds the sections that name an op in code, whole words alone', () => {
    const text = '# Differences\n\n## Dtypes\n\n- `sum(x)` is.\n\n## Values\n\n- the sum, `cumsum`, **norm**\n'
    assert.deepStrictEqual(mentions(text, 'sum'), ['Dtypes'])
    assert.deepStrictEqual(mentions(text, 'norm'), ['Values'])
  })
})
