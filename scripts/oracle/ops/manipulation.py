"""manipulation: joins meet in ndops's lattice, numbers among them are weak; pad, repeat and the rest are NumPy's own."""

import numpy as np

from patterns import MIXED, Case, Slot, calls
from truth import (BOOL, DTYPES, FLOATX, INTEGER, Refused, axes, is_tensor, name_of, result_type, saturate, tensor,
                   weaken, NUMPY)
from values import INF, NAN, small

FAMILY = "manipulation"
X = small("float32", (2, 3, 4))
S = small("float32", (1, 3, 1))
E = tensor(np.zeros((2, 0, 3)), "float32")
R = "RangeError"


def declare(name, truth, each, *cases):
    """`each` is the call that every dtype makes on a [2, 3] tensor."""
    calls(FAMILY, name, truth, *[Case(small(dtype, (2, 3)), *each) for dtype in DTYPES], *cases,
          slots=[Slot(2, 3), *each])


def broadcast_to(x, shape):
    if any(n < 0 for n in shape):
        raise Refused(R)
    return np.broadcast_to(x, shape)


declare("broadcastTo", broadcast_to, ([2, 2, 3],), Case(S, [5, 3, 2]), Case(tensor(3, "int32"), [2, 2]),
        Case(tensor(3, "int32"), []), Case(tensor([], "int32"), [2, 0]),
        Case(S, [0, 3, 1]), Case(X, [2, 3, 4]), Case(X, [3, 4], throws=R), Case(X, [2, 3, 5], throws=R),
        Case(S, [1, 3, -1], throws=R))
declare("expandDims", lambda x, axis: np.expand_dims(x, axes(axis)), (0,),
        *[Case(X, a) for a in (1, 3, -1, -4, [0, 1], [0, -1], [-1, -2])], Case(tensor(1.0, "float32"), 0), Case(E, 1),
        Case(X, 4, throws=R), Case(X, -5, throws=R), Case(X, [0, 0], throws=R), Case(X, 0.5, throws="Error"))
declare("moveaxis", lambda x, source, destination: np.moveaxis(x, axes(source), axes(destination)), (0, 1),
        Case(X, 0, -1), Case(X, -1, 0), Case(X, [0, 1], [-1, -2]), Case(X, [2, 0], [0, 1]), Case(E, 1, 0),
        Case(X, 3, 0, throws=R), Case(X, 0, -4, throws=R), Case(X, [0, 1], [0], throws=R), Case(X, [0, 0], [0, 1],
        throws=R))
declare("ravel", np.ravel, (), Case(X), Case(tensor(1.0, "float32")), Case(E))
declare("reshape", lambda x, newshape: np.reshape(x, newshape), ([3, 2],),
        *[Case(X, s) for s in ([24], [-1], [4, -1], [2, 3, 2, 2], [1, 24], [-1, 1, 12])],
        Case(tensor(1.0, "float32"), [1, 1]), Case(tensor([5.0], "float32"), []),
        Case(X, -1), Case(X, 24), Case(E, [0, 5]), Case(E, [3, 0]), Case(X, [5, 5], throws=R), Case(X, [-1, -1],
        throws=R), Case(X, [7, -1], throws=R), Case(E, [0, -1], throws=R), Case(X, [2.5, 2], throws="Error"))
declare("squeeze", lambda x, axis=None: np.squeeze(x, axes(axis)), (), Case(S), Case(S, 0), Case(S, -1),
        Case(S, [0, 2]), Case(S, []), Case(tensor([[[1.0]]], "float32")), Case(tensor(1.0, "float32")), Case(E),
        Case(S, 1, throws=R), Case(S, 3, throws=R), Case(S, [0, 0], throws=R))
declare("swapaxes", lambda x, axis1, axis2: np.swapaxes(x, axis1, axis2), (0, 1), Case(X, 0, 2), Case(X, -1, 1),
        Case(X, 1, 1), Case(E, 0, -1), Case(X, 0, 3, throws=R), Case(X, -4, 0, throws=R))
declare("transpose", lambda x, axes_=None, **named: np.transpose(x, axes(named.get("axes", axes_))), (), Case(X),
        Case(X, [1, 0, 2]), Case(X, [2, 0, 1]), Case(X, [-1, 0, -2]), Case(X, axes=[1, 2, 0]),
        Case(tensor([1.0, 2.0], "float32")), Case(tensor(1.0, "float32")), Case(E),
        Case(X, [0, 1], throws=R), Case(X, [0, 0, 1], throws=R), Case(X, [0, 1, 3], throws=R))


def whole(*values):
    """Refuses what is no integer, or a list of them."""
    for value in values:
        if is_tensor(value):
            if name_of(value) not in INTEGER:
                raise Refused("TypeError")
        elif isinstance(value, list):
            whole(*value)
        elif value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Refused("Error")


def joined(function):
    """A function of a list of arrays, in the dtype that they meet in. Nested lists are floatx()."""
    def truth(xs, *args, **named):
        xs = weaken(*(tensor(x, FLOATX) if isinstance(x, list) else x for x in xs))
        if not xs:
            raise Refused(R)
        dtype = NUMPY[result_type(*(x.dtype for x in xs))]
        return np.asarray(function([x.astype(dtype) for x in xs], *args, **named))
    return truth


concatenate, stack, hstack, vstack = (joined(f) for f in (np.concatenate, np.stack, np.hstack, np.vstack))


def joins(name, truth, *cases):
    """Every dtype and mixed ones, tensors in a list and one taken apart."""
    calls(FAMILY, name, truth,
          *[Case([small(dtype, (2, 3)), small(dtype, (2, 3), 1)]) for dtype in DTYPES],
          *[Case([small(a, (2, 2)), small(b, (2, 2))]) for a, b in MIXED], Case(X), Case([X]),
          Case([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), Case([E, E]), Case([], throws=R),
          Case(tensor(1.0, "float32"), throws="Error"),
          Case(tensor(np.zeros((0, 2)), "float32"), throws=R), *cases)


N = tensor(7, "int16")
V3 = small("uint8", (3,))
joins("concatenate", concatenate, Case([X, X, X], 1), Case([X, small("float32", (2, 1, 4))], -2), Case([V3, V3, V3]),
      Case([X, X], axis=2), Case(X, 1), Case([X, S], None), Case([E, tensor(np.ones((2, 2, 3)), "int8")], 1),
      Case([tensor([], "float64"), V3]), Case([X, S], throws=R), Case([X, V3], throws=R), Case([X, X], 3, throws=R),
      Case([X, X], -4, throws=R), Case([N, N], throws=R), Case([1, 2], throws=R), Case([X, X], 0.5, throws="Error"))
joins("stack", stack, Case([X, X, X], 1), Case([X, X], -1), Case([X, X], axis=3), Case([V3, V3], 1), Case([N, N]),
      Case([1, 2]), Case([1.5, 2]), Case([True, False]), Case([N, 2, 3]), Case([N, 0.5]), Case([1j, 2]), Case(X, 1),
      Case(X, -1),
      Case([X, S], throws=R), Case([X, X], 4, throws=R), Case([X, X], -5, throws=R),
      Case([N, 40000], throws=R))
joins("hstack", hstack, Case([V3, V3]), Case([N, V3, 2]), Case([1, 2]), Case([X, small("float32", (2, 1, 4))]),
        Case([N, N]),
      Case([V3, X], throws=R), Case([X, small("float32", (1, 3, 4))], throws=R))
joins("vstack", vstack, Case([V3, V3]), Case([V3, small("uint8", (2, 3))]), Case([1, 2]), Case([N, N]),
      Case([X, small("float32", (1, 3, 4))]), Case([V3, tensor([1, 2], "uint8")], throws=R), Case([V3, X], throws=R))


def append(x1, x2, axis=None):
    return joined(lambda xs: np.append(*xs, axis=axis))([x1, x2])


calls(FAMILY, "append", append, *[Case(small(dtype, (2, 3)), small(dtype, (3,), 1)) for dtype in DTYPES],
      *[Case(small(a, (2, 2)), small(b, (2, 2)), 0) for a, b in MIXED], Case(X, X, 1),
      Case(X, small("float32", (2, 3, 1)), -1),
      Case(X, S), Case(X, E, axis=1), Case(X, tensor([], "float32")), Case(V3, 5), Case(V3, 0.5), Case(2, 3),
      Case([1, 2], [[3, 4]]),
      Case(N, N), Case(X, V3, 0, throws=R), Case(X, S, 1, throws=R), Case(X, X, 3, throws=R), Case(N, N, 0, throws=R),
      Case(V3, 300, throws=R), slots=[Slot(), Slot()], weak=True)


def split(x, indices_or_sections, axis=0):
    whole(indices_or_sections)
    if is_tensor(indices_or_sections) and indices_or_sections.ndim == 0:
        indices_or_sections = int(indices_or_sections)
    return np.split(x, indices_or_sections, axis)


V = small("float32", (12,))
declare("split", split, (3, 1), Case(V, 4), Case(V, 1), Case(V, 12), Case(V, [3, 7]), Case(V, [0, 12]), Case(V, [20]),
        Case(V, [-2]), Case(V, [-20, 5]), Case(V, [7, 3]), Case(V, []), Case(V, tensor([2, 5], "int64")),
        Case(X, 2, -1),
        Case(X, [1], axis=2), Case(E, 2), Case(E, 3, 1), Case(E, [1], 1), Case(V, tensor(3, "int32")),
        Case(V, 5, throws=R), Case(V, 0, throws=R),
        Case(V, -2, throws=R), Case(V, 2, 1, throws=R), Case(V, 1.5, throws="Error"), Case(V, [0.5], throws="Error"),
        Case(N, 1, throws=R), Case(V, tensor([0.5], "float32"), throws="TypeError"))


def unstack(x, num=None, axis=0):
    if not -x.ndim <= axis < x.ndim or num not in (None, x.shape[axis]):
        raise Refused(R)
    return [np.asarray(part) for part in np.moveaxis(x, axis, 0)]


declare("unstack", unstack, (), Case(X), Case(X, axis=1), Case(X, 4, -1), Case(X, 3, 1), Case(V), Case(E),
        Case(X, 3, throws=R),
        Case(X, axis=3, throws=R), Case(N, throws=R))

declare("copy", np.copy, (), Case(X), Case(N), Case(E), Case(V))


def diff(a, n=1, axis=-1):
    whole(n)
    return np.asarray(np.diff(a, n, axis))


declare("diff", diff, (), Case(X, 2), Case(X, 1, 0), Case(X, 2, 1), Case(X, axis=1), Case(X, 0), Case(X, 3, 0),
        Case(X, 9), Case(V, 3),
        Case(tensor([0, 255, 1], "uint8")), Case(tensor([127, -128, 0], "int8"), 2),
        Case(tensor([True, False, False, True], "bool"), 2),
        Case(tensor([INF, INF, -INF, NAN, 1], "float32")), Case(tensor([1.0, 1.0, -0.0, 0.0], "float32")),
        Case(tensor([60000, -60000, 1, 2048], "float16"), 2), Case(E), Case(E, 1, 1), Case(E, 1, 0),
        Case(tensor([1.0], "float32")),
        Case(X, -1, throws=R), Case(X, 1, 3, throws=R), Case(N, throws=R), Case(X, 0.5, throws="Error"))
declare("flip", lambda x, axis=None: np.flip(x, axes(axis)), (), Case(X), Case(X, 0), Case(X, -1), Case(X, [0, 2]),
        Case(X, axis=1), Case(X, []), Case(N), Case(E), Case(S, 1), Case(X, 3, throws=R), Case(X, -4, throws=R),
        Case(X, [0, 0], throws=R))


def repeat(x, repeats, axis=None):
    if is_tensor(repeats) and name_of(repeats) == "bool":
        repeats = repeats.astype("int64")
    whole(repeats)
    if is_tensor(repeats):
        repeats = repeats.astype("int64")
    if np.ndim(repeats) > 1:
        raise Refused(R)
    if np.min(repeats, initial=0) < 0:
        raise Refused(R)
    return np.asarray(np.repeat(x, repeats, axis))


declare("repeat", repeat, (2, 1), Case(X, 3), Case(X, 0), Case(X, 1, 0), Case(X, 3, -1), Case(X, 2, axis=0), Case(N, 4),
        Case(E, 2, 1), Case(E, 2, 0),
        Case(E, 3), *[Case(small(dtype, (5,)), [0, 3, 1, 20, 2]) for dtype in DTYPES],
        *[Case(V, tensor([1, 0, 2, 3, 0, 1, 5, 1, 1, 0, 0, 9], dtype)) for dtype in INTEGER], Case(X, [1, 2, 0], 1),
        Case(X, [5, 2], 0),
        Case(X, [0, 0, 0, 0], 2), Case(X, [2], 2), Case(X, tensor([3], "int32"), 1), Case(X, tensor(2, "uint8"), 1),
        Case(X, [2]), Case(N, [3]),
        Case(V3, tensor([True, False, True], "bool")), Case(E, [1, 4], 0), Case(E, tensor([], "int32"), 1),
        Case(E, tensor([], "int32")),
        Case(X, [1, 2], 1, throws=R), Case(X, [1, -1, 2], 1, throws=R), Case(X, -1, throws=R), Case(X, 2, 3, throws=R),
        Case(X, 1.5, throws="Error"),
        Case(X, [0.5, 1, 1], 1, throws="Error"), Case(X, tensor([1.0, 2.0], "float32"), 0, throws="TypeError"),
        Case(X, [[1, 2]], 0, throws="Error"))


def roll(x, shift, axis=None):
    whole(shift, axis)
    return np.roll(x, axes(shift), axes(axis))


declare("roll", roll, (1,), Case(X, 5), Case(X, -5), Case(X, 100), Case(X, 0), Case(X, 1, 0), Case(X, -1, 1),
        Case(X, 7, 2), Case(X, [1, 2], [0, 2]),
        Case(X, [1, 2, -3], [0, 1, 2]), Case(X, [1, 1], [1, 1]), Case(X, 1, [0, 1]), Case(X, [1, 2], 2),
        Case(X, [1, 2]), Case(X, 2, axis=-1), Case(N, 3),
        Case(E, 1), Case(E, 1, 0), Case(E, 3, 1), Case(V, 2**40 + 1),
        Case(small("int8", (2, 2, 3, 1, 2, 3)), [1, 1, 2, 5, 1, -1], [0, 1, 2, 3, 4, 5]),
        Case(X, 1, 3, throws=R), Case(X, [1, 2], [0, 1, 2], throws=R), Case(X, 0.5, throws="Error"))


def tile(x, repeats):
    whole(repeats)
    if np.min(repeats, initial=0) < 0:
        raise Refused(R)
    return np.asarray(np.tile(x, repeats))


declare("tile", tile, ([2, 2],), Case(X, 2), Case(X, [2, 1, 3]), Case(X, [3, 1, 1]), Case(X, [2, 2, 1, 2, 2]),
        Case(X, []), Case(X, [1]), Case(X, 0),
        Case(X, [2, 0, 1]), Case(N, 3), Case(N, [2, 2]), Case(N, []), Case(E, [2, 3, 1]), Case(S, [4, 1, 5]),
        Case(V, 7), Case(V, [50, 1]),
        Case(V3, [30, 11]), Case(X, -1, throws=R), Case(X, [1, -2], throws=R), Case(X, 0.5, throws="Error"))


def extract_sequences(x, sequence_length, sequence_stride):
    whole(sequence_length, sequence_stride)
    if x.ndim < 1 or sequence_length < 1 or sequence_stride < 1 or sequence_length > x.shape[-1]:
        raise Refused(R)
    return np.lib.stride_tricks.sliding_window_view(x, sequence_length, -1)[..., ::sequence_stride, :]


declare("extractSequences", extract_sequences, (2, 1), Case(V, 3, 2), Case(V, 4, 4), Case(V, 5, 3), Case(V, 12, 1),
        Case(V, 1, 1), Case(V, 2, 20),
        Case(X, 2, 1), Case(E, 2, 1), Case(V, 13, 1, throws=R), Case(V, 0, 1, throws=R), Case(V, 3, 0, throws=R),
        Case(V, 3, -1, throws=R),
        Case(N, 1, 1, throws=R), Case(V, 2.5, 1, throws="Error"))


def diag(x, k=0):
    whole(k)
    return np.asarray(np.diag(x, k))


declare("diag", diag, (), Case(V3), Case(V3, 2), Case(V3, -2), *[Case(small(dtype, (3,)), 1) for dtype in DTYPES],
        Case(small("float32", (3, 4)), 1), Case(small("float32", (3, 4)), k=-1),
        Case(small("float32", (3, 4)), 4), Case(small("float32", (3, 4)), -9), Case(tensor([], "float32")),
        Case(tensor([], "float32"), 2), Case(tensor(np.zeros((0, 3)), "int8"), 1),
        Case(X, throws=R), Case(N, throws=R), Case(V, 0.5, throws="Error"))
declare("diagonal", lambda x, offset=0, axis1=0, axis2=1: np.diagonal(x, offset, axis1, axis2), (), Case(X), Case(X, 1),
        Case(X, -1), Case(X, 0, 1, 2),
        Case(X, 1, 2, 0), Case(X, -1, -1, -2), Case(X, 5), Case(X, axis1=2, axis2=1), Case(E), Case(E, 1, 0, 2),
        Case(V, throws=R), Case(X, 0, 1, 1, throws=R),
        Case(X, 0, 0, 3, throws=R), Case(X, 0, 0, -3, throws=R))
for name, triangle in [("tril", np.tril), ("triu", np.triu)]:
    def truth(x, k=0, triangle=triangle):
        whole(k)
        return np.asarray(triangle(x, k))

    declare(name, truth, (), *[Case(X, k) for k in (0, 1, 2, 3, 9, -1, -2, -9)], Case(X, k=1),
            *[Case(small(dtype, (4, 3)), -1) for dtype in DTYPES], Case(V3), Case(V3, 1), Case(E),
            Case(tensor(np.zeros((0, 3)), "int8")),
            Case(tensor([[INF, NAN], [NAN, -INF]], "float32")), Case(N, throws=R), Case(X, 0.5, throws="Error"))


def pad(x, pad_width, mode="constant", constant_values=None):
    """Keras's pad: a flat pair is for every axis; `circular` is `wrap`, `empty` zeros."""
    if constant_values is not None and mode != "constant":
        raise Refused(R)
    whole(pad_width)
    if is_tensor(pad_width):
        pad_width = pad_width.tolist()
    pairs = pad_width if isinstance(pad_width, list) else [pad_width]
    if not any(isinstance(p, list) for p in pairs):
        pairs = [pairs]
    pairs = [p if isinstance(p, list) else [p] for p in pairs]
    if any(len(p) not in (1, 2) for p in pairs) or len(pairs) not in (1, x.ndim) or not pairs:
        raise Refused(R)
    pairs = [(p[0], p[-1]) for p in pairs]
    mode = {"circular": "wrap", "empty": "constant"}.get(mode, mode)
    if mode == "constant":
        value = np.asarray(0 if constant_values is None else constant_values)
        if value.ndim or (not is_tensor(constant_values) and name_of(x) in INTEGER and isinstance(constant_values, int)
                          and not np.iinfo(x.dtype).min <= constant_values <= np.iinfo(x.dtype).max):
            raise Refused(R)
        return np.asarray(np.pad(x, pairs, constant_values=saturate(value, name_of(x))[()]))
    return np.asarray(np.pad(x, pairs, mode))


MODES = ["edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap", "circular", "empty"]
P = [[1, 2], [0, 1], [3, 0]]
declare("pad", pad, (1,),
        *[Case(small(dtype, (2, 3)), [[1, 0], [2, 1]], mode) for mode in MODES[1:6] + ["symmetric"] for dtype in DTYPES],
        *[Case(X, P, mode) for mode in MODES], *[Case(V3, [7, 11], mode) for mode in MODES],
        *[Case(tensor([[1.5, 3.0]], "float64"), [[5, 4], [9, 8]], mode) for mode in MODES],
        *[Case(tensor([1.0, NAN, 3.0, -0.0], "float32"), 1, mode) for mode in MODES],
        *[Case(small("int64", (4, 5), 3), [[2, 1], [1, 3]], mode) for mode in MODES],
        *[Case(E, [[1, 1], [0, 0], [2, 0]], mode) for mode in MODES],
        *[Case(E, 1, mode, throws=R) for mode in MODES if mode != "empty"],
        *[Case(S, 2, mode) for mode in MODES], Case(X, 1), Case(X, [1, 2]), Case(X, [2]), Case(X, [[1, 2]]),
        Case(X, [[1], [0], [2]]), Case(X, P), Case(X, 0), Case(E, 1),
        Case(X, tensor([[1, 0], [0, 1], [2, 2]], "int32")), Case(N, 1), Case(X, 1, "constant", 7),
        Case(X, 1, constant_values=2.5), Case(V3, 1, constant_values=9),
        Case(V3, 1, constant_values=2.75), Case(V3, 1, constant_values=tensor(-1.0, "float32")),
        Case(small("bool", (3,)), 1, constant_values=True), Case(X, 1, constant_values=NAN),
        Case(tensor([1 + 2j], "complex64"), 1, constant_values=3 - 1j),
        Case(tensor([1.0], "float16"), 2, constant_values=INF),
        Case(V3, 1, constant_values=300, throws=R), Case(X, -1, throws=R), Case(X, [[1, 2], [0, 0]], throws=R),
        Case(X, [1, 2, 3], throws=R), Case(X, 1, "mirror", throws=R),
        Case(X, 1, "edge", 1, throws=R), Case(X, 1.5, throws="Error"),
        Case(X, 1, constant_values=tensor([1.0, 2.0], "float32"), throws=R))
