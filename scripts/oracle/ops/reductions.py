"""reductions: sums and products of small integers are exact, so that any order of adding gives the same bits."""

import numpy as np
import scipy.special

from patterns import Case, Slot, calls, reduce
from truth import (COMPLEX, DTYPES, FLOATING, NUMPY, Refused, accurate, axes, exactly, floating, keras_ops, name_of,
                   result_type, saturate, tensor, wide)
from values import INF, NAN, small, uniform

FAMILY = "reductions"


def integer_or(keras, float_function):
    """Keras for integers and bool; floating dtypes in extended precision."""
    def truth(x, axis=None, keepdims=False, **named):
        axis = axes(axis)
        if name_of(x) in FLOATING + COMPLEX:
            result = accurate(lambda wide: float_function(wide, axis=axis, keepdims=keepdims, **named), x)
            # NumPy 2.4 gives 0 for a sum of -0 alone; IEEE 754's sum is -0.
            if keras is not keras_ops.prod and name_of(x) in FLOATING and x.size:
                alone = np.all((exactly(x) == 0) & np.signbit(exactly(x)), axis=axis, keepdims=keepdims)
                result = np.where(alone, -0.0, result).astype(x.dtype)
            return result
        return np.asarray(keras(x, axis=axis, keepdims=keepdims, **named))
    return truth


def prod(x, axis=None, keepdims=False, dtype=None):
    if dtype is not None:
        return np.asarray(np.prod(x, axis=axes(axis), keepdims=keepdims, dtype=dtype))
    return integer_or(keras_ops.prod, np.prod)(x, axis, keepdims)


def spread(function):
    """std and var: integers as floatx(). Keras's var of complex numbers is complex, its std real."""
    def truth(x, axis=None, keepdims=False):
        x = floating(x)
        result = np.asarray(function(wide(x), axis=axes(axis), keepdims=keepdims))
        if name_of(x) in COMPLEX and function is np.std:
            return result.astype({"complex64": "float32", "complex128": "float64"}[name_of(x)])
        return result.astype(x.dtype)
    return truth


def average(x, axis=None, weights=None):
    if weights is None:
        dtype = floating(x).dtype
    else:
        met = result_type(x.dtype, weights.dtype)
        # A quotient of products: 64-bit integers are not narrowed.
        dtype = np.dtype("float64") if met in ("int64", "uint64") else floating(np.zeros(0, NUMPY[met])).dtype
        weights = wide(weights.astype(dtype)) if dtype.name in FLOATING + COMPLEX else weights
    return np.asarray(np.average(wide(x.astype(dtype)), axis=axes(axis), weights=weights)).astype(dtype)


def logsumexp(x, axis=None, keepdims=False):
    x = floating(x)
    return np.asarray(scipy.special.logsumexp(x.astype("float64"), axis=axes(axis), keepdims=keepdims)).astype(x.dtype)


def extreme(function):
    def truth(x, axis=None, keepdims=False, initial=None):
        return np.asarray(function(exactly(x), axis=axes(axis), keepdims=keepdims, initial=initial)).astype(x.dtype)
    return truth


def place(function):
    def truth(x, axis=None, keepdims=False):
        if isinstance(axis, list):
            raise Refused("TypeError")
        return np.asarray(function(exactly(x), axis=axis, keepdims=keepdims)).astype("int32")
    return truth


def any_all(function):
    return lambda x, axis=None, keepdims=False: np.asarray(function(x, axis=axes(axis), keepdims=keepdims)).astype(bool)


NANS = [[1, NAN, 3], [NAN, NAN, 1], [2, -INF, INF]]
EXTREME_MORE = [
    Case(tensor(NANS, "float32"), 0), Case(tensor(NANS, "float64"), 1), Case(tensor(NANS, "float16"), 1),
    Case(tensor(NANS, "bfloat16"), 1), Case(tensor([[2**63 - 1, -2**63, 0]], "int64"), 1),
    Case(tensor([2**64 - 1, 2**63], "uint64")), Case(tensor([1 + 2j, 1 - 2j, -5 + 9j], "complex64")),
]
INITIAL = [Case(small("float32", (2, 3)), initial=2), Case(small("int32", (2, 3)), 1, False, 3),
           Case(tensor(np.zeros((2, 0)), "float32"), axis=1, initial=-1.5)]

# A sum of -0 alone is -0 here, 0 in NumPy (docs/differences.md).
reduce(FAMILY, "sum", integer_or(keras_ops.sum, np.sum), zero_sign=False, more=[
    Case(tensor([2**31 - 1, 1], "int32")), Case(tensor([2**63 - 1, 1], "int64")), Case(tensor([200, 100], "uint8")),
    Case(tensor([127, 127, 127], "int8")), Case(tensor(np.ones((260,)), "bool")), Case(tensor([INF, -INF], "float64")),
    Case(uniform("float32", (200,), 0, 1)), Case(uniform("float64", (99,), 0, 1))])
reduce(FAMILY, "prod", prod, values=lambda dtype, shape: small(dtype, shape, low=1, high=2), more=[
    Case(tensor([2**30, 8], "int32")), Case(tensor([100, 100, 100], "uint8")),
    Case(small("int32", (3,), low=1), dtype="float32")])
reduce(FAMILY, "mean", integer_or(keras_ops.mean, np.mean), zero_sign=False, more=[
    Case(tensor([2**31 - 1, 2**31 - 1], "int32")), Case(tensor([2**63 - 1, 1], "int64")),
    Case(uniform("float32", (200,), 0, 1)), Case(tensor(np.full((1200,), 60.0), "float16"))])
reduce(FAMILY, "std", spread(np.std), more=[Case(uniform("float32", (150,), 100, 101)), Case(tensor([3.0], "float32"))])
reduce(FAMILY, "var", spread(np.var), more=[Case(uniform("float32", (150,), 100, 101)), Case(tensor([3.0], "float32"))])
reduce(FAMILY, "max", extreme(np.max), empty=False, zero_sign=False, more=EXTREME_MORE + INITIAL)
reduce(FAMILY, "min", extreme(np.min), empty=False, zero_sign=False, more=EXTREME_MORE + INITIAL)
reduce(FAMILY, "amax", extreme(np.max), empty=False, zero_sign=False, more=EXTREME_MORE)
reduce(FAMILY, "amin", extreme(np.min), empty=False, zero_sign=False, more=EXTREME_MORE)
reduce(FAMILY, "all", any_all(np.all), more=[Case(tensor([1, NAN, -0.0], "float32")), Case(tensor([NAN], "float32"))])
reduce(FAMILY, "any", any_all(np.any), more=[Case(tensor([0, -0.0], "float32")), Case(tensor([NAN], "float64"))])
reduce(FAMILY, "countNonzero", lambda x, axis=None: np.asarray(np.count_nonzero(exactly(x), axis=axes(axis))).astype("int32"),
       keepdims=False)
reduce(FAMILY, "logsumexp", logsumexp, dtypes=[d for d in DTYPES if d not in COMPLEX], open_=COMPLEX, more=[
    Case(tensor([-INF, -INF], "float32")), Case(tensor([INF, 1], "float32")), Case(tensor([1000, 1000.5], "float32")),
    Case(tensor([-1e30, -1e30], "float32")), Case(tensor([], "float32")), Case(uniform("float64", (50,), -700, 700))])
ARG_MORE = EXTREME_MORE + [Case(tensor([-0.0, 0.0], "float32")), Case(tensor([0.0, -0.0], "float32")),
                           Case(tensor([1, 3, 3, 0, 0], "int32")), Case(small("float32", (2, 3)), None, True)]
reduce(FAMILY, "argmax", place(np.argmax), empty=False, lists=False, more=ARG_MORE)
reduce(FAMILY, "argmin", place(np.argmin), empty=False, lists=False, more=ARG_MORE)

W = tensor([1, 2, 3], "float32")
calls(FAMILY, "average", average,
      *[Case(small(dtype, (2, 3))) for dtype in DTYPES],
      *[Case(small(dtype, (2, 3)), 1, W) for dtype in DTYPES],
      *[Case(small("float32", (2, 3)), 0), Case(small("int64", (2, 3)), -1, tensor([1, 2, 1], "int64"))],
      Case(small("float32", (2, 3)), weights=tensor([[1, 2, 1], [2, 1, 1]], "float32")),
      Case(small("float32", (2, 3)), 0, tensor([[1, 2, 1], [2, 1, 1]], "float32")),
      Case(small("float32", (2, 3, 4)), [0, 2]), Case(tensor([1, NAN], "float32")), Case(tensor(3.0, "float32")),
      Case(small("float32", (2, 3)), weights=W, throws="Error"), Case(small("float32", (2, 3)), 0, W,
      throws="RangeError"),
      Case(small("float32", (2, 3)), 2, throws="RangeError"), slots=[Slot()])


def scan(function):
    """Elements are cast first. What is not exact is float32, computed wider and rounded once; test/ has the rest."""
    def truth(x, axis=None, dtype=None):
        name = dtype or name_of(x)
        cast = saturate(x, "int32" if name == "bool" else name)
        if name_of(cast) in FLOATING + COMPLEX:
            return accurate(lambda wide: function(wide, axis=axis), cast)
        return np.asarray(function(cast, axis=axis, dtype=cast.dtype))
    return truth


for name, function in [("cumsum", np.cumsum), ("cumprod", np.cumprod)]:
    few = dict(low=-4, high=4) if name == "cumsum" else dict(low=1, high=2)
    calls(FAMILY, name, scan(function),
          *[Case(small(dtype, (3, 5), **few)) for dtype in DTYPES],
          *[Case(small(dtype, (4, 3), **few), 0) for dtype in DTYPES],
          *[Case(small(dtype, (2, 7), **few), -1) for dtype in DTYPES],
          *[Case(small("float32", (2, 3, 4), **few), axis) for axis in (0, 1, 2, -1, -2, -3)],
          *[Case(small("int32", (2, 3), **few), 1, dtype) for dtype in DTYPES],
          *[Case(small("bool", (5,)), dtype=dtype) for dtype in ("bool", "uint8", "float16", "float64")],
          *[Case(tensor([1.5, 300, -2.75, 0.5], "float32"), dtype=dtype) for dtype in ("int8", "uint8", "float16", "int64")],
          Case(small("complex64", (4,), **few), dtype="complex128"), Case(small("float16", (4,), **few), dtype="float32"),
          Case(tensor([2**31 - 1, 1, 5], "int32")), Case(tensor([200, 100, 7], "uint8")), Case(tensor([100, 100], "int8")),
          Case(tensor([2**63 - 1, 3, 2], "int64")), Case(tensor([1, 2**64 - 1, 3], "uint64")),
          *[Case(tensor(values, dtype)) for dtype in ("float16", "bfloat16", "float32", "float64")
            for values in ([1, NAN, 3], [INF, 1, -INF, 2], [1, -INF, 3], [-0.0, -0.0, 0.0], [0.0, INF, 1])],
          Case(tensor([NAN, 1, 2, 3, 4, 5, 6, 7, 8, 9], "float32")),
          Case(tensor(list(range(20)) + [NAN] + list(range(20)), "float64")),
          Case(tensor([1 + 2j, 3 - 1j, -2j, 0.5], "complex64")), Case(tensor([1 + 2j, 3 - 1j], "complex128")),
          Case(uniform("float32", (300,), -1, 1) if name == "cumsum" else uniform("float32", (60,), 0.9, 1.1)),
          Case(tensor(3.0, "float32")), Case(tensor(3.0, "float32"), 0), Case(tensor(True, "bool"), -1),
          Case(tensor([], "float32")), Case(tensor(np.zeros((2, 0, 3)), "int32"), 1),
          Case(tensor(np.zeros((2, 0, 3)), "int32"), 0), Case(tensor(np.zeros((2, 0)), "bool")),
          Case(small("float32", (2, 3), **few), axis=1, dtype="float64"),
          Case(small("float32", (2, 3), **few), 2, throws="RangeError"), Case(small("float32", (2, 3), **few), -3,
          throws="RangeError"),
          Case(small("float32", (2, 3), **few), 0.5, throws="Error"),
          slots=[Slot()])
