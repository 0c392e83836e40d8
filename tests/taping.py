"""What the tests of the tape and of Tensors share."""

import numpy as np

from npdl import Tensor, op


def leaf(*shape, seed=0, dtype="float64"):
    return Tensor(np.random.default_rng(seed).standard_normal(shape).astype(dtype), requires_grad=True)


def spy(name, seen):
    """The reference pair of an op, which also notes the `needs` that its backward was given."""
    forward, backward = op.registry[name].reference.forward, op.registry[name].reference.backward

    def noting(dout, cache, needs=(True,) * 5):
        seen.append(needs)
        return backward(dout, cache, needs)

    return forward, noting
