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


def _instancenorm(d):
    yield (d.normal(3, 4, 2, 5) * 2 + 1, d.off_zero(4), d.normal(4)), {"eps": 1e-2}
    yield (d.normal(2, 3, 7),), {}


def _local_response_norm(d):
    yield (d.off_zero(2, 7, 3, 2),), {"size": 3, "alpha": 0.9, "beta": 0.75, "k": 2.0}
    yield (d.off_zero(2, 6, 4),), {"size": 4, "alpha": 2.0, "beta": 0.5}
    yield (d.off_zero(2, 3, 2, 2),), {}


def _l2_normalise(d):
    yield (d.normal(5, 7),), {}
    yield (d.normal(2, 5, 3, 4),), {"axis": 1}
    yield (d.normal(4, 6) * [[1], [1e-2], [1], [3]],), {"eps": 0.1}


def _rmsnorm(d):
    yield (d.normal(7, 5) * 2 + 1, d.off_zero(5)), {"eps": 1e-2}
    yield (d.normal(2, 3, 7), d.off_zero(7)), {}


ROWS = {
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "instancenorm": _instancenorm,
    "local_response_norm": _local_response_norm,
    "l2_normalise": _l2_normalise,
    "rmsnorm": _rmsnorm,
}
