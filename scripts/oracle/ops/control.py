"""control: the functions are known to both sides by name; test/support/functions.ts is the other half."""

import numpy as np

from codec import Fn
from patterns import Case, calls
from truth import keras_ops, tensor, weaken
from values import small

FAMILY = "control"


def add(x, y):
    return keras_ops.add(*weaken(x, y))


FUNCTIONS = {
    "one": lambda: tensor(1, "float32"),
    "two": lambda: tensor(2, "float32"),
    "addIndex": lambda i, state: add(state, i),
    "double": lambda x: keras_ops.multiply(*weaken(x, 2)),
    "sum": lambda x: np.asarray(keras_ops.sum(x)),
    "addPair": lambda pair: add(pair[0], pair[1]),
    "increment": lambda x: add(x, 1),
    "below5": lambda x: bool(x < 5),
    "advance": lambda i, x: [add(i, 1), add(x, x)],
    "firstBelow3": lambda i, x: bool(i < 3),
}


def known(function):
    return lambda *args, **named: function(*(FUNCTIONS[a] if isinstance(a, Fn) else a for a in args), **named)


def cond(pred, true_fn, false_fn):
    return true_fn() if pred else false_fn()


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    spread = isinstance(loop_vars, list)
    state, step = (loop_vars if spread else [loop_vars]), 0
    while (maximum_iterations is None or step < maximum_iterations) and cond(*state):
        state, step = body(*state), step + 1
        state = state if spread else [state]
    return state if spread else state[0]


def fori_loop(lower, upper, body_fun, init_val):
    for i in range(lower, upper):
        init_val = body_fun(i, init_val)
    return init_val


def vectorized_map(function, elements):
    rows = [function([e[i] for e in elements]) for i in range(len(elements[0]))] if isinstance(elements, list) else [function(x) for x in elements]
    return np.stack(rows)


V, M = small("int32", (4,)), small("float32", (3, 4))
calls(FAMILY, "cond", known(cond),
      *[Case(p, Fn("one"), Fn("two")) for p in (True, False, tensor(True, "bool"), tensor(0, "int32"))])
calls(FAMILY, "foriLoop", known(fori_loop), Case(0, 5, Fn("addIndex"), V),
      Case(2, 4, Fn("addIndex"), tensor(0, "float32")), Case(3, 1, Fn("addIndex"), V))
calls(FAMILY, "whileLoop", known(while_loop), Case(Fn("below5"), Fn("increment"), tensor(0, "int32")),
      Case(Fn("below5"), Fn("increment"), tensor(0, "float32"), 3),
      Case(Fn("firstBelow3"), Fn("advance"), [tensor(0, "int32"), V]),
      Case(Fn("below5"), Fn("increment"), tensor(9, "int32")),
      Case(Fn("below5"), Fn("increment"), tensor(0, "int32"), 0))
calls(FAMILY, "vectorizedMap", known(vectorized_map), Case(Fn("double"), M), Case(Fn("sum"), M), Case(Fn("addPair"), [M,
      small("float32", (3, 1), 2)]))
calls(FAMILY, "stopGradient", lambda variable: variable, Case(M), Case(tensor(1, "int64")))
