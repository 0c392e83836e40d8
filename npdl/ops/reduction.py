"""Sums, means, variances, maxima and logsumexp over some axes."""

from math import prod

import numpy as np

from ..errors import InputError
from ..tape import op

__all__ = [
    "sum", "sum_forward", "sum_backward",
    "mean", "mean_forward", "mean_backward",
    "max", "max_forward", "max_backward",
    "var", "var_forward", "var_backward",
    "logsumexp", "logsumexp_forward", "logsumexp_backward",
]  # fmt: skip


def _like_input(reduced, shape, axis, keepdims):
    """A reduced array with its lost axes put back (length 1), so that it broadcasts against the input."""
    if keepdims or axis is None:
        return reduced.reshape((1,) * len(shape)) if axis is None else reduced
    return np.expand_dims(reduced, axis)


def _count(function, x, axis):
    """How many numbers of x are reduced to one."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    n = prod(x.shape[i] for i in axes)
    if n == 0:
        raise InputError(function, "x", f"of at least one number over axis {axis}", x)
    return n


def sum_forward(x, *, axis=None, keepdims=False):
    """y = Σ x over `axis` (an int, a tuple, or None: all)."""
    return x.sum(axis=axis, keepdims=keepdims), (x.shape, axis, keepdims)


def sum_backward(dout, cache):
    """Every summand has the gradient of its sum."""
    shape, axis, keepdims = cache
    return np.broadcast_to(_like_input(dout, shape, axis, keepdims), shape)


sum = op(sum_forward, sum_backward)


def mean_forward(x, *, axis=None, keepdims=False):
    """y = (1/n) Σ x over `axis` (an int, a tuple, or None: all)."""
    total = x.sum(axis=axis, keepdims=keepdims)
    n = _count("mean", x, axis)
    return total / n, (x.shape, n, axis, keepdims)


def mean_backward(dout, cache):
    """Every one of the n summands has dout / n."""
    shape, n, axis, keepdims = cache
    return np.broadcast_to(_like_input(dout / n, shape, axis, keepdims), shape)


mean = op(mean_forward, mean_backward)


def max_forward(x, *, axis=None, keepdims=False):
    """y = max x over `axis` (an int, a tuple, or None: all)."""
    y = x.max(axis=axis, keepdims=keepdims)
    return y, (x, y, axis, keepdims)


def max_backward(dout, cache):
    """The winner has dout; several equal winners share it evenly."""
    x, y, axis, keepdims = cache
    winners = x == _like_input(y, x.shape, axis, keepdims)
    count = winners.sum(axis=axis, keepdims=True, dtype=x.dtype)
    return winners * (_like_input(dout, x.shape, axis, keepdims) / count)


max = op(max_forward, max_backward)


def var_forward(x, *, axis=None, keepdims=False, ddof=0):
    """y = Σ (x - mean)² / (n - ddof) over `axis` (an int, a tuple, or None: all).

    ddof: 0 for the variance of these n numbers (batch norm's); 1 for the unbiased estimate of that of the distribution
    which they were drawn from.
    """
    total = x.sum(axis=axis, keepdims=True)
    count = _count("var", x, axis)
    if ddof >= count:
        raise InputError("var", "ddof", f"below the {count} numbers of each variance", ddof)
    centred, n = x - total / count, count - ddof
    return (centred * centred).sum(axis=axis, keepdims=keepdims) / n, (centred, n, axis, keepdims)


def var_backward(dout, cache):
    """dx = 2 (x - mean) / n dout. (The way through the mean adds nothing: Σ (x - mean) = 0.)"""
    centred, n, axis, keepdims = cache
    return 2 * centred * _like_input(dout / n, centred.shape, axis, keepdims)


var = op(var_forward, var_backward)


def logsumexp_forward(x, *, axis=-1, keepdims=False):
    """y = ln Σ e^x over `axis` (an int, a tuple, or None: all): a smooth maximum, max x <= y <= max x + ln n.

    The largest x is subtracted before exp and added after log, so that nothing overflows. Numbers that are all -inf
    have y = -inf and the gradient 0; where some are inf, y = inf, and these share the gradient evenly.
    Cache: e^x / Σ e^x, the softmax.
    """
    largest = x.max(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore"):  # inf - inf
        e = np.where(x == largest, 1, np.exp(x - largest))
    total = e.sum(axis=axis, keepdims=True)
    y = largest + np.log(total)
    return y if keepdims else y.squeeze(axis=axis), (e / total * (largest > -np.inf), axis, keepdims)


def logsumexp_backward(dout, cache):
    """dx = dout softmax(x)."""
    p, axis, keepdims = cache
    return _like_input(dout, p.shape, axis, keepdims) * p


logsumexp = op(logsumexp_forward, logsumexp_backward)
