"""Gradients that are too long, made shorter between backward and step."""

from math import inf, sqrt

import numpy as np

from ..errors import InputError, is_number, require_positive
from .flat import FlatParameters, require_parameters
from .pieces import over_pieces


def clip_grad_norm(parameters, max_norm):
    """Shorten all gradients together to a norm of max_norm, if theirs is longer; returns the norm before, a float.

    norm = √Σg² over all entries of all parameters; g ← g · min(1, max_norm / norm), in place: the direction stays.
    Pascanu, Mikolov and Bengio 2013, algorithm 1. max_norm=inf only measures. parameters: a list or FlatParameters;
    those that are frozen or have no gradient do not count.
    Raises FloatingPointError if the norm is NaN or Inf, and then the gradients are as they were: no factor would mend
    them. A loop that wants to leave out such a step catches it.
    """
    require_positive("clip_grad_norm", "max_norm", max_norm)
    arrays = _with_gradient("clip_grad_norm", parameters)
    gradients = [array.grad for array in arrays]
    with np.errstate(over="ignore"):
        norm = sqrt(sum(over_pieces(lambda i, piece: _sum_of_squares(gradients[i][piece]), gradients)))
    if not norm < inf:
        raise FloatingPointError(f"clip_grad_norm: the norm is {norm}; {_first_fault(arrays)}")
    if norm > max_norm:
        factor = float(max_norm) / norm
        over_pieces(lambda i, piece: np.multiply(gradients[i][piece], factor, out=gradients[i][piece]), gradients)
    return norm


def clip_grad_value(parameters, value):
    """Move every entry of the gradients that lies outside [-value, value] to its end, in place: the direction changes.

    parameters: as in clip_grad_norm. An infinite entry becomes ±value; NaN stays NaN.
    """
    if not (is_number(value) and 0 < value < inf):
        raise InputError("clip_grad_value", "value", "in (0, inf)", value)
    value, gradients = float(value), [array.grad for array in _with_gradient("clip_grad_value", parameters)]
    over_pieces(lambda i, piece: np.clip(gradients[i][piece], -value, value, out=gradients[i][piece]), gradients)


def _sum_of_squares(g):
    return np.square(g, dtype=np.float64).sum()


def _with_gradient(name, parameters):
    arrays = [parameters] if isinstance(parameters, FlatParameters) else require_parameters(name, parameters)
    return [array for array in arrays if array.requires_grad and array.grad is not None]


def _first_fault(arrays):
    for index, array in enumerate(arrays):
        bad = int((~np.isfinite(array.grad)).sum())
        if bad:
            of = f"gradient {index}, of shape {array.grad.shape}"
            return f"{of}, has {bad} of {array.grad.size} values NaN or Inf (npdl.detect_anomaly finds the op)"
    return "every entry is finite, but their squares are not"
