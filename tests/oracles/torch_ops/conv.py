"""npdl.ops.conv in PyTorch."""

import torch.nn.functional as F

from tests.oracles.torch_ops.base import padded, sides


def _conv(function):
    def conv(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
        return function(padded(x, pad), w, b, stride=stride, dilation=dilation, groups=groups)

    return conv


def conv_transpose2d(x, w, b=None, *, stride=1, pad=0, output_pad=0, dilation=1, groups=1):
    """PyTorch's padding cuts both sides alike; so none of it, and cut by hand. What output_pad adds comes before."""
    y = F.conv_transpose2d(x, w, b, stride, 0, output_pad, groups, dilation)
    (top, bottom), (left, right) = sides(pad)
    return y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]


def standardise_weight(w, *, eps=1e-5):
    """As BiT and timm do it: batch norm with the filters as channels."""
    return F.batch_norm(w.reshape(1, len(w), -1), None, None, training=True, momentum=0.0, eps=eps).reshape(w.shape)


TORCH = {
    "conv1d": _conv(F.conv1d),
    "conv2d": _conv(F.conv2d),
    "conv3d": _conv(F.conv3d),
    "conv_transpose2d": conv_transpose2d,
    "standardise_weight": standardise_weight,
}
