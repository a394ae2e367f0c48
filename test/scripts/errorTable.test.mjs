import { strictEqual } from 'node:assert'
import { errorTable } from '../../scripts/errorTable.mjs'

describe('scripts/errorTable', () => {
  it('has a row a function and a column a dtype and level, rounded up, gaps where nothing was run', () => {
    const v4 = 'v4 exp float32: 0.9075 at 0x1.05p+4\nv4 exp float64: 0.8770 at 0x1.e8p+1\n'
    const v3 = 'v3 exp float32: 0.9073 at 0x1.05p+4\nv3 sin float32: 0.8001 at -0x1p+0\nhalf a li'
    strictEqual(
      errorTable([v4, v3], 'abc', 'a processor'),
      `Measured at commit abc on a processor.

| op | float32 v3 | float32 v4 | float64 v4 |
| --- | ---: | ---: | ---: |
| \`exp\` | 0.908 | 0.908 | 0.877 |
| \`sin\` | 0.801 |  |  |`,
    )
  })
})
