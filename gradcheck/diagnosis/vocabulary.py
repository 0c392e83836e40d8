"""The words of the expression search: functions of one array, and the ways in which an array fits a shape."""

from itertools import permutations
from math import erf, pi, sqrt

import numpy as np

from .evidence import Value

SQRT_2_PI = sqrt(2 * pi)
normal_cdf = np.vectorize(lambda v: 0.5 * (1 + erf(v / sqrt(2))), otypes=[float])

FUNCTIONS = [  # (how it is written, f, cost)
    ("{}", lambda v: v, 0),
    ("({} > 0)", lambda v: (v > 0) * 1.0, 0.8),
    ("({} <= 0)", lambda v: (v <= 0) * 1.0, 0.9),
    ("(1 - {})", lambda v: 1 - v, 1),
    ("(1 + {})", lambda v: 1 + v, 1.2),
    ("{}**2", lambda v: v * v, 1),
    ("{}**3", lambda v: v * v * v, 1.4),
    ("(1 - {}**2)", lambda v: 1 - v * v, 1.1),
    ("{0} * (1 - {0})", lambda v: v * (1 - v), 1.5),
    ("1 / {}", lambda v: 1 / v, 1),
    ("1 / {}**2", lambda v: 1 / (v * v), 1.6),
    ("1 / {}**3", lambda v: 1 / v**3, 1.9),
    ("1 / (1 + {})", lambda v: 1 / (1 + v), 2),
    ("1 / (1 - {})", lambda v: 1 / (1 - v), 2),
    ("1 / (1 - {}**2)", lambda v: 1 / (1 - v * v), 2.2),
    ("np.sqrt({})", np.sqrt, 1.3),
    ("1 / np.sqrt({})", lambda v: 1 / np.sqrt(v), 1.6),
    ("np.exp({})", np.exp, 1.2),
    ("np.exp(-{})", lambda v: np.exp(-v), 1.5),
    ("np.exp({} / 2)", lambda v: np.exp(v / 2), 1.6),
    ("(np.exp({}) - 1)", lambda v: np.exp(v) - 1, 1.8),
    ("np.log({})", np.log, 1.5),
    ("np.abs({})", np.abs, 1.4),
    ("np.sign({})", np.sign, 1.3),
    ("sigmoid({})", lambda v: 0.5 * (1 + np.tanh(v / 2)), 1.5),
    ("np.tanh({})", np.tanh, 1.5),
    ("sigmoid({0}) * (1 - sigmoid({0}))", lambda v: 0.25 / np.cosh(v / 2) ** 2, 2),
    ("(1 - np.tanh({})**2)", lambda v: np.cosh(v) ** -2.0, 2),
    ("(np.abs({}) < 1)", lambda v: (np.abs(v) < 1) * 1.0, 1.4),
    ("Phi({})", lambda v: normal_cdf(v), 2),
    ("phi({})", lambda v: np.exp(-v * v / 2) / SQRT_2_PI, 2),
]
OF_DIFFERENCES = [f for f in FUNCTIONS if f[0] in ("{}", "({} > 0)", "{}**2", "np.sign({})")]


def hyper_functions(hyper):
    """Functions with a hyper-parameter in them: eps under a root, the slope of a leaky ReLU, the bounds of a clip."""
    found = []
    for h, name in [(h, name) for h, name in hyper.items() if h > 0 and h != int(h) and name.isidentifier()][:2]:
        found += [
            (f"np.where({{}} > 0, 1, {name})", lambda v, h=h: np.where(v > 0, 1, h), 1.5),
            (f"np.where({{}} > 0, {name}, 1)", lambda v, h=h: np.where(v > 0, h, 1), 1.7),
            (f"np.clip({{}}, -{name}, {name})", lambda v, h=h: np.clip(v, -h, h), 1.7),
            (f"(np.abs({{}}) < {name})", lambda v, h=h: (np.abs(v) < h) * 1.0, 1.7),
            (f"np.sqrt({{}} + {name})", lambda v, h=h: np.sqrt(v + h), 1.7),
            (f"np.sqrt({{}}**2 - {name})", lambda v, h=h: np.sqrt(v * v - h), 2),
            (f"1 / np.sqrt({{}}**2 - {name})", lambda v, h=h: 1 / np.sqrt(v * v - h), 2),
            (f"({{}} + {name})", lambda v, h=h: v + h, 2),
        ]
    return found


def placements(value, shape):
    """(label, array): the ways in which a value broadcasts to a shape: as it is, or with new axes behind or between."""
    v = value.array
    lead = v.ndim - len(shape)
    if lead > 0:
        if v.shape[:lead] == (1,) * lead:
            yield from placements(Value(value.label, v.reshape(v.shape[lead:]), value.cost + 0.1), shape)
        elif v.size == np.prod(shape, dtype=int):
            yield f"{value.label}.reshape{tuple(shape)}", v.reshape(shape)
        return
    if _fits(v.shape, shape):
        yield value.label, v
    elif v.ndim < len(shape) and v.size == np.prod(shape, dtype=int):
        yield f"{value.label}.reshape{tuple(shape)}", v.reshape(shape)
    if v.ndim and v.ndim < len(shape):
        for start in range(len(shape) - v.ndim):
            if v.shape == tuple(shape[start : start + v.ndim]):
                behind = len(shape) - start - v.ndim
                colons = ", ".join([":"] * v.ndim)
                yield f"{value.label}[{colons}{', None' * behind}]", v.reshape(v.shape + (1,) * behind)


def _fits(small, shape):
    padded = (1,) * (len(shape) - len(small)) + tuple(small)
    return all(a in (1, b) for a, b in zip(padded, shape))


def transposes(shape):
    """The ways to order the axes, but for the one that changes nothing."""
    return [p for p in permutations(range(len(shape))) if p != tuple(range(len(shape)))]
