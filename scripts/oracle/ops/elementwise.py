"""elementwise: one entry an op. A later unary op is one line: unary("elementwise", "cbrt", unary_math(np.cbrt))."""

import ml_dtypes
import mpmath
import numpy as np
import scipy.special

from codec import BigInt
from patterns import Case, Slot, binary_op, calls, unary
from truth import (BOOL, COMPLEX, DTYPES, FLOATING, INTEGER, REAL, Refused, SIGNED, NUMPY, accurate, binary, exactly,
                   floating, is_tensor, keras_ops, kind_of, name_of, saturate, tensor, unary_math, weaken, wide)
from values import INF, NAN, castable, edges, pairable, small

FAMILY = "elementwise"


# arithmetic

def power(x1, x2):
    x1, x2 = weaken(x1, x2)
    if name_of(x1) in BOOL + INTEGER and name_of(x2) in SIGNED and np.any(x2 < 0):
        raise Refused("RangeError")
    result = keras_ops.power(x1, x2)
    dtype = name_of(result)
    return accurate(np.power, x1.astype(dtype), x2.astype(dtype)) if dtype in FLOATING + COMPLEX else result


def power_base(dtype):
    if dtype in INTEGER:
        return tensor([0, 1, 2, 3, 7, 13], dtype)
    return pairable(dtype)


NO_NAN_ZEROS = Case(tensor([1, 0, -1, NAN, INF], "float32"), tensor([0, 0, -0.0, 0, 0], "float32"))

binary_op(FAMILY, "add", binary(keras_ops.add), more=[
    Case(tensor([250, 251], "uint8"), 300, throws="RangeError"),
    Case(tensor([1, 2], "uint8"), -1, throws="RangeError"),
    Case(tensor([1, 2], "float16"), 70000),
    Case(tensor([1, 2], "int64"), BigInt(2**62)),
    Case(tensor([1, 2], "int32"), 2**31, throws="RangeError"),
    Case(tensor([True, False], "bool"), tensor([True, True], "bool")),
])
binary_op(FAMILY, "subtract", binary(keras_ops.subtract))
binary_op(FAMILY, "multiply", binary(keras_ops.multiply))
binary_op(FAMILY, "divide", binary(keras_ops.divide, quotient=True), more=[Case(-3, tensor([1, 2], "uint8")),
          Case(tensor([1, 2], "uint8"), 300)])
binary_op(FAMILY, "divideNoNan", binary(keras_ops.divide_no_nan, quotient=True), more=[NO_NAN_ZEROS])
binary_op(FAMILY, "floorDivide", binary(keras_ops.floor_divide))
binary_op(FAMILY, "mod", binary(keras_ops.mod))
binary_op(FAMILY, "power", power, pairs=power_base, more=[
    Case(tensor([1, 2, -1], "int32"), tensor([2, -1, 3], "int32")),
    Case(tensor([2], "int64"), -2),
    Case(tensor([-1, -2, 2], "int32"), tensor([3, 31, 32], "int32")),
    Case(tensor([4, 9], "int32"), 0.5),
    Case(tensor([4, 9], "float32"), -2),
    Case(tensor([-8.0, -1.0, 0.0], "float64"), tensor([1 / 3, INF, -1], "float64")),
])
binary_op(FAMILY, "maximum", binary(keras_ops.maximum), zero_sign=False)
binary_op(FAMILY, "minimum", binary(keras_ops.minimum), zero_sign=False)
unary(FAMILY, "negative", keras_ops.negative, dtypes=DTYPES[1:])
unary(FAMILY, "abs", keras_ops.abs)
unary(FAMILY, "sign", lambda x: keras_ops.sign(exactly(x)).astype(x.dtype), dtypes=DTYPES[1:])
unary(FAMILY, "square", keras_ops.square)
unary(FAMILY, "reciprocal", unary_math(lambda x: 1 / x), edge=lambda dtype: edges(dtype)[1:] if dtype in COMPLEX else edges(dtype))
unary(FAMILY, "sqrt", unary_math(np.sqrt))
unary(FAMILY, "rsqrt", unary_math(lambda x: 1 / np.sqrt(x)))

# exponential, trigonometric: by mpmath where it knows the answer, C's libm for what is not finite

def precise(x, function, wide_function):
    """function (of mpmath) of one element, wide_function (of NumPy, in extended precision) where a part is not finite, or
    where the sign of a zero or the side of a branch cut counts, which mpmath does not know."""
    parts = (x.real, x.imag) if np.iscomplexobj(x) else (x,)
    if not np.all(np.isfinite(parts)) or any(part == 0 for part in parts):
        return wide_function(x)
    with mpmath.workprec(400 if len(parts) == 1 else 2400):
        result = function(mpmath.mpc(*map(float, parts)) if len(parts) == 2 else mpmath.mpf(float(x)))
        if len(parts) == 2:
            return parts_together(longdouble(mpmath.re(result)), longdouble(mpmath.im(result)))
        # Past a real function's ends mpmath's is complex.
        return longdouble(result) if mpmath.im(result) == 0 else np.longdouble(NAN)


def parts_together(re, im):
    z = np.zeros((), np.clongdouble)
    z.real, z.imag = re, im
    return z[()]


def longdouble(value):
    """A number of mpmath in extended precision, by its text."""
    return np.longdouble(mpmath.nstr(mpmath.re(value), 30)) if mpmath.isfinite(value) else np.longdouble(float(value))


def precise_math(function, wide_function):
    def truth(x):
        x = floating(x)
        flat = [precise(element, function, wide_function) for element in wide(x).ravel()]
        with np.errstate(all="ignore"):
            return np.array(flat, dtype=wide(x).dtype).astype(x.dtype).reshape(x.shape)
    return truth


REACH = {"float16": 6, "bfloat16": 60, "float32": 60, "float64": 500, "complex64": 5, "complex128": 8}


def hard(dtype):
    """The edges, and values of all sizes: to both sides of 1, next to multiples of pi/2, up to where exp overflows."""
    if dtype not in FLOATING + COMPLEX:
        return edges(dtype)
    rng = np.random.default_rng(len(dtype))

    def some(count):
        sizes = np.concatenate([np.exp2(rng.uniform(-REACH[dtype], REACH[dtype], count // 4)), rng.uniform(0, 2, count // 4),
                                rng.uniform(0, 40, count // 4), np.arange(1, count // 4 + 1) * (np.pi / 2)])
        return rng.permutation(sizes) * rng.choice([-1, 1], len(sizes))

    if dtype in FLOATING:
        more = [700.0, -700.0, 709.9, 88.8, -104.0, 1e22] if dtype == "float64" else [88.7, -103.0, 1e4]
        return np.concatenate([edges(dtype), tensor(np.concatenate([some(80), more]), dtype)])
    parts = [0.0, -0.0, 1.0, -2.5, INF, -INF, NAN]
    # Beside an infinity or NaN C leaves the sign of another infinity open: with positive ones all agree.
    special = [complex(re, im) for re in parts for im in parts
               if -INF not in (re, im) or np.isfinite(re) or np.isfinite(im)]
    far = [complex(720, 1), complex(-0.5, 710), complex(1e200, -1e200), complex(1e-200, 1e-200)] if dtype == "complex128" else []
    return np.concatenate([edges(dtype), tensor(special + far, dtype), tensor(some(80) + 1j * some(80), dtype)])


def real_math(function):
    """For floating dtypes alone."""
    def truth(x):
        if name_of(np.asarray(x)) in COMPLEX:
            raise Refused("TypeError")
        return function(x)
    return truth


def logaddexp(x1, x2):
    x1, x2 = weaken(x1, x2, quotient=True)
    dtype = name_of(keras_ops.logaddexp(x1, x2))
    return accurate(np.logaddexp, x1.astype(NUMPY[dtype]), x2.astype(NUMPY[dtype]))


def arctan2(x1, x2):
    x1, x2 = weaken(x1, x2, quotient=True)
    dtype = name_of(keras_ops.arctan2(x1, x2))
    return accurate(np.arctan2, x1.astype(NUMPY[dtype]), x2.astype(NUMPY[dtype]))


def erfinv(x):
    """scipy's, where the value needs no digits: NaN and the ends. It loses the sign of 0."""
    return x if x == 0 else np.longdouble(scipy.special.erfinv(np.float64(x)))


def expm1(x):
    """C has none of complex numbers; NumPy's makes NaN of the zero beside an infinity."""
    if not np.iscomplexobj(x) or np.isfinite(x):
        return np.expm1(x)
    power = np.exp(x)
    return parts_together(power.real - 1, power.imag)


for name, function, wide_function in [
    ("exp", mpmath.exp, np.exp), ("expm1", mpmath.expm1, expm1), ("log", mpmath.log, np.log),
    ("log1p", mpmath.log1p, np.log1p), ("log2", lambda x: mpmath.log(x) / mpmath.log(2), np.log2),
    ("log10", lambda x: mpmath.log(x) / mpmath.log(10), np.log10), ("sin", mpmath.sin, np.sin),
    ("cos", mpmath.cos, np.cos), ("tan", mpmath.tan, np.tan), ("arcsin", mpmath.asin, np.arcsin),
    ("arccos", mpmath.acos, np.arccos), ("arctan", mpmath.atan, np.arctan), ("sinh", mpmath.sinh, np.sinh),
    ("cosh", mpmath.cosh, np.cosh), ("tanh", mpmath.tanh, np.tanh), ("arcsinh", mpmath.asinh, np.arcsinh),
    ("arccosh", mpmath.acosh, np.arccosh), ("arctanh", mpmath.atanh, np.arctanh),
]:
    unary(FAMILY, name, precise_math(function, wide_function), edge=hard)
unary(FAMILY, "erf", real_math(precise_math(mpmath.erf, lambda x: np.longdouble(scipy.special.erf(np.float64(x))))), edge=hard)
unary(FAMILY, "erfinv", real_math(precise_math(lambda x: mpmath.erfinv(x) if abs(x) <= 1 else mpmath.nan, erfinv)), edge=hard)
binary_op(FAMILY, "logaddexp", logaddexp, more=[
    Case(tensor([0.5, 700.0, -1000.0, 88.5], "float64"), tensor([0.25, 700.0, -1000.5, -3.0], "float64"))])
binary_op(FAMILY, "arctan2", arctan2, more=[
    Case(tensor([-1, 1, 1, -1], "float32"), tensor([-1, -1, 1, 1], "float32")),
    Case(tensor([5e-324, 1e300, 1e-300, 3.0], "float64"), tensor([5e-324, -1e300, 1e300, -1e-300], "float64"))])


# complex

def conjugate(x):
    return np.asarray(keras_ops.conjugate(exactly(x))).astype("int8" if name_of(x) == "bool" else x.dtype)


def views(function):
    return lambda x: np.asarray(function(x))


unary(FAMILY, "real", views(np.real))
unary(FAMILY, "imag", views(np.imag))
unary(FAMILY, "conjugate", conjugate)


# compare: by value, in the dtype that NumPy compares in

def compare(function):
    def truth(x1, x2):
        if all(kind_of(x) for x in (x1, x2)):
            x1, x2 = weaken(x1, x2)
        return np.asarray(function(*(exactly(x) for x in (x1, x2))))
    return truth


COMPARE_MORE = [
    Case(tensor([0, 200, 255], "uint8"), 300),
    Case(tensor([0, 200, 255], "uint8"), -1),
    Case(tensor([0, 200, 255], "uint8"), 199.5),
    Case(tensor([-1, 0, 1], "int64"), tensor([2**64 - 1, 0, 1], "uint64")),
    Case(tensor([2**53 + 1, 2**53], "int64"), BigInt(2**53 + 1)),
    Case(tensor([16777217, 16777216], "int32"), tensor([16777216.0, 16777216.0], "float32")),
    Case(tensor([0.1, 0.2], "float32"), 0.1),
    Case(0.5, tensor([0, 1], "int16")),
    Case(tensor([1 + 2j, 1 + 2j, 2 + 1j], "complex64"), tensor([1 + 3j, 1 + 2j, 1 + 9j], "complex64")),
]
for name, function in [("equal", np.equal), ("notEqual", np.not_equal), ("less", np.less), ("lessEqual", np.less_equal),
                       ("greater", np.greater), ("greaterEqual", np.greater_equal)]:
    binary_op(FAMILY, name, compare(function), more=COMPARE_MORE)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    if all(kind_of(x) for x in (x1, x2)):
        x1, x2 = weaken(x1, x2)
    return np.asarray(np.isclose(exactly(x1), exactly(x2), rtol, atol, equal_nan))


CLOSE = tensor([1, 1, 1, 0, NAN, INF, INF, 1e10, 0], "float32"), tensor([1.000001, 1.001, NAN, 1e-9, NAN, INF, -INF, 1.00001e10, 1e-7], "float32")
binary_op(FAMILY, "isclose", isclose, more=[
    Case(*CLOSE), Case(*CLOSE, equal_nan=True), Case(*CLOSE, 1e-2), Case(*CLOSE, 0.0, 0.5),
    Case(*CLOSE, rtol=0, atol=0),
    Case(tensor([10, 11], "int32"), tensor([10, 12], "int32"), atol=1),
])


# where

def where(condition, x1=None, x2=None):
    condition = np.asarray(condition)
    if x1 is None and x2 is None:
        return [place.astype("int32") for place in np.nonzero(condition)]
    return keras_ops.where(condition != 0 if condition.dtype != bool else condition, *weaken(x1, x2))


MASK = tensor([[True, False, True], [False, False, True]], "bool")
calls(FAMILY, "where", where,
      *[Case(MASK, small(dtype, (2, 3), 1), small(dtype, (2, 3), 2)) for dtype in DTYPES],
      *[Case(small(dtype, (3,), low=0), small("int32", (3,), 1), small("int32", (3,), 2)) for dtype in DTYPES],
      Case(MASK, 1, tensor([[2.5], [3.5]], "float32")), Case(MASK, tensor(7, "uint8"), 2), Case(MASK, 1, 0.5),
      Case(MASK, tensor([NAN, -0.0, INF], "float32"), tensor([[1], [2]], "float64")),
      Case(tensor(True, "bool"), small("int8", (4,)), small("uint8", (2, 1))),
      Case(MASK), Case(small("float32", (2, 2, 3))), Case(tensor([], "bool")),
      Case(tensor(np.zeros((0, 3)), "bool"), tensor(1.0, "float32"), tensor(2.0, "float32")),
      Case(MASK, small("float32", (2,)), 1.5, throws="RangeError"), Case(MASK, small("float32", (3,)), throws="Error"),
      slots=[tensor([True], "bool"), Slot(), Slot()], weak=True)


# rounding

def clip_values(x, x_min, x_max):
    dtype = "int32" if name_of(x) == "bool" else name_of(x)
    bounds = [exactly(b) if is_tensor(b) else b for b in (x_min, x_max)]
    return saturate(np.asarray(np.clip(exactly(x), *bounds)), dtype)


calls(FAMILY, "clip", clip_values,
      *[Case(edges(dtype), 0, 2) for dtype in REAL],
      *[Case(small(dtype, (2, 3)), 1, 2) for dtype in DTYPES if dtype not in COMPLEX],
      Case(small("uint8", (5,)), -5, 300), Case(small("int8", (5,)), -1000, 1), Case(small("int32", (2, 5)), -1.5, 2.5),
      Case(small("float32", (2, 5)), -0.5, 1.5),
      Case(small("float16", (4,)), tensor(-1, "float32"), tensor([1, 2, 0, 4], "float32")),
      Case(small("float32", (2, 3)), tensor([[-1], [0]], "float32"), tensor([1, 2, 3], "float32")),
      Case(small("int32", (3,)), 3, 1), Case(tensor([NAN, 1, INF, -INF], "float32"), -1, 1),
      Case(tensor(5, "int64"), 1, 3),
      Case(tensor([], "float32"), 0, 1), Case(small("float32", (2, 3)), tensor([1.0, 2.0], "float32"), 3,
      throws="RangeError"),
      slots=[Slot(), 0, 1], open_=COMPLEX, zero_sign=False)


def cast(x, dtype):
    if dtype not in DTYPES:
        raise Refused("TypeError")
    return saturate(x, dtype)


calls(FAMILY, "cast", cast, *[Case(castable(a), b) for a in DTYPES for b in DTYPES],
      Case(tensor([2**53 + 1, 2**63 - 1], "int64"), "float64"), Case(tensor([2**64 - 1], "uint64"), "float32"),
      Case(tensor([1.99951171875, 2049, 65519, 65520, 3e-8, 2.9802322387695312e-08], "float32"), "float16"),
      Case(tensor([1.00390625, 1.01171875, 3.4e38], "float32"), "bfloat16"),
      Case(tensor(2.75, "float32"), "int8"), Case(tensor(np.zeros((0, 2)), "float32"), "int32"),
      Case(small("float32", (2,)), "float8", throws="TypeError"), Case(small("float32", (2,)), "complex",
      throws="TypeError"))


def whole(function):
    def truth(x):
        if name_of(x) in COMPLEX:
            raise Refused("TypeError")
        return accurate(function, floating(x))
    return truth


def round_to(x, decimals=0):
    if name_of(x) in BOOL:
        return x
    return np.asarray(np.round(exactly(x), decimals)).astype(x.dtype)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    if name_of(x) not in FLOATING + COMPLEX:
        return x
    part = {"complex64": "float32", "complex128": "float64"}.get(name_of(x), name_of(x))
    largest = float((ml_dtypes.finfo if part == "bfloat16" else np.finfo)(NUMPY[part]).max)
    posinf = largest if posinf is None else posinf
    neginf = -largest if neginf is None else neginf
    return np.nan_to_num(exactly(x), nan=nan, posinf=posinf, neginf=neginf).astype(x.dtype)


HALVES = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 1.25, -1.75, 123.456, 1e10]
unary(FAMILY, "ceil", whole(np.ceil), dtypes=REAL)
unary(FAMILY, "floor", whole(np.floor), dtypes=REAL)
calls(FAMILY, "round", round_to, *[Case(edges(dtype)) for dtype in DTYPES],
      *[Case(tensor(HALVES, "float64"), decimals) for decimals in (0, 1, 2, -1, -2)],
      Case(tensor(HALVES, "float32")), Case(tensor(HALVES, "float32"), decimals=1),
      Case(tensor([15, 25, -149, 151, 7], "int32"), -1), Case(tensor([200, 249, 251], "uint8"), decimals=-1),
      Case(tensor([1.5 - 2.5j, 0.25 + 0.75j], "complex64"), 1), Case(tensor([], "float32")),
      Case(tensor([1.0], "float32"), 0.5, throws="RangeError"), slots=[Slot()])
calls(FAMILY, "nanToNum", nan_to_num, *[Case(edges(dtype)) for dtype in DTYPES],
      Case(tensor([NAN, INF, -INF, 2.5], "float32"), 7.0, 8.0, -9.0),
      Case(tensor([NAN, INF, -INF], "float64"), posinf=1.0),
      Case(tensor([complex(NAN, INF), complex(-INF, 1)], "complex64")), Case(tensor(NAN, "float32"), neginf=3.0),
      slots=[Slot()])


# logical

def truth_value(x):
    return np.asarray(x).astype(bool)


def logical(function):
    return lambda *operands: np.asarray(function(*(truth_value(x) for x in operands)))


def tested(function):
    return lambda x: np.asarray(function(exactly(x)))


for name, function in [("logicalAnd", np.logical_and), ("logicalOr", np.logical_or), ("logicalXor", np.logical_xor)]:
    binary_op(FAMILY, name, logical(function), low=-1)
unary(FAMILY, "logicalNot", logical(np.logical_not))
for name, function in [("isfinite", np.isfinite), ("isinf", np.isinf), ("isnan", np.isnan)]:
    unary(FAMILY, name, tested(function))
