/** The examples of https://keras.io/api/ops/numpy/. */

import { ndops } from '../support/ndops'
import { as, differing, int, type Translations } from './printed'

const TRUTHS = ndops.array([
  [true, false],
  [true, true],
])
const range = (n: number, shape: number[]) => ndops.reshape(ndops.arange(n), shape)
const TEN = range(6, [2, 3]).add(10)
const PAIRS = int([
  [0, 3],
  [3, 2],
  [4, 5],
])
const DATA = range(6, [3, 2])
const COUNTED = ndops.array([1, 2, 2, 3], 'uint8')
const HALVES = ndops.divide(COUNTED, 2)
const SPARSE = int([
  [0, 1, 7, 0],
  [3, 0, 2, 19],
])
const NINE = range(9, [3, 3])
const FOUR = range(4, [2, 2])
const CUBE = range(8, [2, 2, 2])
const STEPS = int([1, 2, 4, 7, 0])
const ROWS = int([
  [1, 3, 6, 10],
  [0, 5, 6, 8],
])
const A = range(25, [5, 5])
const B = ndops.arange(5)
const C = range(6, [2, 3])

export const NUMPY: Translations = {
  absolute: [as((k) => k.absolute([-1.2, 1.2]))],
  add: [
    as((k) => k.add(int([1, 4]), int([5, 6]))),
    as((k) =>
      k.add(
        int([
          [5, 4],
          [5, 6],
        ]),
        int([5, 6]),
      ),
    ),
  ],
  all: [
    as((k) => k.all([true, false])),
    as((k) => k.all(TRUTHS, { axis: 0 })),
    as((k) => k.all(TRUTHS, { keepdims: true })),
  ],
  amax: [
    as((k) =>
      k.amax(
        int([
          [1, 3, 5],
          [2, 3, 6],
        ]),
      ),
    ),
    as((k) =>
      k.amax(
        int([
          [1, 6, 8],
          [1, 5, 2],
        ]),
        { axis: 0 },
      ),
    ),
    as((k) =>
      k.amax(
        int([
          [1, 6, 8],
          [1, 5, 2],
        ]),
        { axis: 1, keepdims: true },
      ),
    ),
  ],
  amin: [
    as((k) => k.amin(int([1, 3, 5, 2, 3, 6]))),
    as((k) =>
      k.amin(
        int([
          [1, 6, 8],
          [7, 5, 3],
        ]),
        { axis: 0 },
      ),
    ),
    as((k) =>
      k.amin(
        int([
          [1, 6, 8],
          [7, 5, 3],
        ]),
        { axis: 1, keepdims: true },
      ),
    ),
  ],
  any: [
    as((k) => k.any([true, false])),
    as((k) => k.any(TRUTHS, { axis: 0 })),
    as((k) => k.all(TRUTHS, { keepdims: true })),
  ],
  append: [
    as((k) =>
      k.append(
        int([1, 2, 3]),
        int([
          [4, 5, 6],
          [7, 8, 9],
        ]),
      ),
    ),
    as((k) =>
      k.append(
        int([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        int([[7, 8, 9]]),
        { axis: 0 },
      ),
    ),
    as((k) =>
      k.append(
        int([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        int([7, 8, 9]),
        { axis: 0 },
      ),
    ),
  ],
  arange: [
    as((k) => k.arange(3)),
    differing('array([0, 1, 2], dtype=int32)', (k) => k.arange(3.0)),
    as((k) => k.arange(3, 7)),
    as((k) => k.arange(3, 7, 2)),
  ],
  arccos: [as((k) => k.arccos(int([1, -1])))],
  arccosh: [as((k) => k.arccosh(int([10, 100])))],
  arcsin: [as((k) => k.arcsin(int([1, -1, 0])))],
  arcsinh: [differing('array([0.8813736, -0.8813736, 0.], dtype=float32)', (k) => k.arcsinh(int([1, -1, 0])))],
  arctan: [as((k) => k.arctan(int([0, 1])))],
  arctan2: [
    as((k) => k.divide(ndops.multiply(ndops.arctan2(int([-1, -1, 1, 1]), int([-1, 1, 1, -1])), 180), Math.PI)),
    as((k) => k.arctan2([1, -1], [0, 0])),
    differing('array([0., 3.1415927, 0.7853982], dtype=float32)', (k) =>
      k.arctan2([0, 0, Number.POSITIVE_INFINITY], [0, -0, Number.POSITIVE_INFINITY]),
    ),
  ],
  argmax: [
    as(() => TEN),
    as((k) => k.argmax(TEN)),
    as((k) => k.argmax(TEN, { axis: 0 })),
    as((k) => k.argmax(TEN, { axis: 1 })),
  ],
  argmin: [
    as(() => TEN),
    as((k) => k.argmin(TEN)),
    as((k) => k.argmin(TEN, { axis: 0 })),
    as((k) => k.argmin(TEN, { axis: 1 })),
  ],
  argsort: [
    as((k) => k.argsort(int([3, 1, 2]))),
    as(() => PAIRS),
    as((k) => k.argsort(PAIRS, { axis: 0 })),
    as((k) => k.argsort(PAIRS, { axis: 1 })),
  ],
  array: [
    differing('array([1., 2., 3.], dtype=float32)', (k) => k.array([1, 2, 3])),
    as((k) => k.array([1, 2, 3], { dtype: 'float32' })),
  ],
  average: [
    as((k) => k.arange(1, 5)),
    as((k) => k.average(ndops.arange(1, 5))),
    as((k) => k.average(ndops.arange(1, 11), { weights: ndops.arange(10, 0, -1) })),
    as(() => DATA),
    as((k) => k.average(DATA, { axis: 1, weights: [1 / 4, 3 / 4] })),
    as((k) => k.average(DATA, { weights: [1 / 4, 3 / 4] })),
  ],
  bincount: [
    as((k) => k.bincount(COUNTED)),
    differing('array([0.5, 1., 1., 1.5], dtype=float32)', () => HALVES),
    differing('array([0., 0.5, 2., 1.5], dtype=float32)', (k) => k.bincount(COUNTED, { weights: HALVES })),
    as((k) => k.bincount(COUNTED, { minlength: Number(ndops.max(COUNTED).item()) + 1 + 2 })),
  ],
  broadcast_to: [as((k) => k.broadcastTo(int([1, 2, 3]), [3, 3]))],
  count_nonzero: [
    as((k) => k.countNonzero(SPARSE)),
    differing('array([1, 1, 2, 1], dtype=int32)', (k) => k.countNonzero(SPARSE, { axis: 0 })),
    differing('array([2, 3], dtype=int32)', (k) => k.countNonzero(SPARSE, { axis: 1 })),
  ],
  diag: [
    as(() => NINE),
    as((k) => k.diag(NINE)),
    as((k) => k.diag(NINE, { k: 1 })),
    as((k) => k.diag(NINE, { k: -1 })),
    as((k) => k.diag(ndops.diag(NINE))),
  ],
  diagonal: [
    as(() => FOUR),
    as(() => FOUR.diagonal()),
    as(() => FOUR.diagonal(1)),
    as(() => CUBE),
    as(() => CUBE.diagonal(0, 0, 1)),
  ],
  diff: [
    as((k) => k.diff(STEPS)),
    as((k) => k.diff(STEPS, { n: 2 })),
    as((k) => k.diff(ROWS)),
    as((k) => k.diff(ROWS, { axis: 0 })),
  ],
  digitize: [as((k) => k.digitize(Float64Array.of(0, 1, 3, 1.6), Float64Array.of(0, 3, 4.5, 7)))],
  einsum: [
    as((k) => k.einsum('ii', A)),
    as((k) => k.einsum(A, [0, 0])),
    as((k) => k.trace(A)),
    as((k) => k.einsum('ii -> i', A)),
    as((k) => k.einsum(A, [0, 0], [0])),
    as((k) => k.diag(A)),
    as((k) => k.einsum('ij -> i', A)),
    as((k) => k.einsum(A, [0, 1], [0])),
    as((k) => k.sum(A, { axis: 1 })),
    as((k) => k.einsum('...j -> ...', A)),
    as((k) => k.einsum(A, ['...', 1], ['...'])),
    as((k) => k.einsum('ji', C)),
    as((k) => k.einsum('ij -> ji', C)),
    as((k) => k.einsum(C, [1, 0])),
    as((k) => k.transpose(C)),
    as((k) => k.einsum('ij, j', A, B)),
    as((k) => k.einsum(A, [0, 1], B, [1])),
    as((k) => k.einsum('...j, j', A, B)),
  ],
  meshgrid: [
    as(() => ndops.meshgrid(int([1, 2, 3]), int([4, 5, 6]), { indexing: 'ij' })[0]),
    as(() => ndops.meshgrid(int([1, 2, 3]), int([4, 5, 6]), { indexing: 'ij' })[1]),
  ],
  norm: [
    differing('array(7.745967, dtype=float32)', (k) =>
      k.norm(ndops.reshape(ndops.arange(9, { dtype: 'float32' }).subtract(4), [3, 3])),
    ),
  ],
}
