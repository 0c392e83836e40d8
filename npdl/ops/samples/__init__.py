"""Sample inputs of every op: one row an op. The tour, the gradient checks and the oracles all feed from here.

The inputs are chosen to show faults: sides of different length, strides smaller than kernels, padding on one side only,
ids that repeat, gamma and beta that are not 1 and 0. They keep away from the corners of relu and the ties of max, where
there is no derivative to compare with.
"""

from typing import NamedTuple

import numpy as np

from . import (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)
from .draw import Draw

__all__ = ["FACTORS", "ROWS", "Draw", "Sample", "may_be_scaled", "samples"]

FAMILIES = (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)
ROWS = {}
for _family in FAMILIES:
    ROWS |= _family.ROWS

# By what the samples of an op may be multiplied, where not by anything: probabilities stay in [0, 1], with their sum,
# e^logvar stays finite, and of nearly equal logits, of e^z - 1 for a small z, and of places in a grid that all are near
# its middle, float32 does not know the difference.
FACTORS = {
    "bce": (0, 1),
    "kl_divergence": (1, 1),
    "soft_cross_entropy": (1, 1),
    "kl_with_logits": (1e-4, float("inf")),
    "gaussian_kl": (0, 10),
    "gaussian_nll": (0, 10),
    "normal_kl": (0, 10),
    "diagonal_ssm_kernel": (0.01, float("inf")),
    "grid_sample": (0.01, float("inf")),
}


def may_be_scaled(name, factor):
    """Whether the op is defined, and its float32 result means something, for its samples times this factor."""
    low, high = FACTORS.get(name, (0, float("inf")))
    return low <= factor <= high


class Sample(NamedTuple):
    args: tuple
    options: dict


def samples(name, dtype="float64", seed=0):
    """The sample calls of one op, as a list of Sample(args, options); KeyError if its row is missing."""
    cases = ROWS[name](Draw(seed))
    return [Sample(tuple(_cast(a, dtype) for a in args), options) for args, options in cases]


def _cast(a, dtype):
    return a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
