"""The median filter: every pixel becomes the median of its window, which an outlier cannot move."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import InputError, require_integer
from ..threads import each
from .borders import pad, require_border
from .convolution import row_blocks
from .images import require_image

BY_EXCHANGES = 5  # the largest window for which exchanging whole arrays is faster than sorting every window


def median(image, size=3, *, border="reflect", value=0.0):
    """The median of the size x size pixels around each; size odd; each channel by itself. Tukey 1977.

    Small windows, by forgetful selection, on all pixels at once:

    1. Take just over half of the window's pixels. Exchange them pair by pair until the smallest is first and the
       largest last: whatever the others are, neither of these can be the median.
    2. Forget both, take in the next pixel, and go on until the window is used up: the one that is left is the median.

    Large ones by a partial sort of every window. Equals scipy.ndimage.median_filter.
    """
    size = require_integer("median", "size", size, 1)
    if size % 2 == 0:
        raise InputError("median", "size", "odd, so that there is a pixel in the middle", size)
    image = require_image("median", image)
    require_border("median", border)
    H, W, C = *image.shape[:2], image[0, 0].size
    padded = pad(image, ((size // 2, size // 2),) * 2, border, value)
    out, middle = np.empty_like(image), size * size // 2

    def block(rows):
        if size <= BY_EXCHANGES:
            shifted = padded[rows.start : rows.stop + size - 1]
            n = rows.stop - rows.start
            out[rows] = _forgetful([shifted[i : i + n, j : j + W] for i in range(size) for j in range(size)])
        else:
            windows = sliding_window_view(padded[rows.start : rows.stop + size - 1], (size, size), axis=(0, 1))
            out[rows] = np.partition(windows.reshape(*out[rows].shape, -1), middle, axis=-1)[..., middle]

    each(block, row_blocks(H, W * C * (1 if size <= BY_EXCHANGES else size * size)))
    return out


def _forgetful(parts):
    """The median of each pixel's values, given as an odd number of arrays."""
    kept = len(parts) // 2 + 2
    held, rest = [part.copy() for part in parts[:kept]], parts[kept:]
    spare = np.empty_like(held[0])
    while len(held) > 2:
        spare = _extremes_out(held, spare)
        held = held[1:-1]
        if rest:
            held.append(rest[0].copy())
            rest = rest[1:]
    return held[0]


def _extremes_out(held, spare):
    """Move the smallest of each pixel's values to the first array and the largest to the last, in place."""
    n = len(held)
    for i in range(n // 2):  # the smaller of each pair to the front half
        spare = _exchange(held, i, n - 1 - i, spare)
    for i in range(1, (n + 1) // 2):
        spare = _exchange(held, 0, i, spare)
    for i in range(n // 2, n - 1):
        spare = _exchange(held, i, n - 1, spare)
    return spare


def _exchange(held, i, j, spare):
    """(held[i], held[j]) = (the smaller, the larger), pixel by pixel; returns the array that is free now."""
    np.minimum(held[i], held[j], out=spare)
    np.maximum(held[i], held[j], out=held[j])
    held[i], spare = spare, held[i]
    return spare
