"""npdl.ops.pool in PyTorch."""

import torch
import torch.nn.functional as F

from tests.oracles.torch_ops.base import padded, symmetric


def max_pool2d(x, *, size, stride=None, pad=0, ceil_mode=False):
    even = symmetric(pad)
    if even is None:
        x, even = padded(x, pad, -torch.inf), 0
    return F.max_pool2d(x, size, stride, padding=even, ceil_mode=ceil_mode)


def avg_pool2d(x, *, size, stride=None, pad=0, ceil_mode=False, count_include_pad=True):
    even = symmetric(pad)
    if even is not None:
        return F.avg_pool2d(x, size, stride, even, ceil_mode, count_include_pad)
    sums = F.avg_pool2d(padded(x, pad), size, stride, 0, ceil_mode, divisor_override=1)
    counts = padded(torch.ones_like(x), pad, float(count_include_pad))
    return sums / F.avg_pool2d(counts, size, stride, 0, ceil_mode, divisor_override=1)


def max_unpool2d(x, places, *, shape):
    windows = tuple(n // out for n, out in zip(shape, x.shape[2:]))  # PyTorch checks the shape against them
    return F.max_unpool2d(x, places, windows, output_size=shape)


TORCH = {
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
    "adaptive_avg_pool2d": lambda x, *, size: F.adaptive_avg_pool2d(x, size),
    "max_unpool2d": max_unpool2d,
}
