"""Random calls that are in no fixture, answered by ndops and by Keras: python scripts/oracle/compare.py [-n N] [-s SEED] [op ...]

Needs the built package and tests (build/ts). Prints what differs, as a call to paste, and the number of calls.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess

import numpy as np

from codec import decode_tensor, encode, encode_result
from draws import DRAWS
from generate import load
from patterns import Case, camel
from truth import COMPLEX, DTYPES, FLOATING, INTEGER, REFUSALS, Refused, is_tensor, name_of
from values import small, uniform

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = ROOT / "build/ts/test/support/serve.js"
ULP = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52, "complex64": 2.0**-23, "complex128": 2.0**-52}
LEAST = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 5e-324, "complex64": 2.0**-149, "complex128": 5e-324}


def values(rng, dtype, shape):
    seed = rng.randrange(2**31)
    kind = rng.random()
    if kind < 0.5 or dtype not in FLOATING + COMPLEX:
        x = small(dtype, shape, seed)
    elif kind < 0.8:
        x = uniform(dtype, shape, -10, 10, seed)
    else:
        x = uniform(dtype, shape, 0, 1000, seed)
    if kind > 0.95 and x.size and dtype in FLOATING:
        x.ravel()[rng.randrange(x.size)] = rng.choice([np.nan, np.inf, -np.inf, -0.0])
    return x


def shape_of(rng, most=4):
    if rng.random() < 0.04:
        return rng.randint(1, 70), rng.randint(1, 300)
    return tuple(rng.choice([0, 1, 1, 2, 3, 4, 5, 7]) for _ in range(rng.randint(0, most)))


def draw(op, rng, cases):
    dtype = rng.choice(DTYPES)
    if op.kind == "unary":
        return Case(values(rng, dtype, shape_of(rng)))
    if op.kind == "binary":
        shape = shape_of(rng)
        other = tuple(n if rng.random() < 0.7 else 1 for n in shape)[rng.randint(0, len(shape)):]
        a, b = values(rng, dtype, shape), values(rng, rng.choice(DTYPES), other)
        scalar = rng.choice([2, -3, 0.5, True, 7])
        args = rng.choice([(a, b), (a, b), (b, a), (a, scalar), (scalar, a)])
        return Case(*args)
    if op.kind == "reduce" and rng.random() < 0.8:
        shape = shape_of(rng)
        axes = list(range(-len(shape), len(shape))) or [None]
        axis = rng.choice([None, rng.choice(axes), rng.choice(axes)])
        named = {"keepdims": rng.random() < 0.5} if op.name != "countNonzero" else {}
        return Case(values(rng, dtype, shape), axis=axis, **named)
    if op.name in DRAWS and rng.random() < 0.8:
        return DRAWS[op.name](rng)
    case = rng.choice(cases)
    return Case(*(changed(rng, x, i) for i, x in enumerate(case.args)), **case.named)


def changed(rng, x, place):
    """Other values of the same shape; integers behind the first place are indices, which only change places."""
    if not is_tensor(x):
        return x
    if place and name_of(x) in INTEGER:
        flat = x.ravel().tolist()
        rng.shuffle(flat)
        return np.array(flat, x.dtype).reshape(x.shape)
    return values(rng, rng.choice([name_of(x), rng.choice(DTYPES)]) if not place else name_of(x), x.shape)


def expected(op, case):
    try:
        return op.truth(*case.args, **case.named), None
    except Refused as refusal:
        return None, refusal.kind
    except REFUSALS as error:
        return None, str(error)


def scale(op, case):
    """What sums of these magnitudes come to: cancellation loses digits relative to it."""
    try:
        args = [np.abs(x).astype(x.dtype) if is_tensor(x) and name_of(x) in FLOATING + COMPLEX else x for x in case.args]
        return np.abs(np.asarray(op.truth(*args, **case.named)).astype("complex128"))
    except (Refused, *REFUSALS):
        return 0


def compare(got, want, op, case, ulp):
    if isinstance(want, (list, tuple)) and want and is_tensor(want[0]):
        return next((d for g, w in zip(got, want) if (d := compare(g, w, op, case, ulp))), None)
    if isinstance(want, dict):
        parts = encode_result(want)["structure"]
        given = dict(got["structure"])
        data = given.pop("data")
        rest = {key: part for key, part in parts.items() if key != "data"}
        return compare(data, want["data"], op, case, 0) or (None if given == rest else f"{given} instead of {rest}")
    if not is_tensor(want):
        return None if got == {"value": list(want) if isinstance(want, tuple) else want} else f"{got} instead of {want}"
    want = np.asarray(want)
    if "dtype" not in got:
        return f"{got} instead of a tensor"
    if got["dtype"] != name_of(want):
        return f"dtype {got['dtype']} instead of {name_of(want)}"
    if tuple(got["shape"]) != want.shape:
        return f"shape {got['shape']} instead of {list(want.shape)}"
    x = decode_tensor(got)
    if name_of(want) in ULP:
        a, b = x.astype("complex128"), want.astype("complex128")
        unit = np.maximum(ULP[name_of(want)] * np.maximum(np.abs(b), scale(op, case)), LEAST[name_of(want)])
        with np.errstate(all="ignore"):
            close = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= ulp * unit)
    else:
        close = x == want
    if np.all(close):
        return None
    place = np.unravel_index(np.argmin(close), want.shape) if want.shape else ()
    return f"element {[int(i) for i in place]} is {x[place]} instead of {want[place]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=200, help="calls an op")
    parser.add_argument("-s", type=int, default=0, help="seed")
    parser.add_argument("-u", type=float, default=8, help="ulp allowed")
    parser.add_argument("-p", action="store_true", help="print the calls that differ in full")
    parser.add_argument("ops", nargs="*")
    options = parser.parse_args()
    table = load()
    server = subprocess.Popen(["node", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    counts = collections.Counter()
    for name in options.ops or table:
        op = table[name]
        cases = list(op.cases())
        shown = 0
        for i in range(options.n):
            rng = random.Random(f"{options.s} {name} {i}")
            case = draw(op, rng, cases)
            call = {"op": name, "args": encode(list(case.args)), "named": {camel(k): encode(v) for k, v in case.named.items()}}
            if not call["named"]:
                del call["named"]
            server.stdin.write(json.dumps(call) + "\n")
            server.stdin.flush()
            line = server.stdout.readline()
            if not line:
                raise SystemExit(f"ndops ended at {json.dumps(call)}")
            answer = json.loads(line)
            want, refused = expected(op, case)
            if "throws" in answer:
                if "does not export" in answer["message"]:
                    break
                wrong = None if refused and answer["coded"] else f"throws {answer['message'][:150]}" if not refused else "throws without a code"
            else:
                wrong = f"was not refused ({refused[:60]})" if refused else compare(answer["gives"], want, op, case, options.u)
            counts["calls"] += 1
            if wrong:
                counts[name] += 1
                shown += 1
                if shown <= 3:
                    about = ", ".join(f"{name_of(x)}{list(x.shape)}" if is_tensor(x) else str(x) for x in case.args)
                    print(f"{name}({about}, {case.named}): {wrong}")
                    if options.p:
                        print(f"  {json.dumps(call)}")
    server.stdin.close()
    print(dict(counts))


if __name__ == "__main__":
    main()
