"""Samples of npdl.ops.graph: ids out of order, groups of different sizes, one of them empty."""

import numpy as np

IDS = np.array([3, 0, 3, 5, 0, 3, 1])


def _segments(draw):
    def cases(d):
        yield (getattr(d, draw)(7, 4), IDS), {"count": 6}
        yield (getattr(d, draw)(3, 5), np.array([1, 1, 0])), {"count": 2}

    return cases


ROWS = {
    "segment_sum": _segments("normal"),
    "segment_mean": _segments("normal"),
    "segment_max": _segments("distinct"),
}
