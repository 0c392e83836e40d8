"""Gradient descent with momentum."""

import numpy as np

from ..errors import require_decay
from .optimizer import Optimizer
from .pieces import elementwise


class Momentum(Optimizer):
    """v ← momentum v - lr g, w ← w + v. Polyak 1964.

    The learning rate is inside v, as in CS231n. With lr_inside=False it is outside, as in PyTorch (whose v has the
    other sign): v ← momentum v - g, w ← w + lr v. While lr is constant the path is the same. When lr falls, what moves
    already keeps its speed if lr is inside, and is slowed at once if it is outside.
    """

    def __init__(self, parameters, lr, momentum=0.9, *, lr_inside=True, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay=weight_decay)
        require_decay(type(self).__name__, "momentum", momentum)
        self.momentum, self.lr_inside = float(momentum), lr_inside

    def start(self, w):
        return {"v": np.zeros_like(w)}

    @elementwise
    def update(self, w, g, state, lr):
        v = state["v"]
        v *= self.momentum
        if self.lr_inside:
            v -= lr * g
            w += v
        else:
            v -= g
            w += lr * v
