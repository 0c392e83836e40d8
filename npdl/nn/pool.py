"""Pooling as modules."""

from .. import ops
from ..errors import is_integer
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


class AdaptiveAvgPool2d(Module):
    """ops.adaptive_avg_pool2d."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        return ops.adaptive_avg_pool2d(x, size=self.size)


class MaxUnpool2d(Module):
    """ops.max_unpool2d of x and its places (ops.max_pool2d_places), for maxima of windows of this size and stride.

    shape: the image's (H, W), where more than one gives as many windows; by default the smallest that does.
    """

    def __init__(self, size, *, stride=None):
        self.size = (size, size) if is_integer(size) else size
        self.stride = self.size if stride is None else (stride, stride) if is_integer(stride) else stride

    def forward(self, x, places, *, shape=None):
        if shape is None:
            shape = tuple((n - 1) * s + k for n, s, k in zip(x.shape[2:], self.stride, self.size))
        return ops.max_unpool2d(x, places, shape=shape)


class GlobalAvgPool2d(Module):
    """ops.global_avg_pool2d."""

    def forward(self, x):
        return ops.global_avg_pool2d(x)
