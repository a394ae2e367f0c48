"""Values by dtype: the edges that kernels get wrong, and small ones whose sums and products are exact in any order."""

import random

import numpy as np

from truth import COMPLEX, FLOATING, NUMPY, tensor

INF, NAN = float("inf"), float("nan")
_SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, INF, -INF, NAN]
_EDGES = {
    "float16": [65504.0, -65504.0, 6e-8, 6.104e-05, 0.333251953125],
    "bfloat16": [3.3895313892515355e38, 1.1754943508222875e-38, 9.183549615799121e-41, 0.333984375],
    "float32": [3.4028234663852886e38, 1.1754943508222875e-38, 1.401298464324817e-45, 16777217.0, 1 / 3],
    "float64": [1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, 9007199254740993.0, 1 / 3],
}


def edges(dtype):
    """A 1-D tensor of the dtype's own hard values."""
    if dtype == "bool":
        return tensor([False, True], dtype)
    if dtype in FLOATING:
        return tensor(_SPECIAL + _EDGES[dtype], dtype)
    if dtype in COMPLEX:
        return tensor([0, 1, -1, 1j, -1j, 3 - 4j, 0.5 + 0.25j, -2 - 3j], dtype)
    info = np.iinfo(dtype)
    low = [info.min, info.min + 1, -7, -2, -1] if info.min < 0 else []
    return tensor(low + [0, 1, 2, 3, 7, info.max - 1, info.max], dtype)


def castable(dtype):
    """Values that a narrower dtype cannot hold."""
    if dtype in FLOATING:
        return tensor([0, -0.0, 1.5, -1.5, 255.5, 65536, -3e9, 1e10, NAN, INF, -INF], dtype)
    return edges(dtype)


def pairable(dtype):
    """Fewer edges, for every pair of them."""
    if dtype in FLOATING:
        return tensor([0.0, -0.0, 1.0, -1.5, 3.0, -7.25, INF, -INF, NAN], dtype)
    if dtype in COMPLEX:
        return tensor([1, -1, 2j, 3 - 4j, 0.5 + 0.25j], dtype)
    return edges(dtype)


def small(dtype, shape, seed=0, low=-4, high=4):
    """Small integers: every product and sum of a few hundred is exact in every dtype."""
    rng = random.Random(f"{dtype} {shape} {seed}")
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.startswith("uint"):
        low = 0
    flat = [rng.randint(low, high) for _ in range(count)]
    if dtype in COMPLEX:
        flat = [complex(value, rng.randint(low, high)) for value in flat]
    if dtype == "bool":
        flat = [value > 0 for value in flat]
    return np.array(flat).astype(NUMPY[dtype]).reshape(shape)


def uniform(dtype, shape, low, high, seed=0):
    rng = np.random.default_rng([seed, *shape, len(dtype)])
    values = rng.uniform(low, high, shape)
    if dtype in COMPLEX:
        values = values + 1j * rng.uniform(low, high, shape)
    return values.astype(NUMPY[dtype])
