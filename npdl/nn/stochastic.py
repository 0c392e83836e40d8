"""Layers that draw random numbers in training."""

from .. import ops
from .module import Module


class Dropout(Module):
    """ops.dropout: drops with probability p in training, does nothing in test mode."""

    def __init__(self, p=0.5, *, rng=None):
        self.p, self.rng = p, rng

    def forward(self, x):
        return ops.dropout(x, p=self.p, training=self.training, rng=self.rng)
