"""Writes lib/core/promotion.ts from Keras's own lattice: python scripts/oracle/promotion.py

Keras resolves a lattice point to a dtype and then narrows 64-bit results to 32 bits, as JAX does by default. ndops keeps
the narrowing only where no operand is 64-bit; where one is, the lattice point is taken at 64 bits. Keras knows no weak
complex; here it is the node between weak float and complex64 that JAX, whose lattice Keras's is, gives it.
"""

import os
import pathlib

os.environ["KERAS_BACKEND"] = "numpy"
from keras import backend
from keras.src.backend.common import dtypes as keras_dtypes

DTYPES = ("bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 "
          "float16 bfloat16 float32 float64 complex64 complex128").split()
SHORT = "b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 bf f4 f8 c8 c16".split()
BITS64 = {"uint64", "int64", "float64", "complex128"}
NARROW = {"uint64": "uint32", "int64": "int32", "float64": "float32", "complex128": "complex64"}


def lattice_with_weak_complex():
    lattice = {node: list(above) for node, above in keras_dtypes._type_promotion_lattice().items()}
    lattice["int"].remove("complex64")
    lattice["float"].append("complex")
    lattice["complex"] = ["complex64"]
    return lattice


def upper_bounds(lattice):
    bounds = {}

    def visit(node):
        if node not in bounds:
            bounds[node] = {node}.union(*(visit(above) for above in lattice[node]))
        return bounds[node]

    for node in lattice:
        visit(node)
    return bounds


BOUNDS = upper_bounds(lattice_with_weak_complex())


def least_upper_bound(*nodes):
    common = set.intersection(*(BOUNDS[node] for node in nodes))
    (least,) = {c for c in common if common <= BOUNDS[c]}
    return least


def promote(*nodes):
    """The result dtype of dtypes and weak scalars ('int', 'float', 'complex'); 'floatx' and 'complexx' where it depends
    on floatx()."""
    node = least_upper_bound(*nodes)
    wide = bool(BITS64.intersection(nodes))
    if node == "int":
        return "int32"
    if node == "float":
        return "float64" if wide else "floatx"
    if node == "complex":
        return "complex128" if wide else "complexx"
    return node if wide else NARROW.get(node, node)


def check_against_keras():
    """Where no operand is 64-bit, every pair and every weak int and float is what Keras itself answers."""
    small = [dtype for dtype in DTYPES if dtype not in BITS64]
    for a in small:
        for b in small + [int, float, complex]:
            ours = promote(a, b if isinstance(b, str) else b.__name__)
            ours = {"floatx": "float32", "complexx": "complex64"}.get(ours, ours)
            assert ours == backend.result_type(a, b), (a, b, ours, backend.result_type(a, b))


HEADER = """\
// Made by scripts/oracle/promotion.py from Keras {version}; do not edit.
//
// Rows and columns are dtype codes (native/core/dtype.h). Keras's lattice; results are narrowed to 32 bits only where no
// operand is 64-bit. `fx` is floatx(), `cx` the complex dtype of its width.

const NAMES = '{names} fx cx'.split(' ')
const row = (names: string): readonly number[] => names.trim().split(/ +/).map((name) => NAMES.indexOf(name))

/** In WEAK_FLOAT and WEAK_COMPLEX: the dtype that floatx() names, and the complex dtype of its width. */
export const FLOATX = {floatx}
export const COMPLEXX = {complexx}

// biome-ignore format: a table
/** PROMOTION[a][b] is the code of the dtype that dtypes a and b meet in. */
export const PROMOTION: readonly (readonly number[])[] = [
  //   {columns}
{rows}
]

/** What dtype code d and a weak scalar meet in (a weak bool is a bool: use PROMOTION). A bool with a weak int is int32. */
// biome-ignore format: a table
export const WEAK_INT = row('{int}')
// biome-ignore format: a table
export const WEAK_FLOAT = row('{float}')
// biome-ignore format: a table
export const WEAK_COMPLEX = row('{complex}')
"""


def main():
    import keras

    check_against_keras()
    short = dict(zip(DTYPES, SHORT), floatx="fx", complexx="cx")

    def cells(other):
        return " ".join(f"{short[promote(dtype, other)]:<3}" for dtype in DTYPES).rstrip()

    rows = "\n".join(f"  row('{cells(dtype):<59}'), // {dtype}" for dtype in DTYPES)
    text = HEADER.format(
        version=keras.__version__, names=" ".join(SHORT), floatx=len(DTYPES), complexx=len(DTYPES) + 1,
        columns="   ".rstrip() + " " * 3 + " ".join(f"{name:<3}" for name in SHORT).rstrip(), rows=rows,
        int=cells("int"), float=cells("float"), complex=cells("complex"))
    target = pathlib.Path(__file__).resolve().parents[2] / "lib/core/promotion.ts"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
