"""Samples of npdl.ops.reduction."""


def _reduction(d):
    yield (d.distinct(3, 5),), {}
    yield (d.distinct(3, 5, 2),), {"axis": 1}
    yield (d.distinct(3, 5, 2),), {"axis": (0, -1), "keepdims": True}
    yield (d.distinct(3, 5, 2),), {"axis": (0, 2)}


ROWS = {
    "sum": _reduction,
    "mean": _reduction,
    "max": _reduction,
}
