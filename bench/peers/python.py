"""NumPy, Keras, JAX or OpenBLAS alone as a side. The protocol is serve.mjs's.

python.py numpy|numpyAvx2|keras|jax|openblas: numpyAvx2 is NumPy without its AVX-512 code, whose sorts are slow on some
processors that have it; it ends at once on one that has not.
"""

import json
import os
import re
import sys
import time

kind = sys.argv[1]
if kind == "keras":
    os.environ["KERAS_BACKEND"] = "numpy"
if kind == "numpyAvx2":
    if "avx512f" not in open("/proc/cpuinfo").read():
        sys.exit("NumPy has no AVX-512 code to leave out here")
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"

import numpy as np  # noqa: E402


def storage_dtype(name):
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def snake(name):
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: "_" + m[1].lower(), name)


class NumPy:
    """Its own functions; what NumPy lacks, it has no call for."""

    about = "NumPy " + np.__version__
    own = {
        "cast": lambda x, dtype: x.astype(storage_dtype(dtype)),
        # In C's order, as ours: NumPy's default keeps the memory's.
        "copy": lambda x: np.copy(x, order="C"),
        "norm": np.linalg.norm,
    }

    def tensor(self, x, transposed):
        return x.T if transposed else x

    def function(self, op):
        return self.own.get(op) or getattr(np, snake(op), None)

    def bind(self, op, args, named):
        f = self.function(op)
        return f and (lambda: f(*args, **named))

    def array(self, result):
        return np.asarray(result)


class Keras(NumPy):
    def __init__(self):
        import keras

        self.keras = keras
        self.about = f"Keras {keras.__version__} (numpy backend)"

    def function(self, op):
        return NumPy.own["copy"] if op == "copy" else getattr(self.keras.ops, snake(op), None)


class Jax(NumPy):
    def __init__(self):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_platforms", "cpu")
        self.jax = jax
        self.about = f"JAX {jax.__version__} (jit, CPU)"
        self.own = {
            "topK": jax.lax.top_k,
            "segmentSum": lambda x, i, num_segments: jax.ops.segment_sum(x, i, num_segments),
            "segmentMax": lambda x, i, num_segments: jax.ops.segment_max(x, i, num_segments),
            "erf": jax.scipy.special.erf,
            "erfinv": jax.scipy.special.erfinv,
            "logsumexp": jax.scipy.special.logsumexp,
            "norm": jnp.linalg.norm,
            "cast": lambda x, dtype: x.astype(dtype),
            "bincount": lambda x: jnp.bincount(x, length=1000),
        }
        self.numpy = jnp

    def tensor(self, x, transposed):
        put = self.jax.device_put(x)
        return Transposed(put) if transposed else put

    def function(self, op):
        return self.own.get(op) or getattr(self.numpy, snake(op), None)

    def bind(self, op, args, named):
        f = self.function(op)
        if f is None:
            return None
        arrays = []

        def visit(x):
            if isinstance(x, (list, tuple)):
                return [visit(y) for y in x]
            if isinstance(x, Transposed):
                arrays.append(x.base)
                return Slot(len(arrays) - 1, True)
            if isinstance(x, self.jax.Array):
                arrays.append(x)
                return Slot(len(arrays) - 1, False)
            return x

        def fill(x, given):
            if isinstance(x, list):
                return [fill(y, given) for y in x]
            if not isinstance(x, Slot):
                return x
            return given[x.place].T if x.transposed else given[x.place]

        shaped, keywords = visit(args), {k: visit(v) for k, v in named.items()}
        traced = self.jax.jit(lambda *g: f(*fill(shaped, g), **{k: fill(v, g) for k, v in keywords.items()}))
        return lambda: self.jax.block_until_ready(traced(*arrays))


class Slot:
    def __init__(self, place, transposed):
        self.place, self.transposed = place, transposed


class Transposed:
    """An operand whose axes JAX swaps inside the compiled call: it has no strided views."""

    def __init__(self, base):
        self.base = base


class OpenBlas(NumPy):
    """The library's own products, on its own threads: the limit of ours."""

    def __init__(self):
        import ctypes

        self.c = ctypes
        self.lib = ctypes.CDLL("libopenblas.so.0")
        self.lib.openblas_get_config.restype = ctypes.c_char_p
        self.lib.openblas_get_corename.restype = ctypes.c_char_p
        config = self.lib.openblas_get_config().decode().split()[1]
        self.about = f"OpenBLAS {config} alone ({self.lib.openblas_get_corename().decode()})"

    def bind(self, op, args, named):
        if op != "matmul" or named or args[0].ndim != 2 or args[0].dtype.char not in "fd":
            return None
        a, b = args
        out = np.empty((a.shape[0], b.shape[1]), a.dtype)
        single = a.dtype == np.float32
        gemm = self.lib.cblas_sgemm if single else self.lib.cblas_dgemm
        real = self.c.c_float if single else self.c.c_double
        address = [self.c.c_void_p(x.ctypes.data) for x in (a, b, out)]
        (m, k), n = a.shape, b.shape[1]

        def run(operands=(a, b)):  # held: the library gets bare addresses
            gemm(101, 111, 111, m, n, k, real(1), address[0], k, address[1], n, real(0), address[2], n)
            return out

        return run


class NumPyAvx2(NumPy):
    about = NumPy.about + ' with NPY_DISABLE_CPU_FEATURES="' + os.environ.get("NPY_DISABLE_CPU_FEATURES", "") + '"'


side = {"numpy": NumPy, "numpyAvx2": NumPyAvx2, "keras": Keras, "jax": Jax, "openblas": OpenBlas}[kind]()
run = None


def visit(x):
    if isinstance(x, list):
        return [visit(y) for y in x]
    if isinstance(x, dict) and "file" in x:
        data = np.fromfile(x["file"], storage_dtype(x["dtype"])).reshape(x["shape"])
        return side.tensor(data, "transposed" in x)
    return x


def timed(seconds):
    n = 1
    while True:
        begin = time.perf_counter()
        for _ in range(n):
            run()
        took = time.perf_counter() - begin
        if took > seconds / 4:
            return took / n * 1e9
        n *= 4


def prepare(call):
    global run
    run = None
    try:
        if "function" in json.dumps(call["args"]):
            return {"no": "functions are not carried over"}
        named = {snake(k): visit(v) for k, v in call.get("named", {}).items()}
        run = side.bind(call["op"], [visit(x) for x in call["args"]], named)
        if run is None:
            return {"no": "no such function"}
        result = run()
        timed(0.02)
        first = result[0] if isinstance(result, (list, tuple)) else result
        array = side.array(first)
        seen = {"dtype": str(array.dtype)}
        if array.dtype.kind == "f" and array.size:
            flat = array.reshape(-1)
            seen["sample"] = [float(flat[int(part * (flat.size - 1))]) for part in (0, 0.31, 0.5, 0.83, 1)]
        return seen
    except Exception as error:  # every failure is an answer: this side has no such call
        run = None
        return {"no": f"{type(error).__name__}: {error}"[:200]}


print(json.dumps({"about": side.about}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "prepare" in request:
        reply = prepare(request["prepare"])
    else:
        try:
            reply = {"nanoseconds": timed(request["time"])}
        except Exception as error:
            reply = {"error": str(error)}
    # NaN is no JSON.
    print(json.dumps(reply).replace("NaN", "null").replace("-Infinity", "null").replace("Infinity", "null"), flush=True)
