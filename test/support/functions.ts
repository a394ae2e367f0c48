/** The functions that control-flow fixtures name; scripts/oracle/ops/control.py is the other half. */

import { ndops, op } from './ndops'

export const FUNCTIONS: { readonly [name: string]: (...args: never[]) => unknown } = {
  one: () => ndops.fromData(new Float32Array([1]), []),
  two: () => ndops.fromData(new Float32Array([2]), []),
  addIndex: (i: unknown, state: unknown) => op('add')(state, i),
  double: (x: unknown) => op('multiply')(x, 2),
  sum: (x: unknown) => op('sum')(x),
  addPair: ([a, b]: [unknown, unknown]) => op('add')(a, b),
  increment: (x: unknown) => op('add')(x, 1),
  below5: (x: unknown) => op('less')(x, 5),
  advance: (i: unknown, x: unknown) => [op('add')(i, 1), op('add')(x, x)],
  firstBelow3: (i: unknown) => op('less')(i, 3),
}
