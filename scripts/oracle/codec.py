"""Fixtures as text: every value exact, NaN, infinities and -0 included. test/support/fixtures.ts reads it.

A tensor is {"dtype", "shape", "data"}, data flat in C order: numbers (the shortest decimal that gives the same bits),
"nan", "inf", "-inf"; 64-bit integers as strings; complex as re, im, re, im. Arguments besides: a number that JSON lacks
is {"number": "nan"}, a bigint {"bigint": "1"}, a complex scalar {"re", "im"}, a slice {"slice": [start, stop, step]},
'...' Ellipsis, a function {"function": name}, a typed array {"typed": dtype, "data"}.
"""

import json
import math

import numpy as np

from truth import COMPLEX, NUMPY, is_tensor, name_of


def number(value):
    value = float(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value.is_integer() and abs(value) < 1e15 and math.copysign(1, value) * value >= 0 and (
        value != 0 or math.copysign(1, value) > 0) else value


def shortest(x):
    """float32 by its own shortest decimal, not by that of the double it equals."""
    if x.dtype == np.float32:
        value = float(str(x))
        if np.float32(value) == x:
            return number(value)
    return number(x)


def encode_tensor(x):
    x = np.asarray(x)
    dtype = name_of(x)
    flat = x.ravel()
    if dtype in COMPLEX:
        data = [shortest(part) for value in flat for part in (value.real, value.imag)]
    elif dtype in ("int64", "uint64"):
        data = [str(int(value)) for value in flat]
    elif dtype == "bool" or dtype.startswith(("int", "uint")):
        data = [int(value) for value in flat]
    else:
        data = [shortest(value) for value in flat]
    return {"dtype": dtype, "shape": list(x.shape), "data": data}


def decode_tensor(text):
    dtype, shape = text["dtype"], text["shape"]
    if dtype in ("int64", "uint64"):
        return np.array([int(value) for value in text["data"]], dtype).reshape(shape)
    flat = np.array([float(value) for value in text["data"]], "float64")
    if dtype in COMPLEX:
        return flat.view("complex128").astype(dtype).reshape(shape)
    return flat.astype(NUMPY[dtype]).reshape(shape)


class Fn(str):
    """A function that both sides know by name."""


class BigInt(int):
    pass


class Typed:
    def __init__(self, dtype, values):
        self.dtype, self.values = dtype, values


def encode(x):
    if is_tensor(x):
        return encode_tensor(x)
    if isinstance(x, Typed):
        return {"typed": x.dtype, "data": encode_tensor(np.array(x.values, x.dtype))["data"]}
    if isinstance(x, Fn):
        return {"function": str(x)}
    if isinstance(x, BigInt):
        return {"bigint": str(int(x))}
    if x is None or isinstance(x, (bool, str)):
        return x
    if isinstance(x, int):
        return x if abs(x) <= 2**53 else {"number": str(x)}
    if isinstance(x, float):
        value = number(x)
        return {"number": value} if isinstance(value, str) else value
    if isinstance(x, complex):
        return {"re": x.real, "im": x.imag}
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    if x is Ellipsis:
        return "..."
    if isinstance(x, (list, tuple)):
        return [encode(value) for value in x]
    if isinstance(x, dict):
        return {key: encode(value) for key, value in x.items()}
    raise TypeError(f"no encoding for {type(x)}")


def encode_result(x):
    """What a function gave back: a tensor, a JavaScript value, or an array of them."""
    if is_tensor(x):
        return encode_tensor(x)
    if isinstance(x, dict):
        return {"structure": {key: encode_result(value) for key, value in x.items()}}
    if isinstance(x, (list, tuple)):
        return [encode_result(value) for value in x]
    return {"value": x}


def write(path, fixture):
    """One case a line, so that a change of one case is a change of one line."""
    lines = []
    for key, value in fixture.items():
        if key in ("cases", "dtypes") and value:
            rows = ",\n    ".join(json.dumps(row, separators=(", ", ": "), allow_nan=False) for row in value)
            lines.append(f'  "{key}": [\n    {rows}\n  ]')
        else:
            lines.append(f'  "{key}": {json.dumps(value, allow_nan=False)}')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
