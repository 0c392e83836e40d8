"""Mosaics: what is not to be recognised, as a few large squares."""

import numpy as np

from ..arguments import integers, takes
from ..errors import InputError, require_integer
from .images import require_image


@takes(box=integers("4"))
def mosaic(image, cell, box=None):
    """Each cell x cell square of the box replaced by its mean; all else as it was.

    box: (top, left, height, width) inside the image, all of it by default. Squares begin at its top left corner; those
    at the other edges may be smaller.
    """
    require_integer("mosaic", "cell", cell, 1)
    image = require_image("mosaic", image).copy()
    top, left, height, width = (0, 0, *image.shape[:2]) if box is None else box
    inside = top >= 0 and left >= 0 and top + height <= image.shape[0] and left + width <= image.shape[1]
    if not inside or height < 1 or width < 1:
        raise InputError("mosaic", "box", f"(top, left, height, width) inside the image {image.shape[:2]}", box)
    part = image[top : top + height, left : left + width]
    rows, columns = np.arange(0, height, cell), np.arange(0, width, cell)
    sums = np.add.reduceat(np.add.reduceat(part.astype(np.float64), rows, axis=0), columns, axis=1)
    tall, wide = np.diff(np.append(rows, height)), np.diff(np.append(columns, width))
    means = sums / np.outer(tall, wide).reshape(len(rows), len(columns), *[1] * (image.ndim - 2))
    part[...] = means.repeat(tall, axis=0).repeat(wide, axis=1)
    return image
