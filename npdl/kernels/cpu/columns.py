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

Pixels that lie side by side in an output row lie `stride` apart in the image. So the copy of an image with few channels
has each of its rows dealt out like cards, (stride, width / stride), and what a tap sees is one run of memory again.

x: (N, G C, *sizes), not padded; w: (G F, C, *kernel); y: (N, G F, *out), for G groups.

To gather cols is one copy, to fold them is an addition for each tap. With stride 1 either can stand for the other: dx
is the convolution of dy, padded by reach - 1 - pad, with the kernels turned by 180° and C and F exchanged (`turned`);
and in dW x and dy can change places. So cols are made of what has the fewer channels, and rather gathered than folded.
A stride s is a sum of convolutions without one, of every s-th tap with every s-th pixel (`_phases`).
"""

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...threads import each
from .layout import channels_last, cut, empty_channels_last, slices, workspace

BLOCK_BYTES = 2 << 20  # of cols at a time: small enough for a cache, large enough to forget what a call of NumPy costs
STRIPES, STRIPE_BYTES = 16, 64 << 20  # sums of dW kept apart, at most: so many, and of so many bytes in all
FEW_CHANNELS, FEW_FILTERS = 8, 16
FOLD = 2  # how much more than gathering a number it takes to fold it
FEW_IMAGES = 4  # of fewer, rows or channels are shared among the threads


def correlate(x, w, b, geometry, groups=1):
    """y = conv(x, w) + b."""
    phases, F, C = _phases(geometry, x.shape[2:]), len(w) // groups, w.shape[1]
    if not phases or FOLD * F >= C:
        return _correlate(x, w, b, geometry, groups)
    y = 0
    for taps, pixels, phase in phases:
        part = x[:, :, *pixels]
        shape = (len(x), len(w), *geometry.out)
        y += _spread(part, turned(w[:, :, *taps], groups), _turned_geometry(phase, part.shape), shape, groups)
    if b is not None:
        y += b.reshape(-1, *(1,) * len(geometry.out))
    return y


def transposes(dy, w, geometry, shape, x=None, groups=1, needs=(True, True)):
    """(dx, dw), None where there is no need."""
    phases, F, C = _phases(geometry, shape[2:]), len(w) // groups, w.shape[1]
    dx = dw = None
    if needs[0] and phases and F <= FOLD * C:
        dx = _spread_turned(dy, w, geometry, phases, shape, groups)
    elif needs[0]:
        dx = _spread(dy, w, geometry, shape, groups)
    if needs[1] and phases and F * (FOLD if len(phases) > 1 else 1) < C:  # several gather more than one does
        dw = np.zeros(w.shape, dy.dtype)
        for taps, pixels, phase in phases:
            part, other = x[:, :, *pixels], turned(w[:, :, *taps], groups)
            found = _meet(dy, part, _turned_geometry(phase, part.shape), other.shape, groups)
            dw[:, :, *taps] = turned(found, groups)
    elif needs[1]:
        dw = _meet(x, dy, geometry, w.shape, groups)
    return dx, dw


def _spread_turned(dy, w, geometry, phases, shape, groups):
    """dx as a convolution of dy for each phase."""
    if max(geometry.stride) == 1:
        return _correlate(dy, turned(w, groups), None, _turned_geometry(phases[0][2], shape), groups)
    dx = empty_channels_last(shape, dy.dtype) if shape[1] > FEW_CHANNELS else np.empty(shape, dy.dtype)
    dx[...] = 0  # where no tap comes
    for taps, pixels, phase in phases:
        part = dx[:, :, *pixels]
        part[...] = _correlate(dy, turned(w[:, :, *taps], groups), None, _turned_geometry(phase, part.shape), groups)
    return dx


def turned(w, groups=1):
    """(G F, C, *kernel) -> (G C, F, *kernel), each kernel turned by 180°."""
    F, C, *kernel = w.shape
    w = np.flip(w, range(2, w.ndim)).reshape(groups, F // groups, C, *kernel).swapaxes(1, 2)
    return w.reshape(groups * C, F // groups, *kernel)


def _turned_geometry(geometry, shape):
    """That of the convolution with `turned(w)`, from y to x of that shape."""
    pad = tuple((r - 1 - before, r - 1 - after) for r, (before, after) in zip(geometry.reach, geometry.pad))
    return geometry._replace(pad=pad, out=tuple(shape[2:]))


def _phases(geometry, sizes):
    """The convolutions of stride 1 that this one is the sum of: (which taps, which pixels, geometry), as slices.

    Tap u of output i meets pixel s i + u - pad: with u = s q + r that is pixel i + q + e of those that lie like r - pad
    mod s, for e = floor((r - pad) / s). None if there is a dilation as well: then the taps do not keep together.
    """
    axes = []
    for k, s, (before, _), d, o, size in zip(*geometry, sizes):
        if s > 1 and d > 1:
            return []
        residues = range(min(s, k)) if s > 1 else [0]
        axes.append([(r, s, k, before, d, o) for r in residues if (r - before) % s < size])
    phases = []
    for choice in product(*axes):
        taps = [slice(r, k, s) for r, s, k, *_ in choice]
        pixels = [slice((r - before) % s, None, s) for r, s, _, before, *_ in choice]
        kernel = tuple(len(range(r, k, s)) for r, s, k, *_ in choice)
        pad = tuple((-((r - before) // s), 0) for r, s, _, before, *_ in choice)
        ones = (1,) * len(choice)
        phases.append((taps, pixels, geometry._replace(kernel=kernel, stride=ones, pad=pad)))
    return phases


def _correlate(x, w, b, geometry, groups=1):
    """y = cols W + b, its channels last in memory; with few channels and few filters Yᵀ = Wᵀ colsᵀ, the pixels last."""
    last = w.shape[1] > FEW_CHANNELS
    pixels_last = not last and len(w) <= FEW_FILTERS
    shape = (len(x), len(w), *geometry.out)
    y = np.empty(shape, x.dtype) if pixels_last else empty_channels_last(shape, x.dtype)
    images, strips = _blocks(len(x), w.shape, geometry, x.itemsize)
    parts = [(f, c, np.ascontiguousarray(_matrix(w[f, m], last).T)) for f, c, m in _parts(w.shape, groups)]

    def work(block):
        (filters, channels, matrix), some, rows = block
        seen = _as_matrix(_gather(x[some, channels], geometry, rows, last), last)
        target = y[some, filters, rows]
        if pixels_last:
            np.matmul(matrix.T, seen.swapaxes(1, 2), out=target.reshape(*target.shape[:2], -1))
        else:
            np.matmul(seen, matrix, out=_last(target).reshape(len(seen), -1, target.shape[1]))
        if b is not None:
            target += b[filters].reshape(-1, *(1,) * len(geometry.out))

    each(work, product(parts, images, strips))
    return y


def _spread(dy, w, geometry, shape, groups=1):
    """dx, of that shape: dcols = dY Wᵀ, folded."""
    last = w.shape[1] > FEW_CHANNELS
    dx = empty_channels_last(shape, dy.dtype) if last else np.empty(shape, dy.dtype)
    images, strips = _blocks(len(dy), w.shape, geometry, dy.itemsize)
    starts = [-before for before, _ in geometry.pad]
    if max(starts) > 0:
        dx[...] = 0  # pixels that no output sees
    lengths = [max(before + n, (o - 1) * s + r) for (before, _), n, o, s, r in
               zip(geometry.pad, shape[2:], geometry.out, geometry.stride, geometry.reach)]  # fmt: skip

    def work(block):
        (filters, channels, mine), some = block
        matrix = _matrix(w[filters, mine], last)  # (F, K)
        image = _image((some.stop - some.start, w[:, mine].shape[1], *lengths), geometry, dy.dtype, last)
        image[...] = 0
        for rows in strips:
            d, strip = _rows(dy[some, filters, rows], last), _strip(geometry, rows)
            dcols = _columns((len(image), image.shape[1], *w.shape[2:], *strip.out), dy.dtype, last)
            if last:
                np.matmul(d, matrix, out=_as_matrix(dcols, last))
            else:
                np.matmul(matrix.T, d.swapaxes(1, 2), out=_as_matrix(dcols, last).swapaxes(1, 2))
            _scatter(dcols, image, strip, last, rows.start * strip.stride[0])
        for theirs, ours in _overlap(dx.shape[2:], starts, lengths, geometry, last):
            dx[some, channels, *theirs] = image[:, :, *ours]

    split = FEW_IMAGES if len(images) < FEW_IMAGES <= len(images) * len(strips) else 1
    each(work, product(_parts(w.shape, groups, split), images))
    return dx


def _meet(x, dy, geometry, w_shape, groups=1):
    """dw = colsᵀ dY, summed over stripes of blocks and then over the stripes."""
    last = w_shape[1] > FEW_CHANNELS
    images, strips = _blocks(len(dy), w_shape, geometry, dy.itemsize)
    stripes = max(1, min(STRIPES, len(images), STRIPE_BYTES // (prod(w_shape) * dy.itemsize)))
    sums = np.empty((stripes, *w_shape), dy.dtype)

    def work(block):
        (filters, channels, mine), stripe = block
        total = 0
        for some, rows in product(images[stripe::stripes], strips):
            seen = _as_matrix(_gather(x[some, channels], geometry, rows, last), last)
            total += (_rows(dy[some, filters, rows], last).swapaxes(1, 2) @ seen).sum(axis=0)  # (F, K)
        target = sums[stripe, filters, mine]
        target[...] = _filters(total, target.shape, last)

    split = FEW_IMAGES if len(images) < FEW_IMAGES <= len(images) * len(strips) else 1
    each(work, product(_parts(w_shape, groups, split), range(stripes)))
    return sums.sum(axis=0)


def _parts(w_shape, groups, split=1):
    """Parts of w that work by themselves: (its filters, their channels in x, those in w), as slices.

    A part is a group or, where there are no groups, one of `split` parts of the channels.
    """
    F, C = w_shape[0] // groups, w_shape[1]
    if groups > 1:
        return [(slice(g * F, (g + 1) * F), slice(g * C, (g + 1) * C), slice(None)) for g in range(groups)]
    return [(slice(None), channels, channels) for channels in slices(C, -(-C // split))]


def _blocks(N, w_shape, geometry, itemsize):
    """(slices of images, slices of output rows). Several slices of rows only if one image is a slice."""
    height, *others = geometry.out
    row = prod(others) * prod(w_shape[1:]) * itemsize
    size = N * height * row
    blocks = FEW_IMAGES * -(-size // (FEW_IMAGES * BLOCK_BYTES))  # as many for each of 2 or 4 threads
    if size < BLOCK_BYTES:
        blocks = 1 if size < BLOCK_BYTES // 4 else 2
    return slices(N, -(-N // min(N, blocks))), slices(height, -(-height // min(height, -(-blocks // N))))


def _strip(geometry, rows):
    """The geometry of some output rows alone."""
    return geometry._replace(out=(rows.stop - rows.start, *geometry.out[1:]))


def _gather(x, geometry, rows, last):
    """cols for some output rows of some images: (n, C, *kernel, *out)."""
    strip = _strip(geometry, rows)
    starts = [-before for before, _ in geometry.pad]
    starts[0] += rows.start * geometry.stride[0]
    lengths = [(n - 1) * s + r for n, s, r in zip(strip.out, geometry.stride, geometry.reach)]
    cols = _columns((*x.shape[:2], *geometry.kernel, *strip.out), x.dtype, last)
    if last:  # the taps of a kernel's row and their channels are one run of memory: all at once
        image = cut(x, starts, lengths)
        cols[...] = _windows(image.transpose(_orders(len(lengths))[0]), strip)
    else:  # the taps of a kernel's column at once
        image = _image((*x.shape[:2], *lengths), geometry, x.dtype, last)
        image[...] = 0
        for theirs, ours in _overlap(x.shape[2:], starts, lengths, geometry, last):
            image[:, :, *ours] = x[:, :, *theirs]
        for v in range(geometry.kernel[-1]):
            first, card = divmod(v * geometry.dilation[-1], geometry.stride[-1])
            column = image[..., card, first : first + strip.out[-1]]
            alone = strip._replace(kernel=(*strip.kernel[:-1], 1), stride=(*strip.stride[:-1], 1))
            cols[:, :, *[slice(None)] * (len(strip.out) - 1), v : v + 1] = _windows(column, alone)
    return cols


def _windows(image, geometry):
    """All that the kernel meets: a view (n, C, *kernel, *out) of an image (n, C, *sizes)."""
    n, C, *steps = image.strides
    holes = [step * d for step, d in zip(steps, geometry.dilation)]
    strides = [step * s for step, s in zip(steps, geometry.stride)]
    return as_strided(image, (*image.shape[:2], *geometry.kernel, *geometry.out), (n, C, *holes, *strides))


def _scatter(dcols, image, geometry, last, start):
    """Add each number of dcols to the pixel that its place was copied from, by _gather; `start`: the first row met.

    With the pixels of a row side by side, the taps of a kernel's column are folded first: as rows, that are long, and
    in calls for all columns at once. What is left is one row of taps.
    """
    (k, *kernel), step, dilation, out = geometry.kernel, geometry.stride[0], geometry.dilation[0], geometry.out[0]
    if last or not kernel:
        for place, pixels in _taps(image, geometry, last, start):
            pixels += dcols[:, :, *place]
        return
    n, C, lines = *dcols.shape[:2], (out - 1) * step + geometry.reach[0]
    before = len(kernel) + 2  # the axis of rows, behind those of the kernel
    folded = workspace("folded", (n, C, *kernel, lines, *geometry.out[1:]), dcols.dtype)
    folded[...] = 0
    for u in range(k):
        met = slice(u * dilation, u * dilation + step * (out - 1) + 1, step)
        folded[(slice(None),) * before + (met,)] += dcols[:, :, u]
    row = geometry._replace(kernel=(1, *kernel), stride=(1, *geometry.stride[1:]), out=(lines, *geometry.out[1:]))
    for (_, *place), pixels in _taps(image, row, last, start):
        pixels += folded[:, :, *place]


def _taps(image, geometry, last, start):
    """For each place in the kernel, the pixels that it meets from row `start` on: (place, a view (n, C, *out)).

    image: made by _image.
    """
    *steps, s = geometry.stride
    for place in product(*map(range, geometry.kernel)):
        starts = [i * d for i, d in zip(place, geometry.dilation)]
        starts[0] += start
        window = [slice(i, i + t * (o - 1) + 1, t) for i, t, o in zip(starts, steps, geometry.out)]
        if last:
            yield place, image[:, :, *window, slice(starts[-1], starts[-1] + s * (geometry.out[-1] - 1) + 1, s)]
        else:
            card, first = starts[-1] % s, starts[-1] // s
            yield place, image[:, :, *window, card, first : first + geometry.out[-1]]


def _overlap(sizes, starts, lengths, geometry, last):
    """What an image of these sizes and the copy of its part from `starts` on share: (slices there, slices here)."""
    bounds = [(max(start, 0), min(start + length, n)) for start, length, n in zip(starts, lengths, sizes)]
    theirs = [slice(a, max(a, b)) for a, b in bounds]
    ours = [slice(t.start - start, t.stop - start) for t, start in zip(theirs, starts)]
    if last:
        return [(theirs, ours)]
    s, dealt = geometry.stride[-1], []
    for card in range(s):
        first = ours[-1].start + (card - ours[-1].start) % s
        count = len(range(first, ours[-1].stop, s))
        there = slice(first + starts[-1], max(first + starts[-1], theirs[-1].stop), s)
        dealt.append(([*theirs[:-1], there], [*ours[:-1], card, slice(first // s, first // s + count)]))
    return dealt


def _image(shape, geometry, dtype, last):
    """Workspace for images (n, C, *sizes); with few channels (n, C, *sizes but the width, stride, width / stride)."""
    n, C, *sizes = shape
    if last:
        return workspace("image", (n, *sizes, C), dtype).transpose(_orders(len(sizes))[0])
    s = geometry.stride[-1]
    return workspace("image", (n, C, *sizes[:-1], s, -(-sizes[-1] // s)), dtype)


def _columns(shape, dtype, last):
    """Workspace for cols (n, C, *kernel, *out)."""
    if not last:
        return workspace("cols", shape, dtype)
    n, C, *sizes = shape
    dim = len(sizes) // 2
    return workspace("cols", (n, *sizes[dim:], *sizes[:dim], C), dtype).transpose(_orders(dim)[1])


@lru_cache
def _orders(dim):
    """The axes of (n, *sizes, C) as (n, C, *sizes), of (n, *out, *kernel, C) as (n, C, *kernel, *out), and back."""
    axes = tuple(range(1, 2 * dim + 2))
    cols = (0, axes[-1], *axes[dim:-1], *axes[:dim])
    return (0, dim + 1, *axes[:dim]), cols, tuple(np.argsort(cols).tolist())


def _last(y):
    """(n, C, *sizes) seen as (n, *sizes, C)."""
    return y.transpose(0, *range(2, y.ndim), 1)


def _as_matrix(cols, last):
    """cols as (1, all pixels, K), or (n, pixels, K) for each image; a view."""
    n, C, *sizes = cols.shape
    dim = len(sizes) // 2
    K = C * prod(sizes[:dim])
    return cols.transpose(_orders(dim)[2]).reshape(1, -1, K) if last else cols.reshape(n, K, -1).swapaxes(1, 2)


def _rows(dy, last):
    """dy (n, F, *out) as (1, all pixels, F), or (n, pixels, F) for each image; a view where it can be."""
    if not last and dy[0].flags.c_contiguous:
        return dy.reshape(*dy.shape[:2], -1).swapaxes(1, 2)
    rows = channels_last(dy)
    return rows.reshape(1 if last else len(rows), -1, rows.shape[-1])


def _matrix(w, last):
    """(F, C, *kernel) -> (F, K), in cols' order of K."""
    return (_last(w) if last else w).reshape(len(w), -1)


def _filters(matrix, shape, last):
    """(F, K) -> (F, C, *kernel)."""
    F, C, *kernel = shape
    return np.moveaxis(matrix.reshape(F, *kernel, C), -1, 1) if last else matrix.reshape(shape)
