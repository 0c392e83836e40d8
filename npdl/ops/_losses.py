"""What the losses share: from many losses to one number, back again, and what they ask of their arguments."""

import numpy as np

from ..errors import InputError

SUM_TOLERANCE = 1e-3  # a float32 softmax over many classes does not sum to 1 exactly


def reduce_losses(function, losses, reduction, count=None):
    """(value, scale): all losses as one number, their sum or their mean over `count`, or as they are ("none").

    The scale is what backward multiplies each loss's gradient by.
    """
    if reduction == "none":
        return losses, 1
    if reduction == "sum":
        return losses.sum(), 1
    if reduction != "mean":
        raise InputError(function, "reduction", '"mean", "sum" or "none"', reduction)
    if losses.size == 0:
        raise InputError(function, "the batch", "of at least one sample, to have a mean", losses)
    scale = 1 / (losses.size if count is None else count)
    return losses.sum() * scale, scale


def scaled(dout, scale, axis):
    """dout · scale, to multiply gradients by; if each loss has its dout, the axes that it summed over are put back."""
    return (np.expand_dims(dout, axis) if np.ndim(dout) else dout) * scale


def require_probabilities(function, argument, p):
    """Raise unless all numbers lie in [0, 1]. Only for arrays on the host, as errors.require_indices."""
    if isinstance(p, np.ndarray):
        wrong = ~((p >= 0) & (p <= 1))  # also NaN
        if wrong.any():
            raise InputError(function, argument, "probabilities, in [0, 1]", float(p[wrong][0]))


def require_distributions(function, argument, p):
    """Raise unless the numbers along axis 1 are probabilities that sum to 1. Only for arrays on the host."""
    require_probabilities(function, argument, p)
    if isinstance(p, np.ndarray):
        sums = p.sum(axis=1)
        wrong = ~(np.abs(sums - 1) < SUM_TOLERANCE)
        if wrong.any():
            raise InputError(function, argument, "distributions, with sum 1 over axis 1", float(sums[wrong][0]))
