"""Pooling, all places of the window at once, in blocks that fit the cache.

A tap is what one place (u, v) of the window meets in all windows: a view of every s-th row and column of the image.

    max     y = max_uv x[.., u::s, v::s]        dx[.., u::s, v::s] = dout where (u, v) won
    mean    y = Σ_v (Σ_u x[.., u::s, :])[.., v::s] / k²     dx[.., u::s, v::s] = dout / k²

NumPy computes at full speed on contiguous arrays alone; others it copies to a buffer first, for every function that
reads them. So the taps of a block are copied out together, (kh, kw, *windows), and what is done with them runs over
contiguous memory. Where windows do not overlap, each number of dx is written once and nothing is added.

The image may lie in memory with its pixels or with its channels side by side, (N, C, H, W) or (N, H, W, C). Everything
here is in that order, and is turned round at the end: y and dx lie as x does.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...ops import avg_pool2d, global_avg_pool2d, max_pool2d
from ...ops.pool import _pool_geometry
from ...ops.windows import Geometry
from ...threads import each
from .. import add
from .layout import is_channels_last, workspace

BLOCK_BYTES = 1 << 21  # of the image; of smaller blocks, handing them over costs more than the cache gains
SMALL = 1 << 13  # numbers; for fewer, the readable pair is as quick


class Image(NamedTuple):
    """Which image the windows lie over, and how it lies in memory."""

    sizes: tuple  # (N, C, H, W)
    last: bool  # whether the channels come last
    geometry: Geometry

    def order(self, shape):
        """(..., C, H, W) -> the order in memory."""
        *more, C, H, W = shape
        return (*more, H, W, C) if self.last else tuple(shape)

    def lay(self, x):
        """x (N, C, H, W) -> a view of it in the order of memory."""
        return x.transpose(0, 2, 3, 1) if self.last else x

    def turn(self, x):
        """The way back from `lay`."""
        return x.transpose(0, 3, 1, 2) if self.last else x

    def outputs(self):
        return self.order((*self.sizes[:2], *self.geometry.out))

    def blocks(self, itemsize):
        """Indices of some images, or channels of one, about BLOCK_BYTES each."""
        N, C, H, W = self.sizes
        together = max(1, BLOCK_BYTES // (H * W * itemsize))  # channels in a block
        images, channels = max(1, together // C), min(C, together)
        some = [
            (slice(n, n + images), slice(c, c + channels)) for n in range(0, N, images) for c in range(0, C, channels)
        ]
        return [np.s_[n, :, :, c] if self.last else np.s_[n, c] for n, c in some]

    def windows(self, x):
        """The taps (kh, kw, *windows) of a padded image in the order of memory, as a view to read or to write."""
        at = self.first
        shape, strides = list(x.shape), list(x.strides)
        steps = strides[at : at + 2]
        shape[at : at + 2] = self.geometry.out
        strides[at : at + 2] = [s * step for s, step in zip(self.geometry.stride, steps)]
        return as_strided(x, (*self.geometry.kernel, *shape), (*steps, *strides))

    @property
    def first(self):
        """The axis of rows, in the order of memory; that of columns is the next."""
        return 1 if self.last else 2

    def places(self, x, axis):
        """What each place of the windows along one axis (0: rows, 1: columns) meets, for all windows: views of x."""
        k, s, n = self.geometry.kernel[axis], self.geometry.stride[axis], self.geometry.out[axis]
        before = (slice(None),) * (self.first + axis)
        return [x[(*before, slice(u, u + s * (n - 1) + 1, s))] for u in range(k)]

    def inside(self, padded):
        """A padded image without its margins."""
        rows, columns = (slice(before, before + n) for n, (before, _) in zip(self.sizes[2:], self.geometry.pad))
        return padded[:, rows, columns] if self.last else padded[:, :, rows, columns]

    def padded(self, block, value):
        """Workspace for a padded block with this value in it; None if there is nothing to pad."""
        pad = self.geometry.pad
        if pad == ((0, 0), (0, 0)):
            return None
        H, W = (before + n + after for n, (before, after) in zip(self.sizes[2:], pad))
        N, C = block.shape[0], block.shape[-1 if self.last else 1]
        padded = workspace("padded", self.order((N, C, H, W)), block.dtype)
        padded[...] = value
        return padded


def _image(x, geometry):
    return Image(x.shape, is_channels_last(x) and not x.flags.c_contiguous, geometry)


def _taps(x, image, value):
    """The taps of a block, padded with this value, copied out."""
    padded = image.padded(x, value)
    if padded is not None:
        image.inside(padded)[...] = x
        x = padded
    windows = image.windows(x)
    taps = workspace("taps", windows.shape, x.dtype)
    taps[...] = windows
    return taps


def _pay(dout, factor, dx, image):
    """Give every window's dout to its pixels: dx = 0, dx[.., u::s, v::s] += dout factor[u, v]."""
    (kh, kw), (sh, sw) = image.geometry.kernel, image.geometry.stride
    overlap = sh < kh or sw < kw
    padded = image.padded(dx, 0)
    target = image.windows(dx if padded is None else padded)
    if padded is None and (overlap or dx.size > target.size):  # pixels in several windows, or in none
        dx[...] = 0
    if overlap:
        for place in np.ndindex(kh, kw):
            target[place] += dout * factor[place]
    else:
        for v in range(kw):  # one by one: of all at once NumPy makes loops of length kw
            np.multiply(dout, factor[:, v], out=target[:, v])
    if padded is not None:
        dx[...] = image.inside(padded)


def max_pool2d_forward(x, *, size, stride=None, pad=0, ceil_mode=False):
    """y = max over the taps. Kept: which tap won, the first of equal ones.

    Where a maximum is not finite (nan, or a window of nothing but -inf) the readable pair says who won.
    """
    options = {"size": size, "stride": stride, "pad": pad, "ceil_mode": ceil_mode}
    geometry, _ = _pool_geometry("max_pool2d", x, **options)
    image = _image(x, geometry)
    x = image.lay(x)
    y = np.empty(image.outputs(), x.dtype)
    won = np.empty((*geometry.kernel, *y.shape), bool)

    def work(block):
        taps, best, wins = _taps(x[block], image, -np.inf), y[block], won[:, :, *block]
        taps.max(axis=(0, 1), out=best)
        if np.isfinite(best).all():
            np.equal(taps, best, out=wins)
            _first_come(wins, best.size)
        else:
            _, (winner, _, _) = max_pool2d.reference.forward(image.turn(x[block]), **options)
            for number, place in enumerate(np.ndindex(geometry.kernel)):
                wins[place] = image.lay(winner == number)

    each(work, image.blocks(x.itemsize))
    return image.turn(y), (won, image)


def _first_come(wins, windows):
    """Leave of several winners of a window the first, row by row."""
    if np.count_nonzero(wins) == windows:
        return
    taken = wins[0, 0].copy()
    for place in list(np.ndindex(wins.shape[:2]))[1:]:
        np.greater(wins[place], taken, out=wins[place])
        taken |= wins[place]


def max_pool2d_backward(dout, cache):
    """dx = dout where a tap won, else 0."""
    won, image = cache
    dout, dx = image.lay(dout), np.empty(image.order(image.sizes), dout.dtype)

    def work(block):
        _pay(dout[block], won[:, :, *block], dx[block], image)

    each(work, image.blocks(dx.itemsize))
    return image.turn(dx)


def avg_pool2d_forward(x, **options):
    """y = Σ over the columns of (Σ over the rows of a window) / area. Kept: the area."""
    _, cache = avg_pool2d.reference.forward(x[:1, :1] if x.ndim == 4 else x, **options)  # knows the areas; complains
    image = _image(x, cache.geometry)
    x, area = image.lay(x), image.lay(cache.area)
    y = np.empty(image.outputs(), x.dtype)

    def work(block):
        total = image.padded(x[block], 0)
        if total is None:
            total = x[block]
        else:
            image.inside(total)[...] = x[block]
        for axis in (0, 1):
            first, *others = image.places(total, axis)
            total = first + others[0] if others else first
            for place in others[1:]:
                total += place
        np.divide(total, area, out=y[block])

    each(work, image.blocks(x.itemsize))
    return image.turn(y), (area, image)


def avg_pool2d_backward(dout, cache):
    """Every pixel of a window has an equal share of its dout: dealt to its columns, and these to its rows."""
    area, image = cache
    dout, dx = image.lay(dout), np.empty(image.order(image.sizes), dout.dtype)

    def work(block):
        share, padded = dout[block] / area, image.padded(dx[block], 0)
        target = dx[block] if padded is None else padded
        wide = workspace("wide", image.order((*image.turn(share).shape[:3], image.turn(target).shape[3])), dx.dtype)
        _deal(share, wide, image, 1)
        _deal(wide, target, image, 0)
        if padded is not None:
            dx[block] = image.inside(padded)

    each(work, image.blocks(dx.itemsize))
    return image.turn(dx)


def _deal(share, target, image, axis):
    """Add the share of each window to all its places along the axis (0: rows, 1: columns)."""
    k, s, n = image.geometry.kernel[axis], image.geometry.stride[axis], image.geometry.out[axis]
    if s < k:
        target[...] = 0
        for place in image.places(target, axis):
            place += share
        return
    if k < s or target.shape[image.first + axis] > s * n:  # some are in no window
        target[...] = 0
    for place in image.places(target, axis):
        place[...] = share


def global_avg_pool2d_forward(x):
    """The mean of each channel, of the means of its columns: a sum of sums rounds less than one long sum."""
    y = np.empty(x.shape[:2], x.dtype)

    def work(block):
        y[block] = x[block].mean(axis=2).mean(axis=2)

    each(work, Image(x.shape, False, None).blocks(x.itemsize))
    return y, x.shape


def _refuses(x, **options):
    return "too small to share" if x.size < SMALL else None


def _refuses_mean(x, **options):
    return "too small to share" if x.size < 16 * SMALL else None


def _refuses_global(x):
    if x.ndim != 4 or x.strides[1] != x.itemsize:
        return "NumPy's mean is as fast, if the channels do not come last"
    return _refuses_mean(x)


_global_backward = global_avg_pool2d.reference.backward
add(max_pool2d, max_pool2d_forward, max_pool2d_backward, array_type=np.ndarray, refuses=_refuses)
add(avg_pool2d, avg_pool2d_forward, avg_pool2d_backward, array_type=np.ndarray, refuses=_refuses_mean)
add(global_avg_pool2d, global_avg_pool2d_forward, _global_backward, array_type=np.ndarray, refuses=_refuses_global)
