"""Histograms of brightness, and images whose levels are spread by them."""

import numpy as np

from ..errors import require_integer
from .images import require_grey, require_unit


def histogram(image, bins=256):
    """How many pixels lie in each of `bins` equal parts of [0, 1], 1 in the last: (bins,) integers."""
    return np.bincount(_levels("histogram", image, bins).ravel(), minlength=bins)


def equalise(image, bins=256):
    """The grey image with its levels spread so that all are about equally frequent; values in [0, 1].

    1. Count the levels, and add the counts up: cdf(v) is the share of the pixels up to level v.
    2. y = (cdf(v) - cdf_min) / (1 - cdf_min), cdf_min being that of the darkest level there is: so the darkest pixel
       becomes 0 and the brightest 1.

    Equal levels stay equal, and the order of levels stays. Of bytes it is OpenCV's equalizeHist / 255 before rounding.
    A constant image comes back as it is.
    """
    levels = _levels("equalise", image, bins)
    image = require_grey("equalise", image)
    counts = np.bincount(levels.ravel(), minlength=bins)
    cdf = np.cumsum(counts) / image.size
    darkest = cdf[levels.min()]
    if darkest == 1:
        return image.copy()
    return ((cdf - darkest) / (1 - darkest)).astype(image.dtype)[levels]


def _levels(function, image, bins):
    require_integer(function, "bins", bins, 1)
    image = require_grey(function, image)
    require_unit(function, image)
    return np.minimum((image * bins).astype(np.int64), bins - 1)
