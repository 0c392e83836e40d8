"""A table of image features, and an extractor for each of its lines.

feature         detectors and descriptors
corner          Harris, Shi-Tomasi, FAST (ORB is FAST with a direction, and a descriptor, BRIEF)
edge            Canny, Sobel
blob            LoG, DoG, SIFT
colour          histogram, moments, gradient
curvature       of contours, by numbers or by differential geometry
texture         GLCM, LBP, HOG
shape           Hu's and Zernike's moments, Fourier descriptors
relation        between regions, or between blocks
"""

import numpy as np

from ..errors import InputError, is_one_of
from .blobs import blobs
from .canny import canny
from .colour_features import colour_histogram, colour_moments
from .curvature import isophote_curvature
from .harris import harris_corners
from .hog import hog
from .images import require_colour, to_grey
from .relations import block_features
from .shapes import hu_moments
from .texture import local_binary_pattern, pattern_histogram

BLOB_SCALES = (2.0, 2.8, 4.0, 5.6)
UNIFORM_PATTERNS = 10

FEATURES = {  # what each gives for an image (H, W, 3)
    "corner": lambda image: harris_corners(to_grey(image)),  # (n, 2), x and y
    "edge": lambda image: canny(to_grey(image)),  # (H, W), bool
    "blob": lambda image: blobs(to_grey(image), BLOB_SCALES, threshold=0.1),  # (n, 3), x, y, radius
    "colour": colour_moments,  # (9,)
    "curvature": lambda image: isophote_curvature(to_grey(image)),  # (H, W), 1 / pixel
    "texture": lambda image: pattern_histogram(  # (10,)
        local_binary_pattern(to_grey(image), method="uniform"), UNIFORM_PATTERNS
    ),
    "shape": lambda image: hu_moments(to_grey(image)),  # (7,)
    "relation": lambda image: block_features(image, 2, 2, colour_moments).reshape(2, 2, 9),  # (2, 2, 9)
}


def extract(image, name):
    """The feature of that name, one of FEATURES, of a colour image (H, W, 3), or of a grey one."""
    if not is_one_of(name, FEATURES):
        raise InputError("extract", "name", f"one of {', '.join(FEATURES)}", name)
    if getattr(image, "ndim", None) == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    return FEATURES[name](require_colour("extract", image))


def hog_and_colours(image, *, cell=8, bins=4):
    """One vector of a colour image (H, W, 3): the HOG of its grey, and the shares of its colours, each of norm 1.

    What a linear classifier can tell from it, and not from the pixels: shape by gradients that may move a little within
    a cell, colour wherever it is.
    """
    parts = hog(to_grey(image), cell=cell), colour_histogram(image, bins).ravel().astype(float)
    return np.concatenate([part / max(np.linalg.norm(part), 1e-12) for part in parts])
