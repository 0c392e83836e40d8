"""Samples of npdl.ops.comparison: no ties, and nothing at a bound."""


def _clip(d):
    yield (d.distinct(3, 7),), {"low": -0.52, "high": 0.73}
    yield (d.distinct(2, 5, 3),), {"low": 0.22}
    yield (d.distinct(2, 5),), {"high": -0.18}


def _two(d):
    yield (d.distinct(3, 5), d.distinct(3, 5) + 0.03), {}
    yield (d.distinct(2, 3, 5), d.distinct(3, 1) + 0.03), {}
    yield (d.distinct(1), d.distinct(2, 3) + 0.03), {}
    yield (d.distinct(3, 5), 0.08), {}
    yield (0.08, d.distinct(3, 5)), {}


def _where(d):
    yield (d.integers(2, 3, 5) == 1, d.normal(3, 5), d.normal(3, 5)), {}
    yield (d.integers(2, 5, 1) == 1, d.normal(2, 1, 3), d.normal(5, 3)), {}
    yield (d.integers(2, 3, 5) == 1, d.normal(3, 5), 0.7), {}
    yield (d.integers(2, 3, 5) == 1, -1.5, d.normal(5)), {}


ROWS = {
    "clip": _clip,
    "maximum": _two,
    "minimum": _two,
    "where": _where,
}
