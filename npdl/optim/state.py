"""State that can be saved: flat dicts {name: array on the host}, numbers as arrays without axes, as in an .npz file."""

import numpy as np

from ..backend import array_module, to_numpy
from ..errors import InputError, InputTypeError


def on_host(values):
    """{name: a copy on the host} of arrays and numbers."""
    return {name: np.array(v if is_number(v) else to_numpy(v)) for name, v in values.items()}


def is_number(value):
    return isinstance(value, (int, float))


def require_fit(function, state, like):
    """The values of `state`, each of the type or dtype of what has its name in `like`.

    Raises InputError if a name is missing or unknown, a shape is another, or something is not of numbers.
    """
    require_dict(function, state)
    missing, unknown = [n for n in like if n not in state], [n for n in state if n not in like]
    if missing or unknown:
        missing, unknown = (", ".join(map(str, names[:5])) or "none" for names in (missing, unknown))
        raise InputError(f"{function}: the names do not fit; missing: {missing}; unknown: {unknown}")
    return {name: _cast(function, name, np.asarray(state[name]), value) for name, value in like.items()}


def require_dict(function, state):
    if not hasattr(state, "keys"):
        raise InputTypeError(function, "state", "a dict, as state_dict() gives it", state)
    return state


def _cast(function, name, array, like):
    whole = isinstance(like, int)
    if array.shape != np.shape(like):
        raise InputError(function, name, f"of shape {np.shape(like)}", array)
    if array.dtype.kind not in ("iu" if whole else "iuf"):
        raise InputTypeError(function, name, "an integer" if whole else "of real numbers", array)
    if whole and array < 0:
        raise InputError(function, name, "a count, >= 0", int(array))
    return type(like)(array) if is_number(like) else array.astype(like.dtype)


def write(value, target):
    """A number as it is; an array of the host copied into `target`, which may be on a device."""
    if is_number(value):
        return value
    target[...] = array_module(target).asarray(value)
    return target
