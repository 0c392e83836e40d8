"""Gradient descent."""

from .optimizer import Optimizer


class SGD(Optimizer):
    """w ← w - lr g.

    With g of a mini-batch, an unbiased estimate of the full gradient, this is stochastic gradient descent
    (Robbins and Monro 1951). On a quadratic of curvature L it diverges for lr > 2 / L.
    """

    def update(self, w, g, state):
        w -= self.lr * g
