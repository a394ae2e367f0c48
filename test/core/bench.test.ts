/** The guard of the benchmarks: every op has a case. */

import { deepStrictEqual, ok } from 'node:assert'
import { goals, hasCase } from '../../bench/cases'
import { opsAmong } from '../support/coverage'
import { fixturePath } from '../support/fixtures'
import { exported, ndops } from '../support/ndops'

describe('benchmarks', () => {
  it('have a case of every op', () => {
    // An alias has no fixture: the function is measured under its own name.
    deepStrictEqual(
      opsAmong(ndops).filter((name) => fixturePath(name) !== undefined && !hasCase(name)),
      [],
    )
  })

  it('judge by ops that exist, with an aim beyond what must be', () => {
    for (const { name, op, must = 0, aim = 0 } of goals) {
      ok(exported(op), `${name}: ndops exports no ${op}`)
      ok(aim > must && must > 0, name)
    }
  })

  it('miss the case of an op that has none', () => {
    ok(!hasCase('noSuchOp'))
  })
})
