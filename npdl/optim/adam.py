"""Adam."""

from math import sqrt

import numpy as np

from ..errors import InputError, require_decay
from .groups import non_negative
from .optimizer import Optimizer
from .pieces import elementwise


class Adam(Optimizer):
    """m ← β1 m + (1 - β1) g, v ← β2 v + (1 - β2) g², w ← w - lr m̂ / (√v̂ + eps). Kingma and Ba 2015, algorithm 1.

    m̂ = m / (1 - β1^t) and v̂ = v / (1 - β2^t) correct the start from zero; t counts from 1. The first step is lr long.
    weight_decay is in g, so it too is divided by √v̂: weights with large gradients hardly decay. AdamW keeps it apart.
    """

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, *, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay=weight_decay)
        name = type(self).__name__
        if not (isinstance(betas, (tuple, list)) and len(betas) == 2):
            raise InputError(name, "betas", "a pair (β1, β2)", betas)
        for beta in betas:
            require_decay(name, "betas", beta)
        self.betas, self.eps = tuple(map(float, betas)), non_negative(name, "eps", eps)

    def start(self, w):
        return {"t": 0, "m": np.zeros_like(w), "v": np.zeros_like(w)}

    @elementwise
    def update(self, w, g, state, lr):
        state["t"] += 1
        t, m, v = state["t"], state["m"], state["v"]
        beta1, beta2 = self.betas
        step = np.empty_like(w)  # holds all that is in between: a fresh array for each takes a sixth longer
        np.multiply(g, 1 - beta1, out=step)
        m *= beta1
        m += step  # β1 m + (1 - β1) g
        np.multiply(g, g, out=step)
        step *= 1 - beta2
        v *= beta2
        v += step  # β2 v + (1 - β2) g²
        root = sqrt(1 - beta2**t)
        np.sqrt(v, out=step)
        step += self.eps * root
        np.divide(m, step, out=step)
        step *= lr * root / (1 - beta1**t)
        w -= step  # lr m̂ / (√v̂ + eps), with √(1 - β2^t) taken out of the denominator
