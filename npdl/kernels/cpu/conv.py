"""The pairs of conv1d, conv2d, conv3d and conv_transpose2d, from the ways to compute them.

A way is a module with two functions: `correlate`, and `transposes`, which are spread and meet of npdl/ops/conv.py in
one call, as they may share work. A transposed convolution has them the other way round. The newest way that does not
refuse a call takes it, so they are registered from the general to the special.
"""

from functools import lru_cache

import numpy as np

from ...errors import InputError, is_integer
from ...ops import conv1d, conv2d, conv3d, conv_transpose2d
from ...ops.conv import _transposed_geometry, conv_geometry
from .. import add
from . import columns, depthwise, pointwise, winograd
from .layout import settled
from .sums import channel_sums


def _pair(way, op, dim):
    def forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
        geometry = conv_geometry(op.name, dim, x, w, b, stride, pad, dilation, groups)
        x = _settled(x, way, w, geometry)
        return way.correlate(x, w, b, geometry, groups), (x, w, b, geometry, groups)

    def backward(dout, cache, needs=(True, True, True)):
        x, w, b, geometry, groups = cache
        dout = _settled(dout, way, w, geometry)
        dx, dw = way.transposes(dout, w, geometry, x.shape, x, groups, needs[:2])
        return dx, dw, channel_sums(dout) if needs[2] and b is not None else None

    return _named(way, op, forward), backward


def _transposed_pair(way, op):
    def forward(x, w, b=None, *, stride=1, pad=0, output_pad=0, dilation=1, groups=1):
        geometry, shape = _transposed_geometry(x, w, b, stride, pad, output_pad, dilation, groups)
        shape = (*shape[:2], *(n - before - after for n, (before, after) in zip(shape[2:], geometry.pad)))
        x = _settled(x, way, w, geometry)
        y, _ = way.transposes(x, w, geometry, shape, groups=groups, needs=(True, False))
        if b is not None:
            y += b[:, None, None]
        return y, (x, w, b, geometry, groups)

    def backward(dout, cache, needs=(True, True, True)):
        x, w, b, geometry, groups = cache
        dout = _settled(dout, way, w, geometry)
        dx = way.correlate(dout, w, None, geometry, groups) if needs[0] else None
        _, dw = way.transposes(x, w, geometry, dout.shape, dout, groups, (False, needs[1]))
        return dx, dw, channel_sums(dout) if needs[2] and b is not None else None

    return _named(way, op, forward), backward


def _settled(x, way, w, geometry):
    """x with its channels last in memory, unless this way reads either order.

    A block of `columns` copies what it needs from either. But where a stride cuts many channels into phases, each of
    them would read all of x's cache lines.
    """
    if way is columns:
        return x if max(geometry.stride) == 1 or w.shape[1] <= columns.FEW_CHANNELS else settled(x)
    if way is depthwise:
        return x if depthwise.in_planes(x, geometry) else settled(x)
    return x if way is pointwise else settled(x)


def _named(way, op, forward):
    """forward, by the name that `kernels.explain` shows."""
    forward.__module__, forward.__doc__ = way.__name__, way.__doc__
    forward.__name__ = forward.__qualname__ = f"{op.name}_forward"
    return forward


def _refuses_nothing(x, w, b=None, **options):
    return "there is nothing to do" if 0 in x.shape + w.shape else None


def _refuses_more_than_a_pixel(x, w, b=None, *, pad=0, groups=1, output_pad=0, **options):
    if w.shape[2:] != (1,) * (w.ndim - 2):
        return "the kernel has more than one pixel"
    if not (_is(groups, 1) and _is(pad, 0) and _is(output_pad, 0)):
        return "there are groups or padding"
    return _refuses_nothing(x, w)


def _is(value, number):
    """Whether the value, and all values in a tuple of tuples, are this number."""
    return all(_is(v, number) for v in value) if isinstance(value, tuple) else is_integer(value) and value == number


def _depthwise_refuses(x, w, b=None, *, groups=1, **options):
    if w.shape[1:2] != (1,) or not _is(groups, len(w)) or len(w) < columns.FEW_CHANNELS:
        return "a channel sees others, or makes several"
    return _refuses_nothing(x, w)


def _winograd_refuses(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1, **options):
    if x.dtype != np.float32 or w.dtype != np.float32:
        return "Winograd's rounding is for float32 alone"
    if x.ndim != 4 or w.ndim != 4 or not _is(groups, 1) or 0 in x.shape + w.shape:
        return "there are groups, or nothing to do"
    if not 2 <= max(w.shape[2:]) <= winograd.MOST_TAPS or min(w.shape[:2]) < winograd.FEW_CHANNELS:
        return f"the kernel is not of 2 to {winograd.MOST_TAPS} taps, or there are few channels"
    try:
        return _winograd_pays(x.shape, w.shape, stride, pad, dilation)
    except (InputError, TypeError):  # a list, say, cannot be looked up; an error is not remembered for what equals it
        return "the arguments make no sense"


@lru_cache(maxsize=1024)
def _winograd_pays(shape, w_shape, stride, pad, dilation):
    x, w = (np.broadcast_to(np.float32(0), s) for s in (shape, w_shape))
    geometry = conv_geometry("conv2d", 2, x, w, None, stride, pad, dilation, 1)
    if any(s > 1 and d > 1 for s, d in zip(geometry.stride, geometry.dilation)):
        return "there are both stride and dilation"
    ours, theirs = winograd.multiplications(shape, w_shape, geometry)
    if ours > theirs:
        return f"im2col takes {theirs / 1e6:.0f} million multiplications, this as long as {ours / 1e6:.0f} million"
    return None


WAYS = (  # a later one is asked first
    (columns, _refuses_nothing),
    (pointwise, _refuses_more_than_a_pixel),
    (depthwise, _depthwise_refuses),
)
for op, dim in ((conv1d, 1), (conv2d, 2), (conv3d, 3)):
    for way, refuses in WAYS:
        add(op, *_pair(way, op, dim), array_type=np.ndarray, refuses=refuses)
for way, refuses in WAYS:
    add(conv_transpose2d, *_transposed_pair(way, conv_transpose2d), array_type=np.ndarray, refuses=refuses)
add(conv2d, *_pair(winograd, conv2d, 2), array_type=np.ndarray, refuses=_winograd_refuses, exact=False)
