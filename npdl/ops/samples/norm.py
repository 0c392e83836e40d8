"""Samples of npdl.ops.norm."""


def _batchnorm(d):
    yield (d.normal(7, 5) * 2 + 1, d.off_zero(5), d.normal(5)), {"eps": 1e-2}
    yield (d.normal(3, 2, 4, 5), d.off_zero(2), d.normal(2), d.normal(2), d.positive(2)), {"momentum": 0.7}
    yield (d.normal(7, 5), d.off_zero(5), d.normal(5), d.normal(5), d.positive(5)), {"training": False}


def _layernorm(d):
    yield (d.normal(7, 5) * 2 + 1, d.off_zero(5), d.normal(5)), {"eps": 1e-2}
    yield (d.normal(2, 3, 7), d.off_zero(7), d.normal(7)), {}


def _groupnorm(d):
    yield (d.normal(3, 6, 2, 5) * 2 + 1, d.off_zero(6), d.normal(6)), {"groups": 2, "eps": 1e-2}
    yield (d.normal(2, 3, 7), d.off_zero(3), d.normal(3)), {"groups": 3}


ROWS = {
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
}
