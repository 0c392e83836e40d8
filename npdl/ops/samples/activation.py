"""Samples of npdl.ops.activation."""

from .draw import unary


def _over_axis(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(2, 5, 3),), {"axis": 1}


ROWS = {
    "relu": unary("off_zero"),
    "leaky_relu": lambda d: [((d.off_zero(3, 7),), {}), ((d.off_zero(2, 5),), {"slope": 0.2})],
    "sigmoid": unary("normal"),
    "tanh": unary("normal"),
    "softmax": _over_axis,
    "log_softmax": _over_axis,
}
