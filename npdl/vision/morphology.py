"""Mathematical morphology: the smallest and the largest value about each pixel, and what can be made of the two.

The shape that is laid on each pixel, the footprint, is a mask (h, w), True at its origin (h // 2, w // 2). Images are
grey, floats, or masks; a mask gives a mask. Pixels outside the image never decide: they count as the largest for an
erosion, and as the smallest for a dilation. Serra 1982; equal to scikit-image's for footprints of odd sides.
"""

import numpy as np

from ..errors import InputError, require_integer
from .images import require_grey, require_mask
from .sliding import sliding_extreme


def square(size):
    """A footprint of size x size pixels, all True."""
    return np.ones((require_integer("square", "size", size, 1),) * 2, bool)


def disc(radius):
    """A footprint (2 radius + 1, 2 radius + 1): pixels at most `radius` away from the middle; disc(1) is a cross."""
    i = np.arange(-require_integer("disc", "radius", radius, 0), radius + 1)
    return i[:, None] ** 2 + i**2 <= radius * radius


def erode(image, footprint=None):
    """The smallest value under the footprint, by default square(3): y[p] = min over q in the footprint of f[p + q]."""
    return _extreme("erode", image, footprint, np.minimum)


def dilate(image, footprint=None):
    """The largest value under the footprint turned by 180°: y[p] = max f[p - q]. So bright things take its shape."""
    return _extreme("dilate", image, footprint, np.maximum)


def opening(image, footprint=None):
    """dilate(erode(image)): bright things in which the footprint has no room vanish. Twice is the same as once."""
    return dilate(erode(image, footprint), footprint)


def closing(image, footprint=None):
    """erode(dilate(image)): dark gaps in which the footprint has no room are filled. Twice is the same as once."""
    return erode(dilate(image, footprint), footprint)


def morphological_gradient(image, footprint=None):
    """dilate - erode: the steepness about each pixel; for a mask the pixels on both sides of its edge."""
    larger, smaller = dilate(image, footprint), erode(image, footprint)
    return larger & ~smaller if larger.dtype == bool else larger - smaller


def white_top_hat(image, footprint=None):
    """What opening takes away: bright things smaller than the footprint, on whatever background."""
    opened = opening(image, footprint)
    return image & ~opened if opened.dtype == bool else require_grey("white_top_hat", image) - opened


def black_top_hat(image, footprint=None):
    """What closing adds: dark things smaller than the footprint."""
    closed = closing(image, footprint)
    return closed & ~image if closed.dtype == bool else closed - require_grey("black_top_hat", image)


def _extreme(function, image, footprint, choose):
    """The extreme over a rectangle goes by doubling along both axes; over other shapes by the runs of their rows."""
    is_mask = getattr(image, "dtype", None) == np.bool_
    image = require_mask(function, image, argument="image") if is_mask else require_grey(function, image)
    footprint = square(3) if footprint is None else require_mask(function, footprint, argument="footprint")
    (h, w), (H, W) = footprint.shape, image.shape
    if not footprint[h // 2, w // 2]:
        raise InputError(function, "footprint", "True at its origin, so that it always lies on a pixel", footprint)
    margins = [(n // 2, n - 1 - n // 2) for n in (h, w)]
    if choose is np.maximum:
        footprint, margins = footprint[::-1, ::-1], [pair[::-1] for pair in margins]
    neutral = (choose is np.minimum) if is_mask else (np.inf if choose is np.minimum else -np.inf)
    padded = np.pad(image, margins, constant_values=neutral)
    if footprint.all():
        return sliding_extreme(sliding_extreme(padded, w, 1, choose), h, 0, choose)
    out = np.full(image.shape, neutral, image.dtype)
    wide = {}  # {length of a run: the extremes of all such runs}
    for i, first, length in _runs(footprint):
        if length not in wide:
            wide[length] = sliding_extreme(padded, length, 1, choose)
        choose(out, wide[length][i : i + H, first : first + W], out=out)
    return out


def _runs(footprint):
    """[(row, first column, length)] of the True pixels that stand side by side."""
    edges = np.diff(np.pad(footprint, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, first = np.nonzero(edges == 1)
    return list(zip(rows.tolist(), first.tolist(), (np.nonzero(edges == -1)[1] - first).tolist()))
