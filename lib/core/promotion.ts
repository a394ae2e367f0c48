// Made by scripts/oracle/promotion.py from Keras 3.15.1; do not edit.
//
// Rows and columns are dtype codes (native/core/dtype.h). Keras's lattice; results are narrowed to 32 bits only where no
// operand is 64-bit. `fx` is floatx(), `cx` the complex dtype of its width.

const NAMES = 'b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 bf f4 f8 c8 c16 fx cx'.split(' ')
const row = (names: string): readonly number[] =>
  names
    .trim()
    .split(/ +/)
    .map((name) => NAMES.indexOf(name))

/** In WEAK_FLOAT and WEAK_COMPLEX: the dtype that floatx() names, and the complex dtype of its width. */
export const FLOATX = 15
export const COMPLEXX = 16

// biome-ignore format: a table
/** PROMOTION[a][b] is the code of the dtype that dtypes a and b meet in. */
export const PROMOTION: readonly (readonly number[])[] = [
  //      b1  u1  u2  u4  u8  i1  i2  i4  i8  f2  bf  f4  f8  c8  c16
  row('b1  u1  u2  u4  u8  i1  i2  i4  i8  f2  bf  f4  f8  c8  c16'), // bool
  row('u1  u1  u2  u4  u8  i2  i2  i4  i8  f2  bf  f4  f8  c8  c16'), // uint8
  row('u2  u2  u2  u4  u8  i4  i4  i4  i8  f2  bf  f4  f8  c8  c16'), // uint16
  row('u4  u4  u4  u4  u8  i4  i4  i4  i8  f2  bf  f4  f8  c8  c16'), // uint32
  row('u8  u8  u8  u8  u8  f8  f8  f8  f8  f2  bf  f4  f8  c8  c16'), // uint64
  row('i1  i2  i4  i4  f8  i1  i2  i4  i8  f2  bf  f4  f8  c8  c16'), // int8
  row('i2  i2  i4  i4  f8  i2  i2  i4  i8  f2  bf  f4  f8  c8  c16'), // int16
  row('i4  i4  i4  i4  f8  i4  i4  i4  i8  f2  bf  f4  f8  c8  c16'), // int32
  row('i8  i8  i8  i8  f8  i8  i8  i8  i8  f2  bf  f4  f8  c8  c16'), // int64
  row('f2  f2  f2  f2  f2  f2  f2  f2  f2  f2  f4  f4  f8  c8  c16'), // float16
  row('bf  bf  bf  bf  bf  bf  bf  bf  bf  f4  bf  f4  f8  c8  c16'), // bfloat16
  row('f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f8  c8  c16'), // float32
  row('f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  c16 c16'), // float64
  row('c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c16 c8  c16'), // complex64
  row('c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16'), // complex128
]

/** What dtype code d and a weak scalar meet in (a weak bool is a bool: use PROMOTION). A bool with a weak int is int32. */
// biome-ignore format: a table
export const WEAK_INT = row('i4  u1  u2  u4  u8  i1  i2  i4  i8  f2  bf  f4  f8  c8  c16')
// biome-ignore format: a table
export const WEAK_FLOAT = row('fx  fx  fx  fx  f8  fx  fx  fx  f8  f2  bf  f4  f8  c8  c16')
// biome-ignore format: a table
export const WEAK_COMPLEX = row('cx  cx  cx  cx  c16 cx  cx  cx  c16 c8  c8  c8  c16 c8  c16')
