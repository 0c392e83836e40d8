"""Spatial relations: where regions lie to each other, and features of the blocks of an image.

Two ways: first part the image into regions, then ask for each region; or take even blocks, and ask for each block.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import FUNCTION, integers, takes
from ..errors import InputError, require_integer, require_ndim
from .images import require_image


class Relations(NamedTuple):
    """n regions and each pair of them."""

    centroids: np.ndarray  # (n, 2), x and y
    areas: np.ndarray  # (n,), pixels
    distances: np.ndarray  # (n, n), between centroids
    angles: np.ndarray  # (n, n), radians from x to y: where j lies as seen from i
    left_of: np.ndarray  # (n, n), bool: i lies wholly to the left of j
    above: np.ndarray  # (n, n), bool: i lies wholly above j


@takes(labels=integers("h, w"))
def region_relations(labels):
    """The Relations of the regions 1, 2, ... n of a label image, integers (H, W); 0 is the ground.

    Positions are absolute (centroids) and relative (distances, angles, left of, above; the last two by the boxes).
    Raises InputError where a number between 1 and n has no pixel.
    """
    require_ndim("region_relations", "labels", labels, 2, "(H, W)")
    if labels.dtype.kind not in "iu" or labels.size == 0 or labels.min() < 0:
        raise InputError("region_relations", "labels", "integers >= 0", labels)
    n = int(labels.max())
    areas = np.bincount(labels.ravel(), minlength=n + 1)[1:]
    if (areas == 0).any():
        raise InputError("region_relations", "labels", f"all of 1 to {n}", int(np.argmin(areas)) + 1)
    y, x = np.nonzero(labels)
    which = labels[y, x].astype(np.int64) - 1
    centroids = np.stack([np.bincount(which, axis, minlength=n) / areas for axis in (x, y)], axis=1)
    (left, right), (top, bottom) = (_extent(which, axis, n) for axis in (x, y))
    dx, dy = np.moveaxis(centroids - centroids[:, None], -1, 0)
    return Relations(
        centroids, areas, np.hypot(dx, dy), np.arctan2(dy, dx), right[:, None] < left, bottom[:, None] < top
    )


@takes(feature=FUNCTION)
def block_features(image, rows, columns, feature):
    """feature(block) of rows × columns even blocks of an image (H, W) or (H, W, 3): (rows, columns, ...).

    Blocks are as even as whole pixels allow; together they are the image.
    """
    image = require_image("block_features", image)
    for name, value, size in (("rows", rows, image.shape[0]), ("columns", columns, image.shape[1])):
        if require_integer("block_features", name, value, 1) > size:
            raise InputError("block_features", name, f"at most the image's {size}", value)
    bands = np.array_split(image, rows, axis=0)
    return np.stack([np.stack([feature(b) for b in np.array_split(band, columns, axis=1)]) for band in bands])


def _extent(which, places, n):
    """(lowest, highest) place of each region."""
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, -1)
    np.minimum.at(low, which, places)
    np.maximum.at(high, which, places)
    return low, high
