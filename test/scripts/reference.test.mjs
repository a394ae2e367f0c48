import assert from 'node:assert/strict'
import { docComments, isCurrent } from '../../scripts/reference.mjs'

describe('scripts/reference', () => {
  it('finds docs/reference.md as the doc comments say', () => {
    assert.ok(isCurrent(), 'docs/reference.md is out of date: npm run docs')
  })

  it('reads comments of exports, of renamed exports and of aliases', () => {
    const docs = docComments(
      '/** One. */\nexport const one = 1\n/**\n * Two,\n * in lines.\n */\nconst two_ = 2\nexport { two_ as two }\nexport { one as uno }\n',
    )
    assert.deepEqual(docs.get('one'), { text: 'One.' })
    assert.deepEqual(docs.get('two'), { text: 'Two,\nin lines.' })
    assert.deepEqual(docs.get('uno'), { alias: 'one' })
  })
})
