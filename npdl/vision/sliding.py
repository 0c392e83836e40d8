"""Sums and extremes of windows that slide along an axis, by doubling: two windows of p side by side are one of 2 p.

So a window of n takes about log₂ n passes over the image rather than n. (A running sum takes two, but what it adds and
takes away again leaves rounding errors behind.)
"""

import numpy as np

from ..errors import InputError, require_integer


def sliding_sum(x, length, axis):
    """y[i] = x[i] + ... + x[i + length - 1] along the axis, which becomes length - 1 shorter."""
    x = _along(x, length, axis, "sliding_sum")
    n = len(x) - length + 1
    total, done, power, window = None, 0, 1, x
    while True:
        if length & power:  # a window of `power` after the `done` that are summed
            part = window[done : done + n]
            total = part.copy() if total is None else total + part
            done += power
        if done == length:
            return np.moveaxis(total, 0, axis)
        window = window[:-power] + window[power:]
        power *= 2


def sliding_extreme(x, length, axis, choose):
    """y[i] = the extreme of x[i] ... x[i + length - 1]; choose: np.minimum or np.maximum.

    Of the last two windows of 2ᵖ the one begins where the long one does and the other ends there; they may overlap.
    """
    x = _along(x, length, axis, "sliding_extreme")
    power = 1
    while 2 * power <= length:
        x = choose(x[:-power], x[power:])
        power *= 2
    if power < length:
        x = choose(x[: len(x) - (length - power)], x[length - power :])
    return np.moveaxis(x, 0, axis)


def _along(x, length, axis, function):
    require_integer(function, "length", length, 1)
    if x.shape[axis] < length:
        raise InputError(function, "length", f"at most the axis's {x.shape[axis]}", length)
    return np.moveaxis(x, axis, 0)
