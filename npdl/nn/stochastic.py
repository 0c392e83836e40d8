"""Layers that draw random numbers in training."""

from .. import ops
from ..errors import require_range
from .module import Module


class _Dropping(Module):
    def __init__(self, p=0.5, *, rng=None):
        require_range(type(self).__name__, "p", p, 0, 1)
        self.p, self.rng = p, rng


class Dropout(_Dropping):
    """ops.dropout: drops with probability p in training, does nothing in test mode."""

    def forward(self, x):
        return ops.dropout(x, p=self.p, training=self.training, rng=self.rng)


class Dropout2d(_Dropping):
    """ops.dropout2d: drops whole channels."""

    def forward(self, x):
        return ops.dropout2d(x, p=self.p, training=self.training, rng=self.rng)


class DropPath(_Dropping):
    """ops.drop_path: drops whole samples; the last part of a residual block's body (stochastic depth)."""

    def forward(self, x):
        return ops.drop_path(x, p=self.p, training=self.training, rng=self.rng)
