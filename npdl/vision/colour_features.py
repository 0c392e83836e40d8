"""Colour as a feature: histogram, moments, and the gradient of all channels at once."""

import numpy as np

from ..errors import require_integer
from .derivatives import sobel
from .harris import Tensor, eigenvalues
from .images import require_colour, require_unit


def colour_histogram(image, bins=8):
    """How many pixels have each colour, int64 (bins, bins, bins): red, green, blue in equal parts of [0, 1].

    Swain and Ballard 1991. Its sum is the number of pixels; where they are does not matter.
    """
    require_integer("colour_histogram", "bins", bins, 1)
    image = require_colour("colour_histogram", image)
    require_unit("colour_histogram", image)
    part = np.minimum((image * bins).astype(np.int64), bins - 1).reshape(-1, 3)
    index = (part[:, 0] * bins + part[:, 1]) * bins + part[:, 2]
    return np.bincount(index, minlength=bins**3).reshape(bins, bins, bins)


def colour_moments(image):
    """(9,): the means of the three channels, their standard deviations, and their skewness Σ (x - μ)³ / n σ³.

    Stricker and Orengo 1995, who take the cube root of Σ (x - μ)³ / n for the third. The skewness of a constant is 0.
    """
    values = require_colour("colour_moments", image).reshape(-1, 3)
    mean = values.mean(axis=0)
    away = values - mean
    std = np.sqrt((away**2).mean(axis=0))
    constant = std < 1e-7
    skewness = np.where(constant, 0, (away**3).mean(axis=0) / np.where(constant, 1, std**3))
    return np.concatenate([mean, std, skewness]).astype(values.dtype)


def colour_gradient(image):
    """(magnitude, angle), each (H, W): how fast the colour changes, and in which direction it does so fastest.

    S. Di Zenzo, A note on the gradient of a multi-image, CVGIP 33, 1986: the squared change along a direction n is
    nᵀ G n, G = Σ_c ∇I_c ∇I_cᵀ; its root is largest, √λ1, along the first eigenvector, whose sign says nothing: angles
    are in (-90°, 90°], radians. A red beside a green of the same brightness has no grey gradient, and one of these. For
    R = G = B it is √3 times the grey gradient.
    """
    image = require_colour("colour_gradient", image)
    gx, gy = np.stack([sobel(np.ascontiguousarray(image[..., c])) for c in range(3)], axis=1)  # (3, H, W) each
    tensor = Tensor((gx * gx).sum(axis=0), (gx * gy).sum(axis=0), (gy * gy).sum(axis=0))
    larger, _ = eigenvalues(tensor)
    return np.sqrt(np.maximum(larger, 0)), 0.5 * np.arctan2(2 * tensor.xy, tensor.xx - tensor.yy)
