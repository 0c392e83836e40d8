"""Samples of npdl.ops.penalty."""


def _several(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(5), d.normal(2, 3), d.normal(2, 1, 4)), {}


ROWS = {"l2_penalty": _several}
