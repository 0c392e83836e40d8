"""What a module is made of: its parts, and the places where its parameters and their gradients are."""

import numpy as np

from ..arrays import is_array, is_float


class InDict:
    """A parameter in layer.params, its gradient in layer.grads."""

    def __init__(self, layer, key):
        self.layer, self.key = layer, key

    def get(self):
        return self.layer.params[self.key]

    def cast(self, dtype):
        """Done with the layer's other arrays."""

    def grad(self):
        return self.layer.grads.get(self.key)


class InTensor:
    """A parameter that is an object with data and grad."""

    def __init__(self, parameter):
        self.parameter = parameter

    def get(self):
        return self.parameter.data

    def cast(self, dtype):
        self.parameter.data = self.parameter.data.astype(dtype)
        self.parameter.grad = None

    def grad(self):
        return self.parameter.grad


def children(module):
    """Yield (name, part) for what a module is made of: by its children(), or from its attributes, lists and dicts."""
    if callable(getattr(module, "children", None)):
        for i, child in enumerate(module.children()):
            yield child if isinstance(child, tuple) else (str(i), child)
        return
    for name, value in vars(module).items():
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
        )
        for key, part in [(name, value), *((f"{name}.{key}", part) for key, part in inner)]:
            ways = [callable(getattr(part, way, None)) for way in ("forward", "backward", "parameters")]
            if ways[0] and any(ways[1:]) and hasattr(part, "__dict__"):
                yield key, part


def plain(x, copied=False):
    """The array of a Tensor, and any other thing as it is."""
    array = x if is_array(x) else getattr(x, "data", x)
    return np.array(array) if copied and is_array(array) else array


def cast(x, dtype):
    """A floating-point array in the dtype (None: as it is), and any other thing as it is."""
    return x.astype(dtype) if is_float(x) and dtype is not None else x


def varied(x, rng):
    """x itself, or, if it is one number everywhere, with a tenth of a normal deviate added."""
    if x.size == 0 or np.ptp(x):
        return x
    return x + (0.1 * rng.standard_normal(x.shape)).astype(x.dtype)


def tree(module, prefix=""):
    """Yield (path, part) for all parts below a module."""
    for name, part in children(module):
        yield f"{prefix}{name}.", part
        yield from tree(part, f"{prefix}{name}.")


def tensors(module):
    """Yield (name, slot) for what named_parameters() or parameters() gives."""
    if callable(getattr(module, "named_parameters", None)):
        named = module.named_parameters()
    else:
        listed = module.parameters() if callable(getattr(module, "parameters", None)) else ()
        named = ((f"parameter {i}", p) for i, p in enumerate(listed))
    for name, parameter in named:
        yield name, InTensor(parameter)
