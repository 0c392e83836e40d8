"""Spiral arms in the plane: the smallest set that no straight line can separate and a hidden layer can."""

import numpy as np

from ..errors import InputError, InputTypeError


def spiral(n=100, classes=3, rng=0):
    """CS231n's spiral: one arm a class, n points an arm, at radius r and angle t with a little noise on t.

        r_i = i / (n - 1),  t_i = 4 (j + r_i) + 0.2 ε_i,  ε ~ N(0, 1),  point = (r sin t, r cos t)   for class j

    rng: an integer seeds np.random.RandomState, whose stream NumPy has frozen: seed 0 gives the very points of CS231n's
    case study ("Putting it together: minimal neural network case study"). Or a RandomState or Generator of your own.
    Returns x, float64 (n · classes, 2), and y, int64 (n · classes,), class by class: shuffle before taking batches.
    float64 as the published numbers were computed in it; for float32 models use x.astype(np.float32).
    """
    if not isinstance(n, int) or n < 2:
        raise InputError("spiral", "n", "an integer >= 2", n)
    if not isinstance(classes, int) or classes < 1:
        raise InputError("spiral", "classes", "an integer >= 1", classes)
    if isinstance(rng, int):
        rng = np.random.RandomState(rng)
    if not hasattr(rng, "standard_normal"):
        raise InputTypeError("spiral", "rng", "an integer, a RandomState or a Generator", rng)
    r = np.linspace(0, 1, n)
    arms = []
    for j in range(classes):
        t = np.linspace(4 * j, 4 * (j + 1), n) + 0.2 * rng.standard_normal(n)
        arms.append(np.stack([r * np.sin(t), r * np.cos(t)], axis=1))  # (n, 2)
    return np.concatenate(arms), np.repeat(np.arange(classes, dtype=np.int64), n)
