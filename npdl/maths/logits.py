"""Log-odds: the logarithm of p / (1 - p), in which evidence adds."""

import numpy as np

from .. import ops
from ..arguments import number, reals, takes
from ..errors import InputError


@takes(p=reals())
def logit(p):
    """α = log(p / (1 - p)) = log p - log(1 - p): 0 at 1/2, ∞ at 1, -∞ at 0, and -α for 1 - p. p in [0, 1]."""
    p = np.asarray(p, float)
    if not ((p >= 0) & (p <= 1)).all():
        raise InputError("logit", "p", "probabilities in [0, 1]", p)
    with np.errstate(divide="ignore"):  # log 0 = -∞
        return np.log(p) - np.log1p(-p)


@takes(alpha=reals(finite=False))
def inverse_logit(alpha):
    """p = 1 / (1 + e^{-α}), the sigmoid of networks; never overflows."""
    return ops.sigmoid(np.asarray(alpha, float))


@takes(probabilities=reals("..., N", 0, 1), prior=number(0, 1))
def combine(probabilities, prior=0.5):
    """The probability after independent sensors of a cell that each said p_i, given the prior.

    logit p = logit prior + Σ (logit p_i - logit prior): the prior is in every reading, and must be taken off each time
    but once. (A sensor that says `prior` changes nothing.)
    """
    if prior in (0, 1):
        raise InputError("combine", "prior", "above 0 and below 1", prior)
    if ((probabilities == 0).any(axis=-1) & (probabilities == 1).any(axis=-1)).any():
        raise InputError("combine", "probabilities", "not of 0 and of 1 at once, a contradiction", probabilities)
    prior = logit(prior)
    return inverse_logit(prior + (logit(probabilities) - prior).sum(axis=-1))
