"""Adagrad."""

import numpy as np

from .groups import non_negative
from .optimizer import Optimizer
from .pieces import elementwise


class Adagrad(Optimizer):
    """s ← s + g², w ← w - lr g / (√s + eps). Duchi, Hazan and Singer 2011.

    A weight whose gradient is rare or small takes long steps, one that was often pushed takes short ones. s only grows:
    with gradients of one size the step falls as lr / √t. eps stands outside the root, as in PyTorch; texts that write
    √(s + eps) differ where s is not far above eps, so in the first steps of small gradients.
    """

    def __init__(self, parameters, lr=1e-2, eps=1e-10, *, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay=weight_decay)
        self.eps = non_negative("Adagrad", "eps", eps)

    def start(self, w):
        return {"s": np.zeros_like(w)}

    @elementwise
    def update(self, w, g, state, lr):
        s = state["s"]
        s += g * g
        w -= lr * g / (np.sqrt(s) + self.eps)
