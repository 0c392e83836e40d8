"""Pooling: the maximum or the mean of each window, channel by channel; and the way back."""

from math import prod
from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, is_integer, require_indices, require_ndim, require_shape
from ..tape import Tensor, op
from .separable import apart, lengths
from .windows import Geometry, sliding, taps, unpad

__all__ = [
    "max_pool2d", "max_pool2d_forward", "max_pool2d_backward",
    "avg_pool2d", "avg_pool2d_forward", "avg_pool2d_backward",
    "global_avg_pool2d", "global_avg_pool2d_forward", "global_avg_pool2d_backward",
    "adaptive_avg_pool2d", "adaptive_avg_pool2d_forward", "adaptive_avg_pool2d_backward",
    "max_unpool2d", "max_unpool2d_forward", "max_unpool2d_backward",
    "max_pool2d_places",
]  # fmt: skip


def _pool_geometry(function, x, size, stride, pad, ceil_mode):
    """The windows of a pooling, with the padding on the right and below grown until the last window fits."""
    geometry = sliding(function, x, size, stride=size if stride is None else stride, pad=pad, ceil_mode=ceil_mode)
    if any(side >= k for k, sides in zip(geometry.kernel, geometry.pad) for side in sides):
        expected = f"smaller than the window {geometry.kernel}, so that every window meets a pixel"
        raise InputError(function, "pad", expected, pad)
    grown = []
    for n, k, s, (before, after), o in zip(x.shape[2:], geometry.kernel, geometry.stride, geometry.pad, geometry.out):
        grown.append((before, max(after, (o - 1) * s + k - n - before)))
    return geometry._replace(pad=tuple(grown)), geometry.pad


def max_pool2d_forward(x, *, size, stride=None, pad=0, ceil_mode=False):
    """The largest number of each window; of equal ones the first, row by row, is the winner.

    x: (N, C, H, W); size, stride: int or (h, w), stride defaults to size (windows side by side; a smaller one lets them
    overlap, Krizhevsky et al. 2012); pad as in conv2d, with -inf. ceil_mode: see ops.windows.output_size.
    """
    geometry, _ = _pool_geometry("max_pool2d", x, size, stride, pad, ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), *geometry.pad), constant_values=-np.inf)
    y = np.full_like(x, -np.inf, shape=(*x.shape[:2], *geometry.out))
    winner = np.zeros_like(y, dtype=np.int32) + _first_pixels(geometry, x)  # of a window of nothing but -inf
    for u, v, window in taps(xp, geometry):
        better = (window > y) | np.isnan(window)  # a nan wins, and stays, so that it is seen
        y = np.where(better, window, y)
        winner = np.where(better, np.int32(u * geometry.kernel[1] + v), winner)
    return y, (winner, xp.shape, geometry)


def _first_pixels(geometry, like):
    """The place in each window of its first pixel that is in the image and not in the padding: (H', W')."""
    sides = zip(geometry.out, geometry.stride, geometry.pad)
    u, v = (np.maximum(before - s * np.arange(n, like=like), 0).astype(np.int32) for n, s, (before, _) in sides)
    return u[:, None] * geometry.kernel[1] + v


def max_pool2d_backward(dout, cache):
    """Each window's dout goes to its winner; where windows overlap, a pixel may win and be paid several times."""
    winner, padded_shape, geometry = cache
    dxp = np.zeros_like(dout, shape=padded_shape)
    for u, v, dwindow in taps(dxp, geometry):
        dwindow += dout * (winner == u * geometry.kernel[1] + v)
    return unpad(dxp, geometry.pad)


max_pool2d = op(max_pool2d_forward, max_pool2d_backward)


class AvgPoolCache(NamedTuple):
    area: object  # a number, or (1, 1, H', W')
    padded_shape: tuple
    geometry: Geometry


def avg_pool2d_forward(x, *, size, stride=None, pad=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window. Arguments as in max_pool2d, padding with zeros.

    Each sum is divided by the number of pixels that the window meets: those of the padding count if
    `count_include_pad`, those that only ceil_mode added never do (PyTorch's rule).
    """
    geometry, asked = _pool_geometry("avg_pool2d", x, size, stride, pad, ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), *geometry.pad))
    counts = np.ones_like(x, shape=(1, 1, *x.shape[2:]))
    counts = np.pad(counts, ((0, 0), (0, 0), *asked), constant_values=float(count_include_pad))
    extra = tuple((0, after - a) for (_, after), (_, a) in zip(geometry.pad, asked))
    counts = np.pad(counts, ((0, 0), (0, 0), *extra))
    y = np.zeros_like(x, shape=(*x.shape[:2], *geometry.out))
    area = np.zeros_like(x, shape=(1, 1, *geometry.out))
    for (_, _, window), (_, _, count) in zip(taps(xp, geometry), taps(counts, geometry)):
        y += window
        area += count
    return y / area, AvgPoolCache(area, xp.shape, geometry)


def avg_pool2d_backward(dout, cache):
    """Every pixel of a window has an equal share of its dout."""
    area, padded_shape, geometry = cache
    dxp = np.zeros_like(dout, shape=padded_shape)
    share = dout / area
    for _, _, dwindow in taps(dxp, geometry):
        dwindow += share
    return unpad(dxp, geometry.pad)


avg_pool2d = op(avg_pool2d_forward, avg_pool2d_backward)


def global_avg_pool2d_forward(x):
    """The mean of each channel: (N, C, H, W) -> (N, C). Lin, Chen and Yan 2013, in place of fully connected layers."""
    require_ndim("global_avg_pool2d", "x", x, 4, "(N, C, H, W)")
    return x.mean(axis=(2, 3)), x.shape


def global_avg_pool2d_backward(dout, shape):
    """Every pixel has 1 / (H W) of its channel's dout."""
    H, W = shape[2:]
    return np.broadcast_to(dout[:, :, None, None] / (H * W), shape)


global_avg_pool2d = op(global_avg_pool2d_forward, global_avg_pool2d_backward)


def adaptive_avg_pool2d_forward(x, *, size):
    """The means of H' x W' windows that cover the image, whatever its size: (N, C, H, W) -> (N, C, H', W').

    size: (H', W'), or an int for both. Row i is the mean of the rows from floor(i H / H') to before
    ceil((i + 1) H / H'), columns alike (PyTorch's windows): they overlap where H' does not divide H.
    """
    rows, columns = (_shares(n, out, x) for n, out in lengths("adaptive_avg_pool2d", x, size))
    return apart(x, rows, columns), (rows, columns)


def adaptive_avg_pool2d_backward(dout, cache):
    """dx = Rᵀ dout C: every pixel of a window has an equal share of its dout."""
    rows, columns = cache
    return apart(dout, rows.T, columns.T)


adaptive_avg_pool2d = op(adaptive_avg_pool2d_forward, adaptive_avg_pool2d_backward)


def _shares(n, out, like):
    """(out, n): row i has 1 / m in the m places of window i."""
    window, place = np.arange(out, like=like)[:, None], np.arange(n, like=like)
    inside = (window * n // out <= place) & (place < -(-(window + 1) * n // out))
    return (inside / inside.sum(axis=1, keepdims=True)).astype(like.dtype)


def max_pool2d_places(x, *, size, stride=None, pad=0, ceil_mode=False):
    """Where the winners of max_pool2d stand: row · W + column in their channel, integers of its output's shape.

    x: an array or a Tensor. (What PyTorch returns with return_indices.)
    """
    x = x.data if isinstance(x, Tensor) else x
    _, (winner, _, geometry) = max_pool2d_forward(x, size=size, stride=stride, pad=pad, ceil_mode=ceil_mode)
    (_, kw), (sh, sw), ((top, _), (left, _)), _, (oh, ow) = geometry
    rows = np.arange(oh, like=x)[:, None] * sh - top + winner // kw
    columns = np.arange(ow, like=x) * sw - left + winner % kw
    return rows * x.shape[3] + columns


def max_unpool2d_forward(x, places, *, shape):
    """The numbers of x put where `places` says, 0 elsewhere: (N, C, H', W') -> (N, C, H, W), shape = (H, W).

    places: integers of x's shape, row · W + column, from max_pool2d_places: maxima go back to where they were found.
    Zeiler and Fergus 2014; SegNet's decoder (Badrinarayanan, Kendall and Cipolla 2015). A place that is named twice
    (windows overlapped) has the sum; PyTorch keeps any one of them.
    """
    require_ndim("max_unpool2d", "x", x, 4, "(N, C, H, W)")
    if not (isinstance(shape, tuple) and len(shape) == 2 and all(is_integer(n, 1) for n in shape)):
        raise InputError("max_unpool2d", "shape", "(height, width) of the image, integers >= 1", shape)
    if getattr(places, "dtype", None) is None or places.dtype.kind not in "iu":
        raise InputTypeError("max_unpool2d", "places", "an array of integers", places)
    require_shape("max_unpool2d", "places", places, x.shape, "like x")
    require_indices("max_unpool2d", "places", places, prod(shape))
    N, C, pixels = *x.shape[:2], prod(shape)
    channel = np.arange(N * C, like=x).reshape(N, C, 1, 1)
    where = (channel * pixels + places).reshape(-1)
    y = np.zeros_like(x, shape=(N * C * pixels,))
    np.add.at(y, where, x.reshape(-1))
    return y.reshape(N, C, *shape), (where, x.shape)


def max_unpool2d_backward(dout, cache):
    """dx is dout where x was put: the forward of a max pooling with these winners."""
    where, shape = cache
    return dout.reshape(-1)[where].reshape(shape), None


max_unpool2d = op(max_unpool2d_forward, max_unpool2d_backward, constant=("places",))
