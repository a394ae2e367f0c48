"""creation: arrays of JavaScript numbers are floatx(), and casts saturate; both by api's rule, not by Keras's."""

import math

import numpy as np

from codec import BigInt, Typed
from patterns import Case, Slot, calls
from truth import COMPLEX, DTYPES, FLOATING, FLOATX, INTEGER, NUMPY, Refused, is_tensor, name_of, saturate, tensor
from values import INF, NAN, castable, small

FAMILY = "creation"
R, T = "RangeError", "TypeError"
X = small("float32", (2, 3))


def checked(dtype):
    if dtype is not None and dtype not in DTYPES:
        raise Refused(T)
    return NUMPY[dtype or FLOATX]


def size(*counts):
    if math.prod(c for c in counts if isinstance(c, int)) > 2**53:
        raise Refused(R)
    for count in counts:
        if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
            raise Refused("Error")
        if count is not None and count < 0:
            raise Refused(R)


def filled(value):
    def truth(shape, dtype=None):
        shape = shape if isinstance(shape, list) else [shape]
        size(*shape)
        return np.full(shape, value, checked(dtype))
    return truth


for name, value in [("zeros", 0), ("ones", 1), ("empty", 0)]:
    calls(FAMILY, name, filled(value), *[Case([2, 2], dtype) for dtype in DTYPES], Case([3]), Case([]), Case([0]),
          Case([2, 0, 3]), Case(4), Case([2, 1, 3], dtype="int32"),
          Case([-1], throws=R), Case([2, -3], throws=R), Case([1.5], throws="Error"), Case([2], "float8", throws=T),
          Case([2**40, 2**40], throws=R))

for name, value in [("zerosLike", 0), ("onesLike", 1)]:
    truth = lambda x, dtype=None, value=value: np.full(x.shape, value, x.dtype if dtype is None else checked(dtype))
    calls(FAMILY, name, truth, *[Case(small(dtype, (2,))) for dtype in DTYPES], *[Case(X, dtype) for dtype in DTYPES],
          Case(tensor(1.0, "float32")), Case(tensor(np.zeros((0, 2)), "int8")), Case(X, dtype="int64"),
          Case(X, "float8", throws=T), slots=[Slot()])


def full(shape, fill_value, dtype=None):
    dtype = checked(dtype)
    shape = shape if isinstance(shape, list) else [shape]
    size(*shape)
    value = fill_value if is_tensor(fill_value) else np.array(fill_value)
    return np.broadcast_to(saturate(value, dtype.name), shape).copy()


calls(FAMILY, "full", full, *[Case([2], 1, dtype) for dtype in DTYPES], Case([2, 2], 7), Case([2], 2.5),
      Case([], 3, "int32"), Case([0], 1), Case(3, 1.5), Case([2], NAN), Case([2], INF, "float64"), Case([2], -0.0),
      Case([2, 3], tensor([1, 2, 3], "int32")), Case([2, 3], tensor([[1], [2]], "float64"), "float64"),
      Case([2], True, "bool"), Case([2], 1 + 2j, "complex64"), Case([2], BigInt(2**62), "int64"),
      Case([2], tensor([1, 2, 3], "int32"), throws=R), Case([-1], 1, throws=R), Case([2], 1, "int", throws=T))


def full_like(x, fill_value, dtype=None):
    return full(list(x.shape), fill_value, dtype or name_of(x))


calls(FAMILY, "fullLike", full_like, *[Case(small(dtype, (2,)), 1) for dtype in DTYPES], Case(X, 2.5),
      Case(X, 2, "int16"), Case(X, tensor([1, 2, 3], "int32")), Case(tensor(0, "int32"), 9),
      Case(X, 7, dtype="float64"),
      Case(X, tensor([1, 2], "int32"), throws=R), slots=[Slot(), 1])


def eye(N, M=None, k=0, dtype=None):
    size(N, M)
    return np.eye(N, M, k, dtype=checked(dtype))


def tri(N, M=None, k=0, dtype=None):
    size(N, M)
    return np.tri(N, M, k, dtype=checked(dtype))


for name, truth in [("eye", eye), ("tri", tri)]:
    calls(FAMILY, name, truth, *[Case(2, 3, 0, dtype) for dtype in DTYPES], Case(3), Case(0), Case(2, 4), Case(4, 2),
          Case(3, None, 1), Case(3, k=-1), Case(3, 4, 2), Case(3, 4, -2), Case(3, 3, 9), Case(3, 3, -9), Case(2, 0),
          Case(3, dtype="int8"),
          Case(-1, throws=R), Case(2, -1, throws=R), Case(1.5, throws="Error"))


def identity(n, dtype=None):
    size(n)
    return np.identity(n, dtype=checked(dtype))


calls(FAMILY, "identity", identity, *[Case(2, dtype) for dtype in DTYPES], Case(0), Case(1), Case(3),
      Case(2, dtype="int32"), Case(-1, throws=R))


def arange(start, stop=None, step=1, dtype=None):
    """Bare numbers: int32 where all are whole, else floatx()."""
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        dtype = "int32" if all(isinstance(v, int) for v in (start, stop, step)) else FLOATX
    if dtype == "bool" or dtype in COMPLEX:
        raise Refused(T)
    checked(dtype)
    if step == 0 or not all(map(math.isfinite, (start, stop, step))):
        raise Refused(R)
    # start + i * step in float64, rounded once: NumPy adds up in the dtype itself.
    return np.arange(start, stop, step, dtype="float64" if dtype in FLOATING else NUMPY[dtype]).astype(NUMPY[dtype])


calls(FAMILY, "arange", arange, *[Case(4, dtype=dtype) for dtype in INTEGER + FLOATING], Case(5), Case(0), Case(1, 5),
      Case(1, 10, 3), Case(5, 0, -2), Case(5, 1), Case(0, 1, 0.1), Case(0, 1, 0.1, "float64"), Case(0.5, 3), Case(2.5),
      Case(1, 2, 0.25, "float16"), Case(0, 10, 3, "float32"), Case(-3, 3, 2, "int8"), Case(3, -3, -1.5), Case(0, 1, 0,
      throws=R), Case(0, NAN, throws=R), Case(0, INF, throws=R), Case(3, dtype="float8", throws=T))


def flat(x):
    return [leaf for item in x for leaf in flat(item)] if isinstance(x, list) else [x]


def array(x, dtype=None):
    """Numbers are floatx(), booleans bool, bigints int64, complex complex64; a given dtype casts."""
    if isinstance(x, Typed):
        own = np.array(x.values, x.dtype)
    elif is_tensor(x):
        own = x
    else:
        leaves = flat(x)
        if any(isinstance(leaf, (str, dict)) or leaf is None for leaf in leaves):
            raise Refused(T)
        try:
            shape = np.array(x, dtype=object if not leaves else complex).shape
        except ValueError:
            raise Refused(R) from None
        kinds = {"bool" if isinstance(v, bool) else "int64" if isinstance(v, BigInt) else "complex64" if isinstance(v, complex) else "number" for v in leaves}
        exact = {"bool": "bool", "int64": "int64", "complex64": "complex128", "number": "float64"}
        kind = kinds.pop() if len(kinds) == 1 else "number"
        default = kind if kind != "number" else FLOATX
        own = np.array(leaves, exact[kind] if leaves else "float64").reshape(shape)
        return saturate(own, checked(dtype or default).name)
    return own.copy() if dtype is None else saturate(own, checked(dtype).name)


NESTED = [[1, 2, 3], [4, 5, 6]]
for name in ("array", "convertToTensor"):
    calls(FAMILY, name, array, Case(NESTED), Case([1.5, NAN, -0.0, INF]), Case(3), Case(2.5), Case(True),
          Case([True, False]), Case(BigInt(5)), Case([BigInt(2**62), BigInt(-1)]), Case([]), Case([[], []]),
          Case([[[1]]]), Case(1 + 2j), Case([1 + 2j, 3 - 1j]),
          *[Case(NESTED, dtype) for dtype in DTYPES],
          *[Case([300, -1, 2.7, NAN], dtype) for dtype in ("uint8", "int8", "int64", "bool", "float16")],
          *[Case(small(dtype, (2, 2))) for dtype in DTYPES],
          *[Case(castable("float32"), dtype) for dtype in ("uint8", "int32", "bfloat16", "complex128")],
          *[Case(Typed(dtype, [1, 2, 3])) for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "float32", "float64")], Case(Typed("float64", [1.5, 2.5]), "int32"), Case(NESTED, dtype="int32"),
          Case([[1, 2], [3]], throws=R), Case([[1, 2], 3], throws=R), Case([[1], [[2]]], throws=R), Case("text",
          throws=T), Case([1, "a"], throws=T), Case([1, None], throws=T), Case(NESTED, "int", throws=T), Case({"a": 1},
          throws=T))

calls(FAMILY, "ndim", lambda x: int(np.ndim(x)), Case(X), Case(tensor(1, "int32")),
      Case(tensor(np.zeros((1, 1, 1)), "bool")), Case(NESTED), Case(3))
calls(FAMILY, "size", lambda x: int(np.size(x)), Case(X), Case(tensor(1, "int32")),
      Case(tensor(np.zeros((3, 0)), "bool")), Case(NESTED), Case(3))
calls(FAMILY, "shape", lambda x: list(np.shape(x)), Case(X), Case(tensor(1, "int32")),
      Case(tensor(np.zeros((3, 0)), "bool")), Case(NESTED), Case(3))


def host_copy(x):
    shape = list(np.shape(x))
    strides = [int(np.prod(shape[axis + 1:], dtype=np.int64)) for axis in range(len(shape))]
    return {"data": np.asarray(x).ravel(), "shape": shape, "stride": strides, "offset": 0, "dtype": name_of(x)}


calls(FAMILY, "convertToNumpy", host_copy, *[Case(small(dtype, (2, 3))) for dtype in DTYPES],
      Case(tensor(1.5, "float32")), Case(tensor(np.zeros((2, 0, 3)), "int8")))
calls(FAMILY, "isTensor", is_tensor, Case(X), Case(3), Case([1, 2]), Case(None), Case("x"), Case(Typed("float32", [1])))
