"""Boxes as all of npdl has them: see "Boxes" in docs/conventions.md."""

import numpy as np

from .files import BadFileError


def clip_boxes(function, path, boxes, height, width):
    """Boxes (K, 4) as float32 x1, y1, x2, y2, what is outside the image cut off.

    Raises BadFileError for one of which nothing is left, or that is not of finite numbers.
    """
    clipped = boxes.clip(0, [width, height, width, height])
    fine = (clipped[:, :2] < clipped[:, 2:]).all(axis=1) & np.isfinite(boxes).all(axis=1)
    if not fine.all():
        box = boxes[~fine][0].tolist()
        raise BadFileError(function, path, f"have boxes inside {width:g} x {height:g} pixels", f"there is one at {box}")
    return clipped.astype(np.float32)
