import numpy as np

from patterns import Case, Slot, calls
from truth import DTYPES, INTEGER, Refused, exactly, is_tensor, name_of, tensor
from values import NAN, small

FAMILY = "indexing"
ELLIPSIS = ...
ALL = slice(None, None, None)


def get_item(x, key):
    """A JavaScript array is Python's tuple, and an array within it an index array; slices may be strings."""
    def entry(k):
        if isinstance(k, list):
            return np.array(k, dtype=bool if k and isinstance(k[0], bool) else int)
        if isinstance(k, str) and k == "...":
            return ELLIPSIS
        if isinstance(k, str):
            return slice(*(int(part) if part else None for part in k.split(":")))
        return k
    return np.asarray(x[tuple(entry(k) for k in key) if isinstance(key, list) else entry(key)])


X = small("float32", (4, 3, 5))
V = small("int32", (6,), low=0, high=9)
calls(FAMILY, "getItem", get_item, *[Case(small(dtype, (3, 4)), [1, slice(None, None, 2)]) for dtype in DTYPES],
      *[Case(X, key) for key in [
          0, -1, [0], [1, 2], [1, 2, 3], [-1, -2, -3], ELLIPSIS, [ELLIPSIS, 0], [0, ELLIPSIS], [1, ELLIPSIS, -1], None, [None, 0], [0, None, ELLIPSIS, None],
          ALL, slice(1, 3, None), [ALL, slice(None, None, -1)], [slice(None, None, 2), ALL, slice(4, None, -2)], [slice(-3, -1, None)], [slice(3, 1, None)],
          [slice(0, 100, None)], [slice(-100, 2, None)], [slice(1, 1, None)], [ALL, 1, slice(4, 0, -3)],
          [[0, 2]], [[0, 2], [1, 0]], [ALL, [2, 0, 0]], [[0, 2], ALL, [1, -1]], [[[0, 1], [2, 3]]], [0, ALL, [1, 1]], [[1, 3], None, [0, 2]], [slice(1, None, None), [0, 2], [4, 0]],
          tensor([0, 3, -1], "int32"), tensor(2, "int64"), [tensor([[0], [1]], "int32"), tensor([0, 2], "uint8")],
          X > 0, [ALL, tensor([True, False, True], "bool")], [tensor([True, False, True, True], "bool"), 0], [[True, False, False, True]],
          tensor([], "int32"), []]],
      *[Case(V, key) for key in [V > 4, tensor([5, 0, -6], "int8"), slice(None, None, -2)]],
      Case(V, "1:-1:2"), Case(X, ["1:", "...", "::-1"]), Case(tensor(5.0, "float32"), ELLIPSIS),
      Case(tensor(5.0, "float32"), [None, None]), Case(tensor(5.0, "float32"), []),
      *[Case(X, key,
      throws="RangeError") for key in [4, -5, [0, 3], [0, 0, 0, 0], [ELLIPSIS, ELLIPSIS], [[0, 4]], tensor([9], "int32"), [slice(0, 2, 0)], [[0, 1], [0, 1, 2]], tensor([True, False], "bool")]],
      *[Case(X, key, throws="Error") for key in [0.5, tensor([0.5], "float32"), "x:y", {"begin": 1}]],
      slots=[Slot(), 0])


def nonzero(x):
    return [place.astype("int32") for place in np.nonzero(exactly(x))]


calls(FAMILY, "nonzero", nonzero, *[Case(small(dtype, (3, 4), low=-1, high=1)) for dtype in DTYPES],
      Case(small("float32", (7,), low=-1, high=1)),
      Case(small("int32", (2, 3, 2), low=-1, high=1)), Case(tensor([0.0, -0.0, NAN, 1e-45], "float32")),
      Case(tensor([], "float32")),
      Case(tensor(np.zeros((2, 0)), "float32")), Case(tensor(np.zeros((2, 2)), "bool")), Case(tensor(3.0, "float32"),
      throws="RangeError"),
      slots=[Slot()])


def integer_indices(indices):
    if is_tensor(indices) and name_of(indices) not in INTEGER:
        raise Refused("TypeError")
    return np.array(indices, dtype="int64") if not is_tensor(indices) else indices.astype("int64")


def take(x, indices, axis=None):
    return np.asarray(np.take(x, integer_indices(indices), axis=axis))


M = small("float32", (3, 4))
calls(FAMILY, "take", take, *[Case(small(dtype, (3, 4)), [2, 0, -1], 1) for dtype in DTYPES],
      *[Case(M, tensor([0, 2, 1], dtype), 0) for dtype in INTEGER],
      Case(M, [0, 11, -12]), Case(M, 3), Case(M, 1, 0), Case(M, [[0, 1], [1, 2]], 0), Case(M, [[0, 1], [-1, 2]], -1),
      Case(M, tensor([], "int32"), 0), Case(M, tensor([], "int32")),
      Case(M, tensor([[1]], "int32"), axis=1), Case(X, tensor([1, 1, 0], "int64"), 1),
      Case(tensor(np.zeros((2, 0)), "float32"), [0, 1], 0), Case(tensor(4.0, "float32"), [0, 0]),
      Case(M, [12], throws="RangeError"), Case(M, [-13], throws="RangeError"), Case(M, [3], 0, throws="RangeError"),
      Case(M, [0], 2, throws="RangeError"),
      Case(M, tensor([0.5], "float32"), 0, throws="TypeError"), Case(M, tensor([2**31], "int64"), 0,
      throws="RangeError"), Case(tensor(np.zeros((0,)), "float32"), [0], 0, throws="RangeError"),
      slots=[Slot(), [0]])


def take_along_axis(x, indices, axis=None):
    if axis is None:
        x, axis = x.ravel(), 0
    indices = integer_indices(indices)
    if indices.size and x.ndim == indices.ndim and not -x.ndim <= axis < x.ndim:
        raise Refused("RangeError")
    return np.asarray(np.take_along_axis(x, indices, axis=axis))


calls(FAMILY, "takeAlongAxis", take_along_axis,
      *[Case(small(dtype, (2, 3)), tensor([[2, 0], [1, -1]], "int32"), 1) for dtype in DTYPES],
      *[Case(M, tensor([[0, 2, 1, 0]], dtype), 0) for dtype in INTEGER],
      Case(M, tensor([[0], [3], [-4]], "int32"), -1), Case(M, tensor([[1, 2, 0, 1], [0, 0, 2, 2]], "int32"), 0),
      Case(M, tensor([11, 0, -12], "int32"), None),
      Case(X, tensor(np.array([[[0], [2]]]), "int32"), 1), Case(M, tensor(np.zeros((3, 0)), "int32"), 1),
      Case(M, tensor([[4]], "int32"), 1, throws="RangeError"), Case(M, tensor([[-5]], "int32"), 1, throws="RangeError"),
      Case(M, tensor([0, 1], "int32"), 1, throws="RangeError"),
      Case(M, tensor([[0], [1]], "int32"), 2, throws="RangeError"), Case(M, tensor([[0, 1], [1, 0]], "int32"), 1,
      throws="RangeError"),
      Case(M, tensor([[0.0]], "float32"), 1, throws="TypeError"), slots=[Slot(), tensor([0], "int32"), 0])


def slice_(inputs, start_indices, shape):
    start, lengths = (np.array(v).ravel().tolist() for v in (start_indices, shape))
    if len(start) != inputs.ndim or len(lengths) != inputs.ndim:
        raise Refused("RangeError")
    for first, length, size in zip(start, lengths, inputs.shape):
        if first < 0 or length < 0 or first + length > size:
            raise Refused("RangeError")
    return inputs[tuple(slice(f, f + n) for f, n in zip(start, lengths))]


calls(FAMILY, "slice", slice_, *[Case(small(dtype, (3, 4)), [1, 2], [2, 2]) for dtype in DTYPES],
      Case(X, [0, 0, 0], [4, 3, 5]), Case(X, [3, 1, 2], [1, 2, 3]), Case(X, tensor([1, 0, 4], "int32"), [2, 3, 1]),
      Case(X, [1, 1, 1], [0, 1, 1]), Case(tensor(2.0, "float32"), [], []),
      Case(V, [4], [2]), Case(X, [0, 0], [1, 1], throws="RangeError"), Case(X, [0, 0, 3], [1, 1, 3],
      throws="RangeError"), Case(X, [4, 0, 0], [1, 1, 1], throws="RangeError"),
      Case(X, [0, 0, 0], [1, 1], throws="RangeError"), slots=[Slot(), [0], [1]])
