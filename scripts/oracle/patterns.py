"""How fixtures are declared: one entry an op, by the shape of its arguments."""

import re

import numpy as np

from codec import encode, encode_result
from truth import DTYPES, REFUSALS, Refused, is_tensor, name_of, tensor
from values import edges, pairable, small

OPS = {}
MIXED = [("bool", "float16"), ("uint8", "int8"), ("int32", "uint32"), ("int64", "uint64"), ("int16", "bfloat16"),
         ("int32", "float32"), ("int64", "float64"), ("float16", "bfloat16"), ("float32", "complex64"),
         ("float64", "complex64"), ("uint64", "float32")]
ERROR, OPEN = "!", "?"
WEAK = {"bool": True, "int": 1, "float": 0.5, "complex": 1j}


class Slot:
    """Where an operand of ones goes in a call that only its dtype matters to."""

    def __init__(self, *shape):
        self.shape = shape or (1,)


class Op:
    """One op's fixture. `truth` takes NumPy arrays and Python scalars and gives arrays, or raises. `slots` is the call
    that shows the result dtype for every dtype in each Slot (one or two); with `weak`, scalars take the second one."""

    def __init__(self, family, name, truth, kind, cases, slots=None, weak=False, open_=(), zero_sign=True):
        self.family, self.name, self.truth, self.kind = family, name, truth, kind
        self.cases, self.slots, self.weak, self.open, self.zero_sign = cases, slots, weak, open_, zero_sign
        assert name not in OPS, name
        OPS[name] = self

    def fixture(self):
        fixture = {"op": self.name, "kind": self.kind}
        if not self.zero_sign:
            fixture["zeroSign"] = False
        if self.slots:
            fixture["call"] = [{"operand": x.shape} if isinstance(x, Slot) else encode(x) for x in self.slots]
            fixture["dtypes"] = self.dtypes()
        if self.weak:
            fixture["weak"] = {kind: " ".join(self.dtype_of(a, scalar) for a in DTYPES) for kind, scalar in WEAK.items()}
        fixture["cases"] = [self.run(case) for case in self.cases()]
        return fixture

    def dtypes(self):
        """One row, or one for each dtype of the first operand: the dtype given, "!" where refused, "?" not promised."""
        if sum(isinstance(x, Slot) for x in self.slots) == 1:
            return [" ".join(OPEN if dtype in self.open else self.dtype_of(dtype) for dtype in DTYPES)]
        return [" ".join(self.dtype_of(a, b) for b in DTYPES) for a in DTYPES]

    def dtype_of(self, *operands):
        rest = iter(operands)

        def fill(slot):
            x = next(rest)
            return tensor(np.ones(slot.shape), x) if isinstance(x, str) else x

        args = [fill(x) if isinstance(x, Slot) else x for x in self.slots]
        try:
            result = self.truth(*args)
        except (Refused, *REFUSALS):
            return ERROR
        return name_of(result[0] if isinstance(result, (list, tuple)) else result)

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


def unary(family, name, truth, dtypes=DTYPES, edge=edges, **options):
    def cases():
        for dtype in dtypes:
            yield Case(edge(dtype))
        if "float32" in dtypes:
            yield Case(tensor(1.0, "float32"))
            yield Case(tensor([], "float32"))
            yield Case(small("float32", (2, 3), low=1))
            yield Case(tensor(np.zeros((2, 0, 3)), "float32"))
    Op(family, name, truth, "unary", cases, [Slot()], **options)


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
    Op(family, name, truth, "binary", cases, [Slot(), Slot()], weak, **options)


def reduce(family, name, truth, dtypes=DTYPES, values=small, empty=True, nan=True, more=(), lists=True,
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
    Op(family, name, truth, "reduce", cases, [Slot()], **options)


def calls(family, name, truth, *cases, **options):
    Op(family, name, truth, "calls", lambda: cases, **options)
