"""What convolution and pooling share: the geometry of a window that slides over a padded image."""

from math import ceil
from typing import NamedTuple

from ..errors import InputError, require_ndim


class Geometry(NamedTuple):
    """Sizes along (height, width)."""

    kernel: tuple
    stride: tuple
    pad: tuple  # ((top, bottom), (left, right))
    dilation: tuple
    out: tuple


def sliding(function, x, kernel, *, stride, pad=0, dilation=1, ceil_mode=False):
    """The Geometry of a kernel over x (N, C, H, W); raises if an argument makes no sense or the kernel does not fit."""
    require_ndim(function, "x", x, 4, "(N, C, H, W)")
    kernel = _pair(function, "size", kernel, low=1)
    stride = _pair(function, "stride", stride, low=1)
    dilation = _pair(function, "dilation", dilation, low=1)
    pad = _paddings(function, pad)
    lengths = zip(x.shape[2:], kernel, stride, pad, dilation, strict=True)
    out = tuple(output_size(n, k, stride=s, pad=p, dilation=d, ceil_mode=ceil_mode) for n, k, s, p, d in lengths)
    if min(out) < 1:
        reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
        expected = f"at least as large as the kernel's reach {reach} after padding {pad}"
        raise InputError(function, "the image", expected, tuple(x.shape[2:]))
    return Geometry(kernel, stride, pad, dilation, out)


def output_size(length, kernel, *, stride=1, pad=(0, 0), dilation=1, ceil_mode=False):
    """How many windows fit: floor((W - reach + before + after) / stride) + 1, reach = dilation (kernel - 1) + 1.

    With `ceil_mode` the last window may hang over the end, as long as it starts inside the image or its left padding
    (PyTorch's rule).
    """
    before, after = pad
    steps = (length + before + after - dilation * (kernel - 1) - 1) / stride
    if not ceil_mode:
        return int(steps // 1) + 1
    out = ceil(steps) + 1
    return out - 1 if (out - 1) * stride >= length + before else out


def taps(padded, geometry):
    """For each place (i, j) in the kernel, the pixels that it meets: a strided view (N, C, H', W') of the padded image.

    Everything about sliding windows is a loop over taps: reading the views is im2col, adding to them is col2im.
    """
    (kh, kw), (sh, sw), _, (dh, dw), (oh, ow) = geometry
    for i in range(kh):
        for j in range(kw):
            top, left = i * dh, j * dw
            yield i, j, padded[:, :, top : top + sh * (oh - 1) + 1 : sh, left : left + sw * (ow - 1) + 1 : sw]


def unpad(padded, pad):
    """The image without its margins: the backward of padding with a constant."""
    (top, bottom), (left, right) = pad
    return padded[:, :, top : padded.shape[2] - bottom, left : padded.shape[3] - right]


def _pair(function, name, value, low):
    pair = (value, value) if isinstance(value, int) else value
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(v, int) and v >= low for v in pair)):
        raise InputError(function, name, f"an integer >= {low} or a pair (height, width) of them", value)
    return pair


def _paddings(function, pad):
    """pad: an int, (height, width), or ((top, bottom), (left, right)) -> ((top, bottom), (left, right))."""
    both = (pad, pad) if isinstance(pad, int) else pad
    if isinstance(both, tuple) and len(both) == 2:
        sides = tuple((p, p) if isinstance(p, int) else p for p in both)
        if all(isinstance(p, tuple) and len(p) == 2 and all(isinstance(v, int) and v >= 0 for v in p) for p in sides):
            return sides
    raise InputError(function, "pad", "an integer >= 0, (height, width) or ((top, bottom), (left, right))", pad)
