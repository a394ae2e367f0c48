import numpy as np

from patterns import Case, Slot, calls
from truth import DTYPES, Refused, axes, tensor
from values import small

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
