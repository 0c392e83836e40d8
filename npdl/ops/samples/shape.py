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


def _split(d):
    yield (d.normal(2, 6),), {"sections": 3, "axis": 1}
    yield (d.normal(8, 3),), {"sections": (1, 5, 2)}


def _stack(d):
    yield (d.normal(2, 3), d.normal(2, 3), d.normal(2, 3)), {}
    yield (d.normal(2, 3), d.normal(2, 3)), {"axis": -1}


def _pad(d):
    yield (d.normal(2, 3, 5),), {"pad": ((1, 0), (0, 2)), "value": 0.7}
    yield (d.normal(3, 5),), {"pad": ((1, 2), (4, 3)), "mode": "reflect"}
    yield (d.normal(3, 5),), {"pad": ((1, 4), (0, 3)), "mode": "edge"}


def _gather(d):
    yield (d.normal(3, 5), d.integers(5, 3, 7)), {"axis": 1}
    yield (d.normal(5, 2, 3), d.integers(5, 4, 2, 1)), {"axis": 0}


def _roll(d):
    yield (d.normal(5, 7),), {"shift": 2, "axis": 1}
    yield (d.normal(2, 5, 4),), {"shift": (-1, 3), "axis": (1, -1)}


def _shift(d):
    yield (d.normal(5, 7),), {"shift": 2, "axis": 1}
    yield (d.normal(2, 5, 4),), {"shift": -1, "axis": -1}


def _channel_shuffle(d):
    yield (d.normal(2, 6, 3, 1),), {"groups": 3}
    yield (d.normal(2, 8),), {"groups": 2}


ROWS = {
    "reshape": lambda d: [((d.normal(3, 10),), {"shape": (5, -1)})],
    "transpose": lambda d: [((d.normal(3, 5),), {}), ((d.normal(2, 3, 5),), {"axes": (1, -1, 0)})],
    "concat": _concat,
    "getitem": _getitem,
    "split": _split,
    "stack": _stack,
    "pad": _pad,
    "gather": _gather,
    "roll": _roll,
    "shift": _shift,
    "channel_shuffle": _channel_shuffle,
}
