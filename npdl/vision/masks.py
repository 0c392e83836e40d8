"""Masks: bool arrays (H, W) that say which pixels count, the region of interest."""

import numpy as np

from ..arguments import number, reals, takes
from ..data.readers import masks
from ..errors import InputError, require_integer, require_positive
from .images import require_image, require_mask, require_size, require_unit


@takes(top=number(), left=number(), height=number(0), width=number(0))
def rectangle_mask(size, top, left, height, width):
    """True in the rectangle of these pixels; what lies outside the image is cut off."""
    H, W = require_size("rectangle_mask", size)
    rows, columns = np.arange(H)[:, None], np.arange(W)
    return (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)


@takes(centre=reals("2"))
def disc_mask(size, centre, radius):
    """True where a pixel's centre is at most `radius` away from the centre (x, y)."""
    H, W = require_size("disc_mask", size)
    require_positive("disc_mask", "radius", radius)
    return (np.arange(W) - centre[0]) ** 2 + (np.arange(H)[:, None] - centre[1]) ** 2 <= radius * radius


@takes(corners=reals("n, 2"))
def polygon_mask(size, corners):
    """True where a pixel's centre is inside the polygon of corners (N, 2), pairs (x, y), by the even-odd rule.

    (0, 0) is the centre of the first pixel here; npdl.data.readers, whose polygon_mask does the work, counts edges.
    """
    H, W = require_size("polygon_mask", size)
    corners = np.asarray(corners, float)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise InputError("polygon_mask", "corners", "an array (N, 2) of three corners or more", corners)
    return masks.polygon_mask(corners + 0.5, H, W)


@takes(outside=reals())
def apply_mask(image, mask, outside=0.0):
    """The region of interest: mask x image, what is outside of it black (or `outside`)."""
    image = require_image("apply_mask", image)
    require_mask("apply_mask", mask, image.shape[:2])
    if np.shape(outside) not in ((), image.shape[2:]):
        raise InputError("apply_mask", "outside", "a number, or a colour for a colour image", outside)
    return np.where(mask if image.ndim == 2 else mask[..., None], image, np.asarray(outside, image.dtype))


def masked_mean(image, mask):
    """The mean over the mask: a number, or three for a colour image. An empty mask has none: InputError."""
    image = require_image("masked_mean", image)
    require_mask("masked_mean", mask, image.shape[:2])
    if not mask.any():
        raise InputError("masked_mean", "mask", "True somewhere", mask)
    return image[mask].mean(axis=0)


def masked_histogram(image, mask, bins=256):
    """How many pixels of the mask there are in each of `bins` equal parts of [0, 1]: (bins,), or (bins, 3)."""
    image = require_image("masked_histogram", image)
    require_mask("masked_histogram", mask, image.shape[:2])
    require_unit("masked_histogram", image)
    require_integer("masked_histogram", "bins", bins, 1)
    levels = np.minimum((image[mask] * bins).astype(int), bins - 1).reshape(mask.sum(), image[0, 0].size)
    counts = np.stack([np.bincount(channel, minlength=bins) for channel in levels.T], axis=1)
    return counts if image.ndim == 3 else counts[:, 0]


def bounding_box(mask):
    """(top, left, height, width) of the smallest rectangle that holds the mask; None when it is empty."""
    require_mask("bounding_box", mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)
