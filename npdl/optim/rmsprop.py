"""RMSProp."""

import numpy as np

from ..errors import require_decay
from .groups import non_negative
from .optimizer import Optimizer
from .pieces import elementwise


class RMSProp(Optimizer):
    """r ← decay r + (1 - decay) g², w ← w - lr g / (√r + eps). Tieleman and Hinton 2012.

    Each weight's step is divided by the usual size of its gradient. eps stands outside the root.
    """

    def __init__(self, parameters, lr=1e-2, decay=0.99, eps=1e-8, *, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay=weight_decay)
        require_decay("RMSProp", "decay", decay)
        self.decay, self.eps = float(decay), non_negative("RMSProp", "eps", eps)

    def start(self, w):
        return {"r": np.zeros_like(w)}

    @elementwise
    def update(self, w, g, state, lr):
        r = state["r"]
        r *= self.decay
        r += (1 - self.decay) * g * g
        w -= lr * g / (np.sqrt(r) + self.eps)
