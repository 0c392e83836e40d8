"""Segments: pixels that belong together."""

import numpy as np

from ... import vision
from ...viz.figures import ORANGE
from ...viz.panels import Panel
from .colours import coloured
from .defaults import scene, shrunk
from .picture import picture


def outlined(image, labels):
    """The image with lines between segments."""
    colour = np.array([int(ORANGE[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(vision.superpixels.boundaries(labels)[..., None], colour, coloured(image))


@picture("kmeans", scene)
def kmeans(image):
    """Segments by k-means, of colour alone and of colour and place."""
    image = shrunk(image)
    panels = [Panel("image", image)]
    for k in (3, 6):
        for place, name in ((0.0, "colour"), (0.7, "colour and place")):
            labels = vision.segmentation.segment_kmeans(image, k, place=place)
            panels.append(Panel(f"k = {k}, {name}", vision.superpixels.mean_colours(image, labels)))
    return [*panels, Panel(f"k = {k}: the borders", outlined(image, labels))]


@picture("mean-shift", scene)
def mean_shift(image):
    """Segments by mean shift: their number comes out."""
    image = vision.smoothing.gaussian(shrunk(image), 1)
    panels = [Panel("image, smoothed", image)]
    for bandwidth in (0.15, 0.25):
        labels = vision.segmentation.segment_mean_shift(image, bandwidth, place=0.3, seeds=60)
        mean = vision.superpixels.mean_colours(image, labels)
        panels.append(Panel(f"bandwidth {bandwidth}: {labels.max() + 1} modes", mean))
    return panels


@picture("slic", scene)
def slic(image):
    """Superpixels by SLIC: few large ones, many, and how compact they are."""
    outlines, means = [], []
    for count, compactness in ((60, 10.0), (200, 10.0), (200, 40.0)):
        labels = vision.superpixels.slic(image, count, compactness=compactness)
        title = f"{labels.max() + 1} segments, compactness {compactness:g}"
        outlines.append(Panel(title, outlined(image, labels)))
        means.append(Panel("in mean colours", vision.superpixels.mean_colours(image, labels)))
    return [*outlines, *means]
