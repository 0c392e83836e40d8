"""What the tests of the ops share: calls from the sample table, gradients, and how far two arrays lie apart."""

import copy

import numpy as np

from npdl import op
from npdl.ops.samples import ROWS, samples

OPS = sorted(name for name, o in op.registry.items() if o.__module__.startswith("npdl."))
CALLS = [(name, number) for name in OPS if name in ROWS for number in range(len(samples(name)))]


class Call:
    """One row's sample call of one op; its random generator, if it has one, starts afresh in every run."""

    def __init__(self, name, number, dtype="float64"):
        self.op = op.registry[name]
        self.args, self._options = samples(name, dtype)[number]

    @property
    def options(self):
        return copy.deepcopy(self._options)

    @property
    def names(self):
        return list(self.op.argument_names(len(self.args)))

    @property
    def differentiable(self):
        """The positions of the arguments that have a gradient."""
        return [
            i
            for i, (name, a) in enumerate(zip(self.names, self.args, strict=True))
            if name not in self.op.constant and isinstance(a, np.ndarray)
        ]

    def copies(self):
        return [a.copy() if isinstance(a, np.ndarray) else a for a in self.args]

    def forward(self):
        return self.op.forward(*self.copies(), **self.options)

    def gradients(self, dout, cache, needs=None):
        """A tuple with an entry for each array argument of this call."""
        gradients = as_tuple(self.op.backward(dout, cache, needs))
        return (gradients + (None,) * len(self.args))[: len(self.args)]


def as_tuple(x):
    return x if type(x) is tuple else (x,)


def gaussian_like(out, seed=1):
    """A dout for this output (a tuple of them for a tuple)."""
    if type(out) is tuple:
        return tuple(gaussian_like(o, seed + i) for i, o in enumerate(out))
    return np.asarray(np.random.default_rng(seed).standard_normal(np.shape(out))).astype(out.dtype)


def loss_and_gradients(loss, *arrays, **options):
    """(value, gradients) of an op whose output is a loss, or several; each has the gradient 1."""
    value, cache = loss.forward(*arrays, **options)
    return value, as_tuple(loss.backward(np.ones_like(value), cache))


def arrays_in(thing):
    """All arrays inside nested tuples and lists: what a cache holds."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for part in thing:
            yield from arrays_in(part)


def distance(got, expected, floor=0.0):
    """The largest difference, in units of the expected values' root mean square, or of `floor` if that is larger."""
    got, expected = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert got.shape == expected.shape
    if not (got != expected).any():
        return 0.0
    return np.abs(got - expected).max() / max(floor, np.sqrt(np.mean(expected * expected)))
