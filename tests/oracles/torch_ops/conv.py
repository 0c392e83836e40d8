"""npdl.ops.conv in PyTorch."""

import torch.nn.functional as F

from tests.oracles.torch_ops.base import padded


def conv2d(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    return F.conv2d(padded(x, pad), w, b, stride=stride, dilation=dilation, groups=groups)


TORCH = {
    "conv2d": conv2d,
}
