"""How fixtures are declared: one entry an op, by the shape of its arguments."""

import re

import numpy as np

from codec import encode, encode_result
from truth import COMPLEX, DTYPES, REFUSALS, Refused, is_tensor, name_of, tensor
from values import edges, pairable, small

OPS = {}
MIXED = [("bool", "float16"), ("uint8", "int8"), ("int32", "uint32"), ("int64", "uint64"), ("int16", "bfloat16"),
         ("int32", "float32"), ("int64", "float64"), ("float16", "bfloat16"), ("float32", "complex64"),
         ("float64", "complex64"), ("uint64", "float32")]
ERROR, OPEN = "!", "?"


class Op:
    """One op's fixture. `truth` takes NumPy arrays and Python scalars and gives arrays, or raises."""

    def __init__(self, family, name, truth, kind, cases, promotion=None, weak=None, zero_sign=True, draw=None):
        self.family, self.name, self.truth, self.kind = family, name, truth, kind
        self.cases, self.promotion, self.weak, self.zero_sign, self.draw = cases, promotion, weak, zero_sign, draw
        assert name not in OPS, name
        OPS[name] = self

    def fixture(self):
        fixture = {"op": self.name, "kind": self.kind}
        if not self.zero_sign:
            fixture["zeroSign"] = False
        if self.promotion:
            fixture["promotion"] = self.promotion()
        if self.weak:
            fixture["weak"] = self.weak()
        fixture["cases"] = [self.run(case) for case in self.cases()]
        return fixture

    def run(self, case):
        row = {"args": [encode(x) for x in case.args]}
        if case.named:
            row["named"] = {camel(key): encode(value) for key, value in case.named.items()}
        try:
            result = self.truth(*case.args, **case.named)
        except Refused as refusal:
            row["throws"] = refusal.kind
        except REFUSALS as error:
            if not case.throws:
                print(f"refused: {self.name}({', '.join(describe(x) for x in case.args)}): {str(error)[:90]}")
            row["throws"] = case.throws or "Error"
        else:
            assert not case.throws, (self.name, case.args, case.named, result)
            row["gives"] = encode_result(result)
        return row


class Case:
    def __init__(self, *args, throws=None, **named):
        self.args, self.named, self.throws = args, named, throws


def describe(x):
    return f"{name_of(x)}{list(x.shape)}" if is_tensor(x) else str(x)


def camel(name):
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda match: match[1].upper(), name)


def dtype_of(call):
    try:
        result = call()
    except (Refused, *REFUSALS):
        return ERROR
    if isinstance(result, (list, tuple)):
        result = result[0]
    return name_of(result) if is_tensor(result) else "value"


def one(dtype, shape=(1,)):
    return tensor(np.ones(shape), dtype)


def row_of(truth, open_=(), shape=(1,), named=None):
    """The dtype that each input dtype gives, "!" where it is refused, "?" where nothing is promised."""
    def cells():
        return [OPEN if dtype in open_ else dtype_of(lambda: truth(one(dtype, shape), **(named or {})))
                for dtype in DTYPES]
    return lambda: [" ".join(cells())]


def table_of(truth, shape=(1,), shape2=None):
    def rows():
        return [" ".join(dtype_of(lambda: truth(one(a, shape), one(b, shape2 or shape))) for b in DTYPES)
                for a in DTYPES]
    return rows


def weak_of(truth, shape=(1,)):
    def rows():
        return {kind: " ".join(dtype_of(lambda: truth(one(a, shape), scalar)) for a in DTYPES)
                for kind, scalar in (("bool", True), ("int", 1), ("float", 0.5), ("complex", 1j))}
    return rows


def unary(family, name, truth, dtypes=DTYPES, edge=edges, **options):
    def cases():
        for dtype in dtypes:
            yield Case(edge(dtype))
        if "float32" in dtypes:
            yield Case(tensor(1.0, "float32"))
            yield Case(tensor([], "float32"))
            yield Case(small("float32", (2, 3), low=1))
            yield Case(tensor(np.zeros((2, 0, 3)), "float32"))
    Op(family, name, truth, "unary", cases, promotion=row_of(truth), **options)


def binary_op(family, name, truth, dtypes=DTYPES, pairs=pairable, mixed=MIXED, weak=True, more=(), low=1, **options):
    def cases():
        for dtype in dtypes:
            x = pairs(dtype)
            yield Case(x.reshape(-1, 1), x)
        for a, b in mixed:
            yield Case(small(a, (2, 1, 3), 1, low), small(b, (4, 1), 2, low))
        if weak:
            yield Case(small("uint8", (3,), low=low), 2)
            yield Case(2, small("int8", (3,), low=low))
            yield Case(small("float16", (3,), low=low), 0.5)
            yield Case(small("int32", (3,), low=low), 0.5)
            yield Case(small("int64", (3,), low=low), 1.5)
            yield Case(True, small("int16", (3,), low=low))
            yield Case(2, 3)
            yield Case(0.5, 2)
        yield Case(tensor(3, "int32"), tensor(2.0, "float32"))
        yield Case(tensor([], "float32"), tensor([1.0], "float32"))
        yield Case(tensor(np.zeros((0, 3)), "int32"), tensor([1, 2, 3], "int32"))
        yield Case(small("float32", (2, 3)), small("float32", (4,)), throws="RangeError")
        yield Case(small("float32", (2, 3)), small("float32", (2, 1, 2)), throws="RangeError")
        yield from more
    Op(family, name, truth, "binary", cases, promotion=table_of(truth), weak=weak_of(truth) if weak else None, **options)


def reduce(family, name, truth, dtypes=DTYPES, values=small, empty=True, nan=True, more=(), open_=(), lists=True,
           keepdims=True, **options):
    def cases():
        for dtype in dtypes:
            x = values(dtype, (3, 4))
            yield Case(x)
            yield Case(x, 1)
        for dtype in ("float32", "int32"):
            x = values(dtype, (2, 3, 4))
            for axis in [0, 1, -1, -3] + ([[0, 2], [-1, 0], [0, 1, 2]] if lists else []):
                yield Case(x, axis)
            if keepdims:
                yield Case(x, keepdims=True)
                yield Case(x, axis=1, keepdims=True)
                if lists:
                    yield Case(x, [0, -1], True)
        yield Case(values("float32", ()))
        yield Case(values("float32", (1, 5, 1)), 1)
        x = tensor(np.zeros((2, 0, 3)), "float32")
        yield Case(x, 0)
        yield Case(x, 1) if empty else Case(x, 1, throws="RangeError")
        yield Case(tensor([], "float32")) if empty else Case(tensor([], "float32"), throws="RangeError")
        if nan:
            yield Case(tensor([[1, np.nan, 3], [np.inf, 2, 1], [-np.inf, np.inf, 0]], "float32"), 1)
            yield Case(tensor([-0.0, -0.0], "float32"))
        x = values("float32", (2, 3))
        yield Case(x, 2, throws="RangeError")
        yield Case(x, -3, throws="RangeError")
        if lists:
            yield Case(x, [0, 0], throws="RangeError")
            yield Case(x, [0, -2], throws="RangeError")
        yield Case(x, 0.5, throws="Error")
        yield from more
    Op(family, name, truth, "reduce", cases, promotion=row_of(truth, open_), **options)


def calls(family, name, truth, *cases, promotion=None, weak=None, kind="calls", **options):
    Op(family, name, truth, kind, lambda: cases, promotion=promotion, weak=weak, **options)


def not_complex(truth):
    return lambda *args, **named: refuse_complex(args) or truth(*args, **named)


def refuse_complex(args):
    if any(is_tensor(x) and name_of(x) in COMPLEX for x in args):
        raise Refused("TypeError")
