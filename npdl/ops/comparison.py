"""Ops that choose between numbers. The gradient goes to what was chosen; what was left out has none."""

import numpy as np

from ..errors import InputError, InputTypeError, is_number
from ..tape import op
from .elementwise import unbroadcast

__all__ = [
    "clip", "clip_forward", "clip_backward",
    "maximum", "maximum_forward", "maximum_backward",
    "minimum", "minimum_forward", "minimum_backward",
    "where", "where_forward", "where_backward",
]  # fmt: skip


def clip_forward(x, *, low=None, high=None):
    """y = x between `low` and `high` (numbers; None: no bound on that side), and the bound outside.

    At a bound the derivative is 1, as in PyTorch: with 0 a number that was clipped once could never leave the bound.
    """
    if low is None and high is None:
        raise InputError("clip", "low or high", "given", None)
    for name, bound in dict(low=low, high=high).items():
        if not (bound is None or is_number(bound)):
            raise InputTypeError("clip", name, "a number (for arrays: maximum and minimum)", bound)
    if low is not None and high is not None and low > high:
        raise InputError("clip", "low", f"at most high = {high}", low)
    inside = True if low is None else x >= low
    inside = inside if high is None else inside & (x <= high)
    return np.clip(x, low, high), inside


def clip_backward(dout, inside):
    """dx = dout inside the bounds, 0 outside."""
    return dout * inside


clip = op(clip_forward, clip_backward)


def maximum_forward(a, b):
    """y = the larger of a and b, elementwise, with NumPy's broadcasting."""
    return np.maximum(a, b), (a, b)


def maximum_backward(dout, cache, needs=(True, True)):
    """The larger one has dout; of two equal ones each has half: (1 where it wins + 1 where it does not lose) / 2."""
    a, b = cache
    da = unbroadcast(dout * (a > b) / 2 + dout * (a >= b) / 2, np.shape(a)) if needs[0] else None
    db = unbroadcast(dout * (b > a) / 2 + dout * (b >= a) / 2, np.shape(b)) if needs[1] else None
    return da, db


maximum = op(maximum_forward, maximum_backward, numbers=True)


def minimum_forward(a, b):
    """y = the smaller of a and b, elementwise, with NumPy's broadcasting."""
    return np.minimum(a, b), (a, b)


def minimum_backward(dout, cache, needs=(True, True)):
    """The smaller one has dout; of two equal ones each has half."""
    a, b = cache
    da = unbroadcast(dout * (a < b) / 2 + dout * (a <= b) / 2, np.shape(a)) if needs[0] else None
    db = unbroadcast(dout * (b < a) / 2 + dout * (b <= a) / 2, np.shape(b)) if needs[1] else None
    return da, db


minimum = op(minimum_forward, minimum_backward, numbers=True)


def where_forward(condition, a, b):
    """y = a where the condition holds, else b; all three broadcast. condition: booleans, which have no gradient.

    What is not chosen has the gradient 0, but 0 times an infinite derivative is nan: in where(x > 0, log(x), 0) at
    x = 0 the backward of log computes 0 / 0. Guard the inner input as well: log(where(x > 0, x, 1)).
    """
    if not isinstance(condition, bool) and getattr(getattr(condition, "dtype", None), "kind", None) != "b":
        raise InputTypeError("where", "condition", "an array of booleans, such as x > 0", condition)
    return np.where(condition, a, b), (condition, np.shape(a), np.shape(b))


def where_backward(dout, cache, needs=(False, True, True)):
    """da = dout where the condition holds, db = dout where it does not."""
    condition, a_shape, b_shape = cache
    da = unbroadcast(np.where(condition, dout, 0), a_shape) if needs[1] else None
    db = unbroadcast(np.where(condition, 0, dout), b_shape) if needs[2] else None
    return None, da, db


where = op(where_forward, where_backward, constant=("condition",), numbers=True)
