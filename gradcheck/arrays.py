"""Arrays of any library, seen from NumPy: what is an array, which module made it, and the way there and back."""

import sys

import numpy as np

modules = {}  # array type: module, beside NumPy's and CuPy's


def is_array(x):
    """Whether x is an array (or a NumPy scalar), of NumPy or of another library."""
    return isinstance(x, (np.ndarray, np.generic)) or type(x) in modules or _is_cupy(x)


def module_of(x):
    """The module that made the array x: numpy, cupy, ..."""
    if type(x) in modules:
        return modules[type(x)]
    return sys.modules["cupy"] if _is_cupy(x) else np


def is_float(x):
    """Whether x is an array that can have a gradient."""
    return is_array(x) and x.dtype.kind == "f"


def to_numpy(x):
    """The values of x as a NumPy array; x itself if it is one."""
    return np.asarray(x) if module_of(x) is np else module_of(x).asnumpy(x)


def host(x):
    """x as a NumPy array if it is an array of any library; x itself if not."""
    return to_numpy(x) if is_array(x) else x


def like(values, x):
    """The NumPy array `values` on the device of x."""
    return values if module_of(x) is np else module_of(x).asarray(values)


def walk(thing, label="cache"):
    """All arrays inside nested tuples, lists, dicts and simple objects, with a label for each: cache[0], cache.xhat."""
    yield from _walk(thing, label, set())


def _walk(thing, label, seen):
    if is_array(thing):
        yield label, thing
        return
    if isinstance(thing, (str, bytes, int, float, complex, type(None))) or id(thing) in seen:
        return
    seen.add(id(thing))
    if hasattr(thing, "_fields"):
        parts = [(f"{label}.{name}", part) for name, part in zip(thing._fields, thing)]
    elif isinstance(thing, (tuple, list)):
        parts = [(f"{label}[{i}]", part) for i, part in enumerate(thing)]
    elif isinstance(thing, dict):
        parts = [(f"{label}[{name!r}]", part) for name, part in thing.items()]
    else:
        names = getattr(thing, "__dict__", None) or {n: None for n in getattr(thing, "__slots__", ())}
        if isinstance(thing, type) or callable(thing):
            return
        parts = [(f"{label}.{name}", getattr(thing, name, None)) for name in names]
    for inner, part in parts:
        yield from _walk(part, inner, seen)


def _is_cupy(x):
    return type(x).__module__.split(".")[0] == "cupy" and type(x).__name__ == "ndarray"
