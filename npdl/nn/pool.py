"""Pooling as modules."""

from .. import ops
from .module import Module


class MaxPool2d(Module):
    """ops.max_pool2d."""

    def __init__(self, size, *, stride=None, pad=0, ceil_mode=False):
        self.options = dict(size=size, stride=stride, pad=pad, ceil_mode=ceil_mode)

    def forward(self, x):
        return ops.max_pool2d(x, **self.options)


class AvgPool2d(Module):
    """ops.avg_pool2d."""

    def __init__(self, size, *, stride=None, pad=0, ceil_mode=False, count_include_pad=True):
        self.options = dict(size=size, stride=stride, pad=pad, ceil_mode=ceil_mode, count_include_pad=count_include_pad)

    def forward(self, x):
        return ops.avg_pool2d(x, **self.options)


class GlobalAvgPool2d(Module):
    """ops.global_avg_pool2d."""

    def forward(self, x):
        return ops.global_avg_pool2d(x)
