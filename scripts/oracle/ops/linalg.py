"""linalg: products of small integers, exact in every dtype and in any order of adding."""

import mpmath
import numpy as np

from patterns import Case, Slot, calls
from truth import COMPLEX, DTYPES, axes, floating, keras_ops, name_of, result_type, tensor, weaken, wide
from values import INF, NAN, small, uniform

FAMILY = "linalg"


def product(function, int8_widens=False):
    """A product in the dtype that both operands meet in; NumPy's bfloat16 and float16 products by way of float64."""
    def truth(x1, x2, *args, **named):
        x1, x2 = weaken(x1, x2)
        names = {name_of(x1), name_of(x2)}
        dtype = "int32" if int8_widens and names == {"int8"} else result_type(x1.dtype, x2.dtype)
        compute = "float64" if dtype in ("float16", "bfloat16", "float32") else dtype
        result = function(x1.astype(dtype).astype(compute), x2.astype(dtype).astype(compute), *args, **named)
        return np.asarray(result).astype(dtype)
    return truth


def by_tuple(axes):
    return tuple(by_tuple(a) for a in axes) if isinstance(axes, list) else axes


def pairs(shape1, shape2, *args, **named):
    """Each dtype once, and the mixed ones."""
    for dtype in DTYPES:
        yield Case(small(dtype, shape1, 1), small(dtype, shape2, 2), *args, **named)
    for a, b in [("int8", "uint8"), ("int32", "float16"), ("int64", "float64"), ("float32", "complex64"), ("bool", "int16")]:
        yield Case(small(a, shape1, 1), small(b, shape2, 2), *args, **named)


def shapes(*rows):
    return [Case(small("float32", a, 1), small("float32", b, 2)) for a, b in rows]


def mismatches(*rows):
    return [Case(small("float32", a, 1), small("float32", b, 2), throws="RangeError") for a, b in rows]


SPECIAL = [Case(tensor([[1, NAN], [INF, 2]], "float32"), tensor([[0, 1], [1, 0]], "float32"))]

matmul = product(np.matmul, int8_widens=True)
calls(FAMILY, "matmul", matmul, *pairs((3, 4), (4, 2)),
      *shapes(((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 2)), ((2, 3, 4), (4, 2)), ((2, 3, 4), (2, 4, 2)),
      ((3, 4), (2, 4, 2)),
              ((2, 1, 3, 4), (5, 4, 2)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((3, 0), (0, 2)), ((0, 3), (3, 2)),
              ((2, 0, 3), (3, 2)), ((1, 1), (1, 1)), ((0,), (0,)), ((17, 33), (33, 9))),
      *SPECIAL, Case(small("int32", (19, 21)), small("int32", (21, 5))),
      Case(small("int8", (2, 200), low=100, high=127), small("int8", (200, 2), low=100, high=127)),
      Case(tensor([[2**31 - 1, 2]], "int32"), tensor([[2], [3]], "int32")),
      *mismatches(((3, 4), (3, 4)), ((2, 3, 4), (3, 4, 2)), ((), (3,)), ((3, 4), ()), ((4,), (3,))),
      slots=[Slot(1, 1), Slot(1, 1)])

dot = product(np.dot)
calls(FAMILY, "dot", dot, *pairs((3, 4), (4, 2)),
      *shapes(((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 2)), ((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 2)), ((), (3, 2)),
      ((2, 3), ()), ((), ()), ((3, 0), (0, 2)), ((0,), (0,))),
      *SPECIAL, Case(small("float32", (2, 3)), 2), Case(small("int32", (3,)), 0.5),
      *mismatches(((3, 4), (3, 4)), ((4,), (3,)), ((2, 3, 4), (5, 3, 2))),
      # A scalar's product is x1 * x2, -0 included; NumPy adds it to 0 where BLAS has the dtype.
      slots=[Slot(), Slot()], weak=True, zero_sign=False)

outer = product(np.outer)
calls(FAMILY, "outer", outer, *pairs((3,), (2,)), *shapes(((2, 3), (2,)), ((), (3,)), ((), ()), ((0,), (3,)),
      ((2, 2), (2, 1, 2))),
      Case(small("float32", (3,)), 2), slots=[Slot(), Slot()], weak=True)

vdot = product(np.vdot)
calls(FAMILY, "vdot", vdot, *pairs((4,), (4,)), *shapes(((2, 3), (2, 3)), ((2, 3), (3, 2)), ((), ()), ((0,), (0,)),
      ((2, 2), (4,))),
      *mismatches(((4,), (3,)), ((2, 3), (4,))), slots=[Slot(), Slot()])

tensordot = product(lambda x1, x2, axes=2: np.tensordot(x1, x2, by_tuple(axes)))
calls(FAMILY, "tensordot", tensordot, *pairs((2, 3, 4), (3, 4, 5)),
      *[Case(small("float32", (2, 3, 4), 1), small("float32", b, 2), *args) for b, *args in [
          ((4, 5), 1), ((2, 3), 0), ((4, 3, 2), [[0, 1, 2], [2, 1, 0]]), ((4, 2), [[0], [1]]), ((3, 5), [1, 0]),
          ((5, 4, 3), [[1, -1], [-1, 1]]),
          ((2, 3, 4), 3)]],
      Case(small("float32", (0, 3)), small("float32", (3, 2)), axes=1), Case(small("float32", (2, 0)),
      small("float32", (0, 2)), 1),
      Case(small("float32", (2, 3)), small("float32", (4, 2)), 1, throws="RangeError"),
      Case(small("float32", (2, 3)), small("float32", (2, 3)), [[0, 1], [0]], throws="RangeError"),
      Case(small("float32", (2, 3)), small("float32", (2, 3)), [[0, 0], [0, 0]], throws="RangeError"),
      Case(small("float32", (2, 3)), small("float32", (2, 3)), 3, throws="RangeError"),
      Case(small("float32", (2, 3)), small("float32", (2, 3)), [[2], [0]], throws="RangeError"),
      slots=[Slot(1, 1), Slot(1, 1)])


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    x1, x2 = weaken(x1, x2)
    dtype = result_type(x1.dtype, x2.dtype)
    return np.asarray(np.cross(x1.astype(dtype), x2.astype(dtype), axisa, axisb, axisc, axis))


calls(FAMILY, "cross", cross, *[case for case in pairs((3,), (3,)) if all(name_of(x) != "bool" for x in case.args)],
      *shapes(((2, 3), (2, 3)), ((2, 3), (3,)), ((4, 1, 3), (5, 3)), ((0, 3), (3,)), ((2,), (2,)), ((2,), (3,)),
      ((3,), (2,)), ((4, 2), (4, 2))),
      Case(small("float32", (3, 4), 1), small("float32", (3, 4), 2), axis=0), Case(small("float32", (3, 4), 1),
      small("float32", (4, 3), 2), 0, 1, 0),
      Case(small("float32", (3, 4), 1), small("float32", (4, 3), 2), axisa=0, axisc=0),
      *mismatches(((4,), (3,)), ((2, 3), (4, 3)), ((), (3,))), slots=[Slot(3), Slot(3)])


def trace(x, offset=0, axis1=0, axis2=1):
    if name_of(x) in ("float16", "bfloat16"):
        return np.asarray(np.trace(x.astype("float32"), offset, axis1, axis2)).astype(x.dtype)
    return np.asarray(keras_ops.trace(x, offset, axis1, axis2))


calls(FAMILY, "trace", trace, *[Case(small(dtype, (3, 4))) for dtype in DTYPES],
      *[Case(small("float32", (3, 4)), offset) for offset in (1, -1, 3, 9, -9)],
      Case(small("float32", (2, 3, 4))), Case(small("float32", (2, 3, 4)), 1, 1, 2),
      Case(small("float32", (2, 3, 4)), axis1=-1, axis2=0),
      Case(small("float32", (0, 3))), Case(small("float32", (2, 2, 0))), Case(tensor([[127, 1], [1, 127]], "int8")),
      Case(small("float32", (3,)), throws="RangeError"), Case(small("float32", (2, 3)), 0, 0, 0, throws="RangeError"),
      Case(small("float32", (2, 3)), 0, 0, 2, throws="RangeError"), slots=[Slot(1, 1)])


def einsum(*args):
    """The dtype of Keras; NumPy contracts in float64 what is narrower, so that the exact sums of the fixtures stay so."""
    if isinstance(args[0], str):
        given, lists = args[1:], None
    else:
        given, lists = args[0:len(args) // 2 * 2:2], args[1::2]
    given = weaken(*given)
    names = {name_of(x) for x in given}
    dtype = "int32" if names == {"int8"} else result_type(*(x.dtype for x in given))
    compute = "float64" if dtype in ("float16", "bfloat16", "float32") else dtype
    given = [x.astype(dtype).astype(compute) for x in given]
    if lists is None:
        result = np.einsum(args[0], *given)
    else:
        lists = [[Ellipsis if entry == "..." else entry for entry in one] for one in lists]
        pairs = [part for pair in zip(given, lists) for part in pair]
        tail = [[Ellipsis if entry == "..." else entry for entry in args[-1]]] if len(args) % 2 else []
        result = np.einsum(*pairs, *tail)
    return np.asarray(result).astype(dtype)


def contraction(text, *shapes, dtype="float32", throws=None):
    return Case(text, *(small(dtype, shape, i) for i, shape in enumerate(shapes)), throws=throws)


def listed(*parts, throws=None):
    return Case(*(small("float32", part, i) if isinstance(part, tuple) else part for i, part in enumerate(parts)), throws=throws)


def refused(*rows):
    return [contraction(text, *shapes, throws="RangeError") for text, *shapes in rows]


calls(FAMILY, "einsum", einsum,
      *[Case("ij,jk->ik", small(dtype, (3, 4), 1), small(dtype, (4, 2), 2)) for dtype in DTYPES],
      *[Case("ij->", small(dtype, (3, 4), 1)) for dtype in DTYPES],
      *[Case("ij,ik,j->ik", small(dtype, (3, 4), 1), small(dtype, (3, 2), 2), small(dtype, (4,), 3)) for dtype in DTYPES],
      *[Case("i,i->i", small(a, (5,), 1), small(b, (5,), 2)) for a, b in [
          ("int8", "uint8"), ("int32", "float16"), ("int64", "float64"), ("float32", "complex64"), ("bool", "int16")]],
      Case("i,i->", small("int8", (300,), 1, 100, 127), small("int8", (300,), 2, 100, 127)),
      Case("i->", small("uint8", (300,), 1, 100, 127)), Case("i->", small("int8", (300,), 1, 100, 127)),
      *[contraction(text, *given) for text, *given in [
          ("ii", (5, 5)), ("ii->i", (5, 5)), ("iii->i", (3, 3, 3)), ("iij->j", (3, 3, 4)), ("iij->ij", (3, 3, 4)), ("ij->ji", (2, 3)), ("ji", (2, 3)),
          ("ij", (2, 3)), ("ij->i", (2, 3)), ("ij->j", (2, 3)), ("bA", (2, 3)), ("ba->ab", (2, 3)), ("", ()), ("->", ()),
          (",", (), ()), ("i,->i", (3,), ()), ("...j->...", (2, 3)), ("...j->j...", (2, 3, 4)), ("i...->", (3,)), ("i...->...", (3, 2, 2)), ("...", (2, 3)),
          ("i->...", (3,)), ("...->...", ()), ("ij,j", (2, 3), (3,)), ("...j,j", (2, 2, 3), (3,)), ("i,j", (2,), (3,)), ("j,i", (2,), (3,)), ("i,j->ji", (2,), (3,)),
          ("i,i", (3,), (3,)), ("ij,ij->i", (4, 3), (4, 3)), ("ij,ij->j", (4, 3), (4, 3)), ("ij,ij", (4, 3), (4, 3)), ("ij,kj->ik", (2, 3), (4, 3)),
          ("ij,jk->ki", (2, 3), (3, 4)), (" i j , j k -> i k ", (2, 3), (3, 4)), ("Ij,jK", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
          ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)), ("bqhd,bkhd->bhqk", (2, 4, 3, 5), (2, 6, 3, 5)), ("bhqk,bkhd->bqhd", (2, 3, 4, 6), (2, 6, 3, 5)),
          ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)), ("...ij,jk...->ik...", (2, 3, 4), (4, 5, 2)), ("ijk,ikl,kl->ijl", (2, 3, 4), (2, 4, 5), (4, 5)),
          ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)), ("ij,jk,kl,lm->im", (2, 3), (3, 4), (4, 5), (5, 2)), ("i,j,k->ijk", (2,), (3,), (4,)), ("i,i,i->i", (3,), (3,), (3,)),
          ("i,i,i", (3,), (3,), (3,)), ("ab,bc,cd,de,ef,fa->", (2, 3), (3, 2), (2, 3), (3, 2), (2, 3), (3, 2)),
          ("ab,bc,cd,de,ef,fg,gh->ah", (2, 3), (3, 2), (2, 3), (3, 2), (2, 3), (3, 2), (2, 3)),
          ("ea,fb,abcd,gc,hd->efgh", (2, 3), (3, 2), (3, 2, 2, 3), (2, 2), (2, 3)), ("iij,jk->ik", (3, 3, 4), (4, 2)), ("ijkl,lk->ij", (2, 3, 4, 5), (5, 4)),
          ("ijkl,klm->mij", (2, 3, 4, 5), (4, 5, 2)), ("ai,bi,ci->abc", (2, 5), (3, 5), (4, 5)),
          # Axes of size 1 broadcast between operands, and sizes of 0 give nothing or zeros.
          ("i,i->i", (1,), (3,)), ("i,i", (1,), (3,)), ("ij,jk", (2, 1), (3, 2)), ("...i,...i->...", (4, 1, 3), (2, 3)), ("ij,ij->ij", (1, 3), (2, 1)),
          ("ij,jk->ik", (2, 0), (0, 3)), ("ij,jk->ik", (0, 2), (2, 3)), ("i->", (0,)), ("i,i->i", (1,), (0,)), ("ii->i", (0, 0)), ("ii->i", (1, 1)), ("ii", (1, 1)),
          ("ij,jk->ik", (17, 33), (33, 19)), ("ij,jk->ik", (1, 1), (1, 1))]],
      listed((5, 5), [0, 0]), listed((5, 5), [0, 0], [0]), listed((2, 3), [1, 0]), listed((2, 3), ["...", 1], ["..."]),
      listed((2, 3), [0, 1], (3, 4), [1, 51], [51, 0]), listed((2, 3), [26, 0]), listed((), []), listed((2, 3), [0, 1], (3,), [1]),
      Case("ij,jk->ik", tensor([[1, NAN], [INF, 2]], "float32"), tensor([[0, 1], [1, 0]], "float32")),
      Case("i->i", tensor([-0.0, NAN, INF], "float32")), Case(",i->i", 2, small("uint8", (3,))), Case(",i->i", 0.5, small("int32", (3,))),
      *refused(("i1", (2, 3)), ("i..j", (2, 3)), ("i....j", (2, 3)), ("i...j...", (2, 3)), ("i. ..", (2, 3)), ("ij- >ji", (2, 3)), ("ij->j->i", (2, 3)), ("i-", (3,)),
               (">i", (3,)), ("i->i,", (3,)), ("i\tj", (2, 3)), ("ij,k", (2, 3)), ("ij", (2, 3), (3,)), ("ijk", (2, 3)), ("i", (2, 3)), ("i->ij", (3,)), ("i->ii", (3,)),
               ("ii->ii", (3, 3)), ("...j->j", (2, 3)), ("...->", (2, 3)), (",->", (), (3,)), ("ii", (2, 3)), ("ii", (1, 3)), ("ij,jk", (2, 3), (4, 5)),
               ("j...,...j", (3, 2), (4, 3)), ("...i,...i->...", (4, 2, 3), (3, 3))),
      listed((3,), [52], throws="RangeError"), listed((3,), [-1], throws="RangeError"), listed((3,), [0.5], throws="Error"),
      Case("i", throws="TypeError"), listed((3,), throws="TypeError"),
      # As in dot: a product is x1 * x2, -0 included, which NumPy adds to 0 in places.
      slots=["...,...->...", Slot(1), Slot(1)], weak=True, zero_sign=False)


def singular_values(matrix):
    """In 50 digits. NumPy refuses a matrix with NaN and gives NaN for one with infinity."""
    if not np.all(np.isfinite(matrix)):
        return [np.longdouble(NAN)] * min(matrix.shape)
    with mpmath.workdps(50):
        return [np.longdouble(mpmath.nstr(x, 30)) for x in mpmath.svd(mpmath.matrix(matrix.tolist()), compute_uv=False)]


def norm(x, ord=None, axis=None, keepdims=False):
    """Keras's checks, shape and dtype; values in extended precision, rounded once."""
    axis = axes(axis)
    if name_of(x) == "float16" or name_of(x) == "bfloat16":
        checked = np.asarray(keras_ops.norm(x.astype("float32"), ord, axis, keepdims)).astype(x.dtype)
    else:
        finite = np.where(np.isfinite(x), x, x.dtype.type(0)) if x.dtype.kind in "fc" else x
        checked = np.asarray(keras_ops.norm(finite, ord, axis, keepdims))
    dtype = floating(x).dtype
    extended = wide(x.astype("complex128" if name_of(x) in COMPLEX else "float64"))
    if ord not in (2, -2, "nuc") or (axis is None and x.ndim == 1) or np.ndim(axis) == 0 and axis is not None or np.size(axis) == 1 and axis is not None:
        return np.asarray(np.linalg.norm(extended, ord, axis, keepdims)).astype(dtype)
    pair = [0, 1] if axis is None else [a % x.ndim for a in axis]
    matrices = np.moveaxis(extended.astype("complex128" if name_of(x) in COMPLEX else "float64"), pair, (-2, -1))
    result = np.zeros(matrices.shape[:-2], "longdouble")
    for place in np.ndindex(result.shape):
        values = singular_values(matrices[place]) if matrices[place].size else []
        result[place] = {2: lambda v: max(v, default=0), -2: min, "nuc": lambda v: sum(v, np.longdouble(0))}[ord](values)
    return result.astype(dtype).reshape(checked.shape)


def normed(shape, *args, throws=None, dtype="float32", **named):
    return Case(uniform(dtype, shape, -10, 10), *args, throws=throws, **named)


VECTOR_ORDERS = [None, INF, -INF, 0, 1, -1, 2, -2, 3, 0.5, -0.5, 2.5]
MATRIX_ORDERS = [None, "fro", "nuc", INF, -INF, 1, -1, 2, -2]
calls(FAMILY, "norm", norm, *[Case(small(dtype, (3, 4))) for dtype in DTYPES], *[Case(small(dtype, (3, 4), low=1), 1, 1) for dtype in DTYPES],
      *[Case(small(dtype, (3, 3), 5), "nuc") for dtype in DTYPES], *[Case(small(dtype, (5,), low=1), 3) for dtype in DTYPES],
      *[normed((7,), order, dtype=dtype) for order in VECTOR_ORDERS for dtype in ("float32", "float64", "complex64", "complex128")],
      # The last places of singular values in float64 are no one's.
      *[normed((4, 6), order, dtype=dtype) for order in MATRIX_ORDERS for dtype in ("float32", "float64", "complex64", "complex128")
        if order not in ("nuc", 2, -2) or dtype in ("float32", "complex64")],
      *[normed((2, 3, 4), order, axis) for order in VECTOR_ORDERS for axis in (0, 1, -1)],
      *[normed((2, 3, 4), order, pair, keepdims) for order in MATRIX_ORDERS for pair, keepdims in (([0, 1], False), ([2, 0], True), ([-1, -2], False))],
      normed((2, 3, 4)), normed((2, 3, 4), keepdims=True), normed((), keepdims=True), normed((2, 3), keepdims=True), normed((5,), 2, None, True),
      normed((2, 3, 4), axis=[1]), normed((2, 3, 4), 3, 1, True), normed((1, 1), 2), normed((1, 5), 2), normed((5, 1), -2), normed((1, 5), "nuc"),
      normed((2, 3, 4), ord=1, axis=[0, 2], keepdims=True),
      *[Case(tensor(np.zeros(shape), "float32"), order) for shape, orders in [
          ((0,), (None, INF, 0, 1, -1, 2, -2, 3)), ((0, 3), (None, "fro", "nuc", INF, 1, -1, 2)), ((3, 0), ("nuc", INF, -INF, 1, 2))] for order in orders],
      *[Case(tensor(np.zeros((0, 2, 3)), "float32"), order, [1, 2]) for order in MATRIX_ORDERS],
      *[Case(tensor(np.zeros((2, 0, 3)), "float32"), order, [1, 2]) for order in ("fro", "nuc", INF, 1, -1, 2)],
      *[Case(tensor(np.zeros(shape), "float32"), order, throws="RangeError") for shape, order in [
          ((0,), -INF), ((0, 3), -INF), ((0, 3), -2), ((3, 0), -1), ((3, 0), -2)]],
      *[Case(tensor([0, 3, 0, -4], "float32"), order) for order in VECTOR_ORDERS],
      *[Case(tensor([[1, 2], [NAN, 4]], "float32"), order) for order in MATRIX_ORDERS],
      *[Case(tensor([[1, 2], [-INF, 4]], "float32"), order) for order in MATRIX_ORDERS],
      *[Case(tensor([1, NAN, INF], "float32"), order) for order in VECTOR_ORDERS],
      Case(tensor([1e30, -1e30], "float32")), Case(tensor([1e-30, 1e-30], "float32"), 2), Case(tensor([300, 400], "float16")), Case(tensor([1e30, 1e30], "float32"), 3),
      *[normed((2, 3), order, throws="RangeError") for order in (0, 3, 0.5, "abc", NAN)],
      *[normed((3,), order, throws="RangeError") for order in ("fro", "nuc", "abc")],
      normed((2, 3, 4), 2, throws="RangeError"), normed((2, 3, 4), "fro", throws="RangeError"), normed((), 2, throws="RangeError"),
      normed((2, 3, 4), "fro", 1, throws="RangeError"), normed((2, 3, 4), 2, [0, 0], throws="RangeError"), normed((2, 3, 4), None, [0, 1, 2], throws="RangeError"),
      normed((2, 3, 4), None, [], throws="RangeError"), normed((2, 3, 4), None, 3, throws="RangeError"), normed((2, 3, 4), [2], throws="TypeError"),
      slots=[Slot(2, 2)])
