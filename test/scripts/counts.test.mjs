// The runner's arithmetic: whatever dies counts as failed, and nothing that did not run counts as passed.
import assert from 'node:assert/strict'
import { doctestCounts, settle, total, wording } from '../../scripts/support/parts.mjs'

describe('scripts/support/parts', () => {
  const counts = (passed, failed, skipped = 0) => ({ passed, failed, skipped })

  it('reads the summary of doctest', () => {
    const summary =
      '[doctest] test cases:   12 |   11 passed | 1 failed | 3 skipped\n[doctest] assertions: 9 | 9 passed | 0 failed |'
    assert.deepEqual(doctestCounts(summary), counts(11, 1))
    assert.equal(doctestCounts('Segmentation fault'), null)
  })

  it('counts what died as failed', () => {
    assert.deepEqual(settle(null, 139), counts(0, 1))
    assert.deepEqual(settle(counts(5, 0), 1), counts(5, 1))
    assert.deepEqual(settle(counts(5, 2), 2), counts(5, 2))
    assert.deepEqual(settle(counts(5, 0), 0), counts(5, 0))
  })

  it('counts a part in which nothing ran as failed', () => {
    assert.deepEqual(settle(counts(0, 0), 0), counts(0, 1))
  })

  it('sums and words', () => {
    const sum = total([counts(1, 0, 2), counts(3, 1)])
    assert.equal(wording(sum), '4 passed, 1 failed, 2 skipped')
    assert.equal(wording(counts(7, 0)), '7 passed, 0 failed')
  })
})
