"""Random arrays for sample calls."""

import numpy as np


class Draw:
    """Random arrays from one seed."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def normal(self, *shape):
        return self.rng.standard_normal(shape)

    def positive(self, *shape):
        return self.rng.uniform(0.5, 2, shape)

    def off_zero(self, *shape):
        """Of both signs, none near 0."""
        return self.rng.choice([-1, 1], shape) * self.positive(*shape)

    def distinct(self, *shape):
        """No two numbers closer than 0.1."""
        n = int(np.prod(shape))
        return (self.rng.permutation(n).reshape(shape) - n / 2) / 10

    def distributions(self, *shape):
        """Positive, with sum 1 over axis 1."""
        p = self.positive(*shape)
        return p / p.sum(axis=1, keepdims=True)

    def integers(self, high, *shape):
        return self.rng.integers(0, high, shape)


def unary(values):
    """Cases of one array, drawn by the method of this name."""

    def cases(d):
        yield (getattr(d, values)(3, 7),), {}
        yield (getattr(d, values)(2, 3, 1, 5),), {}

    return cases
