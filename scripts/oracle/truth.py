"""Keras on its NumPy backend, with ndops's rule for 64-bit operands, and the helpers that the ops' truths are made of."""

import math
import os
import warnings

os.environ["KERAS_BACKEND"] = "numpy"
import ml_dtypes
import numpy as np
from keras import ops as keras_ops  # noqa: F401  (the entries use it from here)
from keras.src.backend.common import dtypes as keras_dtypes
from keras.src.backend.numpy import core as keras_core

import promotion

warnings.simplefilter("ignore")
np.seterr(all="ignore")

DTYPES = promotion.DTYPES
BOOL = ["bool"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
SIGNED = ["int8", "int16", "int32", "int64"]
INTEGER = UNSIGNED + SIGNED
FLOATING = ["float16", "bfloat16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
REAL = BOOL + INTEGER + FLOATING
FLOATX = "float32"
NUMPY = {name: np.dtype(getattr(ml_dtypes, name) if name == "bfloat16" else name) for name in DTYPES}

_narrowing = keras_dtypes.result_type


def result_type(*operands):
    """keras.backend.result_type, but not narrowed where an operand is 64-bit."""
    names = [o.__name__ if isinstance(o, type) else keras_dtypes.standardize_dtype(o) for o in operands]
    if promotion.BITS64.intersection(names):
        return promotion.promote(*names)
    return _narrowing(*operands)


keras_dtypes.result_type = result_type
keras_core.result_type = result_type


def name_of(x):
    return x.dtype.name


def tensor(values, dtype):
    return np.array(values, dtype=NUMPY[dtype])


def is_tensor(x):
    return isinstance(x, (np.ndarray, np.generic))


def kind_of(x):
    for kind in (bool, int, float, complex):
        if isinstance(x, kind):
            return kind.__name__
    return None


REFUSALS = (TypeError, ValueError, IndexError, ZeroDivisionError)  # NumPy's and Keras's; anything else is our own fault


class Refused(Exception):
    """What ndops refuses by its own rules where Keras does something else. `kind` is the JavaScript error class."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def weaken(*operands, quotient=False):
    """Python scalars beside tensors become tensors of the dtype that both meet in (with a float too, for a quotient).
    Scalars alone: int32, floatx()."""
    tensors = [name_of(x) for x in operands if is_tensor(x)]

    def one(x):
        kind = kind_of(x)
        if is_tensor(x) or kind is None:
            return x
        if tensors or kind == "bool":
            dtype = promotion.promote(*tensors, kind, *(["float"] if quotient else []))
        else:
            dtype = {"int": "int32"}.get(kind, kind + "x")
        dtype = {"floatx": FLOATX, "complexx": "complex64"}.get(dtype, dtype)
        if dtype in INTEGER:
            info = np.iinfo(dtype)
            if not info.min <= x <= info.max:
                raise Refused("RangeError")
        return tensor(x, dtype)

    return [one(x) for x in operands]


def binary(function, quotient=False):
    """A Keras function of two operands, whose numbers are weak scalars. bfloat16 is computed in float32 and rounded."""
    def truth(x1, x2):
        x1, x2 = weaken(x1, x2, quotient=quotient)
        if result_type(x1.dtype, x2.dtype) != "bfloat16":
            return function(x1, x2)
        return function(*(x.astype(NUMPY["bfloat16"]).astype("float32") for x in (x1, x2))).astype(NUMPY["bfloat16"])
    return truth


def floating(x):
    """Unary math of integers gives floatx()."""
    x = np.asarray(x)
    return x.astype(FLOATX) if name_of(x) in BOOL + INTEGER else x


def wide(x):
    return x.astype(np.clongdouble if name_of(x) in COMPLEX else np.longdouble)


def accurate(function, *operands):
    """function in extended precision, rounded once to the dtype of the operands, which is one."""
    dtype = operands[0].dtype
    return np.asarray(function(*(wide(x) for x in operands))).astype(dtype)


def unary_math(function):
    return lambda x: accurate(function, floating(x))


def exactly(x):
    """float16 and bfloat16 as float32, for NumPy functions that lack them."""
    return x.astype("float32") if is_tensor(x) and name_of(x) in ("float16", "bfloat16") else x


def axes(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def saturate(x, dtype):
    """x cast to dtype: float to integer truncates and saturates, NaN becomes 0; complex to real drops the imaginary part."""
    if name_of(x) in COMPLEX and dtype not in COMPLEX + BOOL:
        x = x.real
    if name_of(x) in FLOATING and dtype in INTEGER:
        info = np.iinfo(dtype)

        def one(value):
            value = float(value)
            if math.isnan(value):
                return 0
            if math.isinf(value):
                return info.max if value > 0 else info.min
            return min(max(int(value), info.min), info.max)

        flat = [one(value) for value in x.ravel()]
        return np.array(flat, dtype=dtype).reshape(x.shape)
    return x.astype(NUMPY[dtype])
