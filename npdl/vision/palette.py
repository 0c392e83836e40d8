"""Colours from a small palette of the image's own: quantisation where the colours are, not at equal steps."""

import numpy as np

from ..arguments import integer, reals, takes
from ..errors import InputError, require_integer
from ..ml.kmeans import KMeans, nearest, with_ones
from .images import require_colour


@takes(pixels=integer(1))
def palette(image, k, *, pixels=2**14, seed=0):
    """The k colours (k, 3) by which the image (H, W, 3) can be painted with the least squared error, by k-means.

    1. Take at most `pixels` pixels at random: k centres are known well from some hundred each.
    2. Cluster their colours; the centres are the palette, that of most pixels first.

    An image of fewer than k different colours has centres that come more than once.
    """
    require_integer("palette", "k", k, 1)
    colours = require_colour("palette", image).reshape(-1, 3)
    if len(colours) > pixels:
        colours = np.random.default_rng(seed).choice(colours, pixels, replace=False)
    if len(colours) < k:
        raise InputError("palette", "k", f"at most the number of pixels, {len(colours)}", k)
    found = KMeans(k, seed=seed).fit(colours)
    return found.centres[np.argsort(-np.bincount(found.labels, minlength=k), kind="stable")]


@takes(colours=reals("k, 3"))
def paint(image, colours):
    """(the image with each pixel in the nearest of the colours (k, 3), which one it is (H, W))."""
    image = require_colour("paint", image)
    colours = np.asarray(colours, image.dtype)
    if colours.ndim != 2 or colours.shape[1] != 3 or len(colours) == 0:
        raise InputError("paint", "colours", "an array (k, 3)", colours)
    labels = nearest(with_ones(image.reshape(-1, 3)), colours)[0].reshape(image.shape[:2])
    return colours[labels], labels
