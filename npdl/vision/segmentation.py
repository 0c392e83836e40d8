"""Segmentation by clustering: every pixel as a point of colour and place, and the clusters of the points."""

import numpy as np

from ..arguments import integer, number, takes
from ..errors import require_range
from ..ml import KMeans, mean_shift
from .images import require_image


@takes(place=number(0))
def pixel_features(image, place=0.0):
    """One row a pixel, (H W, C + 2): its colour, and its row and column times `place`.

    place: what the longer side of the image is worth beside a difference of 1 in a colour; 0 leaves colour alone.
    """
    image = require_image("pixel_features", image)
    require_range("pixel_features", "place", place, 0, np.inf)
    H, W = image.shape[:2]
    where = np.indices((H, W)).reshape(2, -1).T.astype(image.dtype) * (place / max(H, W))
    return np.concatenate([image.reshape(H * W, -1), where.astype(image.dtype)], axis=1)


def segment_kmeans(image, k, *, place=0.5, restarts=3, seed=0):
    """Labels (H, W) of k clusters of the pixels' features. Raises as KMeans: k between 1 and the number of pixels."""
    found = KMeans(k, restarts=restarts, seed=seed).fit(pixel_features(image, place))
    return found.labels.reshape(image.shape[:2])


@takes(seeds=integer(1))
def segment_mean_shift(image, bandwidth, *, place=0.5, seeds=200, seed=0):
    """Labels (H, W): the pixels by the nearest peak of their density; the number of segments comes out.

    seeds: as many pixels, drawn at random, climb; all pixels make the density.
    """
    features = pixel_features(image, place)
    start = np.random.default_rng(seed).choice(len(features), min(seeds, len(features)), replace=False)
    return mean_shift(features, bandwidth, seeds=features[start]).labels.reshape(image.shape[:2])
