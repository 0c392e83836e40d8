"""The gradient of an image: its magnitude, its direction, and the filter that shows outlines."""

import numpy as np

from ..arguments import reals, takes
from ..errors import InputError
from .images import require_grey
from .smoothing import gaussian


def gradient(image):
    """∇f = (∂f/∂x, ∂f/∂y) by central differences, (f(x+1) - f(x-1)) / 2; one-sided at the border.

    image: (H, W), both >= 2. Returns gx, gy, each (H, W), the change per pixel; x to the right, y down. A vertical edge
    has |gx| ≫ |gy|, a horizontal one |gy| ≫ |gx|.
    """
    image = require_grey("gradient", image)
    if min(image.shape) < 2:
        raise InputError("gradient", "image", "of 2 × 2 pixels at least", image)
    gy, gx = np.gradient(image)
    return gx, gy


@takes(gx=reals(finite=False), gy=reals(finite=False))
def magnitude(gx, gy):
    """|∇f| = √(gx² + gy²)."""
    return np.hypot(gx, gy)


@takes(gx=reals(), gy=reals())
def sector(gx, gy):
    """The direction of the gradient in eight sectors: round(θ / 45°) mod 8, θ = atan2(gy, gx); 0 right, 2 down.

    Where there is no gradient, 0.
    """
    return np.rint(np.arctan2(gy, gx + 0.0) / (np.pi / 4)).astype(np.int8) % 8  # + 0.0: atan2(0, -0) is 180°


def gradient_magnitude(image, *, sigma=1.0):
    """The filter that shows outlines: each pixel becomes the modulus of its gradient.

    1. Smooth by a Gaussian of `sigma` pixels; 0 leaves the image as it is, and then noise has larger gradients than
       most edges do.
    2. Central differences.
    3. |∇f| = √(fx² + fy²), (H, W), in levels per pixel.
    """
    image = require_grey("gradient_magnitude", image)
    return magnitude(*gradient(gaussian(image, sigma)))
