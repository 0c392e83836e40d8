"""Gradient descent with momentum."""

import numpy as np

from ..errors import require_decay
from .optimizer import Optimizer


class Momentum(Optimizer):
    """v ← momentum v - lr g, w ← w + v. Polyak 1964.

    The learning rate is inside v, as in CS231n. PyTorch keeps it outside, v ← momentum v + g, w ← w - lr v: the same
    path while lr is constant.
    """

    def __init__(self, parameters, lr, momentum=0.9):
        super().__init__(parameters, lr)
        require_decay("Momentum", "momentum", momentum)
        self.momentum = momentum

    def update(self, w, g, state):
        if not state:
            state["v"] = np.zeros_like(w)
        v = state["v"]
        v *= self.momentum
        v -= self.lr * g
        w += v
