"""What a function takes, said in the line above it. What comes instead is an InputError that says so.

    @takes(source=reals("N, 2"), target=reals("N, 2"), threshold=number(above=0))
    def fit(source, target, threshold=1.0): ...

Axes: a number is that size, a letter any size, but the same one wherever it stands; a capital one is 1 at least, a
small one may be 0; ... is any number of axes, which broadcast with those it is elsewhere; * is any shape. Lists become
arrays, integers floats where floats are asked for. An argument whose default is None may be None. None of this costs a
pass over the data but the look for nan and inf, which finite=False leaves away: in the stages of other functions, and
where inf has a meaning.
"""

from collections.abc import Sequence
from functools import partial, wraps
from inspect import signature
from math import inf, isfinite
from pathlib import Path

import numpy as np

from .errors import InputError, InputTypeError, is_integer, is_number


def takes(**specs):
    """Check these arguments at each call, and hand over what the checks return."""

    def decorate(function):
        form, name = signature(function).parameters, function.__qualname__
        places = {argument: list(form).index(argument) for argument in specs}
        optional = {argument for argument in specs if form[argument].default is None}

        @wraps(function)
        def checked(*args, **options):
            args, sizes = list(args), {}
            said = type(args[0]).__name__ if name.endswith(".__init__") else name
            for argument, spec in specs.items():
                given, at = (options, argument) if argument in options else (args, places[argument])
                if given is args and at >= len(args):
                    continue
                if given[at] is not None or argument not in optional:
                    given[at] = spec(said, argument, given[at], sizes)
            return function(*args, **options)

        return checked

    return decorate


def reals(axes="...", low=-inf, high=inf, *, finite=True):
    """An array of real numbers in [low, high], as floats: float32 and float64 as they are, all others in float64."""
    return partial(_array, "fiub", "numbers", axes, low, high, finite)


def complexes(axes="..."):
    """An array of finite numbers, real or complex."""
    return partial(_array, "fiubc", "numbers", axes, -inf, inf, True)


def integers(axes="...", low=-inf, high=inf):
    """An array of integers in [low, high]."""
    return partial(_array, "iu", "integers", axes, low, high, False)


def bools(axes="..."):
    """An array of bool."""
    return partial(_array, "b", "bool", axes, -inf, inf, False)


def arrays(axes="...", *, finite=False):
    """An array of real numbers or bool, of any dtype, which stays."""
    return partial(_array, "fiub ", "numbers", axes, -inf, inf, finite)


def number(low=-inf, high=inf, *, above=-inf):
    """A finite number in [low, high], or above `above`."""
    expected = f"in [{low}, {high}{']' if high < inf else ')'}" if low > -inf else "a finite number"
    expected = f"greater than {above}" if above > -inf else expected

    def check(function, argument, value, _):
        if not (is_number(value) and isfinite(value) and low <= value <= high and value > above):
            raise InputError(function, argument, expected, value)
        return value

    return check


def integer(low=-inf, high=inf):
    """An integer in [low, high], as Python's int."""
    bounds = f" in [{low}, {high}]" if high < inf else f" >= {low}" if low > -inf else ""
    expected = "an integer" + bounds

    def check(function, argument, value, _):
        if not is_integer(value, low) or value > high:
            raise InputError(function, argument, expected, value)
        return int(value)

    return check


def instance(*types):
    """One of these classes."""
    return partial(_either, lambda value: isinstance(value, types), " or ".join(t.__name__ for t in types))


def sequence(least=0, kind=object):
    """A list, tuple or array of so many things of a class at least."""

    def fits(value):
        listed = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)
        return listed and len(value) >= least and all(isinstance(item, kind) for item in value)

    return partial(_either, fits, f"a list of {least} or more" + (f" {kind.__name__}" if kind is not object else ""))


def _either(fits, expected, function, argument, value, _):
    if not fits(value):
        raise InputTypeError(function, argument, expected, value)
    return value


FUNCTION = partial(_either, callable, "a function")
PATH = partial(_either, lambda value: isinstance(value, str | Path), "a path")


def _array(kinds, what, axes, low, high, finite, function, argument, value, sizes):
    """The array; raise unless kind, axes, range and finiteness are right. A number alone stays one, for its dtype."""
    names, before = axes.split(", "), dict(sizes)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # a list of rows of different lengths; what is no array of the host
        raise InputTypeError(function, argument, _expected(names, what, {}), value) from None
    if array.dtype.kind not in kinds and array.size:
        raise InputTypeError(function, argument, _expected(names, what, {}), value)
    if not _axes_fit(names, array.shape, sizes):
        raise InputError(function, argument, _expected(names, what, before), value)
    if finite and array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise InputError(function, argument, f"{_expected(names, what, {})}, free of nan and inf", value)
    if (low > -inf and (array < low).any()) or (high < inf and (array > high).any()):
        raise InputError(function, argument, f"{_expected(names, what, {})} in [{low}, {high}]", value)
    if array.ndim == 0 and kinds == "fiub" and is_number(value):
        return value
    if kinds == "fiub" and (array.dtype.kind != "f" or array.dtype.itemsize < 4):
        return array.astype(np.float64)
    return array


def _expected(names, what, sizes):
    """'a 2-d array (N, 2) of numbers, N = 5': for the reader."""
    array = "an array" if names in (["*"], ["..."]) else f"an array ({', '.join(names)})"
    if not {"*", "..."} & set(names):
        array = f"a {len(names)}-d array ({', '.join(names)})"
    return f"{array} of {what}" + "".join(f", {n} = {sizes[n]}" for n in dict.fromkeys(names) if n in sizes)


def _axes_fit(names, shape, sizes):
    """Do the sizes fit the names? Letters are remembered in `sizes` for the arguments that follow."""
    if names == ["*"]:
        return True
    if "..." in names:
        i, rest = names.index("..."), len(shape) - len(names) + 1
        if rest < 0 or not _broadcast(shape[i : i + rest], sizes):
            return False
        names, shape = names[:i] + names[i + 1 :], shape[:i] + shape[i + rest :]
    if len(names) != len(shape):
        return False
    for name, size in zip(names, shape):
        least = 1 if name.isupper() else 0
        if size < least or size != (int(name) if name.isdigit() else sizes.setdefault(name, size)):
            return False
    return True


def _broadcast(shape, sizes):
    """Does what stands for ... go with what stood for it before?"""
    try:
        sizes["..."] = np.broadcast_shapes(shape, sizes.get("...", ()))
    except ValueError:
        return False
    return True
