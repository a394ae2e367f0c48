import numpy as np

from patterns import Case, Slot, calls
from truth import DTYPES, INTEGER, NUMPY, Refused, exactly, is_tensor, kind_of, name_of, saturate, tensor
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


COMBINE = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


def places(indices, values, shape):
    """The last axis of the indices is a place; values have the shape of the places and of what is at each."""
    indices = integer_indices(indices)
    depth = indices.shape[-1] if indices.ndim else 0
    if not 1 <= depth <= len(shape):
        raise Refused("RangeError")
    full = indices.shape[:-1] + tuple(shape[depth:])
    values = values.reshape(full) if values.size == np.prod(full, dtype=int) else np.broadcast_to(values, full)
    return tuple(np.moveaxis(indices, -1, 0)), values


def combined(out, index, values, ufunc):
    """16-bit floats come together in float32."""
    wide = exactly(out).copy()
    ufunc.at(wide, index, exactly(values))
    return wide.astype(out.dtype)


def scatter(indices, values, shape):
    shape = [shape] if isinstance(shape, int) else shape
    values = values if is_tensor(values) else np.array(values, "float32")
    index, values = places(indices, values, shape)
    return combined(np.zeros(shape, values.dtype), index, values, np.add)


def given(updates, dtype):
    """Updates in the dtype of what they update; a bare integer must fit."""
    if is_tensor(updates):
        return saturate(updates, dtype)
    if kind_of(updates) == "int" and dtype in INTEGER and not np.iinfo(dtype).min <= updates <= np.iinfo(dtype).max:
        raise Refused("RangeError")
    return saturate(np.array(updates, "float64"), dtype)


def scatter_update(inputs, indices, updates, reduction=None):
    if reduction is not None and reduction.lower() not in COMBINE:
        raise Refused("RangeError")
    index, updates = places(indices, given(updates, name_of(inputs)), inputs.shape)
    if reduction:
        return combined(inputs, index, updates, COMBINE[reduction.lower()])
    out = inputs.copy()
    for k in np.ndindex(index[0].shape):  # one after the other: the last one stays
        out[tuple(axis[k] for axis in index)] = updates[k]
    return out


PAIRS = tensor([[0, 1], [2, 3], [0, 1], [-1, -4]], "int32")
calls(FAMILY, "scatter", scatter, *[Case(PAIRS, small(dtype, (4,)), [3, 4]) for dtype in DTYPES],
      *[Case(tensor([[2], [0], [2]], dtype), small("float32", (3, 2)), [3, 2]) for dtype in INTEGER],
      Case([[0, 1], [1, 1]], tensor([1.0, 1.0], "float32"), [2, 2]), Case([[1], [1]], [2.5, 3], 4),
      Case(PAIRS, small("int32", (4, 5)), [3, 4, 5]), Case([[1], [0], [1]], small("float32", (3, 2, 2)), [3, 2, 2]),
      Case(tensor([[[0], [1]], [[1], [3]]], "int32"), small("float32", (2, 2, 3)), [4, 3]),
      Case(tensor([[[0], [1]], [[1], [3]]], "int32"), small("float32", (4, 3)), [4, 3]),
      Case([1, 2], tensor(5, "int64"), [3, 4]), Case([1], small("int8", (4,)), [3, 4]), Case([[1], [2], [1]], 3.0, [3, 2]),
      Case([[1], [2], [1]], small("float32", (1, 2)), [3, 2]), Case(tensor(np.zeros((0, 2)), "int32"), tensor([], "float32"), [2, 3]),
      Case(tensor([[0], [0], [0]], "int32"), tensor([np.nan, 1, -np.inf], "float32"), [2]),
      Case(tensor([[0], [0]], "int32"), tensor([-0.0, -0.0], "float32"), [2]),
      *[Case(i, tensor([1.0], "float32"), s, throws="RangeError") for i, s in [
          ([[3]], [3]), ([[-4]], [3]), ([[0, 4]], [3, 4]), ([[0, 0, 0]], [3, 4]), ([[0]], [0]), ([[0]], [-1])]],
      Case(0, 1.0, [3], throws="RangeError"), Case(tensor(np.zeros((2, 0)), "int32"), tensor([1.0, 2.0], "float32"), [2], throws="RangeError"),
      Case([[0], [1]], tensor([1.0, 2.0, 3.0], "float32"), [4], throws="RangeError"),
      Case(tensor([[0.0]], "float32"), tensor([1.0], "float32"), [3], throws="TypeError"),
      Case(tensor([[True]], "bool"), tensor([1.0], "float32"), [3], throws="TypeError"),
      slots=[[[0]], Slot(), [3]])

CUBE = small("float32", (4, 4, 4))
calls(FAMILY, "scatterUpdate", scatter_update,
      *[Case(small(dtype, (3, 4)), PAIRS, small(dtype, (4,), 1)) for dtype in DTYPES],
      *[Case(small(dtype, (3, 4)), PAIRS, small(dtype, (4,), 1), way) for dtype in DTYPES for way in COMBINE],
      *[Case(CUBE, tensor([[1, 2, 3], [0, 1, 3]], dtype), small("float32", (2,), 1)) for dtype in INTEGER],
      Case(CUBE, [[1, 2], [2, 3]], small("float32", (2, 4), 1)), Case(CUBE, [[1, 2], [2, 3], [1, 2]], small("float32", (3, 4), 1), reduction="add"),
      Case(CUBE, [[1], [-1]], 7), Case(CUBE, [[1], [1]], small("float32", (4,)), "ADD"), Case(V, [[0], [0], [5]], 7), Case(V, [[0], [0]], 2, "mul"),
      Case(V, [[0], [3]], tensor([1.75, -300.5], "float32")), Case(small("uint8", (4,)), [[0], [3], [1]], tensor([300, -5, 7], "int64")),
      Case(small("bool", (4,)), [[0], [3]], tensor([0.5, 0.0], "float32")), Case(V, [2], 9),
      Case(tensor([[1, 2], [3, 4]], "int16"), tensor([[[0, 0], [1, 1]], [[0, 0], [0, 1]]], "int64"), tensor([[5, 6], [7, 8]], "int16")),
      Case(V, tensor(np.zeros((0, 1)), "int32"), tensor([], "int32")), Case(V, tensor(np.zeros((0, 1)), "int32"), tensor([], "int32"), "max"),
      *[Case(tensor([1, NAN, 0.0, -0.0], "float32"), [[0], [1], [2], [0]], tensor([NAN, 1, 5, 7], "float32"), way) for way in ("max", "min", "add")],
      Case(tensor([-0.0, -0.0, 1.0], "float32"), [[0]], tensor([-0.0], "float32"), "add"),
      *[Case(V, i, tensor([1], "int32"), throws="RangeError") for i in ([[6]], [[-7]], [[0, 0]])],
      Case(V, [[0], [1]], tensor([1, 2, 3], "int32"), throws="RangeError"), Case(V, [[0]], tensor([1], "int32"), "sum", throws="RangeError"),
      Case(small("uint8", (4,)), [[0]], 300, throws="RangeError"), Case(tensor(1.0, "float32"), [[0]], 1.0, throws="RangeError"),
      Case(V, tensor([[0.0]], "float32"), tensor([1], "int32"), throws="TypeError"), slots=[Slot(), [[0]], Slot()])


def segments(ufunc):
    def truth(data, segment_ids, num_segments=None, sorted=False):
        data = data if is_tensor(data) else np.array(data, "float32")
        ids = integer_indices(segment_ids)
        if ids.ndim != 1 or data.ndim == 0 or len(ids) != len(data) or (num_segments is not None and num_segments < 0):
            raise Refused("RangeError")
        count = int(ids.max(initial=-1)) + 1 if num_segments is None else num_segments
        lowest = {"b": False, "f": -np.inf, "c": complex(-np.inf, -np.inf)}
        dtype = data.dtype
        kind = "f" if name_of(data) == "bfloat16" else dtype.kind
        start = 0 if ufunc is np.add else np.iinfo(dtype).min if kind in "iu" else lowest[kind]
        kept = (ids >= 0) & (ids < count)
        return combined(np.full((count,) + data.shape[1:], start, dtype), (ids[kept],), data[kept], ufunc)
    return truth


IDS = tensor([0, 2, -1, 2, 0, 9, 2], "int32")
for name, ufunc in (("segmentSum", np.add), ("segmentMax", np.maximum)):
    calls(FAMILY, name, segments(ufunc), *[Case(small(dtype, (7,)), IDS, 4) for dtype in DTYPES],
          *[Case(small(dtype, (7, 3)), IDS) for dtype in DTYPES],
          *[Case(small("float32", (4, 2)), tensor([1, 1, 0, 3], dtype), 3) for dtype in INTEGER],
          *[Case(small("float32", (4,)), tensor([1, 1, 0, 3], dtype)) for dtype in INTEGER],
          Case([1, 2, 10, 20, 100, 200], [0, 0, 1, 1, 2, 2], 3), Case(small("int32", (6,)), [0, 0, 1, 1, 2, 2], num_segments=3, sorted=True),
          Case(small("float32", (6, 2, 2)), [0, 0, 1, 1, 3, 3], sorted=True), Case(small("float32", (3,)), [0, 1, 2], 0),
          Case(small("float32", (3,)), [-1, -2, -1]), Case(tensor([], "float32"), tensor([], "int32"), 2),
          Case(tensor([], "float32"), tensor([], "int32")), Case(tensor(np.zeros((2, 0)), "float32"), [0, 1], 3),
          Case(tensor([NAN, 1, -0.0, -0.0, np.inf, -np.inf], "float32"), [0, 0, 1, 1, 2, 2]),
          Case(small("float32", (3,)), [0, 1], throws="RangeError"), Case(small("float32", (2, 2)), [[0, 1], [0, 1]], throws="RangeError"),
          Case(tensor(1.0, "float32"), [0], throws="RangeError"), Case(small("float32", (2,)), [0, 1], -1, throws="RangeError"),
          Case(small("float32", (2,)), tensor([0.0, 1.0], "float32"), throws="TypeError"),
          Case(small("float32", (2,)), tensor([True, False], "bool"), throws="TypeError"), slots=[Slot(), [0]])


def slice_update(inputs, start_indices, updates):
    starts = np.array(start_indices).ravel().tolist()
    updates = given(updates, name_of(inputs))
    if not len(starts) == inputs.ndim == updates.ndim:
        raise Refused("RangeError")
    starts = [first + size if first < 0 else first for first, size in zip(starts, inputs.shape)]
    if any(first < 0 or first + n > size for first, n, size in zip(starts, updates.shape, inputs.shape)):
        raise Refused("RangeError")
    out = inputs.copy()
    out[tuple(slice(f, f + n) for f, n in zip(starts, updates.shape))] = updates
    return out


calls(FAMILY, "sliceUpdate", slice_update, *[Case(small(dtype, (3, 4)), [1, 2], small(dtype, (2, 2), 1)) for dtype in DTYPES],
      Case(X, [0, 0, 0], small("float32", (4, 3, 5), 1)), Case(X, tensor([3, 1, 2], "int32"), small("float32", (1, 2, 3), 1)),
      Case(X, [-1, 0, -2], small("float32", (1, 1, 2), 1)), Case(V, [4], tensor([1.5, -2.5], "float32")), Case(V, [0], [7, 8]),
      Case(V, [2], tensor([], "int32")), Case(tensor(2.0, "float32"), [], tensor(3.0, "float32")),
      Case(tensor(2.0, "float32"), tensor([], "int32"), 4), Case(X, [0, 0], small("float32", (1, 1)), throws="RangeError"),
      Case(X, [0, 0, 3], small("float32", (1, 1, 3)), throws="RangeError"), Case(V, [5], tensor([1, 2], "int32"), throws="RangeError"),
      Case(V, [-7], tensor([1], "int32"), throws="RangeError"), Case(V, [0], tensor([[1]], "int32"), throws="RangeError"),
      Case(V, [0.5], tensor([1], "int32"), throws="RangeError"),
      slots=[Slot(), [0], Slot()])
