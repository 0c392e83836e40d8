"""Inputs that show mistakes: axes of different prime lengths, both signs, repeated ids, both values of a mask.

inputs("conv2d") draws them for an op of the dictionary; Draw has the building blocks for functions of your own.
"""

import inspect
import re
from typing import NamedTuple

import numpy as np

from . import faults

LENGTHS = (3, 5, 2, 7, 11, 13, 17, 19, 23)  # primes: a factor 15 can only be N * D; the first axis is seldom below 3


class Sample(NamedTuple):
    """One call: forward(*inputs.values(), **options)."""

    inputs: dict
    options: dict


def inputs(op, seed=0):
    """Characteristic inputs of the registered op, as a Sample. ValueError, with near names, if there is none."""
    return Sample(*faults.sample(op, seed))


def inputs_for(forward, op, seed=0, **options):
    """The Sample of the op, with these options in place of its own. ValueError if forward does not take it."""
    sample = inputs(op, seed)
    sample = Sample(sample.inputs, {**sample.options, **options})
    try:
        inspect.signature(forward).bind(*sample.inputs.values(), **sample.options)
    except TypeError as e:
        call = ", ".join([*sample.inputs, *(f"{key}={value!r}" for key, value in sample.options.items())])
        name = getattr(forward, "__name__", "forward")
        raise ValueError(f"gradcheck.inputs: {name} should take ({call}), as {op} does; but: {e}") from None
    return sample


def shapes(*axes, **lengths):
    """The shapes of arrays whose axes are named by letters: shapes("N D", "D 4H", N=7) is [(7, 3), (3, 20)].

    The same letter is the same length everywhere; letters without a length get primes that no other letter has.
    "4H" is four times H, "2" is 2. ValueError if an axis cannot be read.
    """
    primes = (p for p in LENGTHS if p not in lengths.values())
    found = []
    for array in axes:
        shape = []
        for axis in array.split():
            factor, letter = re.match(r"(\d*)(.*)", axis).groups()
            if letter and not letter.isidentifier():
                raise ValueError(f'gradcheck.shapes: an axis should look like "N", "4H" or "2"; got {axis!r}')
            if letter and letter not in lengths:
                lengths[letter] = next(primes, None)
                if lengths[letter] is None:
                    raise ValueError(
                        f"gradcheck.shapes: only {len(LENGTHS)} letters get a prime; got one more, {letter}"
                    )
            shape.append(int(factor or 1) * lengths.get(letter, 1))
        found.append(tuple(shape))
    return found


class Draw:
    """Random arrays from one seed: Draw(0).gaussian(3, 5)."""

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)

    def arrays(self, *axes, **lengths):
        """Gaussian arrays that fit each other: x, w, b = draw.arrays("N D", "D M", "M", N=3). See `shapes`."""
        return [self.gaussian(*shape) for shape in shapes(*axes, **lengths)]

    def gaussian(self, *shape):
        return np.asarray(self.rng.standard_normal(shape))

    def positive(self, *shape):
        """Between 0.5 and 2."""
        return np.asarray(self.rng.uniform(0.5, 2, shape))

    def off_zero(self, *shape):
        """Of both signs, none within 0.5 of zero, where relu and abs have no derivative."""
        return np.asarray(self.rng.choice([-1, 1], shape) * self.rng.uniform(0.5, 2, shape))

    def distinct(self, *shape):
        """Both signs, no two numbers closer than 0.1: a maximum without ties."""
        n = int(np.prod(shape))
        return (self.rng.permutation(n).reshape(shape) - n / 2 + 0.25) / 10

    def tied(self, levels, *shape):
        """Grey levels: numbers from 0 to 1 that take only `levels` (two or more) values, so that maxima tie."""
        if levels < 2:
            raise ValueError(f"gradcheck.Draw.tied: argument levels should be at least 2; got {levels}")
        return self.rng.integers(0, levels, shape) / (levels - 1)

    def tokens(self, vocabulary, *shape):
        """Integers below `vocabulary`, of which at least one occurs twice."""
        self._two("tokens", shape)
        ids = self.rng.integers(0, vocabulary, shape)
        first, second = self.rng.permutation(ids.size)[:2]
        ids.flat[second] = ids.flat[first]
        return ids

    def mask(self, *shape):
        """Booleans, of which at least one is True and one False."""
        self._two("mask", shape)
        mask = self.rng.random(shape) < 0.6
        first, second = self.rng.permutation(mask.size)[:2]
        mask.flat[first], mask.flat[second] = True, False
        return mask

    def hyper(self, low, high):
        """A number between low and high with five digits, such as 0.27183: no 0.5 that hides p in place of 1 - p."""
        return float(f"{self.rng.uniform(low, high):.5g}")

    def _two(self, name, shape):
        if int(np.prod(shape)) < 2:
            raise ValueError(f"gradcheck.Draw.{name}: argument shape should hold two entries or more; got {shape}")
