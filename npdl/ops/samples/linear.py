"""Samples of npdl.ops.linear."""


def _matmul(d):
    yield (d.normal(3, 5), d.normal(5, 2)), {}
    yield (d.normal(2, 1, 3, 5), d.normal(7, 5, 2)), {}
    yield (d.normal(5), d.normal(2, 5, 3)), {}
    yield (d.normal(3, 5), d.normal(5)), {}
    yield (d.normal(5), d.normal(5)), {}


def _affine(d):
    yield (d.normal(3, 2, 5), d.normal(10, 7), d.normal(7)), {}
    yield (d.normal(3, 5), d.normal(5, 2), None), {}


def _temporal_affine(d):
    yield (d.normal(3, 2, 5), d.normal(5, 7), d.normal(7)), {}
    yield (d.normal(2, 3, 2, 5), d.normal(5, 4), None), {}


ROWS = {
    "matmul": _matmul,
    "affine": _affine,
    "temporal_affine": _temporal_affine,
}
