"""Activations as modules."""

from .. import ops
from .module import Module


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
