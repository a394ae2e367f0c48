/** Answers calls for scripts/oracle/compare.py: one JSON line in ({ op, args, named }), one out (gives or throws). */

import { createInterface } from 'node:readline'
import { encodeResult } from './encode'
import { argumentsOf, type Case } from './fixtures'
import { isCoded, op } from './ndops'

function answer(line: string): unknown {
  const call = JSON.parse(line) as Case & { readonly op: string }
  try {
    return { gives: encodeResult(op(call.op)(...argumentsOf(call))) }
  } catch (error) {
    return {
      throws: error instanceof Error ? error.name : 'not an error',
      coded: isCoded(error),
      message: String(error),
    }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(answer(line))}\n`)
})
