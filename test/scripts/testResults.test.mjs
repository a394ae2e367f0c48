import assert from 'node:assert/strict'
import { readResults, writeResults } from '../../scripts/support/testResults.mjs'

const machine = ['A processor, levels v2, v3, 2 processors', 'Linux x64, Node 20.1.0, c++ 12']
const results = new Map([
  [
    'whole suite at v2',
    { counts: { passed: 9, failed: 0, skipped: 2 }, minutes: '1.5', commit: 'abc', changed: false },
  ],
  [
    'storms, 500 rounds',
    { counts: { passed: 3, failed: 1, skipped: 0 }, minutes: '20.0', commit: 'def', changed: true },
  ],
])

describe('scripts/testResults', () => {
  it('reads what it wrote, each part with its commit', () => {
    const page = writeResults(machine, results)
    assert.match(page, /^\| storms, 500 rounds \| 3 passed, 1 failed \| 20\.0 \| def with changes \|$/m)
    assert.deepEqual(readResults(page, machine), results)
  })

  it("does not mix two machines' results", () => {
    const page = writeResults(machine, results)
    assert.equal(readResults(page, ['Another processor', machine[1]]).size, 0)
  })
})
