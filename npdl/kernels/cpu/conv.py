"""conv2d of stride 1 as one matrix product (im2col), for all three passes.

With the channels last in memory, the pixels under a window are a few contiguous runs; written side by side they are a
row of `cols`, and all outputs of all filters are one product, where the readable pair does kh · kw small ones:

    forward     Y  = cols(x) W              rows: N H' W',  W: (kh kw C, F)
    weights     dW = cols(x)ᵀ dY
    input       dx = cols(dY) W_turned      the same product again: dx is dY, padded by reach - 1 - pad, correlated with
                                            the kernels turned by 180° and with C and F exchanged

x may be laid out in memory as it likes; y and dx come back with their channels last, seen as (N, C, H, W), so that a
chain of such layers copies nothing to change the layout. The rows are made in blocks of images that fit the cache, and
made again in backward rather than kept: they are kh · kw times as large as the image.
"""

import threading
from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...ops import conv2d
from ...ops.conv import conv_geometry
from ...ops.windows import unpad
from .. import add

BLOCK_BYTES = 1 << 20  # rows of one block of images: about the size of a level-2 cache
_thread = threading.local()


def _refuses(x, w, b=None, *, stride=1, groups=1, **options):
    return None if stride in (1, (1, 1)) and groups == 1 and 0 not in x.shape + w.shape else "its stride or groups"


def _workspace(shape, dtype):
    """Memory to write in, the same at every call of this thread: getting fresh pages takes longer than filling."""
    size = prod(shape) * dtype.itemsize
    if size > 8 * BLOCK_BYTES:  # one large image: not to be kept for ever
        return np.empty(shape, dtype)
    if not hasattr(_thread, "workspace"):
        _thread.workspace = np.empty(8 * BLOCK_BYTES, np.uint8)
    return _thread.workspace[:size].view(dtype).reshape(shape)


def _channels_last(x, pad):
    """x (N, C, H, W) with a margin of zeros (cut off where it is negative), as a contiguous (N, H, W, C)."""
    x = unpad(x, [[max(-p, 0) for p in sides] for sides in pad])
    (top, bottom), (left, right) = [[max(p, 0) for p in sides] for sides in pad]
    N, C, H, W = x.shape
    padded = np.zeros((N, top + H + bottom, left + W + right, C), x.dtype)
    padded[:, top : top + H, left : left + W] = x.transpose(0, 2, 3, 1)
    return padded


def _blocks(x, geometry):
    """Yield (slice of the batch, cols (n H' W', kh kw C)) about BLOCK_BYTES of cols at a time. x: channels last."""
    dh, dw = geometry.dilation
    windows = sliding_window_view(x, geometry.reach, axis=(1, 2))[..., ::dh, ::dw]  # (N, H', W', C, kh, kw)
    windows = windows.transpose(0, 1, 2, 4, 5, 3)
    images = max(1, BLOCK_BYTES // (windows[0].size * x.itemsize))
    rows = _workspace((images, *windows.shape[1:]), x.dtype)
    for n in range(0, len(x), images):
        block = slice(n, n + images)
        cols = rows[: len(windows[block])]
        cols[...] = windows[block]
        yield block, cols.reshape(-1, windows[0, 0, 0].size)


def _correlate(x, w, geometry):
    """Y = cols(x) W as (N, H', W', F). x: channels last; w: (F, C, kh, kw)."""
    F = len(w)
    matrix = w.transpose(2, 3, 1, 0).reshape(-1, F)  # (kh kw C, F)
    H, W = (n - r + 1 for n, r in zip(x.shape[1:3], geometry.reach))
    y = np.empty((len(x), H, W, F), x.dtype)
    for block, cols in _blocks(x, geometry):
        np.matmul(cols, matrix, out=y[block].reshape(-1, F))
    return y


def conv2d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """Y = cols(x) W + b."""
    geometry = conv_geometry("conv2d", 2, x, w, b, stride, pad, dilation, groups)
    x = _channels_last(x, geometry.pad)
    y = _correlate(x, w, geometry)
    if b is not None:
        y += b
    return y.transpose(0, 3, 1, 2), (x, w, b, geometry)


def conv2d_backward(dout, cache, needs=(True, True, True)):
    """dW = cols(x)ᵀ dY, dx = cols(dY) W_turned, db = Σ dY."""
    x, w, b, geometry = cache
    F, C, kh, kw = w.shape
    dx = dw = db = None
    if needs[0]:
        outer = tuple((r - 1 - before, r - 1 - after) for r, (before, after) in zip(geometry.reach, geometry.pad))
        turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)
        dx = _correlate(_channels_last(dout, outer), turned, geometry).transpose(0, 3, 1, 2)
    if needs[1]:
        dy = dout.transpose(0, 2, 3, 1)
        dw = np.zeros((kh * kw * C, F), w.dtype)
        for block, cols in _blocks(x, geometry):
            dw += cols.T @ dy[block].reshape(-1, F)
        dw = np.ascontiguousarray(dw.reshape(kh, kw, C, F).transpose(3, 2, 0, 1))
    if needs[2] and b is not None:
        db = dout.sum(axis=(2, 3)).sum(axis=0)  # per image first: a float32 sum over all rows would lose digits
    return dx, dw, db


add(conv2d, conv2d_forward, conv2d_backward, array_type=np.ndarray, refuses=_refuses)
