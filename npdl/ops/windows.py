"""What convolution and pooling share: the geometry of a window that slides over a padded image.

Nothing here counts the spatial axes: one of a sound, two of a picture, three of a volume or a film.
"""

from itertools import product
from math import ceil
from typing import NamedTuple

from ..errors import InputError, is_integer, require_ndim

AXES = ("depth", "height", "width")  # the last one of them for a sound, the last two for a picture
SIDES = ("(front, back)", "(top, bottom)", "(left, right)")
TUPLES = ("a tuple", "a pair", "a triple")


class Geometry(NamedTuple):
    """Sizes along the spatial axes; for pictures, along (height, width)."""

    kernel: tuple
    stride: tuple
    pad: tuple  # ((top, bottom), (left, right))
    dilation: tuple
    out: tuple

    @property
    def reach(self):
        """How many pixels a kernel with holes spans: k + (k - 1) (dilation - 1) = dilation (k - 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))


def sliding(function, x, kernel, *, stride, pad=0, dilation=1, ceil_mode=False, dim=2):
    """The Geometry of a kernel over x, which has `dim` spatial axes: (N, C, H, W) for 2.

    Raises if an argument makes no sense or the kernel does not fit.
    """
    require_ndim(function, "x", x, 2 + dim, layout(dim))
    kernel = per_axis(function, "size", kernel, low=1, dim=dim)
    stride = per_axis(function, "stride", stride, low=1, dim=dim)
    dilation = per_axis(function, "dilation", dilation, low=1, dim=dim)
    pad = paddings(function, pad, dim)
    lengths = zip(x.shape[2:], kernel, stride, pad, dilation, strict=True)
    out = tuple(output_size(n, k, stride=s, pad=p, dilation=d, ceil_mode=ceil_mode) for n, k, s, p, d in lengths)
    geometry = Geometry(kernel, stride, pad, dilation, out)
    if min(out) < 1:
        expected = f"at least as large as the kernel's reach {geometry.reach} after padding {pad}"
        raise InputError(function, "the image", expected, tuple(x.shape[2:]))
    return geometry


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

    Yields i, j, view: as many numbers as there are spatial axes (`for *place, view in taps(...)`, where that is open).
    Everything about sliding windows is a loop over taps: reading the views is im2col, adding to them is col2im.
    """
    kernel, stride, _, dilation, out = geometry
    for place in product(*map(range, kernel)):
        starts = [i * d for i, d in zip(place, dilation)]
        window = [slice(start, start + s * (o - 1) + 1, s) for start, s, o in zip(starts, stride, out)]
        yield *place, padded[:, :, *window]


def unpad(padded, pad):
    """The image without its margins: the backward of padding with a constant."""
    inside = [slice(before, n - after) for n, (before, after) in zip(padded.shape[2:], pad)]
    return padded[:, :, *inside]


def layout(dim):
    """'(N, C, H, W)' for 2 spatial axes."""
    return f"(N, C, {', '.join('DHW'[-dim:])})"


def per_axis(function, name, value, *, low, dim=2):
    """An int, or one for each spatial axis -> one for each."""
    values = (value,) * dim if is_integer(value) else value
    if not (isinstance(values, tuple) and len(values) == dim and all(is_integer(v, low) for v in values)):
        expected = f"an integer >= {low} or {TUPLES[dim - 1]} {_listed(AXES, dim)} of them"
        raise InputError(function, name, expected, value)
    return values


def paddings(function, pad, dim=2):
    """pad: an int, (height, width), or ((top, bottom), (left, right)) -> ((top, bottom), (left, right))."""
    each = (pad,) * dim if is_integer(pad) else pad
    if isinstance(each, tuple) and len(each) == dim:
        sides = tuple((p, p) if is_integer(p) else p for p in each)
        if all(isinstance(p, tuple) and len(p) == 2 and all(is_integer(v, 0) for v in p) for p in sides):
            return sides
    raise InputError(function, "pad", f"an integer >= 0, {_listed(AXES, dim)} or {_listed(SIDES, dim)}", pad)


def _listed(names, dim):
    """'(height, width)': what a tuple over the spatial axes holds."""
    return f"({', '.join(names[-dim:])}{',' if dim == 1 else ''})"
