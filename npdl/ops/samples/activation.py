"""Samples of npdl.ops.activation."""

from .draw import unary


def _over_axis(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(2, 5, 3),), {"axis": 1}


def _prelu(d):
    yield (d.off_zero(3, 7), d.positive(1)), {}
    yield (d.off_zero(3, 5), d.normal(5)), {}
    yield (d.off_zero(2, 3, 1, 5), d.normal(3)), {}


ROWS = {
    "relu": unary("off_zero"),
    "leaky_relu": lambda d: [((d.off_zero(3, 7),), {}), ((d.off_zero(2, 5),), {"slope": 0.2})],
    "prelu": _prelu,
    "elu": lambda d: [((d.off_zero(3, 7),), {}), ((d.off_zero(2, 5),), {"alpha": 1.3})],
    "relu6": lambda d: [((10 * d.distinct(3, 7),), {})],  # whole numbers and a half, from -10.5 to 9.5
    "softplus": unary("normal"),
    "sigmoid": unary("normal"),
    "tanh": unary("normal"),
    "softmax": _over_axis,
    "log_softmax": _over_axis,
}
