"""Seam carving."""

import numpy as np

from ... import vision
from ...viz.panels import Panel, segments
from .defaults import gap, lone
from .picture import picture


def _seams(columns):
    """Lines through the columns (H, n) of seams."""
    rows = np.arange(len(columns))
    return [np.stack([seam, rows], axis=1) for seam in columns.T]


def _without(image, columns):
    """The image (H, W, ...) less the pixels of seams, columns (H, n), as remove_seams leaves it."""
    H, W = image.shape[:2]
    keep = np.ones((H, W), dtype=bool)
    keep[np.arange(H)[:, None], columns] = False
    return image[keep].reshape(H, W - columns.shape[1], *image.shape[2:])


@picture("carve", gap)
def carve(image):
    """A quarter of the width carved away, seam by seam."""
    seams = vision.seams
    count = image.shape[1] // 4
    energy = seams.seam_energy(image)
    first, steps = seams.backward_costs(energy)
    columns = seams.find_seams(image, count)
    return [
        Panel("image", image),
        Panel("energy", energy, "heat"),
        Panel("cost of a way from the top", seams.cumulative_costs(first, steps), "heat"),
        Panel(f"the first {count} seams", image, over=segments(_seams(columns), width=0.5)),
        Panel("carved", _without(image, columns)),
        Panel("carved by forward energy", seams.remove_seams(image, count, forward=True)),
    ]


@picture("insert-seams", gap)
def insert_seams(image):
    """A quarter of the width added, next to the cheapest seams."""
    seams = vision.seams
    count = image.shape[1] // 4
    columns = seams.find_seams(image, count)
    H, W = image.shape[:2]
    return [
        Panel("image", image),
        Panel(f"the first {count} seams", image, over=segments(_seams(columns), width=0.5)),
        Panel("wider by seams", seams.insert_seams(image, count)),
        Panel("stretched, for comparison", np.clip(vision.resize.resize(image, (H, W + count), "bicubic"), 0, 1)),
    ]


@picture("remove-object", lone)
def remove_object(image):
    """A disc taken out by seams: the one where the image differs most from its median."""
    H, W = image.shape[:2]
    radius = 0.2 * min(H, W)
    strange = np.abs(vision.to_grey(image - np.median(image, axis=(0, 1))))
    i, j = np.unravel_index(vision.smoothing.gaussian(strange, radius / 2, border="constant").argmax(), (H, W))
    mask = vision.masks.disc_mask((H, W), (j, i), radius)
    marked = np.where(mask if image.ndim == 2 else mask[..., None], 0.5 * image + 0.5, image)
    gone = vision.seams.remove_object(image, mask, restore=False)
    return [
        Panel("image", image),
        Panel("to be removed", marked),
        Panel("gone", gone),
        Panel("of the old width again", vision.seams.resize_by_seams(gone, (H, W))),
    ]
