"""conv2d as one matrix product (im2col).

Write the pixels under each window as a column: cols (C kh kw, n H'W') for a block of n images. Then every output channel
is a row of weights times that matrix: Y = W cols, one large product where the readable pair does kh · kw small ones.
Backward, with dY laid out like Y:

    dW = dY colsᵀ        dcols = Wᵀ dY, each entry then added to the pixel that it was copied from (col2im).

A block is as many images as have columns that fit the cache. Backward makes the columns again rather than keep them:
they are kh · kw times as large as the image.
"""

import numpy as np

from ...ops import conv2d
from ...ops.conv import conv2d_geometry
from ...ops.windows import taps, unpad
from .. import add

BLOCK_BYTES = 1 << 20  # columns of one block of images: about the size of a level-2 cache


def _accepts(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    return groups == 1


def _blocks(xp, w, geometry):
    """Slices of the batch such that the columns of a slice fill about BLOCK_BYTES."""
    column_bytes = w[0].size * geometry.out[0] * geometry.out[1] * xp.itemsize
    step = max(1, BLOCK_BYTES // max(1, column_bytes))
    return [slice(n, n + step) for n in range(0, len(xp), step)]


def _im2col(xp, w, geometry):
    """(C kh kw, n H'W'): the pixels that each weight meets, in the order of w's axes."""
    C, kh, kw = w.shape[1:]
    cols = np.empty((C, kh, kw, len(xp), *geometry.out), xp.dtype)
    for u, v, window in taps(xp, geometry):
        cols[:, u, v] = window.swapaxes(0, 1)
    return cols.reshape(C * kh * kw, -1)


def conv2d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """Y = W cols + b."""
    geometry = conv2d_geometry(x, w, b, stride, pad, dilation, groups)
    N, F = len(x), len(w)
    xp = np.pad(x, ((0, 0), (0, 0), *geometry.pad))
    y = np.empty((N, F, *geometry.out), x.dtype)
    for block in _blocks(xp, w, geometry):
        product = w.reshape(F, -1) @ _im2col(xp[block], w, geometry)  # (F, n H'W')
        y[block] = product.reshape(F, -1, *geometry.out).swapaxes(0, 1)
    if b is not None:
        y += b[:, None, None]
    return y, (xp, w, b, geometry)


def conv2d_backward(dout, cache, needs=(True, True, True)):
    """dW = dY colsᵀ, dcols = Wᵀ dY, db = Σ dY."""
    xp, w, b, geometry = cache
    F, *taps_shape = w.shape
    wm = w.reshape(F, -1)
    dxp = np.zeros_like(xp) if needs[0] else None
    dw = np.zeros_like(wm) if needs[1] else None
    for block in _blocks(xp, w, geometry):
        dy = dout[block].swapaxes(0, 1).reshape(F, -1)  # (F, n H'W')
        if needs[1]:
            dw += dy @ _im2col(xp[block], w, geometry).T
        if needs[0]:
            dcols = (wm.T @ dy).reshape(*taps_shape, -1, *geometry.out)
            for u, v, dwindow in taps(dxp[block], geometry):
                dwindow += dcols[:, u, v].swapaxes(0, 1)
    dx = unpad(dxp, geometry.pad) if needs[0] else None
    dw = dw.reshape(w.shape) if needs[1] else None
    db = dout.sum(axis=(0, 2, 3)) if needs[2] and b is not None else None
    return dx, dw, db


add(conv2d, conv2d_forward, conv2d_backward, array_type=np.ndarray, accepts=_accepts)
