"""Which arrays an optimiser steps: Parameters one by one, or many of them moved into one long array."""

import numpy as np

from ..errors import InputError, InputTypeError
from ..tape import Tensor


class FlatParameters:
    """Parameters moved into one long array, their gradients into another: one update, one message, steps them all.

    Each Parameter stays what it was: its data and its grad are now views of the two arrays. A parameter that a backward
    pass does not reach has gradient zero here (in a list it would be passed over). Frozen parameters stay outside:
    freeze before, and make new FlatParameters after freezing or thawing (a step says so).
    """

    requires_grad = True

    def __init__(self, parameters):
        given = require_parameters("FlatParameters", parameters)
        require_trainable("FlatParameters", given)
        self.parameters = [p for p in given if p.requires_grad]
        self.frozen = [p for p in given if not p.requires_grad]
        first = self.parameters[0].data
        if any(p.data.dtype != first.dtype for p in self.parameters):
            raise InputTypeError("FlatParameters", "parameters", f"all of one dtype, {first.dtype}", self.parameters[0])
        self.data = np.concatenate([p.data.ravel() for p in self.parameters])
        self.grad = np.zeros_like(self.data)
        start = 0
        for p in self.parameters:
            piece, shape = slice(start, start + p.size), p.shape
            p.data = self.data[piece].reshape(shape)
            p.grad = self.grad[piece].reshape(shape)
            start = piece.stop
        self._views = [(p.data, p.grad) for p in self.parameters]

    def __copy__(self):
        return self  # a Parameter lives in one pair of arrays

    def __reduce__(self):
        return FlatParameters, (self.parameters + self.frozen,)  # a copy, or another process, makes its own two arrays

    def require_views(self):
        """Raise if a Parameter has arrays of its own again, or was frozen or thawed: a step would go wrong."""
        for p, (data, grad) in zip(self.parameters, self._views):
            if p.data is not data or p.grad is not grad:
                raise RuntimeError(
                    f"FlatParameters: the data or the grad of a Parameter of shape {p.shape} was replaced. "
                    "Use optimizer.zero_grad(), not model.zero_grad(), and astype before FlatParameters."
                )
        changed = [p for p in self.parameters if not p.requires_grad] + [p for p in self.frozen if p.requires_grad]
        if changed:
            raise RuntimeError(
                f"FlatParameters: a Parameter of shape {changed[0].shape} was frozen or thawed after they were made. "
                "Make new FlatParameters and a new optimiser, or give the optimiser a list, which looks at every step."
            )


def members(array):
    """The Parameters that change when this one, or these FlatParameters, are stepped."""
    return array.parameters if isinstance(array, FlatParameters) else [array]


def require_parameters(name, parameters):
    """The parameters as a list, each there once; `name` is the function's, for the error."""
    if not hasattr(parameters, "__iter__") or isinstance(parameters, dict):
        raise InputTypeError(name, "parameters", "a list, such as model.parameters()", parameters)
    parameters = list(parameters)
    for p in parameters:
        if not (isinstance(p, Tensor) and p.node is None):
            raise InputTypeError(name, "parameters", "Parameters, as model.parameters() gives them", p)
    require_once(name, parameters)
    return parameters


def require_once(name, parameters):
    """Raise if a Parameter comes twice."""
    seen = set()
    for p in parameters:
        if id(p) in seen:
            raise InputError(name, "parameters", "each one once, or it takes several steps", p)
        seen.add(id(p))


def require_trainable(name, parameters):
    """Raise unless some Parameter requires grad."""
    if not any(p.requires_grad for p in parameters):
        raise InputError(name, "parameters", "at least one Parameter that requires grad", parameters)
