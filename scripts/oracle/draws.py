"""Random calls of ops whose cases cannot just take other values: shapes, widths, counts and places of their own."""

from patterns import Case
from truth import DTYPES, FLOATING, tensor
from values import small, uniform

MODES = ["constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap"]


def sizes(rng, least=0, most=4, empty=True):
    """A random shape: small sizes, some of them 1 or 0; at times a larger one."""
    if least <= 2 <= most and rng.random() < 0.05:
        return rng.randint(1, 200), rng.randint(1, 200)
    pool = [1, 1, 2, 3, 4, 5, 8, 13] + [0] * empty
    return tuple(rng.choice(pool) for _ in range(rng.randint(least, most)))


def array(rng, shape, dtypes=DTYPES):
    return small(rng.choice(dtypes), shape, rng.randrange(2**31))


def axis_of(rng, rank):
    """Now and then one out of range."""
    return rng.randint(-rank, max(rank - 1, 0)) if rng.random() < 0.97 else rng.choice([rank, -rank - 1])


def counts(rng, n, most=4):
    return [rng.randint(0, most) for _ in range(n)]


def concatenate(rng):
    shape = list(sizes(rng, 1))
    axis = axis_of(rng, len(shape))
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.5 else DTYPES
    parts = []
    for _ in range(rng.randint(1, 5)):
        if -len(shape) <= axis < len(shape):
            shape[axis] = rng.choice([0, 1, 2, 5, 9])
        parts.append(array(rng, tuple(shape), dtypes))
    if rng.random() < 0.05:
        parts.append(array(rng, sizes(rng)))
    return parts, axis


def stack(rng):
    shape = sizes(rng)
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.5 else DTYPES
    return Case([array(rng, shape, dtypes) for _ in range(rng.randint(1, 5))], axis_of(rng, len(shape) + 1))


def beside(rng, place):
    shape = list(sizes(rng, 1))
    parts = []
    for _ in range(rng.randint(1, 4)):
        if len(shape) > place:
            shape[place] = rng.choice([0, 1, 2, 5])
        parts.append(array(rng, tuple(shape)))
    return Case(parts)


def append(rng):
    parts, axis = concatenate(rng)
    return Case(parts[0], parts[-1], rng.choice([axis, None]))


def split(rng):
    shape = sizes(rng, 1)
    axis = axis_of(rng, len(shape))
    n = shape[axis] if -len(shape) <= axis < len(shape) else 3
    places = sorted(rng.randint(-n - 2, n + 2) for _ in range(rng.randint(0, 4)))
    by = rng.choice([rng.randint(1, 6), rng.choice([k for k in range(1, n + 1) if n % k == 0] or [1]), places])
    return Case(array(rng, shape), by, axis)


def along(rng, shape):
    """An axis, some, or all of them."""
    rank = len(shape)
    return rng.choice([None, axis_of(rng, rank), axis_of(rng, rank), rng.sample(range(rank), rng.randint(0, rank))])


def repeat(rng):
    shape = sizes(rng, 1)
    x = array(rng, shape)
    axis = rng.choice([None, axis_of(rng, len(shape))])
    n = x.size if axis is None else shape[axis] if -len(shape) <= axis < len(shape) else 2
    each = counts(rng, n, rng.choice([1, 4, 40]))
    return Case(x, rng.choice([rng.randint(0, 5), each, tensor(each, rng.choice(["int32", "int64", "uint8"]))]), axis)


def roll(rng):
    shape = sizes(rng)
    axis = along(rng, shape) or None  # NumPy fails at no axes
    one = rng.randint(-20, 20)
    many = isinstance(axis, list) and rng.random() < 0.7
    return Case(array(rng, shape), [rng.randint(-20, 20) for _ in axis] if many else one, axis)


def pad(rng):
    shape = sizes(rng, 1, 3)
    most = rng.choice([2, 5, 30])
    pair = lambda: [rng.randint(0, most), rng.randint(0, most)]
    widths = rng.choice([rng.randint(0, most), pair(), [pair()], [pair() for _ in shape]])
    mode = rng.choice(MODES)
    named = {"constant_values": rng.choice([0, 1, 3])} if mode == "constant" and rng.random() < 0.5 else {}
    return Case(array(rng, shape), widths, mode, **named)


def linspace(rng):
    shape = sizes(rng, 0, 2)
    ends = []
    for _ in range(2):
        kind = rng.random()
        part = tuple(n if rng.random() < 0.7 else 1 for n in shape)[rng.randint(0, len(shape)):]
        if kind < 0.4:
            ends.append(rng.choice([rng.randint(-9, 9), rng.uniform(-10, 10)]))
        elif kind < 0.7:
            ends.append(array(rng, part))
        else:
            ends.append(uniform(rng.choice(FLOATING), part, -5, 5, rng.randrange(2**31)))
    rank = max((x.ndim for x in ends if hasattr(x, "ndim")), default=0)
    dtype = rng.choice([None, None, "float64", "int32", "float16"])
    return Case(*ends, rng.choice([0, 1, 2, 5, 50, 333]), rng.random() < 0.6, rng.random() < 0.3, dtype, axis_of(rng, rank + 1))


def meshgrid(rng):
    return Case(*(array(rng, sizes(rng, 0, 2)) for _ in range(rng.randint(0, 4))), indexing=rng.choice(["xy", "ij"]))


def with_shape(least, most, *rest):
    def draw(rng):
        shape = sizes(rng, least, most)
        return Case(array(rng, shape), *(make(rng, shape) for make in rest))
    return draw


DRAWS = {
    "append": append,
    "concatenate": lambda rng: Case(*concatenate(rng)),
    "copy": with_shape(0, 4),
    "diag": with_shape(1, 2, lambda rng, shape: rng.randint(-9, 9)),
    "diagonal": with_shape(2, 4, lambda rng, shape: rng.randint(-5, 5), lambda rng, shape: axis_of(rng, len(shape)),
                           lambda rng, shape: axis_of(rng, len(shape))),
    "diff": with_shape(1, 4, lambda rng, shape: rng.randint(1, 4), lambda rng, shape: axis_of(rng, len(shape))),
    "extractSequences": with_shape(1, 3, lambda rng, shape: rng.randint(1, 6), lambda rng, shape: rng.randint(1, 4)),
    "flip": with_shape(0, 4, along),
    "hstack": lambda rng: beside(rng, 1),
    "linspace": linspace,
    "meshgrid": meshgrid,
    "pad": pad,
    "repeat": repeat,
    "roll": roll,
    "split": split,
    "stack": stack,
    "tile": with_shape(0, 3, lambda rng, shape: rng.choice([rng.randint(0, 9), counts(rng, rng.randint(0, 5))])),
    "tril": with_shape(1, 4, lambda rng, shape: rng.randint(-9, 9)),
    "triu": with_shape(1, 4, lambda rng, shape: rng.randint(-9, 9)),
    "unstack": with_shape(1, 4, lambda rng, shape: None, lambda rng, shape: axis_of(rng, len(shape))),
    "vstack": lambda rng: beside(rng, 0),
}
