"""Samples of npdl.ops.elementwise."""

from .draw import unary


def _binary(d):
    yield (d.normal(3, 5), d.off_zero(3, 5)), {}
    yield (d.normal(2, 3, 5), d.off_zero(3, 1)), {}
    yield (d.normal(1), d.off_zero(2, 3)), {}
    yield (d.normal(3, 5), 0.7), {}
    yield (0.7, d.off_zero(3, 5)), {}


def _power(d):
    yield (d.normal(3, 7),), {"exponent": 3}
    yield (d.off_zero(2, 5),), {"exponent": -2}
    yield (d.positive(2, 3, 1, 5),), {"exponent": 1.7}


ROWS = {
    "add": _binary,
    "sub": _binary,
    "mul": _binary,
    "div": _binary,
    "neg": unary("normal"),
    "exp": unary("normal"),
    "log": unary("positive"),
    "power": _power,
    "sqrt": unary("positive"),
    "abs": unary("off_zero"),
}
