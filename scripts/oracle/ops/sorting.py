"""sorting: stable where order can be seen; NaN last; complex numbers lexicographic."""

import numpy as np

from patterns import Case, Slot, calls, reduce
from truth import (BOOL, COMPLEX, DTYPES, FLOATING, INTEGER, NUMPY, Refused, exactly, floating, keras_ops, name_of, result_type,
                   tensor)
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
    rows = x.astype("int64").reshape(x.shape if x.ndim == 2 else (1, -1))
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


def folded(x, axis):
    """x with the folded axes as one in front, in extended precision."""
    axes = list(range(x.ndim)) if axis is None else [axis] if isinstance(axis, int) else axis
    axes = np.lib.array_utils.normalize_axis_tuple(axes, x.ndim)
    rest = [k for k in range(x.ndim) if k not in axes]
    x = exactly(x).astype(np.longdouble).transpose(*axes, *rest)
    return x.reshape(int(np.prod(x.shape[: len(axes)], dtype=int)), *x.shape[len(axes):]), axes


def kept(result, x, axes, leading):
    shape = [1 if k in axes else n for k, n in enumerate(x.shape)]
    return result.reshape(list(leading) + shape)


def real(x):
    if name_of(x) in COMPLEX:
        raise Refused("TypeError")
    return x


def median(x, axis=None, keepdims=False):
    rows, axes = folded(real(x), axis)
    result = np.asarray(np.median(rows, axis=0)).astype(floating(x).dtype)
    return kept(result, x, axes, []) if keepdims else result


def quantile(x, q, axis=None, method="linear", keepdims=False):
    rows, axes = folded(real(x), axis)
    # The place in order is computed in float64, whatever x is; NumPy takes x's dtype for a number.
    q = np.asarray(q, "float64")
    if rows.shape[0] == 0:
        raise Refused("RangeError")
    result = np.asarray(np.quantile(rows, q, axis=0, method=method)).astype(floating(x).dtype)
    return kept(result, x, axes, q.shape) if keepdims else result


MIXED = tensor([[3, 1, 2, 2], [NAN, 0, 1, 4], [5, INF, -INF, 1], [-0.0, 0.0, -1, -INF]], "float64")
METHODS = ["linear", "lower", "higher", "midpoint", "nearest"]

reduce(FAMILY, "median", median, open_=[], dtypes=[d for d in DTYPES if d not in COMPLEX], zero_sign=False, more=[
    *[Case(edges(dtype)) for dtype in DTYPES if dtype not in COMPLEX],
    *[Case(MIXED.astype(NUMPY[dtype]), axis) for dtype in ("float16", "bfloat16", "float32", "float64")
      for axis in (0, 1)],
    *[Case(uniform(dtype, (n,), -1e3, 1e3)) for dtype in ("float32", "float64", "int32") for n in (2, 3, 63, 64, 1001)],
    Case(tensor([INF, INF], "float32")), Case(tensor([-INF, INF], "float32")), Case(tensor([-INF, 1], "float64")),
    Case(tensor([1.7e308, 1.6e308], "float64")), Case(tensor([5e-324, 1e-323], "float64")),
    Case(tensor([2**63 - 1, 2**63 - 3], "int64")), Case(tensor([2**64 - 1, 2**64 - 2, 0], "uint64")),
    Case(small("float32", (2, 3)), []), Case(small("complex64", (3,)), throws="TypeError"),
    Case(small("float32", (3, 4, 5)), [2, 0]), Case(small("int8", (3, 4, 5)), [1, 0], True)])
calls(FAMILY, "quantile", quantile,
      *[Case(edges(dtype), 0.3, method=method) for dtype in DTYPES if dtype not in COMPLEX for method in METHODS],
      *[Case(uniform("float64", (n,), -1, 1), [0, 0.1, 0.25, 0.5, 0.7, 1], 0, method)
        for n in (1, 2, 11, 53) for method in METHODS],
      *[Case(uniform("float32", (30,), -1, 1), 0.77, method=method) for method in METHODS],
      *[Case(uniform("float32", (5, 6), -1, 1), 0.4, *args) for args in
        [(), (0,), (1,), (-1,), ([0, 1],), ([],), (None, "linear", True), (0, "lower", True), ([1, 0], "higher", True)]],
      *[Case(uniform("float32", (3, 4, 5), -1, 1), q, axis) for q in ([0.2], [0.9, 0.1, 0.5], [[0.1, 0.2], [0.3, 0.4]], [])
        for axis in (0, 1, [0, 2], [2, 1])],
      Case(uniform("float32", (3, 4, 5), -1, 1), [[0.1], [0.6]], 1, "linear", True),
      Case(uniform("float32", (40,), -1, 1), [k / 16 for k in range(17)]),
      Case(uniform("float32", (2, 530), -1, 1), [k / 16 for k in range(9)], 1),
      Case(small("int32", (3, 4)), tensor([0.5, 0.25], "float32"), 0),
      Case(small("int32", (3, 4)), tensor(0.5, "float16"), 0), Case(small("int32", (3, 4)), tensor([0, 1], "int32"), 0),
      *[Case(MIXED.astype(NUMPY[dtype]), [0.0, 0.3, 0.5, 1.0], axis, method)
        for dtype in ("float16", "float32", "float64") for axis in (0, 1) for method in METHODS],
      Case(tensor([0, 2, 4, 6], "float32"), 0.5, method="nearest"),
      Case(tensor([-1.7e308, 1.7e308], "float64"), [0.5, 0.25]), Case(tensor([5e-324, 1e-323, 2e-323], "float64"), 0.6),
      Case(tensor([2**63 - 1, -2**63, 5], "int64"), [0.4, 0.5]), Case(tensor(3.0, "float32"), 0.2),
      Case(tensor(np.zeros((0, 3)), "float32"), 0.5, 1),
      Case(tensor([], "float32"), 0.5, throws="RangeError"),
      Case(tensor(np.zeros((2, 0, 3)), "float32"), 0.5, 1, throws="RangeError"),
      Case(small("float32", (3,)), 1.5, throws="RangeError"), Case(small("float32", (3,)), -0.1, throws="RangeError"),
      Case(small("float32", (3,)), NAN, throws="RangeError"), Case(small("float32", (3,)), [0.5, 2], throws="RangeError"),
      Case(small("float32", (3,)), tensor([0.5, NAN], "float32"), throws="RangeError"),
      Case(small("float32", (2, 3)), 0.5, 2, throws="RangeError"),
      Case(small("float32", (2, 3)), 0.5, [0, 0], throws="RangeError"),
      Case(small("float32", (3,)), 0.5, method="upper", throws="RangeError"),
      Case(small("complex64", (3,)), 0.5, throws="TypeError"), slots=[Slot(), 0.5], zero_sign=False)


def top_k(x, k, sorted=True):
    x = real(x)
    if x.ndim == 0 or k < 0 or k > x.shape[-1]:
        raise Refused("RangeError")
    # Falling order of values, NaN first, ties by place: the stable rising order of the reversed row, reversed.
    places = x.shape[-1] - 1 - np.argsort(exactly(x)[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    places = places[..., :k]
    if not sorted:
        places = np.sort(places, axis=-1)
    return np.take_along_axis(x, places, -1), places.astype("int32")


calls(FAMILY, "topK", top_k, *[Case(doubled(dtype), k) for dtype in DTYPES if dtype not in COMPLEX for k in (1, 3)],
      *[Case(doubled(dtype), 4, sorted=False) for dtype in DTYPES if dtype not in COMPLEX],
      *[Case(uniform("float32", (n,), -1, 1), k, *rest) for n in (1, 65, 200)
        for k in sorted({0, 1, n // 10, n // 3, n}) for rest in [(), (False,)]],
      *[Case(small("int32", (n,)), k) for n in (200, 530) for k in (5, 60)],
      Case(small("float32", (2, 3, 100)), 7), Case(small("int64", (4, 90)), 5, False),
      Case(tensor([NAN, 1, NAN, INF, -INF] * 20, "float32"), 50), Case(tensor([0.0, -0.0, -1] * 40, "float64"), 12),
      Case(tensor(np.zeros((0, 3)), "float32"), 2), Case(tensor(np.zeros((3, 0)), "float32"), 0),
      Case(tensor([1, 2, 3], "float32"), 4, throws="RangeError"), Case(tensor([1, 2, 3], "float32"), -1, throws="RangeError"),
      Case(tensor([1, 2, 3], "float32"), 1.5, throws="RangeError"), Case(tensor(1.0, "float32"), 1, throws="RangeError"),
      Case(tensor([1, 2, 3], "complex64"), 1, throws="TypeError"), slots=[Slot(3), 2])


def in_top_k(targets, predictions, k):
    if name_of(targets) not in INTEGER or name_of(predictions) in COMPLEX:
        raise Refused("TypeError")
    if predictions.ndim == 0 or targets.shape != predictions.shape[:-1] or k < 0 or k % 1:
        raise Refused("RangeError")
    result = np.zeros(targets.shape, "bool")
    for place in np.ndindex(targets.shape):
        target, row = int(targets[place]), exactly(predictions[place])
        if 0 <= target < row.size and row[target] == row[target]:
            result[place] = np.sum((row > row[target]) | (row != row)) < k
    # Where Keras's own answer stands it is the same.
    if targets.ndim == 1 and k > 0 and np.all((targets >= 0) & (targets < predictions.shape[-1])):
        keras = np.asarray(keras_ops.in_top_k(targets.astype("int64"), exactly(predictions), int(k)))
        assert np.array_equal(keras, result), (targets, predictions, k)
    return result


TARGETS = tensor([0, 1, 2, 3], "int32")
calls(FAMILY, "inTopK", in_top_k,
      *[Case(TARGETS, small(dtype, (4, 6)), k) for dtype in DTYPES if dtype not in COMPLEX for k in (1, 3)],
      *[Case(TARGETS, MIXED.astype(NUMPY[dtype]), k) for dtype in ("float16", "bfloat16", "float32", "float64")
        for k in (1, 2, 4)],
      *[Case(TARGETS.astype(dtype), uniform("float32", (4, 50), 0, 1), 9) for dtype in INTEGER],
      Case(tensor([2, 5, 3], "int32"), tensor([[0.1, 0.4, 0.6, 0.9, 0.5], [0.1, 0.7, 0.9, 0.8, 0.3],
                                               [0.1, 0.6, 0.9, 0.9, 0.5]], "float32"), 3),
      Case(tensor([-1, 4, 2**31 - 1, 3], "int32"), MIXED, 4), Case(TARGETS, MIXED, 0), Case(TARGETS, MIXED, 9),
      Case(tensor(2, "int64"), tensor([1, 5, 3], "float32"), 2), Case(small("int32", (2, 3), 0, 0, 3), small("float32", (2, 3, 5)), 2),
      Case(tensor([], "int32"), tensor(np.zeros((0, 4)), "float32"), 2), Case(tensor([0], "int32"), tensor(np.zeros((1, 0)), "float32"), 2),
      Case(tensor([0.0], "float32"), tensor([[1, 2]], "float32"), 1, throws="TypeError"),
      Case(tensor([True], "bool"), tensor([[1, 2]], "float32"), 1, throws="TypeError"),
      Case(tensor([0], "int32"), tensor([[1, 2]], "complex64"), 1, throws="TypeError"),
      Case(tensor([0, 1], "int32"), tensor([[1, 2]], "float32"), 1, throws="RangeError"),
      Case(tensor([0], "int32"), tensor([1, 2], "float32"), 1, throws="RangeError"),
      Case(tensor([0], "int32"), tensor([[1, 2]], "float32"), -1, throws="RangeError"),
      Case(tensor([0], "int32"), tensor([[1, 2]], "float32"), 0.5, throws="RangeError"), slots=[Slot(1), Slot(1, 3), 2])
