"""Convolution as one matrix product (im2col): every kernel, stride, pad, dilation, group and dtype, in 1, 2 and 3 axes.

All that an output pixel sees, written side by side, is a row of `cols`. Then a convolution is a product with the matrix
W of all filters, and its two transposes are products as well:

    correlate   Y = cols W              cols: (pixels, taps · C)   W: (taps · C, F)   Y: (pixels, F)
    spread      dcols = dY Wᵀ           and each number of dcols is added to the pixel that its place was copied from
    meet        dW = colsᵀ dY

cols is taps times as large as the image. So it is made, used and forgotten in blocks of some images, or of some rows of
one image, that fit the cache; and made again in backward rather than kept. Whether the channels of a pixel lie side by
side in it (`last`) or, where they are few, the pixels of a row, is a matter of memory alone: the axes below are the
same either way. Chellapilla, Puri and Simard 2006.

x: (N, G C, *sizes), not padded; w: (G F, C, *kernel); y: (N, G F, *out), for G groups.
"""

from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...ops.windows import taps
from ...threads import each
from .layout import channels_last, empty_channels_last, rearrange, workspace

BLOCK_BYTES = 1 << 20  # of cols at a time: with the rest of a block, about the size of a level-2 cache
STRIPES, STRIPE_BYTES = 16, 64 << 20  # sums of dW kept apart, at most: so many, and of so many bytes in all
FEW_CHANNELS = 8
FEW_IMAGES = 4  # of fewer, rows or channels are shared among the threads


def correlate(x, w, b, geometry, groups=1):
    """y = cols W + b, its channels last in memory."""
    last = w.shape[1] > FEW_CHANNELS
    y = empty_channels_last((len(x), len(w), *geometry.out), x.dtype)
    images, strips = _blocks(len(x), w.shape, geometry, x.itemsize)
    parts = [(f, c, np.ascontiguousarray(_matrix(w[f, m], last).T)) for f, c, m in _parts(w.shape, groups)]

    def work(block):
        (filters, channels, matrix), some, rows = block
        seen = _as_matrix(_gather(x[some, channels], geometry, rows, last), last)
        target = np.moveaxis(y[some, filters, rows], 1, -1)
        np.matmul(seen, matrix, out=target.reshape(len(seen), -1, target.shape[-1]))
        if b is not None:
            target += b[filters]

    each(work, [(part, some, rows) for part in parts for some in images for rows in strips])
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need."""
    dx = spread(dy, w, geometry, shape, groups) if needs[0] else None
    return dx, meet(x, dy, geometry, w.shape, groups) if needs[1] else None


def spread(dy, w, geometry, shape, groups=1):
    """dx, of that shape: dcols = dY Wᵀ, folded."""
    last = w.shape[1] > FEW_CHANNELS
    dx = empty_channels_last(shape, dy.dtype) if last else np.empty(shape, dy.dtype)
    images, strips = _blocks(len(dy), w.shape, geometry, dy.itemsize)
    inside = [slice(before, before + n) for n, (before, _) in zip(shape[2:], geometry.pad)]
    padded = [before + n + after for n, (before, after) in zip(shape[2:], geometry.pad)]

    def work(block):
        (filters, channels, mine), some = block
        matrix = _matrix(w[filters, mine], last)  # (F, K)
        image = _memory("image", (some.stop - some.start, w[:, mine].shape[1], *padded), dy.dtype, last)
        image[...] = 0
        for rows in strips:
            d = _rows(dy[some, filters, rows], last)
            dcols = _memory("cols", _cols_shape(some, w[:, mine].shape, geometry, rows), dy.dtype, last)
            if last:
                np.matmul(d, matrix, out=_as_matrix(dcols, last))
            else:
                np.matmul(matrix.T, d.swapaxes(1, 2), out=_as_matrix(dcols, last).swapaxes(1, 2))
            for *place, pixels in taps(image[:, :, rows.start * geometry.stride[0] :], _strip(geometry, rows)):
                pixels += dcols[:, :, *place]
        dx[some, channels] = image[:, :, *inside]

    split = 1 if len(images) >= FEW_IMAGES else FEW_IMAGES
    each(work, [(part, some) for part in _parts(w.shape, groups, split) for some in images])
    return dx


def meet(x, dy, geometry, w_shape, groups=1):
    """dw = colsᵀ dY, summed over stripes of blocks and then over the stripes."""
    last = w_shape[1] > FEW_CHANNELS
    images, strips = _blocks(len(dy), w_shape, geometry, dy.itemsize)
    stripes = max(1, min(STRIPES, len(images), STRIPE_BYTES // (prod(w_shape) * dy.itemsize)))
    sums = np.empty((stripes, *w_shape), dy.dtype)

    def work(block):
        (filters, channels, mine), stripe = block
        total = 0
        for some in images[stripe::stripes]:
            for rows in strips:
                seen = _as_matrix(_gather(x[some, channels], geometry, rows, last), last)
                for d, s in zip(_rows(dy[some, filters, rows], last), seen):
                    total += d.T @ s  # (F, K)
        target = sums[stripe, filters, mine]
        target[...] = _filters(total, target.shape, last)

    split = 1 if len(images) >= FEW_IMAGES else FEW_IMAGES
    each(work, [(part, stripe) for part in _parts(w_shape, groups, split) for stripe in range(stripes)])
    return sums.sum(axis=0)


def _parts(w_shape, groups, split=1):
    """Parts of w that work by themselves: (its filters, their channels in x, those in w), as slices.

    A part is a group or, where there are no groups, one of `split` parts of the channels.
    """
    F, C = w_shape[0] // groups, w_shape[1]
    if groups > 1:
        return [(slice(g * F, (g + 1) * F), slice(g * C, (g + 1) * C), slice(None)) for g in range(groups)]
    return [(slice(None), channels, channels) for channels in _slices(C, -(-C // split))]


def _blocks(N, w_shape, geometry, itemsize):
    """(slices of images, slices of output rows). Several slices of rows only if one image is a slice."""
    height, *others = geometry.out
    row = prod(others) * prod(w_shape[1:]) * itemsize
    images, rows = max(1, BLOCK_BYTES // (row * height)), height
    if images == 1 and (N < FEW_IMAGES or row * height > 2 * BLOCK_BYTES):
        rows = max(1, min(BLOCK_BYTES // row, -(-height // FEW_IMAGES) if N < FEW_IMAGES else height))
    return _slices(N, images), _slices(height, rows)


def _slices(length, step):
    return [slice(i, min(i + step, length)) for i in range(0, length, step)]


def _strip(geometry, rows):
    """The geometry of some output rows alone."""
    return geometry._replace(out=(rows.stop - rows.start, *geometry.out[1:]))


def _gather(x, geometry, rows, last):
    """cols for some output rows of some images: (n, C, *kernel, *out)."""
    strip = _strip(geometry, rows)
    starts = [-before for before, _ in geometry.pad]
    starts[0] += rows.start * geometry.stride[0]
    lengths = [(n - 1) * s + r for n, s, r in zip(strip.out, geometry.stride, geometry.reach)]
    image = _cut(x, starts, lengths, last)
    axes = tuple(range(2, x.ndim))
    steps, holes = ([slice(None, None, s) for s in sizes] for sizes in (geometry.stride, geometry.dilation))
    windows = sliding_window_view(image, geometry.reach, axes)[:, :, *steps, *holes]  # (n, C, *out, *kernel)
    windows = np.moveaxis(windows, axes, [a + len(axes) for a in axes])
    cols = _memory("cols", windows.shape, x.dtype, last)
    cols[...] = windows
    return cols


def _cut(x, starts, lengths, last):
    """The part of x from `starts` on, zeros where that is outside: a copy with its axes in the order of `last`."""
    image = _memory("image", (*x.shape[:2], *lengths), x.dtype, last)
    stops = [start + length for start, length in zip(starts, lengths)]
    source = [slice(max(start, 0), max(min(stop, n), 0)) for start, stop, n in zip(starts, stops, x.shape[2:])]
    target = [slice(s.start - start, max(s.stop, s.start) - start) for s, start in zip(source, starts)]
    if [(t.start, t.stop) for t in target] != [(0, length) for length in lengths]:
        image[...] = 0
    if last:
        rearrange(x[:, :, *source], np.moveaxis(image, 1, -1)[:, *target])
    else:
        image[:, :, *target] = x[:, :, *source]
    return image


def _memory(name, shape, dtype, last):
    """Workspace for an image (n, C, *sizes) or for cols (n, C, *kernel, *out), with the axes in memory as said above."""
    if not last:
        return workspace(name, shape, dtype)
    n, C, *sizes = shape
    if name == "image":
        return np.moveaxis(workspace(name, (n, *sizes, C), dtype), -1, 1)
    kernel, out = sizes[: len(sizes) // 2], sizes[len(sizes) // 2 :]
    array = workspace(name, (n, *out, *kernel, C), dtype)
    return np.moveaxis(np.moveaxis(array, -1, 1), range(2, 2 + len(out)), range(-len(out), 0))


def _cols_shape(some, w_shape, geometry, rows):
    return (some.stop - some.start, *w_shape[1:], *_strip(geometry, rows).out)


def _as_matrix(cols, last):
    """cols as (1, all pixels, K), or (n, pixels, K) for each image; a view."""
    n, C, *sizes = cols.shape
    dim = len(sizes) // 2
    if last:
        return np.moveaxis(np.moveaxis(cols, 1, -1), range(1, 1 + dim), range(1 + dim, 1 + 2 * dim)).reshape(
            1, -1, C * prod(sizes[:dim])
        )
    return cols.reshape(n, C * prod(sizes[:dim]), -1).swapaxes(1, 2)


def _rows(dy, last):
    """dy (n, F, *out) as (1, all pixels, F), or (n, pixels, F) for each image; a view where it can be."""
    if not last and dy[0].flags.c_contiguous:
        return dy.reshape(*dy.shape[:2], -1).swapaxes(1, 2)
    rows = channels_last(dy)
    return rows.reshape(1 if last else len(rows), -1, rows.shape[-1])


def _matrix(w, last):
    """(F, C, *kernel) -> (F, K), in cols' order of K."""
    return (np.moveaxis(w, 1, -1) if last else w).reshape(len(w), -1)


def _filters(matrix, shape, last):
    """(F, K) -> (F, C, *kernel)."""
    F, C, *kernel = shape
    return np.moveaxis(matrix.reshape(F, *kernel, C), -1, 1) if last else matrix.reshape(shape)
