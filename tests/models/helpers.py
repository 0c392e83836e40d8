"""What the tests of the networks share: a few digits, the shapes inside a network, and learning by heart."""

import numpy as np

from npdl.data import load_digits
from npdl.optim import Adam
from npdl.train import Trainer


def some_digits(n=50):
    """The first n training digits: (n, 1, 8, 8) and labels."""
    (x, y), _ = load_digits()
    return x[:n], y[:n]


def enlarged(x, channels=1):
    """8×8 images as 32×32, every pixel four times as high and wide, in so many equal channels."""
    return np.tile(x.repeat(4, axis=2).repeat(4, axis=3), (1, channels, 1, 1))


def steps_to_learn_by_heart(model, x, y, *, lr=1e-3, limit=200):
    """Train on the same samples until all are right in test mode; the number of steps, or None after `limit`."""
    trainer = Trainer(model, Adam(model.parameters(), lr=lr), progress=False)
    for step in range(1, limit + 1):
        trainer.step(x, y)
        if step % 5 == 0 and trainer.accuracy(x, y) == 1:
            return step
    return None


def shapes_inside(model, x):
    """[(class name, shape of its output), ...] of the modules in the order in which they run."""
    seen = []
    for module in dict.fromkeys(model.modules()):
        if module is not model:
            module.forward = _noting(module, module.forward, seen)
    model(x)
    return seen


def _noting(module, forward, seen):
    def noting(*inputs):
        out = forward(*inputs)
        seen.append((type(module).__name__, out.shape))
        return out

    return noting


def drawn(*shape):
    """Random numbers, the same every time."""
    return np.random.default_rng(1).standard_normal(shape)


def some_of(model, *starts):
    """The parameters whose names start so: a numerical gradient runs the network twice for each of their numbers."""
    return {name: p for name, p in model.named_parameters() if name.startswith(starts)}
