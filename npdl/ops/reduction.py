"""Sums, means and maxima over some axes."""

import numpy as np

from ..tape import op


def _like_input(reduced, shape, axis, keepdims):
    """A reduced array with its lost axes put back (length 1), so that it broadcasts against the input."""
    if keepdims or axis is None:
        return reduced.reshape((1,) * len(shape)) if axis is None else reduced
    return np.expand_dims(reduced, axis)


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
    y = x.mean(axis=axis, keepdims=keepdims)
    return y, (x.shape, x.size // y.size, axis, keepdims)


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
