/** The functions that control-flow fixtures name; scripts/oracle/ops/control.py is the other half. */

import { op } from './ndops'

export const FUNCTIONS: { readonly [name: string]: (...args: never[]) => unknown } = {
  one: () => op('array')(1, 'float32'),
  two: () => op('array')(2, 'float32'),
  addIndex: (i: unknown, state: unknown) => op('add')(state, i),
  double: (x: unknown) => op('multiply')(x, 2),
  sum: (x: unknown) => op('sum')(x),
  addPair: ([a, b]: [unknown, unknown]) => op('add')(a, b),
  increment: (x: unknown) => op('add')(x, 1),
  below5: (x: unknown) => op('less')(x, 5),
  advance: (i: unknown, x: unknown) => [op('add')(i, 1), op('add')(x, x)],
  firstBelow3: (i: unknown) => op('less')(i, 3),
}
