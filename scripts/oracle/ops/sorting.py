"""sorting: stable where order can be seen; NaN last; complex numbers lexicographic."""

import numpy as np

from patterns import Case, Slot, calls
from truth import BOOL, COMPLEX, DTYPES, FLOATING, INTEGER, NUMPY, Refused, exactly, keras_ops, name_of, result_type, tensor
from values import INF, NAN, edges, small, uniform

FAMILY = "sorting"


def sort(x, axis=-1):
    return np.take_along_axis(x.ravel() if axis is None else x, argsort(x, axis), -1 if axis is None else axis)


def argsort(x, axis=-1):
    return np.argsort(exactly(x), axis=axis, kind="stable").astype("int32")


def doubled(dtype):
    x = edges(dtype)
    rng = np.random.default_rng(7)
    return rng.permutation(np.concatenate([x, x]))


for name, truth in [("sort", sort), ("argsort", argsort)]:
    calls(FAMILY, name, truth, *[Case(doubled(dtype)) for dtype in DTYPES],
          *[Case(small("float32", (3, 4, 2)), *args) for args in [(), (0,), (1,), (-2,), (None,)]],
          *[Case(small(dtype, (4, 3)), 0) for dtype in DTYPES],
          Case(tensor([0.0, -0.0, 0.0, -0.0, -1], "float32")), Case(tensor([NAN, 1, NAN, -INF, INF, 0], "float64")),
          Case(tensor([1 + 2j, 1 - 2j, 0 + 9j, 1 + 2j], "complex128")), Case(uniform("float32", (67,), -1, 1)),
          Case(small("int32", (100,), low=0, high=5)), Case(small("uint8", (80,), low=0, high=255)),
          Case(tensor([], "float32")), Case(tensor(np.zeros((2, 0)), "int32")),
          Case(tensor(np.zeros((0, 2)), "int32"), 0),
          Case(tensor([5.0], "float32")), Case(small("float32", (2, 2)), axis=0),
          Case(small("float32", (2, 3)), 2, throws="RangeError"), Case(small("float32", (2, 3)), -3,
          throws="RangeError"),
          Case(small("float32", (2, 3)), 0.5, throws="Error"),
          *([Case(tensor(1.0, "float32"), throws="RangeError")] if name == "sort" else []),
          slots=[Slot()])


def bincount(x, weights=None, minlength=0):
    """NumPy refuses uint64, and rows of different lengths."""
    if name_of(x) not in INTEGER + BOOL or (weights is not None and name_of(weights) in COMPLEX):
        raise Refused("TypeError")
    if x.ndim not in (1, 2) or minlength < 0 or (x.size and x.min() < 0) or (weights is not None and weights.shape != x.shape):
        raise Refused("RangeError")
    dtype = "int32" if weights is None else result_type(x.dtype, weights.dtype)
    length = max(int(x.max()) + 1 if x.size else 0, minlength)
    rows = x.astype("int64").reshape(-1, x.shape[-1])
    given = [None] * len(rows) if weights is None else weights.astype("float64").reshape(rows.shape)
    counts = np.stack([np.bincount(row, w, length) for row, w in zip(rows, given)])
    return counts.reshape(x.shape[:-1] + (length,)).astype(NUMPY[dtype])


COUNTED = tensor([3, 0, 1, 1, 7, 0, 0], "int32")
calls(FAMILY, "bincount", bincount,
      *[Case(small(dtype, (20,), low=0, high=9)) for dtype in DTYPES if dtype in INTEGER + BOOL],
      *[Case(small(dtype, (2, 6), low=0, high=4)) for dtype in ("bool", "uint8", "int32", "int64", "uint64")],
      *[Case(COUNTED, small(dtype, (7,), low=-4, high=4)) for dtype in DTYPES if dtype not in COMPLEX],
      *[Case(COUNTED, uniform(dtype, (7,), -1, 1)) for dtype in FLOATING],
      Case(COUNTED, tensor([1, NAN, INF, -INF, 2, 1, 1], "float32")),
      Case(COUNTED, tensor([-0.0] * 7, "float32")),
      Case(small("int32", (2, 5), low=0, high=3), small("float32", (2, 5))),
      Case(small("uint8", (3, 5), low=0, high=3), small("int16", (3, 5)), 6),
      Case(COUNTED, minlength=10), Case(COUNTED, minlength=3), Case(COUNTED, None, 12), Case(COUNTED, None, 0),
      Case(tensor([], "int32")), Case(tensor([], "int32"), minlength=3), Case(tensor([], "int32"), tensor([], "float32"), 2),
      Case(tensor(np.zeros((2, 0)), "int32"), minlength=2), Case(tensor([True, False, True], "bool")),
      Case(tensor([0], "int8")), Case(tensor([255, 255, 0], "uint8")),
      Case(tensor([1, -1, 2], "int32"), throws="RangeError"), Case(tensor([-128], "int8"), throws="RangeError"),
      Case(COUNTED, small("float32", (6,)), throws="RangeError"), Case(COUNTED, minlength=-1, throws="RangeError"),
      Case(tensor(3, "int32"), throws="RangeError"), Case(small("int32", (1, 2, 2), low=0), throws="RangeError"),
      Case(small("float32", (4,), low=0), throws="TypeError"), Case(small("complex64", (4,), low=0), throws="TypeError"),
      Case(COUNTED, small("complex64", (7,)), throws="TypeError"),
      slots=[Slot(), Slot()])


def digitize(x, bins):
    if name_of(x) in COMPLEX or name_of(bins) in COMPLEX:
        raise Refused("TypeError")
    if bins.ndim != 1:
        raise Refused("RangeError")
    return np.asarray(keras_ops.digitize(exactly(x), exactly(bins)))


RISING = [-2.5, 0, 0, 1, 3, 3]
calls(FAMILY, "digitize", digitize,
      *[Case(edges(dtype), tensor(RISING, "float32")) for dtype in DTYPES if dtype not in COMPLEX],
      *[Case(edges(dtype), np.sort(edges(dtype))) for dtype in DTYPES if dtype in INTEGER],
      *[Case(edges(dtype), np.sort(exactly(edges(dtype)))[::-1].astype(NUMPY[dtype])) for dtype in DTYPES
        if dtype in INTEGER],
      *[Case(small("float32", (9,)), tensor([-1, 0, 2], dtype)) for dtype in ("int8", "int32", "int64", "float16", "float64")],
      *[Case(uniform("float32", (50,), -1, 1), np.sort(uniform("float32", (count,), -1, 1))) for count in
        (1, 2, 7, 31, 32, 33, 63, 64, 127, 128, 129, 300)],
      *[Case(uniform("float64", (40,), -1, 1), np.sort(uniform("float64", (count,), -1, 1))[::-1]) for count in (5, 70, 200)],
      *[Case(small("int32", (30,), low=-90, high=90), np.sort(small("int32", (count,), low=-99, high=99))) for count in (9, 50, 150)],
      Case(tensor([NAN, INF, -INF, 1, 2], "float32"), tensor([1, 2, NAN, NAN], "float32")),
      Case(tensor([NAN, INF, -INF, 1, 2], "float32"), tensor([NAN, 2, 1], "float32")),
      Case(tensor([NAN, INF, -INF, 0], "float64"), tensor([-INF, 0, INF], "float64")),
      Case(tensor([NAN, INF, -INF, 0], "float64"), tensor([INF, 0, -INF], "float64")),
      Case(tensor([-0.0, 0.0], "float32"), tensor([0.0], "float32")), Case(tensor([-0.0, 0.0], "float32"), tensor([-0.0], "float32")),
      Case(tensor([1, 2], "float32"), tensor([], "float32")), Case(tensor([], "float32"), tensor([1], "float32")),
      Case(tensor([1, 2, 3], "int32"), tensor([2, 2], "int32")), Case(tensor(1.5, "float32"), tensor([1, 2], "float32")),
      Case(small("float32", (2, 3, 2)), tensor([3, 1, -2], "float32")), Case(tensor(np.zeros((2, 0)), "int8"), tensor([1], "int8")),
      Case(tensor([16777217, 16777216], "int32"), tensor([16777216.5, 16777217], "float64")),
      Case(tensor([1], "float32"), tensor([1, 3, 2], "float32"), throws="RangeError"),
      Case(tensor([1], "float32"), tensor([3, 1, 2], "float32"), throws="RangeError"),
      Case(tensor([1], "float32"), tensor([[1, 2]], "float32"), throws="RangeError"),
      Case(tensor([1], "float32"), tensor(1, "float32"), throws="RangeError"),
      Case(tensor([1j], "complex64"), tensor([1], "float32"), throws="TypeError"),
      Case(tensor([1], "float32"), tensor([1j], "complex64"), throws="TypeError"),
      slots=[Slot(), Slot()])
