"""sorting: stable where order can be seen; NaN last; complex numbers lexicographic."""

import numpy as np

from patterns import Case, Slot, calls
from truth import DTYPES, exactly, tensor
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
