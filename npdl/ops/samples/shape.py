"""Samples of npdl.ops.shape."""

import numpy as np


def _getitem(d):
    yield (d.normal(5, 7),), {"index": (slice(1, 4), 2)}
    yield (d.normal(5, 7, 2),), {"index": (Ellipsis, None, slice(None, None, -1))}
    yield (d.normal(5, 7),), {"index": (np.array([0, 3, 3, 4]), np.array([6, 1, 1, 0]))}
    yield (d.normal(3, 5),), {"index": np.arange(15).reshape(3, 5) % 2 == 0}


def _concat(d):
    yield (d.normal(2, 3), d.normal(2, 5), d.normal(2, 1)), {"axis": 1}
    yield (d.normal(2, 3), d.normal(5, 3)), {}


ROWS = {
    "reshape": lambda d: [((d.normal(3, 10),), {"shape": (5, -1)})],
    "transpose": lambda d: [((d.normal(3, 5),), {}), ((d.normal(2, 3, 5),), {"axes": (1, -1, 0)})],
    "concat": _concat,
    "getitem": _getitem,
}
