"""Nesterov's accelerated gradient."""

from .momentum import Momentum
from .pieces import elementwise


class Nesterov(Momentum):
    """v ← momentum v - lr g, w ← w + momentum v - lr g. Nesterov 1983; in this form Bengio et al. 2013, and CS231n.

    As first written, the slope is taken where the velocity is about to lead: v ← momentum v - lr ∇L(θ + momentum v),
    θ ← θ + v. Here w is that place, w = θ + momentum v, so that g is the gradient at the weights, as in other rules.

    lr_inside=False is PyTorch's nesterov=True: v ← momentum v - g, w ← w + lr (momentum v - g). See Momentum.
    """

    @elementwise
    def update(self, w, g, state, lr):
        v = state["v"]
        v *= self.momentum
        if self.lr_inside:
            step = lr * g
            v -= step
            w += self.momentum * v - step
        else:
            v -= g
            w += lr * (self.momentum * v - g)
