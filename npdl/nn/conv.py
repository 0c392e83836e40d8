"""Convolution layers, and the ones that are made of them."""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError, is_integer
from . import init
from .module import Module, Parameter


def _require_groups(layer, channels, filters, groups):
    if not is_integer(groups, 1) or channels % groups or filters % groups:
        expected = f"a divisor of channels = {channels} and filters = {filters}"
        raise InputError(type(layer).__name__, "groups", expected, groups)


class _Conv(Module):
    """Holds weight (F, C / groups, *kernel) and bias (F,), and runs `op` on them."""

    op, dim = ops.conv2d, 2

    def __init__(self, channels, filters, kernel, *, stride=1, pad=0, dilation=1, groups=1, bias=True, rng=None):
        kernel = (kernel,) * self.dim if is_integer(kernel) else kernel
        _require_groups(self, channels, filters, groups)
        self.weight = Parameter(to_device(init.kaiming_normal((filters, channels // groups, *kernel), rng=rng)))
        self.bias = Parameter(to_device(np.zeros(filters, np.float32))) if bias else None
        self.options = dict(stride=stride, pad=pad, dilation=dilation, groups=groups)

    def forward(self, x):
        return self.op(x, self.weight, self.bias, **self.options)


class Conv1d(_Conv):
    """ops.conv1d with weight (F, C / groups, k) and bias (F,)."""

    op, dim = ops.conv1d, 1


class Conv2d(_Conv):
    """ops.conv2d with weight (F, C / groups, kh, kw) and bias (F,): (kh kw C / groups + 1) F numbers to learn."""


class Conv3d(_Conv):
    """ops.conv3d with weight (F, C / groups, kd, kh, kw) and bias (F,)."""

    op, dim = ops.conv3d, 3


class StdConv2d(Conv2d):
    """Conv2d of the standardised weight: what is learned is the direction of each filter. Qiao et al. 2019.

    With group norm it takes the place of batch norm where batches are small (Kolesnikov et al. 2020, BiT).
    """

    def __init__(self, channels, filters, kernel, *, eps=1e-5, **options):
        super().__init__(channels, filters, kernel, **options)
        self.eps = eps

    def forward(self, x):
        return self.op(x, ops.standardise_weight(self.weight, eps=self.eps), self.bias, **self.options)


class DepthwiseConv2d(Conv2d):
    """Conv2d of as many groups as channels: a kernel for each channel, and no channel sees another."""

    def __init__(self, channels, kernel, **options):
        super().__init__(channels, channels, kernel, groups=channels, **options)


class SeparableConv2d(Module):
    """Space, then channels: a DepthwiseConv2d and a Conv2d of one pixel. Howard et al. 2017 (MobileNet).

    kh kw C + C F multiplications a pixel, where a full convolution has kh kw C F: 1 / (1/F + 1/(kh kw)) times as many.
    """

    def __init__(self, channels, filters, kernel, *, stride=1, pad=0, dilation=1, bias=True, rng=None):
        space = dict(stride=stride, pad=pad, dilation=dilation)
        self.depthwise = DepthwiseConv2d(channels, kernel, **space, bias=bias, rng=rng)
        self.pointwise = Conv2d(channels, filters, 1, bias=bias, rng=rng)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class ZeroConv2d(Module):
    """A Conv2d of one pixel that starts with weight 0 and bias 0. Zhang et al. 2023 (ControlNet).

    A branch that ends in it adds nothing at first, so that a trained network stays what it is. Its weight learns at
    once (dw = Σ dout x); what comes before it has no gradient until the weight has moved off zero.
    """

    def __init__(self, channels, filters):
        self.weight = Parameter(to_device(np.zeros((filters, channels, 1, 1), np.float32)))
        self.bias = Parameter(to_device(np.zeros(filters, np.float32)))

    def forward(self, x):
        return ops.conv2d(x, self.weight, self.bias)


class ConvTranspose2d(Module):
    """ops.conv_transpose2d with weight (C, F / groups, kh, kw) and bias (F,)."""

    def __init__(
        self, channels, filters, kernel, *, stride=1, pad=0, output_pad=0, dilation=1, groups=1, bias=True, rng=None
    ):
        kernel = (kernel, kernel) if is_integer(kernel) else kernel
        _require_groups(self, channels, filters, groups)
        shape = channels, filters // groups, *kernel
        self.weight = Parameter(to_device(init.transposed_normal(shape, stride=stride, groups=groups, rng=rng)))
        self.bias = Parameter(to_device(np.zeros(filters, np.float32))) if bias else None
        self.options = dict(stride=stride, pad=pad, output_pad=output_pad, dilation=dilation, groups=groups)

    def forward(self, x):
        return ops.conv_transpose2d(x, self.weight, self.bias, **self.options)
