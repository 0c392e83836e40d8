"""What all optimisers share: which arrays to step, and the state of each."""

import numpy as np

from ..errors import InputError, InputTypeError, require_range
from ..tape import Tensor


class Optimizer:
    """Changes parameters by their gradients; a subclass gives the rule for one array, `update(w, g, state)`, in place.

    parameters: a list of Parameters, each stepped by itself (those without a gradient stay as they are), or a
    FlatParameters, stepped as one long array. state: a dict of arrays that belongs to each array stepped.
    """

    def __init__(self, parameters, lr):
        require_range(type(self).__name__, "lr", lr, 0, float("inf"))
        self.flat = parameters if isinstance(parameters, FlatParameters) else None
        self.parameters = self.flat.parameters if self.flat else _checked(self, parameters)
        self.lr = lr
        self.state = {}

    def step(self):
        """One update of every array that has a gradient."""
        if self.flat:
            self.flat.require_views()
        for index, p in enumerate([self.flat] if self.flat else self.parameters):
            if p.grad is not None:
                self.update(p.data, p.grad, self.state.setdefault(index, {}))
                for changed in self.parameters if self.flat else [p]:
                    changed.version += 1  # a backward pass recorded before this step would be wrong: let it say so

    def zero_grad(self):
        """Forget the gradients, before the next backward adds to them."""
        if self.flat:
            self.flat.grad[...] = 0  # in place: the parameters' gradients are views of it
        for p in [] if self.flat else self.parameters:
            p.grad = None


class FlatParameters:
    """Parameters moved into one long array, their gradients into another: one update, one message, steps them all.

    Each Parameter stays what it was: its data and its grad are now views of the two arrays. A parameter that a backward
    pass does not reach has gradient zero here (in a list it would be passed over).
    """

    def __init__(self, parameters):
        self.parameters = _checked(self, parameters)
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

    def __copy__(self):
        return self  # a Parameter lives in one pair of arrays

    def __reduce__(self):
        return FlatParameters, (self.parameters,)  # a copy, or another process, makes its own two arrays

    def require_views(self):
        """Raise if a Parameter has arrays of its own again, by model.zero_grad() or astype: a step would miss it."""
        for p in self.parameters:
            if p.data.base is not self.data or getattr(p.grad, "base", None) is not self.grad:
                raise RuntimeError(
                    f"FlatParameters: the data or the grad of a Parameter of shape {p.shape} was replaced. "
                    "Use optimizer.zero_grad(), not model.zero_grad(), and astype before FlatParameters."
                )


def _checked(owner, parameters):
    """The parameters as a list, without the frozen ones (requires_grad = False)."""
    if not hasattr(parameters, "__iter__"):
        raise InputTypeError(type(owner).__name__, "parameters", "a list, such as model.parameters()", parameters)
    parameters = [p for p in parameters if getattr(p, "requires_grad", True)]
    if not parameters:
        raise InputError(type(owner).__name__, "parameters", "at least one Parameter that requires grad", parameters)
    for p in parameters:
        if not (isinstance(p, Tensor) and p.node is None):
            raise InputTypeError(type(owner).__name__, "parameters", "Parameters, as model.parameters() gives them", p)
        if sum(p is q for q in parameters) > 1:
            raise InputError(type(owner).__name__, "parameters", "each one once, or it takes several steps", p)
    return parameters
