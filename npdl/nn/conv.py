"""The convolution layer."""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError
from . import init
from .module import Module, Parameter


class Conv2d(Module):
    """ops.conv2d with weight (F, C / groups, kh, kw) and bias (F,): (kh kw C / groups + 1) F numbers to learn."""

    def __init__(self, channels, filters, kernel, *, stride=1, pad=0, dilation=1, groups=1, bias=True, rng=None):
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        if channels % groups:
            raise InputError("Conv2d", "groups", f"a divisor of channels = {channels}", groups)
        self.weight = Parameter(to_device(init.kaiming_normal((filters, channels // groups, *kernel), rng=rng)))
        self.bias = Parameter(to_device(np.zeros(filters, np.float32))) if bias else None
        self.options = dict(stride=stride, pad=pad, dilation=dilation, groups=groups)

    def forward(self, x):
        return ops.conv2d(x, self.weight, self.bias, **self.options)
