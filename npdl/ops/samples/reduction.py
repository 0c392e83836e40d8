"""Samples of npdl.ops.reduction."""


def _reduction(d):
    yield (d.distinct(3, 5),), {}
    yield (d.distinct(3, 5, 2),), {"axis": 1}
    yield (d.distinct(3, 5, 2),), {"axis": (0, -1), "keepdims": True}
    yield (d.distinct(3, 5, 2),), {"axis": (0, 2)}


def _var(d):
    yield from _reduction(d)
    yield (d.distinct(3, 5, 2),), {"axis": 1, "ddof": 1}


def _logsumexp(d):
    yield (d.normal(3, 7),), {}
    yield (d.normal(2, 5, 3),), {"axis": 1, "keepdims": True}
    yield (d.normal(2, 5, 3),), {"axis": (0, -1)}
    yield (d.normal(3, 5),), {"axis": None}


ROWS = {
    "sum": _reduction,
    "mean": _reduction,
    "max": _reduction,
    "var": _var,
    "logsumexp": _logsumexp,
}
