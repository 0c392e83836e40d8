"""What PyTorch says otherwise: axes and paddings."""

import torch.nn.functional as F


def axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def padded(x, pad, value=0.0):
    """npdl's pad: an int, (height, width) or ((top, bottom), (left, right))."""
    (top, bottom), (left, right) = sides(pad)
    return F.pad(x, (left, right, top, bottom), value=value)


def sides(pad):
    both = (pad, pad) if isinstance(pad, int) else pad
    return tuple((p, p) if isinstance(p, int) else p for p in both)


def symmetric(pad):
    """PyTorch's padding, if it can say this one, else None."""
    (top, bottom), (left, right) = sides(pad)
    return (top, left) if (top, left) == (bottom, right) else None


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()
