"""What PyTorch says otherwise: axes and paddings."""

import torch.nn.functional as F


def axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def padded(x, pad, value=0.0):
    """npdl's pad: an int, (height, width) or ((top, bottom), (left, right)); PyTorch begins with the last axis."""
    last_first = reversed(sides(pad, x.ndim - 2))
    return F.pad(x, [p for before_after in last_first for p in before_after], value=value)


def sides(pad, dim=2):
    each = (pad,) * dim if isinstance(pad, int) else pad
    return tuple((p, p) if isinstance(p, int) else p for p in each)


def symmetric(pad):
    """PyTorch's padding, if it can say this one, else None."""
    (top, bottom), (left, right) = sides(pad)
    return (top, left) if (top, left) == (bottom, right) else None


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()
