"""What the laws of `properties` are made of: the function under test, and the tools to look at it."""

import copy
import inspect
import random
from dataclasses import dataclass
from functools import wraps

import numpy as np

CLOSE = 1e-9  # relative to the largest number compared: rounding, and no more


@dataclass
class PropertyReport:
    """The verdict on one law. fact: what was computed; where: the index in the output, or an input's name."""

    ok: bool
    law: str
    fact: str = ""
    where: tuple | str = ()

    def __str__(self):
        place = f" at {self.where}" if self.where != () else ""
        return f"{'ok  ' if self.ok else 'FAIL'} {self.law}" + (f": {self.fact}{place}" if self.fact else "")


class Probe:
    """forward with its inputs, run on copies; what a law may ask of it."""

    def __init__(self, forward, inputs, options, seed):
        self._forward, self.options, self.seed = forward, options, seed
        self.inputs = dict(inputs) if isinstance(inputs, dict) else dict(enumerate(inputs))
        arrays = {name: x for name, x in self.inputs.items() if isinstance(x, (np.ndarray, np.generic))}
        self.inputs |= {name: _double(x) for name, x in arrays.items()}
        self.floats = [name for name in arrays if self.inputs[name].dtype.kind == "f"]

    def name(self, which=None):
        """The name of the input given by its name or position; the first floating-point one by default."""
        if which is None and self.floats:
            return self.floats[0]
        if which in self.inputs:
            return which
        names = list(self.inputs)
        if isinstance(which, int) and -len(names) <= which < len(names):
            return names[which]
        raise ValueError(f"gradcheck.properties: input should be one of {', '.join(map(str, names))}; got {which!r}")

    def with_options(self, **options):
        """This probe with other options."""
        return Probe(self._forward, self.inputs, self.options | options, self.seed)

    def run(self, changed=None, seed=None):
        """The output, some inputs changed: {name: array}. Random numbers are the same in every run, but for seed."""
        return self.run_and_see(changed, seed)[0]

    def run_and_see(self, changed=None, seed=None):
        """The output, and the inputs and options as forward left them."""
        used = {name: copy.deepcopy(x) for name, x in {**self.inputs, **(changed or {})}.items()}
        options = copy.deepcopy(self.options)
        if seed is not None:
            options = {k: np.random.default_rng(seed) if _is_generator(v) else v for k, v in options.items()}
        before = np.random.get_state(), random.getstate()  # noqa: NPY002
        np.random.seed(self.seed if seed is None else seed)  # noqa: NPY002
        random.seed(self.seed if seed is None else seed)
        try:
            with np.errstate(all="ignore"):  # a law looks at what comes out
                result = self._forward(*used.values(), **options)
        finally:
            np.random.set_state(before[0])  # noqa: NPY002
            random.setstate(before[1])
        out = result[0] if isinstance(result, tuple) else result
        out = out[0] if isinstance(out, tuple) else out
        return np.asarray(out), used, options

    def rng(self):
        """The random numbers of a law, the same in every run."""
        return np.random.default_rng((self.seed, 7))


def law(check):
    """Turn check(probe, ...) -> (fact, where) or None (the law holds) into a maker of laws with its name."""

    @wraps(check)
    def maker(*args, **settings):
        shown = ", ".join([*map(_short, args), *(f"{k}={_short(v)}" for k, v in settings.items())])

        def judge(probe):
            found = check(probe, *args, **settings)
            name = check.__name__ + (f"({shown})" if shown else "")
            return PropertyReport(True, name) if found is None else PropertyReport(False, name, *found)

        judge.__name__ = check.__name__
        return judge

    signature = inspect.signature(check)
    maker.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    return maker


def difference(what, out, expected, tolerance=CLOSE):
    """None, or (fact, where) of the largest difference."""
    out, expected = np.broadcast_arrays(out, expected)
    if not out.size:
        return None
    with np.errstate(invalid="ignore"):
        difference = np.where(out == expected, 0.0, np.abs(out - expected))
    difference = np.where(np.isnan(difference), np.inf, difference)
    size = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    if difference.max() <= tolerance * (size or 1.0):
        return None
    where = tuple(int(i) for i in np.unravel_index(np.argmax(difference), out.shape))
    return f"{what} is {out[where]:.6g}; it should be {expected[where]:.6g}", where


def together(probe, input, axis):
    """The inputs that a law moves, and their length along the axis."""
    first = probe.name(input)
    shape = probe.inputs[first].shape
    if shape[axis] < 2:
        raise ValueError(
            f"gradcheck.properties: input {first} should be longer than 1 on axis {axis}; got shape {shape}"
        )
    names = [first] if input is not None else [n for n in probe.floats if probe.inputs[n].shape == shape]
    return names, shape[axis]


def redrawn(x, axis, where, rng):
    """x with other numbers, of its own size, at some indices of the axis."""
    x = x.copy()
    cut = along(x.ndim, axis, where)
    x[cut] = rng.standard_normal(x[cut].shape) * (x.std() or 1.0) + x.mean()
    return x


def along(ndim, axis, where):
    """The index that takes `where` of the axis, and all of those before and after it."""
    return (*[slice(None)] * (axis % ndim), where)


def _short(value):
    if isinstance(value, np.ndarray):
        return f"array{value.shape}"
    return value.__name__ if callable(value) else repr(value)


def _double(x):
    return np.array(x, dtype=np.float64) if x.dtype.kind == "f" else np.array(x)


def _is_generator(x):
    return isinstance(x, np.random.Generator)
