"""Layers that only move numbers."""

from math import prod

from .. import ops
from .module import Module


class Flatten(Module):
    """(N, ...) -> (N, D)."""

    def forward(self, x):
        return ops.reshape(x, shape=(len(x), prod(x.shape[1:])))
