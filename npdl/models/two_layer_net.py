"""The two-layer network of CS231n's first assignment."""

import numpy as np

from .. import ops
from ..backend import rng as shared_rng
from ..backend import to_device
from ..nn import Module, Parameter


class TwoLayerNet(Module):
    """affine - relu - affine, with the softmax loss and a penalty on the weights.

    w1: (inputs, hidden), w2: (hidden, classes), normal with standard deviation weight_scale; b1, b2: zero.
    loss = cross-entropy + reg/2 · (Σ w1² + Σ w2²).
    """

    def __init__(self, inputs=3 * 32 * 32, hidden=100, classes=10, *, weight_scale=1e-3, reg=0.0, rng=None):
        rng = shared_rng() if rng is None else rng
        self.w1 = Parameter(to_device((weight_scale * rng.standard_normal((inputs, hidden))).astype(np.float32)))
        self.b1 = Parameter(to_device(np.zeros(hidden, np.float32)))
        self.w2 = Parameter(to_device((weight_scale * rng.standard_normal((hidden, classes))).astype(np.float32)))
        self.b2 = Parameter(to_device(np.zeros(classes, np.float32)))
        self.reg = reg

    def forward(self, x):
        """Scores (N, classes) of x (N, ...)."""
        hidden = ops.relu(ops.affine(x, self.w1, self.b1))
        return ops.affine(hidden, self.w2, self.b2)

    def penalty(self):
        """reg/2 · (Σ w1² + Σ w2²); the Trainer adds it to its loss."""
        return ((self.w1 * self.w1).sum() + (self.w2 * self.w2).sum()) * (0.5 * self.reg)

    def loss(self, x, y):
        """The penalised loss of x with the labels y."""
        return ops.softmax_cross_entropy(self(x), y) + self.penalty()
