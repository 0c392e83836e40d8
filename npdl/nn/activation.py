"""Activations as modules."""

import numpy as np

from .. import ops
from ..backend import to_device
from .module import Module, Parameter


class ReLU(Module):
    """ops.relu."""

    def forward(self, x):
        return ops.relu(x)


class LeakyReLU(Module):
    """ops.leaky_relu."""

    def __init__(self, slope=0.01):
        self.slope = slope

    def forward(self, x):
        return ops.leaky_relu(x, slope=self.slope)


class PReLU(Module):
    """ops.prelu with `channels` learnt slopes: 1 for all channels together, or one for each."""

    def __init__(self, channels=1, *, init=0.25):
        self.weight = Parameter(to_device(np.full(channels, init, np.float32)))

    def forward(self, x):
        return ops.prelu(x, self.weight)


class ELU(Module):
    """ops.elu."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):
        return ops.elu(x, alpha=self.alpha)


class ReLU6(Module):
    """ops.relu6."""

    def forward(self, x):
        return ops.relu6(x)


class Softplus(Module):
    """ops.softplus."""

    def forward(self, x):
        return ops.softplus(x)


class Sigmoid(Module):
    """ops.sigmoid."""

    def forward(self, x):
        return ops.sigmoid(x)


class Tanh(Module):
    """ops.tanh."""

    def forward(self, x):
        return ops.tanh(x)


class Softmax(Module):
    """ops.softmax."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        return ops.softmax(x, axis=self.axis)


class LogSoftmax(Module):
    """ops.log_softmax."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        return ops.log_softmax(x, axis=self.axis)
