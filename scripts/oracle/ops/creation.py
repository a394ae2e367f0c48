"""creation: arrays of JavaScript numbers are floatx(), and casts saturate; both by api's rule, not by Keras's."""

import math

import numpy as np

from codec import BigInt, Typed
from patterns import Case, Slot, calls
from truth import (COMPLEX, DTYPES, FLOATING, FLOATX, INTEGER, NUMPY, Refused, exactly, is_tensor, name_of, result_type,
                   saturate, tensor)
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
    return np.arange(start, stop, step, dtype=NUMPY[dtype])


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
          *[Case(Typed(dtype, [1, 2, 3])) for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "float32", "float64")],
          Case(Typed("float64", [1.5, 2.5]), "int32"), Case(NESTED, dtype="int32"),
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


def spaced(start, stop, num, endpoint, retstep, base=None):
    """NumPy's, but 16-bit ends are computed in float32."""
    start, stop = (tensor(x, FLOATX) if isinstance(x, list) else exactly(x) for x in (start, stop))
    if isinstance(num, int) and num < 0 or not isinstance(endpoint, bool):
        raise Refused("Error")
    return start, stop


def natural(*ends):
    """The dtype that the ends and a float meet in."""
    ends = [tensor(x, FLOATX) if isinstance(x, list) else x for x in ends]
    return result_type(*(x.dtype if is_tensor(x) else type(x) for x in ends), float)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    checked(dtype)
    met = natural(start, stop)
    dtype = dtype or met
    start, stop = spaced(start, stop, num, endpoint, retstep)
    if dtype in INTEGER and any(np.iscomplexobj(x) for x in (start, stop)):
        raise Refused(T)
    y, step = np.linspace(start, stop, num, endpoint, True, axis=axis)
    if dtype in INTEGER:
        y = np.floor(y)
    y = saturate(y, dtype)
    if not retstep:
        return y
    shape = np.broadcast_shapes(np.shape(start), np.shape(stop))
    return [y, np.broadcast_to(step, shape).astype(NUMPY[dtype if dtype in FLOATING + COMPLEX else met])]


A, B = tensor([0.1, -1.0, 3.0], "float32"), tensor([1.7, -1.0, 2.5], "float32")
ENDS = [(0, 1), (0.1, 0.7), (-3, 5.5), (2, -2), (1, 1), (0.0, 1e-320), (1e30, -1e30), (0, 10), (INF, 1.0), (0.0, NAN), (True, 3)]
calls(FAMILY, "linspace", linspace, *[Case(a, b, 7) for a, b in ENDS],
        *[Case(a, b, 11, dtype="float64") for a, b in ENDS],
      *[Case(a, b, 6, False, True, "float64") for a, b in ENDS[:-1]], *[Case(0, 9, 5, dtype=dtype) for dtype in DTYPES],
      *[Case(-1.5, 2.25, 4, dtype=dtype) for dtype in ["bool", "int8", "int64", "float16", "bfloat16"]],
      *[Case(small(dtype, (3,), 1), small(dtype, (3,), 2), 5) for dtype in DTYPES],
      *[Case(tensor(1, dtype), 2.5, 9) for dtype in DTYPES],
      *[Case(tensor([1, 3], dtype), 8, 4, dtype="int32") for dtype in ["uint8", "float32", "int64", "float16"]],
      *[Case(tensor(1, a), tensor(4, b), 6) for a, b in [("int16", "float32"), ("int32", "float32"), ("float16", "bfloat16"), ("float64", "float32"), ("int64", "float16"), ("float32", "complex64"), ("float64", "complex64")]],
      Case(0, 1), Case(0, 1, 0), Case(0, 1, 1), Case(0, 1, 1, False), Case(0, 1, 2), Case(0, 3, 1, True, True),
      Case(0, 3, 0, False, True), Case(2, 3, num=1, endpoint=False, retstep=True),
      Case(A, B, 5), Case(A, B, 5, axis=1), Case(A, B, 5, axis=-1), Case(A, 2, 3, retstep=True),
      Case(A, 2, 3, False, True, "float64", 1), Case(A, B.reshape(3, 1), 4, axis=1),
      Case(A, B.reshape(3, 1), 3, axis=-1),
      Case([0, 1], [2, 5], 4), Case(1 + 2j, 3, 5),
      Case(tensor([1 - 1j, 2j], "complex64"), tensor([0, 2j], "complex64"), 7),
      Case(0, tensor([1 + 3j], "complex128"), 7, False, True),
      Case(tensor(np.zeros((0, 2)), "float32"), 1, 3), Case(0.1, 1, 1100, dtype="float64"), Case(A, B, 30),
      Case(0, 1, -1, throws="Error"), Case(0, 1, 2.5, throws="Error"), Case(0, 1, 5, axis=1, throws=R),
      Case(A, tensor([1, 2], "float32"), throws=R), Case(0, 1, 5, dtype="float8", throws=T),
      Case(1j, 2, 5, dtype="int32", throws=T), Case(0, 1, 5, 3, throws="Error"))


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    checked(dtype)
    dtype = dtype or natural(start, stop)
    start, stop = spaced(start, stop, num, endpoint, False)
    base = np.asarray(tensor(base, FLOATX) if isinstance(base, list) else exactly(base))
    ndim = max(np.ndim(start), np.ndim(stop), base.ndim)
    if np.ndim(base):
        start, stop, base = (np.array(x, ndmin=ndim) if is_tensor(x) else x for x in (start, stop, base))
    shape = np.broadcast_shapes(np.shape(start), np.shape(stop))
    np.broadcast_shapes(shape, base.shape)
    y = np.linspace(start, stop, num, endpoint)
    y = y.reshape(num, *[1] * (ndim - y.ndim + 1), *y.shape[1:])
    wide = np.clongdouble if np.iscomplexobj(y) or np.iscomplexobj(base) else np.longdouble
    y = np.moveaxis(np.power(base.astype(wide), y.astype(wide)), 0, axis)
    return saturate(y.astype("complex128" if wide is np.clongdouble else "float64"), dtype) if dtype in INTEGER else y.astype(NUMPY[dtype])


calls(FAMILY, "logspace", logspace, Case(0, 3, 4), Case(0, 3), Case(-2.5, 4.5, 9), Case(1, 1, 3), Case(3, -3, 7, False),
        *[Case(0, 2, 3, dtype=dtype) for dtype in DTYPES if dtype != "bool"],
      Case(0, 5, 6, base=2), Case(0, 5, 6, True, 2.5, "float64"), Case(-1, 1, 8, dtype="float64"), Case(A, B, 4),
      Case(A, B, 4, axis=1), Case(tensor([0, 1], "int32"), 3, 4, base=3),
      Case(0, 2, 5, base=tensor([2, 3, 10], "float32")),
      Case(0, 2, 5, base=tensor([[2], [3]], "float64"), dtype="float64", axis=1),
      Case(A, B, 4, base=tensor([[2], [3]], "float32"), axis=-1), Case(0, 400, 5), Case(tensor(0, "float16"), 4, 5),
      Case(tensor(1, "int64"), 5, 5),
      Case(0, 1, 0), Case(0, 1, 1), Case(0, 1, -1, throws="Error"), Case(0, 1, 5, axis=1, throws=R),
      Case(A, tensor([1, 2], "float32"), throws=R), Case(0, 1, 3, base=tensor([2, 3], "float32"), axis=2, throws=R),
      Case(A, 1, 3, base=tensor([2, 3], "float32"), throws=R))


def meshgrid(*xs, indexing="xy"):
    return list(np.meshgrid(*(tensor(x, FLOATX) if isinstance(x, (list, int, float)) else x for x in xs), indexing=indexing))


G = [small("float32", (3,)), small("int8", (2,)), small("bool", (4,))]
calls(FAMILY, "meshgrid", meshgrid, *[Case(small(dtype, (2,)), small(dtype, (3,))) for dtype in DTYPES],
        *[Case(*G[:n], indexing=i) for n in (1, 2, 3) for i in ("xy", "ij")], Case(G[0]), Case(G[0], G[1]), Case(*G),
      Case([1, 2], [3, 4, 5]), Case(1, [2, 3]), Case(X, G[0]), Case(X, G[1], indexing="ij"),
      Case(tensor([], "float32"), G[0]), Case(tensor(2, "int16"), G[0]), Case(G[0], indexing="yx", throws=R), Case())
