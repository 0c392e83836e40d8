"""Gated activations as modules."""

from .. import ops
from .module import Module


class GELU(Module):
    """ops.gelu."""

    def __init__(self, approximate="none"):
        self.approximate = approximate

    def forward(self, x):
        return ops.gelu(x, approximate=self.approximate)


class SiLU(Module):
    """ops.silu."""

    def forward(self, x):
        return ops.silu(x)


class HardSigmoid(Module):
    """ops.hard_sigmoid."""

    def forward(self, x):
        return ops.hard_sigmoid(x)


class HardSwish(Module):
    """ops.hard_swish."""

    def forward(self, x):
        return ops.hard_swish(x)
