"""Groups of parameters, each with a learning rate and a weight decay of its own."""

from math import inf

from ..errors import InputError, InputTypeError, require_range
from .flat import FlatParameters, require_once, require_parameters, require_trainable


class Group:
    """Parameters that share a learning rate and a weight decay; both may be changed at any time.

    arrays: what is stepped, one by one: the Parameters, or the one FlatParameters.
    """

    def __init__(self, name, parameters, lr, weight_decay=0.0):
        flat = isinstance(parameters, FlatParameters)
        self.arrays = [parameters] if flat else require_parameters(name, parameters)
        self.parameters = parameters.parameters if flat else self.arrays
        if not self.parameters:
            raise InputError(name, "parameters", "at least one Parameter that requires grad", self.parameters)
        self.lr, self.weight_decay = non_negative(name, "lr", lr), non_negative(name, "weight_decay", weight_decay)


def grouped(name, parameters, **defaults):
    """A list of Groups, from a list of dicts, or one from Parameters; what a dict leaves out is in `defaults`."""
    if hasattr(parameters, "__iter__") and not isinstance(parameters, dict):
        parameters = list(parameters)
    some = isinstance(parameters, list) and any(isinstance(part, dict) for part in parameters)
    dicts = parameters if some else [{"parameters": parameters}]
    groups = [Group(name, **(defaults | _known(name, part, defaults))) for part in dicts]
    every = [p for group in groups for p in group.parameters]
    require_once(name, every)
    require_trainable(name, every)
    return groups


def _known(name, part, defaults):
    if not isinstance(part, dict):
        raise InputTypeError(name, "parameters", "all Parameters, or all groups (dicts)", part)
    keys = ["parameters", *defaults]
    if "parameters" not in part or any(key not in keys for key in part):
        raise InputError(name, "a group", f'a dict with "parameters" and, if wanted, {", ".join(keys[1:])}', list(part))
    return part


def non_negative(name, argument, number):
    """The number as Python's float (NumPy's would turn float32 weights into float64); InputError unless it is >= 0."""
    require_range(name, argument, number, 0, inf)
    return float(number)


def of_groups(name, doc):
    """A property of the optimiser: the number that all groups share, or a list, one a group, where they differ."""

    def read(self):
        numbers = [getattr(group, name) for group in self.groups]
        return numbers[0] if len(set(numbers)) == 1 else numbers

    def assign(self, value):
        owner, count = type(self).__name__, len(self.groups)
        numbers = list(value) if isinstance(value, (list, tuple)) else [value] * count
        if len(numbers) != count:
            raise InputError(owner, name, f"a number, or a list of {count}, one a group", value)
        for group, number in zip(self.groups, [non_negative(owner, name, number) for number in numbers]):
            setattr(group, name, number)

    return property(read, assign, doc=doc)
