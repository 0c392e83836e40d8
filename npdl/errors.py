"""Errors that teach: the function, the argument, what was expected, what came."""

from collections.abc import Hashable
from math import inf
from numbers import Integral, Real

import numpy as np


class InputError(ValueError):
    """An argument has the wrong shape or value."""

    def __init__(self, function, argument=None, expected=None, got=None):
        if argument is None:  # unpickled in another process: the message is all that travels
            super().__init__(function)
        else:
            super().__init__(f"{function}: {argument} should be {expected}; got {describe(got)}")


class InputTypeError(InputError, TypeError):
    """An argument has the wrong type or dtype."""


class InputIndexError(InputError, IndexError):
    """An index or an axis lies outside. (A `for` over a Tensor ends with an IndexError.)"""


def describe(value):
    """'float32 array of shape (2, 3)' for an array, the value itself for anything small."""
    if isinstance(value, np.generic):
        return f"{value!s} ({value.dtype})"
    if hasattr(value, "shape") and hasattr(value, "dtype") and not isinstance(value, type):  # np.int64 has both
        return f"{value.dtype} array of shape {tuple(value.shape)}"
    if value is None or (isinstance(value, (int, float, str, tuple, list, dict)) and len(repr(value)) < 80):
        return repr(value)
    return f"an object of type {type(value).__name__}"


def require_ndim(function, argument, array, ndim, axes):
    """Raise unless `array` has `ndim` axes; `axes` spells them out for the reader: "(N, C, H, W)"."""
    if getattr(array, "ndim", None) != ndim:
        raise InputError(function, argument, f"a {ndim}-d array {axes}", array)


def require_shape(function, argument, array, shape, because):
    """Raise unless `array` has exactly this shape."""
    if getattr(array, "shape", None) != tuple(shape):
        raise InputError(function, argument, f"an array of shape {tuple(shape)} {because}", array)


def is_number(value):
    """True for Python's and NumPy's real numbers; not for True and False."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_integer(value, low=-inf):
    """True for Python's and NumPy's integers >= low; not for True and False."""
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= low


def is_one_of(value, choices):
    """True if the value is one of them; False, not an exception, for an array or a list."""
    return not hasattr(value, "shape") and isinstance(value, Hashable) and value in choices


def require_integer(function, argument, value, low):
    """The value as Python's int; raise unless it is an integer >= low."""
    if not is_integer(value, low):
        raise InputError(function, argument, f"an integer >= {low}", value)
    return int(value)


def require_range(function, argument, value, low, high):
    """Raise unless the number lies in [low, high]."""
    if not (is_number(value) and low <= value <= high):
        raise InputError(function, argument, f"in [{low}, {high}]", value)


def require_positive(function, argument, value):
    """Raise unless the number is greater than 0."""
    if not (is_number(value) and value > 0):
        raise InputError(function, argument, "greater than 0", value)


def require_decay(function, argument, value):
    """Raise unless the number lies in [0, 1): the share that a running average keeps at each step."""
    if not (is_number(value) and 0 <= value < 1):
        raise InputError(function, argument, "in [0, 1)", value)


def require_indices(function, argument, indices, count, ignore=None):
    """Raise unless all integers lie in [0, count), or are `ignore`.

    Only for arrays on the host: on a GPU the look would make the host wait for the device at every step.
    """
    if isinstance(indices, (np.ndarray, np.generic)):
        wrong = (indices < 0) | (indices >= count)
        if ignore is not None:
            wrong &= indices != ignore
        if wrong.any():
            raise InputError(function, argument, f"integers in [0, {count})", int(np.extract(wrong, indices)[0]))
