"""Samples of npdl.ops.stochastic."""

import numpy as np


def _dropout(d):
    yield (d.normal(3, 7),), {"p": 0.3, "rng": np.random.default_rng(7)}
    yield (d.normal(3, 7),), {"p": 0.3, "training": False}
    yield (d.normal(3, 7),), {"p": 1}


def _dropout2d(d):
    yield (d.normal(3, 5, 2, 3),), {"p": 0.4, "rng": np.random.default_rng(7)}
    yield (d.normal(2, 3, 1, 2),), {"p": 0.4, "training": False}
    yield (d.normal(2, 3, 1, 2),), {"p": 1}


def _drop_path(d):
    yield (d.normal(7, 2, 3),), {"p": 0.4, "rng": np.random.default_rng(7)}
    yield (d.normal(4, 3),), {"p": 0.4, "training": False}
    yield (d.normal(4, 3),), {"p": 1}


ROWS = {
    "dropout": _dropout,
    "dropout2d": _dropout2d,
    "drop_path": _drop_path,
}
