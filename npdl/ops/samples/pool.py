"""Samples of npdl.ops.pool."""

import numpy as np


def _pool(d):
    yield (d.distinct(2, 3, 6, 4),), {"size": 2}
    yield (d.distinct(2, 3, 7, 8),), {"size": 3, "stride": 2}
    yield (d.distinct(2, 1, 6, 5),), {"size": (3, 2), "stride": (2, 1), "pad": (1, 1)}
    yield (d.distinct(1, 2, 6, 7),), {"size": 3, "stride": 2, "pad": ((1, 0), (0, 1)), "ceil_mode": True}


def _avg_pool(d):
    yield from _pool(d)
    yield (d.normal(2, 3, 6, 5),), {"size": 3, "stride": 2, "pad": 1, "count_include_pad": False}


def _adaptive_avg_pool(d):
    yield (d.normal(2, 3, 7, 5),), {"size": (3, 2)}
    yield (d.normal(2, 1, 3, 4),), {"size": (5, 2)}
    yield (d.normal(1, 2, 6, 4),), {"size": 2}


def _max_unpool(d):
    places = d.rng.permuted(np.tile(np.arange(30), (2, 3, 1)), axis=2)[:, :, :6].reshape(2, 3, 3, 2)
    yield (d.normal(2, 3, 3, 2), places), {"shape": (6, 5)}
    yield (d.normal(1, 2, 1, 1), d.integers(6, 1, 2, 1, 1)), {"shape": (2, 3)}


ROWS = {
    "max_pool2d": _pool,
    "avg_pool2d": _avg_pool,
    "global_avg_pool2d": lambda d: [((d.normal(2, 3, 5, 4),), {})],
    "adaptive_avg_pool2d": _adaptive_avg_pool,
    "max_unpool2d": _max_unpool,
}
