"""Samples of npdl.ops.stochastic."""

import numpy as np


def _dropout(d):
    yield (d.normal(3, 7),), {"p": 0.3, "rng": np.random.default_rng(7)}
    yield (d.normal(3, 7),), {"p": 0.3, "training": False}
    yield (d.normal(3, 7),), {"p": 1}


ROWS = {
    "dropout": _dropout,
}
