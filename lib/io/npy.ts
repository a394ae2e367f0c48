/** NumPy's .npy format, in memory. */

import type { Operand } from '../core/convert'
import { kindOf, typeError } from '../core/errors'
import type { Tensor } from '../tensor'
import { bytesOf, Reader, readArray, storedOf, viewBytes } from './array'
import { type Both, both, launching, memorySource } from './steps'

/**
 * The bytes of a .npy file with the elements of `x`, as `numpy.save` writes it: `fs.writeFileSync('x.npy', toNpy(x))`.
 *
 * Any dtype; bfloat16 as ml_dtypes writes it, two raw bytes each (`numpy.load(...).view(ml_dtypes.bfloat16)`). Version
 * 1.0, little-endian; in Fortran order where the elements lie so (a transposed tensor), else in C order.
 *
 * @example toNpy([1, 2]).length // 136
 */
export const toNpy: Both<[x: Operand], never, Uint8Array> = both('toNpy', ['x'], [], function* (_, [x]) {
  const stored = yield* launching('toNpy', () => storedOf('toNpy', 'x', x as Operand))
  try {
    return yield* bytesOf(stored)
  } finally {
    stored.tensor.dispose()
  }
})

/**
 * The tensor of the bytes of a .npy file, a typed array, `Buffer` or `ArrayBuffer`: `fromNpy(fs.readFileSync('x.npy'))`.
 *
 * Versions 1.0 to 3.0, C and Fortran order (a transposed view), both byte orders, every dtype of NumPy's that is one here;
 * raw bytes of two are bfloat16, as ml_dtypes writes it. What follows the array is left unread. Throws a TypeError
 * (ERR_NDOPS_DTYPE) for other dtypes, structured ones and Python objects, a RangeError (ERR_NDOPS_FORMAT) for data that is
 * truncated or malformed. Nothing is allocated on the word of a header alone.
 *
 * @example fromNpy(toNpy([[1, 2], [3, 4]])) // [[1, 2], [3, 4]]
 */
export const fromNpy: Both<[data: ArrayBufferView | ArrayBufferLike], never, Tensor> = both(
  'fromNpy',
  ['data'],
  [],
  function* (later, [data]) {
    const bytes = viewBytes('fromNpy', 'data', data)
    if (bytes === undefined)
      throw typeError('fromNpy', 'BUFFER', `data must be a typed array or an ArrayBuffer; received ${kindOf(data)}`)
    // Later the bytes are as they were when the call was made.
    return yield* readArray(
      'fromNpy',
      new Reader(memorySource(later ? Uint8Array.from(bytes) : bytes), 0, bytes.length),
    )
  },
)
