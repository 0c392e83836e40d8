"""SIFT: keypoints that keep their place, scale and direction, and a description of what is around them.

D. Lowe, Distinctive image features from scale-invariant keypoints, IJCV 60(2), 2004. Four stages, a file each:
pyramid and extrema (sections 3 and 4), orientation (5), descriptor (6).
"""

from typing import NamedTuple

import numpy as np

from ...errors import InputError, require_integer, require_positive
from ..images import require_grey
from .descriptor import describe
from .extrema import keep_corners_and_blobs, refine, scale_space_extrema
from .orientation import main_directions
from .pyramid import INTERVALS, SIGMA, doubled, gaussian_pyramid, pixel_gradients

SMALLEST = 12  # pixels of the smallest octave's shorter side
CONTRAST = 0.04 / INTERVALS
EDGE = 10.0
BORDER = 5  # pixels of an octave; nearer to its side the gradients are made up


class Keypoints(NamedTuple):
    """n keypoints; lengths in pixels of the image, x to the right, y down."""

    x: np.ndarray
    y: np.ndarray
    sigma: np.ndarray  # the scale; a blob exp(-d² / 2σ²) has nearly its own σ
    angle: np.ndarray  # the main direction in [0, 2π), from x to y
    response: np.ndarray  # |D| at the extremum


def sift(image, *, octaves=None, double=True, contrast=CONTRAST, edge=EDGE, describing=True):
    """(keypoints, descriptors) of a grey image (H, W); descriptors float (n, 128), None unless `describing`.

    1. A pyramid of Gaussians: s = 3 intervals an octave, so s + 3 images, and s + 2 differences D of neighbours. The
       image is doubled first, which gives more and smaller keypoints (`double`).
    2. Extrema of D among their 26 neighbours, in space and in scale.
    3. A quadric through the neighbours places them between the pixels; |D| < `contrast` is dropped (Lowe writes 0.03
       for images in [0, 1], OpenCV takes 0.04 / s), and so is what lies on an edge: tr² / det >= (r + 1)² / r,
       r = `edge`.
    4. The main directions of the gradients around it; a second one makes a second keypoint.
    5. A descriptor in the frame of that direction and scale.

    octaves: as many as leave 12 pixels in the last one. Raises InputError for an image below 12 × 12.
    """
    image = require_grey("sift", image)
    if min(image.shape) < SMALLEST:
        raise InputError("sift", "image", f"of {SMALLEST} × {SMALLEST} pixels at least", image)
    require_positive("sift", "contrast", contrast)
    require_positive("sift", "edge", edge)
    base, unit = (doubled(image), 0.5) if double else (image, 1.0)  # unit: pixels of the image a pixel of the base
    most = int(np.log2(min(base.shape) / SMALLEST)) + 1
    octaves = most if octaves is None else min(require_integer("sift", "octaves", octaves, 1), most)
    parts = [
        _octave(gaussians, unit * 2**o, contrast, edge, describing)
        for o, gaussians in enumerate(gaussian_pyramid(base, octaves, blur=0.5 / unit))
    ]
    keypoints = Keypoints(*(np.concatenate(field) for field in zip(*(k for k, _ in parts))))
    if double:  # the doubled image's x is the image's 2 x + 1/2
        keypoints = keypoints._replace(x=keypoints.x - 0.25, y=keypoints.y - 0.25)
    return keypoints, np.concatenate([d for _, d in parts]) if describing else None


def _octave(gaussians, unit, contrast, edge, describing):
    """The keypoints and descriptors of one octave, (s + 3, H, W)."""
    dog = np.diff(gaussians, axis=0)
    found = refine(dog, scale_space_extrema(dog, 0.5 * contrast, border=BORDER), border=BORDER)
    found = keep_corners_and_blobs(found, contrast, edge)
    gradients = pixel_gradients(gaussians)
    layer, y, x = found.position.T
    sigma = SIGMA * 2 ** (layer / INTERVALS)  # in pixels of the octave
    level = np.rint(layer).astype(np.int64)
    which, angle = main_directions(gradients, level, x, y, sigma)
    x, y, sigma, level = x[which], y[which], sigma[which], level[which]
    descriptors = describe(gradients, level, x, y, sigma, angle) if describing else None
    return Keypoints(x * unit, y * unit, sigma * unit, angle, np.abs(found.value[which])), descriptors
