"""How images lie in memory.

An array of shape (N, C, H, W) may have its pixels side by side, as NumPy makes it, or its channels: then it is a
contiguous (N, H, W, C) seen through `transpose`. Matrix products want the channels: a pixel is a row of them. Kernels
read either and return channels last, so that between a convolution, a norm, a relu and the next convolution nothing is
rearranged.
"""

import threading
from math import prod

import numpy as np

from ...threads import each

_local = threading.local()
_PAGE = 4096
KEPT_BYTES = 40 << 20
BLOCK_BYTES = 1 << 18


def is_channels_last(x):
    """Whether x (N, C, *sizes) has its channels side by side, and no gaps."""
    return x.transpose(0, *range(2, x.ndim), 1).flags.c_contiguous


def empty_channels_last(shape, dtype):
    """New memory for (N, C, *sizes), the channels side by side."""
    N, C, *sizes = shape
    return np.moveaxis(np.empty((N, *sizes, C), dtype), -1, 1)


def channels_last(x):
    """x (N, C, *sizes) as a contiguous (N, *sizes, C): a view if it lies so in memory, else a copy."""
    last = x.transpose(0, *range(2, x.ndim), 1)
    return last if last.flags.c_contiguous else rearrange(x, np.empty(last.shape, x.dtype))


def settled(x):
    """x, or a copy of it with its channels last in memory, made on all threads: the layout that a convolution reads."""
    if is_channels_last(x):
        return x
    out = empty_channels_last(x.shape, x.dtype)
    rows = out.transpose(0, *range(2, x.ndim), 1)
    images = max(1, BLOCK_BYTES // max(1, x[:1].nbytes))
    each(lambda i: rearrange(x[i : i + images], rows[i : i + images]), range(0, len(x), images))
    return out


def cut(x, starts, lengths):
    """The part of x (N, C, *sizes) from `starts` on, zeros where that is outside, as workspace (N, *lengths, C)."""
    image = workspace("image", (len(x), *lengths, x.shape[1]), x.dtype)
    inside = [(max(a, 0), min(a + length, n)) for a, length, n in zip(starts, lengths, x.shape[2:])]
    theirs = [slice(a, max(a, b)) for a, b in inside]
    ours = [slice(s.start - a, s.stop - a) for s, a in zip(theirs, starts)]
    if any(s.stop - s.start < length for s, length in zip(ours, lengths)):
        image[...] = 0
    rearrange(x[:, :, *theirs], image[:, *ours])
    return image


def rearrange(x, out):
    """Copy x (N, C, *sizes) to out (N, *sizes, C), which may be a part of something larger.

    If neighbouring channels are a multiple of 4096 bytes apart, all of them fall into one set of the level-1 cache, and
    push each other out. They are brought apart first: 0.4 ns a number where the plain copy takes 1.7.
    """
    C, pixels = x.shape[1], prod(x.shape[2:])
    if x.strides[1] % _PAGE == 0 and C > 8 and x.flags.c_contiguous:
        apart = workspace("apart", (C, pixels + 16), x.dtype)[:, :pixels]
        for image, target in zip(x, out):
            apart[...] = image.reshape(C, pixels)
            target[...] = np.moveaxis(apart.reshape(image.shape), 0, -1)
    else:
        out[...] = np.moveaxis(x, 1, -1)
    return out


def slices(length, step):
    """Slices of `step` that cover `length`; the last one may be shorter."""
    return [slice(i, min(i + step, length)) for i in range(0, length, step)]


def workspace(name, shape, dtype):
    """Memory to write in, the same for this thread at every call of this name: fresh pages cost more than filling them.

    What is larger than KEPT_BYTES comes fresh: it would be kept for ever.
    """
    size = prod(shape) * np.dtype(dtype).itemsize
    if size > KEPT_BYTES:
        return np.empty(shape, dtype)
    kept = _local.__dict__
    if name not in kept or kept[name].size < size:
        kept[name] = np.empty(size, np.uint8)
    return kept[name][:size].view(dtype).reshape(shape)
