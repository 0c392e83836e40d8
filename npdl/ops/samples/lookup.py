"""Samples of npdl.ops.lookup."""

import numpy as np


def _embedding(d):
    yield (np.array([[3, 1, 3], [0, 3, 6]]), d.normal(7, 5)), {}
    yield (np.array([2, 2]), d.normal(3, 4)), {}


ROWS = {
    "embedding": _embedding,
}
