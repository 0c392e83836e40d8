"""Samples of npdl.ops.gates."""

from .draw import unary


def _gelu(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(2, 3, 1, 5),), {"approximate": "tanh"}


def _hard(d):
    yield (5 * d.distinct(3, 7),), {}  # from -5.25 to 4.75, none nearer to 3 and -3 than 0.25


ROWS = {
    "gelu": _gelu,
    "silu": unary("normal"),
    "hard_sigmoid": _hard,
    "hard_swish": _hard,
    "swiglu": lambda d: [((d.normal(3, 7), d.normal(3, 7)), {}), ((d.normal(2, 3, 5), d.normal(2, 3, 5)), {})],
}
