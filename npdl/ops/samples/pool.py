"""Samples of npdl.ops.pool."""


def _pool(d):
    yield (d.distinct(2, 3, 6, 4),), {"size": 2}
    yield (d.distinct(2, 3, 7, 8),), {"size": 3, "stride": 2}
    yield (d.distinct(2, 1, 6, 5),), {"size": (3, 2), "stride": (2, 1), "pad": (1, 1)}
    yield (d.distinct(1, 2, 6, 7),), {"size": 3, "stride": 2, "pad": ((1, 0), (0, 1)), "ceil_mode": True}


def _avg_pool(d):
    yield from _pool(d)
    yield (d.normal(2, 3, 6, 5),), {"size": 3, "stride": 2, "pad": 1, "count_include_pad": False}


ROWS = {
    "max_pool2d": _pool,
    "avg_pool2d": _avg_pool,
    "global_avg_pool2d": lambda d: [((d.normal(2, 3, 5, 4),), {})],
}
