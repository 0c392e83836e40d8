"""Convolution with kernels of one pixel: a matrix product of the channels, at every stride-th pixel.

    correlate   Y = X W     X: (pixels, C)   W: (C, F)   Y: (pixels, F)
    spread      dX = dY Wᵀ
    meet        dW = Xᵀ dY

X is the image itself: its rows if the channels lie side by side, its columns if the pixels do; a product reads either.
Lin, Chen and Yan 2013 (network in network).
"""

import numpy as np

from ...threads import each
from .layout import channels_last, empty_channels_last, slices

BLOCK_BYTES = 1 << 19
STRIPES = 16  # sums of dW that are kept apart
MANY_PIXELS = 64  # in an image: then each may have a product of its own


def correlate(x, w, b, geometry, groups=1):
    """y = X W + b, its channels last in memory."""
    x, matrix = _met(x, geometry), w.reshape(len(w), -1).T
    y = empty_channels_last((len(x), len(w), *geometry.out), x.dtype)

    def work(some):
        rows = _rows(x[some])
        target = np.moveaxis(y[some], 1, -1).reshape(*rows.shape[:2], -1)  # a view
        np.matmul(rows, matrix, out=target)
        if b is not None:
            target += b

    each(work, _blocks(x))
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need; dx has that shape, its channels last in memory."""
    matrix, blocks = w.reshape(len(w), -1), _blocks(dy)
    stripes = min(STRIPES, len(blocks))
    dx = empty_channels_last(shape, dy.dtype) if needs[0] else None
    dw = np.zeros((stripes, *matrix.shape), dy.dtype) if needs[1] else None
    dense = shape[2:] == dy.shape[2:]
    if needs[0] and not dense:
        dx[...] = 0  # pixels that a stride passes over
    x = _met(x, geometry) if needs[1] else None

    def work(stripe):
        for some in blocks[stripe::stripes]:
            d = _rows(dy[some])
            if needs[0] and dense:
                np.matmul(d, matrix, out=np.moveaxis(dx[some], 1, -1).reshape(*d.shape[:2], -1))
            elif needs[0]:
                _met(dx[some], geometry)[...] = _image(d @ matrix, dy[some])
            if needs[1]:
                dw[stripe] += _product(d, x[some])

    each(work, range(stripes))
    return dx, dw.sum(axis=0).reshape(w.shape) if needs[1] else None


def _met(x, geometry):
    """The pixels that the kernels meet: every stride-th."""
    return x[:, :, *[slice(None, None, s) for s in geometry.stride]]


def _blocks(x):
    images = max(1, BLOCK_BYTES // max(1, x[:1].nbytes))
    return slices(len(x), images)


def _rows(x):
    """x (n, C, *sizes) as (n, pixels, C), columns of each image, or (1, all pixels, C): a view where it can be."""
    if x.flags.c_contiguous and x[0, 0].size >= MANY_PIXELS:
        return x.reshape(*x.shape[:2], -1).swapaxes(1, 2)
    return channels_last(x).reshape(1, -1, x.shape[1])


def _product(d, x):
    """dYᵀ X over all images: (F, C)."""
    rows = _rows(x)
    if len(d) != len(rows):  # one with the channels last, the other not
        n = max(len(d), len(rows))
        d, rows = d.reshape(n, -1, d.shape[-1]), rows.reshape(n, -1, rows.shape[-1])
    return (d.swapaxes(1, 2) @ rows).sum(axis=0)


def _image(rows, like):
    """(n, pixels, C) or (1, all pixels, C) as (n, C, *sizes)."""
    return np.moveaxis(rows.reshape(len(like), *like.shape[2:], -1), -1, 1)
