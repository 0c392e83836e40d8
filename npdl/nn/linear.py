"""The fully connected layer, for samples and for the positions of a sequence."""

import numpy as np

from .. import ops
from ..backend import to_device
from . import init
from .module import Module, Parameter


class Affine(Module):
    """y = x Wᵀ + b; weight W: (outputs, inputs), as PyTorch stores it; bias b: (outputs,). PyTorch's name is Linear."""

    def __init__(self, inputs, outputs, *, bias=True, rng=None):
        self.weight = Parameter(to_device(init.kaiming_normal((outputs, inputs), rng=rng)))
        self.bias = Parameter(to_device(np.zeros(outputs, np.float32))) if bias else None

    def forward(self, x):
        return ops.affine(x, self.weight.T, self.bias)


class Linear(Affine):
    """Affine over the last axis: (..., inputs) -> (..., outputs), each position of a sequence by itself."""

    def forward(self, x):
        return ops.temporal_affine(x, self.weight.T, self.bias)
