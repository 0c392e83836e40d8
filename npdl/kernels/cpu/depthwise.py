"""Convolution in which no channel sees another: a kernel for each.

    correlate   y[h, q] = Σ_u x[h + u, q] w[u, q]        q runs over the pixels of a row and their channels
    spread      the same with dy, padded the other way, and w turned by 180°; with a stride, tap by tap
    meet        dw[u, q] = Σ_h x[h + u, q] dy[h, q]

There is no matrix in it, and every number is read for each tap: what it costs is moving them. With the channels side by
side a row of the image, shifted by a tap, is still one run of memory, so that with stride 1 the kernel, repeated for
every pixel of a row, meets it number by number in long loops. Chollet 2017; Howard et al. 2017.

With the pixels of a channel side by side, in `planes`, a tap is one number for the whole of them. Rows follow each
other without gaps, so that a step down is a step along; for a step to the right the image is copied once, moved:

    taps[c, v, h, i] = x[c, h, i + v]        y[c, l] = Σ_vu taps[c, v, u W + l] w[c, v, u],    l = h W + i

which reads no kernel repeated for every pixel, and needs no other order in memory. dw is a dot product for each tap.
"""

from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...threads import each
from .layout import channels_last, cut, empty_channels_last, slices, workspace

BLOCK_BYTES = 1 << 20
PLANE_BYTES = 1 << 22  # of taps: threads that meet more often wait for longer
LONG, WIDE = 512, 8  # pixels of an image, and of a row of it, from which on planes are quicker
STRIPES = 16  # sums of dw that are kept apart
OUT, TAPS = "xyz", "rst"  # names of axes, for einsum


def correlate(x, w, b, geometry, groups):
    """y, in planes or with its channels last in memory, as x."""
    starts = [-before for before, _ in geometry.pad]
    if in_planes(x, geometry):
        return _correlate_planes(x, w, geometry, starts, b)
    y = empty_channels_last((len(x), len(w), *geometry.out), x.dtype)
    _correlate(x, w, geometry, starts, y, b)
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need; dx has that shape, and lies in memory as `correlate`'s y."""
    dx = dw = None
    planes = shape[-1] == geometry.out[-1] and in_planes(dy if x is None else x, geometry)
    if needs[0]:
        turned, kernels = geometry._replace(out=shape[2:]), np.flip(w, tuple(range(2, w.ndim)))
        starts = [before - r + 1 for (before, _), r in zip(geometry.pad, geometry.reach)]
        if planes:
            dx = _correlate_planes(dy, kernels, turned, starts)
        else:
            dx = empty_channels_last(shape, dy.dtype)
            if max(geometry.stride) == 1:
                _correlate(dy, kernels, turned, starts, dx)
            else:
                _spread(dy, w, geometry, dx)
    if needs[1]:
        dw = (_meet_planes if planes else _meet)(x, dy, geometry, w.shape)
    return dx, dw


def in_planes(x, geometry):
    """Whether x (N, C, H, W) is read as it lies: pixels side by side, many of them, and as wide as the output."""
    return (
        x.ndim == 4
        and x.flags.c_contiguous
        and max(geometry.stride) == 1
        and x.shape[3] == geometry.out[1] >= WIDE
        and min(prod(x.shape[2:]), prod(geometry.out)) >= LONG
    )


def _correlate_planes(x, w, geometry, starts, b=None):
    """y[c, l] = Σ_vu taps[c, v, u, l] w[c, v, u] + b[c] for every image."""
    y = np.empty((len(x), len(w), *geometry.out), x.dtype)
    flat, kernels = y.reshape(*y.shape[:2], -1), np.ascontiguousarray(w[:, 0].swapaxes(1, 2))

    def work(block):
        np.einsum("ncvul,cvu->ncl", _taps(x[block], geometry, starts), kernels[block[1]], out=flat[block])
        if b is not None:
            flat[block] += b[block[1], None]

    each(work, _plane_blocks(x, geometry))
    return y


def _meet_planes(x, dy, geometry, shape):
    """dw[c, v, u] = Σ_l taps[c, v, u, l] dy[c, l], for each image; then over the images."""
    parts = np.empty((len(x), shape[0], *geometry.kernel[::-1]), x.dtype)
    starts = [-before for before, _ in geometry.pad]

    def work(block):
        pixels = dy[block].reshape(*parts[block].shape[:2], 1, 1, -1)
        np.vecdot(_taps(x[block], geometry, starts), pixels, out=parts[block])

    each(work, _plane_blocks(x, geometry))
    return parts.sum(axis=0, dtype=np.float64).astype(x.dtype).swapaxes(1, 2).reshape(shape)


def _taps(x, geometry, starts):
    """x (n, C, H, W) as each tap meets it: a view (n, C, kw, kh, H' W) of copies moved along.

    A whole channel moves at once; what comes in from the row beside is then set to 0.
    """
    (kh, kw), (height, width), (hole, step) = geometry.kernel, geometry.out, geometry.dilation
    pixels = x.reshape(*x.shape[:2], -1)
    rows = workspace("taps", (*x.shape[:2], kw, height - 1 + geometry.reach[0], width), x.dtype)
    copies = rows.reshape(*rows.shape[:3], -1)
    for v in range(kw):
        right = starts[1] + v * step
        first = starts[0] * width + right
        begin, end = max(first, 0), min(first + copies.shape[3], pixels.shape[2])
        end = max(begin, end)
        copies[:, :, v, begin - first : end - first] = pixels[:, :, begin:end]
        copies[:, :, v, : begin - first] = copies[:, :, v, end - first :] = 0
        rows[:, :, v, :, slice(max(0, width - right), None) if right > 0 else slice(-right)] = 0
    *block, row, number = rows.strides
    return as_strided(rows, (*x.shape[:2], kw, kh, height * width), (*block, hole * row, number))


def _plane_blocks(x, geometry):
    """Indices of some images, or channels of one, with about PLANE_BYTES of taps."""
    channel = geometry.kernel[1] * (geometry.out[0] - 1 + geometry.reach[0]) * geometry.out[1] * x.itemsize
    together = max(1, PLANE_BYTES // channel)
    images, channels = slices(len(x), max(1, together // x.shape[1])), slices(x.shape[1], together)
    return [(n, c) for n in images for c in channels]


def _correlate(x, w, geometry, starts, y, b=None):
    """y = what the kernels see of x from `starts` on."""
    rows, kernels, (image_axes, taps, out_axes) = _long_rows(geometry, len(w)), _repeated(w, geometry), _names(geometry)
    lengths = [(n - 1) * s + r for n, s, r in zip(geometry.out, geometry.stride, geometry.reach)]
    bias = None if b is None else np.tile(b, rows[-1] // len(b))

    def work(some):
        target = channels_last(y[some]).reshape(-1, *rows)  # a view
        seen = _windows(cut(x[some], starts, lengths), geometry)
        np.einsum(f"{image_axes},{taps}->{out_axes}", seen, kernels, out=target)
        if b is not None:
            target += bias

    each(work, _blocks(x))


def _meet(x, dy, geometry, shape):
    rows, (image_axes, taps, out_axes) = _long_rows(geometry, shape[0]), _names(geometry)
    starts = [-before for before, _ in geometry.pad]
    lengths = [(n - 1) * s + r for n, s, r in zip(geometry.out, geometry.stride, geometry.reach)]
    blocks = _blocks(x)
    stripes = min(STRIPES, len(blocks))

    def work(stripe):
        total = 0
        for some in blocks[stripe::stripes]:
            seen = _windows(cut(x[some], starts, lengths), geometry)
            total += np.einsum(f"{image_axes},{out_axes}->{taps}", seen, channels_last(dy[some]).reshape(-1, *rows))
        return total.reshape(*geometry.kernel, -1, shape[0]).sum(axis=-2)  # of the pixels of a row

    dw = sum(each(work, range(stripes)))
    return np.moveaxis(dw, -1, 0).reshape(shape)


def _spread(dy, w, geometry, dx):
    """Each tap of the kernel, times dy, goes to the pixels that it met."""
    sizes = dx.shape[2:]
    lengths = [max(a + n, (o - 1) * s + r) for (a, _), n, o, s, r in
               zip(geometry.pad, sizes, geometry.out, geometry.stride, geometry.reach)]  # fmt: skip
    inside = [slice(before, before + n) for (before, _), n in zip(geometry.pad, sizes)]

    def work(some):
        d = channels_last(dy[some])
        image = np.zeros((len(d), *lengths, len(w)), dy.dtype)
        for place in np.ndindex(geometry.kernel):
            first = [i * g for i, g in zip(place, geometry.dilation)]
            met = [slice(f, f + s * (n - 1) + 1, s) for f, s, n in zip(first, geometry.stride, geometry.out)]
            image[:, *met] += d * w[:, 0, *place]
        channels_last(dx[some])[...] = image[:, *inside]

    each(work, _blocks(dy))


def _windows(image, geometry):
    """A view (n, *rows, *kernel, q) of an image (n, *sizes, C): rows and q as _long_rows says."""
    n, *steps, number = image.strides
    holes = [step * d for step, d in zip(steps, geometry.dilation)]
    steps = [step * s for step, s in zip(steps, geometry.stride)]
    *rows, q = _long_rows(geometry, image.shape[-1])
    return as_strided(image, (len(image), *rows, *geometry.kernel, q), (n, *steps[: len(rows)], *holes, number))


def _long_rows(geometry, C):
    """The axes of an output (n, *out, C) after the first; pixels and channels of a row are one where stride allows."""
    *others, width = geometry.out
    return (*others, width * C) if geometry.stride[-1] == 1 else (*geometry.out, C)


def _repeated(w, geometry):
    """The kernels as (*kernel, q)."""
    kernels = np.moveaxis(w[:, 0], 0, -1)
    return np.tile(kernels, geometry.out[-1]) if geometry.stride[-1] == 1 else np.ascontiguousarray(kernels)


def _names(geometry):
    """The axes of windows, kernels and outputs, for einsum."""
    dim = len(geometry.out)
    rows, taps = OUT[: dim - (geometry.stride[-1] == 1)], TAPS[:dim]
    return f"n{rows}{taps}q", f"{taps}q", f"n{rows}q"


def _blocks(x):
    images = max(1, BLOCK_BYTES // max(1, x[:1].nbytes))
    return slices(len(x), images)
