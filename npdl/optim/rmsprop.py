"""RMSProp."""

import numpy as np

from ..errors import require_decay
from .optimizer import Optimizer


class RMSProp(Optimizer):
    """r ← decay r + (1 - decay) g², w ← w - lr g / (√r + eps). Tieleman and Hinton 2012.

    Each weight's step is divided by the usual size of its gradient. eps stands outside the root.
    """

    def __init__(self, parameters, lr=1e-2, decay=0.99, eps=1e-8):
        super().__init__(parameters, lr)
        require_decay("RMSProp", "decay", decay)
        self.decay, self.eps = decay, eps

    def update(self, w, g, state):
        if not state:
            state["r"] = np.zeros_like(w)
        r = state["r"]
        r *= self.decay
        r += (1 - self.decay) * g * g
        w -= self.lr * g / (np.sqrt(r) + self.eps)
