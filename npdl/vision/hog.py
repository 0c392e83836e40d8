"""HOG: histograms of oriented gradients in cells, normalised in blocks.

N. Dalal and B. Triggs, Histograms of oriented gradients for human detection, CVPR 2005.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, reals, takes
from ..errors import InputError, require_integer
from .images import require_grey

EPSILON = 1e-5
CLIP = 0.2


class HogStages(NamedTuple):
    """What each step of HOG makes."""

    magnitude: np.ndarray  # 1, (H, W)
    degrees: np.ndarray  # 1, (H, W), in [0, 180)
    cells: np.ndarray  # 2, (rows, columns, bins)
    blocks: np.ndarray  # 3, (rows, columns, block, block, bins)


def hog(image, *, bins=9, cell=8, block=2, stages=False):
    """The descriptor of a grey image (H, W): blocks × block² × bins numbers; 3,780 for the 128 × 64 of a pedestrian.

    1. The gradient by f(x+1) - f(x-1), 0 at the border; its direction without its sign, 0° to 180°.
    2. In cells of `cell` × `cell` pixels a histogram of the direction in `bins` bins, each pixel by its magnitude; the
       mean over the cell. (Dalal and Triggs share a pixel between neighbouring bins and cells; scikit-image, and this
       one, do not.)
    3. In blocks of `block` × `block` cells, which overlap by all but one cell: v / √(|v|² + ε²), cut at 0.2, again
       (L2-Hys).
    4. All blocks in a row.

    Pixels that do not fill a cell, on the right and at the bottom, are left out. Raises InputError for an image without
    a block. stages=True returns HogStages.
    """
    image = require_grey("hog", image)
    for name, value in (("bins", bins), ("cell", cell), ("block", block)):
        require_integer("hog", name, value, 1)
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    if min(rows, columns) < block:
        raise InputError("hog", "image", f"of {block * cell} pixels at least on either side", image)
    gx, gy = np.zeros_like(image), np.zeros_like(image)
    gx[:, 1:-1], gy[1:-1] = image[:, 2:] - image[:, :-2], image[2:] - image[:-2]
    magnitude, degrees = np.hypot(gx, gy), np.degrees(np.arctan2(gy, gx)) % 180
    cells = cell_histograms(magnitude, degrees, bins, cell)
    windows = np.lib.stride_tricks.sliding_window_view(cells, (block, block), axis=(0, 1))
    blocks = windows.transpose(0, 1, 3, 4, 2)  # (rows, columns, block, block, bins)
    blocks = np.minimum(_normalised(blocks), CLIP)
    blocks = _normalised(blocks)
    return HogStages(magnitude, degrees, cells, blocks) if stages else blocks.ravel()


@takes(magnitude=reals("H, W"), degrees=reals("H, W", 0, 180), bins=integer(1), cell=integer(1))
def cell_histograms(magnitude, degrees, bins, cell):
    """The mean magnitude of each direction in each cell, (H // cell, W // cell, bins)."""
    rows, columns = magnitude.shape[0] // cell, magnitude.shape[1] // cell
    inside = np.s_[: rows * cell, : columns * cell]
    which = np.minimum((degrees[inside] * (bins / 180)).astype(np.int64), bins - 1)
    i, j = np.ogrid[: rows * cell, : columns * cell]
    index = ((i // cell) * columns + j // cell) * bins + which
    total = np.bincount(index.ravel(), magnitude[inside].ravel(), minlength=rows * columns * bins)
    return total.reshape(rows, columns, bins).astype(magnitude.dtype) / cell**2


def _normalised(blocks):
    return blocks / np.sqrt((blocks * blocks).sum(axis=(2, 3, 4), keepdims=True) + EPSILON**2)
