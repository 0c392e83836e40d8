"""Gradient descent."""

from .optimizer import Optimizer
from .pieces import elementwise


class SGD(Optimizer):
    """w ← w - lr g.

    With g of a mini-batch, an unbiased estimate of the full gradient, this is stochastic gradient descent
    (Robbins and Monro 1951). On a quadratic of curvature L it diverges for lr > 2 / L. Here weight decay (L2) is what
    its name says: w ← (1 - lr weight_decay) w - lr g; in rules that divide by the gradient's size it is not (AdamW).
    """

    @elementwise
    def update(self, w, g, state, lr):
        w -= lr * g
