/** The examples of https://keras.io/api/ops/core/. */

import { ndops, type Tensor } from '../support/ndops'
import { as, differing, giving, int, type Translations } from './printed'

const SEGMENTS = [int([1, 2, 10, 20, 100, 200]), int([0, 0, 1, 1, 2, 2]), 3] as const
const MATRIX = ndops.array([
  [1, 2],
  [3, 4],
])

export const CORE: Translations = {
  cast: [giving('array([0, 1, 2, 3], dtype=float16)', (k) => k.cast(ndops.arange(4), 'float16'))],
  convert_to_tensor: [giving('array([1, 2, 3], dtype=int32)', (k) => k.convertToTensor(Int32Array.of(1, 2, 3)))],
  erf: [as((k) => k.erf([-3, -2, -1, 0, 1]))],
  erfinv: [as((k) => k.erfinv([-0.5, -0.2, -0.1, 0, 0.3]))],
  extract_sequences: [as((k) => k.extractSequences(int([1, 2, 3, 4, 5, 6]), 3, 2))],
  fori_loop: [differing('45', (k) => k.foriLoop(0, 10, (i, s: number) => s + i, 0))],
  in_top_k: [
    as((k) =>
      k.inTopK(
        int([2, 5, 3]),
        [
          [0.1, 0.4, 0.6, 0.9, 0.5],
          [0.1, 0.7, 0.9, 0.8, 0.3],
          [0.1, 0.6, 0.9, 0.9, 0.5],
        ],
        3,
      ),
    ),
  ],
  logsumexp: [giving('array(3.407606, dtype=float32)', (k) => k.logsumexp([1, 2, 3]))],
  rsqrt: [as((k) => k.rsqrt([1, 10, 100]))],
  scatter: [
    giving('array([[0., 1.], [0., 1.]], dtype=float32)', (k) =>
      k.scatterUpdate(
        ndops.zeros([2, 2]),
        [
          [0, 1],
          [1, 1],
        ],
        [1, 1],
      ),
    ),
    as((k) =>
      k.scatter(
        [
          [0, 1],
          [1, 1],
        ],
        [1, 1],
        [2, 2],
      ),
    ),
  ],
  scatter_update: [
    giving('array([1, 1, 2], dtype=float32)', (k) => {
      const filled = k.scatterUpdate(
        ndops.zeros([4, 4, 4]),
        [
          [1, 2, 3],
          [0, 1, 3],
        ],
        [1, 1],
      )
      return after(filled, (x) => ndops.stack([ndops.getItem(x, [1, 2, 3]), ndops.getItem(x, [0, 1, 3]), ndops.sum(x)]))
    }),
    giving('array([[1, 1, 1, 1], [1, 1, 1, 1], [8, 8, 8, 8]], dtype=float32)', (k) => {
      const filled = k.scatterUpdate(
        ndops.zeros([4, 4, 4]),
        [
          [1, 2],
          [2, 3],
        ],
        [
          [1, 1, 1, 1],
          [1, 1, 1, 1],
        ],
      )
      return after(filled, (x) =>
        ndops.stack([ndops.getItem(x, [1, 2]), ndops.getItem(x, [2, 3]), ndops.full([4], ndops.sum(x))]),
      )
    }),
  ],
  segment_max: [as((k) => k.segmentMax(...SEGMENTS))],
  segment_sum: [as((k) => k.segmentSum(...SEGMENTS))],
  shape: [as((k) => k.shape(ndops.zeros([8, 12])))],
  slice: [
    giving('array([[0., 0.], [0., 0.]], dtype=float32)', (k) => k.slice(ndops.zeros([5, 5]), int([3, 3]), [2, 2])),
  ],
  slice_update: [
    giving('array([0, 0, 0, 2, 2], dtype=float32)', (k) =>
      after(k.sliceUpdate(ndops.zeros([5, 5]), [3, 3], ndops.ones([2, 2])), (x) => ndops.sum(x, 0)),
    ),
  ],
  stop_gradient: [
    giving('array([1., 2., 3.], dtype=float32)', (k) => k.stopGradient(ndops.convertToTensor([1, 2, 3], 'float32'))),
  ],
  top_k: [
    as((k) => after(k.topK(int([5, 2, 7, 1, 9, 3]), 3), ([values]) => values)),
    as((k) => after(k.topK(int([5, 2, 7, 1, 9, 3]), 3), ([, indices]) => indices)),
  ],
  unstack: [
    as((k) =>
      k.unstack(
        int([
          [1, 2],
          [3, 4],
        ]),
        { axis: 0 },
      ),
    ),
  ],
  vectorized_map: [
    giving('array([[3, 5], [7, 9]], dtype=float32)', (k) => k.vectorizedMap((e) => e.multiply(2).add(1), MATRIX)),
    giving('array([[5, 10], [18, 24]], dtype=float32)', (k) =>
      k.vectorizedMap(([a, b]) => ndops.multiply(a as Tensor, b as Tensor), [MATRIX, ndops.array([5, 6])]),
    ),
  ],
  while_loop: [
    giving('10', (k) =>
      k.whileLoop(
        (i: number) => i < 10,
        (i: number) => i + 1,
        0,
      ),
    ),
    as((k) =>
      k.whileLoop(
        (x) => x < 10,
        (x, y) => [x + 1, y + 1],
        [0, 1],
      ),
    ),
  ],
}

/** Of a result, or of the promise of one. */
function after<T>(x: T, then: (x: T) => unknown): unknown {
  return x instanceof Promise ? x.then(then) : then(x)
}
